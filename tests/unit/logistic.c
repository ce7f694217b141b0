#include "unit.h"

#include "maths/logistic.h"

enum { N = 40 };

/* The points of
 *     i = np.arange(40.)
 *     X = np.c_[np.sin(i), np.cos(2*i) + i/20, np.abs(np.sin(3*i))]
 *     y = ((7*i % 11 + 10*np.sin(i)) > 7).astype(int)
 */
static void fill(double x[N][3], double y[N])
{
    for (int i = 0; i < N; i++) {
        x[i][0] = sin(i);
        x[i][1] = cos(2 * i) + i / 20.0;
        x[i][2] = fabs(sin(3 * i));
        y[i] = 7 * i % 11 + 10 * sin(i) > 7;
    }
}

/* scikit-learn 1.2.1: m = LogisticRegression(C=C, tol=1e-12, max_iter=100000, solver='newton-cg')
 * .fit(X, y); m.coef_, m.intercept_, m.predict_proba(X[5:6])[0, 1] */
static void test_as_sklearn(void **state)
{
    (void)state;
    static const struct {
        double C, coef[4], p;
    } want[] = {
        {1,
         {2.6580134681618874, -0.2964325161881688, 0.23907170181062293, -0.05688733778033023},
         0.09316101253039},
        {0.01,
         {0.11536790810024848, -0.022645720684526575, 0.00048263928003172734, -0.08168068984899043},
         0.4554544272385625},
        {100,
         {6.707455747721324, -0.9232478577487614, 1.0693064742168583, 0.13382820970008538},
         0.006312456550451085},
    };
    double x[N][3], y[N], coef[4];
    fill(x, y);
    for (size_t k = 0; k < sizeof want / sizeof *want; k++) {
        assert_int_equal(ad_logistic_fit(&x[0][0], y, N, 3, 1 / want[k].C, coef), 0);
        for (int j = 0; j < 4; j++)
            assert_close(coef[j], want[k].coef[j], 1e-6);
        assert_close(ad_logistic_at(coef, 3, x[5]), want[k].p, 1e-6);
    }
}

/* scikit-learn 1.2.1: a, b = sklearn.calibration._sigmoid_calibration(X[:, 0], y); -a, -b (which
 * stops at a gradient of 1e-5) */
static void test_platt(void **state)
{
    (void)state;
    double x[N][3], y[N], score[N], coef[2];
    fill(x, y);
    for (int i = 0; i < N; i++)
        score[i] = x[i][0];
    assert_int_equal(ad_platt_fit(score, y, N, coef), 0);
    assert_close(coef[0], 3.9890711526020266, 1e-6);
    assert_close(coef[1], -0.448666418217639, 1e-6);
}

/* Columns that are each other's multiples share the one coefficient they had alone; a constant adds
 * nothing. */
static void test_flat_directions(void **state)
{
    (void)state;
    double x[N][3], y[N], twice[N][3], coef[4], alone[2], one[N];
    fill(x, y);
    for (int i = 0; i < N; i++) {
        one[i] = x[i][0];
        twice[i][0] = x[i][0];
        twice[i][1] = 2 * x[i][0];
        twice[i][2] = 5;
    }
    assert_int_equal(ad_logistic_fit(one, y, N, 1, 0, alone), 0);
    assert_int_equal(ad_logistic_fit(&twice[0][0], y, N, 3, 0, coef), 0);
    assert_close(coef[0] + 2 * coef[1], alone[0], 1e-8);
    assert_close(5 * coef[2] + coef[3], alone[1], 1e-8);
}

/* Whatever is fitted, p stays within 0 and 1 and finite, far out too. */
static void test_extremes(void **state)
{
    (void)state;
    double x[] = {-1e6, -1, 1, 1e6}, y[] = {0, 0, 1, 1}, coef[2];
    assert_int_equal(ad_logistic_fit(x, y, 4, 1, 1, coef), 0);
    assert_true(isfinite(coef[0]) && isfinite(coef[1]));
    for (int i = 0; i < 4; i++) {
        double p = ad_logistic_at(coef, 1, &x[i]);
        assert_true(p >= 0 && p <= 1 && (p > 0.5) == (y[i] > 0));
    }
    const double steep[] = {1, 0};
    double far[] = {-1000, 1000};
    assert_close(ad_logistic_at(steep, 1, &far[0]), 0, 1e-300);
    assert_close(ad_logistic_at(steep, 1, &far[1]), 1, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_sklearn),
        cmocka_unit_test(test_platt),
        cmocka_unit_test(test_flat_directions),
        cmocka_unit_test(test_extremes),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
