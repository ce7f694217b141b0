/* What a detector is: the whole contract between a file in lib/detect and lib/run.
 *
 * A detector sees doubles and time; never text, files, options or the terminal. It turns one
 * sample into a surprise S = -ln p, p the probability of something at least this extreme while all
 * is normal. lib/run owns everything else: alarm lines, budgets, guards, when and what to learn
 * (clipping, held-back runs, the shift rule), the wording of reasons, state files. */
#ifndef AD_DETECT_DETECTOR_H
#define AD_DETECT_DETECTOR_H

#include "base/err.h"
#include "base/pack.h"
#include "base/pool.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* Surprise of the default alarm line, -ln 0.0027. A raw statistic without a known distribution
 * becomes a surprise by AD_S0 * raw / raw_line. */
#define AD_S0 5.914503505971854

/* No surprise is larger. */
#define AD_SURPRISE_MAX 1e6

enum ad_state { AD_OK, AD_WARMUP, AD_MISSING, AD_SHIFT, AD_NODATA };

enum ad_direction { AD_BOTH, AD_UP, AD_DOWN };

/* A length that is either a number of rows or a duration: exactly one of them is not 0. */
struct ad_extent {
    double rows, seconds;
};

/* One observation. x[0..n-1], NAN where missing; t in seconds since the epoch and wall, the same
 * in the zone's wall clock (see ad_clock_wall), both NAN if records carry no time. elapsed is the
 * time since the sample before it in the same series, 0 for the first and for late ones, NAN
 * without time. row counts the samples of the series before this one, missing ones too. With
 * AD_SCORES label is what somebody says of it, 1 anomalous, 0 normal, NAN nothing; and context is
 * what the command's annotate() made of other fields. */
struct ad_sample {
    double t, wall, elapsed;
    const double *x;
    size_t n;
    double row;
    double label;
    size_t context;
};

/* Whether anybody says what samples are: nobody, with the sample, or also later (feedback()). */
enum ad_labelled { AD_UNLABELLED, AD_LABELLED, AD_LABELLED_LATE };

/* What a state is made for. All of it outlives the state. */
struct ad_setup {
    size_t nfield;
    const bool *category; /* [nfield]: values are the numbers 0, 1, ... of words; NULL: none are */
    double s0;            /* -ln alpha, as --alpha has it: no budget moves it */
    double gap;           /* seconds of silence that are too many, by --gap; 0: none are */
    bool fitting;         /* the samples are for a model; fit() will end them */
    enum ad_labelled labelled; /* AD_SCORES */
    uint64_t seed;             /* of random parts */
    struct ad_pool *pool; /* threads for fit() and score_rows(), or NULL; no result depends on it */
};

/* The alarm line a sample is judged by: flagged when its surprise reaches s0 = -ln alpha. */
struct ad_line {
    double s0;
    enum ad_direction direction; /* which tail counts: p is one-sided for UP and DOWN */
};

/* What a detector says of a sample. With state AD_WARMUP or AD_MISSING only `state` counts. */
struct ad_score {
    enum ad_state state; /* AD_OK, AD_WARMUP or AD_MISSING */
    double surprise;     /* 0 .. AD_SURPRISE_MAX */
    double expected;     /* NAN where the detector has no such notion */
    double lower, upper; /* set by bounds() only: what just passes as normal; may be infinite */
    double alpha_factor; /* alpha in force for this sample is alpha times this; normally 1 */
    size_t field;        /* the field that mattered most, for AD_MULTI */
    const char *why;   /* or NULL: what is strange, as a clause for people; lives until the state is
                          asked again */
    double confidence; /* AD_SCORES: how much the scores agree, 0 to 1; NAN where unknown */
};

static inline void ad_score_init(struct ad_score *s)
{
    *s = (struct ad_score){.alpha_factor = 1,
                           .expected = (double)NAN,
                           .lower = (double)NAN,
                           .upper = (double)NAN,
                           .confidence = (double)NAN};
}

/* What became of the sample: what the detector is to learn from it. */
struct ad_verdict {
    bool flagged;
    double clip_lo, clip_hi; /* learn min(max(x, clip_lo), clip_hi); infinite where unclipped */
};

