#include "alert/policy_private.h"

#include <stdlib.h>

/* Now, or when to look again. */
static bool is_due(const struct ad_policy *p, double at, double *next)
{
    if (p->wall >= at)
        return true;
    if (at < *next)
        *next = at;
    return false;
}

bool ad_link_wants(const struct ad_policy *p, const struct ad_open *o, const struct ad_link *link,
                   enum ad_notice_event *event, double *next)
{
    bool firing = o->in.state == AD_INCIDENT_FIRING;
    *event = AD_NOTICE_RESOLVE;
    if (ad_open_is_over(o))
        return link->told && !link->closed;
    *event = link->wanted > 1 ? AD_NOTICE_ESCALATE : AD_NOTICE_TRIGGER;
    if (!link->told)
        return firing || o->in.worst > o->accepted;
    *event = AD_NOTICE_WORSE;
    if (o->in.worst > link->severity)
        return true;
    *event = AD_NOTICE_ESCALATE;
    if (!firing)
        return false;
    if (link->wanted > link->level && link->wanted > 1)
        return true;
    *event = AD_NOTICE_REPEAT;
    return is_due(p, link->sent + link->route->set.repeat, next);
}

/* Whether a critical one of the same group mutes it. */
static bool is_inhibited(const struct ad_policy *p, const struct ad_open *o)
{
    if (o->in.worst >= AD_CRITICAL || p->critical.n == 0)
        return false;
    uint64_t hash = ad_hash(&p->key, o->in.group.s, o->in.group.len);
    struct ad_chain *c = ad_chains_find(&p->critical, hash);
    while (c && !ad_str_eq(AD_OF(c, struct ad_open, critical)->in.group, o->in.group))
        c = ad_chain_like(c->next, hash);
    return c != NULL;
}

bool ad_policy_muted(struct ad_policy *p, struct ad_open *o, double *until, enum ad_guard *guard)
{
    struct ad_scene scene = ad_open_scene(o);
    *guard = AD_GUARD_SILENCE;
    if (ad_quiets_find(&p->plan.quiets, false, &scene, p->wall, AD_QUIET_WALL, until) ||
        ad_quiets_find(&p->given, false, &scene, p->wall, AD_QUIET_WALL, until))
        return true;
    *guard = AD_GUARD_MAINTENANCE;
    return ad_quiets_find(&p->plan.quiets, true, &scene, p->wall, AD_QUIET_WALL, until);
}

/* Whether a group is waited for; it is told when its time comes. */
static bool is_grouped(const struct ad_policy *p, const struct ad_link *link,
                       enum ad_notice_event event)
{
    return link->bundle && p->flushing != link->bundle && event != AD_NOTICE_ESCALATE;
}

static bool is_cooling(const struct ad_policy *p, const struct ad_open *o,
                       enum ad_notice_event event, double *until)
{
    bool again = event == AD_NOTICE_TRIGGER || event == AD_NOTICE_REPEAT;
    *until = o->cool_from + o->route[0]->set.cooldown;
    return again && o->in.worst <= o->cooled && p->wall < *until;
}

enum ad_guard ad_link_guard(struct ad_policy *p, struct ad_open *o, const struct ad_link *link,
                            enum ad_notice_event event, double *until)
{
    enum ad_guard guard;
    *until = INFINITY;
    bool resolve = event == AD_NOTICE_RESOLVE;
    if (!resolve && ad_policy_muted(p, o, until, &guard))
        return guard;
    if (!resolve && link->route->inhibit && is_inhibited(p, o))
        return AD_GUARD_INHIBITION;
    if (is_grouped(p, link, event))
        return AD_GUARD_GROUP;
    if (resolve)
        return AD_GUARD_NONE;
    if (is_cooling(p, o, event, until))
        return AD_GUARD_COOLDOWN;
    *until = INFINITY;
    if (p->flushing && p->flushing == link->bundle)
        return AD_GUARD_NONE; /* the message as a whole is up to the rate */
    const struct ad_line *line = &p->line[link->channel];
    bool queue = line->waiting > 0 && p->serving != line;
    return queue || ad_line_free(p, link->channel) > p->wall ? AD_GUARD_RATE : AD_GUARD_NONE;
}

