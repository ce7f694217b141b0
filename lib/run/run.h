/* A run of a filter: what the files of the driver share. Not for detectors. */
#ifndef AD_RUN_RUN_H
#define AD_RUN_RUN_H

#include "base/time.h"
#include "detect/features.h"
#include "record/select.h"
#include "record/writer.h"
#include "run/budget.h"
#include "run/category.h"
#include "run/command.h"
#include "run/container.h"
#include "run/judge.h"
#include "run/labels.h"
#include "run/settings.h"

#include <signal.h>
#include <time.h>

/* What was seen so far. */
struct ad_counts {
    unsigned long long records, good, flagged, bad, late, warned;
};

/* Where a file was left, so that --resume can go on there. */
struct ad_place {
    uint64_t dev, inode, offset;
    uint32_t crc;
};

struct ad_run {
    const struct ad_cmd *cmd;
    const struct ad_detector *detector; /* the command's, as its options choose */
    struct ad_settings set;
    struct ad_opt_set options[2]; /* the command's and the common ones */
    const char *program;          /* for messages */
    struct ad_err err, deferred;

    struct ad_source *source;
    struct ad_sink sink;
    struct ad_clock *clock;
    struct ad_log *log; /* what makes records of lines, or NULL */
    struct ad_reader *reader;
    struct ad_writer *writer;
    struct ad_format in, out;
    bool to_csv; /* from NDJSON */

    struct ad_selection sel;
    struct ad_names na;                /* words for missing values beyond the usual */
    struct ad_names appended;          /* names of the appended fields */
    struct ad_names flag, reason_name; /* beside the only score, or none */
    struct ad_names speaker;           /* the detector whose score that is, or behind the rules */
    struct ad_names wanted;            /* names of the reader's slots */
    size_t *value_slot, *group_slot;
    size_t time_slot, label_slot, flag_slot, reason_slot; /* SIZE_MAX: none */
    const struct ad_names *more; /* what the command reads besides, or NULL, */
    size_t *more_slot;           /* [more->n] and */
    struct ad_str *more_text;    /* [more->n] */
    struct ad_labels labels;
    struct ad_str *group_text; /* [group.n] */
    struct ad_writer *json;    /* for ad_item_json() */
    size_t appended_slot;      /* first of the appended names, where a record might have them */
    size_t ntrack;             /* tracks of a series */
    bool multi;                /* one track takes all fields */
    bool features;             /* and is given the features of the only one */
    bool learns;               /* new groups get a series: not with a model */
    bool batch;                /* the detector is fitted before it scores, many rows at once */
    bool ahead;   /* another pass over the input follows: this one tells and counts nothing */
    size_t block; /* records that are asked for at a time */

    struct ad_categories words;
    struct ad_pool *pool;
    struct ad_keytab keys;
    struct ad_judge judge;
    struct ad_budget budget;
    struct ad_series *only; /* the series of a stream without groups */

    double *x;                /* [field.n] */
    double *part;             /* [AD_FEATURES] */
    struct ad_rows *rows;     /* batch: see batch.c */
    struct ad_result *result; /* [ntrack] */
    struct ad_cell *cell;     /* [appended.n] */
    struct ad_buf key, reason;
    struct ad_sample *lane; /* the fast lane's samples, AD_LANE each, or NULL */
    double *lane_x, *lane_surprise;
    size_t lane_closed; /* records until it is tried again */

    struct ad_counts count;
    int status;                  /* of a handler */
    unsigned long long left_out; /* bad records that were not written */
    struct timespec started, saved, shown;
    bool absent_warned, evicted_warned, progress_shown;

    int lock;                   /* -1: none */
    struct ad_container loaded; /* the state or model as it was read */
    bool have_loaded;
    struct ad_buf stored;    /* texts of options taken from it */
    struct ad_names columns; /* of the table, as the state has them */
    struct ad_place *place;
    size_t nplace;
    int64_t created;
    uint64_t records_before;
    unsigned long long records_saved;
};

