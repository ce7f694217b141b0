#include "alert/engine_private.h"
#include "io/atomic.h"

#include <stdlib.h>

enum { STATUS_LOST = 2, MOST_CHANGES = 1000 };

struct ad_policy *ad_engine_policy(struct ad_engine *e)
{
    return e->policy;
}

/* What the policy tells goes to the journal, and from there to the store in one transaction. */

static int take_incident(void *arg, const struct ad_incident *in)
{
    struct ad_engine *e = arg;
    return e->store ? ad_journal_incident(&e->journal, in) : 0;
}

static int take_notice(void *arg, const struct ad_notice *notice)
{
    struct ad_engine *e = arg;
    if (e->store)
        return ad_journal_notice(&e->journal, notice);
    if (e->cfg.would)
        e->cfg.would(e->cfg.arg, notice);
    return 0;
}

static int is_known(void *arg, const struct ad_incident *in)
{
    struct ad_engine *e = arg;
    struct ad_err ignored = {0};
    int known = ad_journal_knows(&e->journal, in);
    if (!known && e->store)
        known = ad_store_knows_incident(e->store, in, &ignored);
    ad_err_free(&ignored);
    return known > 0;
}

/* What was there before. */

struct restoring {
    struct ad_engine *e;
    struct ad_err *err;
};

static int restore_incident(void *arg, const struct ad_incident *in)
{
    struct restoring *r = arg;
    return ad_policy_restore(r->e->policy, in, r->err);
}

static int restore(struct ad_engine *e, struct ad_err *err)
{
    struct restoring r = {e, err};
    struct ad_buf state = {0};
    int rc = ad_store_get(e->store, "policy", &state, err);
    if (rc == 1)
        rc = ad_policy_load(e->policy, (struct ad_str){state.s, state.len}, err);
    ad_buf_free(&state);
    if (rc)
        return rc;
    return ad_store_each_incident(e->store, AD_INCIDENTS_OPEN, restore_incident, &r, err);
}

/* Committing. */

/* Everything that has changed, as one transaction. */
static int commit(struct ad_engine *e, struct ad_err *err)
{
    if (ad_policy_flush(e->policy, &e->sink))
        return ad_err_nomem(err);
    e->dirty = NAN;
    if (!e->store || e->journal.n == 0)
        return 0;
    struct ad_buf state = {0};
    ad_policy_save(e->policy, &state);
    int rc = state.failed ? ad_err_nomem(err) : ad_store_begin(e->store, err);
    if (rc == 0)
        rc = ad_journal_write(&e->journal, e->store, ad_engine_clock(CLOCK_REALTIME), err);
    if (rc == 0)
        rc = ad_store_set(e->store, "policy", (struct ad_str){state.s, state.len}, err);
    if (rc == 0)
        rc = ad_store_commit(e->store, err);
    ad_buf_free(&state);
    if (rc) {
        ad_store_rollback(e->store);
        return rc;
    }
    ad_journal_clear(&e->journal);
    ad_courier_wake(e->courier);
    return 0;
}

static int prune(struct ad_engine *e, struct ad_err *err)
{
    enum { EVERY = 3600 };
    double now = ad_engine_clock(CLOCK_MONOTONIC);
    if (!e->store || (!isnan(e->pruned) && now - e->pruned < EVERY))
        return 0;
    int more = ad_store_prune(e->store, ad_engine_clock(CLOCK_REALTIME) - e->cfg.keep, err);
    e->pruned = more == 1 ? NAN : now;
    return more < 0 ? more : 0;
}

int ad_engine_event(struct ad_engine *e, const struct ad_event *ev, struct ad_err *err)
{
    if (!(ev->t <= e->t))
        e->t = ev->t;
    if (ad_policy_event(e->policy, ev, ad_engine_wall(e), &e->sink))
        return ad_err_nomem(err);
    if (isnan(e->dirty))
        e->dirty = ad_engine_clock(CLOCK_MONOTONIC);
    return 0;
}

static int tick(struct ad_engine *e, struct ad_err *err)
{
    return isnan(ad_engine_wall(e)) || !ad_policy_tick(e->policy, ad_engine_wall(e), e->t, &e->sink)
               ? 0
               : ad_err_nomem(err);
}

int ad_engine_block(struct ad_engine *e, double t, struct ad_err *err)
{
    if (!(t <= e->t))
        e->t = t;
    bool full = e->journal.n >= MOST_CHANGES;
    bool late = !isnan(e->dirty) && ad_engine_clock(CLOCK_MONOTONIC) - e->dirty >= 1;
    if (tick(e, err))
        return -1;
    return full || late ? commit(e, err) : 0;
}

/* All that is due by now, and kept. */
static int catch_up(struct ad_engine *e, struct ad_err *err)
{
    int rc = ad_engine_hear(e, err);
    if (rc == 0)
        rc = tick(e, err);
    if (rc == 0)
        rc = commit(e, err);
    return rc ? rc : prune(e, err);
}

int ad_engine_idle(struct ad_engine *e, double *next, struct ad_err *err)
{
    enum { LOOK = 1 }; /* seconds until somebody is heard who has asked for something */
    int rc = catch_up(e, err);
    double due = ad_policy_deadline(e->policy) - ad_engine_wall(e);
    *next = e->cfg.policy.input_clock ? INFINITY : due > 0 ? due : 0.001;
    if (e->store && e->cfg.db && !(*next < LOOK))
        *next = LOOK;
    return rc;
}

/* Opening and closing. */

static int take_lock(struct ad_engine *e, struct ad_err *err)
{
    struct ad_err why = {0};
    int rc = ad_lock_take(e->cfg.db, e->cfg.lock_wait, NULL, &e->lock, &why);
    if (rc)
        ad_err_set(err, "%s",
                   rc == AD_LOCK_BUSY ? "another ad-alert is at work on this --db" : why.text);
    ad_err_free(&why);
    return rc == AD_LOCK_BUSY ? AD_ENGINE_AGAIN : rc;
}

