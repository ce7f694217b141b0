/* What configuration and command line say of who is to hear of what: routes, escalations, channels
 * by name, silences. It does not change. */
#ifndef AD_ALERT_PLAN_H
#define AD_ALERT_PLAN_H

#include "alert/policy.h"
#include "alert/silence.h"

/* Channels by their index in the plan. */
struct ad_channels {
    size_t *v, n;
};

struct ad_outlet {
    struct ad_str name;
    bool keeps; /* it has incidents of its own, so that each must be told of by itself */
    unsigned long per_minute, per_hour; /* 0: any number */
    double refresh;                     /* seconds, INFINITY: none */
};

struct ad_escalation {
    struct ad_str name;
    struct ad_level {
        double delay; /* after the level before it */
        struct ad_channels to;
    } * level;
    size_t n;
};

/* What a route, the defaults or the command line may set; NAN: nothing. */
struct ad_settings {
    double hold, fire, clear, resolve_after, repeat, cooldown, group_wait, absent;
};

struct ad_route {
    struct ad_str name; /* "" is the last one, which takes everything */
    struct ad_matchers match;
    bool goes_on, inhibit;
    struct ad_settings set;
    enum ad_severity absent_severity;
    bool grouped;
    struct ad_subject *by; /* [nby]: grouped by */
    size_t nby;
    struct ad_channels to;
    const struct ad_escalation *escalation; /* NULL: none */
};

struct ad_plan {
    struct ad_vocabulary words;
    struct ad_outlet *outlet;
    size_t noutlet;
    struct ad_escalation *escalation;
    size_t nescalation;
    struct ad_route *route; /* the last is named "" */
    size_t nroute;
    struct ad_quiets quiets;
    struct ad_offsets zone; /* of the days of the summary */
    bool watches;           /* some route waits for silence */
};

/* Returns 0, or -1 with what to mend; the plan is good for ad_plan_free() either way. Texts are
 * views of the configuration's. */
int ad_plan_make(struct ad_plan *plan, const struct ad_config *c, const struct ad_policy_cfg *cfg,
                 struct ad_err *err);
void ad_plan_free(struct ad_plan *plan);

/* The index of a channel, or -1. */
ptrdiff_t ad_plan_outlet(const struct ad_plan *plan, struct ad_str name);

/* What is made while reading: the configuration, the plan and the section of defaults. */
struct ad_planning {
    struct ad_plan *plan;
    const struct ad_config *c;
    const struct ad_policy_cfg *cfg;
    const struct ad_section *defaults; /* NULL: none */
};

/* For plan*.c: names of channels between commas, added to the list. Returns 0, or -1 without a
 * place in the error. */
int ad_plan_channels(const struct ad_planning *p, struct ad_str text, struct ad_channels *to,
                     struct ad_err *err);
/* The next text between commas or newlines, without blanks around it; false at the end. */
bool ad_plan_item(struct ad_str *list, struct ad_str *item);
/* Read a section [route NAME], or the last route (NULL), into *r. Returns 0, or -1. */
int ad_plan_route(const struct ad_planning *p, const struct ad_section *s, struct ad_route *r,
                  struct ad_err *err);
/* Look at the keys of the defaults. Returns 0, or -1. */
int ad_plan_defaults(const struct ad_planning *p, struct ad_err *err);

#endif
