#include "unit.h"

#include "maths/rng.h"

/* The authors' xoshiro256starstar.c from the state {1, 2, 3, 4}. */
static void test_reference_sequence(void **state)
{
    (void)state;
    static const uint64_t want[] = {
        11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600,
    };
    struct ad_rng rng = {.s = {1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_true(ad_rng_u64(&rng) == want[i]);
}

/* The authors' splitmix64.c from 1234567. */
static void test_reference_seed(void **state)
{
    (void)state;
    struct ad_rng rng;
    ad_rng_seed(&rng, 1234567);
    assert_true(rng.s[0] == 6457827717110365317);
    assert_true(rng.s[1] == 3203168211198807973);
    assert_true(rng.s[2] == 9817491932198370423u);
}

/* The bounds below are five standard errors wide. */
static void test_gaussian_moments(void **state)
{
    (void)state;
    enum { N = 200000 };
    struct ad_rng rng;
    ad_rng_seed(&rng, 42);
    double m[5] = {0}, beyond3 = 0;
    for (int i = 0; i < N; i++) {
        double x = ad_rng_normal(&rng), power = 1;
        for (int k = 1; k <= 4; k++)
            m[k] += (power *= x) / N;
        beyond3 += fabs(x) > 3;
    }
    assert_close(m[1] - 0, 0, 5 * sqrt(1.0 / N));
    assert_close(m[2], 1, 5 * sqrt(2.0 / N));
    assert_close(m[3] - 0, 0, 5 * sqrt(15.0 / N));
    assert_close(m[4], 3, 5 * sqrt(96.0 / N) / 3);
    assert_close(beyond3 / (0.0026997960632602 * N), 1, 5 / sqrt(0.0027 * N));
}

static void test_unit_and_below(void **state)
{
    (void)state;
    enum { N = 70000 };
    struct ad_rng rng;
    ad_rng_seed(&rng, 3);
    int count[7] = {0};
    double sum = 0;
    for (int i = 0; i < N; i++) {
        double u = ad_rng_unit(&rng);
        assert_true(u >= 0 && u < 1);
        sum += u;
        count[ad_rng_below(&rng, 7)]++;
    }
    assert_close(sum / N, 0.5, 10 * sqrt(1.0 / 12 / N));
    for (int k = 0; k < 7; k++)
        assert_close(count[k], N / 7, 5 * sqrt(7.0 / N));
    assert_true(ad_rng_below(&rng, 1) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference_sequence),
        cmocka_unit_test(test_reference_seed),
        cmocka_unit_test(test_gaussian_moments),
        cmocka_unit_test(test_unit_and_below),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
