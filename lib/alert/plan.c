#include "alert/plan.h"
#include "base/number.h"
#include "base/time.h"

#include <math.h>
#include <stdlib.h>

bool ad_plan_item(struct ad_str *list, struct ad_str *item)
{
    while (list->len) {
        size_t n = 0;
        while (n < list->len && list->s[n] != ',' && list->s[n] != '\n')
            n++;
        *item = ad_str_trim((struct ad_str){list->s, n});
        n += n < list->len;
        *list = (struct ad_str){list->s + n, list->len - n};
        if (item->len)
            return true;
    }
    return false;
}

ptrdiff_t ad_plan_outlet(const struct ad_plan *plan, struct ad_str name)
{
    for (size_t i = 0; i < plan->noutlet; i++)
        if (ad_str_eq(plan->outlet[i].name, name))
            return (ptrdiff_t)i;
    return -1;
}

static bool has(const struct ad_channels *list, size_t channel)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i] == channel)
            return true;
    return false;
}

int ad_plan_channels(const struct ad_planning *p, struct ad_str text, struct ad_channels *to,
                     struct ad_err *err)
{
    struct ad_str name;
    while (ad_plan_item(&text, &name)) {
        if (ad_str_eq(name, ad_str_of("none")))
            continue;
        bool stdout_too = ad_str_eq(name, ad_str_of("-"));
        ptrdiff_t at = ad_plan_outlet(p->plan, stdout_too ? (struct ad_str){"", 0} : name);
        if (at < 0)
            return ad_err_set(err, "there is no [channel %.*s]", (int)name.len, name.s);
        if (has(to, (size_t)at))
            continue;
        size_t *more = realloc(to->v, (to->n + 1) * sizeof *more);
        if (!more)
            return ad_err_nomem(err);
        to->v = more;
        to->v[to->n++] = (size_t)at;
    }
    return 0;
}

static int take_limit(const struct ad_config *c, const struct ad_section *s, const char *key,
                      unsigned long *limit, struct ad_err *err)
{
    enum { MOST = 100000 };
    struct ad_str text = s ? ad_section_get(s, key) : (struct ad_str){NULL, 0};
    unsigned long long n;
    if (!text.s)
        return 0;
    if (ad_number_parse_u64(text, &n) || n > MOST)
        return ad_config_fail(c, s->line, err, "%s: a number of messages, 0 to %d", key, MOST);
    *limit = (unsigned long)n;
    return 0;
}

static int take_limits(const struct ad_planning *p, const struct ad_section *s, struct ad_outlet *o,
                       struct ad_err *err)
{
    return take_limit(p->c, s, "max-per-minute", &o->per_minute, err) ||
                   take_limit(p->c, s, "max-per-hour", &o->per_hour, err)
               ? -1
               : 0;
}

