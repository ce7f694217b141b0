/* Scoring. */
#include "detect/heaptree.h"
#include "detect/heaptree_private.h"

#include <math.h>

/* A row's slot in a tree, nothing missing. */
static size_t find_slot(const struct ad_heaptrees *f, const uint64_t *node,
                        const struct ad_columns *d, size_t row)
{
    size_t k = 1;
    for (unsigned level = 0; level < f->levels; level++) {
        float x = d->x[ad_heap_node_col(node[k]) * d->stride + row];
        k = 2 * k + ad_heap_goes_right(node[k], x);
    }
    return k - f->slots;
}

int ad_heap_depth(const struct ad_heaptrees *f, const struct ad_columns *d, double *depth,
                  enum ad_heap_kernel kernel)
{
    (void)kernel;
    for (size_t row = 0; row < d->rows; row++) {
        double sum = 0;
        for (size_t i = 0; i < f->n; i++)
            sum += f->leaf[i * f->slots + find_slot(f, f->node + i * f->slots, d, row)];
        depth[row] = sum;
    }
    return 0;
}

void ad_heaptrees_depth(const struct ad_heaptrees *f, const struct ad_columns *d, double *depth)
{
    ad_heap_depth(f, d, depth, AD_HEAP_BEST);
}
