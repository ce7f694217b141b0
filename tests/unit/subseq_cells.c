#include "unit.h"

#include "detect/subseq_cells.h"

#include <stdlib.h>

/* Cells of n values at these times (NULL: none) and rows. */
static struct ad_subseq_cells make(const double *x, const double *t, const double *row, size_t n)
{
    struct ad_subseq_value v[64];
    struct ad_subseq_cells c;
    for (size_t i = 0; i < n; i++)
        v[i] = (struct ad_subseq_value){x[i], t ? t[i] : (double)NAN, row[i]};
    assert_int_equal(ad_subseq_cells_make(&c, v, n), 0);
    return c;
}

static const double row[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                               16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                               32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                               48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

static void test_even_ones_are_left_alone(void **state)
{
    (void)state;
    double x[40], t[40];
    for (size_t i = 0; i < 40; i++) {
        x[i] = (double)(i * i % 7);
        t[i] = 100 + 5 * (double)i;
    }
    for (int timed = 0; timed <= 1; timed++) {
        struct ad_subseq_cells c = make(x, timed ? t : NULL, row, 40);
        assert_int_equal(c.n, 40);
        assert_null(c.gaps);
        assert_close(c.step, timed ? 5 : 0, 0);
        for (size_t i = 0; i < 40; i++) {
            assert_close(c.x[i], x[i], 0);
            assert_close(c.row[i], row[i], 0);
            assert_int_equal(c.value[i], i);
        }
        ad_subseq_cells_free(&c);
    }
}

/* Steps left out lie on the line between their neighbours; more than three of them are a hole. */
static void test_steps_left_out(void **state)
{
    (void)state;
    double x[40] = {0}, t[40];
    for (size_t i = 0; i < 40; i++) {
        t[i] = 60 * ((double)i + (i >= 10) + 4 * (i >= 20)) + (i % 2 ? 1 : -1);
        x[i] = i < 10 ? 0 : i < 20 ? 1 : 6;
    }
    struct ad_subseq_cells c = make(x, t, row, 40);
    assert_int_equal(c.n, 45);
    assert_close(c.x[10], 0.5, 1e-12);
    assert_close(c.row[10], 9, 0);
    assert_int_equal(c.value[10], 11);
    for (size_t k = 0; k < 4; k++)
        assert_close(c.x[21 + k], 2 + (double)k, 1e-12);
    assert_int_equal(c.value[20], 25);
    assert_non_null(c.gaps);
    assert_int_equal(c.gaps[21], 0);
    assert_int_equal(c.gaps[23], 2);
    assert_int_equal(c.gaps[45], 4);
    ad_subseq_cells_free(&c);
}

static void test_without_times_rows_count(void **state)
{
    (void)state;
    double x[32], rows[32];
    for (size_t i = 0; i < 32; i++) {
        x[i] = (double)i;
        rows[i] = (double)i + 2 * (i >= 5);
    }
    struct ad_subseq_cells c = make(x, NULL, rows, 32);
    assert_int_equal(c.n, 34);
    assert_int_equal(c.value[5], 7);
    assert_close(c.row[7], 7, 0);
    ad_subseq_cells_free(&c);
}

/* A long hole is cut, to an eighth of the values; late and standing times make none. */
static void test_odd_times(void **state)
{
    (void)state;
    double x[64] = {0}, t[64];
    for (size_t i = 0; i < 64; i++)
        t[i] = (double)i + (i >= 32 ? 1e9 : 0);
    struct ad_subseq_cells c = make(x, t, row, 64);
    assert_int_equal(c.n, 64 + 8);
    ad_subseq_cells_free(&c);
    for (size_t i = 0; i < 64; i++)
        t[i] = 7;
    c = make(x, t, row, 64);
    assert_int_equal(c.n, 64);
    ad_subseq_cells_free(&c);
    for (size_t i = 0; i < 64; i++)
        t[i] = (double)i - (i == 40 ? 20 : 0);
    c = make(x, t, row, 64);
    assert_int_equal(c.n, 65); /* its own step is guessed */
    ad_subseq_cells_free(&c);
}

/* Bursts: more would be guessed than there is, so nothing is. */
static void test_uneven_times(void **state)
{
    (void)state;
    double x[64] = {0}, t[64];
    for (size_t i = 0; i < 64; i++)
        t[i] = (double)(i / 3 * 100 + i % 3);
    struct ad_subseq_cells c = make(x, t, row, 64);
    assert_int_equal(c.n, 64);
    assert_null(c.gaps);
    ad_subseq_cells_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_even_ones_are_left_alone),
        cmocka_unit_test(test_steps_left_out),
        cmocka_unit_test(test_without_times_rows_count),
        cmocka_unit_test(test_odd_times),
        cmocka_unit_test(test_uneven_times),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
