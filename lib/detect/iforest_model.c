#include "detect/iforest_model.h"

#include <math.h>
#include <stdlib.h>

const char *ad_iforest_check(const void *cfg_)
{
    const struct ad_iforest_cfg *cfg = cfg_;
    if (cfg->trees > 100000)
        return "there must be at most 100000 trees";
    if (cfg->sample < 2)
        return "a tree must grow from at least 2 rows";
    if (cfg->mode == AD_IFOREST_CLASSIC && cfg->sample > 256)
        return "a tree of a classic forest grows from at most 256 rows";
    if (cfg->sample > 65536)
        return "a tree must grow from at most 65536 rows";
    if (!cfg->sliding && (cfg->max_sample < 10 || cfg->max_sample > 100000000))
        return "10 to 100000000 rows may be kept for the fit";
    if (cfg->sliding && (cfg->window < 10 || cfg->window > 1000000))
        return "the window must hold 10 to 1000000 rows";
    return NULL;
}

static size_t tree_count(const struct ad_iforest_cfg *cfg)
{
    if (cfg->trees)
        return (size_t)cfg->trees;
    return cfg->sliding ? 100 : cfg->mode == AD_IFOREST_FCF ? 200 : 300;
}

int ad_iforest_model_init(struct ad_iforest_model *m, const struct ad_iforest_cfg *cfg,
                          const struct ad_setup *setup, size_t parts)
{
    *m = (struct ad_iforest_model){.cfg = cfg, .setup = setup, .cols = setup->nfield};
    size_t trees = tree_count(cfg), n = trees < parts ? trees : parts;
    m->kept = (struct ad_iforest_rows){.cols = m->cols, .category = setup->category};
    for (size_t i = 0; i < n; i++, m->parts++)
        if (ad_iforest_part_init(&m->part[i], cfg->mode, trees * (i + 1) / n - trees * i / n,
                                 m->cols))
            return -1;
    return 0;
}

int ad_iforest_model_ready(struct ad_iforest_model *m)
{
    m->fitted = ad_iforest_scratch_init(&m->own, m->cols) == 0;
    return m->fitted ? 0 : -1;
}

void ad_iforest_model_free(struct ad_iforest_model *m)
{
    for (size_t i = 0; i < m->parts; i++)
        ad_iforest_part_free(&m->part[i]);
    ad_iforest_scratch_free(&m->own);
}

int ad_iforest_scratch_init(struct ad_iforest_scratch *s, size_t cols)
{
    *s = (struct ad_iforest_scratch){0};
    if (cols <= SIZE_MAX / AD_IFOREST_BLOCK / sizeof *s->x)
        s->x = malloc(cols * AD_IFOREST_BLOCK * sizeof *s->x);
    s->path = malloc((2 * AD_IFOREST_BLOCK + cols) * sizeof *s->path);
    if (!s->x || !s->path)
        return -1;
    s->depth = s->path + AD_IFOREST_BLOCK;
    s->phi = s->depth + AD_IFOREST_BLOCK;
    return 0;
}

void ad_iforest_scratch_free(struct ad_iforest_scratch *s)
{
    free(s->x);
    free(s->path);
}

uint64_t ad_iforest_seed(const struct ad_setup *setup, uint64_t tree)
{
    /* Seeds that are near each other must not have trees in common. */
    struct ad_rng rng;
    ad_rng_seed(&rng, setup->seed);
    return ad_rng_u64(&rng) + tree;
}

void ad_iforest_paths(const struct ad_iforest_model *m, const struct ad_iforest_scratch *s,
                      size_t n, ad_iforest_fill *fill, const void *arg, double *path)
{
    double ordinary = 0;
    for (size_t j = 0; j < n; j++)
        path[j] = 0;
    for (size_t i = 0; i < m->parts; i++) {
        const struct ad_iforest_part *p = &m->part[i];
        struct ad_columns d = {n, m->cols, n, s->x, m->setup->category};
        fill(m, p, s->x, n, arg);
        ad_iforest_part_depth(p, &d, s->depth);
        ordinary += (double)p->trees * ad_forest_path(p->psi);
        for (size_t j = 0; j < n; j++)
            path[j] += s->depth[j];
    }
    for (size_t j = 0; j < n; j++)
        path[j] = ordinary > 0 ? path[j] / ordinary : 0;
}

void ad_iforest_fill_samples(const struct ad_iforest_model *m, const struct ad_iforest_part *p,
                             float *x, size_t n, const void *arg)
{
    const struct ad_sample *s = arg;
    for (size_t j = 0; j < n; j++)
        for (size_t col = 0; col < m->cols; col++)
            x[col * n + j] = ad_iforest_part_scale(p, m->setup->category, col, s[j].x[col]);
}

double ad_iforest_raw(double path)
{
    return exp2(-path);
}

int ad_iforest_left_out(const struct ad_iforest_model *m, const struct ad_iforest_rows *rows,
                        const uint64_t *seed, double *raw)
{
    double *trees = calloc(rows->n, sizeof *trees);
    int rc = trees ? 0 : -1;
    for (size_t row = 0; row < rows->n; row++)
        raw[row] = 0;
    for (size_t i = 0; rc == 0 && i < m->parts; i++)
        rc = ad_iforest_part_left_out(&m->part[i], rows, seed[i], raw, trees);
    for (size_t row = 0; rc == 0 && row < rows->n; row++) {
        double ordinary = trees[row] * ad_forest_path(m->part[0].psi);
        raw[row] = trees[row] > 0 ? ad_iforest_raw(ordinary > 0 ? raw[row] / ordinary : 0) : NAN;
    }
    free(trees);
    return rc;
}

void ad_iforest_fit_tail(struct ad_tail *tail, double *raw, size_t n)
{
    static double none[1];
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(raw[i]))
            raw[known++] = raw[i];
    if (known)
        ad_tail_fit(tail, raw, known);
    else
        ad_tail_fit(tail, none, 1);
}

void ad_iforest_model_save(const struct ad_iforest_model *m, struct ad_save *out)
{
    ad_save_u64(out, m->newest);
    for (size_t i = 0; i < m->parts; i++)
        ad_iforest_part_save(&m->part[i], out);
    ad_tail_save(&m->tail, out);
}

int ad_iforest_model_load(struct ad_iforest_model *m, struct ad_load *in)
{
    m->newest = (size_t)ad_load_max(in, m->parts - 1);
    for (size_t i = 0; i < m->parts; i++)
        if (in->failed || ad_iforest_part_load(&m->part[i], (size_t)m->cfg->sample, in))
            return -1;
    return ad_tail_load(&m->tail, in) ? -1 : ad_iforest_model_ready(m);
}
