#include "plot/draw_private.h"

#include "plot/lettering.h"

#include <math.h>
#include <stdlib.h>

/* --- what all parts use --------------------------------------------------------------------- */

double ad_draw_x(const struct ad_drawing *d, double at)
{
    return d->l.left + ad_figure_along(d->f, at) * (d->l.right - d->l.left);
}

double ad_draw_sharp(double x)
{
    return floor(x) + 0.5;
}

void ad_draw_to(struct ad_drawing *d, double x, double y)
{
    if (d->n == d->room) {
        size_t room = d->room ? 2 * d->room : 1024;
        struct ad_xy *grown = realloc(d->path, room * sizeof *grown);
        if (!grown) {
            d->failed = true;
            return;
        }
        d->path = grown;
        d->room = room;
    }
    d->path[d->n++] = (struct ad_xy){x, y};
}

void ad_draw_line(struct ad_drawing *d, enum ad_ink ink)
{
    d->pen->kind->line(d->pen, ink, d->path, d->n);
    d->n = 0;
}

void ad_draw_area(struct ad_drawing *d, enum ad_ink ink)
{
    d->pen->kind->area(d->pen, ink, d->path, d->n);
    d->n = 0;
}

void ad_draw_box(struct ad_drawing *d, enum ad_ink ink, struct ad_xy from, struct ad_xy to)
{
    d->pen->kind->area(d->pen, ink, (struct ad_xy[]){from, {to.x, from.y}, to, {from.x, to.y}}, 4);
}

void ad_draw_across(struct ad_drawing *d, enum ad_ink ink, double y)
{
    y = ad_draw_sharp(y);
    d->pen->kind->line(d->pen, ink, (struct ad_xy[]){{d->l.left, y}, {d->l.right, y}}, 2);
}

void ad_draw_marks(struct ad_drawing *d, enum ad_ink ink, double from, double to)
{
    for (size_t i = 0; i < d->l.times; i++) {
        double x = ad_draw_sharp(ad_draw_x(d, d->l.time[i].at));
        d->pen->kind->line(d->pen, ink, (struct ad_xy[]){{x, from}, {x, to}}, 2);
    }
}

double ad_draw_text(struct ad_drawing *d, enum ad_ink ink, struct ad_xy at, enum ad_anchor anchor,
                    double size, bool bold, struct ad_str text, double room)
{
    struct ad_buf fitted = {0};
    ad_lettering_fit(&fitted, text, size, bold, room);
    struct ad_str shown = {fitted.s, fitted.len};
    double width = ad_lettering_width(shown, size, bold);
    d->pen->kind->text(d->pen, ink, at, anchor, size, bold, shown);
    d->failed |= fitted.failed;
    ad_buf_free(&fitted);
    return width;
}

/* --- what is around the panels -------------------------------------------------------------- */

static void draw_title(struct ad_drawing *d)
{
    if (d->f->cfg.title)
        ad_draw_text(d, AD_INK_TEXT, (struct ad_xy){d->l.left, 32}, AD_ANCHOR_START, AD_DRAW_TITLE,
                     true, ad_str_of(d->f->cfg.title), d->l.right - d->l.left);
}

/* Labels that would touch the one before are left out. */
static void draw_axis(struct ad_drawing *d)
{
    const double y = d->l.axis, apart = 12;
    double free_from = 0;
    d->pen->kind->enter(d->pen, "axis", (struct ad_xy){d->l.left, y},
                        (struct ad_xy){d->l.right, y + 6});
    ad_draw_marks(d, AD_INK_FRAME, y, y + 5);
    d->pen->kind->leave(d->pen);
    for (size_t i = 0; i < d->l.times; i++) {
        const struct ad_tick *tick = &d->l.time[i];
        struct ad_str text = ad_str_of(tick->text);
        double half = ad_lettering_width(text, AD_DRAW_SMALL, tick->major) / 2;
        double x = ad_draw_sharp(ad_draw_x(d, tick->at));
        if (x - half < free_from || x + half > d->l.width)
            continue;
        ad_draw_text(d, tick->major ? AD_INK_TEXT : AD_INK_FAINT, (struct ad_xy){x, y + 18},
                     AD_ANCHOR_MIDDLE, AD_DRAW_SMALL, tick->major, text, d->l.width);
        free_from = x + half + apart;
    }
}

static void say_how_many(const struct ad_figure *f, struct ad_buf *word)
{
    ad_ticks_say_count(f->records, word);
    ad_buf_addz(word, f->records == 1 ? " record, " : " records, ");
    ad_ticks_say_count(f->flagged, word);
    ad_buf_addz(word, " flagged");
    if (f->nshown == f->n)
        return;
    ad_buf_addz(word, "; ");
    ad_ticks_say_count(f->nshown, word);
    ad_buf_addz(word, " of ");
    ad_ticks_say_count(f->n, word);
    ad_buf_addz(word, " series shown, those with most flags");
}

static void draw_footer(struct ad_drawing *d)
{
    const double whole = d->l.right - d->l.left;
    double used = 0;
    if (!isnan(d->f->first)) {
        d->word.len = 0;
        ad_ticks_caption(d->f->first, d->f->last, d->l.step, d->f->clock, &d->word);
        used =
            ad_draw_text(d, AD_INK_FAINT, (struct ad_xy){d->l.right, d->l.footer}, AD_ANCHOR_END,
                         AD_DRAW_SMALL, false, (struct ad_str){d->word.s, d->word.len}, whole / 2);
    }
    d->word.len = 0;
    say_how_many(d->f, &d->word);
    ad_draw_text(d, AD_INK_FAINT, (struct ad_xy){d->l.left, d->l.footer}, AD_ANCHOR_START,
                 AD_DRAW_SMALL, false, (struct ad_str){d->word.s, d->word.len}, whole - used - 16);
}

struct ad_xy ad_draw_size(const struct ad_figure *f, const struct ad_draw_cfg *cfg)
{
    struct ad_arrangement l;
    ad_draw_layout(&l, f, cfg);
    return (struct ad_xy){l.width, l.height};
}

int ad_draw(const struct ad_figure *f, const struct ad_draw_cfg *cfg, struct ad_pen *pen)
{
    struct ad_drawing d = {.f = f, .pen = pen};
    ad_draw_layout(&d.l, f, cfg);
    draw_title(&d);
    ad_draw_legend(f, d.l.left, d.l.right, &d);
    for (size_t i = 0; i < f->nshown; i++) {
        double y = d.l.top + (double)i * d.l.pitch;
        ad_draw_panel(&d, f->shown[i], y);
        if (f->shown[i]->scored)
            ad_draw_strip(&d, f->shown[i], y + d.l.heading + d.l.plot + d.l.between);
    }
    if (f->nshown)
        draw_axis(&d);
    draw_footer(&d);
    free(d.path);
    ad_buf_free(&d.word);
    return d.failed || d.word.failed ? -1 : 0;
}