/* Whether records go to the output at all. */
static inline bool ad_run_writes(const struct ad_run *r)
{
    return !r->set.fit && !r->set.importance && !r->set.forecast &&
           !(r->detector->flags & AD_LISTENS) && !(r->cmd->handler && !r->cmd->handler->append);
}

/* What feature i of the only field is called; NULL where there are none, and for the value. */
static inline const char *ad_run_feature(const struct ad_run *r, size_t i)
{
    return r->features && i > 0 && i < AD_FEATURES ? ad_feature_name[i] : NULL;
}

/* The signal that asked the run to end, or 0. */
extern volatile sig_atomic_t ad_run_stop;

/* open.c: open the input up to its first record (returns 1, 0 if there is none, -1 or
 * AD_SOURCE_STOPPED); choose fields and prepare everything that depends on them, print the header
 * (returns 0 or -1). */
int ad_run_open_input(struct ad_run *r, const char *const *names, size_t n);
int ad_run_prepare(struct ad_run *r);
/* Go back to the beginning of the input for a second pass. Returns 0, -1 or AD_SOURCE_STOPPED. */
int ad_run_again(struct ad_run *r);
/* Begin the output. Returns 0, or -1. */
int ad_run_open_output(struct ad_run *r);

/* Why a record cannot be judged. */
struct ad_fault {
    const struct ad_str *field; /* or NULL */
    const char *why;
    struct ad_str text;   /* what stands there; .s may be NULL */
    struct ad_str member; /* what field points to when it is no field of ours */
};

/* A record that can. */
struct ad_case {
    const struct ad_record *rec;
    struct ad_series *series; /* NULL: it has none, and this run makes none */
    const double *x;          /* its values */
    size_t present;           /* how many of them are not missing */
    struct ad_sample sample;  /* what the detector is given: of several tracks, the first */
    bool gap;                 /* it comes after a longer silence than --gap */
};

/* values.c. The name of a member of an NDJSON record that this run would append, or NULL. */
const struct ad_str *ad_run_collision(const struct ad_run *r, const struct ad_record *rec);
/* Time and values of a record, into x[field.n]. Returns how many are present, or -1. */
int ad_run_values(struct ad_run *r, const struct ad_record *rec, double *t, double *x,
                  struct ad_fault *f);
/* The record's series, see ad_case. Returns 0, or -1. */
int ad_run_series(struct ad_run *r, const struct ad_record *rec, struct ad_series **s);
/* The times of a sample at t in its series (or NULL). Returns whether there was a gap before. */
bool ad_run_times(struct ad_run *r, struct ad_series *s, double t, struct ad_sample *sample);
/* What else a record says of its sample. Returns 0, or -1. */
int ad_run_annotate(struct ad_run *r, struct ad_case *c, struct ad_fault *f);
/* Give the detector the features of the value instead of itself, in part[AD_FEATURES]. Returns 0,
 * or -1. */
int ad_run_expand(struct ad_run *r, struct ad_case *c, double *part);

/* loop.c. One record through detection to output. Returns 0, or -1 with r->err set. */
int ad_run_record(struct ad_run *r, const struct ad_record *rec);
/* Its first half: read a record, with room for its values in x. Returns 1, 0 if it cannot be judged
 * and is one for ad_run_pass(), or -1. */
int ad_run_read(struct ad_run *r, const struct ad_record *rec, double *x, struct ad_case *c,
                struct ad_fault *f);
/* Its second half, the detector having `said` so already for each track, or learning yet (NULL). */
int ad_run_judge(struct ad_run *r, struct ad_case *c, const struct ad_score *said);

/* batch.c. Read all of the input and fit. Returns 0, -1 or AD_SOURCE_STOPPED; if the input ended in
 * an error that the next pass over it will meet again, 0 with that in r->deferred. */
