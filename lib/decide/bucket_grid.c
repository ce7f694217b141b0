#include "decide/bucket_grid.h"

#include "base/zone.h"

#include <math.h>

enum { HOUR = 3600, DAY = 86400, MONDAY = 4 * DAY };

bool ad_bucket_grid_has(double every)
{
    if (!(every >= 0.001) || every > 366.0 * DAY)
        return false;
    double n = every < DAY ? DAY / every : every / DAY;
    return fabs(n - nearbyint(n)) < 1e-9;
}

/* When the wall clock first shows the n-th multiple of `step` after `origin`. */
static double at_wall(double n, double step, double origin)
{
    return (double)ad_zone_resolve((int64_t)(n * step + origin));
}

/* Between two such times: the last not after t, and the next. */
static void find_wall(const struct ad_bucket_grid *grid, double t, double step, double *from,
                      double *to)
{
    double origin = fmod(step, 7 * DAY) == 0 ? MONDAY : 0;
    double n = floor((ad_clock_wall(grid->clock, t) - origin) / step);
    /* Clocks that were put back over the beginning show what was before. */
    while (at_wall(n, step, origin) > t)
        n--;
    while (at_wall(n + 1, step, origin) <= t)
        n++;
    *from = at_wall(n, step, origin);
    *to = at_wall(n + 1, step, origin);
}

double ad_bucket_grid_find(struct ad_bucket_grid *grid, double t)
{
    if (t >= grid->from && t < grid->to)
        return grid->from;
    if (grid->every > HOUR) {
        find_wall(grid, t, grid->every, &grid->from, &grid->to);
        return grid->from;
    }
    double midnight, next;
    find_wall(grid, t, DAY, &midnight, &next);
    double n = floor((t - midnight) / grid->every);
    n -= midnight + n * grid->every > t;
    n += midnight + (n + 1) * grid->every <= t;
    grid->from = midnight + n * grid->every;
    grid->to = fmin(midnight + (n + 1) * grid->every, next);
    return grid->from;
}
