#include "unit.h"

#include "maths/holtwinters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 600 };

static struct {
    size_t n;
    double value[MOST], fitted[MOST];
} want;

/* value,fitted; NA at first */
static void read_table(const char *name)
{
    char path[200], line[200];
    snprintf(path, sizeof path, "tests/data/seasonal/%s.csv", name);
    FILE *file = fopen(path, "r");
    if (!file || !fgets(line, sizeof line, file))
        fail_msg("%s: cannot be read", path);
    for (want.n = 0; fgets(line, sizeof line, file); want.n++) {
        char *p = line;
        want.value[want.n] = strtod(p, &p);
        want.fitted[want.n] = strncmp(p + 1, "NA", 2) == 0 ? (double)NAN : strtod(p + 1, &p);
    }
    fclose(file);
}

/* R 4.2.2, tests/data/seasonal/make.R, which prints the sums of squares. */
static void test_matches_r(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct ad_holtwinters h;
        double sse;
    } cases[] = {
        {"passengers-additive",
         {.period = 12, .alpha = 0.5, .beta = 0.1, .gamma = 0.4},
         83153.3347778476},
        {"passengers-multiplicative",
         {.period = 12, .multiplicative = true, .alpha = 0.3, .beta = 0.05, .gamma = 0.6},
         18628.0399943084},
        {"gas-odd", {.period = 7, .alpha = 0.2, .beta = 0.1, .gamma = 0.1}, 3712803.2777701},
    };
    static double fitted[MOST], season[MOST];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ad_holtwinters h = cases[i].h;
        read_table(cases[i].name);
        assert_int_equal(ad_holtwinters_run(&h, want.value, want.n, fitted, season), 0);
        assert_close(h.sse, cases[i].sse, 1e-9);
        for (size_t k = 0; k < want.n; k++)
            assert_close(fitted[k], want.fitted[k], 1e-9);
    }
}

/* As good as the optimum R finds, and nearly the same fit. */
static void test_best_parameters(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool multiplicative;
        double sse;
    } cases[] = {
        {"co2-best", false, 43.1298613676958},
        {"passengers-best", true, 16570.7778669999},
    };
    static double fitted[MOST], season[MOST];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ad_holtwinters h = {.period = 12, .multiplicative = cases[i].multiplicative};
        read_table(cases[i].name);
        assert_int_equal(ad_holtwinters_fit(&h, want.value, want.n, fitted, season), 0);
        assert_true(h.sse <= cases[i].sse * (1 + 1e-9));
        for (size_t k = 12; k < want.n; k++)
            assert_close(fitted[k], want.fitted[k], 1e-4);
    }
}

/* The season that is left is that of the last cycle, in order. */
static void test_last_cycle(void **state)
{
    (void)state;
    double y[302], fitted[302], season[4];
    for (size_t i = 0; i < 302; i++)
        y[i] = 10 + (double)i + (double)(i % 4 == 1) * 8 - 2;
    struct ad_holtwinters h = {.period = 4, .alpha = 0.5, .beta = 0.5, .gamma = 0.5};
    assert_int_equal(ad_holtwinters_run(&h, y, 302, fitted, season), 0);
    assert_close(h.slope, 1, 1e-9);
    for (size_t i = 0; i < 4; i++) /* of the places 298 .. 301 */
        assert_close(h.level + h.slope * ((double)i - 3) + season[i], y[298 + i], 1e-9);
}

/* R: p <- predict(HoltWinters(AirPassengers, alpha = 0.5, beta = 0.1, gamma = 0.4), 60,
 *                 prediction.interval = TRUE); w <- p[, "upr"] - p[, "fit"]; (w / w[1])^2 */
static void test_spread(void **state)
{
    (void)state;
    static const double want_at[][2] = {{1, 1},        {2, 1.3025}, {12, 8.315},  {13, 10.005},
                                        {14, 11.3275}, {25, 35.45}, {60, 283.135}};
    struct ad_holtwinters h = {.period = 12, .alpha = 0.5, .beta = 0.1, .gamma = 0.4};
    for (size_t i = 0; i < sizeof want_at / sizeof *want_at; i++)
        assert_close(ad_holtwinters_spread(&h, want_at[i][0]), want_at[i][1], 1e-9);
}

/* Days that are not there, one of them in the first two cycles, change nothing. */
static void test_absent(void **state)
{
    (void)state;
    enum { N = 240, P = 24 };
    static double y[N], fitted[N], season[N];
    static bool absent[N];
    for (size_t i = 0; i < N; i++) {
        absent[i] = (i >= 30 && i < 40) || i / P == 6;
        y[i] = absent[i] ? 1e6 : 100 + 10 * sin((double)i * 0.2617993877991494);
    }
    struct ad_holtwinters h = {.period = P, .absent = absent};
    assert_int_equal(ad_holtwinters_fit(&h, y, N, fitted, season), 0);
    for (size_t i = P; i < N; i++)
        assert_true(fabs(fitted[i] - 100 - 10 * sin((double)i * 0.2617993877991494)) < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches_r),  cmocka_unit_test(test_best_parameters),
        cmocka_unit_test(test_spread),     cmocka_unit_test(test_absent),
        cmocka_unit_test(test_last_cycle),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
