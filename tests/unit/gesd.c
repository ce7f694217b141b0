#include "unit.h"

#include "maths/gesd.h"

#include <stdlib.h>

/* Rosner's data, and R and lambda at alpha = 0.05 for up to ten outliers, of which there are three:
 * NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.17.3, whose digits are cut off, not
 * rounded. */
static const double rosner[] = {
    -0.25, 0.68, 0.94, 1.15, 1.20, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56,
    1.58,  1.65, 1.69, 1.70, 1.76, 1.77, 1.81, 1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.10,
    2.14,  2.15, 2.23, 2.24, 2.26, 2.35, 2.37, 2.40, 2.47, 2.54, 2.62, 2.64, 2.90, 2.92,
    2.92,  2.93, 3.21, 3.26, 3.30, 3.59, 3.68, 4.30, 4.64, 5.34, 5.42, 6.01,
};
enum { N = sizeof rosner / sizeof *rosner, K = 10 };

static double deviate(const struct ad_gesd_step *s)
{
    return fabs(s->value - s->center) / s->scale;
}

static void test_rosner(void **state)
{
    (void)state;
    static const double r[K] = {3.118, 2.942, 3.179, 2.810, 2.815,
                                2.848, 2.279, 2.310, 2.101, 2.067};
    static const double lambda[K] = {3.158, 3.151, 3.143, 3.136, 3.128,
                                     3.120, 3.111, 3.103, 3.094, 3.085};
    struct ad_gesd_step step[K];
    ad_gesd(rosner, N, K, AD_GESD_MEAN, step);
    int outliers = 0;
    for (size_t i = 0; i < K; i++) {
        assert_close(deviate(&step[i]), r[i] + 0.0005, 0.0002);
        assert_close(ad_gesd_critical(N - i, 0.05), lambda[i] + 0.0005, 0.0002);
        if (deviate(&step[i]) > ad_gesd_critical(N - i, 0.05))
            outliers = (int)i + 1;
    }
    assert_int_equal(outliers, 3);
    assert_close(step[2].value, 5.34, 0);
}

/* R: for (i in 1:10) { d <- abs(x - median(x)) / mad(x); j <- which.max(d); print(d[j]); x <- x[-j]
 * }
 */
static void test_median(void **state)
{
    (void)state;
    static const double r[K] = {4.845195089, 4.159359683, 4.116284728, 3.412129724, 3.099932278,
                                3.021718602, 2.375068525, 2.452693671, 2.102824132, 2.138629237};
    struct ad_gesd_step step[K];
    ad_gesd(rosner, N, K, AD_GESD_MEDIAN, step);
    for (size_t i = 0; i < K; i++)
        assert_close(deviate(&step[i]), r[i], 1e-5); /* its mad() has 1.4826 */
}

/* A third is far out, and none of them hides the others. */
static void test_masking(void **state)
{
    (void)state;
    enum { ALL = 300, OUT = 100 };
    double x[ALL];
    struct ad_gesd_step step[OUT + 1];
    for (size_t i = 0; i < ALL; i++)
        x[i] = i < 60 ? -90 : i < 260 ? (double)(i - 60) / 200 : 90;
    ad_gesd(x, ALL, OUT + 1, AD_GESD_MEDIAN, step);
    for (size_t i = 0; i <= OUT; i++)
        assert_int_equal(deviate(&step[i]) > 10, i < OUT);
}

static void test_no_scale(void **state)
{
    (void)state;
    const double same[] = {5, 5, 5, 5, 9};
    struct ad_gesd_step step[4];
    for (int kind = AD_GESD_MEAN; kind <= AD_GESD_MEDIAN; kind++) {
        ad_gesd(same, 5, 4, (enum ad_gesd_kind)kind, step);
        assert_close(step[0].value, 9, 0);
        for (size_t i = 1; i < 4; i++) {
            assert_close(step[i].value, 5, 0);
            assert_close(step[i].center, 5, 1e-15);
            assert_true(step[i].scale < 1e-6);
        }
    }
    assert_close(step[0].scale, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rosner),
        cmocka_unit_test(test_median),
        cmocka_unit_test(test_masking),
        cmocka_unit_test(test_no_scale),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
