/* ad-alert as a whole: events go in; the policy decides, the store keeps, the courier sends. */
#ifndef AD_ALERT_ENGINE_H
#define AD_ALERT_ENGINE_H

#include "alert/policy.h"

struct ad_engine_cfg {
    const char *config;          /* file, or NULL: all goes to standard output */
    const char *db;              /* file, or NULL: in memory, for this run only */
    struct ad_policy_cfg policy; /* what the command line says */
    bool dry_run;                /* nothing is sent or kept */
    double lock_wait;            /* seconds to wait for another run that has the database */
    double drain;                /* seconds to wait in the end for what is to be sent */
    double keep;                 /* seconds that what is over is kept */
    /* With dry_run: told of each notice that would go out. Optional. */
    void (*would)(void *arg, const struct ad_notice *);
    /* Told what a person should know, a line without secrets; by any thread. */
    void (*say)(void *arg, const char *text);
    void *arg;
};

struct ad_engine;

/* Another run has the database, or it is locked, or the disk is full: exit with AD_ENGINE_LATER. */
enum { AD_ENGINE_AGAIN = -2, AD_ENGINE_LATER = 75 };

/* Whether the configuration is good: everything but the database. Returns 0, or -1. */
int ad_engine_check(const struct ad_engine_cfg *cfg, struct ad_err *err);

/* Everything opened and what was there before restored. cfg is copied, but for its texts. Returns
 * 0, -1 or AD_ENGINE_AGAIN, like all the following. */
int ad_engine_open(struct ad_engine **engine, const struct ad_engine_cfg *cfg, struct ad_err *err);
/* Stop at once; what is in the database stays there. */
void ad_engine_free(struct ad_engine *e);

struct ad_policy *ad_engine_policy(struct ad_engine *e);

/* A record. */
int ad_engine_event(struct ad_engine *e, const struct ad_event *ev, struct ad_err *err);

/* Whether anything would come of a record that is not flagged. */
static inline bool ad_engine_wants(const struct ad_policy *p, bool flagged, struct ad_str key)
{
    return flagged || ad_policy_wants_all(p) || ad_policy_wants(p, key);
}

/* A block of records is done, the newest of them of record time t: what is due is done, and after a
 * second or a thousand changes committed. */
int ad_engine_block(struct ad_engine *e, double t, struct ad_err *err);

/* Nothing comes for now: all is committed. *next becomes the seconds until something is due. */
int ad_engine_idle(struct ad_engine *e, double *next, struct ad_err *err);

/* The end: commit, send for up to `drain` seconds, free. *status becomes 75 where something waits
 * to be sent by the next run, 2 where something is lost. */
int ad_engine_close(struct ad_engine *e, int *status, struct ad_err *err);

/* What is due by now, without any input: cfg.db must be given. Where another run has the database,
 * only what waits is sent. */
int ad_engine_tick(const struct ad_engine_cfg *cfg, int *status, struct ad_err *err);

#endif
