#include "detect/iforest_scale.h"

#include "maths/rng.h"

#include <math.h>
#include <stdlib.h>

static void swap(double *x, size_t i, size_t j)
{
    double t = x[i];
    x[i] = x[j];
    x[j] = t;
}

/* The k-th smallest of n values, which are moved so that none larger stands before it. The pivots
 * are random lest an order of the data make it quadratic; equal values gather in the middle. */
static double select_value(double *x, size_t n, size_t k)
{
    struct ad_rng rng;
    ad_rng_seed(&rng, n);
    for (size_t lo = 0, end = n;;) {
        double pivot = x[lo + ad_rng_below(&rng, end - lo)];
        size_t less = lo, i = lo, more = end;
        while (i < more)
            if (x[i] < pivot)
                swap(x, less++, i++);
            else if (x[i] > pivot)
                swap(x, i, --more);
            else
                i++;
        if (k < less)
            end = less;
        else if (k >= more)
            lo = more;
        else
            return pivot;
    }
}

static double median_of(double *x, size_t n)
{
    double high = select_value(x, n, n / 2), low = x[0];
    if (n % 2)
        return high;
    for (size_t i = 1; i < n / 2; i++)
        low = x[i] > low ? x[i] : low;
    return low / 2 + high / 2;
}

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

struct survey {
    const struct ad_iforest_rows *rows;
    double *center, *least, *range;
    double *values; /* of each thread so many as there are rows */
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
    bool category = rows->category && rows->category[col];
    s->center[col] = n == 0 ? NAN : category ? most_frequent(v, n) : median_of(v, n);
    s->least[col] = n == 0 ? NAN : least;
    s->range[col] = n == 0 ? 0 : most / 2 - least / 2;
}

int ad_iforest_scale(const struct ad_iforest_rows *rows, double *center, double *least,
                     double *range, struct ad_pool *pool)
{
    size_t threads = ad_pool_threads(pool);
    struct survey s = {rows, center, least, range, NULL};
    if (rows->n <= SIZE_MAX / sizeof *s.values / threads)
        s.values = malloc(threads * rows->n * sizeof *s.values);
    if (!s.values)
        return -1;
    ad_pool_each(pool, rows->cols, survey_column, &s);
    free(s.values);
    return 0;
}
