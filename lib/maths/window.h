/* Mean and variance of the last values of a series, exact however long it runs.
 *
 * Sums of x - k and (x - k)^2 take each value in and out. What rounding may have cost is bounded as
 * they go; when the bound is no longer far below the sum of squared deviations (many slides, a
 * trend that has left k behind, a spike that has left the window) the sums are taken anew around
 * the mean. That keeps 10 digits of the variance, and costs O(1) per value over time, because the
 * bound grows by parts in 10^16. */
#ifndef AD_MATHS_WINDOW_H
#define AD_MATHS_WINDOW_H

#include "maths/recent.h"

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
int ad_window_add(struct ad_window *w, double x, double t);

/* Unbiased variance, 0 of fewer than two values. */
static inline double ad_window_variance(const struct ad_window *w)
{
    return w->last.len > 1 ? w->dev2 / (double)(w->last.len - 1) : 0;
}

/* Loading goes into a freshly initialised window. Returns 0, or -1. */
void ad_window_save(const struct ad_window *w, struct ad_save *save);
int ad_window_load(struct ad_window *w, struct ad_load *load);

#endif
