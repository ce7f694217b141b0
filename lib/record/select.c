#include "record/select.h"

#include "base/number.h"

#include <stdint.h>
#include <stdlib.h>

/* A choice in the making: columns by number, and names that no column has (yet). */
struct choice {
    struct ad_str *v;
    size_t n, cap;
    bool failed;
};

static void choose(struct choice *c, struct ad_str name)
{
    for (size_t i = 0; i < c->n; i++)
        if (ad_str_eq(c->v[i], name))
            return;
    if (c->n == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 8;
        struct ad_str *v = realloc(c->v, cap * sizeof *v);
        if (!v) {
            c->failed = true;
            return;
        }
        c->v = v;
        c->cap = cap;
    }
    c->v[c->n++] = name;
}

int ad_select_unknown(const struct ad_names *columns, struct ad_str name, struct ad_err *err)
{
    struct ad_buf text = {0};
    ad_buf_addz(&text, "no field \"");
    ad_buf_add_visible(&text, name);
    ad_buf_addz(&text, "\"");
    const struct ad_str *near = ad_names_nearest(columns, name);
    if (near) {
        ad_buf_addz(&text, ", did you mean \"");
        ad_buf_add_visible(&text, *near);
        ad_buf_addz(&text, "\"?");
    }
    ad_buf_addz(&text, near ? " Fields: " : "; fields: ");
    ad_names_list(columns, &text);
    ad_buf_add(&text, "", 1);
    if (text.failed)
        ad_err_nomem(err);
    else
        ad_err_set(err, "%s", text.s);
    ad_buf_free(&text);
    return -1;
}

/* `7` or `2-5`, 1-based, both ends included. */
static bool parse_range(struct ad_str v, unsigned long long *from, unsigned long long *to)
{
    const char *dash = v.len ? memchr(v.s, '-', v.len) : NULL;
    struct ad_str a = {v.s, dash ? (size_t)(dash - v.s) : v.len};
    if (ad_number_parse_u64(a, from))
        return false;
    *to = *from;
    struct ad_str b = {dash ? dash + 1 : NULL, dash ? v.len - a.len - 1 : 0};
    return !dash || ad_number_parse_u64(b, to) == 0;
}

static int choose_element(struct choice *c, struct ad_str e, const struct ad_reader *r,
                          struct ad_err *err)
{
    const struct ad_names *columns = ad_reader_columns(r);
    bool csv = ad_reader_format(r).kind == AD_FORMAT_CSV;
    unsigned long long from, to;
    if (ad_names_find(columns, e) >= 0) {
        choose(c, e);
        return 0;
    }
    if (csv && parse_range(e, &from, &to)) {
        if (from == 0 || from > to || to > columns->n)
            return ad_err_set(err, "field %.*s: the fields are 1 to %zu",
                              (int)(e.len < 60 ? e.len : 60), e.s, columns->n);
        for (; from <= to; from++)
            choose(c, columns->v[from - 1]);
        return 0;
    }
    size_t before = c->n;
    bool glob = memchr(e.s, '*', e.len) || memchr(e.s, '?', e.len), matched = false;
    for (size_t i = 0; glob && i < columns->n; i++)
        if (ad_str_glob(columns->v[i], e)) {
            choose(c, columns->v[i]);
            matched = true;
        }
    if (!glob && !csv)
        choose(c, e);
    return matched || c->n > before || (!glob && !csv) ? 0 : ad_select_unknown(columns, e, err);
}

/* Take the next element off *list. */
static struct ad_str next_element(const char **list)
{
    const char *s = *list;
    const char *end = *s == '"' ? strchr(s + 1, '"') : NULL;
    if (end && (end[1] == ',' || end[1] == '\0')) {
        *list = end + 1 + (end[1] == ',');
        return (struct ad_str){s + 1, (size_t)(end - s) - 1};
    }
    size_t len = strcspn(s, ",");
    *list = s + len + (s[len] == ',');
    return (struct ad_str){s, len};
}

static int choose_list(struct ad_names *out, const char *option, const char *list,
                       const struct ad_reader *r, struct ad_err *err)
{
    struct choice c = {0};
    int rc = 0;
    while (rc == 0 && *list) {
        struct ad_str e = next_element(&list);
        if (e.len)
            rc = choose_element(&c, e, r, err);
    }
    if (rc == 0 && c.n == 0)
        rc = ad_err_set(err, "--%s: the list is empty", option);
    if (rc == 0 && (c.failed || ad_names_set(out, c.v, c.n)))
        rc = ad_err_nomem(err);
    free(c.v);
    return rc;
}

