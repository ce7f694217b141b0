#include "alert/policy_private.h"

/* What resolves at `over` counts from the record clock as it was at the last bad record: records of
 * a group that lags behind others must not be taken for silence. */
static int set_over(struct ad_policy *p, struct ad_open *o)
{
    double base = p->clock > o->bad ? p->clock : o->bad;
    return ad_due_set(&p->over, &o->over,
                      o->absent ? INFINITY : base + o->route[0]->set.resolve_after);
}

static int fire(struct ad_policy *p, struct ad_open *o)
{
    struct ad_policy_count one = {.severity = o->in.worst, .event = AD_NOTICE_TRIGGER, .n = 1};
    o->in.state = AD_INCIDENT_FIRING;
    o->in.level_since = p->wall;
    o->dirty = true;
    p->summary.fired++;
    return ad_policy_count(p, &one) ? -1 : ad_policy_tell(p, o);
}

/* Its texts as the last record has them. */
static int describe(struct ad_policy *p, struct ad_open *o, const struct ad_event *ev)
{
    o->in.updated = ev->t;
    if (ad_open_text(o, AD_OPEN_DETECTOR, ev->detector) ||
        ad_open_text(o, AD_OPEN_RULE, ev->rule) || ad_open_text(o, AD_OPEN_TAGS, ev->tags) ||
        ad_open_text(o, AD_OPEN_REASON, ev->reason) ||
        ad_open_text(o, AD_OPEN_RECORD, ev->record.len ? ev->record : ad_str_of("{}")))
        return -1;
    return p->nfield ? ad_names_set(&o->field, ev->field, p->nfield) : 0;
}

/* Take in what a flagged record says. */
static int learn(struct ad_policy *p, struct ad_open *o, const struct ad_event *ev)
{
    enum ad_severity severity = ev->severity ? ev->severity : AD_LOW;
    bool worse = severity > o->in.worst;
    o->dirty = true;
    o->in.count++;
    if (ev->score > o->in.score || isnan(o->in.score))
        o->in.score = ev->score;
    if (!(ev->t < o->in.updated) && describe(p, o, ev))
        return -1;
    if (!(ev->t < o->in.updated))
        o->in.severity = severity;
    if (worse)
        o->in.worst = severity;
    if (ev->t > o->bad)
        o->bad = ev->t;
    o->in.cleared = NAN;
    if (worse && ad_open_route(p, o)) /* who is to know may depend on it */
        return -1;
    return set_over(p, o);
}

/* Whether this first record belongs to an incident that is over. */
static int is_known(const struct ad_policy *p, const struct ad_incident *first)
{
    uint64_t hash = ad_hash(&p->key, first->key.s, first->key.len);
    struct ad_chain *c = ad_chains_find(&p->by_key, hash);
    for (; c; c = ad_chain_like(c->next, hash)) {
        const struct ad_incident *in = &AD_OF(c, struct ad_open, by_key)->in;
        if (ad_str_eq(in->key, first->key) && in->started <= first->started &&
            in->updated >= first->started)
            return 1;
    }
    return p->sink->known ? p->sink->known(p->sink->arg, first) : 0;
}

/* Returns 1 if it is known already. */
static int open_new(struct ad_policy *p, const struct ad_event *ev, struct ad_open **out)
{
    struct ad_incident first = {.started = ev->t, .key = ev->key};
    ad_incident_id(first.id, ev->key, ev->t, ev->record);
    int known = is_known(p, &first);
    if (known) {
        p->summary.known += known > 0;
        return known;
    }
    struct ad_open *o = *out = ad_open_new(p, ev->key, first.id);
    if (!o)
        return -1;
    ad_open_begin(o, ev->t);
    o->in.updated = ev->t;
    if (ad_names_set(&o->group, ev->group, p->plan.words.group.n))
        return -1;
    p->scratch.len = 0;
    if (ad_group_write(&p->scratch, &p->plan.words.group, ev->group) ||
        ad_open_text(o, AD_OPEN_GROUP, (struct ad_str){p->scratch.s, p->scratch.len}))
        return -1;
    const struct ad_ghost *ghost = ad_ghost_find(p, ev->key);
    o->cool_from = ghost ? ghost->wall : -INFINITY;
    o->cooled = ghost ? ghost->severity : AD_SEVERITY_NONE;
    return 0;
}

static bool in_maintenance(struct ad_policy *p, const struct ad_event *ev)
{
    double until;
    struct ad_scene scene = {ev->detector,          ev->rule,  ev->tags,
                             ev->severity,          ev->group, ev->field,
                             p->plan.words.group.n, p->nfield};
    return ad_quiets_find(&p->plan.quiets, true, &scene, ev->t, AD_QUIET_RECORD, &until);
}

