/* How sure a ranking is: the stratified bootstrap. Records are resampled in units, such as all
 * records of an anomalous window together; as many units of each kind are drawn, with replacement,
 * as there are. */
#ifndef AD_MATHS_BOOTSTRAP_H
#define AD_MATHS_BOOTSTRAP_H

#include "base/pool.h"

#include <math.h>
#include <stdint.h>

/* count[]: records by field, kind (0 normal, 1 anomalous), unit and place of their score as of
 * ad_ranking_places(). */
struct ad_units {
    size_t fields, places, n[2]; /* n: units of either kind */
    uint32_t *count;
};

/* Returns 0, or -1 when out of memory. */
int ad_units_init(struct ad_units *u, size_t fields, size_t places, size_t normal,
                  size_t anomalous);
void ad_units_free(struct ad_units *u);

/* The counts of a unit, by place. */
static inline uint32_t *ad_units_at(const struct ad_units *u, size_t field, int kind, size_t unit)
{
    size_t row = field * (u->n[0] + u->n[1]) + (kind ? u->n[0] : 0) + unit;
    return u->count + row * u->places;
}

/* Measures of rankings: of one and the same draw for all fields. */
struct ad_drawn {
    double auroc, ap;
};

/* Draw so often: out[draws][fields]. Each draw has its own seed, so that no result depends on the
 * threads. Returns 0, or -1 when out of memory. */
int ad_bootstrap(const struct ad_units *u, size_t draws, uint64_t seed, struct ad_pool *pool,
                 struct ad_drawn *out);

struct ad_interval {
    double low, high;
};

/* The 95 % interval of a measure in [0, 1] by its n draws v[0], v[stride] ...: by the mean and
 * standard deviation of their logits about `drawn`, the measure of what was resampled, and
 * Student's law with one degree of freedom less than `units`, the fewer of either kind. `value` is
 * the exact measure. No two measures lie closer to 0 or 1 than `grain` without reaching it. NAN
 * with fewer than two units. */
struct ad_interval ad_bootstrap_interval(const double *v, size_t stride, size_t n, double value,
                                         double drawn, double grain, size_t units);

/* The same of a difference, in plain numbers. */
struct ad_interval ad_bootstrap_difference(const double *v, const double *from, size_t stride,
                                           size_t n, double value, size_t units);

#endif
