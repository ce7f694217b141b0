/* Median and MAD of the last values of a series, and the law that distances in their units obey. */
#ifndef AD_MATHS_ROBUST_H
#define AD_MATHS_ROBUST_H

#include "maths/order.h"
#include "maths/recent.h"

struct ad_robust {
    struct ad_recent last;
    struct ad_order order;
    double median, scale; /* scale: 1.4826 MAD, which estimates a Gaussian's standard deviation */
};

/* Arguments as for ad_recent_init(). */
void ad_robust_init(struct ad_robust *r, double rows, double seconds);
void ad_robust_free(struct ad_robust *r);

/* Take in ad_moments_limit(x) of time t. Returns 0, or -1 out of memory with nothing changed. */
int ad_robust_add(struct ad_robust *r, double x, double t);

/* For Gaussian values (x - median)/scale, x not among the n of the window, is distributed as
 * `factor` times Student's t with `nu` degrees of freedom: false-alarm rates hold within a few
 * percent from 0.1 to 0.0001 for n >= 10; nu is 0 for n < 3, where there is no law. By simulation,
 * tests/bench/robust-factors.py. */
struct ad_robust_law {
    double factor, nu;
};
struct ad_robust_law ad_robust_law(size_t n);

/* Loading goes into a freshly initialised window. Returns 0, or -1. */
void ad_robust_save(const struct ad_robust *r, struct ad_save *save);
int ad_robust_load(struct ad_robust *r, struct ad_load *load);

#endif
