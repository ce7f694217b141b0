#include "decide/ensemble_report.h"

#include "decide/ensemble_private.h"

#include <stdlib.h>

struct pair {
    double n, both, first, second; /* records; flagged by both, by one, by the other */
    double labelled, wrong;        /* and by both wrongly, or wrongly not */
    double x, y, xx, yy, xy;       /* means, sums of products of what is off them */
};

struct report {
    size_t n;
    struct pair pair[]; /* [n][n], the first one is the higher */
};

static void *create(const void *cfg, const struct ad_setup *setup)
{
    (void)cfg;
    size_t n = setup->nfield;
    struct report *s = calloc(1, sizeof *s + n * n * sizeof *s->pair);
    if (s)
        s->n = n;
    return s;
}

static void destroy(void *state)
{
    free(state);
}

/* Welford's step, for two. */
static void add(struct pair *p, double x, double y, double label)
{
    bool first = x >= 0.5, second = y >= 0.5;
    p->n++;
    p->both += first && second;
    p->first += first;
    p->second += second;
    if (!isnan(label)) {
        p->labelled++;
        p->wrong += first == second && first != (label > 0.5);
    }
    double dx = x - p->x, dy = y - p->y;
    p->x += dx / p->n;
    p->y += dy / p->n;
    p->xx += dx * (x - p->x);
    p->yy += dy * (y - p->y);
    p->xy += dx * (y - p->y);
}

static int learn(void *state, const struct ad_sample *in, const struct ad_line *line,
                 const struct ad_verdict *verdict)
{
    (void)line;
    (void)verdict;
    struct report *s = state;
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; !isnan(in->x[i]) && j < i; j++)
            if (!isnan(in->x[j]))
                add(&s->pair[i * s->n + j], in->x[i], in->x[j], in->label);
    return 0;
}

struct ad_diversity ad_ensemble_diversity(const void *state, size_t i, size_t j)
{
    const struct report *s = state;
    const struct pair *p = &s->pair[i > j ? i * s->n + j : j * s->n + i];
    double n = p->n, single = p->first + p->second - 2 * p->both;
    double same = 1 - single / n, a = p->first / n, b = p->second / n;
    double chance = a * b + (1 - a) * (1 - b);
    return (struct ad_diversity){
        .records = n,
        .kappa = chance < 1 ? (same - chance) / (1 - chance) : (double)NAN,
        .disagreement = single / n,
        .double_fault = p->labelled > 0 ? p->wrong / p->labelled : (double)NAN,
        .correlation = p->xx > 0 && p->yy > 0 ? p->xy / sqrt(p->xx * p->yy) : (double)NAN,
    };
}

const struct ad_detector ad_ensemble_report = {
    .name = "ensemble",
    .version = 1,
    .flags = AD_LISTENS | AD_MULTI | AD_RAW | AD_SCORES,
    .check = ad_ensemble_check,
    .create = create,
    .destroy = destroy,
    .learn = learn,
};
