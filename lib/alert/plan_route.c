#include "alert/plan.h"
#include "base/number.h"
#include "base/time.h"

#include <math.h>
#include <stdlib.h>

/* What holds where nothing is said. */
static const struct ad_settings usual = {.hold = 0,
                                         .fire = 0,
                                         .clear = 0.4,
                                         .resolve_after = 300,
                                         .repeat = INFINITY,
                                         .cooldown = 0,
                                         .group_wait = 0,
                                         .absent = INFINITY};
enum { GROUP_WAIT = 30 }; /* of a route that says group-by, and not how long */

/* The settings, by key; `cfg` is where the command line says the same. */
static const struct row {
    const char *key;
    size_t at, cfg;
    enum { SCORE, DURATION, DURATION_OR_NEVER } type;
} row[] = {
#define AD_SET(key, name, type)                                                                    \
    {                                                                                              \
        key, offsetof(struct ad_settings, name), offsetof(struct ad_policy_cfg, name), type        \
    }
    AD_SET("for", hold, DURATION),
    AD_SET("fire", fire, SCORE),
    AD_SET("clear", clear, SCORE),
    AD_SET("resolve-after", resolve_after, DURATION_OR_NEVER),
    AD_SET("repeat", repeat, DURATION_OR_NEVER),
    AD_SET("cooldown", cooldown, DURATION),
    AD_SET("group-wait", group_wait, DURATION),
    AD_SET("absent", absent, DURATION_OR_NEVER),
#undef AD_SET
};
enum { ROWS = sizeof row / sizeof *row };

#define SETTINGS                                                                                   \
    "for", "fire", "clear", "resolve-after", "repeat", "cooldown", "group-wait", "absent"
#define ROUTING "group-by", "inhibit", "absent-severity", "channels", "escalation"

static const char *const route_keys[] = {SETTINGS, ROUTING, "match", "continue", NULL};
static const char *const default_keys[] = {SETTINGS,         ROUTING,        "zone",
                                           "max-per-minute", "max-per-hour", NULL};

static int read_setting(const struct row *r, struct ad_str text, double *x, struct ad_err *err)
{
    if (r->type == SCORE) {
        if (ad_number_parse(text, x) == 0 && *x >= 0 && *x <= 1)
            return 0;
        return ad_err_set(err, "a score, from 0 to 1");
    }
    *x = INFINITY;
    if (r->type == DURATION_OR_NEVER && ad_str_eq(text, ad_str_of("never")))
        return 0;
    *x = 0;
    if (ad_str_eq(text, ad_str_of("0")) && strcmp(r->key, "repeat") && strcmp(r->key, "absent"))
        return 0;
    bool good = ad_duration_parse(text, x) == 0;
    if (good && (*x > 0 || r->type == DURATION))
        return 0;
    return ad_err_set(err, r->type == DURATION ? "a duration, like \"90s\""
                                               : "a duration, like \"90s\", or never");
}

/* Settings of a section over those that are there. */
static int overlay(const struct ad_config *c, const struct ad_section *s, struct ad_settings *set,
                   struct ad_err *err)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < ROWS; k++) {
            double *x = (double *)(void *)((char *)set + row[k].at);
            if (ad_str_eq(s->pair[i].key, ad_str_of(row[k].key)) &&
                read_setting(&row[k], s->pair[i].value, x, err))
                return ad_config_fail(c, s->pair[i].line, err, "%s: %s", row[k].key, err->text);
        }
    return 0;
}

static void overlay_cfg(const struct ad_policy_cfg *cfg, struct ad_settings *set)
{
    for (size_t k = 0; k < ROWS; k++) {
        double given = *(const double *)(const void *)((const char *)cfg + row[k].cfg);
        if (!isnan(given))
            *(double *)(void *)((char *)set + row[k].at) = given;
    }
}

static int take_group_by(const struct ad_planning *p, struct ad_str text, struct ad_route *r,
                         struct ad_err *err)
{
    struct ad_str name;
    r->nby = 0;
    r->grouped = true;
    while (ad_plan_item(&text, &name)) {
        struct ad_subject *more = realloc(r->by, (r->nby + 1) * sizeof *more);
        if (more)
            r->by = more;
        if (!more || ad_subject_find(&r->by[r->nby], &p->plan->words, name))
            return ad_err_nomem(err);
        r->nby++;
    }
    return 0;
}

