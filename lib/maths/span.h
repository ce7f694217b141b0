/* Stretches of a series: anomalous windows, runs of alarms. */
#ifndef AD_MATHS_SPAN_H
#define AD_MATHS_SPAN_H

#include <stddef.h>
#include <stdint.h>

/* Records first to last, both in it. Lists of them are in order and do not overlap. */
struct ad_span {
    size_t first, last;
};

/* Scores of a series as levels: 0 for the lowest, a higher one for any higher score. This one for a
 * record without a score: below all. */
#define AD_LEVEL_NONE UINT32_MAX

#endif
