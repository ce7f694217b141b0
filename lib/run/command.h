/* What a program of the toolkit is: a row in cmd/, and one call. */
#ifndef AD_RUN_COMMAND_H
#define AD_RUN_COMMAND_H

#include "detect/detector.h"
#include "run/option.h"

struct ad_cmd {
    const char *name, *summary; /* ad-zscore; one line for --help */
    const struct ad_detector *detector;
    const struct ad_opt *options; /* the detector's own; all of them shape its state */
    void *cfg;                    /* what they fill, with the defaults */
    /* Optional: the option of cfg that only works with times, or NULL. */
    const char *(*needs_time)(const void *cfg);
};

/* The whole program: parse, check, open, load, header, loop, save, close. Returns the exit status:
 * 0 done, 1 (with -e) something was flagged, 2 error, 75 try again. */
int ad_run(const struct ad_cmd *cmd, int argc, char **argv);

#endif
