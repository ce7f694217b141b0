/* Mean and variance of the last values of a series, exact however long it runs.
 *
 * Sums of x - k and (x - k)^2 take each value in and out. What rounding may have cost is bounded as
 * they go; when the bound is no longer far below the sum of squared deviations (many slides, a
 * trend that has left k behind, a spike that has left the window) the sums are taken anew around
 * the mean. That keeps 10 digits of the variance, and costs O(1) per value over time, because the
 * bound grows by parts in 10^16. */
#ifndef AD_MATHS_WINDOW_H
#define AD_MATHS_WINDOW_H

#include "maths/moments.h"
#include "maths/recent.h"

#include <float.h>

struct ad_window {
    struct ad_recent last;
    double k, sum, squares; /* of x - k */
    double doubt;           /* bound on the rounding error in squares - sum^2/n */
    double mean, dev2;      /* mean and sum of squared deviations from it; 0 of no values */
};

/* Arguments as for ad_recent_init(). */
void ad_window_init(struct ad_window *w, double rows, double seconds);
void ad_window_free(struct ad_window *w);

/* Take in ad_moments_limit(x) of time t. The variance of equal
 * values is exactly 0. Returns 0, or -1 out of memory with nothing changed. */
static inline int ad_window_add(struct ad_window *w, double x, double t);

/* For ad_window_add() alone: any window, not only a full one of rows. */
int ad_window_add_any(struct ad_window *w, double x, double t);

/* w with its sums taken anew around the mean. By value, so that a window in a local variable can
 * stay in registers. */
struct ad_window ad_window_sum_anew(struct ad_window w);

static inline void ad_window_summarize(struct ad_window *w)
{
    double off = w->sum / (double)w->last.len, dev2 = w->squares - w->sum * off;
    w->mean = w->k + off;
    w->dev2 = dev2 > 0 ? dev2 : 0;
}

/* Part of the deviations that may be in doubt: 2^-33, 1e-10. */
#define AD_WINDOW_DOUBT 0x1p-33

/* Account for `steps` values that came or left, before which the squares were `before`. Returns
 * whether the sums are good enough; else they are to be taken anew. */
static inline bool ad_window_settle(struct ad_window *w, double before, double steps)
{
    /* No step met more than this, and each rounds by a few halves of DBL_EPSILON of it. */
    w->doubt += 4 * DBL_EPSILON * steps * (before + w->squares);
    ad_window_summarize(w);
    return !(w->doubt > AD_WINDOW_DOUBT * w->dev2);
}

/* Whether it is a window of rows and full, as it will stay. */
static inline bool ad_window_slides(const struct ad_window *w)
{
    return w->last.len == w->last.rows && !w->last.t;
}

static inline void ad_window_leave(struct ad_window *w, double x)
{
    x -= w->k;
    w->sum -= x;
    w->squares -= x * x;
}

static inline void ad_window_enter(struct ad_window *w, double x)
{
    x -= w->k;
    w->sum += x;
    w->squares += x * x;
}

/* The first half of ad_window_add() if it slides: the newest takes the oldest's place. Returns as
 * ad_window_settle() does: the second half is apart, so that a loop can be without a call. */
static inline bool ad_window_slide(struct ad_window *w, double x)
{
    double before = w->squares;
    ad_window_leave(w, ad_recent_pop(&w->last));
    x = ad_moments_limit(x);
    ad_recent_push(&w->last, x);
    ad_window_enter(w, x);
    return ad_window_settle(w, before, 2);
}

static inline int ad_window_add(struct ad_window *w, double x, double t)
{
    if (!ad_window_slides(w))
        return ad_window_add_any(w, x, t);
    if (!ad_window_slide(w, x))
        *w = ad_window_sum_anew(*w);
    return 0;
}

/* Unbiased variance, 0 of fewer than two values. */
static inline double ad_window_variance(const struct ad_window *w)
{
    double nu = (double)w->last.len - 1;
    return nu > 0 ? w->dev2 / nu : 0;
}

/* Loading goes into a freshly initialised window. Returns 0, or -1. */
void ad_window_save(const struct ad_window *w, struct ad_save *save);
int ad_window_load(struct ad_window *w, struct ad_load *load);

#endif
