/* Isolation trees that were grown at one time, with the scale of the rows they grew from. */
#ifndef AD_DETECT_IFOREST_PART_H
#define AD_DETECT_IFOREST_PART_H

#include "detect/detector.h"
#include "detect/heaptree.h"
#include "detect/iforest.h"
#include "detect/iforest_scale.h"
#include "detect/obliquetree.h"

struct ad_iforest_part {
    int mode; /* enum ad_iforest_mode */
    size_t trees, cols;
    size_t psi;                      /* rows a tree grew from; 0: nothing has grown */
    struct ad_iforest_scale *scale;  /* [cols], of the rows it grew from */
    struct ad_heaptrees *heap;       /* by mode, this ... */
    struct ad_obliquetrees *oblique; /* ... or this */
};

/* Rows that a tree of a forest with this `sample` grows from. Some are left out even of few, for a
 * row's score is only like that of new rows in trees which did not grow from it. */
size_t ad_iforest_psi(size_t sample, size_t rows);

/* {.mode, .trees, .cols} without trees. Returns 0, or -1 when out of memory. */
int ad_iforest_part_init(struct ad_iforest_part *p, int mode, size_t trees, size_t cols);
void ad_iforest_part_free(struct ad_iforest_part *p);

/* Grow it anew from psi rows for each tree, whose random choices follow from `seed` + its number.
 * Returns 0, or -1 when out of memory with the part as it was. */
int ad_iforest_part_grow(struct ad_iforest_part *p, const struct ad_iforest_rows *rows, size_t psi,
                         uint64_t seed, struct ad_pool *pool);

/* After growing, with the same arguments: for each row add the path lengths in all trees that did
 * not grow from it to sum[row], their number to trees[row]. Returns 0, or -1 when out of memory. */
int ad_iforest_part_left_out(const struct ad_iforest_part *p, const struct ad_iforest_rows *rows,
                             uint64_t seed, double *sum, double *trees);

/* A value of column `col` as the trees know it. */
float ad_iforest_part_scale(const struct ad_iforest_part *p, const bool *category, size_t col,
                            double x);

/* depth[j] = sum over trees of the path length of the scaled row j. */
void ad_iforest_part_depth(const struct ad_iforest_part *p, const struct ad_columns *d,
                           double *depth);

void ad_iforest_part_save(const struct ad_iforest_part *p, struct ad_save *out);
/* Into an initialised one whose trees have at most `sample` rows. Hostile input: returns 0, or -1.
 */
int ad_iforest_part_load(struct ad_iforest_part *p, size_t sample, struct ad_load *in);

#endif
