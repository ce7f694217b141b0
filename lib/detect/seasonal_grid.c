#include "detect/seasonal_grid.h"

#include "maths/rank.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The most cells per value that gaps may make necessary. */
enum { SPARSEST = 20 };

int ad_seasonal_grid_lay(struct ad_seasonal_grid *g, const double *at, size_t n, bool find,
                         struct ad_err *err)
{
    double first = at[0], last = at[0];
    g->spacing = 1;
    for (size_t i = 1; i < n; i++) {
        first = at[i] < first ? at[i] : first;
        last = at[i] > last ? at[i] : last;
    }
    if (find) {
        size_t steps = 0;
        double *apart = malloc(n * sizeof *apart);
        if (!apart)
            return ad_err_nomem(err);
        for (size_t i = 1; i < n; i++)
            if (at[i] > at[i - 1])
                apart[steps++] = at[i] - at[i - 1];
        g->spacing = steps > 0 ? ad_rank_median(apart, steps) : 1;
        free(apart);
    }
    g->start = first;
    double cells = ad_seasonal_grid_cell(g, last) + 1;
    if (cells > SPARSEST * (double)n + 1000)
        return ad_err_set(err,
                          "the times are too far from evenly spaced for --stl and --holt-winters");
    g->cells = (size_t)cells;
    return 0;
}

int ad_seasonal_grid_fill(const struct ad_seasonal_grid *g, const double *at, const double *x,
                          size_t n, double *y, bool *absent)
{
    double *count = calloc(g->cells, sizeof *count);
    if (!count)
        return -1;
    memset(y, 0, g->cells * sizeof *y);
    for (size_t i = 0; i < n; i++) {
        size_t k = (size_t)ad_seasonal_grid_cell(g, at[i]);
        y[k] += (x[i] - y[k]) / ++count[k];
    }
    for (size_t k = 0; k < g->cells; k++)
        absent[k] = !(count[k] > 0);
    free(count);
    return 0;
}

size_t ad_seasonal_grid_bridge(const struct ad_seasonal_grid *g, double *y, const bool *absent)
{
    size_t holes = 0, last = SIZE_MAX;
    for (size_t i = 0; i <= g->cells; i++) {
        if (i < g->cells && absent[i]) {
            holes++;
            continue;
        }
        bool end = i == g->cells;
        if (end && last == SIZE_MAX)
            break;
        size_t from = last == SIZE_MAX ? 0 : last + 1;
        double before = last == SIZE_MAX ? y[i] : y[last], after = end ? before : y[i];
        for (size_t k = from; k < i; k++)
            y[k] = before + (after - before) * (double)(k + 1 - from) / (double)(i + 1 - from);
        last = i;
    }
    return holes;
}
