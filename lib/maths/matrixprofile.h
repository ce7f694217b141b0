/* How far a window of values is from the windows of a series: the matrix profile, but of each
 * stretch of the series only the nearest window counts, and of these a quantile, since what is
 * strange may have happened more than once (quantile 0 is the nearest neighbour; Yeh et al. 2016).
 */
#ifndef AD_MATHS_MATRIXPROFILE_H
#define AD_MATHS_MATRIXPROFILE_H

#include <stdbool.h>
#include <stddef.h>

enum ad_profile_kind {
    AD_PROFILE_LEVEL, /* squared distance about the means + 1/4 that of the means */
    AD_PROFILE_SHAPE  /* the same of windows divided by their standard deviation, without means */
};

/* The windows that others are compared with. */
struct ad_profile {
    enum ad_profile_kind kind;
    const double *x; /* borrowed */
    size_t m, n;     /* length and number of windows */
    size_t stretch, nstretch;
    double floor;               /* the least standard deviation a shape is divided by */
    double *own, *over, *level; /* of each window: what its distance has of its own; 1 over its
                                   scale; that times its mean */
};

/* Of the windows of length m >= 2 in x[0..total), total >= m. Returns 0, or -1 when out of memory;
 * free it in either case. */
int ad_profile_init(struct ad_profile *p, enum ad_profile_kind kind, const double *x, size_t total,
                    size_t m);
void ad_profile_free(struct ad_profile *p);

/* Rows between two that are computed anew; a walk that begins at such a row equals one that comes
 * from before to the last bit. */
enum { AD_PROFILE_FRESH = 1024 };

/* Room to compare one window after the other; one for each thread. */
struct ad_profile_walk {
    double *room, *dot; /* [n + AD_PROFILE_FRESH]; products with each window, somewhere in there */
    double *least;      /* [nstretch] */
};
int ad_profile_walk_init(struct ad_profile_walk *w, const struct ad_profile *p);
void ad_profile_walk_free(struct ad_profile_walk *w);

/* What a window is like: its mean squared distance by a quantile of the stretches, to the nearest
 * of them, and the first window of that. Zeros if there is nothing to compare with. */
struct ad_profile_found {
    double distance, least;
    size_t nearest;
};

/* A window that is none of the series. */
#define AD_PROFILE_NONE SIZE_MAX

/* Compare the window y[0..m), `row` being its number among the windows that are gone through.
 * Unless row % AD_PROFILE_FRESH is 0, the call before was for the row before, which began at y[-1].
 * Stretches that share values with window `self` of the series, the same one, are left out. */
struct ad_profile_found ad_profile_find(const struct ad_profile *p, struct ad_profile_walk *w,
                                        const double *y, size_t row, size_t self, double q);

#endif
