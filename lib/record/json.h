/* One NDJSON record: a strict RFC 8259 scanner that finds the wanted members in one pass over the
 * line and copies nothing. All spans point into the line. */
#ifndef AD_RECORD_JSON_H
#define AD_RECORD_JSON_H

#include "base/str.h"

/* Containers deeper than this, the record itself included, are refused. */
enum { AD_JSON_DEPTH = 512 };

enum ad_json_kind {
    AD_JSON_ABSENT,
    AD_JSON_NULL,
    AD_JSON_TRUE,
    AD_JSON_FALSE,
    AD_JSON_NUMBER,
    AD_JSON_STRING,
    AD_JSON_OBJECT,
    AD_JSON_ARRAY
};

/* A value as it stands in the line. `text` of a string is what is between its quotes, else the
 * whole value; empty for AD_JSON_ABSENT. */
struct ad_json_value {
    struct ad_str text;
    enum ad_json_kind kind;
    bool escaped; /* a string with backslashes in it: needs ad_json_unescape() */
};

struct ad_json_member {
    struct ad_str key; /* between the quotes */
    bool key_escaped;
    struct ad_json_value value;
};

/* What a scan tells of the line as a whole. */
struct ad_json_line {
    size_t close;    /* offset of the last `}`: appended members go directly before it */
    bool empty;      /* the object has no members, so an appended one takes no comma */
    const char *why; /* of a bad line: what was wrong, a string literal */
    size_t at;       /* of a bad line: offset of the byte that is wrong */
};

/* The wanted members, compiled once. */
struct ad_json_set;

/* Compile n names; they are copied. `a.b` is the member of that name or, where there is none, `b`
 * of the object `a`; a longer literal part beats a shorter one at every level. Names compare with
 * keys after unescaping. Returns NULL when out of memory. */
struct ad_json_set *ad_json_set_new(const struct ad_str *names, size_t n);
void ad_json_set_free(struct ad_json_set *set);

/* Check the whole line (its newline included or not) and find the wanted members: out[i] for
 * names[i] of the set, the last of duplicates; a later duplicate of an object replaces the earlier
 * one whole. Lone surrogates (escaped or not) are refused, \u0000 is not. Returns 0, or -1 with
 * line->why and line->at set. The set is scratch space too: one thread at a time. set may be NULL
 * (nothing wanted). */
int ad_json_scan(struct ad_json_set *set, struct ad_str text, struct ad_json_value *out,
                 struct ad_json_line *line);

/* The members of the outermost object in order, duplicates too. Start with *at = 0; text must have
 * passed ad_json_scan(). Returns false when there are no more. */
bool ad_json_next(struct ad_str text, size_t *at, struct ad_json_member *m);

/* ad_json_next() for those members only whose value is a number or a number in a string. */
bool ad_json_next_number(struct ad_str text, size_t *at, struct ad_json_member *m);

/* Append what the inside of a string that passed ad_json_scan() stands for. Returns 0, or -1 when
 * out of memory. */
int ad_json_unescape(struct ad_str raw, struct ad_buf *out);

/* Append v as a JSON string with its quotes, escaping only what must be; every byte that is not
 * part of valid UTF-8 becomes U+FFFD. Returns 0, or -1 when out of memory. */
int ad_json_quote(struct ad_buf *out, struct ad_str v);

#endif
