/* Choosing a threshold by labelled records, and the alpha that puts it there. */
#ifndef AD_DECIDE_TUNE_H
#define AD_DECIDE_TUNE_H

#include "decide/evaluate.h"

enum ad_tune_goal { AD_TUNE_NONE, AD_TUNE_F1, AD_TUNE_BUDGET, AD_TUNE_PRECISION };

struct ad_tune {
    enum ad_tune_goal goal;
    double amount; /* false alarms a day, or the least precision */
};

/* Read `f1`, `budget=2/day` (hour, week) or `precision=0.9`. Returns 0, or -1. */
int ad_tune_parse(const char *text, struct ad_tune *tune, struct ad_err *err);

/* The place in the curve with the best F1, or the lowest one within the budget or with the
 * precision. Returns c->n if there is none. `days` as in ad_evaluation. */
size_t ad_tune_choose(const struct ad_tune *tune, const struct ad_curve *c, double anomalous,
                      double days);

/* A threshold that flags what place i does: halfway to the next score. */
double ad_tune_threshold(const struct ad_curve *c, size_t i);

/* The alpha whose line is where the scores made with `alpha` reach `threshold`: a score s is the
 * surprise S0 s / (1 - s), S0 = -ln alpha. At most 0.1, the most that there is; NAN for thresholds
 * that no score has. */
double ad_tune_alpha(double threshold, double alpha);

#endif
