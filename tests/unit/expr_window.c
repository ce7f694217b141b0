#include "unit.h"

#include "decide/expr_window.h"

#include <stdlib.h>

enum { MOST = 20000 };
static double times[MOST], values[MOST];

/* The sum by looking at everything that came before. */
static double naive(size_t n, double span, double t)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += t - times[i] < span ? values[i] : 0;
    return sum;
}

static double next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (double)(*seed >> 40) / (1 << 24);
}

/* Up to 1024 different times in the window it is exact. */
static void test_exact(void **state)
{
    (void)state;
    static const double steps[] = {0.5, 5, 0.06};
    for (size_t s = 0; s < 3; s++) {
        struct ad_tally w = {0};
        uint64_t seed = 7 + s;
        double t = 1.7e9;
        for (size_t i = 0; i < 3000; i++) {
            t += next(&seed) < 0.3 ? 0 : steps[s] * (1 + next(&seed)) * (i % 700 == 0 ? 100 : 1);
            times[i] = t;
            values[i] = next(&seed) < 0.2 ? 0 : next(&seed) - 0.5;
            assert_int_equal(ad_tally_add(&w, 60, t, values[i]), 0);
            assert_true(w.n <= AD_TALLY_MOST);
            double want = naive(i + 1, 60, t);
            assert_true(fabs(ad_tally_sum(&w) - want) < 1e-11);
        }
        ad_tally_free(&w);
    }
}

/* Beyond that, what it counts is what a window of up to a 512th more would count. */
static void test_bound(void **state)
{
    (void)state;
    struct ad_tally w = {0};
    uint64_t seed = 3;
    double t = 1.7e9;
    for (size_t i = 0; i < MOST; i++) {
        t += 0.01 * next(&seed);
        times[i] = t;
        values[i] = 1;
        assert_int_equal(ad_tally_add(&w, 60, t, 1), 0);
        assert_true(w.cap <= AD_TALLY_MOST);
        if (i % 97)
            continue;
        double got = ad_tally_sum(&w);
        assert_true(got >= naive(i + 1, 60, t));
        assert_true(got <= naive(i + 1, 60 + 60.0 / AD_TALLY_PARTS, t));
    }
    assert_true(naive(MOST, 60, t) > 10000); /* and it was worth it */
    ad_tally_free(&w);
}

/* Huge values leave nothing behind, neither rounding nor an infinity. */
static void test_rounding(void **state)
{
    (void)state;
    static const double huge[] = {1e17, 1e300, 1.7e308};
    for (size_t k = 0; k < 3; k++) {
        struct ad_tally w = {0};
        for (int i = 0; i < 100; i++)
            ad_tally_add(&w, 10, i, i >= 40 && i < 43 ? huge[k] : 0.1);
        assert_close(ad_tally_sum(&w), 1, 1e-15);
        ad_tally_free(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_rounding),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
