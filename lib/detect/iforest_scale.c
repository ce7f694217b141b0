#include "detect/iforest_scale.h"

#include "maths/rank.h"

#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The smallest of those that are most frequent. */
static double most_frequent(double *x, size_t n)
{
    double mode = x[0];
    size_t most = 0;
    qsort(x, n, sizeof *x, by_value);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && !(x[to] > x[from]);)
            to++;
        if (to - from > most) {
            most = to - from;
            mode = x[from];
        }
    }
    return mode;
}

/* Half the median distance from the center of those that are not there. Half, as it is always
 * finite. */
static double unit_of(double *x, size_t n, double center)
{
    size_t off = 0;
    for (size_t i = 0; i < n; i++) {
        double distance = fabs(x[i] / 2 - center / 2);
        if (distance > 0)
            x[off++] = distance;
    }
    return off ? ad_rank(x, off, off / 2) : 0;
}

struct survey {
    const struct ad_iforest_rows *rows;
    struct ad_iforest_scale *scale; /* of each column */
    double *values;                 /* of each thread so many as there are rows */
};

static void survey_column(void *arg, size_t col, size_t thread)
{
    const struct survey *s = arg;
    const struct ad_iforest_rows *rows = s->rows;
    double *v = s->values + thread * rows->n, least = INFINITY, most = -INFINITY;
    size_t n = 0;
    for (size_t row = 0; row < rows->n; row++) {
        double x = rows->x[row * rows->cols + col];
        if (isnan(x))
            continue;
        v[n++] = x;
        least = x < least ? x : least;
        most = x > most ? x : most;
    }
    struct ad_iforest_scale *scale = &s->scale[col];
    *scale = (struct ad_iforest_scale){NAN, NAN, 0, 0};
    if (n == 0)
        return;
    bool category = rows->category && rows->category[col];
    scale->center = category ? most_frequent(v, n) : ad_rank_median(v, n);
    scale->least = least;
    scale->range = most / 2 - least / 2;
    scale->unit = unit_of(v, n, scale->center);
}

int ad_iforest_scale_rows(const struct ad_iforest_rows *rows, struct ad_iforest_scale *scale,
                          struct ad_pool *pool)
{
    size_t threads = ad_pool_threads(pool);
    struct survey s = {rows, scale, NULL};
    if (rows->n <= SIZE_MAX / sizeof *s.values / threads)
        s.values = malloc(threads * rows->n * sizeof *s.values);
    if (!s.values)
        return -1;
    ad_pool_each(pool, rows->cols, survey_column, &s);
    free(s.values);
    return 0;
}

/* Out of reach of any row the trees grew from, and far from overflow in sums of squares. */
#define FARTHEST 1e18

float ad_iforest_scaled(const struct ad_iforest_scale *scale, double x)
{
    if (isnan(x))
        return (float)NAN;
    double far = scale->unit > 0 ? (x / 2 - scale->center / 2) / scale->unit : 0;
    return (float)(far < -FARTHEST ? -FARTHEST : far > FARTHEST ? FARTHEST : far);
}

static bool is_sound(const struct ad_iforest_scale *s)
{
    bool none = isnan(s->center) && isnan(s->least);
    bool some = isfinite(s->center) && isfinite(s->least);
    return s->range >= 0 && isfinite(s->range) && s->unit >= 0 && isfinite(s->unit) &&
           (some || (none && !(s->range > 0) && !(s->unit > 0)));
}

void ad_iforest_scale_save(const struct ad_iforest_scale *s, struct ad_save *out)
{
    ad_save_f64s(out, (double[]){s->center, s->least, s->range, s->unit}, 4);
}

int ad_iforest_scale_load(struct ad_iforest_scale *s, struct ad_load *in)
{
    double v[4];
    ad_load_f64s(in, v, 4);
    *s = (struct ad_iforest_scale){v[0], v[1], v[2], v[3]};
    return !in->failed && is_sound(s) ? 0 : -1;
}