enum {
    AD_BATCH = 1, /* needs fit() before it can score */
    AD_MULTI = 2, /* one state takes all value fields; else there is one state per field */
    AD_RAW = 4,   /* learns every sample at once, as it came: nothing is clipped, held or a shift */
    AD_SCORES = 8, /* its fields are the scores of other detectors, by default all N_score that have
                      an N_flag beside them; if not AD_MULTI, the one that speaks for all: of
                      rules, of an ensemble, or the only one */
    AD_LISTENS = 16,   /* it only learns, samples without any value too, and the command's report()
                          makes the output from that in the end; no score() */
    AD_STATELESS = 32, /* there is nothing to keep for a group: no states are made */
    AD_LIMITS = 64,    /* expects nothing and has no model: it knows limits; it is AD_RAW */
    AD_OPTIONAL = 128, /* AD_SCORES: records without any score will do, too */
    AD_FIELDLESS = 256 /* there are no value fields: the command names what it reads by more() */
};

struct ad_detector {
    const char *name; /* also the default prefix of the appended fields */
    unsigned version; /* of the payload that save() writes */
    unsigned flags;
    /* NULL, or what is wrong with the options (a string literal). */
    const char *(*check)(const void *cfg);
    /* An empty state; cfg outlives it. NULL when out of memory. */
    void *(*create)(const void *cfg, const struct ad_setup *);
    void (*destroy)(void *); /* accepts NULL */
    /* Judge a sample by what was learnt so far. May cache, never learns. */
    void (*score)(void *, const struct ad_sample *, const struct ad_line *, struct ad_score *);
    /* Optional: lower and upper of the sample just scored (same arguments), for AD_MULTI those of
     * score.field with all others as they are, and what is expected of it. Only called for flagged
     * samples and when they are printed, so it may be slow. */
    void (*bounds)(void *, const struct ad_sample *, const struct ad_line *, struct ad_score *);
    /* Learn a sample that is not missing. Returns 0, or -1 when out of memory. Not called with a
     * model or --no-learn. */
    int (*learn)(void *, const struct ad_sample *, const struct ad_line *,
                 const struct ad_verdict *);
    /* Optional: a new level has begun, that of the samples learnt next: keep what still holds.
     * Without it a fresh state takes this one's place. */
    void (*shift)(void *);
    /* Optional: score() and learn() in turn for s[0], s[1] ..., as long as that is all there is to
     * it: stop before the first sample that is not AD_OK, whose alpha_factor is not 1, or whose
     * surprise reaches `most`, and before s[n]. Returns how many it took, surprise[] of each. The
     * results must be those of single steps to the last bit; this only saves the steps between.
     * Samples come without `wall`. */
    size_t (*advance)(void *, const struct ad_sample *s, size_t n, const struct ad_line *,
                      double most, double *surprise);
    /* Optional: a label for samples learnt before, those with times from `from` to `to` (often the
     * same): whoever labels is late. It is told again whenever the list of labels was read, so a
     * state remembers which samples had theirs. Returns 0, or -1 when out of memory. */
    int (*feedback)(void *, double from, double to, double label);
    /* AD_BATCH, else optional and only called with --fit: all there is to learn was learnt; from
     * now on the state scores. Returns 0 or -1. */
    int (*fit)(void *, struct ad_err *);
    /* Optional: score() of s[0..n) at once, the same to the last bit. */
    void (*score_rows)(void *, const struct ad_sample *s, size_t n, const struct ad_line *,
                       struct ad_score *);
    /* AD_MULTI: how much each field added to the surprise of a sample just scored, in any unit; a
     * field that made it more normal has less than 0. Only called for flagged samples. The field
     * with most becomes score.field, of which bounds() then tells. */
    void (*explain)(const void *, const struct ad_sample *, double *contrib);
    /* Optional: the part of each field in what the model makes of ordinary samples; they add up to
     * 1, or are all 0. Returns 0, or -1 when out of memory. */
    int (*importance)(const void *, double *share);
    /* Optional: the usual seconds from one sample to the next, NAN if they have no times. Such a
     * detector can score() and bounds() samples to come, as what --forecast prints. */
    double (*every)(const void *);
    void (*save)(const void *, struct ad_save *);
    /* Into a freshly created state. Hostile input: returns 0, or -1 if anything is off (in->failed,
     * counts that cfg rules out, non-finite numbers ...) or out of memory. */
    int (*load)(void *, struct ad_load *);
};

#endif
