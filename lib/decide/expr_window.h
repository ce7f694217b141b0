/* The sum of what happened within the last seconds, in bounded memory. */
#ifndef AD_DECIDE_EXPR_WINDOW_H
#define AD_DECIDE_EXPR_WINDOW_H

#include "base/pack.h"

#include <stdint.h>

/* Times that a window tells apart: up to so many it is exact. When there would be more, those
 * within a 512th of its span become one, which leaves with its last: then what is up to that much
 * too old may still count. */
enum { AD_TALLY_MOST = 1024, AD_TALLY_PARTS = 512 };

struct ad_tally_entry {
    double first, last, sum; /* what came at times first..last */
};

/* {0} is empty. */
struct ad_tally {
    struct ad_tally_entry *ring;
    uint32_t head, n, cap; /* cap: a power of 2, or 0 */
    double sum, rest;      /* of all entries, and what rounding took from it */
};

/* Forget what is `span` seconds old or older at the time t, and add x; t is never less than before.
 * Returns 0, or -1 when out of memory. */
int ad_tally_add(struct ad_tally *w, double span, double t, double x);
/* The sum, to about the last digit: adding and taking away is compensated (Neumaier 1974). */
double ad_tally_sum(const struct ad_tally *w);
void ad_tally_free(struct ad_tally *w);

void ad_tally_save(const struct ad_tally *w, struct ad_save *out);
/* Into an empty one. Hostile input: returns 0, or -1. */
int ad_tally_load(struct ad_tally *w, struct ad_load *in);

#endif
