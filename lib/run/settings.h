/* The options all filters have in common. */
#ifndef AD_RUN_SETTINGS_H
#define AD_RUN_SETTINGS_H

#include "run/option.h"

#include <stdbool.h>

enum ad_on_bad { AD_BAD_PASS, AD_BAD_SKIP, AD_BAD_FAIL };

/* --in and --out: enum ad_text_format, in the order of the words of their rows. */
enum ad_text_format { AD_TEXT_AUTO, AD_TEXT_CSV, AD_TEXT_TSV, AD_TEXT_NDJSON, AD_TEXT_TABLE };

struct ad_settings {
    /* input */
    const char *field, *group, *time, *time_format, *zone, *na, *categorical, *labels;
    int in, out, on_bad;
    char delim;
    bool no_header;
    unsigned long long max_record, max_memory;
    /* judging */
    double alpha, min_delta, min_pct, gap;
    const char *budget;
    double budget_per_day; /* what --budget says; 0: none */
    int direction;
    bool each, no_learn, importance;
    unsigned long long shift_after, forecast;
    /* output */
    const char *name, *stats;
    bool explain, anomalies, exit_flagged, unbuffered, quiet, verbose, progress;
    /* state */
    const char *state, *model;
    bool fit, resume;
    double save_every, lock_wait;
    unsigned long long max_keys, jobs, seed;
    bool help, version;
};

/* The rows; some need what a program is: */
enum {
    AD_FOR_ONE = 1,         /* one field makes a sample */
    AD_FOR_MANY = 2,        /* several do */
    AD_FOR_VALUES = 4,      /* the fields are values */
    AD_FOR_SCORES = 8,      /* or scores */
    AD_FOR_FILTER = 16,     /* it prints the records */
    AD_FOR_REPORT = 32,     /* or a report instead */
    AD_FOR_JUDGE = 64,      /* it scores them */
    AD_FOR_MODEL = 128,     /* and has a model of what is normal */
    AD_FOR_BATCH = 256,     /* it needs all data first */
    AD_FOR_STREAM = 512,    /* or can go with the stream */
    AD_FOR_FORECAST = 1024, /* it knows what comes */
    AD_FOR_GROUPS = 2048,   /* it keeps something for each group */
    AD_FOR_STATE = 4096,    /* and from run to run */
    AD_FOR_ROWS = 8192,     /* it prints rows of its own */
    AD_FOR_LABELS = 16384   /* what people say of records is of use to it */
};
extern const struct ad_opt ad_settings_rows[];

/* The defaults. */
void ad_settings_init(struct ad_settings *s);

/* Check what single rows cannot, and fill what is derived. Returns 0, or -1. */
int ad_settings_check(struct ad_settings *s, struct ad_err *err);

#endif
