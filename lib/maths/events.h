/* Anomalous windows as events that are found or not, and runs of alarms that touch none of them, at
 * every threshold. */
#ifndef AD_MATHS_EVENTS_H
#define AD_MATHS_EVENTS_H

#include "maths/span.h"

/* What lowering the threshold to a level brings, of any number of series. */
struct ad_events {
    double *found; /* windows with a record that high */
    double *runs;  /* runs of consecutive alarms outside; less than 0 where some become one, or come
                      to touch a window */
};

/* Add a series of n records, all with a level, and nw windows. */
void ad_events_add(struct ad_events *e, const uint32_t *level, size_t n,
                   const struct ad_span *window, size_t nw);

/* The first record of the window whose level is `line` or more, or SIZE_MAX. */
size_t ad_events_hit(const uint32_t *level, struct ad_span window, uint32_t line);

#endif
