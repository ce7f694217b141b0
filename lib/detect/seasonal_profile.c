#include "detect/seasonal_profile.h"

#include <math.h>
#include <stdlib.h>

/* Phases of the shortest season that have variances of their own. */
enum { VOLS = 24 };

void ad_seasonal_profile_init(struct ad_seasonal_profile *p, double length, double shortest,
                              double spacing, unsigned long long phases)
{
    double bins = spacing > 0 ? floor(length / spacing + 0.5) : (double)phases;
    bins = bins < 1 ? 1 : bins > (double)phases ? (double)phases : bins;
    double vols = floor(VOLS * length / shortest);
    *p = (struct ad_seasonal_profile){.length = length, .since = (double)NAN};
    p->nbin = (size_t)bins;
    p->nvol = vols < bins ? (size_t)vols : (size_t)bins;
}

void ad_seasonal_profile_free(struct ad_seasonal_profile *p)
{
    free(p->bin);
    free(p->vol);
    p->bin = p->vol = NULL;
}

int ad_seasonal_profile_begin(struct ad_seasonal_profile *p, double at)
{
    p->bin = calloc(p->nbin, sizeof *p->bin);
    p->vol = calloc(p->nvol, sizeof *p->vol);
    if (!p->bin || !p->vol) {
        ad_seasonal_profile_free(p);
        return -1;
    }
    p->since = at;
    return 0;
}

/* How far into its season a place is, in phases if there are n. */
static double phases_into(const struct ad_seasonal_profile *p, double at, size_t n)
{
    /* Multiplied first, so that whole seconds at the start of a phase divide exactly. */
    double into = fmod(at, p->length);
    return (into < 0 ? into + p->length : into) * (double)n / p->length;
}

size_t ad_seasonal_profile_bin(const struct ad_seasonal_profile *p, double at)
{
    double i = floor(phases_into(p, at, p->nbin) + 0.5);
    return i < (double)p->nbin ? (size_t)i : 0;
}

size_t ad_seasonal_profile_vol(const struct ad_seasonal_profile *p, double at)
{
    double i = floor(phases_into(p, at, p->nvol));
    return i < (double)p->nvol ? (size_t)i : p->nvol - 1;
}
