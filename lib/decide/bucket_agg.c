/* --agg: which aggregates there are. */
#include "decide/bucket_cell.h"

#include "base/number.h"

#include <stdint.h>
#include <stdlib.h>

static const struct {
    const char *name;
    enum ad_bucket_kind kind;
} kinds[] = {
    {"count", AD_BUCKET_COUNT},       {"rate", AD_BUCKET_RATE}, {"sum", AD_BUCKET_SUM},
    {"mean", AD_BUCKET_MEAN},         {"min", AD_BUCKET_MIN},   {"max", AD_BUCKET_MAX},
    {"distinct", AD_BUCKET_DISTINCT},
};

/* Its name: one of the words, or p95, p99.9. Returns 0, or -1. */
static int find_kind(struct ad_bucket_agg *agg, struct ad_str name)
{
    double p;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (ad_str_eq(name, ad_str_of(kinds[i].name))) {
            agg->kind = kinds[i].kind;
            return 0;
        }
    if (name.len < 2 || *name.s != 'p' ||
        ad_number_parse((struct ad_str){name.s + 1, name.len - 1}, &p) || !(p >= 0 && p <= 100))
        return -1;
    agg->kind = AD_BUCKET_QUANTILE;
    agg->q = p / 100;
    return 0;
}

static int unknown(struct ad_str text, struct ad_err *err)
{
    return ad_err_set(err,
                      "--agg: \"%.*s\" is none of count, rate, sum(x), mean(x), min(x), max(x), "
                      "p95(x), distinct(x)",
                      (int)text.len, text.s);
}

/* One of the list: NAME or NAME(FIELD). */
static int parse_one(struct ad_bucket_aggs *a, struct ad_str text, struct ad_err *err)
{
    struct ad_bucket_agg *agg = &a->agg[a->n];
    const char *open = text.len ? memchr(text.s, '(', text.len) : NULL;
    struct ad_str name = {text.s, open ? (size_t)(open - text.s) : text.len}, field = {NULL, 0};
    if (open && text.s[text.len - 1] == ')')
        field = (struct ad_str){open + 1, (size_t)(text.s + text.len - open) - 2};
    *agg = (struct ad_bucket_agg){.field = SIZE_MAX};
    if (find_kind(agg, name))
        return unknown(text, err);
    bool alone = agg->kind == AD_BUCKET_COUNT || agg->kind == AD_BUCKET_RATE;
    if (alone ? open != NULL : !field.len)
        return ad_err_set(err, "--agg: %.*s %s", (int)name.len, name.s,
                          alone ? "takes no field" : "needs a field: NAME(FIELD)");
    struct ad_buf column = {0};
    ad_buf_add(&column, field.s ? field.s : "", field.len);
    ad_buf_addz(&column, field.len ? "_" : "");
    ad_buf_add(&column, name.s, name.len);
    struct ad_str full = {column.s, column.len};
    int rc = column.failed ? ad_err_nomem(err) : 0;
    if (rc == 0 && ad_names_find(&a->name, full) >= 0)
        rc = ad_err_set(err, "--agg: %.*s twice", (int)text.len, text.s);
    if (rc == 0 &&
        (ad_names_add(&a->name, full) ||
         (field.len && ad_names_find(&a->field, field) < 0 && ad_names_add(&a->field, field))))
        rc = ad_err_nomem(err);
    ad_buf_free(&column);
    if (field.len && rc == 0)
        agg->field = (size_t)ad_names_find(&a->field, field);
    a->n += rc == 0;
    return rc;
}

int ad_bucket_aggs_parse(struct ad_bucket_aggs *a, struct ad_str text, struct ad_err *err)
{
    size_t most = 1;
    for (size_t i = 0; i < text.len; i++)
        most += text.s[i] == ',';
    *a = (struct ad_bucket_aggs){.agg = calloc(most, sizeof *a->agg),
                                 .number = calloc(most, sizeof *a->number)};
    if (!a->agg || !a->number)
        return ad_err_nomem(err);
    for (size_t at = 0; at <= text.len;) {
        size_t end = at;
        for (bool inside = false; end < text.len && (inside || text.s[end] != ','); end++)
            inside = text.s[end] == '(' || (inside && text.s[end] != ')');
        if (parse_one(a, ad_str_trim((struct ad_str){text.s + at, end - at}), err))
            return -1;
        at = end + 1;
    }
    for (size_t i = 0; i < a->n; i++)
        if (a->agg[i].field != SIZE_MAX && a->agg[i].kind != AD_BUCKET_DISTINCT)
            a->number[a->agg[i].field] = true;
    return 0;
}

void ad_bucket_aggs_free(struct ad_bucket_aggs *a)
{
    free(a->agg);
    free(a->number);
    ad_names_free(&a->name);
    ad_names_free(&a->field);
    *a = (struct ad_bucket_aggs){0};
}
