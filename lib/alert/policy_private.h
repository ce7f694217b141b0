/* The policy from inside: for policy*.c and notice.c only.
 *
 * What is told is found by comparing what a channel has heard of an incident with what is so, not
 * by remembering events: so a notice that a guard holds back needs no queue. It stays wanted until
 * the guard opens, and is told then if it is still true. */
#ifndef AD_ALERT_POLICY_PRIVATE_H
#define AD_ALERT_POLICY_PRIVATE_H

#include "alert/chains.h"
#include "alert/due.h"
#include "alert/plan.h"
#include "alert/policy.h"
#include "base/hash.h"

#define AD_OF(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* What waits in policy.due. */
enum ad_due_kind { AD_DUE_OPEN, AD_DUE_BUNDLE, AD_DUE_LINE, AD_DUE_WATCH };

/* Incidents of a route that are told of together: those with the same values of its `group-by`. */
struct ad_bundle {
    struct ad_chain chain;
    struct ad_due due; /* when what waits is told */
    const struct ad_route *route;
    struct ad_buf values; /* each with its length before it */
    struct ad_open **member;
    size_t n, cap;
};

/* What one channel has heard of one incident. */
struct ad_link {
    size_t channel;
    const struct ad_route *route; /* that asks for it */
    struct ad_bundle *bundle;     /* NULL: told of alone */
    bool told, closed;            /* it was told that there is one; that it is over */
    enum ad_severity severity;    /* as told */
    unsigned level, wanted;       /* of the escalation: as told; that asks for the channel */
    double sent, last;            /* wall of the last notice, and of any, refreshes too */
    unsigned long long repeats;
    unsigned long long held; /* notices held back by silence, maintenance, inhibition since */
    enum ad_guard guard;     /* that holds one back now */
    unsigned counted;        /* guards that have held this one: 1 << guard */
    uint64_t epoch;          /* of the line when it counted this one as surplus */
};

enum ad_open_text {
    AD_OPEN_KEY,
    AD_OPEN_DETECTOR,
    AD_OPEN_RULE,
    AD_OPEN_TAGS,
    AD_OPEN_REASON,
    AD_OPEN_ROUTE,
    AD_OPEN_GROUP,
    AD_OPEN_RECORD,
    AD_OPEN_BY,
    AD_OPEN_MORE,
    AD_OPEN_TEXTS
};

/* An open incident; one with `resolved` set is over, but not everybody has been told. */
struct ad_open {
    struct ad_incident in; /* its texts are views of text[] */
    struct ad_buf text[AD_OPEN_TEXTS];
    struct ad_chain by_key, by_id, critical;
    size_t place;            /* in policy.open */
    struct ad_due over, due; /* record time at which it resolves; wall at which to look at it */
    struct ad_names group, field;
    const struct ad_route **route; /* that match, the first counts for its life */
    size_t nroute;
    struct ad_link *link;
    size_t nlink;
    double bad;                /* t of the last record that was flagged or above `clear` */
    double cool_from;          /* wall of the last notice about its key before it, or -INFINITY */
    enum ad_severity cooled;   /* and how bad that was */
    enum ad_severity accepted; /* its severity when it was acknowledged */
    unsigned long long acknowledged;  /* how often */
    bool absent, dirty, told, muting; /* muting: in policy.critical */
};

/* The rate of one channel. */
struct ad_line {
    double *time; /* wall of its last messages, the oldest first */
    size_t ntime;
    unsigned long long surplus; /* notices held back by rate or cooldown since the last message */
    uint64_t epoch;             /* messages so far */
    size_t waiting;             /* links that wait for the rate */
    struct ad_due due;          /* when the next message may go out, while any wait */
};

/* When a key was last told of, while its cooldown lasts. */
struct ad_ghost {
    struct ad_chain chain;
    struct ad_ghost *next; /* younger */
    struct ad_buf key;
    double wall, until;
    enum ad_severity severity;
};

/* A group that is expected to go on. */
struct ad_watch {
    struct ad_chain chain;
    struct ad_due due;
    const struct ad_route *route; /* NULL: no route cares */
    struct ad_names group;
    double wall, t; /* of its last record */
    bool absent;    /* an incident is open for that */
};

struct ad_policy {
    struct ad_plan plan;
    struct ad_quiets given; /* silences that people have made */
    size_t nfield;          /* names that the caller knows of */
    bool input_clock;
    struct ad_hash_key key;
    struct ad_chains by_key, by_id, critical, bundles, watches, ghosts;
    struct ad_ghost *oldest, *youngest;
    struct ad_dues over, due;
    struct ad_open **open;
    size_t nopen, cap;
    struct ad_line *line; /* [plan.noutlet] */
    double clock, wall;   /* record time and wall time so far, -INFINITY at first */
    const struct ad_bundle *flushing;
    const struct ad_line *serving;
    const struct ad_alert_sink *sink; /* of the call that is going on */
    struct ad_policy_summary summary;
    struct ad_policy_count *count;
    size_t ncount, count_cap;
    struct ad_buf doc, scratch;
};

/* A notice that goes out. */
struct ad_telling {
    struct ad_open *o;
    struct ad_link *link;
    enum ad_notice_event event;
};

/* notice.c: the document of v[0], those of v[1..n) in its member `with`. */
int ad_notice_write(struct ad_buf *out, const struct ad_telling *v, size_t n,
                    unsigned long long suppressed, struct ad_str channel);
