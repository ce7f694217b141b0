/* How much a level wanders: as a random walk whose steps have a variance.
 *
 * Means of blocks of a length L, through a noise that blocks do not share, differ from the next one
 * by (2/3) q L + 2 s in the mean square, from the one after it by (5/3) q L + 2 s, where q is the
 * variance per unit of length and s that of a mean: the difference tells q, whatever s is. */
#ifndef AD_DETECT_SEASONAL_DRIFT_H
#define AD_DETECT_SEASONAL_DRIFT_H

#include "base/pack.h"
#include "detect/seasonal_mean.h"

struct ad_seasonal_drift {
    double length;         /* of a block */
    double since, n, mean; /* where the current one began, its values; n = 0: none yet */
    double chain, last[2]; /* means of up to two whole ones before it, the newest first */
    struct ad_seasonal_mean one, two; /* squares of differences from these */
};

/* Blocks that are at least `length` and 12 times `spacing` long, and whole multiples of `length`.
 */
void ad_seasonal_drift_init(struct ad_seasonal_drift *d, double length, double spacing);

/* Take in the level as a value at a place shows it; `slope` is what it is known to rise by. */
void ad_seasonal_drift_add(struct ad_seasonal_drift *d, double at, double x, double slope,
                           double spacing);

/* The chain of blocks is broken: a level was left for another. */
void ad_seasonal_drift_break(struct ad_seasonal_drift *d);

/* The variance of a change over `ahead`; *nu becomes the degrees of freedom it is known by. */
double ad_seasonal_drift_variance(const struct ad_seasonal_drift *d, double ahead, double *nu);

void ad_seasonal_drift_save(const struct ad_seasonal_drift *d, struct ad_save *out);
/* Into an initialised one; hostile input. Returns 0, or -1. */
int ad_seasonal_drift_load(struct ad_seasonal_drift *d, struct ad_load *in);

#endif
