#include "unit.h"

#include "maths/rng.h"
#include "maths/window.h"

#include <stdlib.h>

/* Of the window's own values, by two passes in long double. */
static double variance_of(const struct ad_window *w)
{
    long double mean = 0, dev2 = 0;
    size_t n = w->last.len;
    for (size_t i = 0; i < n; i++)
        mean += (long double)ad_recent_at(&w->last, i) / (long double)n;
    for (size_t i = 0; i < n; i++) {
        long double d = (long double)ad_recent_at(&w->last, i) - mean;
        dev2 += d * d;
    }
    return (double)(dev2 / (long double)(n - 1));
}

static void add(struct ad_window *w, double x)
{
    assert_int_equal(ad_window_add(w, x, 0), 0);
}

static void assert_exact(const struct ad_window *w)
{
    assert_close(ad_window_variance(w), variance_of(w), 1e-9);
}

static void test_ten_million_slides(void **state)
{
    (void)state;
    struct ad_rng rng;
    struct ad_window w;
    ad_rng_seed(&rng, 1);
    ad_window_init(&w, 100, 0);
    for (int i = 0; i < 10000000; i++) {
        add(&w, 1e6 + ad_rng_unit(&rng));
        if (i % 99991 == 0 && i > 0)
            assert_exact(&w);
    }
    ad_window_free(&w);
}

static void test_spikes_leave_nothing_behind(void **state)
{
    (void)state;
    static const double spike[] = {1e3, 1e9, 1e15, -1e15, 1e139, 1.7e308, -1.7e308};
    struct ad_rng rng;
    ad_rng_seed(&rng, 2);
    for (size_t k = 0; k < sizeof spike / sizeof *spike; k++) {
        struct ad_window w;
        ad_window_init(&w, 50, 0);
        for (int i = 0; i < 300; i++) {
            add(&w, i == 100 ? spike[k] : 0.5 + 1e-3 * ad_rng_normal(&rng));
            if ((i > 0 && i < 100) || i >= 150)
                assert_exact(&w);
            assert_true(isfinite(ad_window_variance(&w)));
        }
        ad_window_free(&w);
    }
}

static void test_series_that_move_away(void **state)
{
    (void)state;
    struct ad_window rise, grow, shrink;
    ad_window_init(&rise, 1000, 0);
    ad_window_init(&grow, 1000, 0);
    ad_window_init(&shrink, 1000, 0);
    for (int i = 0; i < 20000; i++) {
        add(&rise, 1e9 + i);
        add(&grow, pow(1.01, i));
        add(&shrink, pow(1.01, -i) + 7);
        if (i % 777 == 5) {
            assert_exact(&rise);
            assert_exact(&grow);
            /* What 7 + tiny can hold at all. */
            if (i < 2500)
                assert_exact(&shrink);
        }
    }
    ad_window_free(&rise);
    ad_window_free(&grow);
    ad_window_free(&shrink);
}

static void test_equal_values_have_no_variance(void **state)
{
    (void)state;
    struct ad_window w;
    ad_window_init(&w, 30, 0);
    for (int i = 0; i < 200; i++) {
        add(&w, i < 50 ? 3e7 / (i + 1) : 0.1);
        if (i >= 79) {
            assert_close(ad_window_variance(&w), 0, 0);
            assert_close(w.mean, 0.1, 0);
        }
    }
    ad_window_free(&w);
}

static void test_windows_of_time(void **state)
{
    (void)state;
    struct ad_window w;
    ad_window_init(&w, 0, 10);
    for (int t = 0; t < 100; t++)
        assert_int_equal(ad_window_add(&w, t, t), 0);
    assert_int_equal(w.last.len, 10);
    assert_close(w.mean, 94.5, 1e-15);
    /* Late values count as of the newest time; so does one without. */
    assert_int_equal(ad_window_add(&w, 94.5, 20), 0);
    assert_int_equal(ad_window_add(&w, 94.5, NAN), 0);
    assert_int_equal(w.last.len, 12);
    assert_int_equal(ad_window_add(&w, 5, 108.5), 0);
    assert_int_equal(w.last.len, 4);
    assert_int_equal(ad_window_add(&w, 6, 1e9), 0);
    assert_int_equal(w.last.len, 1);
    assert_close(w.mean, 6, 0);
    assert_close(ad_window_variance(&w), 0, 0);
    ad_window_free(&w);
}

