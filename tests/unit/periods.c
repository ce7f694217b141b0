#include "unit.h"

#include "maths/periods.h"
#include "maths/rng.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 5000 };
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

/* Series that R ships, rounded to what tells their period: write(nottem, "") and so on. */
static const double nottem[] = {
    40.6, 40.8, 44.4, 46.7, 54.1, 58.5, 57.7, 56.4, 54.3, 50.5, 42.9, 39.8, 44.2, 39.8, 45.1, 47,
    54.1, 58.7, 66.3, 59.9, 57,   54.2, 39.7, 42.8, 37.5, 38.7, 39.5, 42.1, 55.7, 57.8, 56.8, 54.3,
    54.3, 47.1, 41.8, 41.7, 41.8, 40.1, 42.9, 45.8, 49.2, 52.7, 64.2, 59.6, 54.4, 49.2, 36.3, 37.6,
    39.3, 37.5, 38.3, 45.5, 53.2, 57.7, 60.8, 58.2, 56.4, 49.8, 44.4, 43.6, 40,   40.5, 40.8, 45.1,
    53.8, 59.4, 63.5, 61,   53,   50,   38.1, 36.3, 39.2, 43.4, 43.4, 48.9, 50.6, 56.8, 62.5, 62,
    57.5, 46.7, 41.6, 39.8, 39.4, 38.5, 45.3, 47.1, 51.7, 55,   60.4, 60.5, 54.7, 50.3, 42.3, 35.2,
    40.8, 41.1, 42.8, 47.3, 50.9, 56.4, 62.2, 60.5, 55.4, 50.2, 43,   37.3, 34.8, 31.3, 41,   43.9,
    53.1, 56.9, 62.5, 60.3, 59.8, 49.2, 42.9, 41.9, 41.6, 37.1, 41.2, 46.9, 51.2, 60.4, 60.1, 61.6,
    57,   50.9, 43,   38.8, 37.1, 38.4, 38.4, 46.5, 53.5, 58.4, 60.6, 58.2, 53.8, 46.6, 45.5, 40.6,
    42.4, 38.4, 40.3, 44.6, 50.9, 57,   62.1, 63.5, 56.3, 47.3, 43.6, 41.8, 36.2, 39.3, 44.5, 48.7,
    54.2, 60.8, 65.5, 64.9, 60.1, 50.2, 42.1, 35.8, 39.4, 38.2, 40.4, 46.9, 53.4, 59.6, 66.5, 60.4,
    59.2, 51.2, 42.8, 45.8, 40,   42.6, 43.5, 47.1, 50,   60.5, 64.6, 64,   56.8, 48.6, 44.2, 36.4,
    37.3, 35,   44,   43.9, 52.7, 58.6, 60,   61.1, 58.1, 49.6, 41.6, 41.3, 40.8, 41,   38.4, 47.4,
    54.1, 58.6, 61.4, 61.8, 56.3, 50.9, 41.4, 37.1, 42.1, 41.2, 47.3, 46.6, 52.4, 59,   59.6, 60.4,
    57,   50.7, 47.8, 39.2, 39.4, 40.9, 42.4, 47.8, 52.4, 58,   60.7, 61.8, 58.2, 46.7, 46.6, 37.8,
};
static const double passengers[] = {
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149,
    170, 170, 158, 133, 114, 140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166,
    171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194, 196, 196, 236, 235, 229, 243,
    264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229,
    242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374,
    413, 405, 355, 306, 271, 306, 315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336,
    340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472,
    548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432,
};
static const double gas[] = {
    160.1, 129.7, 84.8,  120.1, 160.1, 124.9, 84.8,  116.9, 169.7,  140.9, 89.7,  123.3,
    187.3, 144.1, 92.9,  120.1, 176.1, 147.3, 89.7,  123.3, 185.7,  155.3, 99.3,  131.3,
    200.1, 161.7, 102.5, 136.1, 204.9, 176.1, 112.1, 140.9, 227.3,  195.3, 115.3, 142.5,
    244.9, 214.5, 118.5, 153.7, 244.9, 216.1, 188.9, 142.5, 301,    196.9, 136.1, 267.3,
    317,   230.5, 152.1, 336.2, 371.4, 240.1, 158.5, 355.4, 449.9,  286.6, 179.3, 403.4,
    491.5, 321.8, 177.7, 409.8, 593.9, 329.8, 176.1, 483.5, 584.3,  395.4, 187.3, 485.1,
    669.2, 421,   216.1, 509.1, 827.7, 467.5, 209.7, 542.7, 840.5,  414.6, 217.7, 670.8,
    848.5, 437,   209.7, 701.2, 925.3, 443.4, 214.5, 683.6, 917.3,  515.5, 224.1, 694.8,
    989.4, 477.1, 233.7, 730,   1087,  534.7, 281.8, 787.6, 1163.9, 613.1, 347.4, 782.8,
};
static const double deaths[] = {
    3035, 2552, 2704, 2554, 2014, 1655, 1721, 1524, 1596, 2074, 2199, 2512, 2933, 2889, 2938,
    2497, 1870, 1726, 1607, 1545, 1396, 1787, 2076, 2837, 2787, 3891, 3179, 2011, 1636, 1580,
    1489, 1300, 1356, 1653, 2013, 2823, 3102, 2294, 2385, 2444, 1748, 1554, 1498, 1361, 1346,
    1564, 1640, 2293, 2815, 3137, 2679, 1969, 1870, 1633, 1529, 1366, 1357, 1570, 1535, 2491,
    3084, 2605, 2573, 2143, 1693, 1504, 1461, 1354, 1333, 1492, 1781, 1915,
};
static const double lynx[] = {
    269,  321,  585,  871,  1475, 2821, 3928, 5943, 4950, 2577, 523,  98,   184,  279,  409,
    2285, 2685, 3409, 1824, 409,  151,  45,   68,   213,  546,  1033, 2129, 2536, 957,  361,
    377,  225,  360,  731,  1638, 2725, 2871, 2119, 684,  299,  236,  245,  552,  1623, 3311,
    6721, 4254, 687,  255,  473,  358,  784,  1594, 1676, 2251, 1426, 756,  299,  201,  229,
    469,  736,  2042, 2811, 4431, 2511, 389,  73,   39,   49,   59,   188,  377,  1292, 4031,
    3495, 587,  105,  153,  387,  758,  1307, 3465, 6991, 6313, 3794, 1836, 345,  382,  808,
    1388, 2713, 3800, 3091, 2985, 3790, 674,  81,   80,   108,  229,  399,  1132, 2432, 3574,
    2935, 1537, 529,  485,  662,  1000, 1590, 2657, 3396,
};

