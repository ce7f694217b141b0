/* Holidays of a series that was taken apart without them: what they have in common. */
#ifndef AD_DETECT_SEASONAL_DAYS_H
#define AD_DETECT_SEASONAL_DAYS_H

#include "base/calendar.h"
#include "base/pack.h"
#include "detect/seasonal_rest.h"

#include <math.h>

/* Phases of a day: what these days have left over there, as a median, and how many of them were
 * seen there; and by what law values are judged where two were, and where there was only one. */
struct ad_seasonal_days {
    size_t n;
    double *usual, *count; /* [n] */
    struct ad_seasonal_law known, unknown;
};

/* A cell on a holiday: its phase of the day and what is left over there. */
struct ad_seasonal_day_cell {
    size_t cell, phase;
    double left;
};

/* The phase of a place on the wall clock, of n. */
static inline size_t ad_seasonal_days_phase(size_t n, double wall)
{
    double into = floor((wall / 86400 - floor(wall / 86400)) * (double)n + 0.5);
    return into < (double)n ? (size_t)into : 0;
}

/* From cell[n], which are reordered, and in which `left` becomes what all others lead to expect
 * there. Scales are at least `least`, that of other days; `spread` is that of all values. Returns
 * 0, or -1 when out of memory. */
int ad_seasonal_days_fit(struct ad_seasonal_days *d, size_t phases,
                         struct ad_seasonal_day_cell *cell, size_t n, double least, double spread);
void ad_seasonal_days_free(struct ad_seasonal_days *d);

void ad_seasonal_days_save(const struct ad_seasonal_days *d, struct ad_save *out);
/* Into an empty one; hostile input. Returns 0, or -1. */
int ad_seasonal_days_load(struct ad_seasonal_days *d, struct ad_load *in);

#endif
