#include "alert/policy_private.h"
#include "base/pack.h"

#include <stdlib.h>

/* Groups. */

static int values_of(struct ad_buf *out, const struct ad_route *r, const struct ad_scene *scene)
{
    struct ad_save save = {out};
    for (size_t i = 0; i < r->nby; i++)
        ad_save_str(&save, ad_subject_value(&r->by[i], scene));
    return out->failed ? -1 : 0;
}

struct ad_bundle *ad_bundle_find(struct ad_policy *p, const struct ad_route *route,
                                 struct ad_str values)
{
    uint64_t hash = ad_hash(&p->key, values.s, values.len) + (uint64_t)(route - p->plan.route);
    struct ad_chain *c = ad_chains_find(&p->bundles, hash);
    for (; c; c = ad_chain_like(c->next, hash)) {
        struct ad_bundle *b = AD_OF(c, struct ad_bundle, chain);
        if (b->route == route && ad_str_eq((struct ad_str){b->values.s, b->values.len}, values))
            return b;
    }
    struct ad_bundle *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    *b = (struct ad_bundle){.route = route, .chain.hash = hash};
    b->due = (struct ad_due){.at = INFINITY, .kind = AD_DUE_BUNDLE};
    b->due.order = ad_due_order(values);
    if (ad_buf_add(&b->values, values.s, values.len) || ad_chains_add(&p->bundles, &b->chain)) {
        ad_buf_free(&b->values);
        free(b);
        return NULL;
    }
    return b;
}

int ad_bundle_join(struct ad_policy *p, struct ad_open *o, struct ad_link *link)
{
    struct ad_scene scene = ad_open_scene(o);
    struct ad_buf values = {0};
    struct ad_bundle *b =
        values_of(&values, link->route, &scene)
            ? NULL
            : ad_bundle_find(p, link->route, (struct ad_str){values.s, values.len});
    ad_buf_free(&values);
    if (!b)
        return -1;
    link->bundle = b;
    for (size_t i = 0; i < b->n; i++)
        if (b->member[i] == o)
            return 0;
    if (b->n == b->cap) {
        size_t cap = b->cap ? 2 * b->cap : 4;
        struct ad_open **more = realloc(b->member, cap * sizeof *more);
        if (!more)
            return -1;
        b->member = more;
        b->cap = cap;
    }
    b->member[b->n++] = o;
    return 0;
}

static void release(struct ad_policy *p, struct ad_bundle *b)
{
    ad_chains_remove(&p->bundles, &b->chain);
    ad_due_set(&p->due, &b->due, INFINITY);
    ad_buf_free(&b->values);
    free(b->member);
    free(b);
}

void ad_bundle_leave(struct ad_policy *p, struct ad_open *o, struct ad_bundle *b)
{
    for (size_t i = 0; i < o->nlink; i++)
        if (o->link[i].bundle == b)
            o->link[i].bundle = NULL;
    for (size_t i = 0; i < b->n; i++)
        if (b->member[i] == o)
            b->member[i] = b->member[--b->n];
    if (b->n == 0)
        release(p, b);
}

void ad_bundles_free(struct ad_policy *p)
{
    for (size_t i = 0; i < p->bundles.buckets; i++)
        while (p->bundles.bucket[i])
            release(p, AD_OF(p->bundles.bucket[i], struct ad_bundle, chain));
    ad_chains_free(&p->bundles);
}

/* The worst first, what is over last; else the oldest. */
static int compare(const void *a, const void *b)
{
    const struct ad_telling *x = a, *y = b;
    bool over = ad_open_is_over(x->o);
    if (over != ad_open_is_over(y->o))
        return over ? 1 : -1;
    if (x->o->in.worst != y->o->in.worst)
        return x->o->in.worst > y->o->in.worst ? -1 : 1;
    if (x->o->in.started < y->o->in.started || x->o->in.started > y->o->in.started)
        return x->o->in.started < y->o->in.started ? -1 : 1;
    return memcmp(x->o->in.id, y->o->in.id, AD_INCIDENT_ID);
}

/* What the channel is to hear of the group now. Returns how many. */
static size_t gather(struct ad_policy *p, struct ad_bundle *b, size_t channel, struct ad_telling *v)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        for (size_t k = 0; k < b->member[i]->nlink; k++) {
            struct ad_open *o = b->member[i];
            struct ad_link *link = &o->link[k];
            struct ad_telling one = {o, link, AD_NOTICE_TRIGGER};
            double until, next = INFINITY;
            if (link->channel != channel || link->bundle != b ||
                !ad_link_wants(p, o, link, &one.event, &next) || one.event == AD_NOTICE_ESCALATE)
                continue;
            enum ad_guard guard = ad_link_guard(p, o, link, one.event, &until);
            if (guard == AD_GUARD_NONE)
                v[n++] = one;
            else
                ad_link_hold(p, o, link, guard);
        }
    qsort(v, n, sizeof *v, compare);
    return n;
}

