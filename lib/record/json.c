#include "record/json.h"

#include "base/number.h"

#include <stdint.h>
#include <stdlib.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* A scan of bytes up to `end`. Functions that take a position return the one behind what they
 * read, or NULL with `at` and `why` set. */
struct scan {
    const char *end, *at, *why;
};

static const char *fail(struct scan *s, const char *at, const char *why)
{
    s->at = at;
    s->why = why;
    return NULL;
}

static bool is(const struct scan *s, const char *p, char c)
{
    return p < s->end && *p == c;
}

static const char *blanks(const struct scan *s, const char *p)
{
    while (p < s->end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

/* Whether a string may hold this byte without a further look. */
static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* Behind the plain bytes at p. */
static const char *plain(const char *p, const char *end)
{
#if defined(__SSE2__)
    while (end - p >= 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
        __m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
        __m128i other = _mm_cmplt_epi8(v, _mm_set1_epi8(0x20)); /* signed: from 0x80 on too */
        unsigned hits = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), other));
        if (hits)
            return p + __builtin_ctz(hits);
        p += 16;
    }
#else
    const uint64_t ones = 0x0101010101010101;
    for (uint64_t v; end - p >= 8; p += 8) {
        memcpy(&v, p, 8);
        /* A high bit in each byte below 0x20, from 0x80 on, `"` or `\`; bytes above such a one may
         * have it too, which does no harm. */
        uint64_t quote = v ^ ones * '"', slash = v ^ ones * '\\';
        if ((v | (v - ones * 0x20) | (quote - ones) | (slash - ones)) & ones * 0x80)
            break;
    }
#endif
    while (p < end && is_plain(*p))
        p++;
    return p;
}

