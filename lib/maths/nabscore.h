/* The score of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015) at every threshold: early
 * detection in a window is rewarded, once; false alarms cost, less just after a window. The first
 * 15 % of a series, at most 750 records, are not scored. */
#ifndef AD_MATHS_NABSCORE_H
#define AD_MATHS_NABSCORE_H

#include "maths/span.h"

/* What a window that is found, one that is missed and a false alarm weigh. */
struct ad_nab_profile {
    double tp, fn, fp;
};
enum { AD_NAB_STANDARD, AD_NAB_LOW_FP, AD_NAB_LOW_FN, AD_NAB_PROFILES };
extern const struct ad_nab_profile ad_nab_profile[AD_NAB_PROFILES];

/* Any number of series, added up by what lowering the threshold to a level brings. */
struct ad_nab {
    size_t levels;
    double *gain, *cost, *found; /* [levels] */
    double windows, reachable;   /* all, and those with a record that is scored */
};

/* Returns 0, or -1 when out of memory. */
int ad_nab_init(struct ad_nab *nab, size_t levels);
void ad_nab_free(struct ad_nab *nab);

/* Add a series of n records with nw anomalous windows. */
void ad_nab_add(struct ad_nab *nab, const uint32_t *level, size_t n, const struct ad_span *window,
                size_t nw);

/* The score when everything from `level` up is an alarm: 100 if it is perfect, 0 if there is no
 * alarm; NAN without windows. */
double ad_nab_score(const struct ad_nab *nab, const struct ad_nab_profile *profile, size_t level);

/* The best score of all thresholds, and its level: `levels` if no alarm at all is best. */
double ad_nab_best(const struct ad_nab *nab, const struct ad_nab_profile *profile, size_t *level);

#endif
