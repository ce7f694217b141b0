/* What a file of rules is read into. */
#ifndef AD_DECIDE_RULES_PRIVATE_H
#define AD_DECIDE_RULES_PRIVATE_H

#include "decide/rules.h"

/* All factors of a record's alarm line together are within this and its reciprocal. */
#define AD_RULES_FACTOR 1e6

/* What to do where the condition holds. */
struct ad_actions {
    bool any, suppress;
    bool set;                  /* the severity becomes `severity` */
    enum ad_severity severity; /* if set */
    unsigned up;               /* then rises so many steps */
    enum ad_severity least;    /* and to this at least */
    double factor;             /* of the alarm line */
};

struct ad_rule {
    struct ad_str name, when; /* own copies, with a NUL */
    unsigned long line, when_line;
    struct ad_expr *expr;
    struct ad_actions act;
    struct ad_names tags;
    bool faulty;         /* it met a value of the wrong type */
    struct ad_err fault; /* what is to be told of that */
};

/* The alarm line of records whose field matches is divided by the factor. */
struct ad_criticality {
    struct ad_str pattern; /* own copy */
    unsigned long line;
    size_t slot;
    double factor;
};

struct ad_rules {
    char *name; /* of the file */
    struct ad_rule *rule;
    size_t n, room;
    struct ad_criticality *critical; /* those of a field stand together */
    size_t ncritical, critical_room;
    struct ad_names fields;
    struct ad_severity_scale scale;
    struct ad_hours hours;
    struct ad_calendar holidays;
    bool has_holidays;
    struct ad_expr_env env;
    struct ad_buf rules, tags; /* of the last record */
    size_t faults;             /* how many of the rules have a fault to tell of */
};

/* Names that stand for what became of the record so far. */
enum { AD_KNOWN_SCORE, AD_KNOWN_FLAG, AD_KNOWN_SEVERITY, AD_KNOWN };
extern const struct ad_expr_known ad_rules_known[AD_KNOWN + 1];

/* Add to what a rule does: `suppress`, `escalate to critical`, `tag a, b` ... Returns 0, or -1 with
 * a message without a place. */
int ad_actions_parse(struct ad_actions *act, struct ad_names *tags, struct ad_str text,
                     struct ad_err *err);

#endif
