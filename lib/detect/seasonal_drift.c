#include "detect/seasonal_drift.h"

#include "maths/moments.h"

#include <math.h>

/* The least weight of a new square: a hundred blocks are remembered. Fewer than FEW say nothing. */
static const double memory = 0.02;
enum { FEW = 4, VALUES = 12 };

void ad_seasonal_drift_init(struct ad_seasonal_drift *d, double length, double spacing)
{
    double cycles = length > 0 ? ceil(VALUES * spacing / length) : 0;
    *d = (struct ad_seasonal_drift){.length = cycles > 1 ? cycles * length : length};
}

void ad_seasonal_drift_break(struct ad_seasonal_drift *d)
{
    d->n = d->chain = 0;
}

/* A block is over. One with few values breaks the chain. */
static void finish(struct ad_seasonal_drift *d, double rise, bool enough)
{
    if (!enough) {
        d->chain = 0;
        return;
    }
    if (d->chain > 0) {
        double off = d->mean - d->last[0] - rise;
        ad_seasonal_mean_add(&d->one, off * off, memory);
    }
    if (d->chain > 1) {
        double off = d->mean - d->last[1] - 2 * rise;
        ad_seasonal_mean_add(&d->two, off * off, memory);
    }
    d->last[1] = d->last[0];
    d->last[0] = d->mean;
    d->chain = d->chain < 2 ? d->chain + 1 : 2;
}

void ad_seasonal_drift_add(struct ad_seasonal_drift *d, double at, double x, double slope,
                           double spacing)
{
    if (!(d->length > 0) || !(spacing > 0))
        return;
    if (d->n > 0 && at - d->since >= d->length) {
        double passed = floor((at - d->since) / d->length);
        finish(d, slope * d->length, d->n >= d->length / spacing / 2);
        if (passed > 1)
            d->chain = 0;
        d->since += passed * d->length;
        d->n = 0;
    } else if (d->n == 0 && d->chain == 0) {
        d->since = at;
    }
    d->n++;
    d->mean = d->n > 1 ? d->mean + (x - d->mean) / d->n : x;
}

double ad_seasonal_drift_variance(const struct ad_seasonal_drift *d, double ahead, double *nu)
{
    double more = d->two.mean - d->one.mean;
    *nu = 0.4 * d->two.n;
    return d->two.n >= FEW && more > 0 && ahead > 0 ? more / d->length * ahead : 0;
}

void ad_seasonal_drift_save(const struct ad_seasonal_drift *d, struct ad_save *out)
{
    ad_save_f64s(out,
                 (double[]){d->since, d->n, d->mean, d->chain, d->last[0], d->last[1], d->one.n,
                            d->one.mean, d->two.n, d->two.mean},
                 10);
}

int ad_seasonal_drift_load(struct ad_seasonal_drift *d, struct ad_load *in)
{
    double v[10];
    ad_load_f64s(in, v, 10);
    bool good = !in->failed && fabs(v[0]) <= 1e15 && v[1] >= 0 && v[1] <= 0x1p53;
    good = good && (v[3] == 0 || v[3] == 1 || v[3] == 2);
    for (int i = 2; i < 6; i++)
        good = good && fabs(v[i]) <= 1e142;
    for (int i = 6; i < 10; i++)
        good = good && v[i] >= 0 && v[i] <= 1e286;
    if (!good)
        return -1;
    *d = (struct ad_seasonal_drift){d->length, v[0],         v[1],         v[2],
                                    v[3],      {v[4], v[5]}, {v[6], v[7]}, {v[8], v[9]}};
    return 0;
}
