/* A series on an even grid. */
#ifndef AD_DETECT_SEASONAL_GRID_H
#define AD_DETECT_SEASONAL_GRID_H

#include "base/err.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* Cells `spacing` apart, the first one around `start`. */
struct ad_seasonal_grid {
    double start, spacing;
    size_t cells;
};

/* For n > 0 values at these places, which need be in no order: as far apart as they usually are if
 * `find`, else by one. Returns 0, or -1 when they are so uneven that it would take far more cells
 * than values, or out of memory. */
int ad_seasonal_grid_lay(struct ad_seasonal_grid *g, const double *at, size_t n, bool find,
                         struct ad_err *err);

/* The cell of a place that is not before the start, also beyond the last one. */
static inline double ad_seasonal_grid_cell(const struct ad_seasonal_grid *g, double at)
{
    return floor((at - g->start) / g->spacing + 0.5);
}

/* The mean of each cell's values into y[cells], absent[] where there is none. Returns 0, or -1 when
 * out of memory. */
int ad_seasonal_grid_fill(const struct ad_seasonal_grid *g, const double *at, const double *x,
                          size_t n, double *y, bool *absent);

/* Straight lines across what is absent, flat before the first and after the last of the others; as
 * it was if there are none. Returns how many cells are absent. */
size_t ad_seasonal_grid_bridge(const struct ad_seasonal_grid *g, double *y, const bool *absent);

#endif
