/* Logistic regression: P(y = 1) = 1 / (1 + exp(-(b_0 x_0 + ... + b_(k-1) x_(k-1) + b_k))). */
#ifndef AD_MATHS_LOGISTIC_H
#define AD_MATHS_LOGISTIC_H

#include <stddef.h>

/* The coef[0..k] that make
 *
 *     sum of -(y ln p + (1 - y) ln(1 - p)) + penalty / 2 (b_0^2 + ... + b_(k-1)^2)
 *
 * least, for n rows x[n][k] and y[n] from 0 to 1 (scikit-learn's C is 1 / penalty); by Newton's
 * method, which is least squares again and again with other weights. With penalty 0 the rows must
 * not be separable by y; where a column is the others' combination, any of the best is found.
 * Returns 0, or -1 when out of memory. */
int ad_logistic_fit(const double *x, const double *y, size_t n, size_t k, double penalty,
                    double *coef);

/* P(y = 1) of one row. */
double ad_logistic_at(const double *coef, size_t k, const double *x);

/* Coefficients that make a score an estimate of the probability of y = 1 (Platt 1999): without a
 * penalty, but with y of each kind shrunk as if it had been seen one more time in either way.
 * Returns 0, or -1 when out of memory. */
int ad_platt_fit(const double *score, const double *y, size_t n, double coef[2]);

#endif
