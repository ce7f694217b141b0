/* What growing, scoring and saving oblique trees share. */
#ifndef AD_DETECT_OBLIQUETREE_PRIVATE_H
#define AD_DETECT_OBLIQUETREE_PRIVATE_H

#include "detect/obliquetree.h"

#include <float.h>
#include <math.h>

/* A child with this bit is a leaf, the rest its number. */
#define AD_OBLIQUE_LEAF 0x80000000u

/* A row goes to child[0] if v = coef[0] * part 0 + coef[1] * part 1 <= cut, else to child[1]. The
 * part of a number is itself; that of a category, 1 if it is the one the node asks for, else 0. One
 * of the coefficients is 1 or -1, the other no larger. */
struct ad_oblique_node {
    float coef[2], cut;
    float reach; /* a row with |v - cut| above it has this cut not counted */
    uint32_t col[2], child[2];
};

/* What a node needs for all but plain numbers. Of a number, `usual` is the median of the node's
 * rows, its part where it is missing. Of categories, the one the node asks for is `usual`, or
 * -1 - usual if that is below 0, when most rows have it and so a missing one counts as it. */
struct ad_oblique_rest {
    float usual[2];
};

struct ad_oblique_leaf {
    uint32_t depth, rows;
};

/* Nodes and leaves are numbered in preorder, each the child of one node or the root. There is one
 * leaf more than there are nodes, and neither before the tree is grown. */
struct ad_oblique_tree {
    struct ad_oblique_node *node; /* owned: one piece with the other two */
    struct ad_oblique_rest *rest; /* of the node of the same number */
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

/* Part i of a row: finite. */
static inline float ad_oblique_part(const struct ad_columns *d, uint32_t col, float usual,
                                    size_t row)
{
    float x = d->x[col * d->stride + row];
    if (d->category && d->category[col]) {
        float asked = usual < 0 ? -1 - usual : usual;
        return isnan(x) ? usual < 0 : x >= asked && x <= asked;
    }
    return isnan(x) ? usual : x > FLT_MAX ? FLT_MAX : x < -FLT_MAX ? -FLT_MAX : x;
}

/* v of a row: never NaN. */
static inline float ad_oblique_project(const struct ad_columns *d, const struct ad_oblique_node *k,
                                       const struct ad_oblique_rest *r, size_t row)
{
    return k->coef[0] * ad_oblique_part(d, k->col[0], r->usual[0], row) +
           k->coef[1] * ad_oblique_part(d, k->col[1], r->usual[1], row);
}

#endif
