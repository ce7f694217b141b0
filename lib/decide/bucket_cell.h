/* What is computed of the records in a bucket, in parts that can be put together. */
#ifndef AD_DECIDE_BUCKET_CELL_H
#define AD_DECIDE_BUCKET_CELL_H

#include "base/err.h"
#include "base/names.h"
#include "base/pack.h"
#include "maths/tdigest.h"

#include <stdbool.h>

enum ad_bucket_kind {
    AD_BUCKET_COUNT,
    AD_BUCKET_RATE, /* per second */
    AD_BUCKET_SUM,
    AD_BUCKET_MEAN,
    AD_BUCKET_MIN,
    AD_BUCKET_MAX,
    AD_BUCKET_QUANTILE, /* by maths/tdigest.h */
    AD_BUCKET_DISTINCT
};

/* One of them. */
struct ad_bucket_agg {
    enum ad_bucket_kind kind;
    double q;     /* QUANTILE: 0 to 1 */
    size_t field; /* of the fields; SIZE_MAX: none */
};

struct ad_bucket_aggs {
    struct ad_bucket_agg *agg;
    size_t n;
    struct ad_names name;  /* of the columns: count, rate, bytes_mean, bytes_p95, ip_distinct */
    struct ad_names field; /* that they read */
    bool *number;          /* [field.n]: is read as a number */
};

/* Read `count,mean(bytes),p99.9(bytes),distinct(ip)`. Returns 0, or -1; free in any case. */
int ad_bucket_aggs_parse(struct ad_bucket_aggs *aggs, struct ad_str text, struct ad_err *err);
void ad_bucket_aggs_free(struct ad_bucket_aggs *aggs);

/* Different values are counted exactly up to here, then estimated from this many of the smallest
 * hashes (Bar-Yossef et al., Counting Distinct Elements in a Data Stream, 2002; the estimator of
 * Beyer et al., On Synopses for Distinct-Value Estimation, 2007, 3.2): with a standard error of
 * 1 / sqrt(2046), 2.2 %. */
enum { AD_BUCKET_EXACT = 2048 };

/* The n smallest hashes in order, each once. */
struct ad_bucket_set {
    size_t n, room;
    uint64_t *hash;
};

/* {0} is empty. */
struct ad_bucket_cell {
    double n, x; /* values; their sum, least or most */
    struct ad_tdigest *digest;
    struct ad_bucket_set set;
};

/* Take in a value: a number, or for DISTINCT a text. Returns 0, or -1 when out of memory. */
int ad_bucket_cell_add(struct ad_bucket_cell *cell, enum ad_bucket_kind kind, double x,
                       struct ad_str text);
/* All that another holds. */
int ad_bucket_cell_merge(struct ad_bucket_cell *cell, enum ad_bucket_kind kind,
                         const struct ad_bucket_cell *other);
/* What there is to say of it, NAN where nothing is; the cell is only good to be cleared then. */
double ad_bucket_cell_result(struct ad_bucket_cell *cell, const struct ad_bucket_agg *agg,
                             double seconds);
/* Empty it, its memory kept; give that back. */
void ad_bucket_cell_clear(struct ad_bucket_cell *cell);
void ad_bucket_cell_free(struct ad_bucket_cell *cell);

void ad_bucket_cell_save(const struct ad_bucket_cell *cell, enum ad_bucket_kind kind,
                         struct ad_save *out);
/* Into an empty one. Hostile input: returns 0, or -1. */
int ad_bucket_cell_load(struct ad_bucket_cell *cell, enum ad_bucket_kind kind, struct ad_load *in);

#endif
