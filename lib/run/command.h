/* What a program of the toolkit is: a row in cmd/, and one call. */
#ifndef AD_RUN_COMMAND_H
#define AD_RUN_COMMAND_H

#include "detect/detector.h"
#include "run/option.h"

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
};

/* The whole program: parse, check, open, load, header, loop, save, close. Returns the exit status:
 * 0 done, 1 (with -e) something was flagged, 2 error, 75 try again. */
int ad_run(const struct ad_cmd *cmd, int argc, char **argv);

#endif
