/* What an evaluation found, as tables. */
#ifndef AD_RUN_EVALUATION_H
#define AD_RUN_EVALUATION_H

#include "decide/evaluate.h"
#include "decide/tune.h"
#include "decide/windows.h"
#include "run/command.h"

struct ad_evaluation_cfg {
    struct ad_evaluate_cfg evaluate;
    const char *windows, *key, *goal;
    bool sweep;
    double alpha;            /* that the scores were made with */
    struct ad_windows *from; /* windows, read */
    struct ad_tune tune;     /* goal, read */
};

/* Evaluate what was heard by ad_scored, and print the measures, the curve or the thresholds that
 * were asked for. Returns 0, or -1. */
int ad_evaluation_report(const struct ad_evaluation_cfg *cfg, const struct ad_heard *heard,
                         struct ad_err *err);

#endif
