#include "unit.h"

#include "detect/features.h"

#include <string.h>

enum { N = 15 };

static const double value[N] = {3, 5, 4, 6, 5, 7, 4, 5, 9.5, 5, 4, 6.25, 5, 3, 20};
static const double time_of[N] = {0,   60,  120, 180, 240,  300,  360,  420,
                                  480, 480, 540, 600, 7200, 7260, 90000};

static struct ad_sample sample(const double *x, double t)
{
    return (struct ad_sample){.t = t, .wall = t, .elapsed = NAN, .x = x, .n = 1};
}

/* pandas, x and t being Series of the values above:
 *     p, q, r = x.shift(), x.rolling(10, min_periods=3), t.diff().where(t.diff() > 0)
 *     DataFrame({0: x, 1: x.diff(), 2: x.diff() / r, 3: x - p.rolling(10, min_periods=3).mean(),
 *         4: x - p.rolling(100, min_periods=10).mean(), 5: q.std(), 6: q.max() - q.min(),
 *         7: t % 86400 / 86400}) */
static void test_matches_pandas(void **state)
{
    (void)state;
    static const double want[N][AD_FEATURES] = {
        {3, NAN, NAN, NAN, NAN, NAN, NAN, 0},
        {5, 2, 0.0333333333333, NAN, NAN, NAN, NAN, 0.000694444444444},
        {4, -1, -0.0166666666667, NAN, NAN, 1, 2, 0.00138888888889},
        {6, 2, 0.0333333333333, 2, NAN, 1.29099444874, 3, 0.00208333333333},
        {5, -1, -0.0166666666667, 0.5, NAN, 1.1401754251, 3, 0.00277777777778},
        {7, 2, 0.0333333333333, 2.4, NAN, 1.41421356237, 4, 0.00347222222222},
        {4, -3, -0.05, -1, NAN, 1.34518541827, 4, 0.00416666666667},
        {5, 1, 0.0166666666667, 0.142857142857, NAN, 1.24642345476, 4, 0.00486111111111},
        {9.5, 4.5, 0.075, 4.625, NAN, 1.93290225079, 6.5, 0.00555555555556},
        {5, -4.5, NAN, -0.388888888889, NAN, 1.82650242571, 6.5, 0.00555555555556},
        {4, -1, -0.0166666666667, -1.35, -1.35, 1.70701168388, 5.5, 0.00625},
        {6.25, 2.25, 0.0375, 0.8, 1.02272727273, 1.71614069612, 5.5, 0.00694444444444},
        {5, -1.25, -0.000189393939394, -0.575, -0.3125, 1.64168781712, 5.5, 0.0833333333333},
        {3, -2, -0.0333333333333, -2.675, -2.28846153846, 1.83806208334, 6.5, 0.0840277777778},
        {20, 17, 0.000205462895818, 14.625, 14.875, 4.96270815404, 17, 0.0416666666667},
    };
    struct ad_features *f = ad_features_new();
    assert_non_null(f);
    for (int i = 0; i < N; i++) {
        double got[AD_FEATURES];
        struct ad_sample s = sample(&value[i], time_of[i]);
        assert_int_equal(ad_features_next(f, &s, got), 0);
        for (int k = 0; k < AD_FEATURES; k++)
            assert_close(got[k], want[i][k], 1e-11);
    }
    ad_features_free(f);
}

static void test_without_time(void **state)
{
    (void)state;
    struct ad_features *f = ad_features_new();
    double got[AD_FEATURES];
    for (int i = 0; i < N; i++) {
        struct ad_sample s = sample(&value[i], NAN);
        assert_int_equal(ad_features_next(f, &s, got), 0);
        assert_true(isnan(got[2]) && isnan(got[7]));
    }
    assert_close(got[1], 17, 0);
    ad_features_free(f);
}

static void test_long_mean_forgets(void **state)
{
    (void)state;
    struct ad_features *f = ad_features_new();
    double got[AD_FEATURES], x = 5;
    for (int i = 0; i < 50; i++)
        assert_int_equal(ad_features_next(f, &(struct ad_sample){.t = NAN, .x = &x, .n = 1}, got),
                         0);
    x = 9;
    for (int i = 0; i < 100; i++)
        assert_int_equal(ad_features_next(f, &(struct ad_sample){.t = NAN, .x = &x, .n = 1}, got),
                         0);
    assert_close(got[3], 0, 0);
    assert_close(got[4], 9 - (1 * 5 + 99 * 9) / 100.0, 1e-12);
    ad_features_free(f);
}

static void test_huge_values_stay_finite(void **state)
{
    (void)state;
    static const double huge[] = {1.7e308, -1.7e308, 1.7e308, 0, -1.7e308};
    struct ad_features *f = ad_features_new();
    for (int i = 0; i < 50; i++) {
        double got[AD_FEATURES];
        struct ad_sample s = sample(&huge[i % 5], i * 1e-6);
        assert_int_equal(ad_features_next(f, &s, got), 0);
        assert_close(got[0], huge[i % 5], 0);
        for (int k = 0; k < AD_FEATURES; k++)
            assert_true(!isinf(got[k]));
    }
    ad_features_free(f);
}

static void test_every_feature_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(ad_feature_name[0], "value");
    for (int i = 0; i < AD_FEATURES; i++)
        for (int k = 0; k < i; k++)
            assert_string_not_equal(ad_feature_name[i], ad_feature_name[k]);
}

static void test_goes_on_after_loading(void **state)
{
    (void)state;
    for (int cut = 0; cut < N; cut++) {
        struct ad_features *f = ad_features_new(), *g = ad_features_new();
        double a[AD_FEATURES], b[AD_FEATURES];
        for (int i = 0; i < cut; i++) {
            struct ad_sample s = sample(&value[i], time_of[i]);
            assert_int_equal(ad_features_next(f, &s, a), 0);
        }
        struct ad_buf out = {0};
        ad_features_save(f, &(struct ad_save){&out});
        struct ad_load in = {{out.s, out.len}, false};
        assert_int_equal(ad_features_load(g, &in), 0);
        assert_int_equal(in.in.len, 0);
        for (int i = cut; i < N; i++) {
            struct ad_sample s = sample(&value[i], time_of[i]);
            assert_int_equal(ad_features_next(f, &s, a), 0);
            assert_int_equal(ad_features_next(g, &s, b), 0);
            assert_memory_equal(a, b, sizeof a);
        }
        for (size_t len = 0; len < out.len; len++) {
            struct ad_features *h = ad_features_new();
            assert_int_equal(ad_features_load(h, &(struct ad_load){{out.s, len}, false}), -1);
            ad_features_free(h);
        }
        ad_buf_free(&out);
        ad_features_free(f);
        ad_features_free(g);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_matches_pandas),           cmocka_unit_test(test_without_time),
    cmocka_unit_test(test_long_mean_forgets),        cmocka_unit_test(test_huge_values_stay_finite),
    cmocka_unit_test(test_every_feature_has_a_name), cmocka_unit_test(test_goes_on_after_loading),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
