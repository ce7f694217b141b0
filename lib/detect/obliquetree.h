/* Isolation trees that cut along two columns at once: extended (Hariri 2019) and fair-cut (Cortes
 * 2021) forests. */
#ifndef AD_DETECT_OBLIQUETREE_H
#define AD_DETECT_OBLIQUETREE_H

#include "detect/forest.h"

enum ad_oblique_kind { AD_OBLIQUE_EIF, AD_OBLIQUE_FCF };

struct ad_obliquetrees;

/* Room for n trees of rows with `cols` columns, grown from `psi` rows each. NULL when out of
 * memory. */
struct ad_obliquetrees *ad_obliquetrees_new(enum ad_oblique_kind kind, size_t n, size_t cols,
                                            size_t psi);
void ad_obliquetrees_free(struct ad_obliquetrees *f);

/* Grow tree i anew from the rows row[0..psi) of d, which are permuted. Returns 0, or -1 when out of
 * memory. May run on several threads at once for different trees. */
int ad_obliquetrees_grow(struct ad_obliquetrees *f, size_t i, const struct ad_columns *d,
                         uint32_t *row, struct ad_rng *rng);

/* depth[j] = sum over trees of the path length of row j. May run on several threads at once. */
void ad_obliquetrees_depth(const struct ad_obliquetrees *f, const struct ad_columns *d,
                           double *depth);

void ad_obliquetrees_save(const struct ad_obliquetrees *f, struct ad_save *out);
/* Into one made by _new() with the same sizes. Hostile input (cycles, wild indices, sizes): returns
 * 0, or -1. */
int ad_obliquetrees_load(struct ad_obliquetrees *f, struct ad_load *in);

#endif
