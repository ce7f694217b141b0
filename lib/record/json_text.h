/* Inside JSON strings: for json*.c, and for those who must know what UTF-8 is. */
#ifndef AD_RECORD_JSON_TEXT_H
#define AD_RECORD_JSON_TEXT_H

#include "base/str.h"

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Whether a string may hold this byte without a further look: ASCII that needs no escape. */
static inline bool ad_json_is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* Behind the plain bytes at p. */
static inline const char *ad_json_plain(const char *p, const char *end)
{
#if defined(__SSE2__)
    while (end - p >= 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
        __m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
        __m128i other = _mm_cmplt_epi8(v, _mm_set1_epi8(0x20)); /* signed: from 0x80 on too */
        __m128i any = _mm_or_si128(_mm_or_si128(quote, slash), other);
        unsigned hits = (unsigned)_mm_movemask_epi8(any);
        if (hits)
            return p + __builtin_ctz(hits);
        p += 16;
    }
#else
    const uint64_t ones = 0x0101010101010101;
    for (uint64_t v; end - p >= 8; p += 8) {
        memcpy(&v, p, 8);
        /* The high bits say whether there is a byte below 0x20, from 0x80 on, a quote or a
         * backslash; borrows make it inexact which one it is. */
        uint64_t quote = v ^ (ones * '"'), slash = v ^ (ones * '\\');
        if ((v | (v - ones * 0x20) | (quote - ones) | (slash - ones)) & (ones * 0x80))
            break;
    }
#endif
    while (p < end && ad_json_is_plain(*p))
        p++;
    return p;
}

/* Bytes of the UTF-8 character beyond ASCII at p < end, 0 if it is not valid (Unicode, table
 * 3-7). */
size_t ad_json_utf8(const char *p, const char *end);

/* The code unit of the \uXXXX at p, -1 if there is none. */
long ad_json_unit(const char *p, const char *end);

/* Whether the inside of a valid string with escapes stands for this text. */
bool ad_json_same(struct ad_str raw, struct ad_str text);

#endif
