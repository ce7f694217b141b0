/* All of a series so far at a coarseness that fits, to look for seasons in. */
#ifndef AD_DETECT_SEASONAL_WATCH_H
#define AD_DETECT_SEASONAL_WATCH_H

#include "base/pack.h"
#include "detect/seasonal.h"

enum { AD_WATCH_CELLS = 2048, AD_WATCH_FIRST = 64 };

/* Means of the values in cells of `width` seconds or rows from `start` on. When there is no room
 * for more, two cells become one. */
struct ad_seasonal_watch {
    double start, width;
    size_t n, due; /* cells so far; how many make it time to look */
    double mean[AD_WATCH_CELLS], count[AD_WATCH_CELLS];
};

void ad_seasonal_watch_init(struct ad_seasonal_watch *w, double start, double width);

/* Take in a value at a place that is not before the start. Returns whether it is time to look. */
bool ad_seasonal_watch_add(struct ad_seasonal_watch *w, double at, double x);

/* The seasons that show, the shortest first, in seconds (by the clock: an hour, half a day, a day
 * or a week where one of these is meant) or rows. Returns how many, or -1 when out of memory. */
int ad_seasonal_watch_look(const struct ad_seasonal_watch *w, bool clocked, double *length);

void ad_seasonal_watch_save(const struct ad_seasonal_watch *w, struct ad_save *out);
/* Returns 0, or -1. */
int ad_seasonal_watch_load(struct ad_seasonal_watch *w, struct ad_load *in);

#endif
