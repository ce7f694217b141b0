#include "maths/rng.h"

#include <math.h>

void ad_rng_seed(struct ad_rng *rng, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        uint64_t z = seed += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        rng->s[i] = z ^ (z >> 31);
    }
    rng->has_spare = 0;
}

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

uint64_t ad_rng_u64(struct ad_rng *rng)
{
    uint64_t *s = rng->s, out = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return out;
}

double ad_rng_unit(struct ad_rng *rng)
{
    return (double)(ad_rng_u64(rng) >> 11) * 0x1p-53;
}

uint64_t ad_rng_below(struct ad_rng *rng, uint64_t n)
{
    /* 2^64 mod n values at the bottom are one too many of some remainders. */
    uint64_t x, excess = (0 - n) % n;
    do
        x = ad_rng_u64(rng);
    while (x < excess);
    return x % n;
}

double ad_rng_normal(struct ad_rng *rng)
{
    if (rng->has_spare) {
        rng->has_spare = 0;
        return rng->spare;
    }
    double u, v, r;
    do {
        u = 2 * ad_rng_unit(rng) - 1;
        v = 2 * ad_rng_unit(rng) - 1;
        r = u * u + v * v;
    } while (r >= 1 || r <= 0);
    double by = sqrt(-2 * log(r) / r);
    rng->spare = v * by;
    rng->has_spare = 1;
    return u * by;
}
