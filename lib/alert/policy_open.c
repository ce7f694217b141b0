#include "alert/policy_private.h"

#include <stdlib.h>

static uint64_t id_hash(const char *id)
{
    uint64_t hash = 0;
    for (int i = 0; i < 16; i++)
        hash = hash << 4 | (uint64_t)(id[i] <= '9' ? id[i] - '0' : id[i] - 'a' + 10);
    return hash;
}

struct ad_open *ad_open_by_id(const struct ad_policy *p, const char *id)
{
    uint64_t hash = id_hash(id);
    struct ad_chain *c = ad_chains_find(&p->by_id, hash);
    for (; c; c = ad_chain_like(c->next, hash)) {
        struct ad_open *o = AD_OF(c, struct ad_open, by_id);
        if (memcmp(o->in.id, id, AD_INCIDENT_ID) == 0)
            return o;
    }
    return NULL;
}

struct ad_open *ad_open_find(const struct ad_policy *p, struct ad_str key)
{
    if (p->by_key.n == 0)
        return NULL;
    uint64_t hash = ad_hash(&p->key, key.s, key.len);
    struct ad_chain *c = ad_chains_find(&p->by_key, hash);
    for (; c; c = ad_chain_like(c->next, hash)) {
        struct ad_open *o = AD_OF(c, struct ad_open, by_key);
        if (!ad_open_is_over(o) && ad_str_eq(o->in.key, key))
            return o;
    }
    return NULL;
}

int ad_open_text(struct ad_open *o, enum ad_open_text which, struct ad_str v)
{
    struct ad_str *const view[] = {&o->in.key,   &o->in.detector, &o->in.rule,
                                   &o->in.tags,  &o->in.reason,   &o->in.route,
                                   &o->in.group, &o->in.record,   &o->in.acknowledged_by,
                                   &o->in.more};
    struct ad_buf *b = &o->text[which];
    b->len = 0;
    int rc = ad_buf_add(b, v.s, v.len);
    *view[which] = (struct ad_str){b->s ? b->s : "", b->len};
    return rc;
}

/* Of what is due at the same time the oldest comes first, in whatever run. */
void ad_open_begin(struct ad_open *o, double started)
{
    const uint64_t most = (UINT64_C(1) << 44) - 1;
    double ms = floor(started * 1000);
    uint64_t age = ms > 0 ? ms < (double)most ? (uint64_t)ms : most : 0;
    o->in.started = started;
    o->over.order = o->due.order = age << 20 | o->by_id.hash >> 44;
}

static int list_open(struct ad_policy *p, struct ad_open *o)
{
    if (p->nopen == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 16;
        struct ad_open **more = realloc(p->open, cap * sizeof *more);
        if (!more)
            return -1;
        p->open = more;
        p->cap = cap;
    }
    o->place = p->nopen;
    p->open[p->nopen++] = o;
    return 0;
}

struct ad_open *ad_open_new(struct ad_policy *p, struct ad_str key, const char *id)
{
    struct ad_open *o = calloc(1, sizeof *o);
    if (!o)
        return NULL;
    memcpy(o->in.id, id, sizeof o->in.id);
    o->in.score = o->in.cleared = o->in.resolved = o->in.notified = o->in.level_since = NAN;
    o->bad = o->cool_from = -INFINITY;
    o->dirty = true;
    o->by_key.hash = ad_hash(&p->key, key.s, key.len);
    o->by_id.hash = id_hash(id);
    o->over = o->due = (struct ad_due){.at = INFINITY, .kind = AD_DUE_OPEN};
    int rc = 0;
    for (unsigned i = 0; i < AD_OPEN_TEXTS; i++)
        rc |= ad_open_text(o, i, i == AD_OPEN_KEY ? key : (struct ad_str){"", 0});
    if (rc || list_open(p, o)) {
        for (unsigned i = 0; i < AD_OPEN_TEXTS; i++)
            ad_buf_free(&o->text[i]);
        free(o);
        return NULL;
    }
    if (ad_chains_add(&p->by_key, &o->by_key))
        goto unlist;
    if (ad_chains_add(&p->by_id, &o->by_id)) {
        ad_chains_remove(&p->by_key, &o->by_key);
        goto unlist;
    }
    return o;
unlist:
    p->nopen--;
    for (unsigned i = 0; i < AD_OPEN_TEXTS; i++)
        ad_buf_free(&o->text[i]);
    free(o);
    return NULL;
}

