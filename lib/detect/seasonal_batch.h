/* All of a series at once: what ad-seasonal --stl and --holt-winters make of it. */
#ifndef AD_DETECT_SEASONAL_BATCH_H
#define AD_DETECT_SEASONAL_BATCH_H

#include "base/err.h"
#include "detect/seasonal.h"
#include "detect/seasonal_days.h"
#include "detect/seasonal_grid.h"
#include "detect/seasonal_rest.h"
#include "maths/holtwinters.h"

#include <math.h>

/* Values as they come, then what was made of them. */
struct ad_seasonal_batch {
    const struct ad_seasonal_cfg *cfg;
    bool clocked;
    double *at, *x; /* [n]; gone after the fit */
    size_t n, room;
    struct ad_seasonal_grid grid;
    double *fitted; /* [grid.cells]: what is expected; NAN: nothing */
    size_t nseason, period[AD_SEASONAL_MOST];
    double *season[AD_SEASONAL_MOST]; /* [period]: its last cycle */
    double trend;                     /* at the end, */
    struct ad_holtwinters smooth;     /* or the level, its slope, and how fast they change */
    struct ad_seasonal_more drift;    /* of the trend from one cell to the next */
    struct ad_seasonal_rest rest;
    struct ad_seasonal_days days;
};

/* Whether places are times of the wall clock, not rows. */
static inline bool ad_seasonal_batch_by_clock(const struct ad_seasonal_batch *b)
{
    const struct ad_seasonal_cfg *cfg = b->cfg;
    bool wanted = cfg->nperiod > 0 ? cfg->period[0].seconds > 0 : cfg->find || cfg->holidays;
    return b->clocked && wanted;
}

/* Whether a place lies on a holiday. */
static inline bool ad_seasonal_batch_special(const struct ad_seasonal_batch *b, double at)
{
    return b->cfg->holidays && ad_seasonal_batch_by_clock(b) &&
           ad_calendar_has(b->cfg->holidays, (int64_t)floor(at / 86400));
}

/* The smallest scale to judge by. */
static inline double ad_seasonal_batch_least(const struct ad_seasonal_batch *b, double center)
{
    return b->cfg->min_scale > 0 ? b->cfg->min_scale : 1e-9 * fabs(center);
}

/* From at[] and x[], n > 0 of them, which are then gone. Returns 0, or -1. */
int ad_seasonal_batch_fit(struct ad_seasonal_batch *b, struct ad_err *err);

#endif
