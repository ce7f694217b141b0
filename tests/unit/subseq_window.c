#include "unit.h"

#include "detect/subseq_window.h"

#include <stdlib.h>

/* As ticks() of tests/bench/subseq.py, in units of 40. */
static void make(double *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = ((37 * i * i + 11 * i) % 101 + 40 * (i % 24 < 7)) / 40.0;
}

/* tests/bench/subseq.py values (NumPy 1.24.2: mean, std, hanning, fft.rfft). */
static void test_features_as_numpy(void **state)
{
    (void)state;
    static const struct {
        size_t w, n;
        double want[AD_SUBSEQ_MOST];
    } cases[] = {
        {2,
         7,
         {1.6, -0.47803580094299963, 2.4000000000000004, -0.14095529610112395, 2.2, 1.0,
          -6.907755278982137}},
        {3,
         7,
         {1.9750000000000003, -0.29843776959362783, 2.5875000000000004, -0.25331391764034034, 2.725,
          1.0, -4.024352190402067}},
        {16,
         10,
         {1.59375, -0.08643392196482255, -2.0352941176470587, -0.22776750311947525, 3.125, 0.15,
          -0.498462121344895, -1.6980573939097918, -0.17616094518571415, -1.533188626714686}},
        {23,
         11,
         {1.5999999999999999, -0.22308084626660896, -0.909090909090909, -0.24957836647423332, 3.125,
          0.15, 0.045336776291096885, -0.7256367029614731, -1.4077679438338735,
          -0.22615136379085163, -2.2804705556327725}},
        {100,
         13,
         {1.5507499999999999, -0.18775906753046734, -0.13301830183018304, 0.05028755121963126, 3.45,
          0.05, -1.7396631660772515, -0.4210291980041692, 0.07984726984729487, 0.24733309949503093,
          -0.220682805217228, 1.4389150180743213, 1.2914986905830903}},
        {130,
         13,
         {1.549423076923077, -0.1909632461343475, -0.07133854074205558, -0.004804444280175281, 3.45,
          0.0, -3.5961276891138096, -0.8333641225121662, 0.2287126226689751, 0.3865207067112168,
          0.5155538300607181, 1.016305004659802, 1.9964956668954932}},
    };
    double x[130], room[130], got[AD_SUBSEQ_MOST];
    make(x, 130);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct ad_subseq_window t;
        assert_int_equal(ad_subseq_window_init(&t, cases[c].w), 0);
        assert_int_equal(t.features, cases[c].n);
        ad_subseq_window_features(&t, x, room, got);
        for (size_t f = 0; f < t.features; f++)
            assert_true(fabs(got[f] - cases[c].want[f]) < 1e-9);
        ad_subseq_window_free(&t);
    }
}

/* A wave of so many cycles has all its energy in the band that says so. */
static void test_bands(void **state)
{
    (void)state;
    enum { W = 256 };
    static const struct {
        double cycles;
        size_t band;
        double shortest, longest;
    } cases[] = {{2, 1, 128, 128}, {7, 3, 32, 51.2}, {12, 4, 16, 28.444444}, {100, 6, 2, 7.757575}};
    struct ad_subseq_window t;
    assert_int_equal(ad_subseq_window_init(&t, W), 0);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double x[W], room[W], f[AD_SUBSEQ_MOST], shortest, longest;
        for (int i = 0; i < W; i++)
            x[i] = sin(6.283185307179586 * cases[c].cycles * i / W);
        ad_subseq_window_features(&t, x, room, f);
        for (size_t b = 0; b < 7; b++)
            if (b != cases[c].band)
                assert_true(f[AD_SUBSEQ_BANDS + b] < f[AD_SUBSEQ_BANDS + cases[c].band] - 0.5);
        ad_subseq_window_periods(W, AD_SUBSEQ_BANDS + cases[c].band, &shortest, &longest);
        assert_close(shortest, cases[c].shortest, 1e-6);
        assert_close(longest, cases[c].longest, 1e-6);
    }
    ad_subseq_window_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_features_as_numpy),
        cmocka_unit_test(test_bands),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
