#include "unit.h"

#include "maths/periods.h"
#include "maths/rng.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 6000 };
#define TURN 6.283185307179586

static double x[MOST];
static struct ad_rng rng;

static double gauss(double sd)
{
    return sd * ad_rng_normal(&rng);
}

static double wave(size_t i, double period)
{
    return sin(TURN * (double)i / period);
}

/* From 0 to 1. */
static double saw(size_t i, double period)
{
    return fmod((double)i, period) / period;
}

/* Series of known period; each fills x and returns its length. */
static size_t sine(void)
{
    for (size_t i = 0; i < 1000; i++)
        x[i] = wave(i, 24) + gauss(0.5);
    return 1000;
}
static size_t weak_sine(void)
{
    for (size_t i = 0; i < 2000; i++)
        x[i] = wave(i, 24) + gauss(2);
    return 2000;
}
static size_t broken(void)
{
    for (size_t i = 0; i < 400; i++)
        x[i] = wave(i, 12.5) + gauss(0.3);
    return 400;
}
static size_t spikes(void)
{
    for (size_t i = 0; i < 100; i++)
        x[i] = 5 * (i % 7 == 0) + gauss(1);
    return 100;
}
static size_t alternating(void)
{
    for (size_t i = 0; i < 60; i++)
        x[i] = (i % 2 ? 3 : 0) + gauss(0.5);
    return 60;
}
static size_t saw_on_a_trend(void)
{
    for (size_t i = 0; i < 300; i++)
        x[i] = 0.1 * (double)i + 0.1 * (double)(i % 30) + gauss(0.5);
    return 300;
}
static size_t on_a_walk(void)
{
    double walk = 0;
    for (size_t i = 0; i < 1000; i++)
        x[i] = (walk += gauss(0.3)) + 3 * wave(i, 50);
    return 1000;
}
static size_t square(void)
{
    for (size_t i = 0; i < 600; i++)
        x[i] = 4 * (i % 60 < 30) + gauss(1);
    return 600;
}
static size_t with_outliers(void)
{
    for (size_t i = 0; i < 800; i++)
        x[i] = wave(i, 40) + gauss(0.3) + (ad_rng_below(&rng, 50) ? 0 : 8);
    return 800;
}
static size_t duty(void)
{
    for (size_t i = 0; i < 500; i++)
        x[i] = 10 * (i % 25 < 2) + gauss(0.5);
    return 500;
}
static size_t day_and_week(void)
{
    for (size_t i = 0; i < 1008; i++)
        x[i] = 20 * wave(i, 48) - 15 * (i / 48 % 7 >= 5) + gauss(2);
    return 1008;
}
static size_t two_weeks(void)
{
    for (size_t i = 0; i < 4032; i++)
        x[i] = 20 * wave(i, 288) - 15 * (i / 288 % 7 >= 5) + gauss(2);
    return 4032;
}
static size_t business_days(void)
{
    for (size_t i = 0; i < 672; i++)
        x[i] = 50 * (i / 24 % 7 < 5 && i % 24 >= 9 && i % 24 < 17) + gauss(3);
    return 672;
}

/* Two seasons that have nothing to do with each other. */
static size_t unrelated(void)
{
    for (size_t i = 0; i < 1500; i++)
        x[i] = wave(i, 17) + wave(i, 45) + gauss(0.7);
    return 1500;
}
static size_t unrelated_broken(void)
{
    for (size_t i = 0; i < 2000; i++)
        x[i] = wave(i, 10.3) + 0.8 * wave(i, 33.7) + gauss(0.5);
    return 2000;
}
static size_t unrelated_shapes(void)
{
    for (size_t i = 0; i < 2000; i++)
        x[i] = 3 * saw(i, 21) + 2 * (i % 50 < 10) + gauss(0.7);
    return 2000;
}
static size_t saw_broken(void)
{
    for (size_t i = 0; i < 1000; i++)
        x[i] = 3 * saw(i, 28.4) + gauss(0.7);
    return 1000;
}
/* Every `often`-th value or so begins a gap, with a straight line across it. */
static size_t with_gaps(size_t n, unsigned often, size_t len)
{
    for (size_t i = 0; i < n; i++)
        x[i] = wave(i, 24) + gauss(0.5);
    for (size_t i = 1; i + len < n; i++) {
        if (ad_rng_below(&rng, often))
            continue;
        double from = x[i - 1], to = x[i + len];
        for (size_t k = 0; k < len; k++)
            x[i + k] = from + (to - from) * (double)(k + 1) / (double)(len + 1);
        i += len;
    }
    return n;
}
static size_t gaps(void)
{
    return with_gaps(1000, 4, 1);
}
static size_t outages(void)
{
    return with_gaps(1500, 200, 36);
}
/* Poisson, 0.1 to 1.9 a record. */
static size_t counts(void)
{
    for (size_t i = 0; i < 1400; i++) {
        double least = exp(-1 - 0.9 * wave(i, 24)), p = 1;
        for (x[i] = -1; p > least; x[i]++)
            p *= ((double)ad_rng_below(&rng, 1 << 30) + 0.5) / (1 << 30);
    }
    return 1400;
}
static size_t in_coloured_noise(void)
{
    double noise = 0;
    for (size_t i = 0; i < 1000; i++)
        x[i] = (noise = 0.8 * noise + gauss(1)) + 2 * wave(i, 24);
    return 1000;
}
static size_t growing(void)
{
    for (size_t i = 0; i < 360; i++)
        x[i] = exp(0.008 * (double)i) * (10 + 3 * wave(i, 12) + gauss(0.5));
    return 360;
}
static size_t skewed(void)
{
    for (size_t i = 0; i < 1000; i++)
        x[i] = exp(wave(i, 24) + gauss(0.7));
    return 1000;
}
static size_t with_a_jump(void)
{
    for (size_t i = 0; i < 1000; i++)
        x[i] = wave(i, 30) + 6 * (i >= 400) + gauss(0.5);
    return 1000;
}
/* A month whose length is close to four weeks. */
static size_t three(void)
{
    for (size_t i = 0; i < 6000; i++)
        x[i] = 4 * wave(i, 24) + 3 * (i / 24 % 7 >= 5) + 5 * wave(i, 720) + gauss(1);
    return 6000;
}

