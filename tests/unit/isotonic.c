#include "unit.h"

#include "maths/isotonic.h"

enum { N = 40 };

/* The points of i = np.arange(40.); x = np.floor(10*np.abs(np.sin(i)))/10
 * y = ((7*i % 11 + 10*np.sin(i)) > 7).astype(int) */
static void fit(struct ad_isotonic *curve)
{
    double x[N], y[N];
    for (int i = 0; i < N; i++) {
        x[i] = floor(10 * fabs(sin(i))) / 10;
        y[i] = 7 * i % 11 + 10 * sin(i) > 7;
    }
    *curve = (struct ad_isotonic){0};
    assert_int_equal(ad_isotonic_fit(curve, x, y, N), 0);
}

/* scikit-learn 1.2.1: r = IsotonicRegression(out_of_bounds='clip').fit(x, y); r.X_thresholds_,
 * r.y_thresholds_, r.predict(at) */
static void test_as_sklearn(void **state)
{
    (void)state;
    static const double x[] = {0, 0.1, 0.2, 0.4, 0.7, 0.8, 0.9};
    static const double y[] = {0,
                               0.42857142857142855,
                               0.42857142857142855,
                               0.4666666666666667,
                               0.4666666666666667,
                               0.5625,
                               0.5625};
    static const double at[] = {-1, 0, 0.05, 0.15, 0.33, 0.47, 0.55, 0.71, 0.85, 0.9, 2};
    static const double want[] = {0,
                                  0,
                                  0.2142857142857143,
                                  0.42857142857142855,
                                  0.4533333333333333,
                                  0.4666666666666667,
                                  0.4666666666666667,
                                  0.47625,
                                  0.5625,
                                  0.5625,
                                  0.5625};
    struct ad_isotonic curve;
    fit(&curve);
    assert_int_equal(curve.n, sizeof x / sizeof *x);
    for (size_t i = 0; i < curve.n; i++) {
        assert_close(curve.x[i], x[i], 1e-12);
        assert_close(curve.y[i], y[i], 1e-12);
    }
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        assert_close(ad_isotonic_at(&curve, at[i]), want[i], 1e-12);
    ad_isotonic_free(&curve);
}

static void test_single_points(void **state)
{
    (void)state;
    struct ad_isotonic curve = {0};
    double x[] = {3, 3, 3}, y[] = {0, 1, 1};
    assert_int_equal(ad_isotonic_fit(&curve, x, y, 3), 0);
    assert_int_equal(curve.n, 1);
    for (double at = 2; at < 5; at++)
        assert_close(ad_isotonic_at(&curve, at), 2.0 / 3, 1e-15);
    assert_int_equal(ad_isotonic_fit(&curve, x, y, 1), 0);
    assert_close(ad_isotonic_at(&curve, 3), 0, 1e-15);
    ad_isotonic_free(&curve);
}

/* What loads is what was saved; a curve that falls, or goes back, does not load. */
static void test_saved(void **state)
{
    (void)state;
    struct ad_isotonic curve, copy = {0};
    struct ad_buf out = {0};
    fit(&curve);
    ad_isotonic_save(&curve, &(struct ad_save){&out});
    struct ad_load in = {{out.s, out.len}, false};
    assert_int_equal(ad_isotonic_load(&copy, &in), 0);
    assert_int_equal(copy.n, curve.n);
    assert_memory_equal(copy.x, curve.x, curve.n * sizeof *curve.x);
    assert_memory_equal(copy.y, curve.y, curve.n * sizeof *curve.y);
    static const double bad[][4] = {
        {0, 1, .5, .4}, {1, 0, .1, .2}, {0, 0, .1, .2}, {0, 1, -.1, .2}, {0, 1, 0, 1.1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        out.len = 0;
        ad_save_f64s(&(struct ad_save){&out}, bad[i], 2);
        ad_save_f64s(&(struct ad_save){&out}, bad[i] + 2, 2);
        in = (struct ad_load){{out.s, out.len}, false};
        assert_int_equal(ad_isotonic_load(&copy, &in), -1);
    }
    ad_isotonic_free(&curve);
    ad_isotonic_free(&copy);
    ad_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_sklearn),
        cmocka_unit_test(test_single_points),
        cmocka_unit_test(test_saved),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
