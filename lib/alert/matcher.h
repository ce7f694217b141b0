/* Conditions on an incident: `host =~ "^web", severity != low`. */
#ifndef AD_ALERT_MATCHER_H
#define AD_ALERT_MATCHER_H

#include "base/err.h"
#include "base/names.h"
#include "decide/severity.h"

#include <stdbool.h>

/* What conditions look at. */
struct ad_scene {
    struct ad_str detector, rule, tags; /* tags between commas: one that fits is enough */
    enum ad_severity severity;
    const struct ad_str *group, *field; /* values, by the names of the vocabulary */
    size_t ngroup, nfield;              /* beyond, they are absent */
};

/* The names that a condition may speak of, besides detector, rule, severity and tags: group fields,
 * and fields of the record, to which a name is added when it is first heard. */
struct ad_vocabulary {
    struct ad_names group, field;
};

/* A name, once it is known what it means. */
struct ad_subject {
    enum { AD_OF_DETECTOR, AD_OF_RULE, AD_OF_SEVERITY, AD_OF_TAGS, AD_OF_GROUP, AD_OF_FIELD } of;
    size_t index;
};

/* Returns 0, or -1 when out of memory. */
int ad_subject_find(struct ad_subject *s, struct ad_vocabulary *words, struct ad_str name);
/* Its value; no text where it is absent. */
struct ad_str ad_subject_value(const struct ad_subject *s, const struct ad_scene *scene);

/* All of them must hold; {0} always does. */
struct ad_matchers {
    struct ad_matcher *v;
    size_t n;
};

/* Add conditions, separated by commas or newlines, to the list: NAME OP VALUE, where OP is = != =~
 * or !~ (a POSIX extended regular expression somewhere in the value), and VALUE may stand between
 * double quotes, where \" and \\ are those characters. Returns 0, or -1; the list is good for
 * ad_matchers_free() either way. */
int ad_matchers_parse(struct ad_matchers *m, struct ad_str text, struct ad_vocabulary *words,
                      struct ad_err *err);
void ad_matchers_free(struct ad_matchers *m);

/* An absent value is as an empty one. */
bool ad_matchers_hold(const struct ad_matchers *m, const struct ad_scene *scene);

#endif