int ad_run_fit(struct ad_run *r);
/* Its last step: let every series fit what it has learnt. Returns 0, or -1. */
int ad_run_fit_series(struct ad_run *r);
/* Score a block of records and write them. Returns 0, or -1. */
int ad_run_score_block(struct ad_run *r, const struct ad_record *block, size_t n);
void ad_run_free_rows(struct ad_run *r);
/* Print what each field mattered in the fit instead of records. Returns 0, or -1. */
int ad_run_importance(struct ad_run *r);

/* importance.c, too: a text as the next field of a row, and the fields of a group. */
void ad_run_add_text(const struct ad_run *r, struct ad_buf *out, struct ad_str name,
                     struct ad_str text);
void ad_run_add_key(const struct ad_run *r, struct ad_buf *out, const struct ad_series *s);

/* handle.c, for programs with a handler. Before fields are asked for: who speaks, the flag beside
 * the only score, the field that holds a reason; once they are known: open the handler; each
 * record. Each returns 0, or -1. */
int ad_run_choose_beside(struct ad_run *r);
int ad_run_handle_open(struct ad_run *r);
int ad_run_handle(struct ad_run *r, const struct ad_record *rec);

/* listen.c. Read the file of labels again if it has changed, and tell the series of it; what the
 * command makes of all that its detector has heard. Each returns 0, or -1. */
int ad_run_labels(struct ad_run *r);
/* Tell of a series that labels have moved its alarm line since the record before. */
void ad_run_tell_line(struct ad_run *r, struct ad_series *s, const struct ad_result *res);
int ad_run_report(struct ad_run *r);

/* forecast.c. Print what is expected to come instead of records. Returns 0, or -1. */
int ad_run_forecast(struct ad_run *r);

/* output.c. The detector whose score field i is: its name without _score. */
struct ad_str ad_run_member(const struct ad_run *r, size_t i);
/* The record with what is appended, `best` being its most surprising result (negative:
 * none was scored); and one that is blank or bad, which returns 0, or -1 if that ends the run. */
void ad_run_output(struct ad_run *r, const struct ad_case *c, ptrdiff_t best, enum ad_state state);
int ad_run_pass(struct ad_run *r, const struct ad_record *rec, const struct ad_fault *f);

/* Samples in the fast lane at a time: what was read of them is read again when one has to leave. */
enum { AD_LANE = 128 };

/* lane.c: the fast lane. Whether this run may use it at all; and how many of the n records were
 * ordinary and have gone through it, from the first on. The next is one for ad_run_record(). */
bool ad_run_has_lane(const struct ad_run *r);
size_t ad_run_lane(struct ad_run *r, const struct ad_record *rec, size_t n);

/* state.c: read the container before the options that it can stand in for are used; check it
 * against the run and fill the series once fields are chosen; write it. Each returns 0, -1, or (the
 * first) AD_LOCK_BUSY. */
int ad_run_open_state(struct ad_run *r);
int ad_run_load_state(struct ad_run *r);
int ad_run_save_state(struct ad_run *r);
void ad_run_close_state(struct ad_run *r);
/* The hooks of --resume for the reader. */
int ad_run_enter_file(void *run, struct ad_source *src, uint64_t *offset, struct ad_err *err);
int ad_run_leave_file(void *run, struct ad_source *src, uint64_t offset, struct ad_err *err);

/* report.c: standard error, --stats, --progress, --help. */
void ad_run_say(const struct ad_run *r, const char *fmt, ...) AD_PRINTF(2, 3);
/* Tell of a bad record; field may be NULL and text.s too. */
void ad_run_tell_bad(struct ad_run *r, const struct ad_record *rec, const struct ad_str *field,
                     const char *why, struct ad_str text);
int ad_run_write_stats(struct ad_run *r);
void ad_run_progress(struct ad_run *r);
/* Take its line away: something else follows. */
void ad_run_progress_end(struct ad_run *r);
double ad_run_seconds(const struct timespec *since);
int ad_run_help(const struct ad_run *r);
/* What the program is: AD_FOR_... */
unsigned ad_run_is(const struct ad_run *r);

#endif
