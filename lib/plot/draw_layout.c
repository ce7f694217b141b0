#include "plot/draw_private.h"

#include "plot/lettering.h"

#include <math.h>

enum { MARGIN = 20, LEGEND_LINE = 20, LABEL_ROOM = 85, VALUE_ROOM = 36 };

/* What the widest label of a value takes. */
static double widest_label(const struct ad_figure *f, size_t wanted)
{
    double widest = 0;
    for (size_t i = 0; i < f->nshown; i++) {
        struct ad_tick tick[AD_TICKS_MOST];
        const struct ad_panel *p = f->shown[i];
        size_t n = ad_ticks_numbers(p->low, p->high, f->cfg.log, wanted, tick);
        for (size_t k = 0; k < n; k++)
            widest =
                fmax(widest, ad_lettering_width(ad_str_of(tick[k].text), AD_DRAW_SMALL, false));
    }
    return widest;
}

/* Whether the labels of the marks stand apart. */
static bool labels_fit(const struct ad_arrangement *l, const struct ad_figure *f)
{
    const double apart = 14;
    double end = -apart;
    for (size_t i = 0; i < l->times; i++) {
        double half =
            ad_lettering_width(ad_str_of(l->time[i].text), AD_DRAW_SMALL, l->time[i].major) / 2;
        double x = ad_figure_along(f, l->time[i].at) * (l->right - l->left);
        if (x - half < end + apart)
            return false;
        end = x + half;
    }
    return true;
}

static void mark_with(struct ad_arrangement *l, const struct ad_figure *f,
                      const struct ad_time_step *step)
{
    l->step = step;
    l->times = ad_ticks_times(f->from, f->to, step, f->clock, l->time, AD_TICKS_MOST);
}

/* Marks at a distance that is easy on the eye; closer ones where there would hardly be any. */
static void mark_times(struct ad_arrangement *l, const struct ad_figure *f)
{
    size_t most = (size_t)fmax(2, fmin(AD_TICKS_MOST - 1, (l->right - l->left) / LABEL_ROOM));
    size_t steps;
    if (!f->clock) {
        l->times = ad_ticks_rows(f->from, f->to, most, l->time);
        return;
    }
    const struct ad_time_step *step = ad_time_step_for(f->from, f->to, most);
    const struct ad_time_step *finest = ad_time_steps(&steps) + steps - 1;
    mark_with(l, f, step);
    while (l->times < 4 && step < finest) {
        mark_with(l, f, step + 1);
        if (!labels_fit(l, f)) {
            mark_with(l, f, step);
            break;
        }
        step++;
    }
}

/* Many panels are low ones. */
static double height_of_plot(size_t panels)
{
    return fmax(48, round(320 * pow((double)panels, -0.6)));
}

static double height_of_strip(double plot)
{
    return plot >= 150 ? 34 : plot >= 90 ? 24 : 18;
}

void ad_draw_layout(struct ad_arrangement *l, const struct ad_figure *f,
                    const struct ad_draw_cfg *cfg)
{
    *l = (struct ad_arrangement){.width = cfg->width > 0 ? round(cfg->width) : 1200};
    double n = (double)f->nshown;
    l->plot = cfg->height > 0 ? round(cfg->height) : height_of_plot(f->nshown);
    l->heading = 20;
    l->strip = f->scored ? height_of_strip(l->plot) : 0;
    l->between = f->scored ? 4 : 0;
    l->pitch = l->heading + l->plot + l->between + l->strip + (l->plot >= 90 ? 16 : 10);
    l->values = (size_t)fmax(2, fmin(8, l->plot / VALUE_ROOM));
    l->left = MARGIN + ceil(fmax(24, widest_label(f, l->values) + 8));
    l->right = l->width - MARGIN;
    l->legend = f->cfg.title ? 58 : 30;
    l->top = l->legend + (double)ad_draw_legend(f, l->left, l->right, NULL) * LEGEND_LINE - 8;
    if (f->nshown == 0) {
        l->footer = f->cfg.title ? 58 : 30;
        l->height = l->footer + MARGIN;
        return;
    }
    l->axis = l->top + n * l->pitch - (l->pitch - l->heading - l->plot - l->between - l->strip);
    l->footer = l->axis + 42;
    l->height = l->footer + 16;
    mark_times(l, f);
}

/* --- the legend ----------------------------------------------------------------------------- */

enum sample { STROKE, BOX, DOT, UPRIGHT };

struct entry {
    enum ad_ink ink;
    enum sample sample;
    const char *text;
    bool is;
};

enum { SAMPLE = 16, SAMPLE_GAP = 6, ENTRY_GAP = 18 };

static void draw_entry(struct ad_drawing *d, const struct entry *e, double x, double y)
{
    const struct ad_pen_kind *kind = d->pen->kind;
    const double middle = ad_draw_sharp(y - 4);
    if (e->sample == STROKE)
        kind->line(d->pen, e->ink, (struct ad_xy[]){{x, middle}, {x + SAMPLE, middle}}, 2);
    else if (e->sample == UPRIGHT)
        kind->line(d->pen, e->ink,
                   (struct ad_xy[]){{x + SAMPLE / 2 + .5, y - 11}, {x + SAMPLE / 2 + .5, y + 2}},
                   2);
    else if (e->sample == DOT)
        kind->dot(d->pen, e->ink, (struct ad_xy){x + SAMPLE / 2, middle}, (struct ad_str){"", 0});
    else
        ad_draw_box(d, e->ink, (struct ad_xy){x, y - 9}, (struct ad_xy){x + SAMPLE, y + 1});
    ad_draw_text(d, AD_INK_FAINT, (struct ad_xy){x + SAMPLE + SAMPLE_GAP, y}, AD_ANCHOR_START,
                 AD_DRAW_SMALL, false, ad_str_of(e->text), d->l.width);
}

size_t ad_draw_legend(const struct ad_figure *f, double left, double right, struct ad_drawing *d)
{
    bool valued = false, flagged = false, expected = false;
    for (size_t i = 0; i < f->nshown; i++) {
        const struct ad_trace *t = &f->shown[i]->trace;
        valued |= !isnan(t->least);
        flagged |= t->flagged > 0;
        for (size_t k = 0; k < t->n && !expected; k++)
            expected = !isnan(t->slice[k].expected);
    }
    const struct entry entry[] = {
        {AD_INK_LINE, STROKE, "value", valued},
        {AD_INK_EXPECTED, STROKE, "expected", expected},
        {AD_INK_BAND, BOX, "normal", f->banded},
        {AD_INK_FLAG, DOT, "flagged", flagged},
        {AD_INK_SHIFT, UPRIGHT, "shift", f->shifting},
        {AD_INK_LABEL, BOX, "labelled", f->labelled},
        {AD_INK_SCORE, BOX, "score", f->scored},
        {AD_INK_ALARM, BOX, "\xe2\x89\xa5 0.5", f->scored && flagged},
    };
    size_t lines = 0;
    double x = right;
    for (size_t i = 0; i < sizeof entry / sizeof *entry; i++) {
        if (!entry[i].is)
            continue;
        double width = SAMPLE + SAMPLE_GAP +
                       ad_lettering_width(ad_str_of(entry[i].text), AD_DRAW_SMALL, false);
        if (x + width > right) {
            lines++;
            x = left;
        }
        if (d)
            draw_entry(d, &entry[i], x, d->l.legend + (double)(lines - 1) * LEGEND_LINE);
        x += width + ENTRY_GAP;
    }
    return lines;
}
