/* A sketch of all values of a series so far that knows how far a new one is from any of them: up to
 * `room` centroids in order, each a mean of neighbouring values with their count. It forgets: the
 * counts are halved when there are AD_SKETCH_MOST of them, and centroids that few values speak for
 * are dropped.
 *
 * Values and counts are floats, and that is part of the method: in double, the rounding of a
 * constant series would make a range to measure distances by. */
#ifndef AD_MATHS_SKETCH_H
#define AD_MATHS_SKETCH_H

#include "base/pack.h"

#include <stddef.h>

struct ad_sketch {
    size_t n, room;
    float total;   /* of the counts */
    float *v, *c;  /* [room]: values in order, and their counts; the owner's */
    double spread; /* of what is in it, without the outermost thousandths; 0: all is one value */
};

/* The counts are halved when they add up to this. */
#define AD_SKETCH_MOST 12000

/* No value is more novel. */
#define AD_SKETCH_NOVELTY_MAX 0.25

/* Values must be at most this in size, so that sums and differences of floats stay finite. */
#define AD_SKETCH_LIMIT 1e38

/* An empty sketch of up to room >= 2 centroids in 2 * room floats, which stay the owner's. */
void ad_sketch_init(struct ad_sketch *s, float *place, size_t room);

/* How far x is from the nearest centroid, in units of the spread: 0..AD_SKETCH_NOVELTY_MAX. A
 * centroid that is a single value reaches as far as its nearest neighbour, and a place between two
 * centroids counts less than one beyond the outermost. 0 while less than 4 values were added. */
double ad_sketch_novelty(const struct ad_sketch *s, double x);

void ad_sketch_add(struct ad_sketch *s, double x);

/* Loading goes into a sketch of the same room without values. Returns 0, or -1. */
void ad_sketch_save(const struct ad_sketch *s, struct ad_save *save);
int ad_sketch_load(struct ad_sketch *s, struct ad_load *load);

#endif
