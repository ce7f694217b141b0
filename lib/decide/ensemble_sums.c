/* What ad-ensemble --fit learns of normal times: how the combined score is distributed, or how the
 * detectors go together. */
#include "decide/ensemble_private.h"

#include <stdlib.h>

enum { MOST = 100000, LEAST = 100 };

/* Of two detectors that both had a score: how often, and sums. */
struct pair {
    double n, x, y, xx, yy, xy;
};

struct ad_ensemble_sums {
    struct pair *pair; /* [n][n], i > j */
    /* A random choice of the scores so far, each as likely as the others: algorithm R (Vitter
     * 1985). */
    double *score;
    size_t n, room;
    uint64_t seen;
    struct ad_rng rng;
};

void ad_ensemble_sums_free(struct ad_ensemble_sums *sums)
{
    if (sums) {
        free(sums->pair);
        free(sums->score);
    }
    free(sums);
}

static bool adds(const struct ad_ensemble *s)
{
    return s->cfg->strategy == AD_ENSEMBLE_FISHER || s->cfg->strategy == AD_ENSEMBLE_STOUFFER;
}

static struct ad_ensemble_sums *sums_of(struct ad_ensemble *s)
{
    if (s->sums || !(s->sums = calloc(1, sizeof *s->sums)))
        return s->sums;
    ad_rng_seed(&s->sums->rng, s->setup->seed);
    if (adds(s) && !(s->sums->pair = calloc(s->n * s->n, sizeof *s->sums->pair))) {
        free(s->sums);
        s->sums = NULL;
    }
    return s->sums;
}

/* Beyond twice the line it is the strength of anomalies that would be learnt. */
static double bounded(const struct ad_votes *v, size_t i, int strategy)
{
    double most = 2.0 / 3, x = v->x[i] < most ? v->x[i] : most;
    struct ad_votes one = {.x = &x, .s0 = v->s0};
    return ad_votes_evidence(&one, 0, strategy);
}

static void add_pairs(struct ad_ensemble *s, const struct ad_votes *v)
{
    for (size_t i = 0; i < s->n; i++) {
        double x = v->w[i] > 0 ? bounded(v, i, s->cfg->strategy) : 0;
        for (size_t j = 0; v->w[i] > 0 && j < i; j++) {
            if (!(v->w[j] > 0))
                continue;
            struct pair *p = &s->sums->pair[i * s->n + j];
            double y = bounded(v, j, s->cfg->strategy);
            p->n++;
            p->x += x;
            p->y += y;
            p->xx += x * x;
            p->yy += y * y;
            p->xy += x * y;
        }
    }
}

int ad_ensemble_collect(struct ad_ensemble *s, const struct ad_votes *v, double surprise)
{
    struct ad_ensemble_sums *sums = sums_of(s);
    if (!sums)
        return -1;
    if (sums->pair) {
        add_pairs(s, v);
        return 0;
    }
    uint64_t at = sums->seen++;
    if (at >= MOST)
        at = ad_rng_below(&sums->rng, sums->seen);
    if (at >= MOST)
        return 0;
    if (at == sums->n) {
        if (sums->n == sums->room) {
            size_t room = sums->room ? 2 * sums->room : 256;
            double *score = realloc(sums->score, room * sizeof *score);
            if (!score)
                return -1;
            sums->score = score;
            sums->room = room;
        }
        sums->n++;
    }
    sums->score[at] = ad_votes_score(surprise, s->setup->s0);
    return 0;
}

/* Tests that disagree are taken for independent: to count on it would be bold. */
static double correlation(const struct pair *p)
{
    double n = fmax(p->n, 1), xx = p->xx - p->x * p->x / n, yy = p->yy - p->y * p->y / n;
    double r = (p->xy - p->x * p->y / n) / sqrt(xx * yy);
    return p->n >= LEAST && xx > 1e-9 * n && yy > 1e-9 * n ? fmin(fmax(r, 0), 1) : 0;
}

int ad_ensemble_settle(struct ad_ensemble *s)
{
    struct ad_ensemble_sums *sums = sums_of(s);
    if (!sums)
        return -1;
    if (sums->pair) {
        s->cov = calloc(s->n * s->n, sizeof *s->cov);
        for (size_t i = 0; s->cov && i < s->n; i++)
            for (size_t j = 0; j < i; j++)
                s->cov[i * s->n + j] = correlation(&sums->pair[i * s->n + j]);
        return s->cov ? 0 : -1;
    }
    if (sums->n < LEAST)
        return 0;
    s->tail = calloc(1, sizeof *s->tail);
    if (s->tail)
        ad_tail_fit(s->tail, sums->score, sums->n);
    return s->tail ? 0 : -1;
}
