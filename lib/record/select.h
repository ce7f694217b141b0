/* Which fields of a table are values, group and time. */
#ifndef AD_RECORD_SELECT_H
#define AD_RECORD_SELECT_H

#include "base/names.h"
#include "base/time.h"
#include "record/reader.h"

struct ad_select_cfg {
    /* As the options -f, -g, -t give them, or NULL; "" for no group, no time. */
    const char *field, *group, *time;
    /* Value fields that hold words, added to the others; NULL: those that -f names and whose first
     * value is a word; "": none. Only with `many`. */
    const char *categorical;
    const char *labels; /* a field that is none of the values by default, or NULL */
    bool many;          /* by default take all fields that qualify, not the only one; */
    bool value;         /* but `value` alone if there is one */
    bool optional;      /* there may be no score at all: no field is no error */
    bool none;          /* there are no value fields */
    bool scores; /* the fields are scores: by default each N_score with an N_flag beside it; if not
                    `many`, that of rules, else of the ensemble, else the only one */
};

/* The names chosen, in order. time.n is 0 or 1; category is a part of field. */
struct ad_selection {
    struct ad_names field, group, time, category;
    bool time_ignored; /* there was a field named like a time whose first value is none */
};

/* Choose among the reader's columns (after ad_reader_start()). LIST is names, 1-based numbers,
 * ranges `2-5` of them and globs, separated by commas; a name with a comma in it stands in double
 * quotes. NDJSON members that the first record lacks are taken as they are named. Returns 0, or -1
 * with a text that lists the fields. Release with ad_selection_free() in any case. */
int ad_select(struct ad_selection *sel, const struct ad_select_cfg *cfg, const struct ad_reader *r,
              struct ad_clock *clock, struct ad_err *err);
void ad_selection_free(struct ad_selection *sel);

/* The scores of detectors among the columns, each N_score with an N_flag beside it; if not `many`,
 * that of rules, else of the ensemble, else the only one. None at all is an error unless
 * `optional`. Returns 0, or -1 with a text that lists them; *field is for ad_names_free(). */
int ad_select_scores(struct ad_names *field, const struct ad_names *columns, bool many,
                     bool optional, struct ad_err *err);

/* Say that `name` is not a field, naming the one most like it and all there are. Returns -1. */
int ad_select_unknown(const struct ad_names *columns, struct ad_str name, struct ad_err *err);

#endif
