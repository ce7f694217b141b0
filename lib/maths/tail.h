/* From a raw score of unknown distribution to a surprise: the tail of a sample of scores. */
#ifndef AD_MATHS_TAIL_H
#define AD_MATHS_TAIL_H

#include "base/pack.h"

#include <stddef.h>

enum { AD_TAIL_KNOTS = 64 };

/* P(score >= s) while all is normal: the empirical distribution up to `from`, an exponential tail
 * beyond. Scores far out are censored before the tail is fitted, so that anomalies among the sample
 * do not set the line. */
struct ad_tail {
    double knot[AD_TAIL_KNOTS];     /* scores, ascending, the last is `from` */
    double surprise[AD_TAIL_KNOTS]; /* -ln p there */
    double rate;                    /* of the exponential tail: surprise per unit of score */
};

/* Fit to n >= 1 scores, which are sorted. */
void ad_tail_fit(struct ad_tail *tail, double *score, size_t n);

/* -ln p of a score, 0 .. 700, never falling as the score rises. */
double ad_tail_surprise(const struct ad_tail *tail, double score);

/* The least score whose surprise reaches s > 0. */
double ad_tail_at(const struct ad_tail *tail, double s);

void ad_tail_save(const struct ad_tail *tail, struct ad_save *out);
/* Hostile input: returns 0, or -1. */
int ad_tail_load(struct ad_tail *tail, struct ad_load *in);

#endif
