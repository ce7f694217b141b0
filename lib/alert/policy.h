/* Who hears of what, and when: events and the time go in, changed incidents and notices come out.
 * No clock, no file, no network; ad-alert(5) says what it promises. */
#ifndef AD_ALERT_POLICY_H
#define AD_ALERT_POLICY_H

#include "alert/config.h"
#include "alert/incident.h"

#include <math.h>

/* What the command line says. A route's own keys come before it, and it before the section
 * `[defaults]`; NAN, NULL and 0 say nothing. Durations are seconds, INFINITY is `never`. */
struct ad_policy_cfg {
    struct ad_names group; /* names of the group fields; a view, copied */
    double hold;           /* --for: flagged so long before it fires */
    double fire, clear;    /* scores: flagged only from fire on; over only below clear */
    double resolve_after;  /* without a flagged record, or one from `clear` on */
    double repeat, cooldown, group_wait, absent;
    const char *group_by; /* fields between commas */
    unsigned long per_minute, per_hour;
    const char *zone; /* of schedules that name none, and of the days in the summary; NULL: UTC */
    bool input_clock; /* wall is record time: whatever comes due happens at its own time, even if
                         told of later; else what is late happens now, and once */
};
#define AD_POLICY_UNSET                                                                            \
    {                                                                                              \
        .hold = NAN, .fire = NAN, .clear = NAN, .resolve_after = NAN, .repeat = NAN,               \
        .cooldown = NAN, .group_wait = NAN, .absent = NAN                                          \
    }

struct ad_policy;

/* `c` must live as long, or may be NULL: everything goes to channel "", standard output. Of
 * sections [channel NAME] only the name, the type and the limits are read. Returns NULL, with what
 * to mend. Call it before there are other threads: it puts the zones it needs into force one after
 * the other (base/zone.h), and the one that was before in the end. */
struct ad_policy *ad_policy_new(const struct ad_config *c, const struct ad_policy_cfg *cfg,
                                struct ad_err *err);
void ad_policy_free(struct ad_policy *p);

/* The fields of records that the configuration speaks of and that are no group fields, in the order
 * that ad_event.field must have from now on. ad_policy_silences() may add to its end: ask again
 * after it, until then events are taken to have those that were last asked for. */
const struct ad_names *ad_policy_names(struct ad_policy *p);

/* Whether every record is wanted, not only flagged ones and those of keys that ad_policy_wants():
 * some route waits for silence. */
bool ad_policy_wants_all(const struct ad_policy *p);
/* Whether a record that is not flagged means anything: there is an open incident of this key. */
bool ad_policy_wants(const struct ad_policy *p, struct ad_str key);

/* A channel of this name forgets a firing incident unless told again within so many seconds: send
 * it AD_NOTICE_REFRESH twice as often. 0: it does not. */
int ad_policy_refresh(struct ad_policy *p, struct ad_str channel, double seconds);

/* What the policy knows beyond incidents (times of notices for the rates, when groups were last
 * seen), appended to `out`, and put back before anything else. Hostile input: returns 0, or -1; the
 * policy goes on without what could not be read. */
void ad_policy_save(const struct ad_policy *p, struct ad_buf *out);
int ad_policy_load(struct ad_policy *p, struct ad_str state, struct ad_err *err);

/* An incident that was open when the program last ended, or that another program has changed since:
 * it takes the place of the one with this id, a closed one removes it. It is copied, and may be
 * hostile; where `more` cannot be read, the incident is told of once more. Returns 0, or -1. */
int ad_policy_restore(struct ad_policy *p, const struct ad_incident *in, struct ad_err *err);

/* The silences that people have made, in place of those of the last call; they are copied. Returns
 * 0, or -1 with the first that cannot be understood; the others are in force then too. */
int ad_policy_silences(struct ad_policy *p, const struct ad_silence *v, size_t n,
                       struct ad_err *err);
/* Whether its matchers can be understood: for whoever adds it. Returns 0, or -1. */
int ad_silence_check(const struct ad_silence *s, struct ad_err *err);

/* All of these return 0, or -1 when the sink said so or memory ran out: then the policy is only
 * good for ad_policy_free(). `wall` never goes back (it is taken not to have). */

/* A record, flagged or not; not before what it says of earlier ones has been done. Records that are
 * not flagged may be left out where ad_policy_wants() and _wants_all() say so, if the time is told
 * by ad_policy_tick(). */
int ad_policy_event(struct ad_policy *p, const struct ad_event *ev, double wall,
                    const struct ad_alert_sink *sink);

/* Do what is due at `wall`. `t` is how far record time is now, NAN if nothing new is known. */
int ad_policy_tick(struct ad_policy *p, double wall, double t, const struct ad_alert_sink *sink);

/* The wall time of the next tick that may do something; INFINITY: none without an event. */
double ad_policy_deadline(const struct ad_policy *p);

/* Tell the sink of every incident that has changed since: before each commit. Notices are told of
 * at once, with the incident before them. */
int ad_policy_flush(struct ad_policy *p, const struct ad_alert_sink *sink);

/* What a person did. Return 1, 0 if there is no such open incident (or nothing to change), or -1.
 */
int ad_policy_acknowledge(struct ad_policy *p, const char *id, struct ad_str who, double wall,
                          const struct ad_alert_sink *sink);
int ad_policy_unacknowledge(struct ad_policy *p, const char *id, double wall,
                            const struct ad_alert_sink *sink);
int ad_policy_resolve(struct ad_policy *p, const char *id, struct ad_str who, double wall,
                      const struct ad_alert_sink *sink);

/* The guards, in their order. */
enum ad_guard {
    AD_GUARD_NONE,
    AD_GUARD_SILENCE,
    AD_GUARD_MAINTENANCE,
    AD_GUARD_INHIBITION,
    AD_GUARD_GROUP,
    AD_GUARD_COOLDOWN,
    AD_GUARD_RATE,
    AD_GUARDS
};

/* So many notices of a kind went out on a day; `with` other incidents told of by them. */
struct ad_policy_count {
    int64_t day;           /* from 1970-01-01, of cfg.zone */
    struct ad_str channel; /* .s NULL: no notices, but incidents that fired on that day */
    enum ad_severity severity;
    enum ad_notice_event event;
    unsigned level; /* of the escalation */
    unsigned long long n, with;
};

/* What has happened since ad_policy_new(); views of the policy's. */
struct ad_policy_summary {
    unsigned long long pending, fired, resolved, expired; /* incidents that came to be so */
    unsigned long long known;            /* flagged records of incidents that were over already */
    unsigned long long ignored;          /* and of maintenance windows */
    unsigned long long untold;           /* incidents that were over before anybody heard of them */
    unsigned long long held[AD_GUARDS];  /* notices that a guard held back */
    const struct ad_policy_count *count; /* in the order of their days */
    size_t n;
};
struct ad_policy_summary ad_policy_summary(const struct ad_policy *p);

#endif
