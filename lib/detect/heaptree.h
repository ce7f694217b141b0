/* Classic isolation trees of at most 8 levels, laid out for speed: every tree is a complete heap.
 *
 * Node 1 is the root, children of k are 2k and 2k+1, leaves are the slots k of the last level. A
 * leaf that comes early goes on as a chain of nodes that send every row left; its value stands in
 * the last slot of that chain. */
#ifndef AD_DETECT_HEAPTREE_H
#define AD_DETECT_HEAPTREE_H

#include "detect/forest.h"

struct ad_heaptrees; /* the trees of a forest, with their column count */

/* Room for n trees of rows with `cols` columns, grown from `psi` <= 256 rows each. NULL when out of
 * memory. */
struct ad_heaptrees *ad_heaptrees_new(size_t n, size_t cols, size_t psi);
void ad_heaptrees_free(struct ad_heaptrees *f);

/* Grow tree i anew from the rows row[0..psi) of d, which are permuted. May run on several threads
 * at once for different trees. */
void ad_heaptrees_grow(struct ad_heaptrees *f, size_t i, const struct ad_columns *d, uint32_t *row,
                       struct ad_rng *rng);

/* depth[j] = sum over trees of the path length of row j, j < d->rows. Fast if stride and the choice
 * of rows suit, see the source. May run on several threads at once. */
void ad_heaptrees_depth(const struct ad_heaptrees *f, const struct ad_columns *d, double *depth);

/* Exact TreeSHAP (Lundberg 2018, path-dependent) of one row: how much each column lengthened the
 * mean path, phi[0..cols). Their sum is mean path - expected mean path of the forest, which is
 * returned in *expected. */
void ad_heaptrees_shap(const struct ad_heaptrees *f, const struct ad_columns *one, double *phi,
                       double *expected);

void ad_heaptrees_save(const struct ad_heaptrees *f, struct ad_save *out);
/* Into one made by _new() with the same sizes. Hostile input: returns 0, or -1. */
int ad_heaptrees_load(struct ad_heaptrees *f, struct ad_load *in);

#endif
