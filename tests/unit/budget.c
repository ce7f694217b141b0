#include "unit.h"

#include "detect/detector.h"
#include "maths/rng.h"
#include "run/budget.h"

#include <stdlib.h>

/* A record every five minutes is 288 a day. */
#define STEP 300.0

/* One more record, flagged as the line in force says. Returns whether it was. */
static bool add(struct ad_budget *b, double surprise)
{
    bool flagged = surprise >= b->s0;
    ad_budget_add(b, STEP * (double)b->scored, surprise, flagged);
    return flagged;
}

static struct ad_budget two_a_day(void)
{
    struct ad_budget b;
    ad_budget_init(&b, 2, 5.9);
    return b;
}

static void the_rate_of_records_alone_sets_the_first_line(void **state)
{
    (void)state;
    struct ad_budget b = two_a_day();
    for (int i = 0; i < 999; i++)
        add(&b, 0);
    /* python3 -c 'import math; print(-math.log(2 / 288))' */
    assert_close(b.s0, 4.969813299576001, 1e-12);
}

static void a_line_is_never_nominally_below_a_tenth(void **state)
{
    (void)state;
    struct ad_budget b;
    ad_budget_init(&b, 200, 5.9);
    for (int i = 0; i < 999; i++)
        add(&b, 0);
    /* python3 -c 'import math; print(-math.log(0.1))' */
    assert_close(b.s0, 2.3025850929940455, 1e-12);
}

/* Surprises of noise have an exponential distribution if the detector is right about it; heavier
 * and lighter tails are powers of it. */
static double tail(struct ad_rng *rng, double power)
{
    return pow(-log(1 - ad_rng_unit(rng)), power);
}

static void any_tail_ends_near_the_budget(void **state)
{
    (void)state;
    static const double power[] = {0.5, 1, 2, 4};
    for (size_t p = 0; p < sizeof power / sizeof *power; p++) {
        struct ad_budget b = two_a_day();
        struct ad_rng rng;
        ad_rng_seed(&rng, 1 + p);
        for (int i = 0; i < 288 * 365; i++)
            add(&b, tail(&rng, power[p]));
        /* two a day for a year; four standard deviations of a Poisson count of 730 are 108 */
        assert_in_range(b.flagged, 622, 838);
    }
}

static void a_bad_start_costs_little(void **state)
{
    (void)state;
    struct ad_budget b = two_a_day();
    for (int i = 0; i < 100; i++)
        add(&b, 500);
    /* The first is free, the second is one too many, and the line is above it from then on. */
    assert_int_equal(b.flagged, 2);
    assert_true(b.s0 > 500 && b.s0 < 530);
    for (int i = 0; i < 800; i++)
        add(&b, 1);
    assert_true(b.s0 < 500); /* it comes down when alarms are due again */
}

static void a_burst_after_a_quiet_time_costs_what_is_due(void **state)
{
    (void)state;
    struct ad_budget b = two_a_day();
    struct ad_rng rng;
    ad_rng_seed(&rng, 9);
    for (int i = 0; i < 288 * 30; i++)
        add(&b, tail(&rng, 1));
    unsigned long long before = b.flagged;
    for (int i = 0; i < 288; i++)
        add(&b, 1000);
    /* 31 days: 62 are due, 1.5 * 62 + 1 = 94 pass, the next raises the line */
    assert_in_range(before, 30, 94);
    assert_in_range(b.flagged, 80, 95);
}

static void a_tail_that_ends_is_met_within_two_weeks(void **state)
{
    (void)state;
    /* Uniform surprises: an exponential tail, as extrapolated from few records, goes far beyond. */
    unsigned long long sum = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct ad_budget b = two_a_day();
        struct ad_rng rng;
        ad_rng_seed(&rng, seed);
        for (int i = 0; i < 288 * 14; i++)
            add(&b, 4 * ad_rng_unit(&rng));
        sum += b.flagged;
    }
    assert_in_range(sum, 20 * 14, 20 * 56); /* 28 are due each time */
}

static void what_was_spent_moves_the_line(void **state)
{
    (void)state;
    /* No flag, and three for every one that is due, told with whatever surprise there is. */
    struct ad_budget thrifty = two_a_day(), lavish = two_a_day();
    struct ad_rng rng;
    ad_rng_seed(&rng, 5);
    for (int i = 0; i < 28 * 1024; i++) {
        double s = tail(&rng, 1);
        ad_budget_add(&thrifty, STEP * i, s, false);
        ad_budget_add(&lavish, STEP * i, s, i % 48 == 0);
    }
    /* Four times, at most, and a third of 2 / 288:
     * python3 -c 'from math import *; print(-log(8 / 288), -log(2 / 3 / 288))' */
    assert_close(thrifty.s0, 3.5835189384561099, 0.05);
    assert_close(lavish.s0, 6.068425588244111, 0.08);
}

static void the_line_stays_where_scores_can_be(void **state)
{
    (void)state;
    struct ad_budget b = two_a_day();
    for (int i = 0; i < 5000; i++)
        add(&b, AD_SURPRISE_MAX);
    assert_true(b.s0 <= AD_SURPRISE_MAX);
}

static void times_that_stand_still_change_nothing(void **state)
{
    (void)state;
    struct ad_budget b = two_a_day();
    for (int i = 0; i < 3000; i++)
        ad_budget_add(&b, 7, 1, false);
    assert_close(b.s0, 5.9, 0);
}

static void what_was_saved_goes_on_the_same(void **state)
{
    (void)state;
    struct ad_budget a = two_a_day(), b;
    struct ad_rng rng;
    ad_rng_seed(&rng, 4);
    for (int i = 0; i < 1500; i++)
        add(&a, tail(&rng, 2));
    struct ad_buf buf = {0};
    struct ad_save out = {&buf};
    ad_budget_save(&a, &out);
    struct ad_load in = {.in = {buf.s, buf.len}};
    ad_budget_init(&b, 2, 5.9);
    assert_int_equal(ad_budget_load(&b, &in), 0);
    for (int i = 0; i < 3000; i++) {
        double s = tail(&rng, 2);
        assert_int_equal(add(&a, s), add(&b, s));
        assert_close(b.s0, a.s0, 0);
    }
    free(buf.s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rate_of_records_alone_sets_the_first_line),
        cmocka_unit_test(a_line_is_never_nominally_below_a_tenth),
        cmocka_unit_test(any_tail_ends_near_the_budget),
        cmocka_unit_test(a_bad_start_costs_little),
        cmocka_unit_test(a_burst_after_a_quiet_time_costs_what_is_due),
        cmocka_unit_test(a_tail_that_ends_is_met_within_two_weeks),
        cmocka_unit_test(what_was_spent_moves_the_line),
        cmocka_unit_test(the_line_stays_where_scores_can_be),
        cmocka_unit_test(times_that_stand_still_change_nothing),
        cmocka_unit_test(what_was_saved_goes_on_the_same),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
