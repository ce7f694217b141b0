/* How far Gaussian noise lies from what a robust STL makes of it, in units of 1.4826 times the
 * median distance: the distance that 0.27 % exceed, over that of a Gaussian, beside what
 * stretch_of() of lib/detect/seasonal_rest.c and the law of the MAD lead to expect.
 *
 *     cc -O2 -Ilib -o stl-rest tests/bench/stl-rest.c build/libadkit.a -lm
 *     ./stl-rest */
#include "maths/rank.h"
#include "maths/rng.h"
#include "maths/robust.h"
#include "maths/stl.h"
#include "maths/surprise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 20000, VALUES = 400000 };

static double y[MOST], season[MOST], trend[MOST], rest[2 * VALUES];

/* The ratio, from as many series of n values as make VALUES or more. */
static double measure(struct ad_rng *rng, size_t n, const struct ad_stl_cfg *cfg)
{
    size_t all = 0;
    while (all < VALUES) {
        double off[MOST];
        for (size_t i = 0; i < n; i++)
            y[i] = ad_rng_normal(rng);
        if (ad_stl(y, n, cfg, season, trend))
            exit(1);
        for (size_t i = 0; i < n; i++)
            rest[all + i] = off[i] = fabs(y[i] - season[i] - trend[i]);
        double scale = 1.4826 * ad_rank_median(off, n);
        for (size_t i = 0; i < n; i++)
            rest[all++] /= scale;
    }
    return ad_rank(rest, all, (size_t)((double)all * (1 - 0.0027))) / 3;
}

int main(void)
{
    static const size_t period[] = {6, 12, 24, 48, 168}, cycles[] = {5, 10, 20, 60};
    struct ad_rng rng;
    ad_rng_seed(&rng, 1);
    for (size_t i = 0; i < sizeof period / sizeof *period; i++)
        for (size_t k = 0; k < sizeof cycles / sizeof *cycles; k++) {
            size_t n = period[i] * cycles[k];
            struct ad_stl_cfg cfg = {.period = period[i], .robust = true};
            double l =
                3 / (double)n + 1 / (double)cycles[k] + 1.73 / (1.5 + 1.5 * (double)period[i]);
            struct ad_robust_law law = ad_robust_law((size_t)((double)n * (1 - l)));
            double most = l < 0.3 ? l : 0.3, stretch = 1 / (1 - most - 2.2 * most * most);
            double want = law.factor * stretch * ad_surprise_t_at(-log(0.0027), law.nu) / 3;
            printf("period %zu, %zu cycles: %.3f, expected %.3f\n", period[i], cycles[k],
                   measure(&rng, n, &cfg), want);
        }
    return 0;
}
