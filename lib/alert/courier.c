#include "alert/courier.h"

#include "base/hash.h"
#include "maths/rng.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

/* Seconds: how often the outbox is looked at without a call, the longest that the other side may
 * ask for, and how often it is tried to note what became of a notice. */
static const double look_every = 1, longest_wait = 3600, note_every = 0.25;

/* Failures in a row from which on it is taken to be the channel, not the notices. */
enum { STREAK = 5 };

/* The thread of one channel. */
struct post {
    struct ad_courier *courier;
    const struct ad_courier_channel *channel;
    struct ad_store *store;
    pthread_t thread;
    struct ad_rng rng;
    unsigned streak; /* failures in a row */
    double paused;   /* wall time before which the channel is left alone */
    int trouble;     /* what the database said last: 0, -1 or AD_STORE_AGAIN, and */
    struct ad_err why;
};

struct ad_courier {
    struct ad_courier_cfg cfg;
    uint64_t owner;
    struct ad_store *store; /* of ad_courier_stop() */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool locked, woken; /* the two are there */
    /* Under the lock: */
    uint64_t calls; /* of ad_courier_wake() */
    bool stopping;
    double deadline; /* monotonic */
    struct ad_courier_counts counts;

    size_t started;
    struct post post[];
};

static double now_by(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static uint64_t calls(struct ad_courier *c)
{
    pthread_mutex_lock(&c->lock);
    uint64_t n = c->calls;
    pthread_mutex_unlock(&c->lock);
    return n;
}

/* Wait for at most so many seconds; a call newer than `seen`, the order to stop and the deadline
 * end it before. Returns false when the thread has to end. */
static bool rest(struct post *p, double seconds, uint64_t seen)
{
    struct ad_courier *c = p->courier;
    double until = now_by(CLOCK_MONOTONIC) + fmax(seconds, 0);
    pthread_mutex_lock(&c->lock);
    bool was_stopping = c->stopping;
    for (;;) {
        double at = c->stopping ? fmin(until, c->deadline) : until;
        if (c->calls != seen || c->stopping != was_stopping || now_by(CLOCK_MONOTONIC) >= at)
            break;
        struct timespec t = {.tv_sec = (time_t)at};
        t.tv_nsec = (long)((at - floor(at)) * 1e9);
        pthread_cond_timedwait(&c->wake, &c->lock, &t);
    }
    bool on = !c->stopping || now_by(CLOCK_MONOTONIC) < c->deadline;
    pthread_mutex_unlock(&c->lock);
    return on;
}

/* Whether there is time left for what begins in so many seconds; what a call newer than `seen` was
 * about may begin at once. */
static bool time_for(struct ad_courier *c, double seconds, uint64_t seen)
{
    pthread_mutex_lock(&c->lock);
    double begins = c->calls != seen ? 0 : fmax(seconds, 0);
    bool on = !c->stopping || now_by(CLOCK_MONOTONIC) + begins < c->deadline;
    pthread_mutex_unlock(&c->lock);
    return on;
}

/* The n-th of growing waits, from half of it to all of it. */
static double backoff(struct post *p, unsigned long long n)
{
    const struct ad_courier_cfg *cfg = &p->courier->cfg;
    double s = cfg->retry_first * exp2((double)(n < 60 ? n : 60));
    return fmin(s, cfg->retry_most) * (0.5 + ad_rng_unit(&p->rng) / 2);
}

/* When to try again what failed just now; and whether the whole channel is to rest so long. */
static double retry_at(struct post *p, const struct ad_outgoing *n, double after)
{
    double now = now_by(CLOCK_REALTIME), wait = backoff(p, n->attempts - 1);
    p->streak++;
    if (after > 0) {
        wait = fmax(wait, fmin(after, longest_wait));
        p->paused = now + fmin(after, longest_wait);
    } else if (p->streak >= STREAK) {
        p->paused = now + backoff(p, p->streak - STREAK);
    }
    return now + wait;
}

static void count(struct ad_courier *c, enum ad_outbox_state state)
{
    pthread_mutex_lock(&c->lock);
    c->counts.delivered += state == AD_OUTBOX_DELIVERED;
    c->counts.failed += state == AD_OUTBOX_FAILED;
    pthread_mutex_unlock(&c->lock);
}

static void deliver(struct post *p, const struct ad_outgoing *n)
{
    const struct ad_courier_cfg *cfg = &p->courier->cfg;
    double lease_ends = now_by(CLOCK_MONOTONIC) + 2 * p->channel->timeout;
    struct ad_delivery out = {.what = AD_DELIVER_LATER};
    p->channel->send(p->channel->arg, n->doc, &out);
    enum ad_outbox_state state = out.what == AD_DELIVERED       ? AD_OUTBOX_DELIVERED
                                 : out.what == AD_DELIVER_NEVER ? AD_OUTBOX_FAILED
                                                                : AD_OUTBOX_WAITING;
    double ready = 0;
    if (state == AD_OUTBOX_WAITING)
        ready = retry_at(p, n, out.after);
    else
        p->streak = 0;
    const char *why = out.why.text && state != AD_OUTBOX_DELIVERED ? out.why.text : "";
    if (cfg->say && (state == AD_OUTBOX_FAILED || p->streak == 1))
        cfg->say(cfg->arg, p->channel->name, why, state == AD_OUTBOX_FAILED);
    /* Until this is noted, nobody else sends it as long as the lease lasts. */
    do
        p->trouble = ad_store_settle(p->store, n, now_by(CLOCK_REALTIME), state, ready,
                                     ad_str_of(why), &p->why);
    while (p->trouble && now_by(CLOCK_MONOTONIC) < lease_ends &&
           rest(p, note_every, calls(p->courier)));
    ad_err_free(&out.why);
    count(p->courier, state);
}

static void *work(void *arg)
{
    struct post *p = arg;
    struct ad_courier *c = p->courier;
    for (bool on = true; on;) {
        uint64_t seen = calls(c);
        double now = now_by(CLOCK_REALTIME), next = p->paused;
        if (p->paused <= now) {
            struct ad_outgoing n;
            p->trouble = ad_store_claim(p->store, c->owner, p->channel->name, now,
                                        2 * p->channel->timeout, &n, &p->why);
            if (p->trouble == 1) {
                p->trouble = 0;
                deliver(p, &n);
                on = time_for(c, 0, seen);
                continue;
            }
            next = p->trouble ? now + look_every : n.ready;
        }
        on = time_for(c, next - now, seen) && rest(p, fmin(next - now, look_every), seen);
    }
    return NULL;
}

/* The clock of the deadline may be waited for, and signals are not ours. */
static int prepare(struct ad_courier *c, struct ad_err *err)
{
    pthread_condattr_t attr;
    int rc = pthread_mutex_init(&c->lock, NULL);
    c->locked = rc == 0;
    if (rc == 0 && (rc = pthread_condattr_init(&attr)) == 0) {
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        rc = pthread_cond_init(&c->wake, &attr);
        pthread_condattr_destroy(&attr);
        c->woken = rc == 0;
    }
    struct ad_hash_key key = {0};
    if (rc == 0 && ad_hash_key_random(&key))
        rc = errno;
    c->owner = key.k0 | 1;
    return rc ? ad_err_set(err, "cannot send: %s", strerror(rc)) : 0;
}

static int start(struct ad_courier *c, size_t i, struct ad_err *err)
{
    struct post *p = c->post + i;
    *p = (struct post){.courier = c, .channel = c->cfg.channel + i};
    ad_rng_seed(&p->rng, c->cfg.seed + i);
    int rc = ad_store_clone(&p->store, c->store, err);
    if (rc)
        return rc;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&p->thread, NULL, work, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0)
        c->started++;
    else
        ad_store_close(p->store);
    return rc ? ad_err_set(err, "cannot send: %s", strerror(rc)) : 0;
}

