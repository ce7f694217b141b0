#include "unit.h"

#include "labelled.h"
#include "maths/nabscore.h"

static const struct labelled_case series[] = {
    {400, 97, 7, 60, 211}, {1000, 50, 10, 100, 503}, {260, 130, 1, 300, 997}};

/* The best score of each profile and its threshold, and the score at 200, of the three series of
 * labelled.h and of all of them together: by an independent implementation in Python of the scoring
 * of https://github.com/numenta/NAB, which gives the published scores of its detectors. */
static void test_profiles(void **state)
{
    (void)state;
    const struct {
        size_t first, n;
        struct {
            double best, at, at_200;
        } want[AD_NAB_PROFILES];
    } row[] = {
        {0,
         1,
         {{90.4607054264731, 219, 75.6141498019397},
          {90.4607054264731, 219, 53.1327524696177},
          {93.6404702843154, 219, 83.7427665346265}}},
        {1,
         1,
         {{79.3600669225918, 483, -28.1369339544396},
          {71.3880876124903, 502, -148.142233579264},
          {85.8578236321462, 483, 12.2024711793654}}},
        {2, 1, {{50, 1290, -386.75}, {50, 1290, -873.5}, {50, 1290, -224.5}}},
        {0,
         3,
         {{40.4759689007325, 483, -40.4725175081375},
          {11.076815613098, 526, -174.49389025869},
          {53.9350343907763, 483, 4.40064780696196}}},
    };
    static struct labelled s;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct ad_nab nab;
        assert_int_equal(ad_nab_init(&nab, 2000), 0);
        for (size_t k = row[i].first; k < row[i].first + row[i].n; k++) {
            labelled_make(&s, series[k]);
            ad_nab_add(&nab, s.level, s.n, s.window, s.windows);
        }
        for (size_t p = 0; p < AD_NAB_PROFILES; p++) {
            size_t at;
            assert_close(ad_nab_best(&nab, &ad_nab_profile[p], &at), row[i].want[p].best, 1e-12);
            assert_int_equal(at, (size_t)row[i].want[p].at);
            assert_close(ad_nab_score(&nab, &ad_nab_profile[p], 200), row[i].want[p].at_200, 1e-12);
        }
        ad_nab_free(&nab);
    }
}

/* By hand, from the definition: of 20 records the first 3 do not count, 10 to 13 are a window. */
static void test_by_hand(void **state)
{
    (void)state;
    const struct ad_span window = {10, 13};
    struct ad_nab nab;
    uint32_t level[20] = {[2] = 9, [5] = 2, [10] = 1, [11] = 3, [14] = 4, [19] = AD_LEVEL_NONE};
    size_t at;
    assert_int_equal(ad_nab_init(&nab, 10), 0);
    ad_nab_add(&nab, level, 20, &window, 1);
    /* Down to 4: a false alarm, a third of the window's length behind it: tanh(-5/6). Down to 3 the
     * second record of the window is found: tanh(15/8) / tanh(5/2). */
    double late = -0.11 * tanh(5.0 / 6), found = tanh(15.0 / 8) / tanh(2.5);
    assert_close(ad_nab_score(&nab, &ad_nab_profile[AD_NAB_STANDARD], 4), 50 * late, 1e-12);
    assert_close(ad_nab_score(&nab, &ad_nab_profile[AD_NAB_STANDARD], 3), 50 * (late + found + 1),
                 1e-12);
    /* One before any window costs all; then the first record of the window is found. */
    assert_close(ad_nab_score(&nab, &ad_nab_profile[AD_NAB_STANDARD], 1), 50 * (late - 0.11 + 2),
                 1e-12);
    assert_close(ad_nab_best(&nab, &ad_nab_profile[AD_NAB_STANDARD], &at), 50 * (late + found + 1),
                 1e-12);
    assert_int_equal(at, 3);
    ad_nab_free(&nab);
}

static void test_nothing_found(void **state)
{
    (void)state;
    const uint32_t level[] = {1, 2, 3, 0, 0};
    struct ad_nab nab;
    size_t at;
    assert_int_equal(ad_nab_init(&nab, 4), 0);
    ad_nab_add(&nab, level, 5, NULL, 0);
    assert_true(isnan(ad_nab_score(&nab, &ad_nab_profile[0], 1)));
    ad_nab_add(&nab, level, 5, &(struct ad_span){4, 4}, 1);
    /* Ten false alarms come with any that finds the window: none at all is best. */
    ad_nab_add(&nab, (const uint32_t[]){3, 3, 3, 3, 3, 3, 3, 3, 3, 3}, 10, NULL, 0);
    assert_close(ad_nab_best(&nab, &ad_nab_profile[AD_NAB_LOW_FP], &at), 0, 1e-12);
    assert_int_equal(at, 4);
    ad_nab_free(&nab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiles),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_nothing_found),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