/* One message of n; if the rate does not allow it, only of what is over, and *retry becomes when it
 * does. */
static int send_some(struct ad_policy *p, const struct ad_telling *v, size_t n, double *retry)
{
    size_t held = 0;
    double free = ad_line_free(p, v->link->channel);
    for (; free > p->wall && held < n && v[held].event != AD_NOTICE_RESOLVE; held++) {
        *retry = free < *retry ? free : *retry;
        ad_link_hold(p, v[held].o, v[held].link, AD_GUARD_RATE);
        ad_link_hold(p, v[held].o, v[held].link, AD_GUARD_GROUP); /* it waits with its group */
    }
    return held < n ? ad_policy_send(p, v + held, n - held) : 0;
}

static int flush_channel(struct ad_policy *p, struct ad_bundle *b, size_t channel,
                         struct ad_telling *v, double *retry)
{
    size_t n = gather(p, b, channel, v), each = p->plan.outlet[channel].keeps ? 1 : n;
    for (size_t i = 0; i < n; i += each)
        if (send_some(p, v + i, each, retry))
            return -1;
    return 0;
}

int ad_bundle_flush(struct ad_policy *p, struct ad_bundle *b)
{
    double retry = INFINITY;
    size_t n = b->n;
    struct ad_telling *v = malloc((n + 1) * sizeof *v);
    struct ad_open **member = malloc((n + 1) * sizeof(*member));
    int rc = v && member ? 0 : -1;
    ad_due_set(&p->due, &b->due, INFINITY);
    p->flushing = b;
    for (size_t c = 0; c < p->plan.noutlet && rc == 0; c++)
        rc = flush_channel(p, b, c, v, &retry);
    for (size_t i = 0; i < n && rc == 0; i++)
        member[i] = b->member[i];
    if (rc == 0 && retry < INFINITY)
        rc = ad_due_set(&p->due, &b->due, retry);
    p->flushing = NULL;
    if (n == 0 && rc == 0) /* loaded, and nobody came back to it */
        release(p, b);
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = ad_policy_tell(p, member[i]); /* the last one may take the bundle with it */
    free(member);
    free(v);
    return rc;
}

/* Rates. */

enum { MINUTE = 60, HOUR = 3600 };

/* When fewer than `most` messages were sent within the last `span` seconds. */
static double free_from(const struct ad_line *line, unsigned long most, double span)
{
    return most && line->ntime >= most ? line->time[line->ntime - most] + span : -INFINITY;
}

double ad_line_free(const struct ad_policy *p, size_t channel)
{
    const struct ad_outlet *o = &p->plan.outlet[channel];
    double minute = free_from(&p->line[channel], o->per_minute, MINUTE);
    return fmax(minute, free_from(&p->line[channel], o->per_hour, HOUR));
}

int ad_line_count(struct ad_policy *p, size_t channel)
{
    const struct ad_outlet *o = &p->plan.outlet[channel];
    struct ad_line *line = &p->line[channel];
    size_t most = o->per_minute > o->per_hour ? o->per_minute : o->per_hour;
    if (most == 0)
        return 0;
    if (!line->time && !(line->time = malloc(most * 2 * sizeof *line->time)))
        return -1;
    if (line->ntime == 2 * most) {
        memcpy(line->time, line->time + most, most * sizeof *line->time);
        line->ntime = most;
    }
    line->time[line->ntime++] = p->wall;
    return 0;
}

static bool is_worse(struct ad_open *a, struct ad_open *b)
{
    struct ad_telling x = {a, NULL, AD_NOTICE_TRIGGER}, y = {b, NULL, AD_NOTICE_TRIGGER};
    return compare(&x, &y) < 0;
}

/* The worst incident that waits for this channel's rate. */
static struct ad_open *first_waiting(const struct ad_policy *p, size_t channel)
{
    struct ad_open *best = NULL;
    for (size_t i = 0; i < p->nopen; i++)
        for (size_t k = 0; k < p->open[i]->nlink; k++) {
            const struct ad_link *link = &p->open[i]->link[k];
            if (link->channel == channel && link->guard == AD_GUARD_RATE &&
                (!best || is_worse(p->open[i], best)))
                best = p->open[i];
        }
    return best;
}

int ad_line_serve(struct ad_policy *p, struct ad_line *line)
{
    size_t channel = (size_t)(line - p->line);
    ad_due_set(&p->due, &line->due, INFINITY);
    while (line->waiting && !(ad_line_free(p, channel) > p->wall)) {
        struct ad_open *o = first_waiting(p, channel);
        size_t before = line->waiting;
        p->serving = line;
        int rc = o ? ad_policy_tell(p, o) : 0;
        p->serving = NULL;
        if (rc)
            return -1;
        if (!o || line->waiting >= before)
            break; /* impossible */
    }
    return line->waiting ? ad_due_set(&p->due, &line->due, ad_line_free(p, channel)) : 0;
}