void ad_open_free(struct ad_policy *p, struct ad_open *o)
{
    ad_chains_remove(&p->by_key, &o->by_key);
    ad_chains_remove(&p->by_id, &o->by_id);
    ad_open_unmute(p, o);
    ad_due_set(&p->over, &o->over, INFINITY);
    ad_due_set(&p->due, &o->due, INFINITY);
    for (size_t i = 0; i < o->nlink; i++) {
        ad_link_release(p, &o->link[i]);
        if (o->link[i].bundle)
            ad_bundle_leave(p, o, o->link[i].bundle);
    }
    p->open[o->place] = p->open[--p->nopen];
    p->open[o->place]->place = o->place;
    for (unsigned i = 0; i < AD_OPEN_TEXTS; i++)
        ad_buf_free(&o->text[i]);
    ad_names_free(&o->group);
    ad_names_free(&o->field);
    free(o->route);
    free(o->link);
    free(o);
}

struct ad_scene ad_open_scene(const struct ad_open *o)
{
    return (struct ad_scene){o->in.detector, o->in.rule, o->in.tags, o->in.worst,
                             o->group.v,     o->field.v, o->group.n, o->field.n};
}

int ad_open_store(struct ad_policy *p, struct ad_open *o)
{
    if (!o->dirty)
        return 0;
    o->in.held = 0;
    for (size_t i = 0; i < o->nlink; i++)
        o->in.held += o->link[i].held;
    if (ad_open_pack(p, o))
        return -1;
    o->dirty = false;
    return p->sink->incident ? p->sink->incident(p->sink->arg, &o->in) : 0;
}

int ad_open_link(struct ad_policy *p, struct ad_open *o, size_t channel,
                 const struct ad_route *route, unsigned level, struct ad_link **link)
{
    struct ad_link *l = NULL;
    for (size_t i = 0; i < o->nlink; i++)
        if (o->link[i].channel == channel)
            l = &o->link[i];
    if (!l) {
        struct ad_link *more = realloc(o->link, (o->nlink + 1) * sizeof *more);
        if (!more)
            return -1;
        o->link = more;
        l = &o->link[o->nlink];
        *l = (struct ad_link){.channel = channel, .route = route, .sent = NAN, .last = NAN};
        if (route->grouped && ad_bundle_join(p, o, l))
            return -1;
        o->nlink++;
    }
    if (level > l->wanted)
        l->wanted = level;
    if (link)
        *link = l;
    return 0;
}

static int add_route(struct ad_open *o, const struct ad_route *r, struct ad_buf *names)
{
    const struct ad_route **more = realloc(o->route, (o->nroute + 1) * sizeof(*more));
    if (!more)
        return -1;
    o->route = more;
    o->route[o->nroute++] = r;
    ad_buf_addz(names, names->len ? "," : "");
    return ad_buf_add(names, r->name.s, r->name.len);
}

int ad_open_route(struct ad_policy *p, struct ad_open *o)
{
    struct ad_scene scene = ad_open_scene(o);
    o->nroute = 0;
    p->scratch.len = 0;
    for (size_t i = 0; i < p->plan.nroute; i++) {
        const struct ad_route *r = &p->plan.route[i];
        bool last = i + 1 == p->plan.nroute;
        if (last ? o->nroute > 0 : !ad_matchers_hold(&r->match, &scene))
            continue;
        if (add_route(o, r, &p->scratch))
            return -1;
        if (!r->goes_on)
            break;
    }
    for (size_t i = 0; i < o->nroute; i++)
        for (size_t k = 0; k < o->route[i]->to.n; k++)
            if (ad_open_link(p, o, o->route[i]->to.v[k], o->route[i], 0, NULL))
                return -1;
    return ad_open_text(o, AD_OPEN_ROUTE, (struct ad_str){p->scratch.s, p->scratch.len});
}

void ad_open_mute(struct ad_policy *p, struct ad_open *o)
{
    o->critical.hash = ad_hash(&p->key, o->in.group.s, o->in.group.len);
    if (!o->muting)
        o->muting = ad_chains_add(&p->critical, &o->critical) == 0;
}

/* Those that it muted are to be looked at again. */
void ad_open_unmute(struct ad_policy *p, struct ad_open *o)
{
    if (!o->muting)
        return;
    ad_chains_remove(&p->critical, &o->critical);
    o->muting = false;
    for (size_t i = 0; i < p->nopen; i++)
        for (size_t k = 0; k < p->open[i]->nlink; k++)
            if (p->open[i]->link[k].guard == AD_GUARD_INHIBITION)
                ad_due_set(&p->due, &p->open[i]->due, p->wall);
}
