/* Where the values of each column lie. */
#ifndef AD_DETECT_IFOREST_SCALE_H
#define AD_DETECT_IFOREST_SCALE_H

#include "detect/detector.h"

/* Rows as they come, one after the other: x[row * cols + col], NAN where missing. */
struct ad_iforest_rows {
    const double *x;
    size_t n, cols;
    const bool *category; /* [cols], or NULL */
};

/* Of one column. Without values center and least are NAN, the others 0. */
struct ad_iforest_scale {
    double center; /* the median; of categories the most frequent one */
    double least;
    double range; /* half the greatest less the least */
    double unit;  /* half the median distance from the center of those not there; 0 if all are */
};

/* Of each column of n >= 1 rows. Returns 0, or -1 when out of memory. */
int ad_iforest_scale_rows(const struct ad_iforest_rows *rows, struct ad_iforest_scale *scale,
                          struct ad_pool *pool);

/* The value of a column (not of categories) as trees get it: from the center on in units, because
 * floats are finest around 0 and trees do not care for more. Whatever lies among the other values,
 * most keep all the digits a float has. */
float ad_iforest_scaled(const struct ad_iforest_scale *scale, double x);

void ad_iforest_scale_save(const struct ad_iforest_scale *s, struct ad_save *out);
/* Hostile input: returns 0, or -1. */
int ad_iforest_scale_load(struct ad_iforest_scale *s, struct ad_load *in);

#endif
