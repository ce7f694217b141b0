#include "unit.h"

#include "maths/evidence.h"

/* mpmath 1.3 with 80 digits: -log(gammainc(a, x) / gamma(a)) */
static void test_gamma(void **state)
{
    (void)state;
    static const struct {
        double x, shape, s;
    } want[] = {
        {0.5, 1, 0.5},
        {3, 3, 0.85993383650372923},
        {30, 3, 23.824132729894239},
        {500, 3, 488.25993099435028},
        {0.1, 2.7, 0.00044493086213221556},
        {4, 0.3, 6.203415645455428},
        {1000, 900, 7.3816098587889145},
        {900, 1000, 0.00055005351741434473},
        {5000, 4, 4976.2395798350033},
        {0.02, 0.01, 3.4091932045165838},
        {1e-09, 0.5, 3.5683118946077727e-5},
        {20, 100, 3.4888786696896532e-37},
        {1000000.0, 3, 999973.06212406463},
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_close(ad_surprise_gamma(want[i].x, want[i].shape), want[i].s, 1e-12);
    assert_close(ad_surprise_gamma(0, 3), 0, 1e-300);
}

/* One p-value is itself: the exponential law. */
static void test_alone(void **state)
{
    (void)state;
    for (double s = 1e-3; s < 1e6; s *= 3)
        assert_close(ad_surprise_gamma(s, 1), s, 1e-13);
}

/* mpmath 1.3 with 80 digits: findroot of -log(erfc(z / sqrt(2)) / 2) - s */
static void test_normal(void **state)
{
    (void)state;
    static const double want[][2] = {
        {1e-06, -4.7534244098670247},    {0.01, -2.3282217375371757},
        {0.3, -0.64586998620126358},     {0.5, -0.27028802073873585},
        {1, 0.33747496376420246},        {5.9145035, 2.7821504518465754},
        {30, 7.3576668150087499},        {100, 13.888476033003886},
        {600, 34.511995499733521},       {700, 37.295079632647417},
        {701, 37.321863981173139},       {10000.0, 141.37983987312716},
        {1000000.0, 1414.2077829910173},
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_close(ad_normal_at_surprise(want[i][0]), want[i][1],
                     want[i][0] > 700 ? 1e-6 : 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gamma),
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_normal),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
