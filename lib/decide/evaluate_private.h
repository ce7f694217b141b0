/* What the files of the evaluation share. */
#ifndef AD_DECIDE_EVALUATE_PRIVATE_H
#define AD_DECIDE_EVALUATE_PRIVATE_H

#include "decide/evaluate.h"

/* An evaluation at work. */
struct ad_evaluating {
    const struct ad_evaluate_cfg *cfg;
    struct ad_scored *const *series;
    size_t n;
    struct ad_levels *levels; /* [fields] */
    bool *counts;             /* [fields]: it has scores */
    uint64_t seed;
    struct ad_pool *pool;
    struct ad_evaluation *e;
};

/* evaluate_curve.c: the curve of a field, its ranking measures and its best F1. Returns 0, or -1.
 */
int ad_evaluate_curve(struct ad_evaluating *w, size_t field);

/* evaluate_sure.c: intervals of all fields. Returns 0, or -1. */
int ad_evaluate_sure(struct ad_evaluating *w);

/* evaluate_line.c: what is measured at the threshold, but for NAB. Returns 0, or -1. */
int ad_evaluate_line(struct ad_evaluating *w, size_t field);

#endif
