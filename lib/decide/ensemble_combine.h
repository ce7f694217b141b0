/* What a number of scores say together. */
#ifndef AD_DECIDE_ENSEMBLE_COMBINE_H
#define AD_DECIDE_ENSEMBLE_COMBINE_H

#include "decide/ensemble.h"

/* Scores x[n] from 0 to below 1 with their weights, 0 where a score is missing or does not count;
 * at least one is more. */
struct ad_votes {
    const double *x, *w;
    size_t n;
    double s0;         /* of the detectors that gave the scores */
    const double *cov; /* [n][n]: correlation of what fisher and stouffer add up; NULL: none */
    size_t *rank;      /* [n], to work with */
};

/* Surprise of a score, s0 x / (1 - x), at most AD_SURPRISE_MAX; and back. */
double ad_votes_surprise(double x, double s0);
double ad_votes_score(double surprise, double s0);

/* -ln p that a score stands for as the strategies fisher and stouffer add it up: an exponential
 * variable, a Gaussian one. */
double ad_votes_evidence(const struct ad_votes *v, size_t i, int strategy);

/* The surprise that all of them make. */
double ad_votes_combine(const struct ad_votes *v, const struct ad_ensemble_cfg *cfg);

/* The part of each in it, in some unit: part[n]. */
void ad_votes_parts(const struct ad_votes *v, const struct ad_ensemble_cfg *cfg, double *part);

/* How much they agree: 1 less twice the standard deviation; NAN if there is only one. */
double ad_votes_agreement(const struct ad_votes *v);

#endif
