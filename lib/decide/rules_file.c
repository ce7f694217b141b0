#include "decide/rules_private.h"

#include "base/number.h"
#include "decide/ini.h"
#include "decide/word.h"
#include "io/file.h"
#include "record/select.h"

#include <stdlib.h>

enum kind { NOWHERE, RULE, SETTINGS, CRITICALITY };

/* The file while it is read. */
struct reading {
    struct ad_rules *r;
    const struct ad_rules_cfg *cfg;
    enum kind kind;     /* of the section */
    struct ad_buf path; /* of the calendar */
};

/* Put the place before a message. Returns -1. */
static int at_line(const struct ad_rules *r, unsigned long line, struct ad_err *err)
{
    return ad_err_set(err, "%s:%lu: %s", r->name, line, err->text);
}

static int copy(struct ad_str *to, struct ad_str v)
{
    char *s = malloc(v.len + 1);
    if (!s)
        return -1;
    if (v.len)
        memcpy(s, v.s, v.len);
    s[v.len] = '\0';
    to->s = s;
    to->len = v.len;
    return 0;
}

/* One more element of an array, zeroed; NULL when out of memory. */
static void *extend(void *v, size_t n, size_t *room, size_t size)
{
    if (n == *room) {
        size_t more = n ? 2 * n : 8;
        v = realloc(v, more * size);
        if (!v)
            return NULL;
        *room = more;
    }
    memset((char *)v + n * size, 0, size);
    return v;
}

static int read_calendar(struct ad_rules *r, const char *path, struct ad_err *err)
{
    r->has_holidays = ad_file_calendar(path, &r->holidays, err) == 0;
    return r->has_holidays ? 0 : -1;
}

/* The calendar of the file, seen from the file's folder; the one of the command line goes before.
 */
static int set_holidays(struct reading *in, struct ad_str v, struct ad_err *err)
{
    const char *slash = strrchr(in->r->name, '/');
    if (in->cfg->holidays)
        return 0;
    in->path.len = 0;
    if (slash && v.len && *v.s != '/')
        ad_buf_add(&in->path, in->r->name, (size_t)(slash - in->r->name) + 1);
    ad_buf_add(&in->path, v.s, v.len);
    if (ad_buf_add(&in->path, "", 1))
        return ad_err_nomem(err);
    return read_calendar(in->r, in->path.s, err);
}

static int setting(struct reading *in, const struct ad_ini_item *item, struct ad_err *err)
{
    static const char *const all[] = {"business-hours", "holidays", "severity", NULL};
    if (ad_str_eq(item->key, ad_str_of("business-hours")))
        return ad_hours_parse(&in->r->hours, item->value, err);
    if (ad_str_eq(item->key, ad_str_of("holidays")))
        return set_holidays(in, item->value, err);
    if (ad_str_eq(item->key, ad_str_of("severity")))
        return ad_severity_scale_parse(&in->r->scale, item->value, err);
    return ad_word_unknown("setting", item->key, all, err);
}

static int add_criticality(struct ad_rules *r, struct ad_str field, struct ad_str pattern,
                           struct ad_str factor, unsigned long line, struct ad_err *err)
{
    struct ad_criticality *v = extend(r->critical, r->ncritical, &r->critical_room, sizeof *v);
    if (!v)
        return ad_err_nomem(err);
    r->critical = v;
    v += r->ncritical;
    if (ad_number_parse(factor, &v->factor) || !(v->factor >= 0.001 && v->factor <= 1000))
        return ad_err_set(err, "criticality is a factor from 0.001 to 1000");
    ptrdiff_t slot = ad_names_find(&r->fields, field);
    if (slot < 0 && ad_names_add(&r->fields, field))
        return ad_err_nomem(err);
    v->slot = slot < 0 ? r->fields.n - 1 : (size_t)slot;
    v->line = line;
    if (copy(&v->pattern, pattern))
        return ad_err_nomem(err);
    r->ncritical++;
    return 0;
}

