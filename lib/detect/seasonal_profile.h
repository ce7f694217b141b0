/* The phases of a season. */
#ifndef AD_DETECT_SEASONAL_PROFILE_H
#define AD_DETECT_SEASONAL_PROFILE_H

#include "detect/seasonal_mean.h"

#include <stddef.h>

struct ad_seasonal_profile {
    double length;                /* of its season in seconds or rows */
    double since;                 /* where its first cycle began; NAN: not yet */
    size_t nbin, nvol;            /* phases, and coarser ones that share a variance */
    struct ad_seasonal_mean *bin; /* [nbin]: of distances from p[k]; NULL before `since` */
    struct ad_seasonal_mean *vol; /* [nvol]: of squares about what was expected */
};

/* At most `phases`, each `spacing` long; variances as for the shortest season. */
void ad_seasonal_profile_init(struct ad_seasonal_profile *p, double length, double shortest,
                              double spacing, unsigned long long phases);
void ad_seasonal_profile_free(struct ad_seasonal_profile *p);

/* Its first cycle begins at a place. Returns 0, or -1 when out of memory. */
int ad_seasonal_profile_begin(struct ad_seasonal_profile *p, double at);

/* The phase nearest to a place, as records tend to come at whole minutes or hours, more or less;
 * and that which a place lies in of the coarser ones. */
size_t ad_seasonal_profile_bin(const struct ad_seasonal_profile *p, double at);
size_t ad_seasonal_profile_vol(const struct ad_seasonal_profile *p, double at);

#endif