/* A new incident, unless its route asks for a higher score. */
static int begin(struct ad_policy *p, const struct ad_event *ev)
{
    struct ad_open *o;
    int known = open_new(p, ev, &o);
    if (known)
        return known < 0 ? -1 : 0;
    if (learn(p, o, ev))
        return -1;
    if (ev->score < o->route[0]->set.fire) {
        ad_open_free(p, o);
        return 0;
    }
    if (!(o->route[0]->set.hold > 0))
        return fire(p, o);
    p->summary.pending++;
    return 0;
}

static int flagged(struct ad_policy *p, struct ad_open *o, const struct ad_event *ev)
{
    if (in_maintenance(p, ev)) {
        p->summary.ignored++;
        return 0;
    }
    if (!o)
        return begin(p, ev);
    if (learn(p, o, ev))
        return -1;
    if (o->in.state != AD_INCIDENT_PENDING)
        return ad_policy_tell(p, o);
    return o->in.updated - o->in.started >= o->route[0]->set.hold ? fire(p, o) : 0;
}

/* A record of an open incident that does not count as flagged. */
static int unflagged(struct ad_policy *p, struct ad_open *o, const struct ad_event *ev)
{
    if (ev->score >= o->route[0]->set.clear) {
        o->bad = ev->t > o->bad ? ev->t : o->bad;
        o->dirty = true;
        o->in.cleared = NAN;
        return set_over(p, o);
    }
    if (isnan(ev->score) || ev->t < o->bad)
        return 0;
    if (o->in.state == AD_INCIDENT_PENDING)
        return ad_open_close(p, o, ev->t);
    if (isnan(o->in.cleared)) {
        o->in.cleared = ev->t;
        o->dirty = true;
    }
    return 0;
}

int ad_open_event(struct ad_policy *p, const struct ad_event *ev)
{
    struct ad_open *o = ad_open_find(p, ev->key);
    if (o && o->absent)
        o = NULL; /* a key of the caller's that looks like one of ours */
    if (o) {
        double end = o->bad + o->route[0]->set.resolve_after;
        if (ev->t > end) {
            if (ad_open_close(p, o, end))
                return -1;
            o = NULL;
        }
    }
    if (ev->flagged && !(o && ev->score < o->route[0]->set.fire))
        return flagged(p, o, ev);
    return o ? unflagged(p, o, ev) : 0;
}

int ad_open_absent(struct ad_policy *p, struct ad_watch *w)
{
    struct ad_buf key = {0};
    struct ad_open *o = NULL;
    double end = w->wall + w->route->set.absent;
    struct ad_event ev = {.t = p->input_clock ? end : w->t + w->route->set.absent,
                          .score = NAN,
                          .flagged = true,
                          .severity = w->route->absent_severity,
                          .detector = ad_str_of("absent"),
                          .group = w->group.v,
                          .record = ad_str_of("{}")};
    ev.reason = ad_str_of("no record for longer than `absent` allows");
    ev.rule = ev.tags = (struct ad_str){"", 0};
    int rc = ad_watch_key(&key, p, &w->group);
    ev.key = (struct ad_str){key.s, key.len};
    if (rc == 0)
        rc = open_new(p, &ev, &o);
    if (rc == 0) {
        o->absent = true;
        size_t nfield = p->nfield;
        p->nfield = 0; /* it has no record */
        rc = learn(p, o, &ev);
        p->nfield = nfield;
        w->absent = true;
        rc = rc ? rc : fire(p, o);
    }
    ad_buf_free(&key);
    return rc < 0 ? -1 : 0;
}

int ad_open_close(struct ad_policy *p, struct ad_open *o, double t)
{
    o->dirty = true;
    ad_due_set(&p->over, &o->over, INFINITY);
    o->in.resolved = t;
    ad_open_unmute(p, o);
    if (o->in.state == AD_INCIDENT_PENDING) {
        o->in.state = AD_INCIDENT_EXPIRED;
        p->summary.expired++;
        int rc = ad_open_store(p, o);
        ad_open_free(p, o);
        return rc;
    }
    p->summary.resolved++;
    p->summary.untold += !o->told;
    double cooldown = o->route[0]->set.cooldown, sent = -INFINITY;
    for (size_t i = 0; i < o->nlink; i++)
        sent = fmax(sent, o->link[i].sent); /* NAN: not told */
    if (o->told && cooldown > 0 && ad_ghost_leave(p, o->in.key, sent, sent + cooldown, o->in.worst))
        return -1;
    return ad_policy_tell(p, o);
}
