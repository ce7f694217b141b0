/* What is left of a series when what was expected is taken out: how surprising its values are.
 *
 * By the robust z: a value's distance from 0 in units of the median distance. Or by the generalized
 * ESD test about median and MAD: p is then the probability that any value of the series is as far
 * out as this one while all are normal. A value that hides behind others farther out is as
 * surprising as it is without them, and these are no less so. */
#ifndef AD_DETECT_SEASONAL_REST_H
#define AD_DETECT_SEASONAL_REST_H

#include "base/pack.h"
#include "detect/detector.h"

/* (x - center)/reach is Student's with nu degrees of freedom; `crowd` is the logarithm of the
 * number of values of which any may be the one that is far out. */
struct ad_seasonal_law {
    double center, reach, nu, crowd;
};

/* What a value to come varies beyond this, and by how many degrees of freedom that is known. */
struct ad_seasonal_more {
    double variance, nu;
};

/* The values that the test took away on one side, the nearest first, negated if they are below;
 * their surprises among all, and among those of this side alone; and the law while none was gone.
 */
struct ad_seasonal_side {
    size_t n;
    double *value, *both, *one;
    struct ad_seasonal_law far;
};

struct ad_seasonal_rest {
    struct ad_seasonal_law near;     /* of those that stayed */
    struct ad_seasonal_side side[2]; /* above, below */
};

/* From n >= 3 values, which are reordered. Each has moved what was fitted to it by the part
 * `leverage` of its distance, in the mean, or by much less if far out and the fit was robust.
 * Scales are at least `least`. Returns 0, or -1 when out of memory. */
int ad_seasonal_rest_fit(struct ad_seasonal_rest *r, double *x, size_t n, double leverage,
                         bool robust, bool gesd, double least);
void ad_seasonal_rest_free(struct ad_seasonal_rest *r);

/* Scales are at least `least`. `more` is what a value to come varies beyond these, as a variance.
 */
double ad_seasonal_rest_surprise(const struct ad_seasonal_rest *r, double x,
                                 enum ad_direction direction, double least,
                                 struct ad_seasonal_more more);

/* The value above (sign 1) or below (-1) up to which surprises stay below s0; infinite on the side
 * that does not count. */
double ad_seasonal_rest_bound(const struct ad_seasonal_rest *r, int sign, double s0,
                              enum ad_direction direction, double least,
                              struct ad_seasonal_more more);

/* The same of a law alone, and one that is so much wider. */
struct ad_seasonal_law ad_seasonal_law_widened(const struct ad_seasonal_law *law, double least,
                                               struct ad_seasonal_more more);
double ad_seasonal_law_surprise(const struct ad_seasonal_law *law, double x,
                                enum ad_direction direction);
double ad_seasonal_law_bound(const struct ad_seasonal_law *law, int sign, double s0,
                             enum ad_direction direction);

void ad_seasonal_law_save(const struct ad_seasonal_law *law, struct ad_save *out);
void ad_seasonal_law_load(struct ad_seasonal_law *law, struct ad_load *in);

void ad_seasonal_rest_save(const struct ad_seasonal_rest *r, struct ad_save *out);
/* Into an empty one; hostile input. Returns 0, or -1. */
int ad_seasonal_rest_load(struct ad_seasonal_rest *r, struct ad_load *in);

#endif
