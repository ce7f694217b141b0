/* The database of alerts (SQLite): incidents, the outbox, silences, what people ask for, and what
 * happened. Several processes and threads may use one at the same time, each by a connection of its
 * own. Times are wall time unless said otherwise.
 *
 * Functions return 0 (or what they say), -1 with a text, or AD_STORE_AGAIN with one. */
#ifndef AD_ALERT_STORE_H
#define AD_ALERT_STORE_H

#include "alert/incident.h"
#include "base/err.h"

/* The database is locked or the disk full: nothing has happened, and it may work later (exit status
 * 75). Between ad_store_begin() and ad_store_commit(): roll back. */
enum { AD_STORE_AGAIN = -2 };

/* A connection, for one thread. */
struct ad_store;

struct ad_store_cfg {
    const char *path; /* NULL: a database in memory, gone with its last connection */
    bool create;      /* make the file, for its owner alone, where there is none */
    double wait;      /* seconds to wait for others that write */
};

/* Open a database; one of another program or of a newer version is refused. */
int ad_store_open(struct ad_store **store, const struct ad_store_cfg *cfg, struct ad_err *err);

/* Another connection to the same database, for a thread that sends: what it commits survives a kill
 * at once, but a power cut only a little later, for it would merely be sent again. */
int ad_store_clone(struct ad_store **store, const struct ad_store *of, struct ad_err *err);

void ad_store_close(struct ad_store *store);

/* All or nothing: what is put between begin and commit. When commit has returned 0 it is on the
 * disk. Rolling back where nothing was begun does nothing. */
int ad_store_begin(struct ad_store *store, struct ad_err *err);
int ad_store_commit(struct ad_store *store, struct ad_err *err);
void ad_store_rollback(struct ad_store *store);

/* 1 if another connection has committed something since the last call (and on the first), else 0:
 * some microseconds, so that requests and silences need not be read again and again. */
int ad_store_changed(struct ad_store *store, struct ad_err *err);

/* A text that belongs to the whole database: `clock` is wall or input, the policy keeps what it
 * needs between runs. Get appends to *value and returns 1, or 0 if it was never set. */
int ad_store_get(struct ad_store *store, const char *key, struct ad_buf *value, struct ad_err *err);
int ad_store_set(struct ad_store *store, const char *key, struct ad_str value, struct ad_err *err);

/* Delete what ended before that time: closed incidents, notices delivered or dropped, silences,
 * requests, history; some thousand rows at a time, so that nobody waits long. Returns 1 if there is
 * more to do, else 0. An anomaly that is told of again later is a new incident. */
int ad_store_prune(struct ad_store *store, double before, struct ad_err *err);

/* Make sure of every page and index. */
int ad_store_check(struct ad_store *store, struct ad_err *err);

/* Incidents. */

/* Insert or replace the incident; what changed of its state, severity and level is written to the
 * history. */
int ad_store_put_incident(struct ad_store *store, const struct ad_incident *in, double wall,
                          struct ad_err *err);

/* What ad_alert_sink.known asks: 1 if there is one with the id of `in`, or a closed one with its
 * key and the time `started` between its first and its last record; else 0. */
int ad_store_knows_incident(struct ad_store *store, const struct ad_incident *in,
                            struct ad_err *err);

/* Returns 1, its texts living until the next call with this store, or 0. */
int ad_store_get_incident(struct ad_store *store, const char *id, struct ad_incident *out,
                          struct ad_err *err);

/* Find the whole id of what is called so for short. Returns how many there are: 0, 1, or 2 for
 * more. */
int ad_store_find_incident(struct ad_store *store, const char *prefix, char id[AD_INCIDENT_ID + 1],
                           struct ad_err *err);

/* Call each() for every incident whose state is in the set (1 << state), the oldest first, until it
 * returns something but 0, which is then returned. Texts live until each() returns; it must not use
 * this store. So do all functions of this kind. */
enum {
    AD_INCIDENTS_OPEN =
        1 << AD_INCIDENT_PENDING | 1 << AD_INCIDENT_FIRING | 1 << AD_INCIDENT_ACKNOWLEDGED,
    AD_INCIDENTS_ALL = (2 << AD_INCIDENT_EXPIRED) - 1
};
int ad_store_each_incident(struct ad_store *store, unsigned states,
                           int (*each)(void *arg, const struct ad_incident *), void *arg,
                           struct ad_err *err);

/* The outbox. */

enum ad_outbox_state {
    AD_OUTBOX_WAITING,
    AD_OUTBOX_DELIVERED,
    AD_OUTBOX_FAILED, /* for good; kept until somebody retries or drops it */
    AD_OUTBOX_DROPPED
};

