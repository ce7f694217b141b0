/* An alarm line that follows from how many alarms somebody is willing to have. */
#ifndef AD_RUN_BUDGET_H
#define AD_RUN_BUDGET_H

#include "base/pack.h"

#include <stdbool.h>

/* A histogram of all surprises so far, from which tails can be read off: 16 bins to the octave
 * above 1/4, so to about 4 %. */
enum { AD_BUDGET_BINS = 16 * 22 + 1 };

struct ad_budget {
    double per_day;     /* alarms wanted; 0: not in use */
    double s0;          /* the line in force */
    double first, last; /* time of the first and of the newest record scored */
    unsigned long long scored, flagged;
    unsigned long long count[AD_BUDGET_BINS];
};

/* s0 is the line until times tell a rate. */
void ad_budget_init(struct ad_budget *b, double per_day, double s0);

/* Tell of a scored record, in input order: its time, surprise and whether it was flagged. The line
 * moves after every 1,024th, and before the first 1,000 with the rate of records alone. A flag
 * beyond one and a half times what is due raises it above that flag's surprise. */
void ad_budget_add(struct ad_budget *b, double t, double surprise, bool flagged);

void ad_budget_save(const struct ad_budget *b, struct ad_save *out);
int ad_budget_load(struct ad_budget *b, struct ad_load *in);

#endif
