#include "maths/tdigest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* The share of the values up to which a centroid that begins at share q may reach. */
static double reach(double q)
{
    const double step = 2 * PI / AD_TDIGEST_DELTA;
    double angle = asin(2 * q - 1) + step;
    return angle >= PI / 2 ? 1 : (sin(angle) + 1) / 2;
}

/* Merge sorted centroids into as few as the scale function allows, the result in d. */
static void compress(struct ad_tdigest *d, const struct ad_centroid *c, size_t n, double total)
{
    size_t last = 0;
    double before = 0, most = reach(0) * total;
    d->c[0] = c[0];
    for (size_t i = 1; i < n; i++) {
        struct ad_centroid *to = &d->c[last];
        if (before + to->weight + c[i].weight <= most || last + 1 == AD_TDIGEST_MOST) {
            to->weight += c[i].weight;
            to->mean += (c[i].mean - to->mean) * (c[i].weight / to->weight);
            continue;
        }
        before += to->weight;
        most = reach(before / total) * total;
        d->c[++last] = c[i];
    }
    d->n = last + 1;
    d->total = total;
}

/* Merge n sorted centroids into d. */
static void take(struct ad_tdigest *d, const struct ad_centroid *c, size_t n, double weight)
{
    struct ad_centroid all[2 * AD_TDIGEST_MOST + AD_TDIGEST_WAITING];
    size_t k = 0, i = 0, j = 0;
    while (i < d->n || j < n)
        all[k++] = j == n || (i < d->n && d->c[i].mean <= c[j].mean) ? d->c[i++] : c[j++];
    if (k > 0)
        compress(d, all, k, d->total + weight);
}

static void settle(struct ad_tdigest *d)
{
    struct ad_centroid c[AD_TDIGEST_WAITING];
    size_t n = d->nwaiting;
    if (n == 0)
        return;
    qsort(d->waiting, n, sizeof *d->waiting, by_value);
    for (size_t i = 0; i < n; i++)
        c[i] = (struct ad_centroid){d->waiting[i], 1};
    d->nwaiting = 0;
    take(d, c, n, (double)n);
}

static void widen(struct ad_tdigest *d, double min, double max)
{
    bool empty = ad_tdigest_count(d) <= 0;
    d->min = empty || min < d->min ? min : d->min;
    d->max = empty || max > d->max ? max : d->max;
}

void ad_tdigest_add(struct ad_tdigest *d, double x)
{
    widen(d, x, x);
    d->waiting[d->nwaiting++] = x;
    if (d->nwaiting == AD_TDIGEST_WAITING)
        settle(d);
}

void ad_tdigest_merge(struct ad_tdigest *d, const struct ad_tdigest *other)
{
    if (ad_tdigest_count(other) <= 0)
        return;
    settle(d);
    widen(d, other->min, other->max);
    if (other->n)
        take(d, other->c, other->n, other->total);
    for (size_t i = 0; i < other->nwaiting; i++)
        ad_tdigest_add(d, other->waiting[i]);
}

static double between(double x0, double y0, double x1, double y1, double x)
{
    return x1 > x0 ? y0 + (y1 - y0) * ((x - x0) / (x1 - x0)) : y1;
}

/* A centroid's mean lies in the middle of its weight, the extremes half a value from the ends;
 * between these places quantiles are linear. */
double ad_tdigest_quantile(struct ad_tdigest *d, double q)
{
    settle(d);
    if (d->n == 0)
        return NAN;
    double at = q * d->total, place = 0.5, value = d->min, before = 0;
    if (at <= place)
        return d->min;
    for (size_t i = 0; i < d->n; i++) {
        double middle = before + d->c[i].weight / 2;
        if (at < middle)
            return between(place, value, middle, d->c[i].mean, at);
        place = middle;
        value = d->c[i].mean;
        before += d->c[i].weight;
    }
    return at >= d->total - 0.5 ? d->max : between(place, value, d->total - 0.5, d->max, at);
}

void ad_tdigest_save(const struct ad_tdigest *d, struct ad_save *save)
{
    ad_save_u64(save, d->n);
    for (size_t i = 0; i < d->n; i++) {
        ad_save_f64(save, d->c[i].mean);
        ad_save_f64(save, d->c[i].weight);
    }
    ad_save_u64(save, d->nwaiting);
    ad_save_f64s(save, d->waiting, d->nwaiting);
    ad_save_f64(save, d->min);
    ad_save_f64(save, d->max);
}

int ad_tdigest_load(struct ad_tdigest *d, struct ad_load *load)
{
    *d = (struct ad_tdigest){.n = ad_load_max(load, AD_TDIGEST_MOST)};
    for (size_t i = 0; i < d->n; i++) {
        d->c[i] = (struct ad_centroid){ad_load_finite(load), ad_load_finite(load)};
        if (!(d->c[i].weight >= 1) || (i > 0 && d->c[i].mean < d->c[i - 1].mean))
            load->failed = true;
        d->total += d->c[i].weight;
    }
    d->nwaiting = ad_load_max(load, AD_TDIGEST_WAITING - 1);
    ad_load_f64s(load, d->waiting, d->nwaiting);
    d->min = ad_load_finite(load);
    d->max = ad_load_finite(load);
    for (size_t i = 0; i < d->nwaiting; i++)
        load->failed |= !(d->waiting[i] >= d->min && d->waiting[i] <= d->max);
    if (d->n && (d->c[0].mean < d->min || d->c[d->n - 1].mean > d->max))
        load->failed = true;
    return load->failed || !(d->total < 1e15) ? -1 : 0;
}
