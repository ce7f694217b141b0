#include "record/json.h"

#include "base/number.h"
#include "record/json_grammar.h"
#include "record/json_text.h"

#include <stdint.h>
#include <stdlib.h>

/* A key that some wanted member goes by, and the last value it had in the line at hand. */
struct wanted_key {
    struct ad_str text;
    struct ad_json_value last;
};

/* One way to come by a wanted member: under a key of the record, or (nested) at `rest` within the
 * object of that key. The ways of one member follow each other, best first. */
struct way {
    size_t want, key;
    struct ad_str rest;
    bool nested;
};

enum { GUESSES = 64 };

struct ad_json_set {
    size_t nwant, nkey, nway;
    struct wanted_key *keys;
    struct way *ways;
    char *names;      /* what all texts are views of */
    uint64_t lengths; /* bit min(length, 63) of each key */
    /* Records repeat their layout: the key that member i had in the line before, plus 1. */
    size_t guess[GUESSES];
};

static size_t count_ways(const struct ad_str *names, size_t n)
{
    size_t ways = n;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < names[i].len; k++)
            ways += names[i].s[k] == '.';
    return ways;
}

static size_t add_key(struct ad_json_set *set, struct ad_str text)
{
    for (size_t i = 0; i < set->nkey; i++)
        if (ad_str_eq(set->keys[i].text, text))
            return i;
    set->keys[set->nkey].text = text;
    set->lengths |= UINT64_C(1) << (text.len < 63 ? text.len : 63);
    return set->nkey++;
}

static void add_ways(struct ad_json_set *set, size_t want, struct ad_str name)
{
    set->ways[set->nway++] = (struct way){.want = want, .key = add_key(set, name)};
    for (size_t k = name.len; k-- > 0;) {
        if (name.s[k] != '.')
            continue;
        set->ways[set->nway++] = (struct way){.want = want,
                                              .key = add_key(set, (struct ad_str){name.s, k}),
                                              .rest = {name.s + k + 1, name.len - k - 1},
                                              .nested = true};
    }
}

struct ad_json_set *ad_json_set_new(const struct ad_str *names, size_t n)
{
    struct ad_json_set *set = calloc(1, sizeof *set);
    if (!set)
        return NULL;
    size_t bytes = 1, ways = count_ways(names, n);
    for (size_t i = 0; i < n; i++)
        bytes += names[i].len;
    set->names = malloc(bytes);
    set->keys = calloc(ways + 1, sizeof *set->keys);
    set->ways = calloc(ways + 1, sizeof *set->ways);
    if (!set->names || !set->keys || !set->ways) {
        ad_json_set_free(set);
        return NULL;
    }
    set->nwant = n;
    char *to = set->names;
    for (size_t i = 0; i < n; i++) {
        if (names[i].len)
            memcpy(to, names[i].s, names[i].len);
        add_ways(set, i, (struct ad_str){to, names[i].len});
        to += names[i].len;
    }
    return set;
}

void ad_json_set_free(struct ad_json_set *set)
{
    if (!set)
        return;
    free(set->names);
    free(set->keys);
    free(set->ways);
    free(set);
}

static bool key_is(const struct ad_json_member *m, struct ad_str name)
{
    return m->key_escaped ? ad_json_same(m->key, name) : ad_str_eq(m->key, name);
}

/* Keep the value if the i-th member is a wanted one. */
static void note(struct ad_json_set *set, size_t i, const struct ad_json_member *m)
{
    if (i < GUESSES && set->guess[i] && key_is(m, set->keys[set->guess[i] - 1].text)) {
        set->keys[set->guess[i] - 1].last = m->value;
        return;
    }
    if (!m->key_escaped && !(set->lengths >> (m->key.len < 63 ? m->key.len : 63) & 1))
        return;
    for (size_t k = 0; k < set->nkey; k++) {
        if (!key_is(m, set->keys[k].text))
            continue;
        set->keys[k].last = m->value;
        if (i < GUESSES)
            set->guess[i] = k + 1;
        return;
    }
}

