/* The grammar of one member of a JSON object: for json*.c only. */
#ifndef AD_RECORD_JSON_GRAMMAR_H
#define AD_RECORD_JSON_GRAMMAR_H

#include "record/json.h"

/* A scan of bytes up to `end`. Functions that take a position return the one behind what they
 * read, or NULL with `at` and `why` set. */
struct ad_json_scan {
    const char *end, *at, *why;
};

static inline const char *ad_json_fail(struct ad_json_scan *s, const char *at, const char *why)
{
    s->at = at;
    s->why = why;
    return NULL;
}

/* Whether c is next. */
static inline bool ad_json_is(const struct ad_json_scan *s, const char *p, char c)
{
    return p < s->end && *p == c;
}

static inline const char *ad_json_blanks(const struct ad_json_scan *s, const char *p)
{
    while (p < s->end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

/* Key, colon and value at p, with the blanks around and behind them; checked strictly. */
const char *ad_json_member(struct ad_json_scan *s, const char *p, struct ad_json_member *m);

#endif
