/* How much the cycles of series without a period resemble each other: the highest likeness, over
 * all candidates, that one series in a hundred reaches, by the number of cycles. What
 * least_likeness() of lib/maths/periods.c rests on.
 *
 *     cc -O2 -Ilib -o periods-null tests/bench/periods-null.c build/libadkit.a -lm
 *     ./periods-null 2000 */
#include "maths/periods.c"
#include "maths/rng.h"

#include <stdio.h>

enum { MOST = 10000, SERIES = 1000, CYCLES = 16 };

static double y[MOST], before[MOST + 1], highest[CYCLES][SERIES];

static int by_size(const void *a, const void *b)
{
    double p = *(const double *)a, q = *(const double *)b;
    return p < q ? -1 : p > q;
}

static void fill(struct ad_rng *rng, int kind, size_t n)
{
    double walk = 0, back = 0;
    for (size_t i = 0; i < n; i++) {
        double e = ad_rng_normal(rng);
        walk += e;
        back = 0.9 * back + e;
        y[i] = kind == 0 ? e : kind == 1 ? walk : kind == 2 ? back : walk + 3 * ad_rng_normal(rng);
    }
    detrend(y, n);
    for (size_t i = 0; i < n; i++)
        before[i + 1] = before[i] + y[i];
}

static void measure(size_t n, size_t s)
{
    size_t nlag = lags_of(n);
    double r[MOST], share;
    struct candidate c[CANDIDATES];
    ad_fft_autocovariance(y, n, r, nlag);
    for (size_t lag = nlag; lag-- > 0;)
        r[lag] *= (double)n / ((double)(n - lag) * r[0]);
    for (size_t i = hills(r, nlag, c); i-- > 0;) {
        double p = refine(r, nlag, c[i].lag);
        size_t m = (size_t)((double)n / p);
        m -= start_of((double)m, p) > n;
        size_t row = m < CYCLES ? m : CYCLES - 1;
        double like = m > 1 ? likeness(y, before, m, p, &share) : 0;
        highest[row][s] = like > highest[row][s] ? like : highest[row][s];
    }
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    struct ad_rng rng;
    ad_rng_seed(&rng, 1);
    for (int kind = 0; kind < 4 && n <= MOST; kind++) {
        memset(highest, 0, sizeof highest);
        for (size_t s = 0; s < SERIES; s++) {
            fill(&rng, kind, n);
            measure(n, s);
        }
        for (size_t m = 2; m < CYCLES; m++) {
            qsort(highest[m], SERIES, sizeof **highest, by_size);
            printf("%s, %zu cycles: %.2f, least %.2f\n",
                   (const char *[]){"noise", "walk", "AR(1) 0.9", "walk and noise"}[kind], m,
                   highest[m][SERIES * 99 / 100], least_likeness(m));
        }
    }
    return 0;
}
