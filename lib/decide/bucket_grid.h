/* Buckets of time that begin where the wall clock says so. */
#ifndef AD_DECIDE_BUCKET_GRID_H
#define AD_DECIDE_BUCKET_GRID_H

#include "base/time.h"

#include <stdbool.h>
#include <stdint.h>

/* `every` is a whole number of days, or goes into a day. Buckets of up to an hour are counted from
 * local midnight in real time, longer ones begin when the wall clock shows a multiple of them, days
 * at midnight, whole weeks on Monday: where clocks change they are shorter or longer. */
struct ad_bucket_grid {
    struct ad_clock *clock;
    double every;
    double from, to; /* the bucket last found; both 0 at first */
};

/* Whether there are buckets of that many seconds. */
bool ad_bucket_grid_has(double every);

/* The bucket that t is in: its beginning; its end is grid->to. */
double ad_bucket_grid_find(struct ad_bucket_grid *grid, double t);

#endif