/* Those that keep incidents themselves close by name, so that one cannot stand for others. */
static bool keeps_incidents(struct ad_str type)
{
    static const char *const types[] = {"pagerduty", "opsgenie", "alertmanager"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (ad_str_eq(type, ad_str_of(types[i])))
            return true;
    return false;
}

/* Standard output, and what the configuration names. */
static int make_outlets(const struct ad_planning *p, struct ad_err *err)
{
    struct ad_plan *plan = p->plan;
    size_t most = 1 + (p->c ? p->c->n : 0);
    if (!(plan->outlet = calloc(most, sizeof *plan->outlet)))
        return ad_err_nomem(err);
    for (size_t i = 0; i < most; i++) {
        const struct ad_section *s = i ? &p->c->section[i - 1] : NULL;
        if (s && !ad_str_eq(s->kind, ad_str_of("channel")))
            continue;
        struct ad_outlet *o = &plan->outlet[plan->noutlet++];
        *o = (struct ad_outlet){.name = s ? s->name : (struct ad_str){"", 0}, .refresh = INFINITY};
        bool reserved = ad_str_eq(o->name, ad_str_of("-")) || ad_str_eq(o->name, ad_str_of("none"));
        if (s && (o->name.len == 0 || reserved || memchr(o->name.s, ',', o->name.len)))
            return ad_config_fail(p->c, s->line, err, "a channel needs a name, but not this one");
        if (take_limits(p, p->defaults, o, err))
            return -1;
        if (p->cfg->per_minute)
            o->per_minute = p->cfg->per_minute;
        if (p->cfg->per_hour)
            o->per_hour = p->cfg->per_hour;
        if (s && take_limits(p, s, o, err))
            return -1;
        struct ad_str type = s ? ad_section_get(s, "type") : (struct ad_str){NULL, 0};
        o->keeps = keeps_incidents(type.s ? type : o->name); /* as alert/channel.c has it */
    }
    return 0;
}

/* `5m pager, boss` */
static int take_level(const struct ad_planning *p, struct ad_str text, struct ad_escalation *e,
                      struct ad_err *err)
{
    struct ad_level *more = realloc(e->level, (e->n + 1) * sizeof *more);
    if (!more)
        return ad_err_nomem(err);
    e->level = more;
    struct ad_level *level = &e->level[e->n++];
    *level = (struct ad_level){0};
    size_t n = 0;
    while (n < text.len && !strchr(" \t\n", text.s[n]))
        n++;
    struct ad_str delay = {text.s, n}, to = {text.s + n, text.len - n};
    bool at_once = ad_str_eq(delay, ad_str_of("0"));
    if (!at_once && ad_duration_parse(delay, &level->delay))
        return ad_err_set(err, "a level is a delay and channels, like \"5m pager, mail\"");
    if (ad_plan_channels(p, to, &level->to, err))
        return -1;
    return level->to.n ? 0 : ad_err_set(err, "a level without channels");
}

static int make_escalation(const struct ad_planning *p, const struct ad_section *s,
                           struct ad_escalation *e, struct ad_err *err)
{
    static const char *const keys[] = {"level", NULL};
    e->name = s->name;
    if (ad_section_check(p->c, s, keys, err))
        return -1;
    for (size_t i = 0; i < s->n; i++)
        if (take_level(p, s->pair[i].value, e, err))
            return ad_config_fail(p->c, s->pair[i].line, err, "%s", err->text);
    return e->n ? 0 : ad_config_fail(p->c, s->line, err, "an escalation without a level");
}

static size_t count(const struct ad_config *c, const char *kind)
{
    size_t n = 0;
    for (size_t i = 0; c && i < c->n; i++)
        n += ad_str_eq(c->section[i].kind, ad_str_of(kind));
    return n;
}

static int make_section(const struct ad_planning *p, const struct ad_section *s, struct ad_err *err)
{
    struct ad_plan *plan = p->plan;
    struct ad_str zone = p->defaults ? ad_section_get(p->defaults, "zone") : (struct ad_str){0};
    if (ad_str_eq(s->kind, ad_str_of("route"))) {
        if (s->name.len == 0)
            return ad_config_fail(p->c, s->line, err, "a route needs a name");
        return ad_plan_route(p, s, &plan->route[plan->nroute++], err);
    }
    if (ad_str_eq(s->kind, ad_str_of("silence")) || ad_str_eq(s->kind, ad_str_of("maintenance")))
        return ad_quiets_add(&plan->quiets, p->c, s, p->cfg->zone ? p->cfg->zone : zone.s,
                             &plan->words, err);
    return 0;
}

static int check_kinds(const struct ad_config *c, struct ad_err *err)
{
    static const char *const kinds[] = {"defaults", "channel",     "route", "escalation",
                                        "silence",  "maintenance", NULL};
    for (size_t i = 0; i < c->n; i++) {
        size_t k = 0;
        while (kinds[k] && !ad_str_eq(c->section[i].kind, ad_str_of(kinds[k])))
            k++;
        if (!kinds[k])
            return ad_config_fail(c, c->section[i].line, err,
                                  "a section is [channel NAME], [route NAME], [escalation NAME], "
                                  "[silence NAME], [maintenance NAME] or [defaults]");
    }
    return 0;
}

static int make_escalations(const struct ad_planning *p, struct ad_err *err)
{
    struct ad_plan *plan = p->plan;
    if (!(plan->escalation = calloc(count(p->c, "escalation") + 1, sizeof *plan->escalation)))
        return ad_err_nomem(err);
    for (size_t i = 0; p->c && i < p->c->n; i++)
        if (ad_str_eq(p->c->section[i].kind, ad_str_of("escalation")) &&
            make_escalation(p, &p->c->section[i], &plan->escalation[plan->nescalation++], err))
            return -1;
    return 0;
}

int ad_plan_make(struct ad_plan *plan, const struct ad_config *c, const struct ad_policy_cfg *cfg,
                 struct ad_err *err)
{
    struct ad_planning p = {plan, c, cfg, NULL};
    *plan = (struct ad_plan){0};
    if (c && check_kinds(c, err))
        return -1;
    p.defaults = c ? ad_config_find(c, "defaults", (struct ad_str){"", 0}) : NULL;
    if (ad_names_set(&plan->words.group, cfg->group.v, cfg->group.n))
        return ad_err_nomem(err);
    if (!(plan->route = calloc(count(c, "route") + 1, sizeof *plan->route)))
        return ad_err_nomem(err);
    struct ad_str zone = p.defaults ? ad_section_get(p.defaults, "zone") : (struct ad_str){0};
    if (ad_offsets_make(&plan->zone, cfg->zone ? cfg->zone : zone.s, err) ||
        make_outlets(&p, err) || make_escalations(&p, err) || ad_plan_defaults(&p, err))
        return -1;
    for (size_t i = 0; c && i < c->n; i++)
        if (make_section(&p, &c->section[i], err))
            return -1;
    if (ad_plan_route(&p, NULL, &plan->route[plan->nroute++], err))
        return -1;
    for (size_t i = 0; i < plan->nroute; i++)
        plan->watches |= plan->route[i].set.absent < INFINITY;
    return 0;
}

void ad_plan_free(struct ad_plan *plan)
{
    for (size_t i = 0; i < plan->nroute; i++) {
        ad_matchers_free(&plan->route[i].match);
        free(plan->route[i].by);
        free(plan->route[i].to.v);
    }
    for (size_t i = 0; i < plan->nescalation; i++) {
        for (size_t k = 0; k < plan->escalation[i].n; k++)
            free(plan->escalation[i].level[k].to.v);
        free(plan->escalation[i].level);
    }
    free(plan->route);
    free(plan->escalation);
    free(plan->outlet);
    ad_quiets_free(&plan->quiets);
    ad_offsets_free(&plan->zone);
    ad_names_free(&plan->words.group);
    ad_names_free(&plan->words.field);
    *plan = (struct ad_plan){0};
}
