#include "plot/columns.h"

#include "record/select.h"

#include <stdlib.h>

/* The column of prefix and suffix, or NULL. */
static const struct ad_str *find(const struct ad_names *columns, struct ad_str prefix,
                                 const char *suffix)
{
    size_t len = strlen(suffix);
    for (size_t i = 0; i < columns->n; i++) {
        struct ad_str v = columns->v[i];
        if (v.len == prefix.len + len && memcmp(v.s, prefix.s, prefix.len) == 0 &&
            memcmp(v.s + prefix.len, suffix, len) == 0)
            return &columns->v[i];
    }
    return NULL;
}

static struct ad_str prefix_of(struct ad_str score)
{
    enum { SUFFIX = 6 }; /* _score */
    bool named = ad_str_glob(score, ad_str_of("*_score"));
    return (struct ad_str){score.s, named ? score.len - SUFFIX : score.len};
}

static bool tells_normal(const struct ad_names *columns, struct ad_str prefix)
{
    return find(columns, prefix, "_expected") || find(columns, prefix, "_lower") ||
           find(columns, prefix, "_upper");
}

/* Whose idea of what is normal goes with the score: its own, or that of the first who has one. */
static struct ad_str who_expects(const struct ad_names *columns, struct ad_str own)
{
    if (tells_normal(columns, own))
        return own;
    for (size_t i = 0; i < columns->n; i++)
        if (ad_str_glob(columns->v[i], ad_str_of("*_score")) &&
            tells_normal(columns, prefix_of(columns->v[i])))
            return prefix_of(columns->v[i]);
    return own;
}

static const struct ad_str *find_reason(const struct ad_names *columns, struct ad_str own)
{
    const struct ad_str *at = find(columns, own, "_reason");
    if (!at)
        at = find(columns, ad_str_of("ensemble"), "_reason");
    for (size_t i = 0; !at && i < columns->n; i++)
        if (ad_str_glob(columns->v[i], ad_str_of("*_reason")))
            at = &columns->v[i];
    return at;
}

static int add_name(struct ad_columns *c, struct ad_str name, enum ad_role role)
{
    enum ad_role *grown = realloc(c->role, (c->name.n + 1) * sizeof *grown);
    if (!grown)
        return -1;
    c->role = grown;
    c->role[c->name.n] = role;
    return ad_names_add(&c->name, name);
}

/* All roles of a field whose score is this. */
static int choose_roles(struct ad_columns *c, const struct ad_names *columns, struct ad_str score,
                        struct ad_roles *of)
{
    const struct ad_str own = prefix_of(score), band = who_expects(columns, own);
    const struct ad_str *at[AD_ROLES] = {
        [AD_ROLE_SCORE] = &score,
        [AD_ROLE_FLAG] = find(columns, own, "_flag"),
        [AD_ROLE_EXPECTED] = find(columns, band, "_expected"),
        [AD_ROLE_LOWER] = find(columns, band, "_lower"),
        [AD_ROLE_UPPER] = find(columns, band, "_upper"),
        [AD_ROLE_STATE] = find(columns, band, "_state"),
        /* An ensemble's field is one of its scores. */
        [AD_ROLE_FIELD] = tells_normal(columns, own) ? find(columns, own, "_field") : NULL,
        [AD_ROLE_BAND_FIELD] = find(columns, band, "_field"),
        [AD_ROLE_REASON] = find_reason(columns, own),
        [AD_ROLE_SEVERITY] = find(columns, ad_str_of("severity"), ""),
    };
    for (size_t r = 0; r < AD_ROLES; r++) {
        of->at[r] = SIZE_MAX;
        if (!at[r])
            continue;
        ptrdiff_t i = ad_names_find(&c->name, *at[r]);
        of->at[r] = i < 0 ? c->name.n : (size_t)i;
        if (i < 0 && add_name(c, *at[r], (enum ad_role)r))
            return -1;
    }
    return 0;
}

/* Of the scores the only one that is called after the field, or NULL. */
static const struct ad_str *score_of_field(const struct ad_names *scores, struct ad_str field)
{
    const struct ad_str *found = NULL;
    for (size_t i = 0; i < scores->n; i++) {
        struct ad_str v = scores->v[i];
        if (v.len <= field.len || memcmp(v.s, field.s, field.len) || v.s[field.len] != '_')
            continue;
        if (found)
            return NULL;
        found = &scores->v[i];
    }
    return found;
}

/* Scores that --each gave, every one after a field. Returns how many fields have one, or -1. */
static int choose_each(struct ad_columns *c, const struct ad_layout *layout,
                       const struct ad_names *scores)
{
    int n = 0;
    for (size_t i = 0; i < layout->field->n; i++) {
        const struct ad_str *score = score_of_field(scores, layout->field->v[i]);
        if (score && choose_roles(c, layout->columns, *score, &c->of[i]))
            return -1;
        n += score != NULL;
    }
    return n;
}

static int choose_one(struct ad_columns *c, const struct ad_layout *layout, struct ad_str score)
{
    for (size_t i = 0; i < layout->field->n; i++)
        if (choose_roles(c, layout->columns, score, &c->of[i]))
            return -1;
    return 0;
}

int ad_columns_choose(struct ad_columns *c, const struct ad_layout *layout, const char *score,
                      struct ad_err *err)
{
    struct ad_names scores = {0};
    *c = (struct ad_columns){.of = calloc(layout->field->n + 1, sizeof *c->of)};
    if (!c->of)
        return ad_err_nomem(err);
    for (size_t i = 0; i < layout->field->n; i++)
        for (size_t r = 0; r < AD_ROLES; r++)
            c->of[i].at[r] = SIZE_MAX;
    if (score && ad_names_find(layout->columns, ad_str_of(score)) < 0)
        return ad_select_unknown(layout->columns, ad_str_of(score), err);
    if (score)
        return choose_one(c, layout, ad_str_of(score)) ? ad_err_nomem(err) : 0;
    int rc = ad_select_scores(&scores, layout->columns, true, true, err);
    int each = rc == 0 && scores.n > 1 ? choose_each(c, layout, &scores) : 0;
    if (each == 0 && rc == 0) {
        ad_names_free(&scores);
        rc = ad_select_scores(&scores, layout->columns, false, true, err);
        if (rc == 0 && scores.n)
            each = choose_one(c, layout, scores.v[0]);
    }
    ad_names_free(&scores);
    return each < 0 ? ad_err_nomem(err) : rc;
}

void ad_columns_free(struct ad_columns *c)
{
    ad_names_free(&c->name);
    free(c->role);
    free(c->of);
    c->role = NULL;
    c->of = NULL;
}
