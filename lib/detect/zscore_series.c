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

/* Lines change rarely, if at all. */
const struct ad_zscore_correction *ad_zscore_correction(const struct ad_line *line)
{
    static _Thread_local struct ad_zscore_correction c = {.inflate = 1};
    if (line->s0 != c.line.s0 || line->direction != c.line.direction) {
        c.line = *line;
        struct ad_clipped clipped =
            line->direction == AD_BOTH ? ad_clipped_both(ad_surprise_t_at(line->s0, INFINITY))
                                       : ad_clipped_upper(ad_surprise_upper_at(line->s0, INFINITY));
        c.inflate = 1 / clipped.var;
        c.shift = line->direction == AD_DOWN ? clipped.mean : -clipped.mean;
    }
    return &c;
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
