#include "unit.h"

#include "maths/rank.h"
#include "maths/rng.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 200 };

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Against qsort(), for values in any order, with many ties and without. */
static void test_any_rank(void **state)
{
    (void)state;
    struct ad_rng rng;
    ad_rng_seed(&rng, 1);
    for (int round = 0; round < 20000; round++) {
        double x[MOST], sorted[MOST];
        size_t n = 1 + ad_rng_below(&rng, MOST), k = ad_rng_below(&rng, n);
        uint64_t kinds = 1 + ad_rng_below(&rng, round % 2 ? 5 : 1000);
        for (size_t i = 0; i < n; i++)
            x[i] = round % 7 ? (double)ad_rng_below(&rng, kinds) : (double)i * (round % 3 - 1.0);
        memcpy(sorted, x, n * sizeof *x);
        qsort(sorted, n, sizeof *sorted, by_size);
        assert_close(ad_rank(x, n, k), sorted[k], 0);
        for (size_t i = 0; i < n; i++)
            assert_true(i < k ? x[i] <= x[k] : x[i] >= x[k]);
        assert_close(ad_rank_median(x, n), (sorted[n / 2] + sorted[(n - 1) / 2]) / 2, 0);
    }
}

/* numpy 1.24.2: x = np.array([7, 1, 4, 4, 9, 2.5, -3]); np.quantile(x, [0, .1, .5, .9, 1]),
 * and of x[:6] */
static void test_quantile(void **state)
{
    (void)state;
    static const double q[] = {0, 0.1, 0.5, 0.9, 1},
                        want[2][5] = {{-3, -0.6, 4, 7.8, 9}, {1, 1.75, 4, 8, 9}};
    for (size_t n = 7; n >= 6; n--)
        for (int i = 0; i < 5; i++) {
            double x[] = {7, 1, 4, 4, 9, 2.5, -3};
            assert_close(ad_rank_quantile(x, n, q[i]), want[7 - n][i], 1e-14);
        }
    double one[] = {5};
    assert_close(ad_rank_quantile(one, 1, 0.9), 5, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_rank),
        cmocka_unit_test(test_quantile),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
