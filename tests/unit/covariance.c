#include "unit.h"

#include "base/pack.h"
#include "maths/covariance.h"
#include "maths/rng.h"

#include <stdlib.h>
#include <string.h>

/* tests/bench/subseq.py values (NumPy 1.24.2: linalg.cholesky). */
static void test_cholesky_as_numpy(void **state)
{
    (void)state;
    double a[16] = {4, 99, 99, 99, 2, 5, 99, 99, -1, 1, 6, 99, 0, 1, 2, 7};
    static const double want[16] = {2,
                                    0,
                                    0,
                                    0,
                                    1,
                                    2,
                                    0,
                                    0,
                                    -0.5,
                                    0.75,
                                    2.277608394786075,
                                    0,
                                    0,
                                    0.5,
                                    0.7134676899329873,
                                    2.4981921173964357};
    ad_cholesky(a, 4);
    for (int i = 0; i < 16; i++)
        assert_close(a[i], want[i], 1e-14);
}

static void test_a_direction_without_variance(void **state)
{
    (void)state;
    double a[9] = {4, 0, 0, 2, 1, 0, 0, 0, 9};
    static const double want[9] = {2, 0, 0, 1, 0, 0, 0, 0, 3};
    ad_cholesky(a, 3);
    for (int i = 0; i < 9; i++)
        assert_close(a[i], want[i], 1e-15);
}

enum { ROWS = 60, D = 4 };

/* As ticks() of tests/bench/subseq.py, and one row far out. */
static void make_rows(double *x)
{
    for (int i = 0; i < ROWS * D; i++)
        x[i] = (37 * i * i + 11 * i) % 101 + 40 * (i % 24 < 7);
    static const double far[D] = {100, -50, 3, 9};
    for (int k = 0; k < D; k++)
        x[7 * D + k] += far[k];
}

/* tests/bench/subseq.py values */
static void test_distances_as_numpy(void **state)
{
    (void)state;
    double x[ROWS * D], distance[ROWS];
    struct ad_spread s;
    make_rows(x);
    assert_int_equal(ad_spread_fit(&s, x, ROWS, D, distance), 0);
    assert_close(distance[0], 2.1635065034472456, 1e-9);
    assert_close(distance[1], 1.9222802651179747, 1e-9);
    assert_close(distance[7], 4.849098496967528, 1e-9);
    assert_close(distance[30], 2.2724222785697266, 1e-9);
    assert_close(distance[59], 1.5883830614443994, 1e-9);
    for (int i = 0; i < ROWS; i++) {
        double part[D], sum = 0;
        assert_close(ad_spread_distance(&s, x + i * D, part), distance[i], 0);
        for (int k = 0; k < D; k++)
            sum += part[k];
        assert_close(sum, distance[i] * distance[i], 1e-9);
    }
}

/* Of independent numbers each has its own square in the distance. */
static void test_parts(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    double *x = malloc(MANY * 2 * sizeof *x), part[2];
    struct ad_spread s;
    struct ad_rng rng;
    ad_rng_seed(&rng, 1);
    for (int i = 0; i < MANY * 2; i++)
        x[i] = ad_rng_normal(&rng);
    assert_int_equal(ad_spread_fit(&s, x, MANY, 2, NULL), 0);
    double far = ad_spread_distance(&s, (double[]){10, -1}, part);
    assert_true(part[0] > 0.95 * far * far && part[1] > 0 && part[1] < 0.05 * far * far);
    free(x);
}

/* A tenth of rows elsewhere does not stretch the spread of the others. */
static void test_few_others_do_not_count(void **state)
{
    (void)state;
    enum { MANY = 2000 };
    double *x = malloc(MANY * 2 * sizeof *x), *distance = malloc(MANY * sizeof *distance);
    struct ad_spread s;
    struct ad_rng rng;
    ad_rng_seed(&rng, 2);
    for (int i = 0; i < MANY * 2; i++)
        x[i] = ad_rng_normal(&rng) + (i / 2 % 11 == 0 ? 8 : 0);
    assert_int_equal(ad_spread_fit(&s, x, MANY, 2, distance), 0);
    for (int i = 0; i < MANY; i++)
        assert_true(i % 11 == 0 ? distance[i] > 5 : distance[i] < 5);
    free(x);
    free(distance);
}

static void test_rows_that_are_all_equal(void **state)
{
    (void)state;
    double x[20][3], distance[20];
    struct ad_spread s;
    for (int i = 0; i < 20; i++)
        memcpy(x[i], (double[]){1, 2, 3}, sizeof x[i]);
    assert_int_equal(ad_spread_fit(&s, x[0], 20, 3, distance), 0);
    for (int i = 0; i < 20; i++)
        assert_close(distance[i], 0, 0);
    assert_true(isfinite(ad_spread_distance(&s, (double[]){1, 2, 4}, NULL)));
    assert_true(ad_spread_distance(&s, (double[]){1, 2, 4}, NULL) > 1);
    assert_int_equal(ad_spread_fit(&s, x[0], 1, 3, distance), 0);
    assert_close(distance[0], 0, 0);
}

static void test_saved_and_loaded(void **state)
{
    (void)state;
    double x[ROWS * D];
    struct ad_spread s, again;
    struct ad_buf bytes = {0};
    make_rows(x);
    assert_int_equal(ad_spread_fit(&s, x, ROWS, D, NULL), 0);
    ad_spread_save(&s, &(struct ad_save){&bytes});
    assert_int_equal(ad_spread_load(&again, &(struct ad_load){{bytes.s, bytes.len}, false}), 0);
    for (int i = 0; i < ROWS; i++)
        assert_close(ad_spread_distance(&again, x + i * D, NULL),
                     ad_spread_distance(&s, x + i * D, NULL), 0);
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_equal(ad_spread_load(&again, &(struct ad_load){{bytes.s, len}, false}), -1);
    ad_buf_free(&bytes);
}

static void test_nonsense_is_not_loaded(void **state)
{
    (void)state;
    double x[ROWS * D];
    struct ad_spread good, s;
    make_rows(x);
    assert_int_equal(ad_spread_fit(&good, x, ROWS, D, NULL), 0);
    for (int k = 0; k < 5; k++) {
        struct ad_buf bytes = {0};
        s = good;
        if (k == 1)
            s.scale[1] = 0;
        if (k == 2)
            s.mean[2] = NAN;
        if (k == 3)
            s.factor[5] = INFINITY;
        if (k == 4)
            s.factor[0] = 1e-200;
        ad_spread_save(&s, &(struct ad_save){&bytes});
        assert_int_equal(ad_spread_load(&s, &(struct ad_load){{bytes.s, bytes.len}, false}),
                         k == 0 ? 0 : -1);
        ad_buf_free(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cholesky_as_numpy),
        cmocka_unit_test(test_a_direction_without_variance),
        cmocka_unit_test(test_distances_as_numpy),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_few_others_do_not_count),
        cmocka_unit_test(test_rows_that_are_all_equal),
        cmocka_unit_test(test_saved_and_loaded),
        cmocka_unit_test(test_nonsense_is_not_loaded),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
