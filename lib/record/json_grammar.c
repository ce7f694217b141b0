#include "record/json_grammar.h"

#include "record/json_text.h"

/* Behind the escape at p. */
static const char *escape(struct ad_json_scan *s, const char *p)
{
    if (p + 1 < s->end && p[1] != 'u')
        return p[1] && strchr("\"\\/bfnrt", p[1]) ? p + 2 : ad_json_fail(s, p, "bad escape");
    long unit = ad_json_unit(p, s->end);
    if (unit < 0)
        return ad_json_fail(s, p, "bad escape");
    if (unit < 0xd800 || unit > 0xdfff)
        return p + 6;
    long low = ad_json_unit(p + 6, s->end);
    if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return ad_json_fail(s, p, "lone surrogate escape");
    return p + 12;
}

/* The string at p, its quote included. */
static const char *string(struct ad_json_scan *s, const char *p, struct ad_str *inside,
                          bool *escaped)
{
    const char *start = p + 1;
    *escaped = false;
    for (p = ad_json_plain(start, s->end); !ad_json_is(s, p, '"'); p = ad_json_plain(p, s->end)) {
        if (p == s->end)
            return ad_json_fail(s, start - 1, "unclosed string");
        if (*p == '\\') {
            *escaped = true;
            p = escape(s, p);
            if (!p)
                return NULL;
        } else if ((unsigned char)*p < 0x20) {
            return ad_json_fail(s, p, "control character in a string");
        } else {
            size_t n = ad_json_utf8(p, s->end);
            if (!n)
                return ad_json_fail(s, p, "invalid UTF-8");
            p += n;
        }
    }
    *inside = (struct ad_str){start, (size_t)(p - start)};
    return p + 1;
}

static bool is_digit(const struct ad_json_scan *s, const char *p)
{
    return p < s->end && *p >= '0' && *p <= '9';
}

static const char *digits(const struct ad_json_scan *s, const char *p)
{
    if (!is_digit(s, p))
        return NULL;
    while (is_digit(s, p))
        p++;
    return p;
}

static const char *number(struct ad_json_scan *s, const char *p)
{
    const char *start = p;
    p += *p == '-';
    if (ad_json_is(s, p, '0'))
        p = is_digit(s, p + 1) ? NULL : p + 1;
    else
        p = digits(s, p);
    if (p && ad_json_is(s, p, '.'))
        p = digits(s, p + 1);
    if (p && (ad_json_is(s, p, 'e') || ad_json_is(s, p, 'E'))) {
        p++;
        p = digits(s, p + (ad_json_is(s, p, '+') || ad_json_is(s, p, '-')));
    }
    return p ? p : ad_json_fail(s, start, "bad number");
}

static const char *literal(struct ad_json_scan *s, const char *p, struct ad_json_value *v)
{
    static const struct {
        enum ad_json_kind kind;
        struct ad_str text;
    } all[] = {
        {AD_JSON_TRUE, {"true", 4}}, {AD_JSON_FALSE, {"false", 5}}, {AD_JSON_NULL, {"null", 4}}};
    size_t left = (size_t)(s->end - p);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct ad_str text = all[i].text;
        if (left >= text.len && memcmp(p, text.s, text.len) == 0) {
            v->kind = all[i].kind;
            return p + text.len;
        }
    }
    return ad_json_fail(s, p, "expected a value");
}

static const char *scalar(struct ad_json_scan *s, const char *p, struct ad_json_value *v)
{
    v->escaped = false;
    if (ad_json_is(s, p, '"')) {
        v->kind = AD_JSON_STRING;
        return string(s, p, &v->text, &v->escaped);
    }
    const char *start = p;
    if (ad_json_is(s, p, '-') || is_digit(s, p)) {
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
static const char *key(struct ad_json_scan *s, const char *p, struct ad_json_member *m)
{
    if (!ad_json_is(s, p, '"'))
        return ad_json_fail(s, p, "expected a key in quotes");
    p = string(s, p, &m->key, &m->key_escaped);
    if (!p)
        return NULL;
    p = ad_json_blanks(s, p);
    return ad_json_is(s, p, ':') ? ad_json_blanks(s, p + 1) : ad_json_fail(s, p, "expected ':'");
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
static const char *next_value(struct ad_json_scan *s, const char *p, struct nest *n)
{
    struct ad_json_member ignored;
    for (;;) {
        bool array = in_array(n);
        p = ad_json_blanks(s, p);
        if (ad_json_is(s, p, ',')) {
            p = ad_json_blanks(s, p + 1);
            return array ? p : key(s, p, &ignored);
        }
        if (!ad_json_is(s, p, array ? ']' : '}'))
            return ad_json_fail(s, p, array ? "expected ',' or ']'" : "expected ',' or '}'");
        p++;
        if (--n->depth == 0)
            return p;
    }
}

/* The object or array at p, which is itself inside the record. */
static const char *container(struct ad_json_scan *s, const char *p)
{
    struct nest n = {.depth = 0};
    struct ad_json_value ignored;
    do {
        bool array = ad_json_is(s, p, '[');
        if (!array && !ad_json_is(s, p, '{')) {
            p = scalar(s, p, &ignored);
            p = p ? next_value(s, p, &n) : NULL;
            continue;
        }
        if (n.depth == AD_JSON_DEPTH - 1)
            return ad_json_fail(s, p, "nested too deeply");
        enter(&n, array);
        p = ad_json_blanks(s, p + 1);
        if (ad_json_is(s, p, array ? ']' : '}'))
            p = next_value(s, p, &n);
        else if (!array)
            p = key(s, p, &(struct ad_json_member){.key_escaped = false});
    } while (p && n.depth);
    return p;
}

const char *ad_json_member(struct ad_json_scan *s, const char *p, struct ad_json_member *m)
{
    p = key(s, p, m);
    if (!p)
        return NULL;
    if (!ad_json_is(s, p, '{') && !ad_json_is(s, p, '[')) {
        p = scalar(s, p, &m->value);
    } else {
        const char *start = p;
        p = container(s, p);
        m->value.kind = *start == '{' ? AD_JSON_OBJECT : AD_JSON_ARRAY;
        m->value.escaped = false;
        m->value.text = (struct ad_str){start, p ? (size_t)(p - start) : 0};
    }
    return p ? ad_json_blanks(s, p) : NULL;
}
