/* Random numbers that a seed repeats on every machine: xoshiro256** (Blackman and Vigna 2018),
 * seeded by splitmix64. */
#ifndef AD_MATHS_RNG_H
#define AD_MATHS_RNG_H

#include <stdint.h>

struct ad_rng {
    uint64_t s[4];
    double spare; /* the second of a pair of Gaussians, if has_spare */
    int has_spare;
};

void ad_rng_seed(struct ad_rng *rng, uint64_t seed);

uint64_t ad_rng_u64(struct ad_rng *rng);

/* Uniform in [0, 1), a multiple of 2^-53. */
double ad_rng_unit(struct ad_rng *rng);

/* Uniform in 0 .. n - 1, without bias; n > 0. */
uint64_t ad_rng_below(struct ad_rng *rng, uint64_t n);

/* Standard Gaussian (polar method, Marsaglia and Bray 1964). */
double ad_rng_normal(struct ad_rng *rng);

#endif
