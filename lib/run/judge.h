/* From surprises to verdicts, and what detectors are given to learn: the alarm line, the guards,
 * and the one rule of learning (clipped values, held-back runs of flags, shifts). */
#ifndef AD_RUN_JUDGE_H
#define AD_RUN_JUDGE_H

#include "detect/detector.h"
#include "run/series.h"

struct ad_judge_cfg {
    const struct ad_detector *detector;
    const void *cfg;       /* the detector's */
    bool multi;            /* it takes several fields */
    struct ad_setup setup; /* of the states */
    size_t nvalue;         /* values of a record that are judged together; 1 if AD_MULTI */
    enum ad_direction direction;
    double min_delta, min_pct; /* guards; 0: none */
    unsigned shift_after;      /* 0: no shift rule */
    bool learn;
};

/* A judgement of one sample. */
struct ad_result {
    struct ad_score s; /* the detector's own words */
    double surprise;   /* after the correction for the number of fields */
    double line;       /* the surprise at which the score is 0.5 */
    double score;      /* as printed, but for the rounding */
    bool flagged;
    int side;       /* of the expected value: 1 above, -1 below, 0 unknown */
    bool explained; /* multi: the judge's contrib[] is about this sample */
};

static inline bool ad_result_scored(const struct ad_result *res)
{
    return res->s.state == AD_OK || res->s.state == AD_SHIFT;
}

struct ad_judge {
    struct ad_judge_cfg cfg;
    double s0;
    struct ad_line *line; /* [nvalue + 1]: the one for k fields judged together */
    bool guarded;         /* some guard is in force */
    unsigned tolerated;   /* records of a run that need not be flagged */
    struct ad_held *spare;
    double *contrib; /* multi: [setup.nfield], how much each field of the sample last explained
                        added to its surprise */
};

/* Returns 0, or -1. */
int ad_judge_init(struct ad_judge *j, const struct ad_judge_cfg *cfg, double s0,
                  struct ad_err *err);
void ad_judge_free(struct ad_judge *j);

/* Move the alarm line to the surprise s0. */
void ad_judge_set_line(struct ad_judge *j, double s0);

/* Judge a sample by its track, one of `k` >= 1 fields present in its record. The track's state is
 * created if need be. Returns 0, or -1 when out of memory. */
int ad_judge_score(struct ad_judge *j, struct ad_track *track, const struct ad_sample *sample,
                   size_t k, struct ad_result *res);

/* The part of ad_judge_score() after the detector's own words, which res->s already holds. */
void ad_judge_verdict(struct ad_judge *j, const struct ad_track *track,
                      const struct ad_sample *sample, size_t k, struct ad_result *res);

/* Fill res->s.lower and upper: what just passes, guards included; of several fields those of the
 * one that matters most, which is found out, with its expected value. */
void ad_judge_bounds(struct ad_judge *j, const struct ad_track *track,
                     const struct ad_sample *sample, size_t k, struct ad_result *res);

/* Learn the sample just judged; res->s.state becomes AD_SHIFT where a new level begins. Returns 0,
 * or -1 when out of memory. */
int ad_judge_learn(struct ad_judge *j, struct ad_track *track, const struct ad_sample *sample,
                   size_t k, struct ad_result *res);

/* Release what the track holds. */
void ad_judge_drop(struct ad_judge *j, struct ad_track *track);

void ad_judge_save(const struct ad_judge *j, const struct ad_track *track, struct ad_save *out);

/* Into a zeroed track. Returns 0, or -1 if anything is off. */
int ad_judge_load(struct ad_judge *j, struct ad_track *track, struct ad_load *in);

#endif
