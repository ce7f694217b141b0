/* Where the values of each column lie. */
#ifndef AD_DETECT_IFOREST_SCALE_H
#define AD_DETECT_IFOREST_SCALE_H

#include "detect/iforest_part.h"

/* Of each column of n >= 1 rows the median (of categories the most frequent one), the least value
 * and half the greatest less the least, as struct ad_iforest_part has them. Returns 0, or -1 when
 * out of memory. */
int ad_iforest_scale(const struct ad_iforest_rows *rows, double *center, double *least,
                     double *range, struct ad_pool *pool);

#endif