/* A database belongs to one clock. */
static int check_clock(struct ad_engine *e, struct ad_err *err)
{
    const char *mine = e->cfg.policy.input_clock ? "input" : "wall";
    struct ad_buf was = {0};
    int rc = ad_store_get(e->store, "clock", &was, err);
    if (rc == 1 && !ad_str_eq((struct ad_str){was.s, was.len}, ad_str_of(mine)))
        rc = ad_err_set(err, "%s was made with --clock=%.*s, not %s; use another --db", e->cfg.db,
                        (int)was.len, was.s, mine);
    else if (rc == 1)
        rc = 0;
    else if (rc == 0)
        rc = ad_store_set(e->store, "clock", ad_str_of(mine), err);
    ad_buf_free(&was);
    return rc;
}

static int open_store(struct ad_engine *e, struct ad_err *err)
{
    const struct ad_store_cfg cfg = {.path = e->cfg.db, .create = true, .wait = 10};
    int rc = ad_store_open(&e->store, &cfg, err);
    if (rc == 0 && e->cfg.db)
        rc = check_clock(e, err);
    return rc;
}

void ad_engine_free(struct ad_engine *e)
{
    if (!e)
        return;
    struct ad_courier_counts counts;
    struct ad_err ignored = {0};
    if (e->courier)
        ad_courier_stop(e->courier, 0, &counts, &ignored);
    ad_err_free(&ignored);
    ad_journal_free(&e->journal);
    ad_policy_free(e->policy);
    ad_store_close(e->store);
    ad_engine_close_channels(e);
    ad_config_free(&e->config);
    ad_lock_release(e->lock);
    ad_lock_release(e->sending);
    free(e);
}

/* All but the lock and what was there before. */
static struct ad_engine *make(const struct ad_engine_cfg *cfg, struct ad_err *err)
{
    struct ad_engine *e = calloc(1, sizeof *e);
    if (!e) {
        ad_err_nomem(err);
        return NULL;
    }
    e->cfg = *cfg;
    e->lock = e->sending = -1;
    e->t = e->dirty = e->pruned = NAN;
    e->sink = (struct ad_alert_sink){take_incident, take_notice, is_known, e};
    int rc = cfg->config ? ad_config_read(&e->config, cfg->config, err) : 0;
    if (rc == 0)
        e->policy = ad_policy_new(cfg->config ? &e->config : NULL, &cfg->policy, err);
    /* A replay tells nobody: it needs no secrets. */
    bool channels = rc == 0 && e->policy && !cfg->dry_run;
    if (rc == 0 && e->policy && (!channels || ad_engine_open_channels(e, err) == 0))
        return e;
    ad_engine_free(e);
    return NULL;
}

int ad_engine_check(const struct ad_engine_cfg *cfg, struct ad_err *err)
{
    struct ad_engine *e = make(cfg, err);
    ad_engine_free(e);
    return e ? 0 : -1;
}

int ad_engine_open(struct ad_engine **engine, const struct ad_engine_cfg *cfg, struct ad_err *err)
{
    struct ad_engine *e = *engine = make(cfg, err);
    if (!e || cfg->dry_run)
        return e ? 0 : -1;
    int rc = cfg->db ? take_lock(e, err) : 0;
    if (rc == 0)
        rc = open_store(e, err);
    if (rc == 0)
        rc = restore(e, err);
    if (rc == 0)
        rc = ad_engine_hear(e, err);
    if (rc == 0)
        rc = ad_engine_start_courier(e, err);
    if (rc) {
        ad_engine_free(e);
        *engine = NULL;
    }
    return rc;
}

/* Send what can be sent, and say what could not. */
static int drain(struct ad_engine *e, int *status, struct ad_err *err)
{
    struct ad_courier_counts n = {0};
    struct ad_err text = {0};
    int rc = ad_courier_stop(e->courier, e->cfg.drain, &n, err);
    e->courier = NULL;
    if (n.waiting)
        ad_err_set(&text,
                   e->cfg.db ? "%llu notices wait to be sent; the next run or --tick sends them"
                             : "%llu notices could not be sent and are lost; --db keeps them",
                   n.waiting);
    else if (n.failed)
        ad_err_set(&text, "%llu notices were refused; see ad-alertctl outbox", n.failed);
    if (text.text)
        e->cfg.say(e->cfg.arg, text.text);
    ad_err_free(&text);
    *status = n.waiting && e->cfg.db ? AD_ENGINE_LATER : n.waiting || n.failed ? STATUS_LOST : 0;
    return rc;
}

int ad_engine_close(struct ad_engine *e, int *status, struct ad_err *err)
{
    int rc = catch_up(e, err);
    if (rc == 0 && e->courier)
        rc = drain(e, status, err);
    ad_engine_free(e);
    return rc;
}

int ad_engine_tick(const struct ad_engine_cfg *cfg, int *status, struct ad_err *err)
{
    struct ad_engine *e;
    struct ad_err busy = {0};
    int rc = ad_engine_open(&e, cfg, &busy);
    if (rc == 0)
        return ad_engine_close(e, status, err);
    if (rc != AD_ENGINE_AGAIN || !(e = make(cfg, err))) {
        ad_err_set(err, "%s", busy.text);
        ad_err_free(&busy);
        return rc;
    }
    ad_err_free(&busy);
    rc = open_store(e, err);
    if (rc == 0)
        rc = ad_engine_start_courier(e, err);
    if (rc == 0)
        rc = drain(e, status, err);
    ad_engine_free(e);
    return rc;
}
