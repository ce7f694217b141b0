/* How far a detector is to be trusted, from what its scores have been like. */
#ifndef AD_DECIDE_ENSEMBLE_TRUST_H
#define AD_DECIDE_ENSEMBLE_TRUST_H

#include "base/pack.h"

#include <stdbool.h>

/* Its scores while all is normal, and while it is not: weights, and weighted sums. */
struct ad_trust {
    double normal, sum, squares;
    double other, high;
    bool heard; /* it has reached the line once */
};

void ad_trust_init(struct ad_trust *t);

/* Its weight in a mean: the squared distance between its means when not and when all is
 * normal, over the variance and the mean of normal ones (as in Fisher's linear discriminant: what
 * is loud and erratic in normal times counts little). A detector that has never reached the line
 * counts a thousandth of that. */
double ad_trust_weight(const struct ad_trust *t);

/* Learn a score, after all before it has shrunk by keep. With a label, 1 anomalous or 0 normal, it
 * counts ten times; without, NAN, it is taken to be normal, as nearly all are. */
void ad_trust_learn(struct ad_trust *t, double score, double label, double keep);

void ad_trust_save(const struct ad_trust *t, struct ad_save *out);
/* Hostile input: returns 0, or -1. */
int ad_trust_load(struct ad_trust *t, struct ad_load *in);

#endif
