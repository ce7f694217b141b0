#include "maths/isotonic.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* Neighbouring points that share a value. */
struct run {
    double lo, hi; /* x of the first and the last */
    double mean, weight;
};

static int by_x(const void *a, const void *b)
{
    const struct run *p = a, *q = b;
    return (p->lo > q->lo) - (p->lo < q->lo);
}

static void join(struct run *a, const struct run *b)
{
    a->mean = (a->mean * a->weight + b->mean * b->weight) / (a->weight + b->weight);
    a->weight += b->weight;
    a->hi = b->hi;
}

/* Of n points in order make runs whose means rise. Returns how many. */
static size_t pool(struct run *r, size_t n)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (m && !(r[i].lo > r[m - 1].hi))
            join(&r[m - 1], &r[i]);
        else
            r[m++] = r[i];
    }
    n = m;
    m = 0;
    for (size_t i = 0; i < n; i++) {
        r[m++] = r[i];
        for (; m > 1 && r[m - 2].mean >= r[m - 1].mean; m--)
            join(&r[m - 2], &r[m - 1]);
    }
    return m;
}

static int make(struct ad_isotonic *curve, size_t n)
{
    double *x = n <= SIZE_MAX / sizeof *x / 2 ? malloc(2 * n * sizeof *x) : NULL;
    if (!x)
        return -1;
    ad_isotonic_free(curve);
    *curve = (struct ad_isotonic){x, x + n, n};
    return 0;
}

int ad_isotonic_fit(struct ad_isotonic *curve, const double *x, const double *y, size_t n)
{
    struct run *r = n <= SIZE_MAX / sizeof *r ? malloc(n * sizeof *r) : NULL;
    if (!r)
        return -1;
    for (size_t i = 0; i < n; i++)
        r[i] = (struct run){x[i], x[i], y[i], 1};
    qsort(r, n, sizeof *r, by_x);
    size_t m = pool(r, n), knots = 0;
    int rc = make(curve, 2 * m);
    for (size_t i = 0; rc == 0 && i < m; i++) {
        curve->x[knots] = r[i].lo;
        curve->y[knots++] = r[i].mean;
        if (!(r[i].hi > r[i].lo))
            continue;
        curve->x[knots] = r[i].hi;
        curve->y[knots++] = r[i].mean;
    }
    if (rc == 0)
        curve->n = knots;
    free(r);
    return rc;
}

double ad_isotonic_at(const struct ad_isotonic *curve, double at)
{
    const double *x = curve->x, *y = curve->y;
    size_t lo = 0, hi = curve->n - 1;
    if (!(at > x[0]))
        return y[0];
    if (at >= x[hi])
        return y[hi];
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        *(x[mid] > at ? &hi : &lo) = mid;
    }
    return y[lo] + (y[hi] - y[lo]) * ((at - x[lo]) / (x[hi] - x[lo]));
}

void ad_isotonic_free(struct ad_isotonic *curve)
{
    free(curve->x);
    *curve = (struct ad_isotonic){0};
}

void ad_isotonic_save(const struct ad_isotonic *curve, struct ad_save *out)
{
    ad_save_f64s(out, curve->x, curve->n);
    ad_save_f64s(out, curve->y, curve->n);
}

int ad_isotonic_load(struct ad_isotonic *curve, struct ad_load *in)
{
    size_t n = ad_load_peek(in);
    if (n == 0 || make(curve, n))
        return -1;
    ad_load_f64s(in, curve->x, n);
    ad_load_f64s(in, curve->y, n);
    for (size_t i = 0; i < n; i++)
        if (in->failed || !isfinite(curve->x[i]) || !(curve->y[i] >= 0 && curve->y[i] <= 1) ||
            (i && !(curve->x[i] > curve->x[i - 1] && curve->y[i] >= curve->y[i - 1])))
            return -1;
    return 0;
}