/* Whether periods are found, up to 2 %, that were known (0 ends them), and no others. */
static bool right(const char *name, size_t n, const double *want)
{
    double got[4];
    int found = ad_periods_find(x, n, got, 4), known = 0;
    bool same = true;
    for (; known < 3 && want[known] > 0; known++)
        same &= known < found && fabs(got[known] / want[known] - 1) < 0.02;
    same &= found == known;
    if (!same)
        print_message("# %s: %d found, the first %g\n", name, found, found > 0 ? got[0] : 0);
    return same;
}

static const struct series {
    const char *name;
    size_t (*fill)(void);
    double period[3];
} made[] = {
    {"sine", sine, {24}},
    {"weak sine", weak_sine, {24}},
    {"no whole number", broken, {12.5}},
    {"spikes", spikes, {7}},
    {"alternating", alternating, {2}},
    {"saw on a trend", saw_on_a_trend, {30}},
    {"saw, no whole number", saw_broken, {28.4}},
    {"on a random walk", on_a_walk, {50}},
    {"in coloured noise", in_coloured_noise, {24}},
    {"square", square, {60}},
    {"outliers", with_outliers, {40}},
    {"duty", duty, {25}},
    {"gaps", gaps, {24}},
    {"outages", outages, {24}},
    {"counts", counts, {24}},
    {"growing", growing, {12}},
    {"skewed", skewed, {24}},
    {"a jump", with_a_jump, {30}},
    {"day and week", day_and_week, {48, 336}},
    {"two weeks", two_weeks, {288, 2016}},
    {"business days", business_days, {24, 168}},
    {"two seasons", unrelated, {17, 45}},
    {"two seasons, no whole numbers", unrelated_broken, {10.3, 33.7}},
    {"two seasons, shapes", unrelated_shapes, {21, 50}},
    {"three seasons", three, {24, 168, 720}},
};

/* The next of tests/data/seasonal/periods.csv (made by make.R) into x; NULL at the end. */
static char *read_series(FILE *file, double *period, size_t *n)
{
    static char line[20000];
    if (!fgets(line, sizeof line, file))
        return NULL;
    char *p = strchr(line, ',');
    assert_non_null(p);
    *p = 0;
    for (int k = 0; k < 2; k++)
        period[k] = strtod(p + 1, &p);
    for (*n = 0; *p == ',' && *n < MOST; ++*n)
        x[*n] = strtod(p + 1, &p);
    return line;
}

/* At least 18 of 20, of those made here and of the real ones. */
static void test_known_periods(void **state)
{
    (void)state;
    enum { MADE = sizeof made / sizeof *made };
    int wrong = 0, seasonal = 0, real = 0, plain = 0, false_ = 0;
    ad_rng_seed(&rng, 3);
    for (size_t i = 0; i < MADE; i++)
        wrong += !right(made[i].name, made[i].fill(), made[i].period);
    assert_in_range(wrong, 0, MADE / 10);
    FILE *file = fopen("tests/data/seasonal/periods.csv", "r");
    assert_non_null(file);
    double period[3] = {0};
    size_t n;
    for (const char *name; (name = read_series(file, period, &n));) {
        bool good = right(name, n, period);
        *(period[0] > 0 ? &seasonal : &plain) += 1;
        *(period[0] > 0 ? &real : &false_) += !good;
    }
    fclose(file);
    assert_int_equal(seasonal, 15);
    assert_in_range(real, 0, 1);
    assert_int_equal(plain, 9);
    assert_in_range(false_, 0, 1);
}

/* Nothing is found where nothing is, but for one series in a hundred or so. */
static void test_no_period(void **state)
{
    (void)state;
    ad_rng_seed(&rng, 5);
    for (int kind = 0; kind < 6; kind++) {
        int found = 0;
        for (size_t n = 50; n < 1250; n += 6) {
            double walk = 0, auto_ = 0, got[2];
            for (size_t i = 0; i < n; i++) {
                double e = gauss(1), t = (double)i;
                walk += e;
                auto_ = 0.9 * auto_ + e;
                x[i] = kind == 0   ? e
                       : kind == 1 ? walk
                       : kind == 2 ? auto_
                       : kind == 3 ? walk + gauss(3)
                       : kind == 4 ? 0.05 * t + e
                                   : t * t;
            }
            found += ad_periods_find(x, n, got, 2) > 0;
        }
        assert_in_range(found, 0, 6); /* of 200 */
    }
}

static void test_short_and_constant(void **state)
{
    (void)state;
    double got[2];
    for (size_t n = 0; n < 200; n++) {
        for (size_t i = 0; i < n; i++)
            x[i] = 7;
        assert_int_equal(ad_periods_find(x, n, got, 2), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_periods),
        cmocka_unit_test(test_no_period),
        cmocka_unit_test(test_short_and_constant),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
