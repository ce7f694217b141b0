#include "maths/moments.h"

#include <math.h>

void ad_moments_add(struct ad_moments *m, double x)
{
    x = ad_moments_limit(x);
    double d = x - m->mean;
    m->n++;
    m->mean += d / m->n;
    m->dev2 += d * (x - m->mean);
}

void ad_moments_save(const struct ad_moments *m, struct ad_save *save)
{
    ad_save_f64s(save, (double[]){m->n, m->mean, m->dev2}, 3);
}

int ad_moments_load(struct ad_moments *m, struct ad_load *load)
{
    double v[3];
    ad_load_f64s(load, v, 3);
    if (load->failed || !(v[0] >= 0 && v[0] <= 0x1p53) || !ad_moments_holds(v[1]) ||
        !(v[2] >= 0 && isfinite(v[2])))
        return -1;
    *m = (struct ad_moments){v[0], v[1], v[2]};
    return ad_moments_variance(m) <= AD_MOMENTS_VARIANCE ? 0 : -1;
}
