/* What ad-subseq keeps of a series that was fitted, in and out of files. */
#include "detect/subseq_live.h"

#include <math.h>
#include <stdlib.h>

void ad_subseq_model_free(struct ad_subseq_model *m)
{
    if (!m)
        return;
    free(m->x);
    free(m);
}

static void save_part(const struct ad_subseq_part *p, struct ad_save *out)
{
    ad_save_u64(out, (uint64_t)p->kind);
    ad_save_u64(out, p->w);
    ad_save_f64s(out, (double[]){p->weight, p->q, p->mean, p->sd}, 4);
    if (p->kind == AD_SUBSEQ_FEATURES)
        ad_spread_save(&p->spread, out);
}

void ad_subseq_model_save(const struct ad_subseq_model *m, struct ad_save *out)
{
    ad_save_f64s(out, (double[]){m->units.center, m->units.scale, m->step}, 3);
    ad_save_u64(out, m->plan.base);
    ad_save_u64(out, m->plan.n);
    for (size_t i = 0; i < m->plan.n; i++)
        save_part(&m->plan.part[i], out);
    ad_tail_save(&m->tail, out);
    ad_save_u64(out, m->n);
    ad_save_f64s(out, m->x, m->n);
}

static bool is_within(double x, double least, double most)
{
    return x >= least && x <= most;
}

/* The features of windows of w values. */
static size_t features_of(size_t w)
{
    size_t n = AD_SUBSEQ_BANDS;
    double shortest, longest;
    do
        ad_subseq_window_periods(w, n++, &shortest, &longest);
    while (n < AD_SUBSEQ_MOST && shortest > (double)w / (double)(w / 2));
    return n;
}

static int load_part(struct ad_subseq_part *p, size_t most, struct ad_load *in)
{
    double v[4];
    p->kind = (enum ad_subseq_kind)ad_load_max(in, AD_SUBSEQ_SHAPE);
    p->w = (size_t)ad_load_max(in, most);
    ad_load_f64s(in, v, 4);
    if (in->failed || p->w < 2 || !is_within(v[0], 0, 100) || !is_within(v[1], 0, 1) ||
        !is_within(v[2], -1e30, 1e30) || !is_within(v[3], 1e-12, 1e30))
        return -1;
    p->weight = v[0];
    p->q = v[1];
    p->mean = v[2];
    p->sd = v[3];
    if (p->kind != AD_SUBSEQ_FEATURES)
        return 0;
    return ad_spread_load(&p->spread, in) == 0 && p->spread.d == features_of(p->w) ? 0 : -1;
}

/* The values to compare with: at least one window of each profile. */
static int load_values(struct ad_subseq_model *m, struct ad_load *in)
{
    size_t least = 0;
    for (size_t i = 0; i < m->plan.n; i++)
        if (m->plan.part[i].kind != AD_SUBSEQ_FEATURES && m->plan.part[i].w > least)
            least = m->plan.part[i].w;
    m->n = (size_t)ad_load_max(in, in->in.len);
    if (in->failed || m->n < least || ad_load_peek(in) != m->n)
        return -1;
    m->x = malloc((m->n + 1) * sizeof *m->x);
    if (!m->x)
        return -1;
    ad_load_f64s(in, m->x, m->n);
    for (size_t i = 0; i < m->n; i++)
        if (!is_within(m->x[i], -1e6, 1e6))
            return -1;
    return in->failed ? -1 : 0;
}

int ad_subseq_model_load(struct ad_subseq_model *m, const struct ad_subseq_cfg *cfg,
                         struct ad_load *in)
{
    enum { FOUND = 303 }; /* the longest window that is found by itself */
    size_t most = 2 * (cfg->window > FOUND ? (size_t)cfg->window : FOUND);
    double units[3];
    struct ad_subseq_plan *plan = &m->plan;
    ad_load_f64s(in, units, 3);
    m->units = (struct ad_subseq_units){units[0], units[1]};
    m->step = units[2];
    plan->base = (size_t)ad_load_max(in, most);
    plan->n = (size_t)ad_load_max(in, AD_SUBSEQ_PARTS);
    if (in->failed || plan->base < 2 || plan->n == 0 || !is_within(units[0], -1e140, 1e140) ||
        !is_within(units[1], 0, 1e141) || !(units[2] >= 0))
        return -1;
    for (size_t i = 0; i < plan->n; i++) {
        struct ad_subseq_part *p = &plan->part[i];
        if (load_part(p, most, in))
            return -1;
        plan->longest = p->w > plan->longest ? p->w : plan->longest;
    }
    return ad_tail_load(&m->tail, in) || load_values(m, in) ? -1 : 0;
}