static int choose_time(struct ad_selection *sel, const struct ad_select_cfg *cfg,
                       const struct ad_reader *r, struct ad_clock *clock, struct ad_err *err)
{
    static const char *const usual[] = {"timestamp",  "time", "ts",
                                        "@timestamp", "date", "datetime"};
    if (cfg->time && !*cfg->time)
        return 0;
    if (cfg->time) {
        if (choose_list(&sel->time, "time", cfg->time, r, err))
            return -1;
        return sel->time.n == 1 ? 0 : ad_err_set(err, "--time: give one field");
    }
    const struct ad_names *columns = ad_reader_columns(r);
    const struct ad_str *first = ad_reader_first(r);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        struct ad_str name = ad_str_of(usual[i]);
        ptrdiff_t at = ad_names_find(columns, name);
        if (at < 0 || ad_names_find(&sel->field, name) >= 0 ||
            ad_names_find(&sel->group, name) >= 0)
            continue;
        double t;
        sel->time_ignored = first && ad_clock_parse(clock, first[at], &t);
        if (sel->time_ignored)
            return 0;
        return ad_names_set(&sel->time, &name, 1) ? ad_err_nomem(err) : 0;
    }
    return 0;
}

/* Whether there are a score and a flag of the detector whose name is the first `len` bytes of v. */
static bool is_detector(const struct ad_names *columns, struct ad_str v, size_t len)
{
    char name[256];
    if (len > sizeof name - 6)
        return false;
    memcpy(name, v.s, len);
    memcpy(name + len, "_score", 6);
    if (ad_names_find(columns, (struct ad_str){name, len + 6}) < 0)
        return false;
    memcpy(name + len, "_flag", 5);
    return ad_names_find(columns, (struct ad_str){name, len + 5}) >= 0;
}

/* Whether column i was appended by one of the toolkit's filters. */
static bool is_appended(const struct ad_names *columns, size_t i)
{
    struct ad_str v = columns->v[i];
    if ((v.len >= 4 && memcmp(v.s, "rule", 4) == 0 && (v.len == 4 || v.s[4] == '_')) ||
        ad_str_eq(v, ad_str_of("severity")) || ad_str_eq(v, ad_str_of("tags")))
        return true;
    for (size_t cut = v.len; cut-- > 0;)
        if (v.s[cut] == '_' && is_detector(columns, v, cut))
            return true;
    return false;
}

static int choose_field(struct ad_selection *sel, const struct ad_select_cfg *cfg,
                        const struct ad_reader *r, struct ad_err *err)
{
    const struct ad_names *columns = ad_reader_columns(r);
    const struct ad_str *first = ad_reader_first(r);
    struct ad_str value = ad_str_of("value"), labels = ad_str_of(cfg->labels ? cfg->labels : "");
    const bool many = cfg->many;
    if ((!many || cfg->value) && (ad_names_find(columns, value) >= 0 || !first))
        return ad_names_set(&sel->field, &value, 1) ? ad_err_nomem(err) : 0;
    struct choice c = {0};
    for (size_t i = 0; i < columns->n; i++) {
        double x;
        struct ad_str name = columns->v[i];
        bool is_number = !first || (first[i].s && ad_number_parse(first[i], &x) == 0);
        if (is_number && ad_names_find(&sel->time, name) < 0 &&
            ad_names_find(&sel->group, name) < 0 && !ad_str_eq(name, labels) &&
            !is_appended(columns, i))
            choose(&c, name);
    }
    if (!first && c.n == 0)
        choose(&c, value);
    int rc = 0;
    if (c.failed)
        rc = ad_err_nomem(err);
    else if (c.n == 1 || (many && c.n > 0))
        rc = ad_names_set(&sel->field, c.v, c.n) ? ad_err_nomem(err) : 0;
    else {
        struct ad_buf list = {0};
        ad_names_list(columns, &list);
        ad_buf_add(&list, "", 1);
        rc = ad_err_set(err, "%s; give the field to look at with -f: %s",
                        c.n ? "several fields are numeric and none is named \"value\""
                            : "no numeric field in the first record",
                        list.failed ? "" : list.s);
        ad_buf_free(&list);
    }
    free(c.v);
    return rc;
}

/* Of several scores the one that was made of the others. */
static void choose_last_word(struct choice *c)
{
    static const char *const words[] = {"rule_score", "ensemble_score"};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        for (size_t i = 0; i < c->n; i++)
            if (ad_str_eq(c->v[i], ad_str_of(words[w]))) {
                c->v[0] = c->v[i];
                c->n = 1;
            }
}

