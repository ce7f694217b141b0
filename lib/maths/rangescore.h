/* Precision and recall of stretches of time instead of records (Tatbul, Lee, Zdonik, Alam and
 * Gottschlich 2018). */
#ifndef AD_MATHS_RANGESCORE_H
#define AD_MATHS_RANGESCORE_H

#include "maths/span.h"

/* Which part of a stretch counts more: none, its beginning, its middle, its end. */
enum ad_range_bias { AD_BIAS_FLAT, AD_BIAS_FRONT, AD_BIAS_MIDDLE, AD_BIAS_BACK };

/* The sum over n stretches of how well m others cover them: existence for being touched at all, and
 * 1 - existence times the share that is covered, divided by the number of others that do it. Recall
 * is this of anomalous windows, covered by runs of alarms, divided by n; precision is that of runs,
 * covered by windows, with an existence of 0. */
double ad_range_cover(const struct ad_span *range, size_t n, const struct ad_span *by, size_t m,
                      double existence, enum ad_range_bias bias);

#endif
