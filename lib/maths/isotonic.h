/* Isotonic regression: of all curves that never fall, the one nearest to the points. */
#ifndef AD_MATHS_ISOTONIC_H
#define AD_MATHS_ISOTONIC_H

#include "base/pack.h"

#include <stddef.h>

/* Straight from knot to knot, flat beyond the outermost. {0} is none. */
struct ad_isotonic {
    double *x, *y; /* [n], x ascending, y never falling; one allocation, at x */
    size_t n;
};

/* Fit to n >= 1 points by pooling adjacent violators (Ayer et al. 1955); points of the same x count
 * as their mean. Replaces *curve. Returns 0, or -1 when out of memory. */
int ad_isotonic_fit(struct ad_isotonic *curve, const double *x, const double *y, size_t n);

double ad_isotonic_at(const struct ad_isotonic *curve, double x);

void ad_isotonic_free(struct ad_isotonic *curve);

void ad_isotonic_save(const struct ad_isotonic *curve, struct ad_save *out);
/* Hostile input, y from 0 to 1: returns 0, or -1. */
int ad_isotonic_load(struct ad_isotonic *curve, struct ad_load *in);

#endif
