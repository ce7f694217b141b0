/* A bag of numbers kept in order: in, out, any rank, median and MAD in about O(log n). */
#ifndef AD_MATHS_ORDER_H
#define AD_MATHS_ORDER_H

#include <stddef.h>
#include <stdint.h>

struct ad_order_block;

/* Sorted blocks of some hundred values, in order: insertion moves values within one block, and a
 * sum per block of how many stand before it finds ranks. {0} is empty. Blocks that have emptied are
 * kept for reuse: a bag that has reached its size allocates no more. */
struct ad_order {
    size_t n;
    struct ad_order_block **block; /* nblock in use, the rest up to nowned spare */
    double *least;                 /* smallest value of each block */
    uint32_t *before;              /* how many values the blocks before it hold */
    size_t nblock, nowned, room;   /* room: length of the three arrays */
    size_t split;                  /* where the last search for the MAD ended: a hint, no more */
};

void ad_order_free(struct ad_order *o);

/* Add x, which must be finite and below 1e300 in size; -0 becomes 0. Returns 0, or -1 out of memory
 * with nothing changed. */
int ad_order_add(struct ad_order *o, double x);

/* Remove one value equal to x, which must be there. */
void ad_order_remove(struct ad_order *o, double x);

/* The value of rank i, 0 being the smallest; i < n. */
double ad_order_at(const struct ad_order *o, size_t i);

/* The middle value, of an even number the mean of the middle two; n > 0. */
double ad_order_median(const struct ad_order *o);

/* The median of |x - median|; n > 0. */
double ad_order_mad(struct ad_order *o);

#endif
