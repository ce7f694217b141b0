#include "unit.h"

#include "maths/fft.h"
#include "maths/rng.h"

#include <stdlib.h>

/* numpy 1.24.2:
 *     i = np.arange(16); np.fft.fft((7*i*i + 3*i) % 17 + 1j * ((5*i*i + i) % 13)) */
static void test_matches_numpy(void **state)
{
    (void)state;
    static const double want[16][2] = {
        {132, 80},
        {-33.9621814727128, 29.024339483385},
        {17.142135623731, -2.17157287525381},
        {-8.05133858054699, -16.2474626367782},
        {-20, -24},
        {1.95801928286978, -9.74791376145007},
        {8.89949493661167, -30.2132034355964},
        {-31.1330637962152, 18.1537768399945},
        {-14, -10},
        {-21.9789440242415, -14.0537767349079},
        {-11.142135623731, -7.82842712474619},
        {23.306172576486, 0.590608387285783},
        {2, 6},
        {9.9831062140845, -9.22264898702707},
        {-10.8994949366117, 12.2132034355964},
        {-44.1217701997239, -22.4969225905021},
    };
    double re[16], im[16];
    for (int i = 0; i < 16; i++) {
        re[i] = (7 * i * i + 3 * i) % 17;
        im[i] = (5 * i * i + i) % 13;
    }
    ad_fft(re, im, 16);
    for (int i = 0; i < 16; i++) {
        assert_true(fabs(re[i] - want[i][0]) < 1e-12);
        assert_true(fabs(im[i] - want[i][1]) < 1e-12);
    }
}

static void test_smallest(void **state)
{
    (void)state;
    double re[2] = {3, 5}, im[2] = {0, 1};
    ad_fft(re, im, 1);
    assert_close(re[0], 3, 0);
    ad_fft(re, im, 2);
    assert_close(re[0], 8, 0);
    assert_close(re[1], -2, 0);
    assert_close(im[1], -1, 0);
}

/* By definition, for any length. */
static void test_autocovariance(void **state)
{
    (void)state;
    enum { MOST = 300 };
    struct ad_rng rng;
    ad_rng_seed(&rng, 1);
    for (size_t n = 1; n <= MOST; n += 13) {
        double x[MOST], got[MOST];
        for (size_t i = 0; i < n; i++)
            x[i] = ad_rng_normal(&rng);
        assert_int_equal(ad_fft_autocovariance(x, n, got, n), 0);
        for (size_t lag = 0; lag < n; lag++) {
            double sum = 0;
            for (size_t i = 0; i + lag < n; i++)
                sum += x[i] * x[i + lag];
            assert_true(fabs(got[lag] - sum) < 1e-11);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches_numpy),
        cmocka_unit_test(test_smallest),
        cmocka_unit_test(test_autocovariance),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
