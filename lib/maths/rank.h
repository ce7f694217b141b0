/* Values of a given rank without sorting all. */
#ifndef AD_MATHS_RANK_H
#define AD_MATHS_RANK_H

#include <stddef.h>

/* The value of rank k, 0 being the smallest, of n > k values without NAN. They are reordered:
 * smaller ones before it, larger ones behind. Takes n steps on average (Hoare 1961, FIND). */
double ad_rank(double *x, size_t n, size_t k);

/* The middle value, of an even number the mean of the middle two; n > 0. Reorders x. */
double ad_rank_median(double *x, size_t n);

/* The quantile q, 0 .. 1, linear between ranks (type 7 of Hyndman and Fan 1996); n > 0. Reorders x.
 */
double ad_rank_quantile(double *x, size_t n, double q);

#endif
