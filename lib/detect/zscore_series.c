#include "detect/zscore_series.h"

#include "maths/surprise.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

int ad_zscore_series_open(struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg)
{
    *s = (struct ad_zscore_series){.t = -DBL_MAX, .step = INFINITY, .volatility = 1};
    if (cfg->method == AD_ZSCORE_WINDOW) {
        if (!(s->of.window = malloc(sizeof *s->of.window)))
            return -1;
        ad_window_init(s->of.window, cfg->window.rows, cfg->window.seconds);
    } else if (cfg->method == AD_ZSCORE_ROBUST) {
        if (!(s->of.robust = malloc(sizeof *s->of.robust)))
            return -1;
        ad_robust_init(s->of.robust, cfg->window.rows, cfg->window.seconds);
    } else if (cfg->method == AD_ZSCORE_EWMA) {
        s->of.ewma = (struct ad_ewma){0};
    } else {
        s->of.global = (struct ad_moments){0};
    }
    return 0;
}

void ad_zscore_series_close(struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg)
{
    if (cfg->method == AD_ZSCORE_WINDOW && s->of.window) {
        ad_window_free(s->of.window);
        free(s->of.window);
    } else if (cfg->method == AD_ZSCORE_ROBUST && s->of.robust) {
        ad_robust_free(s->of.robust);
        free(s->of.robust);
    }
}

/* How much of the weights before it a value of time t leaves to an ewma. */
static double kept(const struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg, double t)
{
    if (cfg->half_life.rows > 0)
        return exp2(-1 / cfg->half_life.rows);
    return t > s->t && s->count > 0 ? exp2((s->t - t) / cfg->half_life.seconds) : 1;
}

static int take_in(struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg, double x, double t)
{
    switch (cfg->method) {
    case AD_ZSCORE_WINDOW:
        return ad_window_add(s->of.window, x, t);
    case AD_ZSCORE_ROBUST:
        return ad_robust_add(s->of.robust, x, t);
    case AD_ZSCORE_EWMA:
        ad_ewma_add(&s->of.ewma, x, kept(s, cfg, t));
        return 0;
    default:
        ad_moments_add(&s->of.global, x);
        return 0;
    }
}

int ad_zscore_series_learn(struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg, double raw,
                           double x, double t)
{
    if (take_in(s, cfg, x, t) == -1)
        return -1;
    double change = fabs(raw - s->last);
    if (change > 0 && change < s->step && s->count > 0)
        s->step = change;
    s->last = raw;
    s->t = t > s->t ? t : s->t;
    s->count++;
    return 0;
}

/* What learning clipped values at a line does to Gaussian ones, undone. */
struct correction {
    struct ad_line line;
    double inflate; /* the variance, times this */
    double shift;   /* the mean, plus this many corrected standard deviations */
};

/* Lines change rarely, if at all. */
static const struct correction *correction_for(const struct ad_line *line)
{
    static _Thread_local struct correction c = {.inflate = 1};
    if (line->s0 < c.line.s0 || line->s0 > c.line.s0 || line->direction != c.line.direction) {
        c.line = *line;
        struct ad_clipped clipped =
            line->direction == AD_BOTH ? ad_clipped_both(ad_surprise_t_at(line->s0, INFINITY))
                                       : ad_clipped_upper(ad_surprise_upper_at(line->s0, INFINITY));
        c.inflate = 1 / clipped.var;
        c.shift = line->direction == AD_DOWN ? clipped.mean : -clipped.mean;
    }
    return &c;
}

/* Mean and variance of Gaussian values that were learnt clipped; a new value's distance from such a
 * mean of n values has 1 + 1/n times their variance. */
struct spread {
    double variance, widen;
};

static struct spread of_moments(struct ad_zscore_estimate *e, const struct ad_line *line,
                                double mean, double variance, double n)
{
    const struct correction *c = correction_for(line);
    variance *= c->inflate;
    e->center = line->direction == AD_BOTH ? mean : mean + c->shift * sqrt(variance);
    return (struct spread){variance, 1 + 1 / n};
}

