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

/* The places of delimiters, newlines and quotes, one after the other. */
struct places {
    pattern delim, newline, quote;
    const char *chunk;
    uint64_t hit;
};

static inline const char *next_place(struct places *p)
{
    for (; !p->hit; p->hit = marks(p->chunk, p->delim, p->newline, p->quote))
        p->chunk += 64;
    const char *at = p->chunk + (unsigned)__builtin_ctzll(p->hit);
    p->hit &= p->hit - 1;
    return at;
}

/* The bytes between s and end, without blanks at either, which the usual field has not. */
static inline struct ad_str field_of(const char *s, const char *end)
{
    struct ad_str v = {s, (size_t)(end - s)};
    return s < end && (unsigned char)*s > ' ' && (unsigned char)end[-1] > ' ' ? v : ad_str_trim(v);
}

size_t ad_csv_rows(const struct ad_csv_plain *plain, const char *s, unsigned long long line,
                   struct ad_record *rec, size_t max)
{
    struct places p = {pattern_of(plain->delim), pattern_of('\n'), pattern_of('"'), s, 0};
    const size_t last = plain->want.n - 1;
    const int *slot = plain->want.slot;
    const char delim = plain->delim;
    p.hit = marks(s, p.delim, p.newline, p.quote);
    for (size_t n = 0; n < max; n++, rec++) {
        struct ad_str *value = (struct ad_str *)rec->value;
        const char *field = s, *at;
        for (size_t col = 0; col < last; col++, field = at + 1) {
            at = next_place(&p);
            if (*at != delim)
                return n;
            if (slot[col] >= 0)
                value[slot[col]] = field_of(field, at);
        }
        at = next_place(&p);
        if (*at != '\n')
            return n;
        const char *end = at - (at > s && at[-1] == '\r');
        size_t len = (size_t)(end - s);
        if (len - 1 >= plain->longest || len == plain->unlike)
            return n;
        if (slot[last] >= 0)
            value[slot[last]] = field_of(field, end);
        rec->body = (struct ad_str){s, len};
        s = at + 1;
        rec->eol = (struct ad_str){end, (size_t)(s - end)};
        rec->line = line++;
        rec->kind = AD_RECORD_DATA;
    }
    return max;
}
