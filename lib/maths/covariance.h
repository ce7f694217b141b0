/* How far a row of numbers lies from the bulk of many, counted along the ways in which they vary.
 */
#ifndef AD_MATHS_COVARIANCE_H
#define AD_MATHS_COVARIANCE_H

#include "base/pack.h"

#include <stddef.h>

enum { AD_SPREAD_MOST = 16 };

/* Where n rows of d numbers lie. Each number first loses its median and is divided by 1.4826 MAD +
 * 0.25 standard deviations + 1e-6; `mean` and the covariance are those of the nine tenths of the
 * rows that are nearest, found in two steps from the covariance of all with numbers clipped to -4
 * .. 4 (as the concentration steps of Rousseeuw and Van Driessen 1999). A tenth of the mean
 * variance, and 1e-9, is added to each variance, so that no direction counts for nothing. */
struct ad_spread {
    size_t d;
    double median[AD_SPREAD_MOST], scale[AD_SPREAD_MOST], mean[AD_SPREAD_MOST];
    double factor[AD_SPREAD_MOST * AD_SPREAD_MOST]; /* Cholesky factor L, row by row: C = L L' */
};

/* Fit to n >= 1 rows of d <= AD_SPREAD_MOST finite numbers; distance[n] becomes that of each, if it
 * is not NULL. Returns 0, or -1 when out of memory. */
int ad_spread_fit(struct ad_spread *s, const double *rows, size_t n, size_t d, double *distance);

/* The Mahalanobis distance of a row from the mean; part[d], if it is not NULL, becomes what each
 * number has in its square: they add up to it, and may be negative. */
double ad_spread_distance(const struct ad_spread *s, const double *row, double *part);

/* The factor L of the symmetric matrix a[d * d], of which the lower half is read, in its place;
 * directions without variance get none. */
void ad_cholesky(double *a, size_t d);

void ad_spread_save(const struct ad_spread *s, struct ad_save *out);
/* Hostile input: returns 0, or -1. */
int ad_spread_load(struct ad_spread *s, struct ad_load *in);

#endif
