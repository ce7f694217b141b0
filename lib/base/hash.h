/* A keyed hash: whoever writes the log cannot choose keys that collide. */
#ifndef AD_BASE_HASH_H
#define AD_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct ad_hash_key {
    uint64_t k0, k1;
};

/* Fill the key from the system's random source. Returns 0, or -1 with errno set. */
int ad_hash_key_random(struct ad_hash_key *key);

/* SipHash-1-3 of n bytes (Aumasson, Bernstein: SipHash, a fast short-input PRF, 2012), the same on
 * every machine. */
uint64_t ad_hash(const struct ad_hash_key *key, const void *bytes, size_t n);

#endif
