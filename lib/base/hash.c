#include "base/hash.h"
#include "base/word.h"

#include <sys/random.h>

/* Rounds per word and at the end; the published vectors are those of 2 and 4. */
#ifndef AD_HASH_ROUNDS
#define AD_HASH_ROUNDS 1, 3
#endif

struct sip {
    uint64_t a, b, c, d;
};

int ad_hash_key_random(struct ad_hash_key *key)
{
    return getrandom(key, sizeof *key, 0) == (ssize_t)sizeof *key ? 0 : -1;
}

static inline uint64_t rotl(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}

static inline struct sip sip_rounds(struct sip v, int n)
{
    while (n-- > 0) {
        v.a += v.b, v.b = rotl(v.b, 13) ^ v.a, v.a = rotl(v.a, 32);
        v.c += v.d, v.d = rotl(v.d, 16) ^ v.c;
        v.a += v.d, v.d = rotl(v.d, 21) ^ v.a;
        v.c += v.b, v.b = rotl(v.b, 17) ^ v.c, v.c = rotl(v.c, 32);
    }
    return v;
}

static inline struct sip sip_word(struct sip v, uint64_t word, int rounds)
{
    v.d ^= word;
    v = sip_rounds(v, rounds);
    v.a ^= word;
    return v;
}

static inline uint64_t siphash(const struct ad_hash_key *key, const unsigned char *p, size_t n,
                               int rounds, int last)
{
    struct sip v = {key->k0 ^ 0x736f6d6570736575, key->k1 ^ 0x646f72616e646f6d,
                    key->k0 ^ 0x6c7967656e657261, key->k1 ^ 0x7465646279746573};
    uint64_t length = (uint64_t)n << 56;
    for (; n >= 8; p += 8, n -= 8)
        v = sip_word(v, ad_word_load64(p), rounds);
    v = sip_word(v, length | (n ? ad_word_load(p, n) : 0), rounds);
    v.c ^= 0xff;
    v = sip_rounds(v, last);
    return v.a ^ v.b ^ v.c ^ v.d;
}

uint64_t ad_hash(const struct ad_hash_key *key, const void *bytes, size_t n)
{
    return siphash(key, bytes, n, AD_HASH_ROUNDS);
}