#define COPY(name)                                                                                 \
    static size_t copy_##name(void)                                                                \
    {                                                                                              \
        memcpy(x, name, sizeof name);                                                              \
        return sizeof name / sizeof *name;                                                         \
    }
COPY(nottem)
COPY(passengers)
COPY(gas)
COPY(deaths)
COPY(lynx)

static void test_known_periods(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t (*fill)(void);
        double period[2];
    } cases[] = {
        {"sine", sine, {24}},
        {"weak sine", weak_sine, {24}},
        {"no whole number", broken, {12.5}},
        {"spikes", spikes, {7}},
        {"alternating", alternating, {2}},
        {"saw on a trend", saw_on_a_trend, {30}},
        {"on a random walk", on_a_walk, {50}},
        {"square", square, {60}},
        {"outliers", with_outliers, {40}},
        {"duty", duty, {25}},
        {"day and week", day_and_week, {48, 336}},
        {"two weeks", two_weeks, {288, 2016}},
        {"business days", business_days, {24, 168}},
        {"nottem", copy_nottem, {12}},
        {"AirPassengers", copy_passengers, {12}},
        {"UKgas", copy_gas, {4}},
        {"ldeaths", copy_deaths, {12}},
        {"lynx", copy_lynx, {9.5}}, /* "about 9.5 years" in the literature */
    };
    ad_rng_seed(&rng, 3);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double got[4], want[2] = {cases[i].period[0], cases[i].period[1]};
        int n = ad_periods_find(x, cases[i].fill(), got, 4);
        if (n != 1 + (want[1] > 0))
            fail_msg("%s: %d periods, the first %g", cases[i].name, n, n > 0 ? got[0] : 0);
        for (int k = 0; k < n; k++)
            assert_close(got[k], want[k], 0.02);
    }
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
