/* ad_csv_rows(), by 64 bytes at a time. */
#include "record/csv.h"

#include <stdint.h>
#if defined(__SSE2__) /* part of every x86-64 */
#include <emmintrin.h>
#endif

/* Bit i of the result is set where s[i], i < 64, is one of the three bytes. */
#if defined(__SSE2__) && !defined(AD_PORTABLE)
typedef __m128i pattern;

static inline pattern pattern_of(char c)
{
    return _mm_set1_epi8(c);
}

static inline uint64_t marks16(const char *s, pattern a, pattern b, pattern c)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)s);
    __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, a), _mm_cmpeq_epi8(v, b)),
                               _mm_cmpeq_epi8(v, c));
    return (uint64_t)(unsigned)_mm_movemask_epi8(hit);
}

static inline uint64_t marks(const char *s, pattern a, pattern b, pattern c)
{
    return marks16(s, a, b, c) | marks16(s + 16, a, b, c) << 16 | marks16(s + 32, a, b, c) << 32 |
           marks16(s + 48, a, b, c) << 48;
}
#else
typedef char pattern;

static inline pattern pattern_of(char c)
{
    return c;
}

static inline uint64_t marks(const char *s, pattern a, pattern b, pattern c)
{
    uint64_t hit = 0;
    for (unsigned i = 0; i < 64; i++)
        hit |= (uint64_t)(s[i] == a || s[i] == b || s[i] == c) << i;
    return hit;
}
#endif

/* The usual field has no blanks at its ends. */
static inline struct ad_str field_of(const char *s, const char *end)
{
    struct ad_str v = {s, (size_t)(end - s)};
    return s < end && (unsigned char)*s > ' ' && (unsigned char)end[-1] > ' ' ? v : ad_str_trim(v);
}

size_t ad_csv_rows(const struct ad_csv_plain *plain, const char *s, struct ad_record *rec,
                   size_t max)
{
    const pattern d = pattern_of(plain->delim), nl = pattern_of('\n'), q = pattern_of('"');
    const int *slot = plain->want.slot;
    const char delim = plain->delim, *field = s, *chunk = s;
    const size_t ncol = plain->want.n;
    uint64_t hit = marks(chunk, d, nl, q);
    for (size_t n = 0;; n++, rec++, s = field) {
        if (n == max)
            return n;
        for (size_t col = 0;; field++) {
            for (; !hit; hit = marks(chunk, d, nl, q))
                chunk += 64;
            const char *at = chunk + __builtin_ctzll(hit), *stop = at;
            hit &= hit - 1;
            bool last = *at != delim;
            if (last)
                stop -= at > s && at[-1] == '\r';
            if (col >= ncol || *at == '"')
                return n;
            if (slot[col] >= 0)
                ((struct ad_str *)rec->value)[slot[col]] = field_of(field, stop);
            col++;
            field = at;
            if (!last)
                continue;
            size_t len = (size_t)(stop - s);
            if (col < ncol || len > plain->longest || len == plain->unlike || len == 0)
                return n;
            rec->body = (struct ad_str){s, len};
            rec->eol = (struct ad_str){stop, (size_t)(++field - stop)};
            break;
        }
    }
}
