#include "alert/policy_private.h"

#include <errno.h>
#include <stdlib.h>

struct ad_policy *ad_policy_new(const struct ad_config *c, const struct ad_policy_cfg *cfg,
                                struct ad_err *err)
{
    struct ad_policy *p = calloc(1, sizeof *p);
    if (!p) {
        ad_err_nomem(err);
        return NULL;
    }
    p->clock = p->wall = -INFINITY;
    p->input_clock = cfg->input_clock;
    if (ad_hash_key_random(&p->key)) {
        ad_err_set(err, "no random numbers: %s", strerror(errno));
        goto fail;
    }
    if (ad_plan_make(&p->plan, c, cfg, err))
        goto fail;
    if (!(p->line = calloc(p->plan.noutlet, sizeof *p->line))) {
        ad_err_nomem(err);
        goto fail;
    }
    for (size_t i = 0; i < p->plan.noutlet; i++) /* after all else of the same time */
        p->line[i].due =
            (struct ad_due){.at = INFINITY, .order = UINT64_MAX - i, .kind = AD_DUE_LINE};
    p->nfield = p->plan.words.field.n;
    return p;
fail:
    ad_policy_free(p);
    return NULL;
}

void ad_policy_free(struct ad_policy *p)
{
    if (!p)
        return;
    while (p->nopen)
        ad_open_free(p, p->open[p->nopen - 1]);
    for (size_t i = 0; p->line && i < p->plan.noutlet; i++)
        free(p->line[i].time);
    free(p->line);
    ad_watches_free(p);
    ad_ghosts_free(p);
    ad_chains_free(&p->by_key);
    ad_chains_free(&p->by_id);
    ad_chains_free(&p->critical);
    ad_bundles_free(p);
    ad_dues_free(&p->over);
    ad_dues_free(&p->due);
    ad_quiets_free(&p->given);
    ad_plan_free(&p->plan);
    ad_buf_free(&p->doc);
    ad_buf_free(&p->scratch);
    free(p->open);
    free(p->count);
    free(p);
}

const struct ad_names *ad_policy_names(struct ad_policy *p)
{
    p->nfield = p->plan.words.field.n;
    return &p->plan.words.field;
}

bool ad_policy_wants_all(const struct ad_policy *p)
{
    return p->plan.watches;
}

bool ad_policy_wants(const struct ad_policy *p, struct ad_str key)
{
    return p->plan.watches || ad_open_find(p, key) != NULL;
}

int ad_policy_refresh(struct ad_policy *p, struct ad_str channel, double seconds)
{
    ptrdiff_t at = ad_plan_outlet(&p->plan, channel);
    if (at < 0)
        return -1;
    p->plan.outlet[at].refresh = seconds > 0 ? seconds : INFINITY;
    return 0;
}

static int do_due(struct ad_policy *p, struct ad_due *d)
{
    switch ((enum ad_due_kind)d->kind) {
    case AD_DUE_OPEN:
        ad_due_set(&p->due, d, INFINITY);
        return ad_policy_tell(p, AD_OF(d, struct ad_open, due));
    case AD_DUE_BUNDLE:
        return ad_bundle_flush(p, AD_OF(d, struct ad_bundle, due));
    case AD_DUE_LINE:
        return ad_line_serve(p, AD_OF(d, struct ad_line, due));
    case AD_DUE_WATCH:
        return ad_watch_due(p, AD_OF(d, struct ad_watch, due));
    }
    return -1;
}

/* The first incident that resolves before record time `t`, and the first thing due at `wall`. */
static struct ad_due *first_over(const struct ad_policy *p, double t)
{
    struct ad_due *d = ad_due_first(&p->over);
    return d && d->at < t ? d : NULL;
}
static struct ad_due *first_due(const struct ad_policy *p, double wall)
{
    struct ad_due *d = ad_due_first(&p->due);
    return d && d->at <= wall ? d : NULL;
}

static int resolve(struct ad_policy *p, struct ad_due *d)
{
    struct ad_open *o = AD_OF(d, struct ad_open, over);
    return ad_open_close(p, o, o->bad + o->route[0]->set.resolve_after);
}

/* Do what has become due by these times: with input_clock in the order of their times, each at its
 * own, else all of it now. */
static int advance(struct ad_policy *p, double wall, double t)
{
    struct ad_due *over, *due;
    double clock = t > p->clock ? t : p->clock;
    wall = wall > p->wall ? wall : p->wall;
    if (!p->input_clock)
        p->wall = wall;
    for (;;) {
        over = first_over(p, clock);
        due = first_due(p, wall);
        if (!over && !due)
            break;
        bool resolves = over && (!due || !p->input_clock || over->at < due->at);
        double at = resolves ? over->at : due->at;
        if (p->input_clock && at > p->wall)
            p->wall = at < wall ? at : wall;
        if (resolves ? resolve(p, over) : do_due(p, due))
            return -1;
    }
    p->wall = wall;
    p->clock = clock;
    return 0;
}

int ad_policy_event(struct ad_policy *p, const struct ad_event *ev, double wall,
                    const struct ad_alert_sink *sink)
{
    struct ad_event timed;
    p->sink = sink;
    if (!isfinite(ev->t)) {
        timed = *ev;
        timed.t = wall;
        ev = &timed;
    }
    if (advance(p, wall, ev->t))
        return -1;
    if (p->plan.watches && ad_watch_see(p, ev))
        return -1;
    return ev->flagged || p->by_key.n ? ad_open_event(p, ev) : 0;
}

int ad_policy_tick(struct ad_policy *p, double wall, double t, const struct ad_alert_sink *sink)
{
    p->sink = sink;
    return advance(p, wall, t);
}

double ad_policy_deadline(const struct ad_policy *p)
{
    const struct ad_due *due = ad_due_first(&p->due), *over = ad_due_first(&p->over);
    double at = due ? due->at : INFINITY;
    if (p->input_clock && over && over->at < at)
        at = nextafter(over->at, INFINITY);
    return at;
}

int ad_policy_flush(struct ad_policy *p, const struct ad_alert_sink *sink)
{
    p->sink = sink;
    for (size_t i = 0; i < p->nopen; i++)
        if (ad_open_store(p, p->open[i]))
            return -1;
    return 0;
}
