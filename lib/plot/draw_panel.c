#include "plot/draw_private.h"

#include "base/number.h"

#include <math.h>

/* A panel and where its values lie. */
struct view {
    struct ad_drawing *d;
    const struct ad_panel *p;
    double top, bottom;
};

static double y_of(const struct view *v, double value)
{
    return v->bottom - ad_figure_up(v->d->f, v->p, value) * (v->bottom - v->top);
}

static double middle_of(const struct view *v, const struct ad_slice *s)
{
    return ad_draw_x(v->d, s->from / 2 + s->to / 2);
}

/* --- what lies behind ----------------------------------------------------------------------- */

/* A stretch, and a bar at its top that tells it from what is normal, in grey too. */
static void draw_stretch(const struct view *v, double from, double to)
{
    const double least = 3, bar = 4;
    double x = ad_draw_x(v->d, from), to_x = ad_draw_x(v->d, to);
    if (to_x - x < least) {
        x = (x + to_x - least) / 2;
        to_x = x + least;
    }
    ad_draw_box(v->d, AD_INK_LABEL, (struct ad_xy){x, v->top}, (struct ad_xy){to_x, v->bottom});
    for (int i = 0; i < 2; i++)
        ad_draw_box(v->d, AD_INK_LABEL, (struct ad_xy){x, v->top},
                    (struct ad_xy){to_x, v->top + bar});
}

static void draw_labels(const struct view *v)
{
    const struct ad_trace *t = &v->p->trace;
    for (size_t i = 0; i < v->p->windows; i++)
        draw_stretch(v, v->p->window[i].from, v->p->window[i].to);
    for (size_t i = 0; i < t->n; i++) {
        size_t first = i;
        if (!t->slice[i].labelled)
            continue;
        while (i + 1 < t->n && t->slice[i + 1].labelled)
            i++;
        draw_stretch(v, t->slice[first].from, t->slice[i].to);
    }
}

static bool banded(const struct ad_slice *s)
{
    return !isnan(s->lower) || !isnan(s->upper);
}

/* Where a bound lies; what is not there or cannot be drawn is beyond the edge. */
static double y_of_bound(const struct view *v, double bound, double beyond)
{
    double y = y_of(v, bound);
    double height = v->bottom - v->top;
    return isnan(y) ? beyond : fmax(v->top - height, fmin(v->bottom + height, y));
}

/* There along the upper bounds, back along the lower ones. */
static void draw_band_of(const struct view *v, const struct ad_slice *s, size_t n)
{
    const double above = v->top - 2, below = v->bottom + 2;
    const double wide = n == 1 ? 1.5 : 0; /* a single one is seen, too */
    for (size_t i = 0; i < n; i++) {
        double y = y_of_bound(v, s[i].upper, above);
        ad_draw_to(v->d, middle_of(v, &s[i]) - wide, y);
        if (n == 1)
            ad_draw_to(v->d, middle_of(v, &s[i]) + wide, y);
    }
    for (size_t i = n; i-- > 0;) {
        double y = y_of_bound(v, s[i].lower, below);
        ad_draw_to(v->d, middle_of(v, &s[i]) + wide, y);
        if (n == 1)
            ad_draw_to(v->d, middle_of(v, &s[i]) - wide, y);
    }
    ad_draw_area(v->d, AD_INK_BAND);
}

static void draw_band(const struct view *v)
{
    const struct ad_trace *t = &v->p->trace;
    for (size_t i = 0; i < t->n; i++) {
        size_t first = i;
        if (!banded(&t->slice[i]))
            continue;
        while (i + 1 < t->n && banded(&t->slice[i + 1]) && !t->slice[i + 1].apart)
            i++;
        draw_band_of(v, t->slice + first, i + 1 - first);
    }
}

/* --- the lines ------------------------------------------------------------------------------ */

static void draw_expected(const struct view *v)
{
    const struct ad_trace *t = &v->p->trace;
    for (size_t i = 0; i < t->n; i++) {
        double y = y_of(v, t->slice[i].expected);
        if (isnan(y) || t->slice[i].apart)
            ad_draw_line(v->d, AD_INK_EXPECTED);
        if (!isnan(y))
            ad_draw_to(v->d, middle_of(v, &t->slice[i]), y);
    }
    ad_draw_line(v->d, AD_INK_EXPECTED);
}

/* A point on its own becomes as much of a line as can be seen. */
static void end_line(struct ad_drawing *d)
{
    const double half = 2;
    if (d->n == 1) {
        struct ad_xy at = d->path[0];
        d->n = 0;
        ad_draw_to(d, at.x - half, at.y);
        ad_draw_to(d, at.x + half, at.y);
    }
    ad_draw_line(d, AD_INK_LINE);
}

static void add_spot(const struct view *v, const struct ad_spot *s)
{
    struct ad_drawing *d = v->d;
    double x = ad_draw_x(d, s->at), y = y_of(v, s->value);
    if (isnan(y))
        end_line(d);
    else if (d->n == 0 || d->path[d->n - 1].x < x || d->path[d->n - 1].x > x ||
             d->path[d->n - 1].y < y || d->path[d->n - 1].y > y)
        ad_draw_to(d, x, y);
}

