#include "detect/subseq_parts.h"

#include "maths/fft.h"

#include <stdlib.h>

/* How far the autocorrelation is looked at, and the window where it has no hill to speak of. */
enum { LOOKED_AT = 20000, LAGS = 401, FIRST = 3, LAST = 300, NO_CYCLE = 125, FEW = 50 };

/* The lag of the highest hill of the autocorrelation; 0 when out of memory. */
static size_t find_cycle(const double *x, size_t n)
{
    double *y = calloc(n + LAGS, sizeof *y), mean = 0;
    if (!y)
        return 0;
    double *r = y + n;
    for (size_t i = 0; i < n; i++)
        mean += x[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] - mean;
    size_t lags = n < LAGS ? n : LAGS, best = 0;
    if (ad_fft_autocovariance(y, n, r, lags)) {
        free(y);
        return 0;
    }
    for (size_t j = FIRST + 1; j + 1 < lags; j++)
        if (r[j] > r[j - 1] && r[j] > r[j + 1] && (best == 0 || r[j] > r[best]))
            best = j;
    free(y);
    return best < 2 * FIRST || best > LAST + FIRST ? NO_CYCLE : best;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void add(struct ad_subseq_plan *plan, enum ad_subseq_kind kind, size_t w, double weight,
                double q)
{
    for (size_t i = 0; i < plan->n; i++)
        if (plan->part[i].kind == kind && kind == AD_SUBSEQ_FEATURES && plan->part[i].w == w) {
            plan->part[i].weight += weight;
            return;
        }
    plan->part[plan->n++] = (struct ad_subseq_part){.kind = kind, .w = w, .weight = weight, .q = q};
    plan->longest = w > plan->longest ? w : plan->longest;
}

int ad_subseq_plan(struct ad_subseq_plan *plan, const struct ad_subseq_cfg *cfg, const double *x,
                   size_t n)
{
    size_t cycle = (size_t)cfg->window, most = n / 10;
    if (!cycle && !(cycle = find_cycle(x, n < LOOKED_AT ? n : LOOKED_AT)))
        return -1;
    size_t one = smaller(cycle > 10 ? cycle : 10, most);
    size_t base = one >= FEW ? one : smaller(one * ((FEW + one - 1) / one), most);
    size_t wide = smaller(2 * base, n / 8);
    bool compare = n <= cfg->profile_max;
    *plan = (struct ad_subseq_plan){.base = base};
    for (size_t w = 16; w <= 256; w *= 2)
        add(plan, AD_SUBSEQ_FEATURES, smaller(w, most), 0.5, 0);
    add(plan, AD_SUBSEQ_FEATURES, base, compare ? 1 : 2, 0);
    add(plan, AD_SUBSEQ_FEATURES, wide, 1, 0);
    if (compare) {
        add(plan, AD_SUBSEQ_LEVEL, wide, 1, 0.2);
        add(plan, AD_SUBSEQ_SHAPE, base, 1, 0.2);
    }
    if (compare && cfg->discord)
        add(plan, AD_SUBSEQ_SHAPE, base, 1, 0);
    if (compare) {
        /* In data that repeat, what has no likeness at all tells more than what has few. */
        add(plan, AD_SUBSEQ_LEVEL, base, 2, 0);
        plan->part[plan->n - 1].only_regular = true;
    }
    return 0;
}
