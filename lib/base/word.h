/* Bytes as machine words, and products too large for one: for lib/base itself. */
#ifndef AD_BASE_WORD_H
#define AD_BASE_WORD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Every byte of a word. */
static inline uint64_t ad_word_all(unsigned char byte)
{
    return UINT64_C(0x0101010101010101) * byte;
}

#if defined(__SIZEOF_INT128__) && !defined(AD_NO_INT128)
#define AD_WIDE
__extension__ typedef unsigned __int128 ad_wide;
#endif

/* 5^0 to 5^27, all that fit in 64 bits. */
enum { AD_POW5_MOST = 27 };
extern const uint64_t ad_pow5[AD_POW5_MOST + 1];

/* In memory the lowest byte of a word is the first, whatever the machine. */
static inline uint64_t ad_word_little(uint64_t w)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(w);
#else
    return w;
#endif
}

static inline uint64_t ad_word_load32(const unsigned char *p)
{
    uint64_t w = 0;
    memcpy(&w, p, 4);
    return ad_word_little(w);
}

static inline uint64_t ad_word_load64(const unsigned char *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return ad_word_little(w);
}

static inline void ad_word_store64(unsigned char *p, uint64_t w)
{
    w = ad_word_little(w);
    memcpy(p, &w, sizeof w);
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
