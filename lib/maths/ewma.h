/* Mean and variance of a series that forgets: a value's weight halves with every half-life. */
#ifndef AD_MATHS_EWMA_H
#define AD_MATHS_EWMA_H

#include "base/pack.h"

/* {0} is no values. Sums of the weights w, the newest being 1, and of their squares and cubes. */
struct ad_ewma {
    double w, w2, w3;
    double mean, dev2; /* dev2: weighted sum of squared deviations from the mean */
};

/* Take in ad_moments_limit(x), after the weights before it have shrunk by keep = 2^-(elapsed
 * half-lives), 0..1. */
void ad_ewma_add(struct ad_ewma *e, double x, double keep);

/* How many equally weighted values are worth as much: (sum w)^2 / sum w^2 (Kish). */
double ad_ewma_n(const struct ad_ewma *e);

/* Unbiased variance, dev2 / (w - w2/w); 0 while there are not two values. */
double ad_ewma_variance(const struct ad_ewma *e);

/* Degrees of freedom of that variance for Gaussian values: those of the chi-squared law with the
 * same mean and variance (Satterthwaite 1946). n - 1 for equal weights. */
double ad_ewma_nu(const struct ad_ewma *e);

/* Returns 0, or -1. */
void ad_ewma_save(const struct ad_ewma *e, struct ad_save *save);
int ad_ewma_load(struct ad_ewma *e, struct ad_load *load);

#endif
