#include "plot/range.h"

#include <float.h>
#include <stdlib.h>

/* Axes are computed with in steps of equal height: values, or their logarithms. */
static double height_of(double value, bool log)
{
    if (!log)
        return value;
    return value > 0 ? log10(value) : (double)NAN;
}

static double value_of(double height, bool log)
{
    return log ? pow(10, height) : height;
}

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

struct extent {
    double low, high;
};

static void include(struct extent *e, double height)
{
    e->low = fmin(e->low, height);
    e->high = fmax(e->high, height);
}

static struct extent extent_of_values(const struct ad_trace *t, bool log)
{
    struct extent e = {(double)NAN, (double)NAN};
    for (size_t i = 0; i < t->n; i++) {
        const struct ad_slice *s = t->slice + i;
        const double values[] = {s->first.value, s->least.value, s->most.value, s->last.value};
        for (size_t k = 0; k < sizeof values / sizeof *values; k++)
            include(&e, height_of(values[k], log));
    }
    return e;
}

/* A detector that warms up may think everything normal: only what nine of ten slices have of the
 * band counts, and that no farther from the values than they from each other. */
static int include_band(struct extent *e, const struct ad_trace *t, bool log)
{
    const double range = e->high - e->low, reach = range > 0 ? range : (double)INFINITY;
    double *bound = malloc((2 * t->n + 1) * sizeof *bound);
    size_t n = 0;
    if (!bound)
        return -1;
    for (size_t i = 0; i < t->n; i++) {
        const double both[] = {height_of(t->slice[i].lower, log),
                               height_of(t->slice[i].upper, log)};
        for (size_t k = 0; k < 2; k++)
            if (isfinite(both[k]))
                bound[n++] = both[k];
    }
    if (n) {
        qsort(bound, n, sizeof *bound, ascending);
        include(e, fmax(bound[n / 20], e->low - reach));
        include(e, fmin(bound[n - 1 - n / 20], e->high + reach));
    }
    free(bound);
    return 0;
}

/* Some room above and below, less of it below values that are never negative. */
static void pad(struct extent *e, bool log)
{
    double range = e->high - e->low, room = range * 0.08;
    bool constant = !(room > fmax(fabs(e->low), fabs(e->high)) * 1e-12);
    if (constant)
        room = log || fabs(e->low) < DBL_MIN ? 1 : fabs(e->low) * 0.1;
    double below = !constant && e->low >= 0 && e->low < room && !log ? range * 0.02 : room;
    e->low = fmax(e->low - below, -DBL_MAX);
    e->high = fmin(e->high + room, DBL_MAX);
}

int ad_panel_range(struct ad_panel *p, const struct ad_figure_cfg *cfg)
{
    if (!isnan(cfg->low)) {
        p->low = cfg->low;
        p->high = cfg->high;
        return 0;
    }
    struct extent e = extent_of_values(&p->trace, cfg->log);
    if (isnan(e.low))
        e = (struct extent){0, cfg->log ? 1 : 0};
    if (include_band(&e, &p->trace, cfg->log))
        return -1;
    pad(&e, cfg->log);
    p->low = fmax(value_of(e.low, cfg->log), cfg->log ? DBL_TRUE_MIN : -DBL_MAX);
    p->high = fmin(value_of(e.high, cfg->log), DBL_MAX);
    return 0;
}

double ad_figure_up(const struct ad_figure *f, const struct ad_panel *p, double value)
{
    const bool log = f->cfg.log;
    double low = height_of(p->low, log), high = height_of(p->high, log);
    double up = height_of(value, log);
    if (log && value <= 0 && isinf(value))
        up = value;
    if (isinf(up))
        return up > 0 ? 11 : -10;
    up = (up / 2 - low / 2) / (high / 2 - low / 2);
    return isnan(up) ? up : fmax(-10, fmin(11, up));
}

double ad_figure_along(const struct ad_figure *f, double at)
{
    return (at - f->from) / (f->to - f->from);
}
