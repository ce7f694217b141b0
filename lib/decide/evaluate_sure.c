/* How sure the ranking is: units for the bootstrap, and what it says. */
#include "decide/evaluate_private.h"

#include "maths/ranking.h"

#include <stdlib.h>

enum {
    PLACES = 600,
    UNITS = 509 /* of either kind; a prime, so that no season of records falls on one unit */
};

/* How records become units. With AD_RESAMPLE_WINDOW an anomalous unit is a window, and a normal one
 * as many records in a row as windows have on the average: neighbours are alike, so they count
 * together. Units of one record each, or of as few as possible, else. */
struct plan {
    bool rows;                  /* units are stretches of a series */
    size_t records[2], windows; /* by kind */
    size_t units[2];
};

static size_t clamp(size_t x, size_t low, size_t high)
{
    return x < low ? low : x > high ? high : x;
}

static struct plan make_plan(const struct ad_evaluating *w)
{
    struct plan p = {.rows = w->cfg->resample == AD_RESAMPLE_WINDOW};
    const double *m = w->e->field[0].measure;
    p.records[1] = (size_t)m[AD_EVAL_ANOMALOUS];
    p.records[0] = (size_t)m[AD_EVAL_RECORDS] - p.records[1];
    p.windows = (size_t)m[AD_EVAL_WINDOWS];
    size_t length = p.windows ? (p.records[1] + p.windows / 2) / p.windows : 1;
    size_t stretches = p.records[0] / (length ? length : 1);
    p.units[0] = clamp(p.rows ? clamp(stretches, 2, p.records[0]) : p.records[0], 1, UNITS);
    p.units[1] = clamp(p.rows ? p.windows : p.records[1], 1, UNITS);
    return p;
}

/* The unit of the i-th of n, of so many units. */
static size_t unit_of(const struct plan *p, size_t i, size_t n, size_t units)
{
    return p->rows ? (size_t)((double)i * (double)units / (double)n) : i % units;
}

static void count_field(const struct ad_evaluating *w, const struct plan *p, size_t field,
                        const uint16_t *place, struct ad_units *u)
{
    size_t seen[2] = {0}, windows = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct ad_scored *s = w->series[i];
        const uint32_t *level = s->score[field].code;
        size_t k = 0;
        for (size_t at = 0; at < s->n; at++) {
            bool inside = k < s->windows && at >= s->window[k].first;
            size_t unit = inside && p->rows
                              ? unit_of(p, windows, p->windows, p->units[1])
                              : unit_of(p, seen[inside], p->records[inside], p->units[inside]);
            ad_units_at(u, field, inside, unit)[place[level[at]]]++;
            seen[inside]++;
            if (inside && at == s->window[k].last) {
                k++;
                windows++;
            }
        }
    }
}

/* The places of all levels of a field, and the measures of what they leave of it. */
static int find_places(const struct ad_evaluating *w, size_t field, uint16_t *place,
                       struct ad_drawn *whole)
{
    const struct ad_curve *c = &w->e->field[field].curve;
    double *pos = calloc(c->n + 1, sizeof *pos), *neg = calloc(c->n + 1, sizeof *neg);
    uint16_t *of = calloc(c->n + 1, sizeof *of);
    int rc = pos && neg && of ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < c->n; i++) {
        pos[i] = c->tp[i] - (i ? c->tp[i - 1] : 0);
        neg[i] = c->fp[i] - (i ? c->fp[i - 1] : 0);
    }
    if (rc == 0) {
        size_t used = ad_ranking_places(&(struct ad_ranking){c->n, pos, neg}, PLACES, of);
        double merged[2][PLACES] = {{0}};
        for (size_t i = 0; i < c->n; i++) {
            place[c->level[i]] = of[i];
            merged[0][of[i]] += neg[i];
            merged[1][of[i]] += pos[i];
        }
        struct ad_ranking r = {used, merged[1], merged[0]};
        *whole = (struct ad_drawn){ad_ranking_auroc(&r), ad_ranking_ap(&r)};
    }
    free(pos);
    free(neg);
    free(of);
    return rc;
}

static int count_all(const struct ad_evaluating *w, const struct plan *p, struct ad_units *u,
                     struct ad_drawn *whole)
{
    for (size_t f = 0; f < w->e->fields; f++) {
        if (!w->counts[f])
            continue;
        uint16_t *place = calloc(w->levels[f].n, sizeof *place);
        int rc = place ? find_places(w, f, place, &whole[f]) : -1;
        if (rc == 0)
            count_field(w, p, f, place, u);
        free(place);
        if (rc)
            return -1;
    }
    return 0;
}

static void set_intervals(const struct ad_evaluating *w, const struct plan *p,
                          const struct ad_drawn *whole, const struct ad_drawn *drawn)
{
    enum { STRIDE = sizeof *drawn / sizeof(double) };
    struct ad_evaluation *e = w->e;
    size_t n = (size_t)w->cfg->draws, stride = e->fields * STRIDE;
    size_t units = p->units[0] < p->units[1] ? p->units[0] : p->units[1];
    double pos = (double)p->units[1], neg = (double)p->units[0];
    for (size_t f = 0; f < e->fields; f++) {
        struct ad_field_result *r = e->field + f;
        const struct ad_field_result *top[] = {e->field + e->best_auroc, e->field + e->best_ap};
        if (!w->counts[f])
            continue;
        r->auroc = ad_bootstrap_interval(&drawn[f].auroc, stride, n, r->measure[AD_EVAL_AUROC],
                                         whole[f].auroc, 1 / (pos * neg), units);
        r->ap = ad_bootstrap_interval(&drawn[f].ap, stride, n, r->measure[AD_EVAL_AP], whole[f].ap,
                                      1 / (pos * (pos + 1)), units);
        if (r != top[0])
            r->auroc_behind = ad_bootstrap_difference(
                &drawn[f].auroc, &drawn[e->best_auroc].auroc, stride, n,
                r->measure[AD_EVAL_AUROC] - top[0]->measure[AD_EVAL_AUROC], units);
        if (r != top[1])
            r->ap_behind = ad_bootstrap_difference(
                &drawn[f].ap, &drawn[e->best_ap].ap, stride, n,
                r->measure[AD_EVAL_AP] - top[1]->measure[AD_EVAL_AP], units);
    }
}

int ad_evaluate_sure(struct ad_evaluating *w)
{
    struct plan p = make_plan(w);
    struct ad_units u = {0};
    size_t fields = w->e->fields, draws = (size_t)w->cfg->draws;
    struct ad_drawn *whole = calloc(fields, sizeof *whole);
    struct ad_drawn *drawn = calloc(fields * draws + 1, sizeof *drawn);
    int rc = whole && drawn ? ad_units_init(&u, fields, PLACES, p.units[0], p.units[1]) : -1;
    if (rc == 0)
        rc = count_all(w, &p, &u, whole);
    if (rc == 0)
        rc = ad_bootstrap(&u, draws, w->seed, w->pool, drawn);
    if (rc == 0)
        set_intervals(w, &p, whole, drawn);
    ad_units_free(&u);
    free(whole);
    free(drawn);
    return rc;
}
