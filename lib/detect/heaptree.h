/* Classic isolation trees (Liu 2008) of at most 8 levels, laid out for speed: every tree is a
 * complete heap.
 *
 * Node 1 is the root, children of k are 2k and 2k+1, leaves are the slots of the last level. A leaf
 * that comes early goes on as a chain of nodes that send every row left; its value stands in the
 * last slot of that chain. The path length of a leaf is its depth + ad_forest_path(rows in it).
 *
 * Missing values: while growing, a row goes to a side with the probability that the rows which have
 * the value go there. While scoring it goes to both, weighted by the rows that went there; SHAP
 * does the same, and gives the column nothing. */
#ifndef AD_DETECT_HEAPTREE_H
#define AD_DETECT_HEAPTREE_H

#include "detect/forest.h"

struct ad_heaptrees; /* the trees of a forest, with their column count */

/* A tree grows from this many rows at most; there are fewer columns than this. */
enum { AD_HEAPTREE_ROWS = 256, AD_HEAPTREE_COLS = 1 << 22 };

/* Room for n trees of rows with cols >= 1 columns, grown from psi >= 1 rows each; until then each
 * is a single leaf. A tree takes 18 bytes times psi, rounded up to a power of 2. NULL when out of
 * memory, or of sizes out of bounds. */
struct ad_heaptrees *ad_heaptrees_new(size_t n, size_t cols, size_t psi);
void ad_heaptrees_free(struct ad_heaptrees *f);

/* Grow tree i anew from the rows row[0..psi) of d, which are permuted. Returns 0, or -1 when out of
 * memory, the tree left as it was. May run on several threads at once for different trees. */
int ad_heaptrees_grow(struct ad_heaptrees *f, size_t i, const struct ad_columns *d, uint32_t *row,
                      struct ad_rng *rng);

/* depth[j] = sum over trees of the path length of row j, j < d->rows, added up in the order of the
 * trees: no bit depends on what other rows there are. Fastest with many rows of at most 64 columns,
 * without missing values and categories. May run on several threads at once. */
void ad_heaptrees_depth(const struct ad_heaptrees *f, const struct ad_columns *d, double *depth);

/* Exact TreeSHAP (Lundberg 2018, path-dependent) of one row: how much each column lengthened the
 * mean path, phi[0..cols). Their sum is mean path - expected mean path of the forest, which is
 * returned in *expected. */
void ad_heaptrees_shap(const struct ad_heaptrees *f, const struct ad_columns *one, double *phi,
                       double *expected);

void ad_heaptrees_save(const struct ad_heaptrees *f, struct ad_save *out);
/* Into one made by _new() with the same sizes. Hostile input: returns 0, or -1; then the trees are
 * only good for _free(). */
int ad_heaptrees_load(struct ad_heaptrees *f, struct ad_load *in);

#endif
