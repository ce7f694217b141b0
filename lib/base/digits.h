/* Eight digits at a time, in a word: what number.h and time.h are made of, inline for loops that
 * read nothing else. */
#ifndef AD_BASE_DIGITS_H
#define AD_BASE_DIGITS_H

#include "base/word.h"

#include <stdbool.h>

/* The top bits of the bytes of w above 9; 0 means that there are none, else the lowest is right. */
static inline uint64_t ad_digits_above_9(uint64_t w)
{
    return ((w + ad_word_all(0x80 - 10)) | w) & ad_word_all(0x80);
}

/* The value of eight bytes 0 to 9, the lowest first. They join to pairs, then all at once: the odd
 * pairs by one multiplication, the even ones by the other. */
static inline uint64_t ad_digits_join(uint64_t w)
{
    const uint64_t pair = 0x000000ff000000ff;
    w = w * 10 + (w >> 8);
    return ((w & pair) * (100 + (UINT64_C(1000000) << 32)) +
            (w >> 16 & pair) * (1 + (UINT64_C(10000) << 32))) >>
           32;
}

/* Take the point out of the digits, those before it moving up by one; `other` is
 * ad_digits_above_9(w), not 0. Returns how many bytes were before the point, or more than 7 if
 * there is anything else among the digits. */
static inline unsigned ad_digits_drop_point(uint64_t *w, uint64_t other)
{
    unsigned bit = (unsigned)__builtin_ctzll(other), at = bit / 8;
    uint64_t above = other - 1;
    /* A point leaves the next byte's bit right: it is the only one if there is no other bit. */
    bool only = !(other & above) && (*w >> (bit - 7) & 0xff) == ('.' ^ '0');
    *w ^= (*w ^ *w << 8) & (other ^ above);
    return only ? at : 8;
}

/* Powers of ten from 10^15 down to 1, and the same below 0: what the 0 to 15 digits before the
 * point, of 16 bytes, and a minus divide the others by. */
extern const double ad_digits_divisor[2][16];

/* Read digits[.digits], the last of its n bytes, 1 to 8, at the top of w, as ad_number_parse()
 * does: without a loop, because how often a loop runs is hard to predict. Returns whether it is
 * that. */
static inline bool ad_digits_read(uint64_t w, size_t n, size_t negative, double *out)
{
    w ^= ad_word_all('0') << (64 - 8 * n);
    uint64_t other = ad_digits_above_9(w);
    unsigned whole = 7;
    if (other && ((whole = ad_digits_drop_point(&w, other)) > 7 || n == 1))
        return false;
    *out = (double)(int64_t)ad_digits_join(w) / ad_digits_divisor[negative][8 + whole];
    return true;
}

#endif
