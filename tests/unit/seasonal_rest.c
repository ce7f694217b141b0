#include "unit.h"

#include "detect/seasonal_rest.h"
#include "maths/gesd.h"
#include "maths/rng.h"
#include "maths/robust.h"
#include "maths/surprise.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 400 };

static struct ad_rng rng;
static const struct ad_seasonal_more none = {0, 1};

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Gaussian values, some of them far out, mostly above. */
static size_t sample(double *x)
{
    size_t n = 30 + ad_rng_below(&rng, MOST - 30);
    for (size_t i = 0; i < n; i++) {
        x[i] = 5 + ad_rng_normal(&rng);
        if (ad_rng_below(&rng, 30) == 0)
            x[i] += (ad_rng_below(&rng, 3) ? 1 : -1) * (3 + 3 * fabs(ad_rng_normal(&rng)));
    }
    return n;
}

static struct ad_seasonal_rest fit(const double *x, size_t n, bool gesd)
{
    double copy[MOST];
    struct ad_seasonal_rest r;
    memcpy(copy, x, n * sizeof *x);
    assert_int_equal(ad_seasonal_rest_fit(&r, copy, n, 0, false, gesd, 0), 0);
    return r;
}

/* How many values the test takes for outliers, as its definition says: all up to the last step
 * whose p, of median and MAD times how many are left, is at most e^-s0. */
static size_t outliers(double *x, size_t n, double s0, double *gone)
{
    struct ad_gesd_step step[MOST];
    size_t k = n / 10 + 1, found = 0;
    qsort(x, n, sizeof *x, by_size);
    ad_gesd(x, n, k, AD_GESD_MEDIAN, step);
    for (size_t i = 0; i < k; i++) {
        struct ad_robust_law law = ad_robust_law(n - i);
        double t = (step[i].value - step[i].center) / (step[i].scale * law.factor);
        gone[i] = step[i].value;
        found = ad_surprise_t(t, law.nu) - log((double)(n - i)) >= s0 ? i + 1 : found;
    }
    return found < k ? found : k - 1;
}

static void test_flags_what_the_test_says(void **state)
{
    (void)state;
    ad_rng_seed(&rng, 4);
    size_t all = 0;
    for (int round = 0; round < 300; round++) {
        double x[MOST], gone[MOST], s0 = round % 2 ? AD_S0 : 3;
        size_t n = sample(x), k = outliers(x, n, s0, gone);
        struct ad_seasonal_rest r = fit(x, n, true);
        all += k;
        for (size_t i = 0; i < n; i++) {
            bool out = false;
            for (size_t j = 0; j < k; j++)
                out |= gone[j] == x[i];
            double s = ad_seasonal_rest_surprise(&r, x[i], AD_BOTH, 0, none);
            /* What a tenth leaves out is judged by the scale of the rest. */
            if (k < n / 10)
                assert_int_equal(s >= s0, out);
        }
        ad_seasonal_rest_free(&r);
    }
    assert_true(all > 300);
}

/* Surprises rise with the distance, and reach s0 at the bounds. */
static void test_bounds(void **state)
{
    (void)state;
    ad_rng_seed(&rng, 5);
    for (int round = 0; round < 300; round++) {
        double x[MOST], s0 = 2.5 + round % 7;
        enum ad_direction way = (enum ad_direction)(round % 3);
        struct ad_seasonal_rest r = fit(x, sample(x), round % 2);
        for (int sign = -1; sign < 2; sign += 2) {
            double bound = ad_seasonal_rest_bound(&r, sign, s0, way, 0, none), before = 0;
            assert_int_equal(isinf(bound) != 0, way == (sign > 0 ? AD_DOWN : AD_UP));
            for (double z = 0; z < 30 && !isinf(bound); z += 0.01) {
                double at = r.near.center + sign * z;
                double s = ad_seasonal_rest_surprise(&r, at, way, 0, none);
                assert_true(s >= before - 1e-9);
                if (fabs(at - bound) > 1e-9 * (1 + fabs(bound)))
                    assert_int_equal(s >= s0, sign * (at - bound) > 0);
                before = s;
            }
        }
        ad_seasonal_rest_free(&r);
    }
}

/* Both scales are at least what is asked for, and wider by a variance. */
static void test_least_and_more(void **state)
{
    (void)state;
    double x[MOST];
    ad_rng_seed(&rng, 6);
    struct ad_seasonal_rest r = fit(x, sample(x), false);
    double reach = r.near.reach, narrow = ad_seasonal_rest_bound(&r, 1, AD_S0, AD_BOTH, 0, none);
    assert_close(ad_seasonal_rest_bound(&r, 1, AD_S0, AD_BOTH, 10 * reach, none), 10 * narrow,
                 1e-9);
    struct ad_seasonal_more more = {3 * reach * reach, r.near.nu};
    double wide = ad_seasonal_rest_bound(&r, 1, AD_S0, AD_BOTH, 0, more);
    /* More degrees of freedom make it a little less than twice as wide. */
    assert_close(wide, 2 * narrow, 0.06);
    ad_seasonal_rest_free(&r);
}

static void test_saved_and_loaded(void **state)
{
    (void)state;
    ad_rng_seed(&rng, 7);
    for (int round = 0; round < 20; round++) {
        double x[MOST];
        size_t n = sample(x);
        struct ad_seasonal_rest r = fit(x, n, true), again = {0};
        struct ad_buf out = {0};
        ad_seasonal_rest_save(&r, &(struct ad_save){&out});
        assert_int_equal(ad_seasonal_rest_load(&again, &(struct ad_load){{out.s, out.len}, false}),
                         0);
        for (size_t i = 0; i < n; i++)
            assert_close(ad_seasonal_rest_surprise(&again, x[i], AD_UP, 0, none),
                         ad_seasonal_rest_surprise(&r, x[i], AD_UP, 0, none), 0);
        ad_seasonal_rest_free(&again);
        for (size_t len = 0; len < out.len; len += 7) {
            assert_int_equal(ad_seasonal_rest_load(&again, &(struct ad_load){{out.s, len}, false}),
                             -1);
            ad_seasonal_rest_free(&again);
        }
        ad_seasonal_rest_free(&r);
        ad_buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flags_what_the_test_says),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_least_and_more),
        cmocka_unit_test(test_saved_and_loaded),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