static void test_windows_of_time_are_bounded(void **state)
{
    (void)state;
    struct ad_window w;
    ad_window_init(&w, 0, 10);
    for (int i = 0; i < AD_RECENT_MAX + 10; i++)
        assert_int_equal(ad_window_add(&w, i, 1), 0);
    assert_int_equal(w.last.len, AD_RECENT_MAX);
    assert_close(ad_recent_at(&w.last, 0), 10, 0);
    assert_exact(&w);
    ad_window_free(&w);
}

static struct ad_str saved(const struct ad_window *w, struct ad_buf *out)
{
    out->len = 0;
    ad_window_save(w, &(struct ad_save){out});
    assert_false(out->failed);
    return (struct ad_str){out->s, out->len};
}

/* A window that was saved and loaded goes on exactly like the one that was not. */
static void go_on_after_loading(double rows, double seconds)
{
    struct ad_rng rng;
    struct ad_window w, copy;
    struct ad_buf a = {0}, b = {0};
    ad_rng_seed(&rng, 4);
    ad_window_init(&w, rows, seconds);
    for (int i = 0; i < 3000; i++) {
        assert_int_equal(ad_window_add(&w, 1e5 + 5 * ad_rng_normal(&rng), i / 2), 0);
        if (i % 91 > 0 && i > 40)
            continue;
        ad_window_init(&copy, rows, seconds);
        assert_int_equal(ad_window_load(&copy, &(struct ad_load){saved(&w, &a), false}), 0);
        assert_memory_equal(&copy.mean, &w.mean, sizeof w.mean);
        assert_memory_equal(&copy.dev2, &w.dev2, sizeof w.dev2);
        assert_true(ad_str_eq(saved(&w, &a), saved(&copy, &b)));
        ad_window_free(&w);
        w = copy;
    }
    ad_window_free(&w);
    ad_buf_free(&a);
    ad_buf_free(&b);
}

static void test_saved_and_loaded(void **state)
{
    (void)state;
    go_on_after_loading(17, 0);
    go_on_after_loading(1000, 0);
    go_on_after_loading(0, 60);
}

static int load(double rows, const double *values, size_t n, double sum)
{
    struct ad_buf out = {0};
    struct ad_save save = {&out};
    struct ad_window w;
    ad_save_f64(&save, 1);
    ad_save_f64s(&save, values, n);
    ad_save_f64s(&save, (double[]){0, sum, 1, 0}, 4);
    ad_window_init(&w, rows, 0);
    int rc = ad_window_load(&w, &(struct ad_load){{out.s, out.len}, false});
    ad_window_free(&w);
    ad_buf_free(&out);
    return rc;
}

static void test_unsound_input_does_not_load(void **state)
{
    (void)state;
    assert_int_equal(load(4, (double[]){1, 2, 3}, 3, 0), 0);
    assert_int_equal(load(4, (double[]){1, 2, 3, 4, 5}, 5, 0), -1);
    assert_int_equal(load(4, (double[]){1, NAN, 3}, 3, 0), -1);
    assert_int_equal(load(4, (double[]){1, 2, 3}, 3, INFINITY), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_million_slides),
        cmocka_unit_test(test_spikes_leave_nothing_behind),
        cmocka_unit_test(test_series_that_move_away),
        cmocka_unit_test(test_equal_values_have_no_variance),
        cmocka_unit_test(test_windows_of_time),
        cmocka_unit_test(test_windows_of_time_are_bounded),
        cmocka_unit_test(test_saved_and_loaded),
        cmocka_unit_test(test_unsound_input_does_not_load),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
