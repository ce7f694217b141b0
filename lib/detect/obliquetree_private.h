/* What growing, scoring and saving oblique trees share. */
#ifndef AD_DETECT_OBLIQUETREE_PRIVATE_H
#define AD_DETECT_OBLIQUETREE_PRIVATE_H

#include "detect/obliquetree.h"

#include <float.h>
#include <math.h>

/* A child with this bit is a leaf, the rest its number. */
#define AD_OBLIQUE_LEAF 0x80000000u

/* No centre is larger: any finite float minus a centre is finite. */
#define AD_OBLIQUE_CENTRE_MAX 0x1p100f

/* A row goes to child[0] if v = coef[0] * part 0 + coef[1] * part 1 <= cut, else to child[1]. The
 * part of a number is its distance from the centre; that of a category, whether it is the category
 * `centre`, or for a negative centre, minus whether it is another one than -1 - centre: so a
 * missing value, whose part is 0, counts as the median of the node's rows. One of the coefficients
 * is 1 or -1, the other no larger. */
struct ad_oblique_node {
    float coef[2], centre[2];
    float cut;
    float reach; /* a row with |v - cut| above it has this cut not counted */
    uint32_t col[2], child[2];
};

struct ad_oblique_leaf {
    uint32_t depth, rows;
};

/* Nodes and leaves are numbered in preorder; no nodes and one leaf if the root is a leaf, neither
 * before the tree is grown. */
struct ad_oblique_tree {
    struct ad_oblique_node *node; /* owned, one piece with the leaves */
    struct ad_oblique_leaf *leaf;
    size_t nodes, leaves;
};

struct ad_obliquetrees {
    enum ad_oblique_kind kind;
    size_t n, cols, psi, most_depth;
    struct ad_oblique_tree *tree;
    double *path; /* ad_forest_path(0 .. psi) */
};

/* Make room for so many nodes, and one leaf more, in place of what the tree is. Returns 0, or -1
 * when out of memory with the tree as it was. */
int ad_oblique_tree_make(struct ad_oblique_tree *tree, size_t nodes);

/* Back to before it was grown. */
void ad_oblique_tree_clear(struct ad_oblique_tree *tree);

static inline float ad_oblique_part(const struct ad_columns *d, const struct ad_oblique_node *k,
                                    int i, size_t row)
{
    float x = d->x[k->col[i] * d->stride + row], centre = k->centre[i];
    if (isnan(x))
        return 0;
    if (d->category && d->category[k->col[i]])
        return centre < 0 ? -(float)(x < -1 - centre || x > -1 - centre)
                          : (float)(x >= centre && x <= centre);
    float part = x - centre;
    return part > FLT_MAX ? FLT_MAX : part < -FLT_MAX ? -FLT_MAX : part;
}

/* v of a row: never NaN. */
static inline float ad_oblique_project(const struct ad_columns *d, const struct ad_oblique_node *k,
                                       size_t row)
{
    return k->coef[0] * ad_oblique_part(d, k, 0, row) + k->coef[1] * ad_oblique_part(d, k, 1, row);
}

#endif
