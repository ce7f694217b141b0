#include "maths/nabscore.h"

#include <math.h>
#include <stdlib.h>

const struct ad_nab_profile ad_nab_profile[AD_NAB_PROFILES] = {
    [AD_NAB_STANDARD] = {1, 1, 0.11},
    [AD_NAB_LOW_FP] = {1, 1, 0.22},
    [AD_NAB_LOW_FN] = {1, 2, 0.11},
};

int ad_nab_init(struct ad_nab *nab, size_t levels)
{
    *nab = (struct ad_nab){.levels = levels};
    nab->gain = calloc(levels + 1, sizeof *nab->gain);
    nab->cost = calloc(levels + 1, sizeof *nab->cost);
    nab->found = calloc(levels + 1, sizeof *nab->found);
    return nab->gain && nab->cost && nab->found ? 0 : -1;
}

void ad_nab_free(struct ad_nab *nab)
{
    free(nab->gain);
    free(nab->cost);
    free(nab->found);
    *nab = (struct ad_nab){0};
}

static double sigmoid(double y)
{
    return 2 / (1 + exp(5 * y)) - 1;
}

/* Records of a window from `from` on: the credit at a threshold is that of the first at least as
 * high, so only those that are higher than all before them matter. */
static void add_window(struct ad_nab *nab, const uint32_t *level, struct ad_span w, size_t from)
{
    double width = (double)(w.last - w.first + 1), unit = 0;
    uint32_t top = AD_LEVEL_NONE;
    for (size_t i = from > w.first ? from : w.first; i <= w.last; i++) {
        if (level[i] == AD_LEVEL_NONE || (top != AD_LEVEL_NONE && level[i] <= top))
            continue;
        double now = sigmoid(-(double)(w.last - i + 1) / width) / sigmoid(-1);
        if (top != AD_LEVEL_NONE)
            nab->gain[top] += unit - now;
        unit = now;
        top = level[i];
    }
    if (top != AD_LEVEL_NONE) {
        nab->gain[top] += unit;
        nab->found[top]++;
    }
}

/* Normal records from `first` to before `end`, `before` being the window before them or NULL. */
static void add_normal(struct ad_nab *nab, const uint32_t *level, size_t first, size_t end,
                       const struct ad_span *before)
{
    for (size_t i = first; i < end; i++) {
        double y = before ? (double)(i - before->last) / (double)(before->last - before->first) : 4;
        if (level[i] != AD_LEVEL_NONE)
            nab->cost[level[i]] += y > 3 ? -1 : sigmoid(y);
    }
}

void ad_nab_add(struct ad_nab *nab, const uint32_t *level, size_t n, const struct ad_span *window,
                size_t nw)
{
    size_t from = n * 15 / 100 < 750 ? n * 15 / 100 : 750, at = from;
    for (size_t w = 0; w < nw; w++) {
        const struct ad_span *before = w ? window + w - 1 : NULL;
        add_normal(nab, level, at, window[w].first, before);
        add_window(nab, level, window[w], from);
        nab->windows++;
        nab->reachable += window[w].last >= from;
        at = window[w].last + 1 > from ? window[w].last + 1 : from;
    }
    add_normal(nab, level, at, n, nw ? window + nw - 1 : NULL);
}

/* What is reached from the highest level down to `level`, and on the way the best and its level. */
static double walk(const struct ad_nab *nab, const struct ad_nab_profile *p, size_t level,
                   double *best, size_t *at)
{
    double nothing = -p->fn * nab->reachable, raw = nothing;
    double whole = p->tp * nab->windows - nothing;
    *best = nothing;
    *at = nab->levels;
    for (size_t i = nab->levels; i > level; i--) {
        raw += p->fp * nab->cost[i - 1] + p->tp * nab->gain[i - 1] + p->fn * nab->found[i - 1];
        if (raw > *best) {
            *best = raw;
            *at = i - 1;
        }
    }
    *best = nab->windows > 0 ? 100 * (*best - nothing) / whole : (double)NAN;
    return nab->windows > 0 ? 100 * (raw - nothing) / whole : (double)NAN;
}

double ad_nab_score(const struct ad_nab *nab, const struct ad_nab_profile *profile, size_t level)
{
    double best;
    size_t at;
    return walk(nab, profile, level, &best, &at);
}

double ad_nab_best(const struct ad_nab *nab, const struct ad_nab_profile *profile, size_t *level)
{
    double best;
    walk(nab, profile, 0, &best, level);
    return best;
}
