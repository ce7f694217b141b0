#include "decide/evaluate_private.h"

#include <stdlib.h>

struct stretch {
    double from, to;
};

static int by_from(const void *a, const void *b)
{
    const struct stretch *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* The days that the series cover, those that several cover once. NAN without times. */
static int count_days(const struct ad_evaluating *w, double *days)
{
    struct stretch *v = calloc(w->n + 1, sizeof *v);
    size_t n = 0;
    if (!v)
        return -1;
    for (size_t i = 0; i < w->n; i++) {
        const struct ad_scored *s = w->series[i];
        struct stretch all = {INFINITY, -INFINITY};
        for (size_t k = 0; s->t && k < s->n; k++)
            all = (struct stretch){fmin(all.from, s->t[k]), fmax(all.to, s->t[k])};
        if (all.from <= all.to)
            v[n++] = all;
    }
    if (n)
        qsort(v, n, sizeof *v, by_from);
    double sum = 0, end = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        sum += v[i].to > end ? v[i].to - fmax(v[i].from, end) : 0;
        end = fmax(end, v[i].to);
    }
    *days = n ? sum / 86400 : (double)NAN;
    free(v);
    return 0;
}

/* Levels of all fields, and which have any scores. */
static int rank(struct ad_evaluating *w)
{
    for (size_t f = 0; f < w->e->fields; f++) {
        double missing = 0, all = 0;
        if (ad_scored_levels(w->series, w->n, f, &w->levels[f]))
            return -1;
        for (size_t i = 0; i < w->n; i++) {
            const struct ad_scored *s = w->series[i];
            all += (double)s->n;
            for (size_t k = 0; k < s->n; k++)
                missing += s->score[f].code[k] == AD_LEVEL_NONE;
        }
        w->e->field[f].measure[AD_EVAL_UNSCORED] = missing;
        w->counts[f] = missing < all;
    }
    return 0;
}

/* Before records are left out: NAB goes by the length of a series, and by no score there is no
 * alarm. */
static int measure_nab(struct ad_evaluating *w, size_t field)
{
    struct ad_nab nab;
    const struct ad_levels *levels = &w->levels[field];
    double *m = w->e->field[field].measure;
    int rc = ad_nab_init(&nab, levels->n);
    for (size_t i = 0; rc == 0 && i < w->n; i++) {
        const struct ad_scored *s = w->series[i];
        ad_nab_add(&nab, s->score[field].code, s->n, s->window, s->windows);
    }
    for (size_t p = 0; rc == 0 && p < AD_NAB_PROFILES; p++) {
        size_t at;
        m[AD_EVAL_NAB + p] =
            ad_nab_score(&nab, &ad_nab_profile[p], ad_level_at(levels, w->cfg->threshold));
        m[AD_EVAL_NAB_BEST + p] = ad_nab_best(&nab, &ad_nab_profile[p], &at);
        m[AD_EVAL_NAB_AT + p] = at < levels->n ? ad_level_value(levels, at) : (double)NAN;
    }
    ad_nab_free(&nab);
    return rc;
}

static void count_records(struct ad_evaluating *w)
{
    double records = 0, anomalous = 0, windows = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct ad_scored *s = w->series[i];
        records += (double)s->n;
        windows += (double)s->windows;
        for (size_t k = 0; k < s->windows; k++)
            anomalous += (double)(s->window[k].last - s->window[k].first + 1);
    }
    for (size_t f = 0; f < w->e->fields; f++) {
        double *m = w->e->field[f].measure;
        m[AD_EVAL_RECORDS] = records;
        m[AD_EVAL_ANOMALOUS] = anomalous;
        m[AD_EVAL_WINDOWS] = windows;
    }
    w->e->one_kind = !(anomalous > 0 && anomalous < records);
}

/* The mean over the series that have both kinds of records. */
static int measure_vus(struct ad_evaluating *w, size_t field)
{
    struct ad_vus sum = {0, 0}, vus;
    double n = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct ad_scored *s = w->series[i];
        if (s->windows == 0)
            continue;
        if (ad_vus(s->score[field].code, s->n, s->window, s->windows, (size_t)w->cfg->buffer, &vus))
            return -1;
        if (isnan(vus.roc))
            continue;
        sum.roc += vus.roc;
        sum.pr += vus.pr;
        n++;
    }
    w->e->field[field].measure[AD_EVAL_VUS_ROC] = n > 0 ? sum.roc / n : (double)NAN;
    w->e->field[field].measure[AD_EVAL_VUS_PR] = n > 0 ? sum.pr / n : (double)NAN;
    return 0;
}

static size_t best_of(const struct ad_evaluation *e, enum ad_measure m)
{
    size_t best = 0;
    for (size_t f = 1; f < e->fields; f++) {
        double top = e->field[best].measure[m];
        if (isnan(top) || e->field[f].measure[m] > top)
            best = f;
    }
    return best;
}

static int measure(struct ad_evaluating *w)
{
    for (size_t f = 0; f < w->e->fields; f++)
        if (w->counts[f] && measure_nab(w, f))
            return -1;
    for (size_t i = 0; i < w->n; i++)
        ad_scored_settle(w->series[i], w->counts, w->cfg->low != 0);
    count_records(w);
    for (size_t f = 0; f < w->e->fields; f++)
        if (w->counts[f] &&
            (ad_evaluate_curve(w, f) || ad_evaluate_line(w, f) || measure_vus(w, f)))
            return -1;
    w->e->best_auroc = best_of(w->e, AD_EVAL_AUROC);
    w->e->best_ap = best_of(w->e, AD_EVAL_AP);
    return w->e->one_kind || w->cfg->draws < 2 ? 0 : ad_evaluate_sure(w);
}

static void init_result(struct ad_field_result *r)
{
    static const struct ad_interval nothing = {(double)NAN, (double)NAN};
    for (size_t i = 0; i < AD_EVALS; i++)
        r->measure[i] = NAN;
    r->auroc = r->ap = r->auroc_behind = r->ap_behind = nothing;
}

int ad_evaluate(const struct ad_evaluate_cfg *cfg, struct ad_scored *const *series, size_t n,
                uint64_t seed, struct ad_pool *pool, struct ad_evaluation *e)
{
    struct ad_evaluating w = {
        .cfg = cfg, .series = series, .n = n, .seed = seed, .pool = pool, .e = e};
    *e = (struct ad_evaluation){.fields = n ? series[0]->fields : 0};
    e->field = calloc(e->fields + 1, sizeof *e->field);
    w.levels = calloc(e->fields + 1, sizeof *w.levels);
    w.counts = calloc(e->fields + 1, sizeof *w.counts);
    int rc = e->field && w.levels && w.counts ? 0 : -1;
    for (size_t f = 0; rc == 0 && f < e->fields; f++)
        init_result(e->field + f);
    if (rc == 0)
        rc = count_days(&w, &e->days) || rank(&w) || measure(&w) ? -1 : 0;
    for (size_t f = 0; w.levels && f < e->fields; f++)
        ad_levels_free(&w.levels[f]);
    free(w.levels);
    free(w.counts);
    return rc;
}

void ad_evaluation_free(struct ad_evaluation *e)
{
    for (size_t f = 0; e->field && f < e->fields; f++) {
        struct ad_curve *c = &e->field[f].curve;
        free(c->level);
        free(c->threshold);
        free(c->tp);
        free(c->fp);
        free(c->found);
        free(c->runs);
    }
    free(e->field);
    *e = (struct ad_evaluation){0};
}
