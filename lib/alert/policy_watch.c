#include "alert/policy_private.h"

#include <stdlib.h>

/* More groups than this are not watched. */
enum { MOST = 1 << 20 };

static uint64_t hash_group(const struct ad_policy *p, const struct ad_str *group)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < p->plan.words.group.n; i++)
        hash = 31 * hash + ad_hash(&p->key, group[i].s, group[i].len);
    return hash;
}

static struct ad_watch *find(const struct ad_policy *p, uint64_t hash, const struct ad_str *group)
{
    struct ad_chain *c = ad_chains_find(&p->watches, hash);
    for (; c; c = ad_chain_like(c->next, hash)) {
        struct ad_watch *w = AD_OF(c, struct ad_watch, chain);
        size_t i = 0;
        while (i < w->group.n && ad_str_eq(w->group.v[i], group[i]))
            i++;
        if (i == w->group.n)
            return w;
    }
    return NULL;
}

static void release(struct ad_watch *w)
{
    ad_names_free(&w->group);
    free(w);
}

static struct ad_watch *make(struct ad_policy *p, uint64_t hash, const struct ad_str *group)
{
    struct ad_watch *w = p->watches.n < MOST ? calloc(1, sizeof *w) : NULL;
    if (!w)
        return NULL;
    w->chain.hash = hash;
    w->due = (struct ad_due){.at = INFINITY, .kind = AD_DUE_WATCH};
    for (size_t i = 0; i < p->plan.words.group.n; i++)
        w->due.order = 31 * w->due.order + ad_due_order(group[i]);
    w->wall = w->t = -INFINITY;
    if (ad_names_set(&w->group, group, p->plan.words.group.n) ||
        ad_chains_add(&p->watches, &w->chain)) {
        release(w);
        return NULL;
    }
    return w;
}

/* The first route that waits for silence of this group. */
static const struct ad_route *choose(const struct ad_policy *p, const struct ad_event *ev)
{
    for (size_t i = 0; i < p->plan.nroute; i++) {
        const struct ad_route *r = &p->plan.route[i];
        struct ad_scene scene = {ad_str_of("absent"),   {"", 0},   {"", 0},
                                 r->absent_severity,    ev->group, ev->field,
                                 p->plan.words.group.n, p->nfield};
        if (r->set.absent < INFINITY && ad_matchers_hold(&r->match, &scene))
            return r;
    }
    return NULL;
}

struct ad_watch *ad_watch_find(struct ad_policy *p, const struct ad_names *group, bool may_make)
{
    uint64_t hash = hash_group(p, group->v);
    struct ad_watch *w = find(p, hash, group->v);
    return w || !may_make ? w : make(p, hash, group->v);
}

void ad_watch_forget(struct ad_policy *p, struct ad_watch *w)
{
    ad_due_set(&p->due, &w->due, INFINITY);
    ad_chains_remove(&p->watches, &w->chain);
    release(w);
}

int ad_watch_key(struct ad_buf *out, const struct ad_policy *p, const struct ad_names *group)
{
    ad_buf_addz(out, "absent ");
    return ad_group_write(out, &p->plan.words.group, group->v);
}

/* It is back. */
static int back(struct ad_policy *p, struct ad_watch *w, double t)
{
    struct ad_buf key = {0};
    int rc = ad_watch_key(&key, p, &w->group);
    struct ad_open *o = rc ? NULL : ad_open_find(p, (struct ad_str){key.s, key.len});
    ad_buf_free(&key);
    w->absent = false;
    if (o && o->absent)
        rc = ad_open_close(p, o, t > o->in.started ? t : o->in.started);
    return rc;
}

int ad_watch_see(struct ad_policy *p, const struct ad_event *ev)
{
    uint64_t hash = hash_group(p, ev->group);
    struct ad_watch *w = find(p, hash, ev->group);
    if (!w) {
        w = make(p, hash, ev->group);
        if (!w)
            return p->watches.n < MOST ? -1 : 0;
    }
    if (isinf(w->wall))
        w->route = choose(p, ev);
    w->wall = p->wall;
    w->t = ev->t > w->t ? ev->t : w->t;
    if (w->absent && back(p, w, ev->t))
        return -1;
    if (!w->route || !isinf(w->due.at))
        return 0; /* when that comes it will see that there was something */
    return ad_due_set(&p->due, &w->due, w->wall + w->route->set.absent);
}

int ad_watch_due(struct ad_policy *p, struct ad_watch *w)
{
    double at = w->wall + w->route->set.absent, until;
    struct ad_scene scene = {.detector = ad_str_of("absent"),
                             .severity = w->route->absent_severity,
                             .group = w->group.v,
                             .ngroup = w->group.n};
    ad_due_set(&p->due, &w->due, INFINITY);
    if (w->absent)
        return 0;
    if (at > p->wall)
        return ad_due_set(&p->due, &w->due, at);
    if (ad_quiets_find(&p->plan.quiets, true, &scene, p->wall, AD_QUIET_WALL, &until)) {
        w->wall = until; /* the time of a maintenance window does not count */
        return ad_due_set(&p->due, &w->due, until + w->route->set.absent);
    }
    return ad_open_absent(p, w);
}

void ad_watches_free(struct ad_policy *p)
{
    for (size_t i = 0; i < p->watches.buckets; i++)
        for (struct ad_chain *c = p->watches.bucket[i], *next; c; c = next) {
            next = c->next;
            release(AD_OF(c, struct ad_watch, chain));
        }
    ad_chains_free(&p->watches);
}