/* Bytes of the UTF-8 character beyond ASCII at p, 0 if it is not valid (Unicode, table 3-7). */
static size_t utf8(const char *p, const char *end)
{
    const unsigned char *u = (const unsigned char *)p;
    size_t left = (size_t)(end - p);
    size_t n = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
    if (u[0] < 0xc2 || u[0] > 0xf4 || n > left)
        return 0;
    unsigned char lo = u[0] == 0xe0 ? 0xa0 : u[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char hi = u[0] == 0xed ? 0x9f : u[0] == 0xf4 ? 0x8f : 0xbf;
    if (u[1] < lo || u[1] > hi)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

/* The code unit of the \uXXXX at p, -1 if it is none. */
static long code_unit(const char *p, const char *end)
{
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    long unit = 0;
    for (int i = 2; i < 6; i++) {
        char c = p[i], lower = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            unit = unit * 16 + (c - '0');
        else if (lower >= 'a' && lower <= 'f')
            unit = unit * 16 + (lower - 'a' + 10);
        else
            return -1;
    }
    return unit;
}

/* Behind the escape at p. */
static const char *escape(struct scan *s, const char *p)
{
    if (p + 1 < s->end && p[1] != 'u')
        return p[1] && strchr("\"\\/bfnrt", p[1]) ? p + 2 : fail(s, p, "bad escape");
    long unit = code_unit(p, s->end);
    if (unit < 0)
        return fail(s, p, "bad escape");
    if (unit < 0xd800 || unit > 0xdfff)
        return p + 6;
    long low = code_unit(p + 6, s->end);
    if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return fail(s, p, "lone surrogate escape");
    return p + 12;
}

/* The string at p, its quote included. */
static const char *string(struct scan *s, const char *p, struct ad_str *inside, bool *escaped)
{
    const char *start = p + 1;
    *escaped = false;
    for (p = plain(start, s->end); !is(s, p, '"'); p = plain(p, s->end)) {
        if (p == s->end)
            return fail(s, start - 1, "unclosed string");
        if (*p == '\\') {
            *escaped = true;
            p = escape(s, p);
            if (!p)
                return NULL;
        } else if ((unsigned char)*p < 0x20) {
            return fail(s, p, "control character in a string");
        } else {
            size_t n = utf8(p, s->end);
            if (!n)
                return fail(s, p, "invalid UTF-8");
            p += n;
        }
    }
    *inside = (struct ad_str){start, (size_t)(p - start)};
    return p + 1;
}

static bool is_digit(const struct scan *s, const char *p)
{
    return p < s->end && *p >= '0' && *p <= '9';
}

static const char *digits(const struct scan *s, const char *p)
{
    if (!is_digit(s, p))
        return NULL;
    while (is_digit(s, p))
        p++;
    return p;
}

static const char *number(struct scan *s, const char *p)
{
    const char *start = p;
    p += *p == '-';
    p = is(s, p, '0') && !is_digit(s, p + 1) ? p + 1 : is(s, p, '0') ? NULL : digits(s, p);
    if (p && is(s, p, '.'))
        p = digits(s, p + 1);
    if (p && (is(s, p, 'e') || is(s, p, 'E'))) {
        p++;
        p = digits(s, p + (is(s, p, '+') || is(s, p, '-')));
    }
    return p ? p : fail(s, start, "bad number");
}

static const char *literal(struct scan *s, const char *p, struct ad_json_value *v)
{
    static const struct {
        enum ad_json_kind kind;
        struct ad_str text;
    } all[] = {{AD_JSON_TRUE, {"true", 4}}, {AD_JSON_FALSE, {"false", 5}}, {AD_JSON_NULL, {"null", 4}}};
    size_t left = (size_t)(s->end - p);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct ad_str text = all[i].text;
        if (left >= text.len && memcmp(p, text.s, text.len) == 0) {
            v->kind = all[i].kind;
            return p + text.len;
        }
    }
    return fail(s, p, "expected a value");
}

static const char *scalar(struct scan *s, const char *p, struct ad_json_value *v)
{
    v->escaped = false;
    if (is(s, p, '"')) {
        v->kind = AD_JSON_STRING;
        return string(s, p, &v->text, &v->escaped);
    }
    const char *start = p;
    if (is(s, p, '-') || is_digit(s, p)) {
        v->kind = AD_JSON_NUMBER;
        p = number(s, p);
    } else {
        p = literal(s, p, v);
    }
    if (p)
        v->text = (struct ad_str){start, (size_t)(p - start)};
    return p;
}

/* A key, the colon and the blanks around it. */
static const char *key(struct scan *s, const char *p, struct ad_json_member *m)
{
    if (!is(s, p, '"'))
        return fail(s, p, "expected a key in quotes");
    p = string(s, p, &m->key, &m->key_escaped);
    if (!p)
        return NULL;
    p = blanks(s, p);
    return is(s, p, ':') ? blanks(s, p + 1) : fail(s, p, "expected ':'");
}

/* The kinds of the containers around a position, outermost first. */
struct nest {
    uint64_t arrays[AD_JSON_DEPTH / 64];
    unsigned depth;
};

static bool in_array(const struct nest *n)
{
    unsigned i = n->depth - 1;
    return n->arrays[i / 64] >> i % 64 & 1;
}

static void enter(struct nest *n, bool array)
{
    unsigned i = n->depth++;
    n->arrays[i / 64] &= ~(UINT64_C(1) << i % 64);
    n->arrays[i / 64] |= (uint64_t)array << i % 64;
}

/* Behind a value (or at the end of an empty container): on to the next value, or out of the
 * outermost container, which sets depth to 0. */
static const char *next_value(struct scan *s, const char *p, struct nest *n)
{
    struct ad_json_member ignored;
    for (;;) {
        bool array = in_array(n);
        p = blanks(s, p);
        if (is(s, p, ',')) {
            p = blanks(s, p + 1);
            return array ? p : key(s, p, &ignored);
        }
        if (!is(s, p, array ? ']' : '}'))
            return fail(s, p, array ? "expected ',' or ']'" : "expected ',' or '}'");
        p++;
        if (--n->depth == 0)
            return p;
    }
}

/* The object or array at p, which is itself inside the record. */
static const char *container(struct scan *s, const char *p)
{
    struct nest n;
    struct ad_json_value ignored;
    n.depth = 0;
    do {
        bool array = is(s, p, '[');
        if (!array && !is(s, p, '{')) {
            p = scalar(s, p, &ignored);
            p = p ? next_value(s, p, &n) : NULL;
            continue;
        }
        if (n.depth == AD_JSON_DEPTH - 1)
            return fail(s, p, "nested too deeply");
        enter(&n, array);
        p = blanks(s, p + 1);
        if (is(s, p, array ? ']' : '}'))
            p = next_value(s, p, &n);
        else if (!array)
            p = key(s, p, &(struct ad_json_member){.key_escaped = false});
    } while (p && n.depth);
    return p;
}

/* The member at p and the blanks behind it. */
static const char *member(struct scan *s, const char *p, struct ad_json_member *m)
{
    p = key(s, p, m);
    if (!p)
        return NULL;
    if (!is(s, p, '{') && !is(s, p, '[')) {
        p = scalar(s, p, &m->value);
    } else {
        const char *start = p;
        p = container(s, p);
        m->value.kind = *start == '{' ? AD_JSON_OBJECT : AD_JSON_ARRAY;
        m->value.escaped = false;
        m->value.text = (struct ad_str){start, p ? (size_t)(p - start) : 0};
    }
    return p ? blanks(s, p) : NULL;
}
