#include "unit.h"

#include "maths/rng.h"
#include "maths/robust.h"

/* Rscript -e 'x <- c(2,4,4,9,1,7,30,3); sprintf("%.15g", c(median(x), mad(x)))'
 * with the constant of mad() to all digits, 1/qnorm(3/4). */
static void test_matches_r(void **state)
{
    (void)state;
    static const double x[] = {100, -100, 2, 4, 4, 9, 1, 7, 30, 3};
    struct ad_robust r;
    ad_robust_init(&r, 8, 0);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(ad_robust_add(&r, x[i], 0), 0);
    assert_close(r.median, 4, 0);
    assert_close(r.scale, 2.5 * 1.48260221850560, 1e-14);
    ad_robust_free(&r);
}

static void test_windows_of_time(void **state)
{
    (void)state;
    struct ad_robust r;
    ad_robust_init(&r, 0, 5);
    for (int t = 0; t < 50; t++)
        assert_int_equal(ad_robust_add(&r, t, t), 0);
    assert_int_equal(r.last.len, 5);
    assert_close(r.median, 47, 0);
    assert_int_equal(ad_robust_add(&r, 1, 1000), 0);
    assert_int_equal(r.last.len, 1);
    assert_close(r.median, 1, 0);
    assert_close(r.scale, 0, 0);
    ad_robust_free(&r);
}

/* P(|x - median| > factor * quantile * scale) for Gaussian windows, averaged over simulated ones,
 * is the quantile's own: within 4 % where n >= 24 and 6 % from 10 on. Standard errors are below 2
 * %. */
static void assert_law(struct ad_rng *rng, size_t n, double quantile, double p, double within)
{
    struct ad_robust r;
    struct ad_robust_law law = ad_robust_law(n);
    ad_robust_init(&r, (double)n, 0);
    double sum = 0, windows = 5e5 / (double)n;
    for (double k = 0; k < windows; k++) {
        for (size_t i = 0; i < n; i++)
            assert_int_equal(ad_robust_add(&r, ad_rng_normal(rng), 0), 0);
        double far = law.factor * quantile * r.scale;
        sum += erfc((far - r.median) / sqrt(2)) + erfc((far + r.median) / sqrt(2));
    }
    assert_close(sum / 2 / windows, p, within);
    ad_robust_free(&r);
}

/* Quantiles: -qt(c(.05, .00135), nu) in R for the nu of ad_robust_law(). */
static void test_law_of_small_windows(void **state)
{
    (void)state;
    struct ad_rng rng;
    ad_rng_seed(&rng, 1);
    assert_law(&rng, 10, 2.072570814, 0.1, 0.06);
    assert_law(&rng, 10, 6.034060972, 0.0027, 0.06);
    assert_law(&rng, 24, 1.811183512, 0.1, 0.04);
    assert_law(&rng, 24, 3.948541863, 0.0027, 0.06);
    assert_law(&rng, 30, 1.781732923, 0.1, 0.04);
    assert_law(&rng, 30, 3.760781284, 0.0027, 0.06);
    assert_law(&rng, 101, 1.685569589, 0.1, 0.04);
    assert_law(&rng, 101, 3.207819065, 0.0027, 0.04);
}

static void test_law_has_no_jump(void **state)
{
    (void)state;
    assert_close(ad_robust_law(2).nu, 0, 0);
    for (size_t n = 24; n < 1000000; n = n * 3 / 2) {
        assert_true(ad_robust_law(n).factor > 1);
        assert_close(ad_robust_law(n + 1).factor, ad_robust_law(n).factor, 0.006);
        assert_close(ad_robust_law(n + 1).nu, ad_robust_law(n).nu, 0.05);
    }
}

static void test_saved_and_loaded(void **state)
{
    (void)state;
    struct ad_rng rng;
    struct ad_robust r, copy;
    struct ad_buf out = {0};
    ad_rng_seed(&rng, 5);
    ad_robust_init(&r, 40, 0);
    for (int i = 0; i < 400; i++) {
        assert_int_equal(ad_robust_add(&r, (double)ad_rng_below(&rng, 30), 0), 0);
        out.len = 0;
        ad_robust_save(&r, &(struct ad_save){&out});
        ad_robust_init(&copy, 40, 0);
        assert_int_equal(ad_robust_load(&copy, &(struct ad_load){{out.s, out.len}, false}), 0);
        assert_close(copy.median, r.median, 0);
        assert_close(copy.scale, r.scale, 0);
        ad_robust_free(&r);
        r = copy;
    }
    ad_robust_free(&r);
    ad_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches_r),
        cmocka_unit_test(test_windows_of_time),
        cmocka_unit_test(test_law_of_small_windows),
        cmocka_unit_test(test_law_has_no_jump),
        cmocka_unit_test(test_saved_and_loaded),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
