#include "plot/draw_private.h"

#include <math.h>

/* Scores, and where they lie. */
struct strip {
    struct ad_drawing *d;
    const struct ad_slice *slice;
    size_t n;
    double top, bottom;
};

struct step {
    double from, to, score; /* across the page; the highest there */
};

static const double narrowest = 1.5;

static double y_of(const struct strip *s, double score)
{
    return s->bottom - fmax(0, fmin(1, score)) * (s->bottom - s->top);
}

/* A slice has the ground to the middle between it and its neighbours, but none of a gap. */
static struct step ground_of(const struct strip *s, size_t i)
{
    const struct ad_slice *one = s->slice + i;
    double before = i > 0 ? one->from - one[-1].to : (double)INFINITY;
    double after = i + 1 < s->n ? one[1].from - one->to : (double)INFINITY;
    double least = fmin(before, after), room = isfinite(least) ? least : 0;
    bool follows = i > 0 && !one->apart && !isnan(one[-1].score);
    bool leads = i + 1 < s->n && !one[1].apart && !isnan(one[1].score);
    return (struct step){ad_draw_x(s->d, one->from - (follows ? before : room) / 2),
                         ad_draw_x(s->d, one->to + (leads ? after : room) / 2), one->score};
}

static void add_step(const struct strip *s, struct step *now)
{
    if (now->to - now->from < narrowest) {
        now->from = (now->from + now->to - narrowest) / 2;
        now->to = now->from + narrowest;
    }
    if (s->d->n == 0)
        ad_draw_to(s->d, now->from, s->bottom);
    ad_draw_to(s->d, now->from, y_of(s, now->score));
    ad_draw_to(s->d, now->to, y_of(s, now->score));
}

static void end_run(const struct strip *s, enum ad_ink ink, struct step *now)
{
    add_step(s, now);
    ad_draw_to(s->d, now->to, s->bottom);
    ad_draw_area(s->d, ink);
}

/* Steps over the slices that have a score of at least `from`; those too narrow to be seen are one,
 * as high as the highest. */
static void draw_runs(const struct strip *s, enum ad_ink ink, double from)
{
    struct step now = {(double)NAN, (double)NAN, 0};
    for (size_t i = 0; i < s->n; i++) {
        if (!(s->slice[i].score >= from))
            continue;
        struct step next = ground_of(s, i);
        bool joins = next.from <= now.to + 0.01;
        if (joins && now.to - now.from < narrowest) {
            now.to = fmax(now.to, next.to);
            now.score = fmax(now.score, next.score);
            continue;
        }
        if (joins)
            add_step(s, &now);
        else if (!isnan(now.to))
            end_run(s, ink, &now);
        now = next;
    }
    if (!isnan(now.to))
        end_run(s, ink, &now);
}

void ad_draw_strip(struct ad_drawing *d, const struct ad_panel *p, double y)
{
    const double alarm = 0.5;
    const struct strip s = {d, p->trace.slice, p->trace.n, y, y + d->l.strip};
    ad_draw_text(d, AD_INK_FAINT, (struct ad_xy){d->l.left - 8, y_of(&s, alarm) + 3.5},
                 AD_ANCHOR_END, AD_DRAW_SMALL - 1, false, ad_str_of("0.5"), d->l.left);
    d->pen->kind->enter(d->pen, "strip", (struct ad_xy){d->l.left, s.top},
                        (struct ad_xy){d->l.right, s.bottom});
    ad_draw_marks(d, AD_INK_GRID, s.top, s.bottom);
    draw_runs(&s, AD_INK_SCORE, 0);
    draw_runs(&s, AD_INK_ALARM, alarm);
    ad_draw_across(d, AD_INK_ALARM, y_of(&s, alarm));
    ad_draw_across(d, AD_INK_FRAME, s.bottom - 1);
    d->pen->kind->leave(d->pen);
}
