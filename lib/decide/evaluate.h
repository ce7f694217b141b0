/* What scores are worth, given which records are anomalous: every measure of every score field. */
#ifndef AD_DECIDE_EVALUATE_H
#define AD_DECIDE_EVALUATE_H

#include "decide/scored.h"
#include "maths/bootstrap.h"
#include "maths/nabscore.h"
#include "maths/rangescore.h"
#include "maths/vus.h"

enum ad_resample { AD_RESAMPLE_WINDOW, AD_RESAMPLE_RECORD };

struct ad_evaluate_cfg {
    struct ad_scored_cfg scored;
    double threshold; /* a record is an alarm from this score up */
    int low;          /* a missing score is lower than all others; else its record is left out */
    unsigned long long buffer; /* of VUS, in records; at most AD_VUS_BUFFER_MAX */
    unsigned long long draws;  /* of the bootstrap; 0: none */
    int resample;              /* enum ad_resample */
    int bias;                  /* enum ad_range_bias */
    double existence;          /* of range-based recall */
    bool point_adjust;
};

enum ad_measure {
    AD_EVAL_RECORDS,  /* with a label, and a score of all fields */
    AD_EVAL_UNSCORED, /* with a label, and without a score of this field */
    AD_EVAL_ANOMALOUS,
    AD_EVAL_WINDOWS,
    AD_EVAL_AUROC,
    AD_EVAL_AP,
    AD_EVAL_VUS_ROC,
    AD_EVAL_VUS_PR,
    AD_EVAL_PRECISION,
    AD_EVAL_RECALL,
    AD_EVAL_F1,
    AD_EVAL_FALSE_PER_DAY,
    AD_EVAL_EVENT_PRECISION,
    AD_EVAL_EVENT_RECALL,
    AD_EVAL_EVENT_F1,
    AD_EVAL_DELAY, /* median over windows that are found: seconds, or records without times */
    AD_EVAL_RANGE_PRECISION,
    AD_EVAL_RANGE_RECALL,
    AD_EVAL_RANGE_F1,
    AD_EVAL_ADJUSTED_F1,
    AD_EVAL_NAB,                                         /* of each profile, at the threshold, */
    AD_EVAL_NAB_BEST = AD_EVAL_NAB + AD_NAB_PROFILES,    /* at the best one, */
    AD_EVAL_NAB_AT = AD_EVAL_NAB_BEST + AD_NAB_PROFILES, /* and that */
    AD_EVAL_BEST_F1 = AD_EVAL_NAB_AT + AD_NAB_PROFILES,
    AD_EVAL_BEST_F1_AT,
    AD_EVALS
};

/* What is reached at each threshold that makes a difference, the highest first. */
struct ad_curve {
    size_t n;
    uint32_t *level;
    double *threshold, *tp, *fp, *found, *runs; /* records, windows, runs of alarms outside */
};

/* Of one field. Measures that have no meaning here are NAN. */
struct ad_field_result {
    double measure[AD_EVALS];
    struct ad_interval auroc, ap;               /* 95 % */
    struct ad_interval auroc_behind, ap_behind; /* of the difference to the best field */
    struct ad_curve curve;
};

struct ad_evaluation {
    size_t fields;
    struct ad_field_result *field; /* [fields] */
    size_t best_auroc, best_ap;    /* fields */
    double days;                   /* that the records cover; NAN without times */
    bool one_kind;                 /* there is no anomalous, or no normal record */
};

/* Measure n series, which are used up. Returns 0, or -1 when out of memory; free it either way. */
int ad_evaluate(const struct ad_evaluate_cfg *cfg, struct ad_scored *const *series, size_t n,
                uint64_t seed, struct ad_pool *pool, struct ad_evaluation *e);
void ad_evaluation_free(struct ad_evaluation *e);

/* F1 of so many found, false and missed ones; NAN if there is none to find. */
double ad_f1(double tp, double fp, double fn);

#endif
