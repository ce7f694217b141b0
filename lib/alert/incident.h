/* What policy, store and the tools share: events that come in, incidents, notices that go out.
 * Times are seconds since 1970; `t` is record time, everything called `wall` the clock on the wall.
 */
#ifndef AD_ALERT_INCIDENT_H
#define AD_ALERT_INCIDENT_H

#include "base/names.h"
#include "decide/severity.h"

#include <stdbool.h>
#include <stdint.h>

/* A scored record. Its views live until the policy returns. */
struct ad_event {
    double t;          /* its own time, or the wall's where it has none */
    struct ad_str key; /* dedup key */
    double score;      /* NAN: none */
    bool flagged;
    enum ad_severity severity;
    struct ad_str detector, rule, tags, reason; /* tags between commas */
    const struct ad_str *group; /* values of the group fields, in the order of their names */
    const struct ad_str
        *field;           /* values of the fields that the configuration names; .s NULL: absent */
    struct ad_str record; /* the record as a JSON object; only where flagged */
};

enum ad_incident_state {
    AD_INCIDENT_PENDING, /* waits for --for */
    AD_INCIDENT_FIRING,
    AD_INCIDENT_ACKNOWLEDGED,
    AD_INCIDENT_RESOLVED,
    AD_INCIDENT_EXPIRED /* pending, and no longer flagged before its time came */
};

/* Its word, as in the member `state` of a notice. */
static inline const char *ad_incident_state_name(enum ad_incident_state s)
{
    static const char *const name[] = {"pending", "firing", "acknowledged", "resolved", "expired"};
    return name[s];
}

enum { AD_INCIDENT_ID = 32 }; /* hexadecimal digits, and a NUL behind them */

/* One incident. The texts belong to whoever made it (the policy, or a row of the store). */
struct ad_incident {
    char id[AD_INCIDENT_ID + 1]; /* of the dedup key and the first record's time and content */
    enum ad_incident_state state;
    enum ad_severity severity, worst;
    struct ad_str key, detector, rule, tags, reason, route;
    struct ad_str group;      /* a JSON object */
    struct ad_str record;     /* the last flagged one */
    double score;             /* of the worst record */
    double started, updated;  /* t of the first and the last flagged record */
    double cleared;           /* t since which nothing was above the clear threshold, or NAN */
    double resolved;          /* t, or NAN */
    double notified;          /* wall of the last notice about it, or NAN */
    double level_since;       /* wall at which the escalation came to its level, or NAN */
    unsigned level;           /* from 1; 0: not escalated */
    unsigned long long count; /* flagged records */
    unsigned long long held;  /* notices held back since the last that went out */
    struct ad_str acknowledged_by;
    struct ad_str more; /* bytes: what the policy needs beyond that, for its own eyes */
};

enum ad_notice_event {
    AD_NOTICE_TRIGGER,
    AD_NOTICE_WORSE,
    AD_NOTICE_REPEAT,
    AD_NOTICE_ESCALATE,
    AD_NOTICE_ACKNOWLEDGE,
    AD_NOTICE_RESOLVE,
    AD_NOTICE_REFRESH /* says nothing new: for channels that forget what is not repeated */
};

/* Its word, as in the member `event` of a notice. */
static inline const char *ad_notice_event_name(enum ad_notice_event e)
{
    static const char *const name[] = {"trigger",     "worse",   "repeat", "escalate",
                                       "acknowledge", "resolve", "refresh"};
    return name[e];
}

/* One message for one channel. */
struct ad_notice {
    char id[AD_INCIDENT_ID + 1]; /* of incident, event, channel and what tells repetitions apart */
    char incident[AD_INCIDENT_ID + 1];
    enum ad_notice_event event;
    struct ad_str channel;
    struct ad_str doc; /* the JSON object that README.md describes */
    double due;        /* wall: not before */
};

/* Nobody hears of what matches between two wall times, unless it still fires at the end. */
struct ad_silence {
    int64_t id;
    struct ad_str matchers; /* one a line, all must match: host=web1 */
    struct ad_str by, comment;
    double made, from, until;
};

/* Where the policy tells what it did, in order. Return 0, or -1 to stop. */
struct ad_alert_sink {
    int (*incident)(void *arg, const struct ad_incident *);
    int (*notice)(void *arg, const struct ad_notice *);
    /* Optional: whether this incident, with its id, key and `started` set, is a known one that is
     * over: 1 if there is one with this id, or one with this key and a `started` and an `updated`
     * that this time lies between. Then its records are fed again, and open nothing. */
    int (*known)(void *arg, const struct ad_incident *);
    void *arg;
};

#endif
