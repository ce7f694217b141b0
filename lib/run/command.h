/* What a program of the toolkit is: a row in cmd/, and one call. */
#ifndef AD_RUN_COMMAND_H
#define AD_RUN_COMMAND_H

#include "base/names.h"
#include "detect/detector.h"
#include "io/sink.h"
#include "record/log.h"
#include "record/writer.h"
#include "run/settings.h"

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

/* Names of fields: all that the first record has, the value fields or scores, those of the group.
 * They outlive the run. */
struct ad_layout {
    const struct ad_names *columns, *field, *group;
};

struct ad_run;

/* What a handler is told of the stream before its first record. All of it outlives the run. */
struct ad_stream {
    struct ad_run *run;
    const struct ad_names *field, *group; /* value fields (the score), group fields */
    struct ad_clock *clock;
    const struct ad_names *na; /* words for missing values beyond the usual */
    bool timed, quiet, verbose;
    struct ad_sink *sink; /* for rows of its own, */
    struct ad_format out; /* how they are to be written, */
    bool resumed;         /* and whether they go on with those of an earlier run */
    struct ad_log *log;   /* what makes records of lines, or NULL */
};

/* A record on its way through a handler. Its views live until the handler returns. */
struct ad_item {
    struct ad_run *run;
    const struct ad_record *rec;
    struct ad_sample sample;    /* x[0]: the score, or what -f named */
    bool raised;                /* the N_flag beside the score; without one, score >= 0.5 */
    struct ad_str detector;     /* N of N_score; where rules speak, of the score before them */
    struct ad_str reason;       /* its N_reason, or that of the ensemble, or the first there is */
    const struct ad_str *group; /* values of the group fields; .s NULL: absent */
    const struct ad_str *more;  /* of the fields that more() named, likewise */
    void *state;                /* of its group, as the detector makes them; NULL: none */
    struct ad_cell *cell;       /* out: what is appended, EMPTY at first */
    bool flagged;               /* out: it counts as an anomaly, for -a, -e and --stats */
    bool late;                  /* it is older than the newest of its group; out: counts so */
};

/* The record as a JSON object, until the next call; .s NULL when out of memory. */
struct ad_str ad_item_json(const struct ad_item *item);

/* A warning about this record, with its file and line. */
void ad_item_warn(const struct ad_item *item, const char *fmt, ...) AD_PRINTF(2, 3);

/* A program that does something else with records than to score them. Its detector only makes,
 * saves and loads the state of a group. Each function but record() is optional; those that return
 * int return 0, or -1. */
enum { AD_HANDLER_MOST = 16 }; /* fields that it appends at most */
struct ad_handler {
    const char *const *append; /* names of the fields it appends, NULL ends them; NULL: no records
                                  are printed */
    bool rows;                 /* it prints rows of its own */
    bool json;                 /* it calls ad_item_json() */
    bool labels;               /* of use to it: sample.label */
    int (*open)(void *cfg, const struct ad_stream *, struct ad_err *);
    int (*record)(void *cfg, struct ad_item *, struct ad_err *);
    /* The records that were there have been handled; output follows. */
    int (*block)(void *cfg, struct ad_err *);
    /* No input for now: do what is due by the clock. *next becomes the seconds until something is,
     * INFINITY if nothing will be. */
    int (*idle)(void *cfg, double *next, struct ad_err *);
    /* The end of the input, or a signal; *status is the exit status if that is not 0. */
    int (*close)(void *cfg, int *status, struct ad_err *);
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
    const struct ad_opt *options; /* the detector's own; they shape its state, */
    /* Optional: and so does what this appends to *out, for what options do not tell; under a name
     * for messages. */
    void (*shape)(const void *cfg, struct ad_buf *out);
    const char *shape_name;
    /* Optional: the name of a TEXT option that must be given; if it is not, the first operand is
     * its value, as with the pattern of grep. */
    const char *operand;
    void *cfg; /* what they fill, with the defaults */
    /* Optional: the option of cfg that only works with times, or NULL. */
    const char *(*needs_time)(const void *cfg);
    /* Optional: what is wrong with these options beside the common ones (a string literal), or
     * NULL. alpha: whether --alpha was given. */
    const char *(*check)(const void *cfg, const struct ad_settings *common, bool alpha);
    /* Optional: whether a field is to be judged by its features (detect/features.h); they are for
     * a single one. */
    bool (*features)(const void *cfg, size_t nfield);
    /* Optional: told of the fields, before more() and before there is any state. Returns 0, or -1,
     * *status being the exit status if that is not to be 2. */
    int (*layout)(void *cfg, const struct ad_layout *, int *status, struct ad_err *);
    /* Optional: more fields to read from each record, NULL or a list; and what their texts (.s NULL
     * where absent), in that order, say of the sample. Returns NULL, or what is wrong with
     * text[*at] (a string literal): the record is bad. */
    const struct ad_names *(*more)(const void *cfg);
    /* Optional: say that the i-th of them is none of the columns, in better words, and return -1;
     * or 0 if that is no error. */
    int (*unknown)(const void *cfg, size_t i, const struct ad_names *columns, struct ad_err *);
    const char *(*annotate)(const void *cfg, const struct ad_str *text, struct ad_sample *sample,
                            size_t *at);
    const struct ad_handler *handler; /* or NULL: the detector's scores are the output */
    /* Optional: what makes records of lines, where options say that the input is no table; *log
     * stays NULL if it is one. Returns 0, or -1. */
    int (*log)(void *cfg, struct ad_settings *common, struct ad_log **log, struct ad_err *err);
    /* Optional: what options ask for in place of the stream, such as to check a file. Returns 0 if
     * there is no such thing, 1 if it is done with this exit status, or -1. */
    int (*instead)(void *cfg, int *status, struct ad_err *err);
    /* AD_LISTENS: write what was heard. Returns 0, or -1. */
    int (*report)(void *cfg, const struct ad_heard *heard, struct ad_err *err);
};

/* The whole program: parse, check, open, load, header, loop, save, close. Returns the exit status:
 * 0 done, 1 (with -e) something was flagged, 2 error, 75 try again. */
int ad_run(const struct ad_cmd *cmd, int argc, char **argv);

#endif