/* The last member of this name in an object that was scanned before. */
static struct ad_json_value last_named(struct ad_str object, struct ad_str name)
{
    struct ad_json_value found = {.kind = AD_JSON_ABSENT};
    struct ad_json_member m;
    for (size_t at = 0; ad_json_next(object, &at, &m);)
        if (key_is(&m, name))
            found = m.value;
    return found;
}

/* The member `name` of an object that was scanned before, as ad_json_set_new() defines it. */
static struct ad_json_value resolve(struct ad_str object, struct ad_str name)
{
    struct ad_json_value found = last_named(object, name);
    for (size_t k = name.len; k-- > 0 && found.kind == AD_JSON_ABSENT;) {
        if (name.s[k] != '.')
            continue;
        struct ad_json_value inner = last_named(object, (struct ad_str){name.s, k});
        if (inner.kind == AD_JSON_OBJECT)
            found = resolve(inner.text, (struct ad_str){name.s + k + 1, name.len - k - 1});
    }
    return found;
}

static void deliver(const struct ad_json_set *set, struct ad_json_value *out)
{
    for (size_t i = 0; i < set->nwant; i++)
        out[i] = (struct ad_json_value){.kind = AD_JSON_ABSENT};
    for (size_t i = 0; i < set->nway; i++) {
        const struct way *way = &set->ways[i];
        const struct ad_json_value *v = &set->keys[way->key].last;
        if (out[way->want].kind != AD_JSON_ABSENT)
            continue;
        if (!way->nested)
            out[way->want] = *v;
        else if (v->kind == AD_JSON_OBJECT)
            out[way->want] = resolve(v->text, way->rest);
    }
}

/* The object that the whole text is. */
static const char *record(struct ad_json_scan *s, struct ad_str text, struct ad_json_set *set,
                          struct ad_json_line *line)
{
    const char *p = ad_json_blanks(s, text.s);
    if (!ad_json_is(s, p, '{'))
        return ad_json_fail(s, p, "expected '{'");
    p = ad_json_blanks(s, p + 1);
    line->empty = ad_json_is(s, p, '}');
    struct ad_json_member m;
    for (size_t i = 0; !line->empty; i++) {
        p = ad_json_member(s, p, &m);
        if (!p)
            return NULL;
        if (set)
            note(set, i, &m);
        if (!ad_json_is(s, p, ','))
            break;
        p = ad_json_blanks(s, p + 1);
    }
    if (!ad_json_is(s, p, '}'))
        return ad_json_fail(s, p, "expected ',' or '}'");
    line->close = (size_t)(p - text.s);
    p = ad_json_blanks(s, p + 1);
    return p == s->end ? p : ad_json_fail(s, p, "something follows the object");
}

int ad_json_scan(struct ad_json_set *set, struct ad_str text, struct ad_json_value *out,
                 struct ad_json_line *line)
{
    struct ad_json_scan s = {.end = text.len ? text.s + text.len : text.s};
    for (size_t i = 0; set && i < set->nkey; i++)
        set->keys[i].last.kind = AD_JSON_ABSENT;
    if (!record(&s, text, set, line)) {
        line->why = s.why;
        line->at = (size_t)(s.at - text.s);
        return -1;
    }
    if (set)
        deliver(set, out);
    return 0;
}

bool ad_json_next(struct ad_str text, size_t *at, struct ad_json_member *m)
{
    struct ad_json_scan s = {.end = text.s + text.len};
    const char *p = ad_json_blanks(&s, text.s + *at);
    if (ad_json_is(&s, p, *at ? ',' : '{'))
        p = ad_json_blanks(&s, p + 1);
    p = ad_json_is(&s, p, '"') ? ad_json_member(&s, p, m) : NULL;
    if (p)
        *at = (size_t)(p - text.s);
    return p;
}

bool ad_json_next_number(struct ad_str text, size_t *at, struct ad_json_member *m)
{
    double ignored;
    while (ad_json_next(text, at, m))
        if ((m->value.kind == AD_JSON_NUMBER || m->value.kind == AD_JSON_STRING) &&
            ad_number_parse(m->value.text, &ignored) == 0)
            return true;
    return false;
}
