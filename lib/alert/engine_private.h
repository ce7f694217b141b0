/* What the files of the engine share. */
#ifndef AD_ALERT_ENGINE_PRIVATE_H
#define AD_ALERT_ENGINE_PRIVATE_H

#include "alert/courier.h"
#include "alert/engine.h"
#include "alert/journal.h"

#include <time.h>

/* One word for it from the store to the exit. */
_Static_assert((int)AD_ENGINE_AGAIN == (int)AD_STORE_AGAIN, "the store's word");

struct ad_engine {
    struct ad_engine_cfg cfg;
    struct ad_config config;
    struct ad_channel **channel; /* [config.n], NULL where the section is none */
    struct ad_policy *policy;
    struct ad_store *store;         /* NULL: dry run */
    struct ad_courier_channel *way; /* [nway] */
    size_t nway;
    struct ad_courier *courier;
    struct ad_journal journal;
    struct ad_alert_sink sink;
    int lock;     /* -1: none */
    int sending;  /* a shared lock of all that send; -1: none */
    double t;     /* the newest record time */
    double dirty; /* since when there is something to commit, by the monotonic clock, or NAN */
    double pruned;
    int64_t asked; /* the last request that was heard */
};

/* Seconds by one of the system's clocks. */
static inline double ad_engine_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The wall as the policy sees it. */
static inline double ad_engine_wall(const struct ad_engine *e)
{
    return e->cfg.policy.input_clock ? e->t : ad_engine_clock(CLOCK_REALTIME);
}

/* engine_channel.c: the channels of the configuration, and the courier that uses them. Each returns
 * 0, -1 or AD_ENGINE_AGAIN. */
int ad_engine_open_channels(struct ad_engine *e, struct ad_err *err);
int ad_engine_start_courier(struct ad_engine *e, struct ad_err *err);
void ad_engine_close_channels(struct ad_engine *e);

/* engine_people.c: hear what people have asked for since the last time: silences, acknowledgements,
 * resolutions. Returns 0, -1 or AD_ENGINE_AGAIN. */
int ad_engine_hear(struct ad_engine *e, struct ad_err *err);

#endif