void ad_link_release(struct ad_policy *p, struct ad_link *link)
{
    p->line[link->channel].waiting -= link->guard == AD_GUARD_RATE;
    link->guard = AD_GUARD_NONE;
}

/* Whether some guard but the group has counted the notice that waits. */
static bool is_counted(const struct ad_link *link)
{
    return (link->counted & ~(1u << AD_GUARD_GROUP)) != 0;
}

void ad_link_hold(struct ad_policy *p, struct ad_open *o, struct ad_link *link, enum ad_guard guard)
{
    struct ad_line *line = &p->line[link->channel];
    o->dirty |= link->guard != guard;
    ad_link_release(p, link);
    link->guard = guard;
    line->waiting += guard == AD_GUARD_RATE;
    if (link->counted & 1u << guard)
        return;
    if (!is_counted(link) && guard >= AD_GUARD_COOLDOWN) {
        line->surplus++;
        link->epoch = line->epoch;
    } else if (!is_counted(link) && guard != AD_GUARD_GROUP) {
        link->held++;
        link->epoch = UINT64_MAX;
    }
    link->counted |= 1u << guard;
    p->summary.held[guard]++;
}

/* Whether it is something that guards may hold back. */
static bool is_news(enum ad_notice_event event)
{
    return event != AD_NOTICE_RESOLVE && event != AD_NOTICE_ACKNOWLEDGE &&
           event != AD_NOTICE_REFRESH;
}

/* What was held back and is not going out now, since the last message. */
static unsigned long long suppressed(const struct ad_policy *p, const struct ad_telling *v,
                                     size_t n)
{
    const struct ad_line *line = &p->line[v->link->channel];
    unsigned long long held = line->surplus;
    for (size_t i = 0; i < n; i++) {
        const struct ad_link *link = v[i].link;
        bool late = is_counted(link) && is_news(v[i].event);
        held += link->held;
        held -= held && late && (link->epoch == UINT64_MAX || link->epoch == line->epoch);
    }
    return held;
}

/* Note that it goes out. */
static void note(struct ad_policy *p, const struct ad_telling *v)
{
    struct ad_open *o = v->o;
    struct ad_link *link = v->link;
    link->last = p->wall;
    o->dirty = true;
    if (v->event == AD_NOTICE_REFRESH)
        return;
    ad_link_release(p, link);
    link->counted = 0;
    link->held = 0;
    o->in.notified = p->wall;
    if (v->event == AD_NOTICE_RESOLVE)
        link->closed = true;
    if (!is_news(v->event))
        return;
    link->repeats += v->event == AD_NOTICE_REPEAT;
    link->told = true;
    link->severity = o->in.worst;
    link->level = link->wanted;
    link->sent = p->wall;
    if (!o->told && o->in.level > 0) /* the next level is for those who have heard, and not acted */
        o->in.level_since = p->wall;
    o->told = true;
    if (o->in.worst >= AD_CRITICAL)
        ad_open_mute(p, o);
}

static int count_it(struct ad_policy *p, const struct ad_telling *v, size_t n)
{
    struct ad_policy_count one = {.channel = p->plan.outlet[v->link->channel].name,
                                  .severity = v->o->in.worst,
                                  .event = v->event,
                                  .level = v->o->in.level,
                                  .n = 1,
                                  .with = n - 1};
    return ad_policy_count(p, &one);
}

int ad_policy_send(struct ad_policy *p, const struct ad_telling *v, size_t n)
{
    struct ad_line *line = &p->line[v->link->channel];
    struct ad_notice notice = {
        .event = v->event, .channel = p->plan.outlet[v->link->channel].name, .due = p->wall};
    bool heard = v->event != AD_NOTICE_REFRESH;
    memcpy(notice.incident, v->o->in.id, sizeof notice.incident);
    ad_telling_id(notice.id, v, notice.channel);
    if (ad_notice_write(&p->doc, v, n, heard ? suppressed(p, v, n) : 0, notice.channel))
        return -1;
    notice.doc = (struct ad_str){p->doc.s, p->doc.len};
    for (size_t i = 0; i < n; i++)
        note(p, &v[i]);
    if (heard) {
        line->surplus = 0;
        line->epoch++;
    }
    if ((is_news(v->event) && ad_line_count(p, v->link->channel)) || count_it(p, v, n))
        return -1;
    for (size_t i = 0; i < n; i++)
        if (ad_open_store(p, v[i].o))
            return -1;
    return p->sink->notice ? p->sink->notice(p->sink->arg, &notice) : 0;
}

