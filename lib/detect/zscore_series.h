/* What ad-zscore learns of one series, or of one phase of it. */
#ifndef AD_DETECT_ZSCORE_SERIES_H
#define AD_DETECT_ZSCORE_SERIES_H

#include "detect/zscore.h"
#include "maths/ewma.h"
#include "maths/moments.h"
#include "maths/robust.h"
#include "maths/surprise.h"
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

/* What follows from how many values were learnt, whatever they were: (value - center)/reach is
 * Student's t with nu degrees of freedom, and the square of reach is `widen` times their variance.
 */
struct ad_zscore_law {
    double nu, widen;
    bool steady; /* it will not change any more */
};

/* Where the next value is expected, and how far off it may be. */
struct ad_zscore_estimate {
    double center, reach;
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

/* What follows is run for every value. */

/* How much of the weights before it a value of time t leaves to an ewma. */
static inline double ad_zscore_kept(const struct ad_zscore_series *s,
                                    const struct ad_zscore_cfg *cfg, double t)
{
    if (cfg->half_life.rows > 0)
        return exp2(-1 / cfg->half_life.rows);
    return t > s->t && s->count > 0 ? exp2((s->t - t) / cfg->half_life.seconds) : 1;
}

static inline int ad_zscore_take_in(struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg,
                                    double x, double t)
{
    switch (cfg->method) {
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

/* Note a value that came as raw, whatever the method. */
static inline void ad_zscore_note(struct ad_zscore_series *s, double raw, double t)
{
    double change = fabs(raw - s->last);
    if (change < s->step && change > 0 && s->count > 0)
        s->step = change;
    s->last = raw;
    s->t = t > s->t ? t : s->t;
    s->count++;
}

/* Learn a value that came as raw and is taken as x. Returns 0, or -1 out of memory. */
static inline int ad_zscore_series_learn(struct ad_zscore_series *s,
                                         const struct ad_zscore_cfg *cfg, double raw, double x,
                                         double t)
{
    if (ad_zscore_take_in(s, cfg, x, t) == -1)
        return -1;
    ad_zscore_note(s, raw, t);
    return 0;
}

/* A new value's distance from the mean of n values has 1 + 1/n times their variance. */
static inline struct ad_zscore_law ad_zscore_law_of_mean(double nu, double n, bool steady)
{
    return (struct ad_zscore_law){nu, 1 + 1 / n, steady};
}

static inline struct ad_zscore_law ad_zscore_law_of(const struct ad_zscore_series *s,
                                                    const struct ad_zscore_cfg *cfg)
{
    if (cfg->method == AD_ZSCORE_ROBUST) {
        const struct ad_recent *last = &s->of.robust->last;
        struct ad_robust_law law = ad_robust_law(last->len);
        return (struct ad_zscore_law){law.nu, law.factor * law.factor, last->len == last->rows};
    }
    if (cfg->method == AD_ZSCORE_EWMA) {
        const struct ad_ewma *w = &s->of.ewma;
        return ad_zscore_law_of_mean(ad_ewma_nu(w), ad_ewma_n(w), false);
    }
    if (cfg->method == AD_ZSCORE_GLOBAL) {
        double n = s->of.global.n;
        return ad_zscore_law_of_mean(n - 1, n, false);
    }
    const struct ad_recent *last = &s->of.window->last;
    double n = (double)last->len;
    return ad_zscore_law_of_mean(n - 1, n, last->len == last->rows);
}

/* All that an estimate and a surprise depend on, but for the values. */
struct ad_zscore_rule {
    const struct ad_zscore_cfg *cfg;
    const struct ad_zscore_correction *c;
    struct ad_zscore_law law;
    const struct ad_surprise_table *table; /* of a steady law */
};

static inline struct ad_zscore_rule ad_zscore_rule_of(const struct ad_zscore_series *s,
                                                      const struct ad_zscore_cfg *cfg,
                                                      const struct ad_zscore_correction *c)
{
    struct ad_zscore_rule rule = {cfg, c, ad_zscore_law_of(s, cfg), NULL};
    if (rule.law.steady)
        rule.table = ad_surprise_table(rule.law.nu);
    return rule;
}

/* Whether enough has been learnt for an estimate. */
static inline bool ad_zscore_known(const struct ad_zscore_series *s,
                                   const struct ad_zscore_rule *rule)
{
    return s->count >= rule->cfg->warmup && rule->law.nu >= 1;
}

/* The smallest scale to judge by; 0: not known. */
static inline double ad_zscore_floor(const struct ad_zscore_series *s,
                                     const struct ad_zscore_cfg *cfg, double center)
{
    if (cfg->min_scale > 0)
        return cfg->min_scale;
    double dust = 1e-9 * fabs(center), step = s->step < INFINITY ? s->step : 0;
    return step > dust ? step : dust;
}

static inline struct ad_zscore_estimate ad_zscore_estimate_of(const struct ad_zscore_series *s,
                                                              const struct ad_zscore_rule *rule,
                                                              double center, double variance)
{
    double least = ad_zscore_floor(s, rule->cfg, center), widen = rule->law.widen;
    if (variance > least * least)
        return (struct ad_zscore_estimate){center, sqrt(variance * widen)};
    return (struct ad_zscore_estimate){center, least * sqrt(widen)};
}

/* The same of Gaussian values that were learnt clipped at the line, that undone. */
static inline struct ad_zscore_estimate ad_zscore_unclipped(const struct ad_zscore_series *s,
                                                            const struct ad_zscore_rule *rule,
                                                            double mean, double variance)
{
    const struct ad_zscore_correction *c = rule->c;
    variance *= c->inflate;
    double center = c->line.direction == AD_BOTH ? mean : mean + c->shift * sqrt(variance);
    return ad_zscore_estimate_of(s, rule, center, variance);
}

static inline struct ad_zscore_estimate ad_zscore_of_window(const struct ad_zscore_series *s,
                                                            const struct ad_zscore_rule *rule,
                                                            const struct ad_window *w)
{
    return ad_zscore_unclipped(s, rule, w->mean, ad_window_variance(w));
}

/* What is known of the next value, of a series that is known. */
static inline struct ad_zscore_estimate ad_zscore_series_estimate(const struct ad_zscore_series *s,
                                                                  const struct ad_zscore_rule *rule)
{
    const struct ad_ewma *ewma = &s->of.ewma;
    const struct ad_moments *global = &s->of.global;
    switch (rule->cfg->method) {
    case AD_ZSCORE_WINDOW:
        return ad_zscore_of_window(s, rule, s->of.window);
    case AD_ZSCORE_EWMA:
        return ad_zscore_unclipped(s, rule, ewma->mean, ad_ewma_variance(ewma));
    case AD_ZSCORE_GLOBAL:
        return ad_zscore_unclipped(s, rule, global->mean, ad_moments_variance(global));
    default: { /* clipping the tails moves neither median nor MAD */
        const struct ad_robust *r = s->of.robust;
        return ad_zscore_estimate_of(s, rule, r->median, r->scale * r->scale);
    }
    }
}

#endif