/* FIELD=PATTERN:FACTOR,PATTERN:FACTOR, from the command line. */
static int parse_criticality(struct ad_rules *r, struct ad_str text, struct ad_err *err)
{
    const char *equals = memchr(text.s, '=', text.len);
    if (!equals || equals == text.s)
        return ad_err_set(err, "criticality is written like service=payment:2,test-*:0.5");
    struct ad_str field = {text.s, (size_t)(equals - text.s)};
    text.len -= field.len + 1;
    text.s += field.len + 1;
    for (;;) {
        const char *end = memchr(text.s, ',', text.len), *colon = NULL;
        struct ad_str one = {text.s, end ? (size_t)(end - text.s) : text.len};
        for (const char *p = one.s; p < one.s + one.len; p++)
            colon = *p == ':' ? p : colon;
        size_t len = colon ? (size_t)(colon - one.s) : 0;
        if (len == 0)
            return ad_err_set(err, "criticality is written like service=payment:2,test-*:0.5");
        struct ad_str factor = {colon + 1, one.len - len - 1};
        if (add_criticality(r, field, (struct ad_str){one.s, len}, factor, 0, err))
            return -1;
        if (!end)
            return 0;
        text.len -= one.len + 1;
        text.s += one.len + 1;
    }
}

static struct ad_rule *last_rule(const struct ad_rules *r)
{
    return &r->rule[r->n - 1];
}

/* What must be there when a section ends. */
static int end_section(const struct reading *in, struct ad_err *err)
{
    if (in->kind != RULE)
        return 0;
    const struct ad_rule *rule = last_rule(in->r);
    if (rule->when.s && rule->act.any)
        return 0;
    ad_err_set(err, "rule \"%s\" has no %s", rule->name.s,
               rule->when.s ? "action" : "condition: when = ...");
    return at_line(in->r, rule->line, err);
}

static int begin_rule(struct ad_rules *r, struct ad_str name, unsigned long line,
                      struct ad_err *err)
{
    if (name.len == 0)
        return ad_err_set(err, "a rule without a name");
    for (size_t i = 0; i < name.len; i++)
        if (name.s[i] == ',' || (unsigned char)name.s[i] < ' ' || name.s[i] == 127)
            return ad_err_set(err, "the name of a rule has no commas and no control characters");
    for (size_t i = 0; i < r->n; i++)
        if (ad_str_eq(r->rule[i].name, name))
            return ad_err_set(err, "a second rule \"%s\"", r->rule[i].name.s);
    struct ad_rule *v = extend(r->rule, r->n, &r->room, sizeof *v);
    if (!v)
        return ad_err_nomem(err);
    r->rule = v;
    v += r->n;
    v->line = line;
    v->act.factor = 1;
    if (copy(&v->name, name))
        return ad_err_nomem(err);
    r->n++;
    return 0;
}

/* The kind of a section and its name. */
static int begin_section(struct reading *in, const struct ad_ini_item *item, struct ad_err *err)
{
    static const char *const all[] = {"rule", "settings", "criticality", NULL};
    static const enum kind kinds[] = {RULE, SETTINGS, CRITICALITY};
    struct ad_str name = item->section, word = ad_word_next(&name);
    in->kind = NOWHERE;
    for (size_t i = 0; all[i]; i++)
        if (ad_str_eq(word, ad_str_of(all[i])))
            in->kind = kinds[i];
    name = ad_str_trim(name);
    if (in->kind == RULE) {
        in->kind = NOWHERE;
        if (begin_rule(in->r, name, item->line, err))
            return -1;
        in->kind = RULE;
        return 0;
    }
    if (in->kind == NOWHERE)
        return ad_word_unknown("section", word, all, err);
    if ((name.len == 0) != (in->kind == SETTINGS))
        return ad_err_set(err, in->kind == SETTINGS ? "settings have no name"
                                                    : "write [criticality FIELD]");
    return 0;
}

static int rule_item(struct ad_rule *rule, const struct ad_ini_item *item, struct ad_err *err)
{
    static const char *const all[] = {"when", "action", NULL};
    if (ad_str_eq(item->key, ad_str_of("action")))
        return ad_actions_parse(&rule->act, &rule->tags, item->value, err);
    if (!ad_str_eq(item->key, ad_str_of("when")))
        return ad_word_unknown("key", item->key, all, err);
    if (rule->when.s)
        return ad_err_set(err, "a second condition for one rule");
    rule->when_line = item->line;
    return copy(&rule->when, item->value) ? ad_err_nomem(err) : 0;
}

