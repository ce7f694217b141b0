#include "unit.h"

#include "decide/bucket_cell.h"
#include "decide/bucket_grid.h"

#include <stdio.h>

static void lengths_go_into_a_day(void **state)
{
    (void)state;
    const double good[] = {0.5, 1, 10, 300, 3600, 21600, 86400, 604800};
    const double wrong[] = {0, -1, 7 * 60, 5000, 90000, 1e9};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(ad_bucket_grid_has(good[i]));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(ad_bucket_grid_has(wrong[i]));
}

/* Times by: date -d 'TZ="Europe/Berlin" 2024-10-27 00:00' +%s */
static void buckets_begin_by_the_wall(void **state)
{
    (void)state;
    const struct {
        double every, t, from, to;
    } cases[] = {
        {86400, 1729990000, 1729980000, 1730070000},  /* 25 hours */
        {86400, 1711850000, 1711839600, 1711922400},  /* 23 hours, 2024-03-31 */
        {3600, 1729990800, 1729990800, 1729994400},   /* 03:00, the second one being 02:00 */
        {21600, 1729981000, 1729980000, 1730005200},  /* 00:00 to 06:00 takes seven hours */
        {604800, 1729990000, 1729461600, 1730070000}, /* Monday the 21st to the 28th */
        {60, 1729990007, 1729990000 - 40, 1729990020},
    };
    struct ad_err err = {0};
    struct ad_clock *clock = ad_clock_open("Europe/Berlin", NULL, &err);
    assert_non_null(clock);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ad_bucket_grid grid = {.clock = clock, .every = cases[i].every};
        assert_close(ad_bucket_grid_find(&grid, cases[i].t), cases[i].from, 0);
        assert_close(grid.to, cases[i].to, 0);
    }
    ad_clock_close(clock);
}

/* Without a hole, and each time in its own, over all changes of odd zones. */
static void buckets_cover_all_time(void **state)
{
    (void)state;
    const char *zones[] = {"America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu",
                           "America/St_Johns"};
    const double every[] = {900, 2700, 3600, 7200, 43200, 86400};
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        struct ad_err err = {0};
        struct ad_clock *clock = ad_clock_open(zones[z], NULL, &err);
        assert_non_null(clock);
        for (size_t e = 0; e < sizeof every / sizeof *every; e++) {
            struct ad_bucket_grid grid = {.clock = clock, .every = every[e]};
            double last = 1538352000; /* 2018-10-01, half a year with two changes */
            ad_bucket_grid_find(&grid, last);
            for (double t = last; t < last + 190 * 86400.0; t = grid.to) {
                double from = grid.to, to;
                assert_close(ad_bucket_grid_find(&grid, from), from, 0);
                to = grid.to;
                assert_true(to > from && to <= from + every[e] + 3600);
                struct ad_bucket_grid again = {.clock = clock, .every = every[e]};
                assert_close(ad_bucket_grid_find(&again, (from + to) / 2), from, 0);
                assert_close(again.to, to, 0);
            }
        }
        ad_clock_close(clock);
    }
}

static void aggregates_are_read(void **state)
{
    (void)state;
    struct ad_bucket_aggs a;
    struct ad_err err = {0};
    assert_int_equal(
        ad_bucket_aggs_parse(&a, ad_str_of("count, p99.9(a,b),mean(x),distinct(x)"), &err), 0);
    assert_int_equal(a.n, 4);
    assert_close(a.agg[1].q, 0.999, 1e-15);
    assert_true(ad_str_eq(a.name.v[1], ad_str_of("a,b_p99.9")));
    assert_int_equal(a.field.n, 2);
    assert_true(a.number[1]);
    ad_bucket_aggs_free(&a);
    const char *wrong[] = {"", "p(x)", "p101(x)", "mean", "count(x)", "mean(x", "mean()", "rate,"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(ad_bucket_aggs_parse(&a, ad_str_of(wrong[i]), &err), -1);
        ad_bucket_aggs_free(&a);
    }
    ad_err_free(&err);
}

/* Parts put together, and saved between, are the whole. */
static void parts_make_the_whole(void **state)
{
    (void)state;
    enum { N = 50000 };
    for (int kind = AD_BUCKET_COUNT; kind <= AD_BUCKET_DISTINCT; kind++) {
        struct ad_bucket_cell whole = {0}, part[2] = {{0}}, sum = {0};
        const struct ad_bucket_agg agg = {.kind = (enum ad_bucket_kind)kind, .q = 0.9};
        for (int i = 0; i < N; i++) {
            char text[24];
            struct ad_str v = {text, (size_t)snprintf(text, sizeof text, "k%d", i % 20000)};
            assert_int_equal(ad_bucket_cell_add(&whole, agg.kind, i % 20000, v), 0);
            assert_int_equal(ad_bucket_cell_add(&part[i & 1], agg.kind, i % 20000, v), 0);
        }
        for (int p = 0; p < 2; p++) {
            struct ad_buf b = {0};
            struct ad_save out = {.out = &b};
            struct ad_bucket_cell again = {0};
            ad_bucket_cell_save(&part[p], agg.kind, &out);
            struct ad_load in = {.in = {b.s, b.len}};
            assert_int_equal(ad_bucket_cell_load(&again, agg.kind, &in), 0);
            assert_int_equal(in.in.len, 0);
            assert_int_equal(ad_bucket_cell_merge(&sum, agg.kind, &again), 0);
            ad_bucket_cell_free(&again);
            ad_bucket_cell_free(&part[p]);
            ad_buf_free(&b);
        }
        double want = ad_bucket_cell_result(&whole, &agg, 60);
        double off = kind == AD_BUCKET_QUANTILE ? 0.002 : 0;
        assert_close(ad_bucket_cell_result(&sum, &agg, 60), want, off);
        if (kind == AD_BUCKET_DISTINCT)
            assert_close(want, 20000, 0.066); /* three standard errors */
        ad_bucket_cell_free(&whole);
        ad_bucket_cell_free(&sum);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_go_into_a_day),  cmocka_unit_test(buckets_begin_by_the_wall),
        cmocka_unit_test(buckets_cover_all_time), cmocka_unit_test(aggregates_are_read),
        cmocka_unit_test(parts_make_the_whole),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