static void release(struct ad_courier *c)
{
    ad_store_close(c->store);
    if (c->woken)
        pthread_cond_destroy(&c->wake);
    if (c->locked)
        pthread_mutex_destroy(&c->lock);
    free(c);
}

struct ad_courier *ad_courier_start(const struct ad_store *store, const struct ad_courier_cfg *cfg,
                                    struct ad_err *err)
{
    struct ad_courier *c = calloc(1, sizeof *c + cfg->n * sizeof *c->post);
    if (!c) {
        ad_err_nomem(err);
        return NULL;
    }
    c->cfg = *cfg;
    c->cfg.retry_first = cfg->retry_first > 0 ? cfg->retry_first : 1;
    c->cfg.retry_most = cfg->retry_most > 0 ? cfg->retry_most : 300;
    int rc = prepare(c, err);
    if (rc) {
        release(c);
        return NULL;
    }
    rc = ad_store_clone(&c->store, store, err);
    for (size_t i = 0; rc == 0 && i < cfg->n; i++)
        rc = start(c, i, err);
    if (rc == 0)
        return c;
    struct ad_err other = {0};
    ad_courier_stop(c, 0, NULL, &other);
    ad_err_free(&other);
    return NULL;
}

void ad_courier_wake(struct ad_courier *c)
{
    pthread_mutex_lock(&c->lock);
    c->calls++;
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
}

static int add_waiting(void *arg, const char *what, struct ad_str channel, double n)
{
    struct ad_courier *c = arg;
    if (strcmp(what, "waiting") != 0)
        return 0;
    bool ours = false;
    for (size_t i = 0; i < c->cfg.n; i++)
        ours |= ad_str_eq(ad_str_of(c->cfg.channel[i].name), channel);
    c->counts.waiting += (unsigned long long)n;
    c->counts.stray += ours ? 0 : (unsigned long long)n;
    return 0;
}

int ad_courier_stop(struct ad_courier *c, double drain, struct ad_courier_counts *counts,
                    struct ad_err *err)
{
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    c->deadline = now_by(CLOCK_MONOTONIC) + drain;
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
    int rc = 0;
    for (size_t i = 0; i < c->started; i++) {
        struct post *p = c->post + i;
        pthread_join(p->thread, NULL);
        if (rc == 0 && p->trouble) {
            rc = p->trouble;
            ad_err_set(err, "%s", p->why.text);
        }
        ad_err_free(&p->why);
        ad_store_close(p->store);
    }
    struct ad_err other = {0};
    int counted =
        c->store ? ad_store_each_count(c->store, 0, add_waiting, c, rc ? &other : err) : 0;
    ad_err_free(&other);
    rc = rc ? rc : counted;
    if (counts)
        *counts = c->counts;
    release(c);
    return rc;
}
