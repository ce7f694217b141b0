/* A mean that first averages and then forgets. */
#ifndef AD_DETECT_SEASONAL_MEAN_H
#define AD_DETECT_SEASONAL_MEAN_H

/* n is how many equally weighted values it is worth. */
struct ad_seasonal_mean {
    double n, mean;
};

/* A new value has at least the weight `least`. */
static inline void ad_seasonal_mean_add(struct ad_seasonal_mean *m, double x, double least)
{
    double gain = 1 / (m->n + 1);
    if (gain < least)
        gain = least;
    m->mean += gain * (x - m->mean);
    m->n = m->n > 0 ? 1 / ((1 - gain) * (1 - gain) / m->n + gain * gain) : 1;
}

#endif
