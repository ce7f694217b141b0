#include "decide/evaluate_private.h"

#include "maths/events.h"
#include "maths/ranking.h"

#include <stdlib.h>

double ad_f1(double tp, double fp, double fn)
{
    return tp + fn > 0 ? 2 * tp / (2 * tp + fp + fn) : (double)NAN;
}

/* By level. */
struct counts {
    double *pos, *neg;
    struct ad_events events;
};

static void free_counts(struct counts *c)
{
    free(c->pos);
    free(c->neg);
    free(c->events.found);
    free(c->events.runs);
}

static int make_counts(struct counts *c, size_t levels)
{
    c->pos = calloc(levels, sizeof *c->pos);
    c->neg = calloc(levels, sizeof *c->neg);
    c->events.found = calloc(levels, sizeof *c->events.found);
    c->events.runs = calloc(levels, sizeof *c->events.runs);
    return c->pos && c->neg && c->events.found && c->events.runs ? 0 : -1;
}

static void count(struct counts *c, const struct ad_scored *s, size_t field)
{
    const uint32_t *level = s->score[field].code;
    size_t at = 0;
    for (size_t k = 0; k <= s->windows; k++) {
        size_t first = k < s->windows ? s->window[k].first : s->n;
        for (; at < first; at++)
            c->neg[level[at]]++;
        for (; k < s->windows && at <= s->window[k].last; at++)
            c->pos[level[at]]++;
    }
    ad_events_add(&c->events, level, s->n, s->window, s->windows);
}

/* Take the levels that occur, the highest first; tp and fp are not added up yet. */
static int compress(const struct counts *c, const struct ad_levels *levels, struct ad_curve *curve)
{
    size_t n = 0;
    for (size_t i = 0; i < levels->n; i++)
        n += c->pos[i] + c->neg[i] > 0;
    curve->level = calloc(n + 1, sizeof *curve->level);
    double **columns[] = {&curve->threshold, &curve->tp, &curve->fp, &curve->found, &curve->runs};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (!(*columns[i] = calloc(n + 1, sizeof **columns[i])))
            return -1;
    if (!curve->level)
        return -1;
    for (size_t i = levels->n; i-- > 0;) {
        if (!(c->pos[i] + c->neg[i] > 0))
            continue;
        size_t at = curve->n++;
        curve->level[at] = (uint32_t)i;
        curve->threshold[at] = ad_level_value(levels, i);
        curve->tp[at] = c->pos[i];
        curve->fp[at] = c->neg[i];
        curve->found[at] = c->events.found[i];
        curve->runs[at] = c->events.runs[i];
    }
    return 0;
}

static void add_up(double *v, size_t n)
{
    for (size_t i = 1; i < n; i++)
        v[i] += v[i - 1];
}

static void find_best_f1(const struct ad_curve *c, double anomalous, double *measure)
{
    for (size_t i = 0; i < c->n; i++) {
        double f1 = ad_f1(c->tp[i], c->fp[i], anomalous - c->tp[i]);
        if (f1 > measure[AD_EVAL_BEST_F1] || (i == 0 && !isnan(f1))) {
            measure[AD_EVAL_BEST_F1] = f1;
            measure[AD_EVAL_BEST_F1_AT] = c->threshold[i];
        }
    }
}

int ad_evaluate_curve(struct ad_evaluating *w, size_t field)
{
    struct ad_field_result *r = w->e->field + field;
    struct counts c = {0};
    int rc = make_counts(&c, w->levels[field].n);
    for (size_t i = 0; rc == 0 && i < w->n; i++)
        count(&c, w->series[i], field);
    if (rc == 0)
        rc = compress(&c, &w->levels[field], &r->curve);
    free_counts(&c);
    if (rc)
        return -1;
    struct ad_curve *curve = &r->curve;
    struct ad_ranking ranking = {curve->n, curve->tp, curve->fp};
    r->measure[AD_EVAL_AUROC] = ad_ranking_auroc(&ranking);
    r->measure[AD_EVAL_AP] = ad_ranking_ap(&ranking);
    add_up(curve->tp, curve->n);
    add_up(curve->fp, curve->n);
    add_up(curve->found, curve->n);
    add_up(curve->runs, curve->n);
    find_best_f1(curve, r->measure[AD_EVAL_ANOMALOUS], r->measure);
    return 0;
}