static void draw_values(const struct view *v)
{
    const struct ad_trace *t = &v->p->trace;
    for (size_t i = 0; i < t->n; i++) {
        const struct ad_slice *s = &t->slice[i];
        if (isnan(s->first.at))
            continue;
        const struct ad_spot *sooner = &s->least, *later = &s->most;
        if (later->at < sooner->at) {
            sooner = &s->most;
            later = &s->least;
        }
        if (s->apart)
            end_line(v->d);
        add_spot(v, &s->first);
        add_spot(v, sooner);
        add_spot(v, later);
        add_spot(v, &s->last);
    }
    end_line(v->d);
}

/* --- what was found ------------------------------------------------------------------------- */

static void draw_shifts(const struct view *v)
{
    const struct ad_trace *t = &v->p->trace;
    for (size_t i = 0; i < t->n; i++)
        if (!isnan(t->slice[i].shift)) {
            double x = ad_draw_sharp(ad_draw_x(v->d, t->slice[i].shift));
            ad_draw_to(v->d, x, v->top);
            ad_draw_to(v->d, x, v->bottom);
            ad_draw_line(v->d, AD_INK_SHIFT);
        }
}

static void say_flag(struct ad_buf *word, const struct ad_figure *f, const struct ad_slice *s)
{
    char score[AD_NUMBER_MAX];
    word->len = 0;
    ad_buf_addz(word, f->clock ? "" : "row ");
    ad_ticks_say(s->flag.at, f->clock, word);
    ad_buf_addz(word, ": ");
    ad_ticks_say_value(s->flag.value, word);
    if (!isnan(s->flag_score)) {
        ad_buf_addz(word, ", score ");
        ad_buf_add(word, score, ad_score_print(score, s->flag_score));
    }
    if (s->flagged > 1) {
        ad_buf_addz(word, ", and ");
        ad_ticks_say_count(s->flagged - 1, word);
        ad_buf_addz(word, " more");
    }
}

/* What lies outside of the axis is shown at its edge. */
static void draw_flags(const struct view *v)
{
    const struct ad_trace *t = &v->p->trace;
    const double half = ad_ink[AD_INK_FLAG].width / 2 + 1;
    for (size_t i = 0; i < t->n; i++) {
        const struct ad_slice *s = &t->slice[i];
        if (isnan(s->flag.at))
            continue;
        double y = fmax(v->top + half, fmin(v->bottom - half, y_of(v, s->flag.value)));
        say_flag(&v->d->word, v->d->f, s);
        v->d->pen->kind->dot(v->d->pen, AD_INK_FLAG, (struct ad_xy){ad_draw_x(v->d, s->flag.at), y},
                             (struct ad_str){v->d->word.s, v->d->word.len});
    }
}

/* --- the panel ------------------------------------------------------------------------------ */

static void draw_heading(struct ad_drawing *d, const struct ad_panel *p, double y)
{
    const double whole = d->l.right - d->l.left;
    double used = 0;
    if (p->trace.flagged) {
        d->word.len = 0;
        ad_ticks_say_count(p->trace.flagged, &d->word);
        ad_buf_addz(&d->word, " flagged");
        used = ad_draw_text(d, AD_INK_FLAG, (struct ad_xy){d->l.right, y}, AD_ANCHOR_END,
                            AD_DRAW_SMALL, false, (struct ad_str){d->word.s, d->word.len}, whole);
    }
    ad_draw_text(d, AD_INK_TEXT, (struct ad_xy){d->l.left, y}, AD_ANCHOR_START, AD_DRAW_HEADING,
                 true, (struct ad_str){p->title.s, p->title.len}, whole - used - 16);
}

static void draw_value_labels(const struct view *v, const struct ad_tick *tick, size_t n)
{
    struct ad_drawing *d = v->d;
    for (size_t i = 0; i < n; i++)
        ad_draw_text(d, AD_INK_FAINT, (struct ad_xy){d->l.left - 8, y_of(v, tick[i].at) + 4},
                     AD_ANCHOR_END, AD_DRAW_SMALL, false, ad_str_of(tick[i].text), d->l.left);
}

void ad_draw_panel(struct ad_drawing *d, const struct ad_panel *p, double y)
{
    struct ad_tick tick[AD_TICKS_MOST];
    const bool empty = isnan(p->trace.least);
    size_t n = empty ? 0 : ad_ticks_numbers(p->low, p->high, d->f->cfg.log, d->l.values, tick);
    const struct view v = {d, p, y + d->l.heading, y + d->l.heading + d->l.plot};
    draw_heading(d, p, v.top - 7);
    if (empty)
        ad_draw_text(d, AD_INK_FAINT,
                     (struct ad_xy){(d->l.left + d->l.right) / 2, (v.top + v.bottom) / 2 + 4},
                     AD_ANCHOR_MIDDLE, AD_DRAW_SMALL, false, ad_str_of("no values"),
                     d->l.right - d->l.left);
    draw_value_labels(&v, tick, n);
    d->pen->kind->enter(d->pen, "plot", (struct ad_xy){d->l.left, v.top},
                        (struct ad_xy){d->l.right, v.bottom});
    draw_labels(&v);
    draw_band(&v);
    for (size_t i = 0; i < n; i++)
        ad_draw_across(d, AD_INK_GRID, y_of(&v, tick[i].at));
    ad_draw_marks(d, AD_INK_GRID, v.top, v.bottom);
    draw_expected(&v);
    draw_values(&v);
    draw_shifts(&v);
    draw_flags(&v);
    ad_draw_across(d, AD_INK_FRAME, v.bottom - 1);
    d->pen->kind->leave(d->pen);
}
