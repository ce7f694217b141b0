/* Mean and variance of all values so far, by Welford's updates (Welford 1962; Knuth, TAOCP vol. 2,
 * 4.2.2). */
#ifndef AD_MATHS_MOMENTS_H
#define AD_MATHS_MOMENTS_H

#include "base/pack.h"

#include <stdbool.h>

/* The nearest value whose square is far from overflow: |x| <= 1e140. */
static inline double ad_moments_limit(double x)
{
    x = x > 1e140 ? 1e140 : x;
    return x < -1e140 ? -1e140 : x;
}

/* Whether x can be what that gives, or a mean of such values. */
static inline bool ad_moments_holds(double x)
{
    return x >= -1e140 && x <= 1e140;
}

/* More than the variance of such values can be, however it is weighted. */
#define AD_MOMENTS_VARIANCE 1e285

/* {0} is no values. */
struct ad_moments {
    double n, mean, dev2; /* dev2: sum of squared deviations from the mean */
};

/* Take in ad_moments_limit(x). */
void ad_moments_add(struct ad_moments *m, double x);

/* Unbiased variance, 0 of fewer than two values. */
static inline double ad_moments_variance(const struct ad_moments *m)
{
    return m->n > 1 ? m->dev2 / (m->n - 1) : 0;
}

/* Returns 0, or -1. */
void ad_moments_save(const struct ad_moments *m, struct ad_save *save);
int ad_moments_load(struct ad_moments *m, struct ad_load *load);

#endif
