/* Bytes as machine words, and products too large for one: for lib/base itself. */
#ifndef AD_BASE_WORD_H
#define AD_BASE_WORD_H

#include <stddef.h>
#include <stdint.h>

#if defined(__SIZEOF_INT128__) && !defined(AD_NO_INT128)
#define AD_WIDE
__extension__ typedef unsigned __int128 ad_wide;
#endif

/* 5^0 to 5^27, all that fit in 64 bits. */
enum { AD_POW5_MOST = 27 };
extern const uint64_t ad_pow5[AD_POW5_MOST + 1];

/* The first byte becomes the lowest, whatever the machine. */
static inline uint64_t ad_word_load32(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
}

static inline uint64_t ad_word_load64(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

/* The n bytes at p, 0 < n < 8, with zeros above. The loads overlap: what is read twice is the same
 * both times, and nothing outside is touched. */
static inline uint64_t ad_word_load(const unsigned char *p, size_t n)
{
    if (n >= 4)
        return ad_word_load32(p) | ad_word_load32(p + n - 4) << (8 * (n - 4));
    return (uint64_t)p[0] | (uint64_t)p[n / 2] << (8 * (n / 2)) |
           (uint64_t)p[n - 1] << (8 * (n - 1));
}

#endif
