/* Generalized extreme Studentized deviates: which values of a sample are far from all others, where
 * several may hide each other. */
#ifndef AD_MATHS_GESD_H
#define AD_MATHS_GESD_H

#include <stddef.h>

/* What deviates are measured by: mean and standard deviation (Rosner 1983, Technometrics 25), or
 * median and 1.4826 MAD (Hochenbaum, Vallis and Kejariwal 2017, arXiv:1704.07706), behind which
 * outliers hide less. */
enum ad_gesd_kind { AD_GESD_MEAN, AD_GESD_MEDIAN };

/* A value that was the farthest from the center of those that were left, itself included. */
struct ad_gesd_step {
    double value, center, scale;
};

/* Take the farthest of n values away, then the farthest of the rest, k times; x is sorted, k < n.
 * The deviate of a step, Rosner's R, is |value - center|/scale. Takes k log n. */
void ad_gesd(const double *x, size_t n, size_t k, enum ad_gesd_kind kind,
             struct ad_gesd_step *step);

/* Rosner's lambda: what the largest deviate, by mean and standard deviation, of n >= 3 Gaussian
 * values exceeds with the probability alpha. All values up to the last step whose R is above it are
 * outliers. */
double ad_gesd_critical(size_t n, double alpha);

#endif