static int item_of_section(struct reading *in, const struct ad_ini_item *item, struct ad_err *err)
{
    struct ad_str name = item->section;
    ad_word_next(&name);
    switch (in->kind) {
    case RULE:
        return rule_item(last_rule(in->r), item, err);
    case SETTINGS:
        return setting(in, item, err);
    case CRITICALITY:
        return add_criticality(in->r, ad_str_trim(name), item->key, item->value, item->line, err);
    default:
        return ad_err_set(err, "a key before the first section");
    }
}

static int take_item(void *arg, const struct ad_ini_item *item, struct ad_err *err)
{
    struct reading *in = arg;
    if (item->key.s)
        return item_of_section(in, item, err) ? at_line(in->r, item->line, err) : 0;
    if (end_section(in, err))
        return -1;
    return begin_section(in, item, err) ? at_line(in->r, item->line, err) : 0;
}

/* Once all is known that they may ask for. */
static int compile(struct ad_rules *r, struct ad_err *err)
{
    const struct ad_expr_cfg cfg = {.known = ad_rules_known, .no_holidays = !r->has_holidays};
    for (size_t i = 0; i < r->n; i++) {
        struct ad_rule *rule = &r->rule[i];
        size_t at;
        rule->expr = ad_expr_compile(rule->when, &cfg, &r->fields, &at, err);
        if (!rule->expr)
            return ad_expr_explain(err, r->name, rule->when_line, rule->when, at);
    }
    r->env.hours = &r->hours;
    r->env.holidays = r->has_holidays ? &r->holidays : NULL;
    return 0;
}

/* What was given beside the file. */
static int take_cfg(struct ad_rules *r, const struct ad_rules_cfg *cfg, struct ad_err *err)
{
    if (cfg->business_hours && ad_hours_parse(&r->hours, ad_str_of(cfg->business_hours), err))
        return -1;
    if (cfg->severity && ad_severity_scale_parse(&r->scale, ad_str_of(cfg->severity), err))
        return -1;
    if (cfg->holidays && read_calendar(r, cfg->holidays, err))
        return -1;
    return cfg->criticality ? parse_criticality(r, ad_str_of(cfg->criticality), err) : 0;
}

struct ad_rules *ad_rules_parse(struct ad_str text, const char *name,
                                const struct ad_rules_cfg *cfg, struct ad_err *err)
{
    static const struct ad_rules_cfg none = {0};
    struct ad_rules *r = calloc(1, sizeof *r);
    struct ad_str own = {0};
    if (!r || copy(&own, ad_str_of(name))) {
        free(r);
        ad_err_nomem(err);
        return NULL;
    }
    struct reading in = {.r = r, .cfg = cfg ? cfg : &none};
    r->name = (char *)own.s;
    r->scale = (struct ad_severity_scale)AD_SEVERITY_USUAL;
    int rc = ad_hours_parse(&r->hours, ad_str_of(AD_HOURS_USUAL), err);
    if (rc == 0)
        rc = ad_ini_parse(text, name, take_item, &in, err);
    if (rc == 0)
        rc = end_section(&in, err);
    if (rc == 0)
        rc = take_cfg(r, in.cfg, err);
    if (rc == 0)
        rc = compile(r, err);
    ad_buf_free(&in.path);
    if (rc == 0)
        return r;
    ad_rules_free(r);
    return NULL;
}

struct ad_rules *ad_rules_open(const char *path, const struct ad_rules_cfg *cfg, struct ad_err *err)
{
    struct ad_buf text = {0};
    struct ad_rules *r = NULL;
    if (ad_file_read(path, AD_INI_MOST, &text, NULL, err) == 0)
        r = ad_rules_parse((struct ad_str){text.s, text.len}, path, cfg, err);
    ad_buf_free(&text);
    return r;
}
