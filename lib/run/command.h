/* What a program of the toolkit is: a row in cmd/, and one call. */
#ifndef AD_RUN_COMMAND_H
#define AD_RUN_COMMAND_H

#include "base/names.h"
#include "detect/detector.h"
#include "io/sink.h"
#include "record/record.h"
#include "run/option.h"

/* What an AD_LISTENS detector has heard: its n states, one for each group, in the order of their
 * last use. Nothing in it is the command's to free. */
struct ad_heard {
    const struct ad_names *field, *group; /* names of the value fields and of the group fields */
    size_t n;
    void *const *state;
    const struct ad_str *key; /* [n][group->n] */
    bool timed;               /* records carry times */
    bool labelled;            /* and labels */
    struct ad_pool *pool;
    uint64_t seed;
    bool quiet;
    struct ad_format out; /* of the report, where it is not a table for people */
    bool table;           /* it is */
    bool colour;
    struct ad_sink *sink; /* where it goes */
};

struct ad_cmd {
    const char *name, *summary; /* ad-zscore; one line for --help */
    const struct ad_detector *detector;
    /* Optional: what options take beyond their rows: to parse a text, to read a file. Called once
     * they are given, and again when a state has brought others. Returns 0, or -1. */
    int (*prepare)(void *cfg, struct ad_err *);
    /* Optional: the detector that these options ask for, like .detector from outside. */
    const struct ad_detector *(*choose)(const void *cfg);
    const char *live; /* and how to choose one that goes with the stream: ", or use --sliding" */
    const struct ad_opt *options; /* the detector's own; all of them shape its state */
    void *cfg;                    /* what they fill, with the defaults */
    /* Optional: the option of cfg that only works with times, or NULL. */
    const char *(*needs_time)(const void *cfg);
    /* Optional: whether a field is to be judged by its features (detect/features.h); they are for
     * a single one. */
    bool (*features)(const void *cfg, size_t nfield);
    /* Optional: more fields to read from each record, NULL or a list; and what their texts (.s NULL
     * where absent), in that order, say of the sample. Returns NULL, or what is wrong with
     * text[*at] (a string literal): the record is bad. */
    const struct ad_names *(*more)(const void *cfg);
    const char *(*annotate)(const void *cfg, const struct ad_str *text, struct ad_sample *sample,
                            size_t *at);
    /* AD_LISTENS: write what was heard. Returns 0, or -1. */
    int (*report)(void *cfg, const struct ad_heard *heard, struct ad_err *err);
};

/* The whole program: parse, check, open, load, header, loop, save, close. Returns the exit status:
 * 0 done, 1 (with -e) something was flagged, 2 error, 75 try again. */
int ad_run(const struct ad_cmd *cmd, int argc, char **argv);

#endif
