/* Why a row is what it is: the part of each field, and what of one field would pass. */
#include "detect/iforest_model.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Shapley values of the path length; what shortens it adds to the surprise. */
static void explain_classic(const struct ad_iforest_model *m, const struct ad_iforest_scratch *s,
                            const struct ad_sample *in, double *contrib)
{
    for (size_t col = 0; col < m->cols; col++)
        contrib[col] = 0;
    for (size_t i = 0; i < m->parts; i++) {
        const struct ad_iforest_part *p = &m->part[i];
        struct ad_columns one = {1, m->cols, 1, s->x, m->setup->category};
        double expected;
        ad_iforest_fill_samples(m, p, s->x, 1, in);
        ad_heaptrees_shap(p->heap, &one, s->phi, &expected);
        for (size_t col = 0; col < m->cols; col++)
            contrib[col] -= s->phi[col] * (double)p->trees;
    }
}

/* The row `in` again and again, in turn with one column at its usual value, from `first` on. */
struct ablation {
    const struct ad_sample *in;
    size_t first;
};

static void fill_ablation(const struct ad_iforest_model *m, const struct ad_iforest_part *p,
                          float *x, size_t n, const void *arg)
{
    const struct ablation *a = arg;
    for (size_t col = 0; col < m->cols; col++) {
        float value = ad_iforest_part_scale(p, m->setup->category, col, a->in->x[col]);
        for (size_t j = 0; j < n; j++)
            x[col * n + j] = value;
    }
    for (size_t j = 0; j < n; j++)
        x[(a->first + j) * n + j] = ad_iforest_part_scale(p, m->setup->category, a->first + j,
                                                          p->scale[a->first + j].center);
}

/* How much longer the path gets with the field at its usual value. */
static void explain_oblique(const struct ad_iforest_model *m, const struct ad_iforest_scratch *s,
                            const struct ad_sample *in, double *contrib)
{
    double path;
    ad_iforest_paths(m, s, 1, ad_iforest_fill_samples, in, &path);
    for (size_t first = 0; first < m->cols; first += AD_IFOREST_BLOCK) {
        size_t left = m->cols - first, n = left < AD_IFOREST_BLOCK ? left : AD_IFOREST_BLOCK;
        struct ablation a = {in, first};
        ad_iforest_paths(m, s, n, fill_ablation, &a, s->path);
        for (size_t j = 0; j < n; j++)
            contrib[first + j] = isnan(in->x[first + j]) ? 0 : s->path[j] - path;
    }
}

/* How far x lies outside of what the trees have seen, in units of that range, at most 1. */
static double beyond(const struct ad_iforest_part *p, size_t col, double x)
{
    double range = p->scale[col].range * 2, least = p->scale[col].least;
    if (!(range > 0))
        return 0;
    double far = x < least ? (least - x) / range : (x - least) / range - 1;
    return far > 1 ? 1 : far > 0 ? far : 0;
}

/* Trees cannot tell how far out a value is that is farther out than all they grew from, so that
 * goes on top: at a whole range it is as much as all fields together. */
static void add_beyond(const struct ad_iforest_model *m, const struct ad_sample *in,
                       double *contrib)
{
    const struct ad_iforest_part *p = &m->part[m->newest];
    double sum = 0;
    for (size_t col = 0; col < m->cols; col++)
        sum += fabs(contrib[col]);
    for (size_t col = 0; col < m->cols; col++)
        if (!(m->setup->category && m->setup->category[col]))
            contrib[col] += sum * beyond(p, col, in->x[col]);
}

static void explain(const struct ad_iforest_model *m, const struct ad_iforest_scratch *s,
                    const struct ad_sample *in, double *contrib)
{
    if (m->cfg->mode == AD_IFOREST_CLASSIC)
        explain_classic(m, s, in, contrib);
    else
        explain_oblique(m, s, in, contrib);
    add_beyond(m, in, contrib);
}

void ad_iforest_explain(const void *state, const struct ad_sample *in, double *contrib)
{
    const struct ad_iforest_model *m = state;
    explain(m, &m->own, in, contrib);
}

/* --- bounds ------------------------------------------------------------------------------------
 */

/* Values tried at once, and how often the interval is divided by as many to find the bound. */
enum { TRIED = 16, ROUNDS = 3 };

/* The row `in` with each of some values in one of its fields. */
struct trial {
    const struct ad_sample *in;
    size_t field;
    double value[TRIED];
};

static void fill_trial(const struct ad_iforest_model *m, const struct ad_iforest_part *p, float *x,
                       size_t n, const void *arg)
{
    const struct trial *t = arg;
    for (size_t col = 0; col < m->cols; col++) {
        float value = ad_iforest_part_scale(p, m->setup->category, col, t->in->x[col]);
        for (size_t j = 0; j < n; j++)
            x[col * n + j] = value;
    }
    for (size_t j = 0; j < n; j++)
        x[t->field * n + j] = ad_iforest_part_scale(p, m->setup->category, t->field, t->value[j]);
}