int ad_select_scores(struct ad_names *field, const struct ad_names *columns, bool many,
                     bool optional, struct ad_err *err)
{
    enum { SUFFIX = 6 }; /* _score */
    struct choice c = {0};
    for (size_t i = 0; i < columns->n; i++) {
        struct ad_str v = columns->v[i];
        if (v.len > SUFFIX && memcmp(v.s + v.len - SUFFIX, "_score", SUFFIX) == 0 &&
            !(many && ad_str_eq(v, ad_str_of("rule_score"))) &&
            is_detector(columns, v, v.len - SUFFIX))
            choose(&c, v);
    }
    if (!many)
        choose_last_word(&c);
    int rc = c.failed || (c.n && ad_names_set(field, c.v, c.n)) ? ad_err_nomem(err) : 0;
    if (rc == 0 && (c.n == 0 ? !optional : !many && c.n > 1)) {
        struct ad_buf list = {0};
        ad_names_list(c.n ? field : columns, &list);
        ad_buf_add(&list, "", 1);
        rc = ad_err_set(err,
                        c.n ? "several detectors have scored; combine them with ad-ensemble, or "
                              "name one with --score: %s"
                            : "no scores: no field N_score has N_flag beside it; run a detector "
                              "before, or name them with --score: %s",
                        list.failed ? "" : list.s);
        ad_buf_free(&list);
    }
    free(c.v);
    return rc;
}

/* Whether it is no mere sign for a missing value. */
static bool is_word(struct ad_str v)
{
    bool letter = false;
    for (size_t i = 0; i < v.len; i++) {
        unsigned char c = (unsigned char)v.s[i], lower = c | 0x20;
        letter |= (lower >= 'a' && lower <= 'z') || c >= 0x80;
    }
    return letter && !ad_str_is_missing(v);
}

/* Fields that hold words: those listed, which join the others, or those whose first value is one.
 */
static int choose_category(struct ad_selection *sel, const struct ad_select_cfg *cfg,
                           const struct ad_reader *r, struct ad_err *err)
{
    if (cfg->categorical && *cfg->categorical &&
        choose_list(&sel->category, "categorical", cfg->categorical, r, err))
        return -1;
    const struct ad_names *columns = ad_reader_columns(r);
    const struct ad_str *first = ad_reader_first(r);
    struct choice all = {0}, words = {0};
    for (size_t i = 0; i < sel->field.n; i++) {
        struct ad_str name = sel->field.v[i];
        ptrdiff_t at = ad_names_find(columns, name);
        double x;
        choose(&all, name);
        if (!cfg->categorical && first && at >= 0 && first[at].len &&
            ad_number_parse(first[at], &x) && is_word(first[at]))
            choose(&words, name);
    }
    for (size_t i = 0; i < sel->category.n; i++)
        choose(&all, sel->category.v[i]);
    int rc = all.failed || words.failed ||
                     (all.n > sel->field.n && ad_names_set(&sel->field, all.v, all.n)) ||
                     (words.n && ad_names_set(&sel->category, words.v, words.n))
                 ? ad_err_nomem(err)
                 : 0;
    free(all.v);
    free(words.v);
    return rc;
}

int ad_select(struct ad_selection *sel, const struct ad_select_cfg *cfg, const struct ad_reader *r,
              struct ad_clock *clock, struct ad_err *err)
{
    *sel = (struct ad_selection){0};
    if (cfg->group && *cfg->group && choose_list(&sel->group, "group-by", cfg->group, r, err))
        return -1;
    const char *option = cfg->scores ? "score" : "field";
    if (cfg->field && choose_list(&sel->field, option, cfg->field, r, err))
        return -1;
    if (choose_time(sel, cfg, r, clock, err))
        return -1;
    if (cfg->none)
        return 0;
    if (cfg->scores)
        return cfg->field ? 0
                          : ad_select_scores(&sel->field, ad_reader_columns(r), cfg->many,
                                             cfg->optional, err);
    if (!cfg->field && choose_field(sel, cfg, r, err))
        return -1;
    return cfg->many ? choose_category(sel, cfg, r, err) : 0;
}

void ad_selection_free(struct ad_selection *sel)
{
    ad_names_free(&sel->field);
    ad_names_free(&sel->group);
    ad_names_free(&sel->time);
    ad_names_free(&sel->category);
}
