/* Rules: what the score of a record means to those who are told of it. ad-rules(5) defines the file
 * and the language of its conditions. */
#ifndef AD_DECIDE_RULES_H
#define AD_DECIDE_RULES_H

#include "decide/expr.h"
#include "decide/severity.h"

#include <math.h>

/* What is given beside the file and goes before it; NULL: what the file says. */
struct ad_rules_cfg {
    const char *business_hours; /* as ad_hours_parse() reads them */
    const char *holidays;       /* name of an iCalendar file */
    const char *severity;       /* low 0.3, medium 0.5, high 0.7, critical 0.9 */
    const char *criticality;    /* FIELD=PATTERN:FACTOR,PATTERN:FACTOR...; goes with the file's */
};

struct ad_rules;

/* Read a file of rules, or a text by the name `name`. Returns NULL with a message that begins
 * NAME:LINE: and, where a condition is wrong, goes on with two lines, the condition and a caret. */
struct ad_rules *ad_rules_open(const char *path, const struct ad_rules_cfg *cfg,
                               struct ad_err *err);
struct ad_rules *ad_rules_parse(struct ad_str text, const char *name,
                                const struct ad_rules_cfg *cfg, struct ad_err *err);
void ad_rules_free(struct ad_rules *r);

size_t ad_rules_count(const struct ad_rules *r);
/* The fields that the rules read, in the order of ad_rule_input.field. Lives as long as they do. */
const struct ad_names *ad_rules_names(const struct ad_rules *r);
/* AD_EXPR_TIME if there is a rule that needs times. */
unsigned ad_rules_needs(const struct ad_rules *r);
/* Say that there is no such field as names[i], where a rule names it, and which of the columns is
 * most like it. Returns -1. */
int ad_rules_unknown(const struct ad_rules *r, size_t i, const struct ad_names *columns,
                     struct ad_err *err);

/* What rules remember of a group of records, as ad_expr_state_size() and so on. */
size_t ad_rules_state_size(const struct ad_rules *r);
void ad_rules_state_init(const struct ad_rules *r, void *state);
void ad_rules_state_free(const struct ad_rules *r, void *state);
void ad_rules_state_save(const struct ad_rules *r, const void *state, struct ad_save *out);
int ad_rules_state_load(const struct ad_rules *r, void *state, struct ad_load *in);
void ad_rules_state_print(const struct ad_rules *r, struct ad_buf *out);

/* A scored record. */
struct ad_rule_input {
    const struct ad_str *field; /* by index of ad_rules_names() */
    double t;                   /* seconds since 1970, or NAN */
    double score;               /* 0 <= score < 1, or NAN: it has none */
    bool flag;
    struct ad_clock *clock;
    const struct ad_names *na; /* more words for a missing number, or NULL */
};

/* What became of it: the five fields that are appended. Views live until the next call. */
struct ad_ruling {
    struct ad_str rule; /* names of the rules that hold, with commas between */
    double score;       /* NAN: none */
    bool flag;          /* false without a score, unless a rule says else */
    enum ad_severity severity;
    struct ad_str tags; /* with commas between, each once */
};

/* Evaluate every rule in the order of the file, in the state of the record's group. Returns 0, or
 * -1 when out of memory. */
int ad_rules_apply(struct ad_rules *r, const struct ad_rule_input *in, void *state,
                   struct ad_ruling *out);

/* The next value of the wrong type that a rule met in the last ad_rules_apply(), as a message
 * without the record's place; of each rule only the first ever. Returns whether there was one. */
bool ad_rules_fault(struct ad_rules *r, struct ad_err *err);

#endif
