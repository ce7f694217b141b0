#include "unit.h"

#include "detect/seasonal_drift.h"
#include "maths/rng.h"

#include <math.h>

/* A level whose steps have the variance q, and rises by `slope`, through noise that resembles its
 * neighbours by `like`. */
static struct ad_seasonal_drift after(size_t n, double q, double slope, double like, double known)
{
    struct ad_seasonal_drift d;
    struct ad_rng rng;
    double level = 0, noise = 0;
    ad_rng_seed(&rng, 9);
    ad_seasonal_drift_init(&d, 24, 1);
    for (size_t i = 0; i < n; i++) {
        level += slope + sqrt(q) * ad_rng_normal(&rng);
        noise = like * noise + sqrt(1 - like * like) * ad_rng_normal(&rng);
        ad_seasonal_drift_add(&d, (double)i, level + noise, known, 1);
    }
    return d;
}

static double rate(struct ad_seasonal_drift d)
{
    double nu;
    return ad_seasonal_drift_variance(&d, 1, &nu);
}

/* A hundred blocks are remembered: the mean over ten series is within a fifth or so. */
static void test_finds_the_variance(void **state)
{
    (void)state;
    static const double q[] = {0.04, 1, 25};
    for (size_t k = 0; k < 3; k++) {
        double sum = 0;
        for (size_t i = 0; i < 10; i++)
            sum += rate(after(24 * (200 + 37 * i), q[k], 0, 0.5, 0)) / 10;
        assert_close(sum, q[k], 0.25);
    }
}

/* Noise is no drift, whether it resembles its neighbours or not, and neither is a known slope. */
static void test_noise_is_none(void **state)
{
    (void)state;
    assert_true(rate(after(24000, 0, 0, 0, 0)) < 0.001);
    assert_true(rate(after(24000, 0, 0, 0.7, 0)) < 0.005);
    assert_true(rate(after(24000, 0, 3, 0, 3)) < 0.001);
    assert_true(rate(after(24000, 0, 3, 0, 0)) > 100);
}

static void test_needs_blocks(void **state)
{
    (void)state;
    double nu;
    struct ad_seasonal_drift d = after(24 * 5, 25, 0, 0, 0);
    assert_close(ad_seasonal_drift_variance(&d, 10, &nu), 0, 0);
    d = after(24 * 20, 25, 0, 0, 0);
    assert_true(ad_seasonal_drift_variance(&d, 10, &nu) > 0);
    assert_close(ad_seasonal_drift_variance(&d, 0, &nu), 0, 0);
    assert_true(nu > 6 && nu < 8);
    /* A gap and a shift are no steps. */
    struct ad_seasonal_drift was = d;
    ad_seasonal_drift_break(&d);
    for (int i = 0; i < 30; i++)
        ad_seasonal_drift_add(&d, 480 + i, 1e9, 0, 1);
    for (int i = 0; i < 30; i++)
        ad_seasonal_drift_add(&d, 1000 + i, -1e9, 0, 1);
    assert_close(rate(d), rate(was), 0);
}

static void test_saved_and_loaded(void **state)
{
    (void)state;
    struct ad_buf out = {0};
    struct ad_seasonal_drift d = after(1000, 1, 0, 0, 0), e;
    ad_seasonal_drift_save(&d, &(struct ad_save){&out});
    ad_seasonal_drift_init(&e, 24, 1);
    assert_int_equal(ad_seasonal_drift_load(&e, &(struct ad_load){{out.s, out.len}, false}), 0);
    for (int i = 0; i < 500; i++) {
        ad_seasonal_drift_add(&d, 1000 + i, i, 0, 1);
        ad_seasonal_drift_add(&e, 1000 + i, i, 0, 1);
    }
    assert_close(rate(e), rate(d), 0);
    for (size_t n = 0; n < out.len; n++)
        assert_int_equal(ad_seasonal_drift_load(&e, &(struct ad_load){{out.s, n}, false}), -1);
    ad_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_the_variance),
        cmocka_unit_test(test_noise_is_none),
        cmocka_unit_test(test_needs_blocks),
        cmocka_unit_test(test_saved_and_loaded),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
