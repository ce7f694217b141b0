#include "detect/seasonal_model.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* No mean of values, and none of squares, is larger: they are limited as they come. */
#define VALUE  1e142
#define SQUARE 1e286

static bool is_place(double x)
{
    return isnan(x) || (x >= -1e15 && x <= 1e15);
}

/* Means of values, squares or ratios. */
static bool is_mean(const struct ad_seasonal_mean *m, double least, double most)
{
    return m->n >= 0 && m->n <= 0x1p53 && m->mean >= least && m->mean <= most;
}

static void save_means(const struct ad_seasonal_mean *m, size_t n, struct ad_save *out)
{
    ad_save_u64(out, n);
    for (size_t i = 0; i < n; i++)
        ad_save_f64s(out, (double[]){m[i].n, m[i].mean}, 2);
}

static int load_means(struct ad_seasonal_mean *m, size_t n, double least, struct ad_load *in)
{
    if (ad_load_u64(in) != n)
        return -1;
    for (size_t i = 0; i < n; i++) {
        double v[2];
        ad_load_f64s(in, v, 2);
        m[i] = (struct ad_seasonal_mean){v[0], v[1]};
        if (in->failed || !is_mean(&m[i], least, least < 0 ? -least : SQUARE))
            return -1;
    }
    return 0;
}

static void save_profile(const struct ad_seasonal_profile *p, struct ad_save *out)
{
    ad_save_u64(out, p->bin != NULL);
    if (!p->bin)
        return;
    ad_save_f64(out, p->since);
    save_means(p->bin, p->nbin, out);
    save_means(p->vol, p->nvol, out);
}

static int load_profile(struct ad_seasonal_profile *p, struct ad_load *in)
{
    if (!ad_load_max(in, 1))
        return in->failed ? -1 : 0;
    p->since = ad_load_f64(in);
    if (in->failed || !(p->since >= -1e15 && p->since <= 1e15) || ad_load_peek(in) > 0)
        return -1;
    p->bin = calloc(p->nbin, sizeof *p->bin);
    p->vol = calloc(p->nvol, sizeof *p->vol);
    return p->bin && p->vol && load_means(p->bin, p->nbin, -VALUE, in) == 0
               ? load_means(p->vol, p->nvol, 0, in)
               : -1;
}

void ad_seasonal_model_save(const struct ad_seasonal_model *m, struct ad_save *out)
{
    ad_save_u64(out, m->nprofile);
    ad_save_f64(out, m->spacing);
    for (size_t k = 0; k < m->nprofile; k++)
        ad_save_f64(out, m->profile[k].length);
    ad_save_u64(out, m->ready);
    ad_save_f64s(out, (double[]){m->slope, m->at, m->shifted}, 3);
    save_means(&m->level, 1, out);
    ad_seasonal_drift_save(&m->drift, out);
    save_means(m->about, AD_SEASONAL_MOST + 1, out);
    save_means(m->fourth, AD_SEASONAL_MOST, out);
    save_means(&m->holiday, 1, out);
    ad_moments_save(&m->all, out);
    for (size_t k = 0; k <= m->nprofile; k++)
        save_profile(&m->profile[k], out);
}

int ad_seasonal_model_load(struct ad_seasonal_model *m, const struct ad_seasonal_cfg *cfg,
                           struct ad_load *in)
{
    double length[AD_SEASONAL_MOST], v[3];
    size_t n = (size_t)ad_load_max(in, AD_SEASONAL_MOST);
    double spacing = ad_load_f64(in);
    if (in->failed || !(spacing >= 0 && spacing <= 1e12))
        return -1;
    for (size_t k = 0; k < n; k++) {
        length[k] = ad_load_f64(in);
        if (!(length[k] >= 1 && length[k] <= 1e12) || (k > 0 && length[k] <= length[k - 1]))
            return -1;
    }
    ad_seasonal_model_init(m, cfg, length, n, spacing);
    m->ready = (size_t)ad_load_max(in, n);
    ad_load_f64s(in, v, 3);
    if (in->failed || !(fabs(v[0]) <= VALUE) || !is_place(v[1]) || !is_place(v[2]))
        return -1;
    m->slope = v[0];
    m->at = v[1];
    m->shifted = v[2];
    if (load_means(&m->level, 1, -VALUE, in) || ad_seasonal_drift_load(&m->drift, in) ||
        load_means(m->about, AD_SEASONAL_MOST + 1, 0, in) ||
        load_means(m->fourth, AD_SEASONAL_MOST, 0, in) || load_means(&m->holiday, 1, 0, in) ||
        ad_moments_load(&m->all, in))
        return -1;
    for (size_t k = 0; k <= n; k++) {
        bool due = k < m->ready; /* a profile that is ready has phases */
        if ((k < n || cfg->holidays) && load_profile(&m->profile[k], in))
            return -1;
        if (k == n && !cfg->holidays && ad_load_max(in, 0))
            return -1;
        if (due && !m->profile[k].bin)
            return -1;
    }
    return in->failed ? -1 : 0;
}
