/* What the kinds of isolation trees share. */
#ifndef AD_DETECT_FOREST_H
#define AD_DETECT_FOREST_H

#include "base/pack.h"
#include "maths/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows to grow from or to score, column by column: x[col * stride + row], NAN where missing.
 * Numbers are finite, their scale does not matter; categories are 0, 1, ... as they come, anything
 * else one never seen. */
struct ad_columns {
    size_t rows, cols, stride;
    const float *x;
    const bool *category; /* [cols], or NULL: none */
};

/* Mean path length of an unsuccessful search among m rows, 2 (H_m - 1), c(0) = c(1) = 0 (Liu 2008,
 * with the harmonic number itself). */
double ad_forest_path(size_t m);

#endif