/* The first of n values that passes as normal, n if none does. */
static size_t first_passing(struct ad_iforest_model *m, const struct trial *t, size_t n,
                            const struct ad_line *line)
{
    size_t i = 0;
    ad_iforest_paths(m, &m->own, n, fill_trial, t, m->own.path);
    while (i < n && ad_tail_surprise(&m->tail, ad_iforest_raw(m->own.path[i])) >= line->s0)
        i++;
    return i;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* What there is of the field between x and its usual value, x last in order. */
static size_t find_between(const struct ad_iforest_model *m, size_t field, double x, double usual,
                           double *value)
{
    size_t n = 0, step = (m->kept.n + AD_IFOREST_KEPT - 1) / AD_IFOREST_KEPT;
    for (size_t row = 0; row < m->kept.n; row += step) {
        double v = m->kept.x[row * m->cols + field];
        if ((v > x && v < usual) || (v < x && v > usual))
            value[n++] = v;
    }
    if (n > 0)
        qsort(value, n, sizeof *value, by_value);
    for (size_t i = 0; x > usual && i < n / 2; i++) {
        double v = value[i];
        value[i] = value[n - 1 - i];
        value[n - 1 - i] = v;
    }
    return n;
}

/* Values of the field in even steps of rank from x to the usual one, which is the last. */
static size_t choose_values(const struct ad_iforest_model *m, struct trial *t, double x,
                            double usual)
{
    double between[AD_IFOREST_KEPT];
    size_t n = find_between(m, t->field, x, usual, between), tried = n < TRIED - 1 ? n : TRIED - 1;
    for (size_t i = 0; i < tried; i++)
        t->value[i] = between[i * n / tried];
    t->value[tried] = usual;
    return tried + 1;
}

/* Farther out than this nothing changes any more, or hardly. */
static double within_reach(const struct ad_iforest_part *p, size_t field, double x)
{
    double range = p->scale[field].range * 2, least = p->scale[field].least;
    double lo = fmax(least - range, -DBL_MAX), hi = fmin(least + range + range, DBL_MAX);
    return x < lo ? lo : x > hi ? hi : x;
}

void ad_iforest_bounds(void *state, const struct ad_sample *in, const struct ad_line *line,
                       struct ad_score *out)
{
    struct ad_iforest_model *m = state;
    if (!m->fitted)
        return;
    const struct ad_iforest_part *p = &m->part[m->newest];
    struct trial t = {.in = in, .field = out->field};
    double x = in->x[t.field], usual = p->scale[t.field].center;
    out->expected = usual;
    out->lower = out->upper = NAN;
    if (isnan(x) || isnan(usual) || (m->setup->category && m->setup->category[t.field]))
        return;
    double fails = within_reach(p, t.field, x);
    size_t n = choose_values(m, &t, fails, usual), i = first_passing(m, &t, n, line);
    if (i == n)
        return;
    for (int round = 0; round < ROUNDS; round++) {
        double passes = t.value[i];
        fails = i > 0 ? t.value[i - 1] : fails;
        for (size_t j = 0; j < TRIED; j++) {
            double part = (double)(j + 1) / TRIED;
            t.value[j] = fails * (1 - part) + passes * part;
        }
        t.value[TRIED - 1] = passes;
        i = first_passing(m, &t, TRIED, line);
    }
    bool above = x > usual;
    out->upper = above ? t.value[i] : INFINITY;
    out->lower = above ? -INFINITY : t.value[i];
}

/* --- importance --------------------------------------------------------------------------------
 */

struct shares {
    const struct ad_iforest_model *m;
    struct ad_iforest_scratch *scratch; /* one for each thread */
    double *contrib;                    /* [rows][cols] */
    size_t step;
};

static void explain_kept(void *arg, size_t i, size_t thread)
{
    const struct shares *s = arg;
    size_t cols = s->m->cols;
    struct ad_sample in = {.x = s->m->kept.x + i * s->step * cols, .n = cols};
    explain(s->m, &s->scratch[thread], &in, s->contrib + i * cols);
}

static void add_shares(const struct shares *s, size_t rows, double *share)
{
    size_t cols = s->m->cols;
    double sum = 0;
    for (size_t col = 0; col < cols; col++) {
        share[col] = 0;
        for (size_t i = 0; i < rows; i++)
            share[col] += fabs(s->contrib[i * cols + col]);
        sum += share[col];
    }
    for (size_t col = 0; col < cols; col++)
        share[col] = sum > 0 ? share[col] / sum : 0;
}

int ad_iforest_importance(const void *state, double *share)
{
    const struct ad_iforest_model *m = state;
    struct ad_pool *pool = m->setup->pool;
    size_t threads = ad_pool_threads(pool);
    size_t step = (m->kept.n + AD_IFOREST_KEPT - 1) / AD_IFOREST_KEPT;
    size_t rows = m->fitted && step ? (m->kept.n + step - 1) / step : 0;
    struct shares s = {m, calloc(threads, sizeof *s.scratch), NULL, step};
    s.contrib = calloc(rows ? rows : 1, m->cols * sizeof *s.contrib);
    int rc = s.scratch && s.contrib ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < threads; i++)
        rc = ad_iforest_scratch_init(&s.scratch[i], m->cols);
    if (rc == 0) {
        ad_pool_each(pool, rows, explain_kept, &s);
        add_shares(&s, rows, share);
    }
    for (size_t i = 0; s.scratch && i < threads; i++)
        ad_iforest_scratch_free(&s.scratch[i]);
    free(s.scratch);
    free(s.contrib);
    return rc;
}
