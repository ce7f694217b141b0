/* What is reached at one threshold. */
#include "decide/evaluate_private.h"

#include "maths/events.h"

#include <stdlib.h>

/* Runs of alarms of a series. Returns their number. */
static size_t find_runs(const uint32_t *level, size_t n, uint32_t line, struct ad_span *run)
{
    size_t runs = 0;
    for (size_t i = 0; i < n; i++) {
        if (level[i] < line)
            continue;
        if (i > 0 && level[i - 1] >= line)
            run[runs - 1].last = i;
        else
            run[runs++] = (struct ad_span){i, i};
    }
    return runs;
}

/* Sums over all series. */
struct sums {
    double runs, covered, windows, found; /* of range-based precision and recall */
    double adjusted;                      /* anomalous records in windows that are found */
    double *delay;
    size_t delays;
};

static int add_series(const struct ad_evaluating *w, const struct ad_scored *s, size_t field,
                      uint32_t line, struct sums *sum)
{
    const uint32_t *level = s->score[field].code;
    enum ad_range_bias bias = (enum ad_range_bias)w->cfg->bias;
    struct ad_span *run = malloc((s->n / 2 + 1) * sizeof *run);
    if (!run)
        return -1;
    size_t runs = find_runs(level, s->n, line, run);
    sum->runs += (double)runs;
    sum->windows += (double)s->windows;
    sum->covered += ad_range_cover(run, runs, s->window, s->windows, 0, bias);
    sum->found += ad_range_cover(s->window, s->windows, run, runs, w->cfg->existence, bias);
    free(run);
    for (size_t k = 0; k < s->windows; k++) {
        size_t first = s->window[k].first, hit = ad_events_hit(level, s->window[k], line);
        if (hit == SIZE_MAX)
            continue;
        sum->delay[sum->delays++] = s->t ? fmax(s->t[hit] - s->t[first], 0) : (double)(hit - first);
        sum->adjusted += (double)(s->window[k].last - first + 1);
    }
    return 0;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static double median(double *v, size_t n)
{
    if (n == 0)
        return NAN;
    qsort(v, n, sizeof *v, by_value);
    return (v[(n - 1) / 2] + v[n / 2]) / 2;
}

static double ratio(double part, double all)
{
    return all > 0 ? part / all : (double)NAN;
}

static double harmonic(double a, double b)
{
    return isnan(a) && b <= 0 ? 0 : a + b > 0 ? 2 * a * b / (a + b) : isnan(a + b) ? a + b : 0;
}

/* From the curve: the last place that is still at the threshold. */
static void measure_records(const struct ad_evaluating *w, const struct ad_curve *c, double *m)
{
    double tp = 0, fp = 0, found = 0, runs = 0;
    for (size_t i = 0; i < c->n && c->threshold[i] >= w->cfg->threshold; i++) {
        tp = c->tp[i];
        fp = c->fp[i];
        found = c->found[i];
        runs = c->runs[i];
    }
    m[AD_EVAL_PRECISION] = ratio(tp, tp + fp);
    m[AD_EVAL_RECALL] = ratio(tp, m[AD_EVAL_ANOMALOUS]);
    m[AD_EVAL_F1] = ad_f1(tp, fp, m[AD_EVAL_ANOMALOUS] - tp);
    m[AD_EVAL_FALSE_PER_DAY] = ratio(fp, w->e->days);
    m[AD_EVAL_EVENT_PRECISION] = ratio(found, found + runs);
    m[AD_EVAL_EVENT_RECALL] = ratio(found, m[AD_EVAL_WINDOWS]);
    m[AD_EVAL_EVENT_F1] = ad_f1(found, runs, m[AD_EVAL_WINDOWS] - found);
    m[AD_EVAL_ADJUSTED_F1] = fp; /* until the windows are known that are found */
}

int ad_evaluate_line(struct ad_evaluating *w, size_t field)
{
    double *m = w->e->field[field].measure;
    uint32_t line = (uint32_t)ad_level_at(&w->levels[field], w->cfg->threshold);
    struct sums sum = {.delay = calloc((size_t)m[AD_EVAL_WINDOWS] + 1, sizeof *sum.delay)};
    int rc = sum.delay ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < w->n; i++)
        rc = add_series(w, w->series[i], field, line, &sum);
    if (rc == 0) {
        measure_records(w, &w->e->field[field].curve, m);
        double fp = m[AD_EVAL_ADJUSTED_F1];
        m[AD_EVAL_ADJUSTED_F1] = ad_f1(sum.adjusted, fp, m[AD_EVAL_ANOMALOUS] - sum.adjusted);
        m[AD_EVAL_RANGE_PRECISION] = ratio(sum.covered, sum.runs);
        m[AD_EVAL_RANGE_RECALL] = ratio(sum.found, sum.windows);
        m[AD_EVAL_RANGE_F1] = harmonic(m[AD_EVAL_RANGE_PRECISION], m[AD_EVAL_RANGE_RECALL]);
        m[AD_EVAL_DELAY] = median(sum.delay, sum.delays);
    }
    free(sum.delay);
    return rc;
}
