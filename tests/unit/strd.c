/* NIST Statistical Reference Datasets, univariate: tests/data/strd/README. */
#include "unit.h"

#include "maths/ewma.h"
#include "maths/moments.h"
#include "maths/window.h"

#include <stdio.h>

enum { MOST = 5000 };

struct set {
    double x[MOST];
    size_t n;
};

/* All ways to a standard deviation must give the certified one to so many digits. */
static void assert_digits(const struct set *set, double mean, double sd, double digits)
{
    struct ad_moments m = {0};
    struct ad_ewma e = {0};
    struct ad_window w;
    ad_window_init(&w, (double)set->n, 0);
    for (size_t turn = 0; turn < 3; turn++)
        for (size_t i = 0; i < set->n; i++) {
            assert_int_equal(ad_window_add(&w, set->x[i], 0), 0);
            if (turn == 0) {
                ad_moments_add(&m, set->x[i]);
                ad_ewma_add(&e, set->x[i], 1);
            }
        }
    double within = pow(10, -digits);
    assert_close(m.mean, mean, 1e-14);
    assert_close(e.mean, mean, 1e-14);
    assert_close(w.mean, mean, 1e-14);
    assert_close(sqrt(ad_moments_variance(&m)), sd, within);
    assert_close(sqrt(ad_ewma_variance(&e)), sd, within);
    assert_close(sqrt(ad_window_variance(&w)), sd, within);
    ad_window_free(&w);
}

static struct set *read_set(const char *path)
{
    static struct set set;
    set.n = 0;
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    while (set.n < MOST && fscanf(in, "%lf", &set.x[set.n]) == 1)
        set.n++;
    fclose(in);
    return &set;
}

static void test_read_sets(void **state)
{
    (void)state;
    assert_digits(read_set("tests/data/strd/lew.txt"), -177.435, 277.332168044316, 14);
    assert_digits(read_set("tests/data/strd/lottery.txt"), 518.958715596330, 291.699727470969, 14);
    assert_digits(read_set("tests/data/strd/mavro.txt"), 2.001856, 0.000429123454003053, 12);
    assert_digits(read_set("tests/data/strd/michelso.txt"), 299.8524, 0.0790105478190518, 12);
}

/* Digits of pi by the spigot of Rabinowitz and Wagon (1995), four at a time. */
static void pi_digits(double *out, int n)
{
    static long long r[MOST / 4 * 14 + 1];
    long long carry = 0;
    for (int i = 1; i <= n / 4 * 14; i++)
        r[i] = 2000;
    for (int k = n / 4 * 14; k > 0; k -= 14) {
        long long d = 0;
        for (int i = k; i > 0; i--) {
            d = d * i + r[i] * 10000;
            r[i] = d % (2 * i - 1);
            d /= 2 * i - 1;
        }
        long long four = carry + d / 10000;
        carry = d % 10000;
        for (int i = 3; i >= 0; i--, four /= 10)
            out[i] = (double)(four % 10);
        out += 4;
    }
}

/* The certified values belong to digits of which one is 3 where pi has an 8: their sum is 5 less
 * and the sum of their squares 55 less than of pi's own. Neither moment tells its place. */
static void test_pi_digits(void **state)
{
    (void)state;
    static struct set set = {.n = MOST};
    pi_digits(set.x, MOST);
    size_t first8 = 0;
    while (set.x[first8] < 8 || set.x[first8] > 8)
        first8++;
    set.x[first8] = 3;
    assert_digits(&set, 4.5348, 2.86733906028871, 13);
}

static void assert_numacc(double base, double digits)
{
    static struct set set = {.n = 1001};
    set.x[0] = base + 0.2;
    for (size_t i = 1; i < set.n; i++)
        set.x[i] = base + (i % 2 ? 0.1 : 0.3);
    assert_digits(&set, base + 0.2, 0.1, digits);
}

static void test_numerical_accuracy_sets(void **state)
{
    (void)state;
    assert_digits(&(struct set){{10000001, 10000003, 10000002}, 3}, 10000002, 1, 15);
    assert_numacc(1, 13);
    assert_numacc(1e6, 9);
    assert_numacc(1e7, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_sets),
        cmocka_unit_test(test_pi_digits),
        cmocka_unit_test(test_numerical_accuracy_sets),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