/* Up to where the escalation is by now. It waits at a level until somebody has heard of it. */
static int climb(struct ad_policy *p, struct ad_open *o, double *next)
{
    while (o->in.state == AD_INCIDENT_FIRING && !ad_open_is_over(o)) {
        unsigned level = o->in.level;
        double delay = INFINITY, until = INFINITY;
        enum ad_guard guard;
        for (size_t i = 0; i < o->nroute; i++) {
            const struct ad_escalation *e = o->route[i]->escalation;
            if (e && level < e->n && e->level[level].delay < delay)
                delay = e->level[level].delay;
        }
        if (isinf(delay) || (level > 0 && !o->told) || !is_due(p, o->in.level_since + delay, next))
            return 0;
        if (level > 0 && ad_policy_muted(p, o, &until, &guard)) {
            *next = until < *next ? until : *next;
            return 0;
        }
        o->in.level++;
        o->in.level_since = p->wall;
        o->dirty = true;
        for (size_t i = 0; i < o->nroute; i++) {
            const struct ad_escalation *e = o->route[i]->escalation;
            for (size_t k = 0; e && level < e->n && k < e->level[level].to.n; k++)
                if (ad_open_link(p, o, e->level[level].to.v[k], o->route[i], level + 1, NULL))
                    return -1;
        }
    }
    return 0;
}

/* Tell one channel what it is to know, or hold it back. */
static int tell_link(struct ad_policy *p, struct ad_open *o, struct ad_link *link, double *next)
{
    struct ad_telling v = {o, link, AD_NOTICE_REFRESH};
    double refresh = p->plan.outlet[link->channel].refresh / 2, until;
    if (link->told && ad_open_is_live(o) && is_due(p, link->last + refresh, next)) {
        if (ad_policy_send(p, &v, 1))
            return -1;
        is_due(p, link->last + refresh, next);
    }
    while (ad_link_wants(p, o, link, &v.event, next)) {
        enum ad_guard guard = ad_link_guard(p, o, link, v.event, &until);
        if (guard != AD_GUARD_NONE) {
            ad_link_hold(p, o, link, guard);
            *next = until < *next ? until : *next;
            if (guard == AD_GUARD_GROUP && isinf(link->bundle->due.at))
                return ad_due_set(&p->due, &link->bundle->due,
                                  p->wall + link->route->set.group_wait);
            if (guard == AD_GUARD_RATE && isinf(p->line[link->channel].due.at))
                return ad_due_set(&p->due, &p->line[link->channel].due,
                                  ad_line_free(p, link->channel));
            return 0;
        }
        if (ad_policy_send(p, &v, 1))
            return -1;
    }
    ad_link_release(p, link);
    link->counted = 0;
    return 0;
}

/* All channels. Returns 1 when somebody waits for the end of what is over. */
static int tell_links(struct ad_policy *p, struct ad_open *o, double *next)
{
    int waiting = 0;
    for (size_t i = 0; i < o->nlink; i++) {
        if (tell_link(p, o, &o->link[i], next))
            return -1;
        waiting |= o->link[i].told && !o->link[i].closed;
    }
    return waiting;
}

int ad_policy_tell(struct ad_policy *p, struct ad_open *o)
{
    double next;
    bool told;
    int waiting;
    if (o->in.state == AD_INCIDENT_PENDING)
        return 0;
    do {
        told = o->told;
        next = INFINITY;
        if (climb(p, o, &next) || (waiting = tell_links(p, o, &next)) < 0)
            return -1;
    } while (told != o->told); /* only now the escalation goes on */
    if (!ad_open_is_over(o) || waiting)
        return ad_due_set(&p->due, &o->due, next);
    o->in.state = AD_INCIDENT_RESOLVED;
    o->dirty = true;
    int rc = ad_open_store(p, o);
    ad_open_free(p, o);
    return rc;
}
