#include "unit.h"

#include "maths/ewma.h"
#include "maths/rng.h"

/* Rscript -e 'x <- c(3.5,-1.25,7,2.5,100.25,4,4.75); w <- .8^(6:0)
 *     r <- cov.wt(cbind(x), w/sum(w), method="unbiased"); sprintf("%.15g", c(r$center, r$cov))' */
static void test_matches_r(void **state)
{
    (void)state;
    static const double x[] = {3.5, -1.25, 7, 2.5, 100.25, 4, 4.75};
    struct ad_ewma e = {0};
    for (size_t i = 0; i < 7; i++)
        ad_ewma_add(&e, x[i], 0.8);
    assert_close(e.mean, 19.4271999157772, 1e-14);
    assert_close(ad_ewma_variance(&e), 1525.62242084936, 1e-14);
}

static void test_equal_weights_are_plain_moments(void **state)
{
    (void)state;
    struct ad_ewma e = {0};
    for (int i = 1; i <= 9; i++)
        ad_ewma_add(&e, i, 1);
    assert_close(e.mean, 5, 1e-15);
    assert_close(ad_ewma_variance(&e), 7.5, 1e-15);
    assert_close(ad_ewma_n(&e), 9, 1e-15);
    assert_close(ad_ewma_nu(&e), 8, 1e-14);
}

/* Geometric sums: n = (1 + keep)/(1 - keep). */
static void test_steady_number(void **state)
{
    (void)state;
    struct ad_ewma e = {0};
    for (int i = 0; i < 10000; i++)
        ad_ewma_add(&e, i % 2, 0.95);
    assert_close(ad_ewma_n(&e), 1.95 / 0.05, 1e-13);
}

/* Variance and degrees of freedom against many Gaussian series: chi-squared/nu has variance 2/nu.
 * Standard error of the second 2 %. */
static void test_law_of_the_variance(void **state)
{
    (void)state;
    enum { SERIES = 20000 };
    struct ad_rng rng;
    struct ad_ewma e;
    ad_rng_seed(&rng, 1);
    double m1 = 0, m2 = 0;
    for (int k = 0; k < SERIES; k++) {
        e = (struct ad_ewma){0};
        for (int i = 0; i < 60; i++)
            ad_ewma_add(&e, ad_rng_normal(&rng), 0.9);
        double v = ad_ewma_variance(&e);
        m1 += v / SERIES;
        m2 += v * v / SERIES;
    }
    assert_close(m1, 1, 0.015);
    assert_close(2 / (m2 - m1 * m1), ad_ewma_nu(&e), 0.06);
}

static void test_saved_and_loaded(void **state)
{
    (void)state;
    struct ad_ewma e = {0}, copy = {0};
    struct ad_buf out = {0};
    ad_ewma_add(&e, 1.5, 0.9);
    ad_ewma_add(&e, 2.25, 0.9);
    ad_ewma_save(&e, &(struct ad_save){&out});
    assert_int_equal(ad_ewma_load(&copy, &(struct ad_load){{out.s, out.len}, false}), 0);
    assert_memory_equal(&copy, &e, sizeof e);
    assert_int_equal(ad_ewma_load(&copy, &(struct ad_load){{out.s, out.len - 1}, false}), -1);
    static const double unsound[][5] = {
        {1, 1, 1, NAN, 1},     {1, 1, 1, 0, -1}, {1, 1, 1, 0, INFINITY},
        {0.5, 0.5, 0.5, 0, 0}, {1, 2, 1, 0, 0},
    };
    for (size_t i = 0; i < sizeof unsound / sizeof *unsound; i++) {
        out.len = 0;
        ad_save_f64s(&(struct ad_save){&out}, unsound[i], 5);
        assert_int_equal(ad_ewma_load(&copy, &(struct ad_load){{out.s, out.len}, false}), -1);
    }
    ad_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches_r),
        cmocka_unit_test(test_equal_weights_are_plain_moments),
        cmocka_unit_test(test_steady_number),
        cmocka_unit_test(test_law_of_the_variance),
        cmocka_unit_test(test_saved_and_loaded),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
