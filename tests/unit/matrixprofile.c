#include "unit.h"

#include "maths/matrixprofile.h"
#include "maths/rng.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 2600 };

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double mean_of(const double *x, size_t m)
{
    double sum = 0;
    for (size_t i = 0; i < m; i++)
        sum += x[i];
    return sum / (double)m;
}

static double deviation_of(const double *x, size_t m)
{
    double mean = mean_of(x, m), sum = 0;
    for (size_t i = 0; i < m; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return sqrt(sum / (double)m);
}

/* The distance of two windows by its definition, value by value. */
static double distance(enum ad_profile_kind kind, const double *a, const double *b, size_t m,
                       double floor)
{
    double p = mean_of(a, m), q = mean_of(b, m), sum = 0;
    double over_a = 1, over_b = 1;
    if (kind == AD_PROFILE_SHAPE) {
        over_a = 1 / fmax(deviation_of(a, m), floor);
        over_b = 1 / fmax(deviation_of(b, m), floor);
    }
    for (size_t i = 0; i < m; i++) {
        double d = (a[i] - p) * over_a - (b[i] - q) * over_b;
        sum += d * d / (double)m;
    }
    return sum + (kind == AD_PROFILE_LEVEL ? 0.25 * (p - q) * (p - q) : 0);
}

static double floor_of(const double *x, size_t total, size_t m)
{
    static double sd[MOST];
    size_t n = total - m + 1;
    for (size_t i = 0; i < n; i++)
        sd[i] = deviation_of(x + i, m);
    qsort(sd, n, sizeof *sd, by_size);
    return fmax(0.1 * (sd[n / 2] + sd[(n - 1) / 2]) / 2, 1e-3);
}

/* What ad_profile_find() promises, by trying all; of several that are nearest, `nearest`. */
static struct ad_profile_found find(enum ad_profile_kind kind, const double *x, size_t total,
                                    size_t m, const double *y, size_t self, double q,
                                    size_t nearest)
{
    double least[MOST], floor = floor_of(x, total, m);
    size_t n = total - m + 1, stretch = m > total / 400 ? m : total / 400, count = 0;
    struct ad_profile_found found = {0, INFINITY, 0};
    stretch = stretch > 8 ? stretch : 8;
    for (size_t lo = 0; lo < n; lo += stretch) {
        double best = INFINITY;
        bool shares = false;
        for (size_t j = lo; j < lo + stretch && j < n; j++) {
            double d = distance(kind, x + j, y, m, floor);
            best = d < best ? d : best;
            shares |= self != AD_PROFILE_NONE && j + m > self && j < self + m;
        }
        if (shares)
            continue;
        /* Equal windows are equally near. */
        if (best < found.least + (lo == nearest ? 1e-9 : -1e-9))
            found.nearest = lo;
        found.least = fmin(found.least, best);
        least[count++] = best;
    }
    if (count == 0)
        return (struct ad_profile_found){0, 0, 0};
    qsort(least, count, sizeof *least, by_size);
    found.distance = least[(size_t)(q * (double)(count - 1) + 0.5)];
    return found;
}

/* A rhythm with noise on it, and in the middle a stretch where nothing moves. */
static void make(double *x, size_t n, uint64_t seed)
{
    struct ad_rng rng;
    ad_rng_seed(&rng, seed);
    for (size_t i = 0; i < n; i++)
        x[i] = sin((double)i / 7) + 0.3 * ad_rng_normal(&rng);
    for (size_t i = n / 2; i < n / 2 + n / 8; i++)
        x[i] = 0.25;
}

static void compare(const struct ad_profile_found *got, const struct ad_profile_found *want)
{
    assert_true(fabs(got->distance - want->distance) < 1e-9);
    assert_true(fabs(got->least - want->least) < 1e-9);
    assert_int_equal(got->nearest, want->nearest);
}

static void test_as_by_trying_all(void **state)
{
    (void)state;
    static const struct {
        size_t total, m;
        double q;
    } cases[] = {{60, 2, 0.2}, {300, 9, 0}, {300, 20, 0.2}, {401, 40, 0.5}, {300, 100, 0.2}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int kind = AD_PROFILE_LEVEL; kind <= AD_PROFILE_SHAPE; kind++) {
            double x[MOST];
            struct ad_profile p;
            struct ad_profile_walk w;
            size_t total = cases[c].total, m = cases[c].m;
            double q = cases[c].q;
            make(x, total, c);
            assert_int_equal(ad_profile_init(&p, (enum ad_profile_kind)kind, x, total, m), 0);
            assert_int_equal(ad_profile_walk_init(&w, &p), 0);
            for (size_t i = 0; i < p.n; i++) {
                struct ad_profile_found got = ad_profile_find(&p, &w, x + i, i, i, q);
                struct ad_profile_found want =
                    find((enum ad_profile_kind)kind, x, total, m, x + i, i, q, got.nearest);
                compare(&got, &want);
            }
            ad_profile_walk_free(&w);
            ad_profile_free(&p);
        }
}

/* Windows of another series are compared with all. */
static void test_of_another_series(void **state)
{
    (void)state;
    double x[200], y[90];
    struct ad_profile p;
    struct ad_profile_walk w;
    make(x, 200, 1);
    make(y, 90, 2);
    assert_int_equal(ad_profile_init(&p, AD_PROFILE_SHAPE, x, 200, 12), 0);
    assert_int_equal(ad_profile_walk_init(&w, &p), 0);
    for (size_t i = 0; i + 12 <= 90; i++) {
        struct ad_profile_found got = ad_profile_find(&p, &w, y + i, i, AD_PROFILE_NONE, 0.2);
        struct ad_profile_found want =
            find(AD_PROFILE_SHAPE, x, 200, 12, y + i, AD_PROFILE_NONE, 0.2, got.nearest);
        compare(&got, &want);
    }
    ad_profile_walk_free(&w);
    ad_profile_free(&p);
}

/* A walk that begins in the middle says the same to the last bit, and no error has gathered on the
 * way there. */
static void test_walks_can_be_shared_out(void **state)
{
    (void)state;
    static double x[MOST];
    struct ad_profile p;
    struct ad_profile_walk all, part;
    make(x, MOST, 3);
    assert_int_equal(ad_profile_init(&p, AD_PROFILE_LEVEL, x, MOST, 30), 0);
    assert_int_equal(ad_profile_walk_init(&all, &p), 0);
    assert_int_equal(ad_profile_walk_init(&part, &p), 0);
    for (size_t i = 0; i < p.n; i++) {
        struct ad_profile_found a = ad_profile_find(&p, &all, x + i, i, i, 0.2);
        if (i < 2 * AD_PROFILE_FRESH)
            continue;
        struct ad_profile_found b = ad_profile_find(&p, &part, x + i, i, i, 0.2);
        assert_close(b.distance, a.distance, 0);
        assert_close(b.least, a.least, 0);
        assert_int_equal(b.nearest, a.nearest);
        if (i == 3 * AD_PROFILE_FRESH - 1 || i + 1 == p.n) {
            struct ad_profile_found want =
                find(AD_PROFILE_LEVEL, x, MOST, 30, x + i, i, 0.2, a.nearest);
            compare(&a, &want);
        }
    }
    ad_profile_walk_free(&all);
    ad_profile_walk_free(&part);
    ad_profile_free(&p);
}

/* Where every stretch shares a value with the window there is nothing to say. */
static void test_nothing_to_compare_with(void **state)
{
    (void)state;
    double x[30];
    struct ad_profile p;
    struct ad_profile_walk w;
    make(x, 30, 4);
    assert_int_equal(ad_profile_init(&p, AD_PROFILE_LEVEL, x, 30, 20), 0);
    assert_int_equal(ad_profile_walk_init(&w, &p), 0);
    struct ad_profile_found found = ad_profile_find(&p, &w, x, 0, 0, 0.2);
    assert_close(found.distance, 0, 0);
    assert_close(found.least, 0, 0);
    ad_profile_walk_free(&w);
    ad_profile_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_by_trying_all),
        cmocka_unit_test(test_of_another_series),
        cmocka_unit_test(test_walks_can_be_shared_out),
        cmocka_unit_test(test_nothing_to_compare_with),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
