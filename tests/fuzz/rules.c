/* Files of rules: no crash on any; a refusal tells its line; a ruling agrees with itself, and a
 * state that was saved and loaded gives the same rulings.
 *
 * The input: a file, NUL, records of one line each: score, and values for the fields. */
#include "decide/rules.h"
#include "base/number.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORDS = 16, FIELDS = 64 };

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* The part of the text up to the byte, which is taken off with it. */
static struct ad_str part(struct ad_str *text, char end)
{
    const char *p = text->len ? memchr(text->s, end, text->len) : NULL;
    struct ad_str v = {text->s, p ? (size_t)(p - text->s) : text->len};
    text->s += v.len + (p != NULL);
    text->len -= v.len + (p != NULL);
    return v;
}

/* Score, flag and severity say the same, but for what a rule said of them. */
static void check_ruling(const struct ad_ruling *v, const struct ad_rule_input *in)
{
    bool ruled = v->rule.len > 0;
    check(isnan(v->score) ? isnan(in->score) : v->score >= 0 && v->score < 1);
    check(ruled || v->tags.len == 0);
    check(ruled || isnan(v->score) || v->flag == (v->score >= 0.5));
    check(!v->flag || v->score >= 0.5);
    check(!v->flag || v->severity != AD_SEVERITY_NONE || v->score < 0.99);
    check(v->rule.len == 0 || (v->rule.s[0] != ',' && v->rule.s[v->rule.len - 1] != ','));
}

static bool is_same(const struct ad_ruling *a, const struct ad_ruling *b)
{
    return ad_str_eq(a->rule, b->rule) && ad_str_eq(a->tags, b->tags) && a->flag == b->flag &&
           a->severity == b->severity &&
           (isnan(a->score) ? isnan(b->score) : !(a->score < b->score) && !(a->score > b->score));
}

/* A state with what the other one has learnt. */
static void *copy_of(const struct ad_rules *r, const void *state)
{
    struct ad_buf bytes = {0};
    struct ad_save save = {&bytes};
    void *copy = malloc(ad_rules_state_size(r) + 1);
    ad_rules_state_save(r, state, &save);
    ad_rules_state_init(r, copy);
    struct ad_load load = {.in = {bytes.s, bytes.len}};
    check(ad_rules_state_load(r, copy, &load) == 0 && load.in.len == 0);
    ad_buf_free(&bytes);
    return copy;
}

static void apply(struct ad_rules *r, struct ad_rules *again, struct ad_str records,
                  struct ad_clock *clock)
{
    struct ad_str value[FIELDS] = {{0}};
    struct ad_err err = {0};
    void *state = malloc(ad_rules_state_size(r) + 1);
    ad_rules_state_init(r, state);
    for (int n = 0; n < RECORDS && records.len; n++) {
        struct ad_str line = part(&records, '\n');
        struct ad_rule_input in = {.field = value, .t = 1.7e9 + 20 * n, .clock = clock};
        struct ad_ruling v, w;
        if (ad_number_parse(part(&line, ','), &in.score) || !(in.score >= 0 && in.score < 1))
            in.score = (double)NAN;
        in.flag = in.score >= 0.5;
        for (size_t i = 0; i < FIELDS; i++)
            value[i] = part(&line, ',');
        void *copy = copy_of(r, state);
        check(ad_rules_apply(r, &in, state, &v) == 0);
        check(ad_rules_apply(again, &in, copy, &w) == 0);
        check_ruling(&v, &in);
        check(is_same(&v, &w));
        while (ad_rules_fault(r, &err))
            check(strncmp(err.text, "r.ini:", 6) == 0);
        ad_rules_state_free(r, copy);
        free(copy);
    }
    ad_rules_state_free(r, state);
    free(state);
    ad_err_free(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ad_clock *clock;
    struct ad_str records = {(const char *)data, size}, text = part(&records, '\0');
    struct ad_err err = {0};
    if (!clock)
        clock = ad_clock_open("UTC", NULL, &err);
    for (size_t i = 0; i + 8 <= text.len; i++)
        if (memcmp(text.s + i, "holidays", 8) == 0)
            return 0; /* which opens files */
    struct ad_rules *r = ad_rules_parse(text, "r.ini", NULL, &err);
    if (!r) {
        check(strncmp(err.text, "r.ini:", 6) == 0);
    } else if (ad_rules_names(r)->n <= FIELDS) {
        struct ad_rules *again = ad_rules_parse(text, "r.ini", NULL, &err);
        check(again != NULL);
        apply(r, again, records, clock);
        ad_rules_free(again);
    }
    ad_rules_free(r);
    ad_err_free(&err);
    return 0;
}
