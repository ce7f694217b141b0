#include "unit.h"

#include "maths/stl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 2000 };

/* A table of tests/data/seasonal: value, one season or two, trend. */
struct table {
    size_t n;
    double value[MOST], season[2][MOST], trend[MOST];
};

static struct table want;

static void read_table(const char *name)
{
    char path[200], line[300];
    snprintf(path, sizeof path, "tests/data/seasonal/%s.csv", name);
    FILE *file = fopen(path, "r");
    if (!file || !fgets(line, sizeof line, file))
        fail_msg("%s: cannot be read", path);
    int seasons = strstr(line, "season2") ? 2 : 1;
    for (want.n = 0; fgets(line, sizeof line, file); want.n++) {
        char *p = line;
        want.value[want.n] = strtod(p, &p);
        for (int k = 0; k < seasons; k++)
            want.season[k][want.n] = strtod(p + 1, &p);
        want.trend[want.n] = strtod(p + 1, &p);
    }
    fclose(file);
}

static void same(const double *got, const double *expected)
{
    for (size_t i = 0; i < want.n; i++)
        assert_true(fabs(got[i] - expected[i]) < 1e-6);
}

/* tests/data/seasonal/make.R */
static void test_matches_r(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct ad_stl_cfg cfg;
    } cases[] = {
        {"nottem-periodic", {.period = 12}},
        {"nottem-robust", {.period = 12, .robust = true}},
        {"co2-21", {.period = 12, .season = 21}},
        {"log-co2-21-robust", {.period = 12, .season = 21, .robust = true}},
        {"passengers-7", {.period = 12, .season = 7}},
    };
    static double season[MOST], trend[MOST];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_table(cases[i].name);
        assert_int_equal(ad_stl(want.value, want.n, &cases[i].cfg, season, trend), 0);
        same(season, want.season[0]);
        same(trend, want.trend);
    }
}

static void test_several_seasons(void **state)
{
    (void)state;
    static const size_t period[] = {48, 336};
    static double one[MOST], two[MOST], trend[MOST], *const season[] = {one, two};
    read_table("taylor-mstl");
    assert_int_equal(ad_mstl(want.value, want.n, period, 2, 0, NULL, false, season, trend), 0);
    same(one, want.season[0]);
    same(two, want.season[1]);
    same(trend, want.trend);
}

/* With robust weights an outlier stays in the rest. */
static void test_outlier(void **state)
{
    (void)state;
    static double y[MOST], season[MOST], trend[MOST];
    for (size_t i = 0; i < 240; i++)
        y[i] = (double)(i % 12) + (i == 100 ? 1000 : 0);
    struct ad_stl_cfg cfg = {.period = 12, .robust = true};
    assert_int_equal(ad_stl(y, 240, &cfg, season, trend), 0);
    for (size_t i = 0; i < 240; i++)
        assert_true(fabs(season[i] + trend[i] - (double)(i % 12)) < 0.01);
}

/* A day that is not there leaves the others as they are, with and without robust weights. */
static void test_absent(void **state)
{
    (void)state;
    enum { N = 240, PERIOD = 24 };
    static double y[N], season[N], trend[N];
    static bool absent[N];
    for (int robust = 0; robust < 2; robust++) {
        for (size_t i = 0; i < N; i++) {
            absent[i] = i / PERIOD == 4;
            y[i] = 10 * sin((double)i * 0.2617993877991494) + 0.1 * (double)i;
        }
        for (size_t i = 0; i < N; i++)
            y[i] = absent[i] ? 500 : y[i];
        struct ad_stl_cfg cfg = {.period = PERIOD, .robust = robust, .absent = absent};
        assert_int_equal(ad_stl(y, N, &cfg, season, trend), 0);
        /* Without robust weights it ends before it has settled, by 0.1 when no day is absent. */
        for (size_t i = 0; i < N; i++) {
            double wave = 10 * sin((double)i * 0.2617993877991494) + 0.1 * (double)i;
            assert_true(fabs(season[i] + trend[i] - wave) < (robust ? 1e-6 : 0.6));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches_r),
        cmocka_unit_test(test_several_seasons),
        cmocka_unit_test(test_outlier),
        cmocka_unit_test(test_absent),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