static int take_word(struct ad_str text, bool *yes, struct ad_err *err)
{
    *yes = ad_str_caseeq(text, "yes");
    return *yes || ad_str_caseeq(text, "no") ? 0 : ad_err_set(err, "yes or no");
}

static int take_escalation(const struct ad_planning *p, struct ad_str name, struct ad_route *r,
                           struct ad_err *err)
{
    r->escalation = NULL;
    if (ad_str_eq(name, ad_str_of("none")))
        return 0;
    for (size_t i = 0; i < p->plan->nescalation; i++)
        if (ad_str_eq(p->plan->escalation[i].name, name))
            r->escalation = &p->plan->escalation[i];
    if (r->escalation)
        return 0;
    return ad_err_set(err, "there is no [escalation %.*s]", (int)name.len, name.s);
}

/* One key that is no setting. */
static int take(const struct ad_planning *p, const struct ad_pair *pair, struct ad_route *r,
                struct ad_err *err)
{
    const char *key = pair->key.s;
    if (strcmp(key, "match") == 0)
        return ad_matchers_parse(&r->match, pair->value, &p->plan->words, err);
    if (strcmp(key, "group-by") == 0)
        return take_group_by(p, pair->value, r, err);
    if (strcmp(key, "continue") == 0)
        return take_word(pair->value, &r->goes_on, err);
    if (strcmp(key, "inhibit") == 0)
        return take_word(pair->value, &r->inhibit, err);
    if (strcmp(key, "channels") == 0)
        return ad_plan_channels(p, pair->value, &r->to, err);
    if (strcmp(key, "escalation") == 0)
        return take_escalation(p, pair->value, r, err);
    if (strcmp(key, "absent-severity") != 0)
        return 0;
    r->absent_severity = ad_severity_parse(pair->value);
    return r->absent_severity ? 0 : ad_err_set(err, "low, medium, high or critical");
}

static int take_all(const struct ad_planning *p, const struct ad_section *s, struct ad_route *r,
                    struct ad_err *err)
{
    if (!s)
        return 0;
    if (ad_section_get(s, "channels").s)
        r->to.n = 0; /* instead of those that are the default */
    if (overlay(p->c, s, &r->set, err))
        return -1;
    for (size_t i = 0; i < s->n; i++)
        if (take(p, &s->pair[i], r, err))
            return ad_config_fail(p->c, s->pair[i].line, err, "%s: %s", s->pair[i].key.s,
                                  err->text);
    return 0;
}

int ad_plan_route(const struct ad_planning *p, const struct ad_section *s, struct ad_route *r,
                  struct ad_err *err)
{
    *r = (struct ad_route){.name = s ? s->name : (struct ad_str){"", 0},
                           .inhibit = p->plan->words.group.n > 0,
                           .set = usual,
                           .absent_severity = AD_HIGH};
    if ((s && ad_section_check(p->c, s, route_keys, err)) || take_all(p, p->defaults, r, err))
        return -1;
    overlay_cfg(p->cfg, &r->set);
    if (p->cfg->group_by && take_group_by(p, ad_str_of(p->cfg->group_by), r, err))
        return -1;
    bool named = p->defaults && ad_section_get(p->defaults, "channels").s;
    named = named || r->escalation || (s && ad_section_get(s, "channels").s);
    if (take_all(p, s, r, err))
        return -1;
    if (!named && !r->escalation && ad_plan_channels(p, ad_str_of("-"), &r->to, err))
        return -1;
    if (!p->plan->words.group.n)
        r->inhibit = false;
    if (r->grouped && !(r->set.group_wait > 0))
        r->set.group_wait = GROUP_WAIT;
    r->grouped |= r->set.group_wait > 0;
    return 0;
}

int ad_plan_defaults(const struct ad_planning *p, struct ad_err *err)
{
    return p->defaults ? ad_section_check(p->c, p->defaults, default_keys, err) : 0;
}
