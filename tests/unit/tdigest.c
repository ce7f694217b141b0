#include "unit.h"

#include "maths/rng.h"
#include "maths/tdigest.h"

#include <stdlib.h>

/* Rscript -e 'x <- c(3.5,-1,2,2,7.25,100,0.5,4,9,-30,6,1e-3); quantile(x, q, type=5)' */
static void few_values_are_exact(void **state)
{
    (void)state;
    const double x[] = {3.5, -1, 2, 2, 7.25, 100, 0.5, 4, 9, -30, 6, 1e-3};
    const double want[][2] = {
        {0, -30},
        {0.01, -30},
        {0.05, -27.099999999999998},
        {0.25, 0.2505},
        {0.5, 2.75},
        {0.6, 3.8499999999999996},
        {0.75, 6.625},
        {0.9, 36.300000000000068},
        {0.99, 100},
        {1, 100},
    };
    struct ad_tdigest d = {0};
    assert_true(isnan(ad_tdigest_quantile(&d, 0.5)));
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        ad_tdigest_add(&d, x[i]);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_close(ad_tdigest_quantile(&d, want[i][0]), want[i][1], 1e-14);
    assert_close(ad_tdigest_count(&d), 12, 0);
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* How far the rank of the q-quantile is from q, as a share of the n sorted values. */
static double error(struct ad_tdigest *d, const double *v, size_t n, double q)
{
    double x = ad_tdigest_quantile(d, q), rank = 0;
    for (size_t i = 0; i < n; i++)
        rank += v[i] < x ? 1 : v[i] > x ? 0 : 0.5;
    return fabs(rank / (double)n - q);
}

enum { N = 100000 };
static double v[N];

static void fill(struct ad_tdigest *parts, size_t nparts)
{
    struct ad_rng rng;
    ad_rng_seed(&rng, 7);
    for (size_t i = 0; i < N; i++) {
        v[i] = -log(1 - ad_rng_unit(&rng));
        ad_tdigest_add(&parts[i * nparts / N], v[i]);
    }
    qsort(v, N, sizeof *v, by_value);
}

static void many_values(void **state)
{
    (void)state;
    static struct ad_tdigest d;
    fill(&d, 1);
    const double q[][2] = {{.001, .0002}, {.01, .0002}, {.1, .001}, {.5, .001}, {.99, .0002}};
    for (size_t i = 0; i < sizeof q / sizeof *q; i++)
        assert_true(error(&d, v, N, q[i][0]) <= q[i][1]);
    assert_close(ad_tdigest_quantile(&d, 0), v[0], 0);
    assert_close(ad_tdigest_quantile(&d, 1), v[N - 1], 0);
    assert_true(d.n <= AD_TDIGEST_MOST);
}

static void parts_can_be_merged(void **state)
{
    (void)state;
    static struct ad_tdigest part[10], all;
    fill(part, 10);
    for (size_t i = 0; i < 10; i++)
        ad_tdigest_merge(&all, &part[i]);
    assert_close(ad_tdigest_count(&all), N, 0);
    assert_true(error(&all, v, N, .01) <= .0005);
    assert_true(error(&all, v, N, .5) <= .002);
    assert_true(error(&all, v, N, .99) <= .0005);
}

static void equal_values(void **state)
{
    (void)state;
    struct ad_tdigest d = {0};
    for (size_t i = 0; i < 5000; i++)
        ad_tdigest_add(&d, 42);
    for (double q = 0; q <= 1; q += 0.125)
        assert_close(ad_tdigest_quantile(&d, q), 42, 0);
}

static void saved_in_the_middle(void **state)
{
    (void)state;
    static struct ad_tdigest d, e;
    struct ad_buf bytes = {0};
    fill(&d, 1);
    for (size_t i = 0; i < 100; i++)
        ad_tdigest_add(&d, (double)i / 10);
    ad_tdigest_save(&d, &(struct ad_save){.out = &bytes});
    struct ad_load in = {.in = {bytes.s, bytes.len}};
    assert_int_equal(ad_tdigest_load(&e, &in), 0);
    for (double q = 0; q <= 1; q += 0.0625)
        assert_close(ad_tdigest_quantile(&e, q), ad_tdigest_quantile(&d, q), 0);
    for (size_t cut = 0; cut < bytes.len; cut += 7) {
        struct ad_load part = {.in = {bytes.s, cut}};
        assert_int_equal(ad_tdigest_load(&e, &part), -1);
    }
    ad_buf_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_values_are_exact), cmocka_unit_test(many_values),
        cmocka_unit_test(parts_can_be_merged),  cmocka_unit_test(equal_values),
        cmocka_unit_test(saved_in_the_middle),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