/* Clipping the tails moves neither median nor MAD. */
static struct spread of_robust(struct ad_zscore_estimate *e, const struct ad_robust *r)
{
    struct ad_robust_law law = ad_robust_law(r->last.len);
    e->center = r->median;
    e->nu = law.nu;
    e->steady = r->last.len == r->last.rows;
    return (struct spread){r->scale * r->scale, law.factor * law.factor};
}

static struct spread spread_of(const struct ad_zscore_series *s, int method,
                               const struct ad_line *line, struct ad_zscore_estimate *e)
{
    if (method == AD_ZSCORE_ROBUST)
        return of_robust(e, s->of.robust);
    if (method == AD_ZSCORE_WINDOW) {
        const struct ad_window *w = s->of.window;
        e->nu = (double)w->last.len - 1;
        e->steady = w->last.len == w->last.rows;
        return of_moments(e, line, w->mean, ad_window_variance(w), e->nu + 1);
    }
    e->steady = false;
    if (method == AD_ZSCORE_EWMA) {
        const struct ad_ewma *w = &s->of.ewma;
        e->nu = ad_ewma_nu(w);
        return of_moments(e, line, w->mean, ad_ewma_variance(w), ad_ewma_n(w));
    }
    const struct ad_moments *m = &s->of.global;
    e->nu = m->n - 1;
    return of_moments(e, line, m->mean, ad_moments_variance(m), m->n);
}

/* The smallest scale to judge by; 0: not known. */
static double floor_of(const struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg,
                       double center)
{
    if (cfg->min_scale > 0)
        return cfg->min_scale;
    double dust = 1e-9 * fabs(center);
    return s->step > dust && s->step < INFINITY ? s->step : dust;
}

bool ad_zscore_series_estimate(const struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg,
                               const struct ad_line *line, struct ad_zscore_estimate *e)
{
    if (s->count < cfg->warmup)
        return false;
    struct spread spread = spread_of(s, cfg->method, line, e);
    double least = floor_of(s, cfg, e->center);
    if (spread.variance > least * least)
        e->reach = sqrt(spread.variance * spread.widen);
    else
        e->reach = least * sqrt(spread.widen);
    return e->nu >= 1;
}

void ad_zscore_series_save(const struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg,
                           struct ad_save *save)
{
    ad_save_u64(save, s->count);
    ad_save_f64s(save, (double[]){s->last, s->t, s->step, s->volatility}, 4);
    if (cfg->method == AD_ZSCORE_WINDOW)
        ad_window_save(s->of.window, save);
    else if (cfg->method == AD_ZSCORE_EWMA)
        ad_ewma_save(&s->of.ewma, save);
    else if (cfg->method == AD_ZSCORE_GLOBAL)
        ad_moments_save(&s->of.global, save);
    else
        ad_robust_save(s->of.robust, save);
}

int ad_zscore_series_load(struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg,
                          struct ad_load *load)
{
    double v[4];
    s->count = ad_load_max(load, 1ULL << 53);
    ad_load_f64s(load, v, 4);
    if (load->failed || !isfinite(v[0]) || !isfinite(v[1]) || !(v[2] > 0) ||
        !(v[3] >= 0 && isfinite(v[3])))
        return -1;
    s->last = v[0];
    s->t = v[1];
    s->step = v[2];
    s->volatility = v[3];
    if (cfg->method == AD_ZSCORE_WINDOW)
        return ad_window_load(s->of.window, load);
    if (cfg->method == AD_ZSCORE_EWMA)
        return ad_ewma_load(&s->of.ewma, load);
    if (cfg->method == AD_ZSCORE_GLOBAL)
        return ad_moments_load(&s->of.global, load);
    return ad_robust_load(s->of.robust, load);
}
