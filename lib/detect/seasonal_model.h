/* What ad-seasonal knows of a series: a level, and one profile per season.
 *
 * Profile k says how far its phases lie from what the profiles before it expect: p[0] is the level,
 *     p[k+1] = p[k] + d n/(n + c),  c = noise/spread,
 * for a phase whose n values were d away from p[k] on average. Here `noise` is the variance of
 * values about p[k+1] and `spread` how much more it is about p[k]: the best guess for a phase that
 * is drawn from such a spread and seen n times through such a noise (an empirical Bayes estimate).
 * With noise = spread it is (n*phase + parent)/(n + 1); a season that is not in the data has no
 * spread, so that its profile counts for nothing. */
#ifndef AD_DETECT_SEASONAL_MODEL_H
#define AD_DETECT_SEASONAL_MODEL_H

#include "base/pack.h"
#include "detect/seasonal.h"
#include "detect/seasonal_drift.h"
#include "detect/seasonal_mean.h"
#include "detect/seasonal_profile.h"
#include "maths/moments.h"

struct ad_seasonal_model {
    size_t nprofile;
    size_t ready; /* profiles, from the first on, that have seen a whole season */
    struct ad_seasonal_profile profile[AD_SEASONAL_MOST + 1]; /* after nprofile: of holidays */
    struct ad_seasonal_mean level;
    struct ad_seasonal_drift drift;
    bool trend;              /* there is a slope of the level, */
    double slope, half_life; /* per second or row; how fast they change */
    double at, gain;         /* last place learnt; the level's */
    double spacing;          /* usual distance of two values */
    struct ad_seasonal_mean about[AD_SEASONAL_MOST + 1]; /* squares of x - p[k] */
    struct ad_seasonal_mean fourth[AD_SEASONAL_MOST]; /* of squared ratios of square to variance */
    struct ad_seasonal_mean holiday;                  /* of x - p[1] on holidays */
    struct ad_moments all;                            /* before the profiles are ready */
    double shifted;                                   /* place of the last shift, or NAN */
};

/* Where a sample stands: its phase is that of `phase`, distances are those of `at`. */
struct ad_seasonal_place {
    double at, phase;
    bool holiday;
};

/* Seasons of the given lengths, the shortest first, for values that are `spacing` apart. */
void ad_seasonal_model_init(struct ad_seasonal_model *m, const struct ad_seasonal_cfg *cfg,
                            const double *length, size_t n, double spacing);
void ad_seasonal_model_free(struct ad_seasonal_model *m);

/* (x - center)/sqrt(variance) is Student's t with nu degrees of freedom. */
struct ad_seasonal_estimate {
    double center, variance, nu;
};
void ad_seasonal_model_estimate(const struct ad_seasonal_model *m,
                                const struct ad_seasonal_place *place,
                                struct ad_seasonal_estimate *e);

/* Learn x, which stands for one whose squared deviations are `inflate` times as large on average.
 * Returns 0, or -1 when out of memory. */
int ad_seasonal_model_learn(struct ad_seasonal_model *m, const struct ad_seasonal_cfg *cfg,
                            const struct ad_seasonal_place *place, double x, double inflate);

/* Forget how noisy values are, but not what is expected of them. */
void ad_seasonal_model_doubt(struct ad_seasonal_model *m);

/* A new level begins. Returns whether the profiles still hold; else all is to be learnt anew. */
bool ad_seasonal_model_shift(struct ad_seasonal_model *m);

void ad_seasonal_model_save(const struct ad_seasonal_model *m, struct ad_save *out);
/* Into an empty model. Returns 0, or -1. */
int ad_seasonal_model_load(struct ad_seasonal_model *m, const struct ad_seasonal_cfg *cfg,
                           struct ad_load *in);

#endif
