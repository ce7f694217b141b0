#include "maths/ewma.h"

#include "maths/moments.h"

#include <math.h>

void ad_ewma_add(struct ad_ewma *e, double x, double keep)
{
    x = ad_moments_limit(x);
    double d = x - e->mean;
    e->w = keep * e->w + 1;
    e->w2 = keep * keep * e->w2 + 1;
    e->w3 = keep * keep * keep * e->w3 + 1;
    e->mean += d / e->w;
    e->dev2 = keep * e->dev2 + d * (x - e->mean);
}

double ad_ewma_n(const struct ad_ewma *e)
{
    return e->w > 0 ? e->w * e->w / e->w2 : 0;
}

double ad_ewma_variance(const struct ad_ewma *e)
{
    double unbias = e->w - e->w2 / e->w;
    return unbias > 0 ? e->dev2 / unbias : 0;
}

double ad_ewma_nu(const struct ad_ewma *e)
{
    double a = e->w2 / (e->w * e->w), b = e->w3 / (e->w * e->w * e->w);
    return (1 - a) * (1 - a) / (a - 2 * b + a * a);
}

void ad_ewma_save(const struct ad_ewma *e, struct ad_save *save)
{
    ad_save_f64s(save, (double[]){e->w, e->w2, e->w3, e->mean, e->dev2}, 5);
}

/* Each weight is at most 1, the newest is 1. */
int ad_ewma_load(struct ad_ewma *e, struct ad_load *load)
{
    double v[5];
    ad_load_f64s(load, v, 5);
    bool none = v[0] == 0 && v[1] == 0 && v[2] == 0;
    bool some = v[2] >= 1 && v[1] >= v[2] && v[0] >= v[1] && v[0] <= 0x1p53;
    if (load->failed || !(none || some) || !ad_moments_holds(v[3]) || !(v[4] >= 0) ||
        !isfinite(v[4]))
        return -1;
    *e = (struct ad_ewma){v[0], v[1], v[2], v[3], v[4]};
    return ad_ewma_variance(e) <= AD_MOMENTS_VARIANCE ? 0 : -1;
}
