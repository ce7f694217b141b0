/* What ad-zscore learns of one series, or of one phase of it. */
#ifndef AD_DETECT_ZSCORE_SERIES_H
#define AD_DETECT_ZSCORE_SERIES_H

#include "detect/zscore.h"
#include "maths/ewma.h"
#include "maths/moments.h"
#include "maths/robust.h"
#include "maths/window.h"

#include <math.h>

struct ad_zscore_series {
    unsigned long long count; /* values learnt */
    double last, t;           /* the newest of them as it came, and the newest time */
    double step;              /* smallest change from one to the next but 0; INFINITY: none yet */
    double volatility;        /* recent mean of squared residuals in units of the scale */
    union {
        struct ad_window *window;
        struct ad_ewma ewma;
        struct ad_moments global;
        struct ad_robust *robust;
    } of;
};

/* Returns 0, or -1 out of memory. */
int ad_zscore_series_open(struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg);
void ad_zscore_series_close(struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg);

/* Where the next value is expected, and how far off it may be: (value - center)/reach is Student's
 * t with nu degrees of freedom. */
struct ad_zscore_estimate {
    double center, reach, nu;
    bool steady; /* nu will not change any more */
};

/* What learning clipped values at a line does to Gaussian ones, undone. */
struct ad_zscore_correction {
    struct ad_line line;
    double inflate; /* the variance, times this */
    double shift;   /* the mean, plus this many corrected standard deviations */
};

/* The correction for a line; each thread keeps the one of its last call. */
const struct ad_zscore_correction *ad_zscore_correction(const struct ad_line *line);

/* Loading goes into a freshly opened series. Returns 0, or -1. */
void ad_zscore_series_save(const struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg,
                           struct ad_save *save);
int ad_zscore_series_load(struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg,
                          struct ad_load *load);

/* What follows is run for every value. `method` is that of cfg; where it is a constant nothing is
 * left of the other ones. */

/* How much of the weights before it a value of time t leaves to an ewma. */
static inline double ad_zscore_kept(const struct ad_zscore_series *s,
                                    const struct ad_zscore_cfg *cfg, double t)
{
    if (cfg->half_life.rows > 0)
        return exp2(-1 / cfg->half_life.rows);
    return t > s->t && s->count > 0 ? exp2((s->t - t) / cfg->half_life.seconds) : 1;
}

static inline int ad_zscore_take_in(struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg,
                                    int method, double x, double t)
{
    switch (method) {
    case AD_ZSCORE_WINDOW:
        return ad_window_add(s->of.window, x, t);
    case AD_ZSCORE_ROBUST:
        return ad_robust_add(s->of.robust, x, t);
    case AD_ZSCORE_EWMA:
        ad_ewma_add(&s->of.ewma, x, ad_zscore_kept(s, cfg, t));
        return 0;
    default:
        ad_moments_add(&s->of.global, x);
        return 0;
    }
}

/* Learn a value that came as raw and is taken as x. Returns 0, or -1 out of memory. */
static inline int ad_zscore_series_learn(struct ad_zscore_series *s,
                                         const struct ad_zscore_cfg *cfg, int method, double raw,
                                         double x, double t)
{
    if (ad_zscore_take_in(s, cfg, method, x, t) == -1)
        return -1;
    double change = fabs(raw - s->last);
    if (change > 0 && change < s->step && s->count > 0)
        s->step = change;
    s->last = raw;
    s->t = t > s->t ? t : s->t;
    s->count++;
    return 0;
}

/* Mean and variance of Gaussian values that were learnt clipped; a new value's distance from such a
 * mean of n values has 1 + 1/n times their variance. */
struct ad_zscore_spread {
    double variance, widen;
};

static inline struct ad_zscore_spread ad_zscore_of_moments(struct ad_zscore_estimate *e,
                                                           const struct ad_zscore_correction *c,
                                                           double mean, double variance, double n)
{
    variance *= c->inflate;
    e->center = c->line.direction == AD_BOTH ? mean : mean + c->shift * sqrt(variance);
    return (struct ad_zscore_spread){variance, 1 + 1 / n};
}

/* Clipping the tails moves neither median nor MAD. */
static inline struct ad_zscore_spread ad_zscore_of_robust(struct ad_zscore_estimate *e,
                                                          const struct ad_robust *r)
{
    struct ad_robust_law law = ad_robust_law(r->last.len);
    e->center = r->median;
    e->nu = law.nu;
    e->steady = r->last.len == r->last.rows;
    return (struct ad_zscore_spread){r->scale * r->scale, law.factor * law.factor};
}

static inline struct ad_zscore_spread ad_zscore_spread_of(const struct ad_zscore_series *s,
                                                          int method,
                                                          const struct ad_zscore_correction *c,
                                                          struct ad_zscore_estimate *e)
{
    if (method == AD_ZSCORE_ROBUST)
        return ad_zscore_of_robust(e, s->of.robust);
    if (method == AD_ZSCORE_WINDOW) {
        const struct ad_window *w = s->of.window;
        e->nu = (double)w->last.len - 1;
        e->steady = w->last.len == w->last.rows;
        return ad_zscore_of_moments(e, c, w->mean, ad_window_variance(w), e->nu + 1);
    }
    e->steady = false;
    if (method == AD_ZSCORE_EWMA) {
        const struct ad_ewma *w = &s->of.ewma;
        e->nu = ad_ewma_nu(w);
        return ad_zscore_of_moments(e, c, w->mean, ad_ewma_variance(w), ad_ewma_n(w));
    }
    const struct ad_moments *m = &s->of.global;
    e->nu = m->n - 1;
    return ad_zscore_of_moments(e, c, m->mean, ad_moments_variance(m), m->n);
}

/* The smallest scale to judge by; 0: not known. */
static inline double ad_zscore_floor(const struct ad_zscore_series *s,
                                     const struct ad_zscore_cfg *cfg, double center)
{
    if (cfg->min_scale > 0)
        return cfg->min_scale;
    double dust = 1e-9 * fabs(center);
    return s->step > dust && s->step < INFINITY ? s->step : dust;
}

/* Returns whether enough has been learnt for an estimate. It undoes what learning values clipped at
 * the line of c has done. */
static inline bool ad_zscore_series_estimate(const struct ad_zscore_series *s,
                                             const struct ad_zscore_cfg *cfg, int method,
                                             const struct ad_zscore_correction *c,
                                             struct ad_zscore_estimate *e)
{
    if (s->count < cfg->warmup)
        return false;
    struct ad_zscore_spread spread = ad_zscore_spread_of(s, method, c, e);
    double least = ad_zscore_floor(s, cfg, e->center);
    if (spread.variance > least * least)
        e->reach = sqrt(spread.variance * spread.widen);
    else
        e->reach = least * sqrt(spread.widen);
    return e->nu >= 1;
}

#endif
