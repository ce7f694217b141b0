/* The inside of lib/detect/heaptree*.c, and of their tests. */
#ifndef AD_DETECT_HEAPTREE_PRIVATE_H
#define AD_DETECT_HEAPTREE_PRIVATE_H

#include "detect/heaptree.h"

#include <string.h>

enum {
    AD_HEAP_BLOCK = 256, /* rows that the fast kernel takes at once */
    AD_HEAP_SHIFT = 10,  /* a column of a block has 1 << this bytes */
    AD_HEAP_CATEGORY = 1 /* in a node's column: equal goes left, all else right */
};

/* A node is key << 32 | column << AD_HEAP_SHIFT | flags; a row goes right where the key of its
 * value is above the node's. Slot 0, no node, is not 0 in trees with categories. */
#define AD_HEAP_CHAIN ((uint64_t)INT32_MAX << 32)

union ad_heap_slot {
    uint64_t node; /* of the slots before the last level */
    double leaf;   /* path length, of the last level */
};

struct ad_heaptrees {
    size_t n, cols, psi;
    unsigned levels;          /* of nodes: ceil(log2 psi) */
    size_t leaves;            /* 1 << levels, the first slot of the last level */
    union ad_heap_slot *slot; /* [n][2 * leaves] */
    uint16_t *rows;           /* [n][leaves]: training rows in this leaf and all before it */
};

/* The order of these integers is that of the floats, infinities included; -0 and 0 are one. */
static inline int32_t ad_heap_key(float x)
{
    int32_t i;
    x += 0.0f;
    memcpy(&i, &x, sizeof i);
    return i ^ (i < 0 ? INT32_MAX : 0);
}

static inline float ad_heap_value(int32_t key)
{
    float x;
    key ^= key < 0 ? INT32_MAX : 0;
    memcpy(&x, &key, sizeof x);
    return x;
}

static inline int32_t ad_heap_node_key(uint64_t node)
{
    return (int32_t)(uint32_t)(node >> 32);
}

static inline size_t ad_heap_node_col(uint64_t node)
{
    return (uint32_t)node >> AD_HEAP_SHIFT;
}

static inline bool ad_heap_is_chain(uint64_t node)
{
    return ad_heap_node_key(node) == INT32_MAX;
}

/* Whether a value that is not missing goes right at the node. */
static inline bool ad_heap_goes_right(uint64_t node, float x)
{
    float at = ad_heap_value(ad_heap_node_key(node)); /* NAN in chains, so never below */
    return (x > at) | ((node & AD_HEAP_CATEGORY) && x < at);
}

static inline union ad_heap_slot *ad_heap_tree(const struct ad_heaptrees *f, size_t i)
{
    return f->slot + 2 * i * f->leaves;
}

/* The first slot of the last level below node k. */
static inline size_t ad_heap_first(const struct ad_heaptrees *f, size_t k, unsigned level)
{
    return k << (f->levels - level);
}

/* Training rows of tree i below node k. */
static inline unsigned ad_heap_count(const struct ad_heaptrees *f, size_t i, size_t k,
                                     unsigned level)
{
    const uint16_t *rows = f->rows + i * f->leaves;
    size_t first = ad_heap_first(f, k, level) - f->leaves;
    size_t last = ad_heap_first(f, k + 1, level) - f->leaves - 1;
    return rows[last] - (first ? rows[first - 1] : 0u);
}

/* Make tree i empty, to be filled by _split() from the root down and by _leaf() from left to
 * right. */
void ad_heap_clear(struct ad_heaptrees *f, size_t i);
void ad_heap_split(struct ad_heaptrees *f, size_t i, size_t k, size_t col, float at, bool category);
void ad_heap_leaf(struct ad_heaptrees *f, size_t i, size_t k, unsigned level, size_t count);

/* How to score: the best that this machine can do, any trees and rows, narrow rows without and with
 * AVX2. */
enum ad_heap_kernel { AD_HEAP_BEST, AD_HEAP_ANY, AD_HEAP_PLAIN, AD_HEAP_AVX2 };

/* ad_heaptrees_depth() by one kernel. Returns 0, or -1 if this machine has none such. */
int ad_heap_depth(const struct ad_heaptrees *f, const struct ad_columns *d, double *depth,
                  enum ad_heap_kernel kernel);

#endif