/* A notice on its way. */
struct ad_outgoing {
    int64_t number; /* in the order they were put */
    char id[AD_INCIDENT_ID + 1], incident[AD_INCIDENT_ID + 1];
    enum ad_notice_event event;
    enum ad_outbox_state state;
    struct ad_str channel, doc;
    struct ad_str why;           /* of the last failure */
    unsigned long long attempts; /* begun */
    uint64_t owner;              /* who is sending it; 0: nobody */
    double made, ready;          /* not to be sent before; claimed: not by others */
    double done;                 /* delivered, failed or dropped, or NAN */
};

/* Put a notice into the outbox. One with an id that is there already changes nothing; a refresh
 * takes the place of one that still waits. */
int ad_store_put_notice(struct ad_store *store, const struct ad_notice *notice, double wall,
                        struct ad_err *err);

/* Take the next notice for the channel, so that nobody else sends it before now + lease: the one
 * that is ready longest, but none before an earlier one of the same incident is done with. Returns
 * 1, the texts living until the next call with this store; or 0, and in out->ready when there may
 * be one, INFINITY if none waits. */
int ad_store_claim(struct ad_store *store, uint64_t owner, const char *channel, double now,
                   double lease, struct ad_outgoing *out, struct ad_err *err);

/* What became of a notice that was claimed: delivered, failed for good, or to be tried again at
 * `ready`. Where the owner's lease ran out and another has claimed it since, only its delivery is
 * noted. */
int ad_store_settle(struct ad_store *store, const struct ad_outgoing *n, double now,
                    enum ad_outbox_state state, double ready, struct ad_str why,
                    struct ad_err *err);

/* Free what others have claimed: for the one who knows that nobody else is sending, after a crash.
 */
int ad_store_reclaim(struct ad_store *store, double now, struct ad_err *err);

/* Send it now, whatever was to be waited for, also if it had failed or been dropped; or drop it.
 * Returns 1, or 0 if there is no such notice or it is past that: delivered, or just being sent. */
int ad_store_retry(struct ad_store *store, const char *id, double now, struct ad_err *err);
int ad_store_drop(struct ad_store *store, const char *id, double now, struct ad_err *err);

/* As with incidents; states is a set of 1 << enum ad_outbox_state, in the order they were put. */
int ad_store_find_notice(struct ad_store *store, const char *prefix, char id[AD_INCIDENT_ID + 1],
                         struct ad_err *err);
int ad_store_each_outgoing(struct ad_store *store, unsigned states,
                           int (*each)(void *arg, const struct ad_outgoing *), void *arg,
                           struct ad_err *err);

/* What people say. */

/* Add a silence; its id is set. */
int ad_store_add_silence(struct ad_store *store, struct ad_silence *s, struct ad_err *err);
/* Those that end after `now`, by id. */
int ad_store_each_silence(struct ad_store *store, double now,
                          int (*each)(void *arg, const struct ad_silence *), void *arg,
                          struct ad_err *err);
/* End it now. Returns 1, or 0 if there is none of this id that would end later. */
int ad_store_expire_silence(struct ad_store *store, int64_t id, double now, const char *by,
                            struct ad_err *err);

enum ad_request_what { AD_REQUEST_ACKNOWLEDGE, AD_REQUEST_UNACKNOWLEDGE, AD_REQUEST_RESOLVE };

/* What somebody asked for and the policy has yet to do. */
struct ad_request {
    int64_t id;
    enum ad_request_what what;
    char incident[AD_INCIDENT_ID + 1];
    struct ad_str by, note;
    double made;
};

int ad_store_ask(struct ad_store *store, const struct ad_request *r, struct ad_err *err);
/* The first request with an id above `after` that is not done. Returns 1, its texts living until
 * the next call with this store, or 0. */
int ad_store_next_request(struct ad_store *store, int64_t after, struct ad_request *r,
                          struct ad_err *err);
/* It is done: part of the same transaction as what it did. */
int ad_store_answer(struct ad_store *store, int64_t id, double now, struct ad_err *err);

/* What happened. */

struct ad_happened {
    double wall;
    char incident[AD_INCIDENT_ID + 1]; /* "": about none */
    struct ad_str what, by, note;
};

/* Incidents, deliveries, silences and requests write their own history. That of one incident, or of
 * all (NULL), the oldest first. */
int ad_store_each_happened(struct ad_store *store, const char *incident,
                           int (*each)(void *arg, const struct ad_happened *), void *arg,
                           struct ad_err *err);

/* How many there are of everything: each(arg, "incidents", "firing", 3), ("waiting", "pagerduty",
 * 7) ... */
int ad_store_each_count(struct ad_store *store, double now,
                        int (*each)(void *arg, const char *what, struct ad_str of, double n),
                        void *arg, struct ad_err *err);

#endif
