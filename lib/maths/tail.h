/* From a raw score of unknown distribution to a surprise: the tail of a sample of scores. */
#ifndef AD_MATHS_TAIL_H
#define AD_MATHS_TAIL_H

#include "base/pack.h"

#include <stddef.h>

enum { AD_TAIL_KNOTS = 64 };

/* P(score >= s) while all is normal: the empirical distribution of all but the top 2 % of the
 * sample, beyond that an exponential tail. Anomalies among the sample are among the top 2 %, so
 * these count only where they lie as the 8 % before them lead to expect, or nearer. Where they lie
 * farther out, up to a quarter of them are taken for anomalies. */
struct ad_tail {
    double knot[AD_TAIL_KNOTS];     /* scores, ascending; the tail begins at the last */
    double surprise[AD_TAIL_KNOTS]; /* -ln p there */
    double rate;                    /* of the tail: surprise per unit of score where it begins */
    double known;                   /* scores that the rate is known from */
};

/* Fit to n >= 1 finite scores, which are sorted. Fewer than three, or equal ones, never surprise.
 */
void ad_tail_fit(struct ad_tail *tail, double *score, size_t n);

/* The same where anomalies may be among the part `top` of the scores, 0.02 .. 0.2, and of scores
 * that follow each other as many as `apart` tell no more than one. */
void ad_tail_fit_top(struct ad_tail *tail, double *score, size_t n, double top, double apart);

/* -ln p of a score, 0 .. 700, never falling as the score rises. In the tail it is that of a further
 * exponential value whose mean is known from `known` others: known ln(1 + excess rate / known). */
double ad_tail_surprise(const struct ad_tail *tail, double score);

void ad_tail_save(const struct ad_tail *tail, struct ad_save *out);
/* Hostile input: returns 0, or -1. */
int ad_tail_load(struct ad_tail *tail, struct ad_load *in);

#endif
