#include "unit.h"

#include "labelled.h"
#include "maths/rangescore.h"

/* y and s as in labelled.h, p = [int(v >= line) for v in s], with the package prts 1.0.0.3:
 *
 *     prts.ts_recall(y, p, alpha=existence, cardinality="reciprocal", bias=bias)
 *     prts.ts_precision(y, p, alpha=0, cardinality="reciprocal", bias=bias)
 */
static void test_prts(void **state)
{
    (void)state;
    const struct {
        struct labelled_case series;
        uint32_t line;
        double existence;
        enum ad_range_bias bias;
        double recall, precision;
    } row[] = {
        {{400, 97, 7, 60, 211}, 200, 0, AD_BIAS_FLAT, 0.214285714285714, 0.241379310344828},
        {{400, 97, 7, 60, 211}, 200, 0, AD_BIAS_FRONT, 0.199404761904762, 0.241379310344828},
        {{400, 97, 7, 60, 211}, 200, 0, AD_BIAS_MIDDLE, 0.229166666666667, 0.241379310344828},
        {{400, 97, 7, 60, 211}, 200, 0, AD_BIAS_BACK, 0.229166666666667, 0.241379310344828},
        {{400, 97, 7, 60, 211}, 200, 0.3, AD_BIAS_MIDDLE, 0.460416666666667, 0.241379310344828},
        {{1000, 50, 10, 100, 503}, 500, 0, AD_BIAS_FLAT, 0.095, 1},
        {{1000, 50, 10, 100, 503}, 500, 0.3, AD_BIAS_FRONT, 0.325954545454545, 1},
        {{1000, 50, 10, 100, 503}, 500, 0, AD_BIAS_MIDDLE, 0.0941666666666667, 1},
        {{1000, 50, 10, 100, 503}, 500, 0.3, AD_BIAS_BACK, 0.317045454545455, 1},
        {{260, 130, 1, 300, 997}, 1100, 0.3, AD_BIAS_FLAT, 0.5, 1},
        {{90, 30, 29, 5, 13}, 10, 0, AD_BIAS_FLAT, 0.0771756978653531, 0.980952380952381},
        {{90, 30, 29, 5, 13}, 10, 0, AD_BIAS_MIDDLE, 0.0768253968253968, 0.989417989417989},
        {{90, 30, 29, 5, 13}, 10, 0.3, AD_BIAS_BACK, 0.354022988505747, 0.980952380952381},
    };
    static struct labelled s;
    static struct ad_span run[LABELLED_MOST];
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        size_t runs = 0;
        labelled_make(&s, row[i].series);
        for (size_t k = 0; k < s.n; k++) {
            if (s.level[k] < row[i].line)
                continue;
            if (runs && run[runs - 1].last + 1 == k)
                run[runs - 1].last = k;
            else
                run[runs++] = (struct ad_span){k, k};
        }
        double recall =
            ad_range_cover(s.window, s.windows, run, runs, row[i].existence, row[i].bias) /
            (double)s.windows;
        double precision =
            ad_range_cover(run, runs, s.window, s.windows, 0, row[i].bias) / (double)runs;
        assert_close(recall, row[i].recall, 1e-12);
        assert_close(precision, row[i].precision, 1e-12);
    }
}

/* By hand: a window of 10 records, its first two and its last covered by two runs. Flat: 3/10, by
 * two: 3/20. Front, weights 10, 9 ... 1 of 55: 20/55, halved. Middle, weights 1 2 3 4 5 5 4 3 2 1
 * of 30: 4/30, halved. */
static void test_by_hand(void **state)
{
    (void)state;
    const struct ad_span window = {20, 29}, run[] = {{3, 4}, {10, 21}, {29, 29}, {40, 50}};
    assert_close(ad_range_cover(&window, 1, run, 4, 0, AD_BIAS_FLAT), 0.15, 1e-15);
    assert_close(ad_range_cover(&window, 1, run, 4, 0.5, AD_BIAS_FLAT), 0.5 + 0.075, 1e-15);
    assert_close(ad_range_cover(&window, 1, run, 4, 0, AD_BIAS_FRONT), 10.0 / 55, 1e-15);
    assert_close(ad_range_cover(&window, 1, run, 4, 0, AD_BIAS_MIDDLE), 2.0 / 30, 1e-15);
    /* The runs: 0, 2/12, 1 and 0. */
    assert_close(ad_range_cover(run, 4, &window, 1, 0, AD_BIAS_FLAT), 7.0 / 6, 1e-15);
    assert_close(ad_range_cover(&window, 1, run, 1, 1, AD_BIAS_FLAT), 0, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prts),
        cmocka_unit_test(test_by_hand),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
