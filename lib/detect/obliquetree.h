/* Isolation trees that cut along two columns at once: extended (Hariri, Kind and Brunner 2019) and
 * fair-cut (Cortes 2021, arXiv 2110.13402) forests.
 *
 * At a node two of the columns that vary among its rows are chosen, each with a Gaussian
 * coefficient, that of a number over its standard deviation there. Of a category column one
 * category takes part, as 0 or 1. Nodes of one or two rows, or where no column varies, are leaves.
 * - EIF: the cut goes through a point drawn from the box around the rows; it may have none on one
 *   side. No deeper than ceil(log2 psi).
 * - FCF: the cut leaves least variance on its two sides. It does not count as a step for a row
 *   farther from it than all of the node's rows extend. No limit of depth.
 * The path length of a row is the number of steps to its leaf and ad_forest_path() of the rows that
 * ended there; missing values count as the median of the node's rows. The score is
 * 2^(-(mean path length) / ad_forest_path(psi)) for both. */
#ifndef AD_DETECT_OBLIQUETREE_H
#define AD_DETECT_OBLIQUETREE_H

#include "detect/forest.h"

enum ad_oblique_kind { AD_OBLIQUE_EIF, AD_OBLIQUE_FCF };

struct ad_obliquetrees;

/* Room for n trees of rows with `cols` columns, grown from `psi` > 0 rows each. NULL when out of
 * memory, or if cols or psi is 2^31 or more. */
struct ad_obliquetrees *ad_obliquetrees_new(enum ad_oblique_kind kind, size_t n, size_t cols,
                                            size_t psi);
void ad_obliquetrees_free(struct ad_obliquetrees *f);

/* Grow tree i anew from the rows row[0..psi) of d, which are permuted. Returns 0, or -1 when out of
 * memory. May run on several threads at once for different trees. */
int ad_obliquetrees_grow(struct ad_obliquetrees *f, size_t i, const struct ad_columns *d,
                         uint32_t *row, struct ad_rng *rng);

/* depth[j] = sum over trees of the path length of row j, the same to the last bit whatever rows are
 * scored with it; trees not grown yet add nothing. May run on several threads at once. */
void ad_obliquetrees_depth(const struct ad_obliquetrees *f, const struct ad_columns *d,
                           double *depth);

void ad_obliquetrees_save(const struct ad_obliquetrees *f, struct ad_save *out);
/* Into one made by _new() with the same sizes. Hostile input (cycles, wild indices, sizes): returns
 * 0, or -1. */
int ad_obliquetrees_load(struct ad_obliquetrees *f, struct ad_load *in);

#endif
