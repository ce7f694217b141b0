/* The sender: threads that take due notices from the outbox and hand them to channels, each channel
 * by itself, so that one that hangs keeps no other waiting. */
#ifndef AD_ALERT_COURIER_H
#define AD_ALERT_COURIER_H

#include "alert/channel.h"
#include "alert/store.h"

/* A way out. */
struct ad_courier_channel {
    const char *name; /* as in notices; "" is standard output */
    double timeout;   /* seconds a send takes at most: twice that is the lease */
    /* Send one notice and say what became of it, as ad_channel_send() does. Called by one thread at
     * a time. */
    void (*send)(void *arg, struct ad_str doc, struct ad_delivery *out);
    void *arg;
};

struct ad_courier_cfg {
    const struct ad_courier_channel *channel; /* [n], borrowed */
    size_t n;
    double retry_first, retry_most; /* seconds until the second try, and between the last ones; 0:
                                       1 s and 5 minutes */
    uint64_t seed;                  /* of the jitter */
    /* Optional: told of the first of several failures in a row, and of each that is for good, in a
     * line without secrets; by any thread. */
    void (*say)(void *arg, const char *channel, const char *why, bool for_good);
    void *arg;
};

struct ad_courier_counts {
    unsigned long long delivered, failed; /* by this courier; failed: for good */
    unsigned long long waiting;           /* in the outbox when it stopped, */
    unsigned long long stray;             /* and those of them for channels it has not */
};

struct ad_courier;

/* Start sending what is in the database, and what will be. Returns NULL with a text. */
struct ad_courier *ad_courier_start(const struct ad_store *store, const struct ad_courier_cfg *cfg,
                                    struct ad_err *err);

/* Notices were committed; otherwise they are found within a second. */
void ad_courier_wake(struct ad_courier *courier);

/* Go on for up to `drain` seconds while there is something to send within that time, then stop and
 * free it; a send that has begun is waited for. --tick is start and stop. Returns 0, or
 * -1 or AD_STORE_AGAIN if a thread had trouble with the database to the end. */
int ad_courier_stop(struct ad_courier *courier, double drain, struct ad_courier_counts *counts,
                    struct ad_err *err);

#endif