/* The ids: hash of dedup key, time and content; of incident, event, channel and number. Before the
 * link has been changed. */
void ad_incident_id(char id[AD_INCIDENT_ID + 1], struct ad_str key, double t, struct ad_str record);
void ad_telling_id(char id[AD_INCIDENT_ID + 1], const struct ad_telling *v, struct ad_str channel);
/* The group fields as a JSON object. */
int ad_group_write(struct ad_buf *out, const struct ad_names *name, const struct ad_str *value);

/* All of these return 0, or -1 to give up. */

/* policy_open.c: what there is of an incident. */
struct ad_open *ad_open_new(struct ad_policy *p, struct ad_str key, const char *id);
void ad_open_free(struct ad_policy *p, struct ad_open *o);
void ad_open_begin(struct ad_open *o, double started);
struct ad_open *ad_open_find(const struct ad_policy *p, struct ad_str key); /* that is not over */
struct ad_open *ad_open_by_id(const struct ad_policy *p, const char *id);
int ad_open_text(struct ad_open *o, enum ad_open_text which, struct ad_str v);
int ad_open_route(struct ad_policy *p, struct ad_open *o);
int ad_open_link(struct ad_policy *p, struct ad_open *o, size_t channel,
                 const struct ad_route *route, unsigned level, struct ad_link **link);
void ad_open_mute(struct ad_policy *p, struct ad_open *o); /* it inhibits others; no more */
void ad_open_unmute(struct ad_policy *p, struct ad_open *o);
struct ad_scene ad_open_scene(const struct ad_open *o);
int ad_open_store(struct ad_policy *p, struct ad_open *o); /* tell the sink, if it has changed */

/* policy_event.c: what records do to it. */
int ad_open_event(struct ad_policy *p, const struct ad_event *ev);
int ad_open_absent(struct ad_policy *p, struct ad_watch *w);
/* It is over since t: *o may be gone afterwards. */
int ad_open_close(struct ad_policy *p, struct ad_open *o, double t);

/* policy_tell.c: tell what is wanted and not held back, and set when to look again; *o may be gone
 * afterwards. */
int ad_policy_tell(struct ad_policy *p, struct ad_open *o);
/* Whether a notice is wanted; else when one may be, in *next if that is earlier. */
bool ad_link_wants(const struct ad_policy *p, const struct ad_open *o, const struct ad_link *link,
                   enum ad_notice_event *event, double *next);
enum ad_guard ad_link_guard(struct ad_policy *p, struct ad_open *o, const struct ad_link *link,
                            enum ad_notice_event event, double *until);
void ad_link_hold(struct ad_policy *p, struct ad_open *o, struct ad_link *link,
                  enum ad_guard guard);
void ad_link_release(struct ad_policy *p, struct ad_link *link);
int ad_policy_send(struct ad_policy *p, const struct ad_telling *v, size_t n);
bool ad_policy_muted(struct ad_policy *p, struct ad_open *o, double *until, enum ad_guard *guard);

/* policy_bundle.c: groups and rates. */
struct ad_bundle *ad_bundle_find(struct ad_policy *p, const struct ad_route *route,
                                 struct ad_str values);
int ad_bundle_join(struct ad_policy *p, struct ad_open *o, struct ad_link *link);
void ad_bundle_leave(struct ad_policy *p, struct ad_open *o, struct ad_bundle *b);
void ad_bundles_free(struct ad_policy *p);
int ad_bundle_flush(struct ad_policy *p, struct ad_bundle *b);
/* When the channel may send, -INFINITY: now. */
double ad_line_free(const struct ad_policy *p, size_t channel);
int ad_line_count(struct ad_policy *p, size_t channel);
int ad_line_serve(struct ad_policy *p, struct ad_line *line);

/* policy_watch.c: groups that must not be silent. */
int ad_watch_see(struct ad_policy *p, const struct ad_event *ev);
int ad_watch_due(struct ad_policy *p, struct ad_watch *w);
struct ad_watch *ad_watch_find(struct ad_policy *p, const struct ad_names *group, bool make);
int ad_watch_key(struct ad_buf *out, const struct ad_policy *p, const struct ad_names *group);
void ad_watch_forget(struct ad_policy *p, struct ad_watch *w);
void ad_watches_free(struct ad_policy *p);

/* policy_cool.c: keys that were told of not long ago. */
int ad_ghost_leave(struct ad_policy *p, struct ad_str key, double wall, double until,
                   enum ad_severity severity);
const struct ad_ghost *ad_ghost_find(struct ad_policy *p, struct ad_str key);
void ad_ghosts_free(struct ad_policy *p);

/* policy_save.c: what an incident needs beyond its row. */
int ad_open_pack(const struct ad_policy *p, struct ad_open *o);

/* summary.c */
int ad_policy_count(struct ad_policy *p, const struct ad_policy_count *what);

/* The order of what is due at the same time, when nothing else tells: the same in every run. */
static inline uint64_t ad_due_order(struct ad_str v)
{
    return ad_hash(&(struct ad_hash_key){0, 0}, v.s, v.len);
}

static inline bool ad_open_is_over(const struct ad_open *o)
{
    return !isnan(o->in.resolved);
}

static inline bool ad_open_is_live(const struct ad_open *o)
{
    return o->in.state != AD_INCIDENT_PENDING && !ad_open_is_over(o);
}

#endif
