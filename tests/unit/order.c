#include "unit.h"

#include "maths/order.h"
#include "maths/rng.h"

#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double middle(double *v, size_t n)
{
    qsort(v, n, sizeof *v, ascending);
    return n % 2 ? v[n / 2] : v[n / 2 - 1] + (v[n / 2] - v[n / 2 - 1]) / 2;
}

/* Every statistic against sorting a copy. */
static void assert_like_sorted(struct ad_order *o, const double *window, size_t n)
{
    double *v = test_malloc(n * sizeof *v);
    memcpy(v, window, n * sizeof *v);
    double median = middle(v, n);
    assert_int_equal(o->n, n);
    assert_close(ad_order_at(o, 0), v[0], 0);
    assert_close(ad_order_at(o, n / 3), v[n / 3], 0);
    assert_close(ad_order_at(o, n - 1), v[n - 1], 0);
    assert_close(ad_order_median(o), median, 0);
    for (size_t i = 0; i < n; i++)
        v[i] = fabs(v[i] - median);
    assert_close(ad_order_mad(o), middle(v, n), 0);
    test_free(v);
}

/* Slide a window of w values over n of them, checking now and then. */
static void slide(const double *x, size_t n, size_t w, size_t every)
{
    struct ad_order o = {0};
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(ad_order_add(&o, x[i]), 0);
        if (i >= w)
            ad_order_remove(&o, x[i - w]);
        if (i % every == 0)
            assert_like_sorted(&o, i < w ? x : x + i - w + 1, i < w ? i + 1 : w);
    }
    for (size_t i = n - w; i < n; i++)
        ad_order_remove(&o, x[i]);
    assert_int_equal(o.n, 0);
    ad_order_free(&o);
}

enum { N = 12000 };

static void on_every_kind_of_series(double (*draw)(struct ad_rng *, size_t))
{
    static double x[N];
    static const size_t window[] = {1, 2, 3, 10, 511, 1001, 5000};
    struct ad_rng rng;
    ad_rng_seed(&rng, 1);
    for (size_t i = 0; i < N; i++)
        x[i] = draw(&rng, i);
    for (size_t k = 0; k < sizeof window / sizeof *window; k++)
        slide(x, N, window[k], 1 + window[k] / 4);
}

static double noise(struct ad_rng *rng, size_t i)
{
    (void)i;
    return ad_rng_normal(rng);
}

static double few_values(struct ad_rng *rng, size_t i)
{
    (void)i;
    return (double)ad_rng_below(rng, 4) * -1.0;
}

static double steps(struct ad_rng *rng, size_t i)
{
    (void)rng;
    return (double)(i / 700 % 3);
}

static double rise(struct ad_rng *rng, size_t i)
{
    (void)rng;
    return (double)i;
}

static double fall_and_jump(struct ad_rng *rng, size_t i)
{
    return i % 997 ? -(double)i : ldexp(ad_rng_normal(rng), (int)(i % 800));
}

static void test_noise(void **state)
{
    (void)state;
    on_every_kind_of_series(noise);
}

static void test_ties(void **state)
{
    (void)state;
    on_every_kind_of_series(few_values);
    on_every_kind_of_series(steps);
}

static void test_trends_and_magnitudes(void **state)
{
    (void)state;
    on_every_kind_of_series(rise);
    on_every_kind_of_series(fall_and_jump);
}

static void test_zeros_have_no_sign(void **state)
{
    (void)state;
    struct ad_order o = {0};
    assert_int_equal(ad_order_add(&o, -0.0), 0);
    assert_false(signbit(ad_order_at(&o, 0)));
    ad_order_remove(&o, -0.0);
    assert_int_equal(o.n, 0);
    ad_order_free(&o);
}

static void test_a_full_window_allocates_no_more(void **state)
{
    (void)state;
    enum { W = 4000 };
    static double ring[W];
    struct ad_rng rng;
    struct ad_order o = {0};
    ad_rng_seed(&rng, 2);
    size_t owned = 0;
    for (size_t i = 0; i < 100 * W; i++) {
        double x = ad_rng_normal(&rng) + 5 * sin((double)i / 3000);
        assert_int_equal(ad_order_add(&o, x), 0);
        if (i >= W)
            ad_order_remove(&o, ring[i % W]);
        ring[i % W] = x;
        if (i == 10 * W)
            owned = o.nowned;
    }
    /* Thinned blocks are joined below 256 values a pair: W / 128 blocks and the ends at most. */
    assert_in_range(o.nowned, owned, W / 128 + 2);
    ad_order_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_trends_and_magnitudes),
        cmocka_unit_test(test_zeros_have_no_sign),
        cmocka_unit_test(test_a_full_window_allocates_no_more),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
