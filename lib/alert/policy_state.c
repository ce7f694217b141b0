#include "alert/policy_private.h"
#include "base/pack.h"

#include <stdlib.h>

enum { VERSION = 1 };

static void save_lines(struct ad_save *out, const struct ad_policy *p)
{
    ad_save_u64(out, p->plan.noutlet);
    for (size_t i = 0; i < p->plan.noutlet; i++) {
        const struct ad_line *line = &p->line[i];
        ad_save_str(out, p->plan.outlet[i].name);
        ad_save_u64(out, line->surplus);
        ad_save_u64(out, line->epoch);
        ad_save_f64s(out, line->time, line->ntime);
    }
}

static void save_ghosts(struct ad_save *out, const struct ad_policy *p)
{
    ad_save_u64(out, p->ghosts.n);
    for (const struct ad_ghost *g = p->oldest; g; g = g->next) {
        ad_save_str(out, (struct ad_str){g->key.s, g->key.len});
        ad_save_f64(out, g->wall);
        ad_save_f64(out, g->until);
        ad_save_u64(out, (uint64_t)g->severity);
    }
}

static void save_bundles(struct ad_save *out, const struct ad_policy *p)
{
    ad_save_u64(out, p->bundles.n);
    for (size_t i = 0; i < p->bundles.buckets; i++)
        for (struct ad_chain *c = p->bundles.bucket[i]; c; c = c->next) {
            const struct ad_bundle *b = AD_OF(c, struct ad_bundle, chain);
            ad_save_str(out, b->route->name);
            ad_save_str(out, (struct ad_str){b->values.s, b->values.len});
            ad_save_f64(out, b->due.at);
        }
}

static void save_watches(struct ad_save *out, const struct ad_policy *p)
{
    ad_save_u64(out, p->watches.n);
    ad_save_u64(out, p->plan.words.group.n);
    for (size_t i = 0; i < p->watches.buckets; i++)
        for (struct ad_chain *c = p->watches.bucket[i]; c; c = c->next) {
            const struct ad_watch *w = AD_OF(c, struct ad_watch, chain);
            for (size_t k = 0; k < w->group.n; k++)
                ad_save_str(out, w->group.v[k]);
            ad_save_u64(out, w->route != NULL);
            ad_save_str(out, w->route ? w->route->name : (struct ad_str){"", 0});
            ad_save_f64(out, w->wall);
            ad_save_f64(out, w->t);
            ad_save_u64(out, w->absent);
        }
}

void ad_policy_save(const struct ad_policy *p, struct ad_buf *out)
{
    struct ad_save save = {out};
    ad_save_u64(&save, VERSION);
    ad_save_f64(&save, p->clock);
    ad_save_f64(&save, p->wall);
    save_lines(&save, p);
    save_ghosts(&save, p);
    save_bundles(&save, p);
    save_watches(&save, p);
}

static int load_line(struct ad_load *in, struct ad_policy *p)
{
    ptrdiff_t at = ad_plan_outlet(&p->plan, ad_load_str(in));
    uint64_t surplus = ad_load_u64(in), epoch = ad_load_u64(in);
    size_t n = ad_load_peek(in);
    double *time = malloc((n + 1) * sizeof *time);
    if (time)
        ad_load_f64s(in, time, n);
    int rc = time && !in->failed ? 0 : -1;
    if (rc == 0 && at >= 0) {
        p->line[at].surplus = surplus;
        p->line[at].epoch = epoch;
        double wall = p->wall;
        for (size_t i = 0; i < n && rc == 0; i++) {
            p->wall = fmin(time[i], wall);
            rc = ad_line_count(p, (size_t)at);
        }
        p->wall = wall;
    }
    free(time);
    return rc;
}

static int load_ghost(struct ad_load *in, struct ad_policy *p)
{
    struct ad_str key = ad_load_str(in);
    double wall = ad_load_f64(in), until = ad_load_f64(in);
    enum ad_severity severity = (enum ad_severity)ad_load_max(in, AD_CRITICAL);
    if (in->failed || !isfinite(wall) || !isfinite(until))
        return -1;
    return ad_ghost_leave(p, key, wall, until, severity);
}

static const struct ad_route *find_route(const struct ad_policy *p, struct ad_str name)
{
    for (size_t i = 0; i < p->plan.nroute; i++)
        if (ad_str_eq(p->plan.route[i].name, name))
            return &p->plan.route[i];
    return NULL;
}

static int load_bundle(struct ad_load *in, struct ad_policy *p)
{
    const struct ad_route *route = find_route(p, ad_load_str(in));
    struct ad_str values = ad_load_str(in);
    double at = ad_load_f64(in);
    if (in->failed || isnan(at))
        return -1;
    if (!route || !route->grouped || isinf(at))
        return 0;
    struct ad_bundle *b = ad_bundle_find(p, route, values);
    return b ? ad_due_set(&p->due, &b->due, at) : -1;
}

static int load_watch(struct ad_load *in, struct ad_policy *p, struct ad_names *group)
{
    for (size_t k = 0; k < group->n; k++)
        group->v[k] = ad_load_str(in);
    bool chosen = ad_load_max(in, 1);
    const struct ad_route *route = find_route(p, ad_load_str(in));
    double wall = ad_load_f64(in), t = ad_load_f64(in);
    bool absent = ad_load_max(in, 1);
    if (in->failed)
        return -1;
    bool waits = route && route->set.absent < INFINITY && isfinite(wall) && isfinite(t);
    if (group->n != p->plan.words.group.n || !p->plan.watches || (chosen && !waits))
        return 0; /* it is met again with its next record */
    struct ad_watch *w = ad_watch_find(p, group, true);
    if (!w)
        return -1;
    w->route = chosen ? route : NULL;
    w->wall = wall;
    w->t = t;
    w->absent = absent;
    return chosen && !absent ? ad_due_set(&p->due, &w->due, wall + route->set.absent) : 0;
}

static int load_watches(struct ad_load *in, struct ad_policy *p)
{
    size_t n = (size_t)ad_load_max(in, in->in.len), ngroup = (size_t)ad_load_max(in, in->in.len);
    struct ad_names group = {calloc(ngroup + 1, sizeof(struct ad_str)), ngroup};
    int rc = group.v && !in->failed ? 0 : -1;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = load_watch(in, p, &group);
    free(group.v);
    return rc;
}

static int load_each(struct ad_load *in, struct ad_policy *p,
                     int (*one)(struct ad_load *, struct ad_policy *))
{
    size_t n = (size_t)ad_load_max(in, in->in.len);
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = one(in, p);
    return rc;
}

int ad_policy_load(struct ad_policy *p, struct ad_str state, struct ad_err *err)
{
    struct ad_load in = {state, false};
    bool known = ad_load_u64(&in) == VERSION;
    double clock = ad_load_f64(&in), wall = ad_load_f64(&in);
    if (known && !isnan(clock) && !isnan(wall)) {
        p->clock = clock;
        p->wall = wall;
        if (load_each(&in, p, load_line) == 0 && load_each(&in, p, load_ghost) == 0 &&
            load_each(&in, p, load_bundle) == 0 && load_watches(&in, p) == 0 && !in.failed &&
            in.in.len == 0)
            return 0;
    }
    return ad_err_set(err, "what the database keeps for the policy is damaged");
}
