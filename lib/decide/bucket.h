/* Events into rows, one for each bucket of time and group: by the clock of the events, in order,
 * each once. */
#ifndef AD_DECIDE_BUCKET_H
#define AD_DECIDE_BUCKET_H

#include "decide/bucket_cell.h"
#include "decide/bucket_grid.h"
#include "io/sink.h"
#include "record/record.h"

struct ad_buckets_cfg {
    struct ad_bucket_aggs *aggs;
    double every, slide; /* seconds of a bucket, a multiple of the seconds from one to the next */
    double late;         /* seconds that events may come late */
    bool empty;          /* rows without events are printed, too */
};

/* Buckets are put together of panes, one for each slide. At most this many are kept. */
enum { AD_BUCKET_PANES = 10000 };

/* Buckets without events in a row, beyond which they are left out. */
enum { AD_BUCKET_SILENCE = 100000 };

struct ad_buckets;
struct ad_bucket_group;

/* cfg is borrowed. Returns NULL when out of memory. */
struct ad_buckets *ad_buckets_new(const struct ad_buckets_cfg *cfg);
void ad_buckets_free(struct ad_buckets *b);

/* What is wrong with the lengths of cfg (a string literal), or NULL. */
const char *ad_buckets_check(const struct ad_buckets_cfg *cfg);

/* Where rows go, before the first event; groups that were loaded go on from here. All is borrowed.
 * Writes the header, unless resumed. Returns 0, or -1. */
int ad_buckets_open(struct ad_buckets *b, struct ad_clock *clock, const struct ad_names *group,
                    struct ad_sink *sink, struct ad_format out, bool resumed);

/* The state of a group, which belongs to b until it is freed. NULL when out of memory. */
struct ad_bucket_group *ad_bucket_group_new(struct ad_buckets *b);
void ad_bucket_group_free(struct ad_bucket_group *g);
void ad_bucket_group_save(const struct ad_bucket_group *g, struct ad_save *out);
/* Hostile input: returns 0, or -1. */
int ad_bucket_group_load(struct ad_bucket_group *g, struct ad_load *in);

/* A number that is kept with the state for somebody else. */
unsigned ad_buckets_note(const struct ad_buckets *b);
void ad_buckets_set_note(struct ad_buckets *b, unsigned note);

/* An event at t of the group with these values of its fields: x[i] of aggs->field i, NAN where
 * missing, text[i] where it is no number, .s NULL where missing. Rows that are complete are written
 * before. *late: it came too late and counts nowhere. Returns 0, or -1 when out of memory. */
int ad_buckets_add(struct ad_buckets *b, struct ad_bucket_group *g, const struct ad_str *key,
                   double t, const double *x, const struct ad_str *text, bool *late);

/* Time has come to t without an event. Returns 0, or -1. */
int ad_buckets_advance(struct ad_buckets *b, double t);

/* The newest event (or time told), NAN before the first; when the next row will be complete. */
double ad_buckets_newest(const struct ad_buckets *b);
double ad_buckets_due(const struct ad_buckets *b);

/* Write all rows that have begun. Returns 0, or -1. */
int ad_buckets_end(struct ad_buckets *b);

/* How often a silence was too long to be printed. */
unsigned long long ad_buckets_silences(const struct ad_buckets *b);

#endif
