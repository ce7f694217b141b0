/* Command-line options as rows of a table: parsing, --help, and the text in state files all come
 * from the same rows. */
#ifndef AD_RUN_OPTION_H
#define AD_RUN_OPTION_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ad_opt_type {
    AD_OPT_END,      /* last row of a table */
    AD_OPT_HEADING,  /* help is a heading of --help */
    AD_OPT_FLAG,     /* bool: set to true */
    AD_OPT_COUNT,    /* unsigned long long */
    AD_OPT_NUMBER,   /* double */
    AD_OPT_TEXT,     /* const char *, borrowed from argv */
    AD_OPT_CHOICE,   /* int: index of the word in arg, "window|ewma|..." */
    AD_OPT_CHAR,     /* char: one byte, or \t, or tab */
    AD_OPT_SIZE,     /* unsigned long long: bytes, with K, M or G */
    AD_OPT_DURATION, /* double: seconds, from 5m, 1.5h */
    AD_OPT_SECONDS,  /* double: the same, or a bare number of seconds */
    AD_OPT_EXTENT    /* struct ad_extent: rows, or a duration */
};

/* One option: --name or -ch sets the object of its type at offset `off` of the configuration.
 * Numbers must lie in [min, max] (extents: their rows; min = max = 0: anything). arg is the name of
 * the argument in --help. The object's value beforehand is the default. */
struct ad_opt {
    const char *name;
    int ch; /* 0: no short form */
    enum ad_opt_type type;
    size_t off;
    double min, max;
    const char *arg, *help;
    unsigned need; /* bits of ad_opt_set.have without which there is no such option (of a heading:
                      none of those below it) */
    bool fleeting; /* of a command's own: it shapes no state */
};

/* A table of at most 64 rows with what it fills. */
struct ad_opt_set {
    const struct ad_opt *rows;
    void *cfg;
    unsigned have;
    uint64_t given; /* bit i: row i stood on the command line */
};

/* Parse argv by getopt_long(3) and the rows of n sets. *first becomes the index of the first
 * operand (argv is permuted). Returns 0, or -1
 * with a text that says what to do. */
int ad_opt_parse(struct ad_opt_set *set, size_t n, int argc, char **argv, int *first,
                 struct ad_err *err);

/* Whether the option stood on the command line. */
bool ad_opt_given(const struct ad_opt_set *set, const char *name);

/* Set the option `name`, if it is one of the n sets that was not given, to a text as ad_opt_value()
 * makes it; the text must outlive the configuration. Returns 0, or -1 when it is no such text. */
int ad_opt_default(struct ad_opt_set *set, size_t n, struct ad_str name, const char *text,
                   struct ad_err *err);

/* Append the options as --help lists them. */
void ad_opt_help(const struct ad_opt_set *set, size_t n, struct ad_buf *out);

/* Append the value an option has now, in the form it is given on the command line. */
void ad_opt_value(const struct ad_opt *opt, const void *cfg, struct ad_buf *out);

#endif
