#include "unit.h"

#include "clock.h"

static uint64_t random_below(uint64_t n)
{
    static uint64_t x = 88172645463325252;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x % n;
}

static void test_duration_parse(void **state)
{
    (void)state;
    static const struct reading good[] = {
        {"90s", 90}, {"1.5h", 5400},  {"2d", 172800},        {"1w", 604800},
        {"5m", 300}, {"250ms", 0.25}, {"0.1ms", 0.0001},     {"0s", 0},
        {".5m", 30}, {"1e3s", 1000},  {"10000000000s", 1e10}};
    static const char *const bad[] = {"",     "s",   "ms",    "5",      "5 s",  "5S",    "-5s",
                                      "+5s",  "-0s", "5sm",   "5mss",   "5y",   "1h30m", "nans",
                                      "infs", "5s ", "1e11s", "1e400s", "0x5s", "d5"};
    double got;
    for (size_t i = 0; i < LEN(good); i++) {
        assert_int_equal(ad_duration_parse(ad_str_of(good[i].text), &got), 0);
        assert_true(got == good[i].want);
    }
    for (size_t i = 0; i < LEN(bad); i++)
        if (ad_duration_parse(ad_str_of(bad[i]), &got) != -1)
            fail_msg("\"%s\" passes for %f", bad[i], got);
}

static void test_duration_print(void **state)
{
    (void)state;
    static const struct reading row[] = {{"0s", 0},         {"90s", 90},
                                         {"1h", 3600},      {"90m", 5400},
                                         {"1d", 86400},     {"2w", 1209600},
                                         {"0.5s", 0.5},     {"90.25s", 90.25},
                                         {"0.001s", 0.001}, {"10000000000s", 1e10},
                                         {"8d", 691200}};
    char got[41];
    for (size_t i = 0; i < LEN(row); i++) {
        got[ad_duration_print(got, row[i].want)] = '\0';
        assert_string_equal(got, row[i].text);
    }
    for (int i = 0; i < 100000; i++) {
        double want = (double)random_below(1000000000000) / (double)(random_below(100000) + 100),
               back;
        size_t len = ad_duration_print(got, want);
        assert_in_range(len, 2, 40);
        assert_int_equal(ad_duration_parse((struct ad_str){got, len}, &back), 0);
        assert_true(back == want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duration_parse),
        cmocka_unit_test(test_duration_print),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
