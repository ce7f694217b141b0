/* What people say of records, in a file that grows: one line each, parts between tabs,
 *
 *     TIME  KEY  LABEL  [remark...]
 *
 * TIME as in the records, or FROM/TO, both included; a KEY for each group field (without groups:
 * one that nobody reads, or none); LABEL 1, true, yes or anomaly, or 0, false, no or normal. Lines
 * that begin with # and blank ones are comments. */
#ifndef AD_RUN_LABELS_H
#define AD_RUN_LABELS_H

#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

#include <stdint.h>
#include <sys/stat.h>

struct ad_label {
    struct ad_str key; /* as that of a series */
    double from, to, label;
    size_t line; /* its place in the file */
};

struct ad_labels {
    const char *path; /* NULL: no file */
    size_t ngroup;
    struct stat seen;
    struct ad_buf keys;
    struct ad_label *v; /* [n], by key, then by from */
    size_t n;
    double *reach;      /* [n]: the latest end of v[0..i] of the same key */
    size_t wrong;       /* lines that were none, */
    struct ad_err what; /* and the last of them */
};

/* 1, 0, or NAN if the text is no label. */
double ad_label_parse(struct ad_str text);

/* Read the file if it is not as it was. A last line without a newline may still be growing and is
 * only taken if it is complete. Returns 1 if it was read, 0, or -1. */
int ad_labels_read(struct ad_labels *l, struct ad_clock *clock, struct ad_err *err);

/* What is said of the time t of the series with this key, the last of several lines in order of
 * their beginnings; NAN if nothing is. */
double ad_labels_find(const struct ad_labels *l, struct ad_str key, double t);

void ad_labels_free(struct ad_labels *l);

#endif
