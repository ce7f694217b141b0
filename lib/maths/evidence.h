/* What several p-values say together: the laws behind Fisher's and Stouffer's methods, in surprises
 * S = -ln p, exact however small p is. */
#ifndef AD_MATHS_EVIDENCE_H
#define AD_MATHS_EVIDENCE_H

/* -ln Q(shape, x), Q the regularised upper incomplete gamma function: the tail of the gamma law of
 * this shape and scale 1. Half a chi-squared of nu degrees has the shape nu / 2. For x >= 0 and
 * shapes from 0.01 to 10000, with 12 digits. */
double ad_surprise_gamma(double x, double shape);

/* The z at which a standard Gaussian is exceeded with the probability exp(-s), s > 0, with 15
 * digits (Wichura 1988, AS 241); beyond s = 700, where doubles end, with 6. */
double ad_normal_at_surprise(double s);

#endif
