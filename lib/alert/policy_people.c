#include "alert/policy_private.h"

static struct ad_open *find(const struct ad_policy *p, const char *id)
{
    size_t n = 0;
    while (n < AD_INCIDENT_ID && ((id[n] >= '0' && id[n] <= '9') || (id[n] >= 'a' && id[n] <= 'f')))
        n++;
    struct ad_open *o = n == AD_INCIDENT_ID && id[n] == '\0' ? ad_open_by_id(p, id) : NULL;
    return o && !ad_open_is_over(o) ? o : NULL;
}

static void begin(struct ad_policy *p, double wall, const struct ad_alert_sink *sink)
{
    p->sink = sink;
    p->wall = wall > p->wall ? wall : p->wall;
}

int ad_policy_acknowledge(struct ad_policy *p, const char *id, struct ad_str who, double wall,
                          const struct ad_alert_sink *sink)
{
    struct ad_open *o = find(p, id);
    begin(p, wall, sink);
    if (!o || o->in.state != AD_INCIDENT_FIRING)
        return 0;
    if (ad_open_text(o, AD_OPEN_BY, who))
        return -1;
    o->in.state = AD_INCIDENT_ACKNOWLEDGED;
    o->accepted = o->in.worst;
    o->acknowledged++;
    o->dirty = true;
    for (size_t i = 0; i < o->nlink; i++) {
        struct ad_telling v = {o, &o->link[i], AD_NOTICE_ACKNOWLEDGE};
        if (o->link[i].told && ad_policy_send(p, &v, 1))
            return -1;
    }
    return ad_policy_tell(p, o) ? -1 : 1;
}

int ad_policy_unacknowledge(struct ad_policy *p, const char *id, double wall,
                            const struct ad_alert_sink *sink)
{
    struct ad_open *o = find(p, id);
    begin(p, wall, sink);
    if (!o || o->in.state != AD_INCIDENT_ACKNOWLEDGED)
        return 0;
    if (ad_open_text(o, AD_OPEN_BY, (struct ad_str){"", 0}))
        return -1;
    o->in.state = AD_INCIDENT_FIRING;
    o->in.level_since = p->wall;
    o->dirty = true;
    return ad_policy_tell(p, o) ? -1 : 1;
}

int ad_policy_resolve(struct ad_policy *p, const char *id, struct ad_str who, double wall,
                      const struct ad_alert_sink *sink)
{
    struct ad_open *o = find(p, id);
    begin(p, wall, sink);
    if (!o)
        return 0;
    if (ad_open_text(o, AD_OPEN_BY, who))
        return -1;
    if (o->absent) { /* nobody waits for this group any more, until it comes again */
        struct ad_watch *w = ad_watch_find(p, &o->group, false);
        if (w)
            ad_watch_forget(p, w);
    }
    double t = p->clock > o->in.updated ? p->clock : o->in.updated;
    return ad_open_close(p, o, t) ? -1 : 1;
}

int ad_policy_silences(struct ad_policy *p, const struct ad_silence *v, size_t n,
                       struct ad_err *err)
{
    int rc = 0;
    struct ad_err other = {0};
    ad_quiets_free(&p->given);
    for (size_t i = 0; i < n; i++)
        if (ad_quiets_add_silence(&p->given, &v[i], &p->plan.words, rc ? &other : err))
            rc = -1;
    ad_err_free(&other);
    for (size_t i = 0; i < p->nopen; i++)
        for (size_t k = 0; k < p->open[i]->nlink; k++)
            if (p->open[i]->link[k].guard == AD_GUARD_SILENCE &&
                ad_due_set(&p->due, &p->open[i]->due, p->wall))
                rc = ad_err_nomem(err);
    return rc;
}
