#include "unit.h"

#include "base/number.h"

#include <float.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

struct reading {
    const char *text;
    double want;
};

static void check_readings(const struct reading *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double got = -1;
        assert_int_equal(ad_number_parse(ad_str_of(row[i].text), &got), 0);
        if (memcmp(&got, &row[i].want, sizeof got) != 0)
            fail_msg("%s is %a, expected %a", row[i].text, got, row[i].want);
    }
}

/* Oracle of all readings: python3 -c 'print(float("0.1").hex())' and so on. */
static void test_parse_forms(void **state)
{
    (void)state;
    static const struct reading row[] = {
        {"0", 0x0p+0},
        {"-0", -0x0p+0},
        {"42", 0x1.5p+5},
        {"007", 0x1.cp+2},
        {"+5", 0x1.4p+2},
        {".5", 0x1p-1},
        {"5.", 0x1.4p+2},
        {"-12.25", -0x1.88p+3},
        {"123.456", 0x1.edd2f1a9fbe77p+6},
        {"4.35", 0x1.1666666666666p+2},
        {"1700000000", 0x1.954fc4p+30},
        {"1E5", 0x1.86ap+16},
        {"1e+5", 0x1.86ap+16},
        {"1e05", 0x1.86ap+16},
        {"2.5e-1", 0x1p-2},
    };
    check_readings(row, sizeof row / sizeof *row);
}

static void test_parse_rounding(void **state)
{
    (void)state;
    static const struct reading row[] = {
        {"0.30000000000000004", 0x1.3333333333334p-2},
        {"9007199254740993", 0x1p+53},
        {"9007199254740993.0000000000000000001", 0x1.0000000000001p+53},
        {"6929495644600919.5", 0x1.89e56ee5e7a58p+52},
        {"3.518437208883201171875e13", 0x1.0000000000002p+45},
        {"1844674407370955161", 0x1.999999999999ap+60},
        {"9999999999999999999", 0x1.158e460913dp+63},
        {"18446744073709551615", 0x1p+64},
        {"100000000000000000000000", 0x1.52d02c7e14af6p+76},
        {"1e22", 0x1.0f0cf064dd592p+73},
        {"1e23", 0x1.52d02c7e14af6p+76},
        {"8.5e26", 0x1.5f8d402a52368p+89},
        {"1e-27", 0x1.3ce9a36f23c1p-90},
        {"1e-28", 0x1.fb0f6be506019p-94},
        {"123456789012345678e-27", 0x1.0f7bfe5e2538bp-33},
        {"1.00000000000000011102230246251565404236316680908203124", 0x1p+0},
        {"1.00000000000000011102230246251565404236316680908203125", 0x1p+0},
        {"1.00000000000000011102230246251565404236316680908203126", 0x1.0000000000001p+0},
    };
    check_readings(row, sizeof row / sizeof *row);
}

static void test_parse_extremes(void **state)
{
    (void)state;
    static const struct reading row[] = {
        {"3e-324", 0x0.0000000000001p-1022},
        {"2e-324", 0},
        {"2.2250738585072011e-308", 0x0.fffffffffffffp-1022},
        {"1.7976931348623158e308", 0x1.fffffffffffffp+1023},
        {"0e999999999999999999999", 0},
        {"1e-99999999999999999999", 0},
        {"0.000000000000000000000000000001234567890123456789", 0x1.90a3e33c69ac3p-100},
    };
    check_readings(row, sizeof row / sizeof *row);
}

/* More digits than any buffer: 1 and a half unit in the last place, then zeros, then a 1 or not. */
static void test_parse_endless_digits(void **state)
{
    (void)state;
    static const char half[] = "1.00000000000000011102230246251565404236316680908203125";
    enum { LEN = 100000 };
    char *text = malloc(LEN);
    assert_non_null(text);
    memset(text, '0', LEN);
    memcpy(text, half, sizeof half - 1);
    double got;
    assert_int_equal(ad_number_parse((struct ad_str){text, LEN}, &got), 0);
    assert_true(got == 1);
    text[LEN - 1] = '1';
    assert_int_equal(ad_number_parse((struct ad_str){text, LEN}, &got), 0);
    assert_true(got == 1 + DBL_EPSILON);
    memset(text, '0', LEN);
    memcpy(text + LEN - 8, "123e9999", 8); /* 0...0123e9999 */
    assert_int_equal(ad_number_parse((struct ad_str){text, LEN}, &got), -1);
    memcpy(text, "0.", 2);
    memcpy(text + LEN - 7, "25e99984", 7); /* 25 * 10^(9998 - 99991) */
    assert_int_equal(ad_number_parse((struct ad_str){text, LEN}, &got), 0);
    assert_true(got == 0);
    free(text);
}

static void test_parse_refuses(void **state)
{
    (void)state;
    static const char *const row[] = {"",
                                      "-",
                                      "+",
                                      ".",
                                      "-.",
                                      "e5",
                                      ".e5",
                                      "1e",
                                      "1e+",
                                      "1e-",
                                      "1e5.",
                                      "1e5x",
                                      "1.2.3",
                                      "1..2",
                                      "--1",
                                      "+-1",
                                      "-+1",
                                      " 1",
                                      "1 ",
                                      "1,5",
                                      "1_000",
                                      "0x10",
                                      "0x1p3",
                                      "inf",
                                      "-inf",
                                      "infinity",
                                      "nan",
                                      "NaN",
                                      "NA",
                                      "abc",
                                      "12a",
                                      "a12",
                                      "1a3",
                                      "12345678a",
                                      "1234567890123a",
                                      "1/2",
                                      "12:30",
                                      "1e309",
                                      "-1e309",
                                      "1.8e308",
                                      "1e99999999999999999999",
                                      "\xd9\xa1",
                                      "1\xc2\xa0",
                                      ":",
                                      "/"};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        double got;
        if (ad_number_parse(ad_str_of(row[i]), &got) != -1)
            fail_msg("\"%s\" passes for %a", row[i], got);
    }
    double got;
    assert_int_equal(ad_number_parse((struct ad_str){"1\0", 2}, &got), -1);
    assert_int_equal(ad_number_parse((struct ad_str){NULL, 0}, &got), -1);
}

/* Each byte value at each place of numbers of each short length: what strtod does not read in full
 * is refused, and the length is kept to. */
static void test_parse_any_byte(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 12; len++)
        for (size_t at = 0; at < len; at++)
            for (int byte = 1; byte < 256; byte++) {
                char text[] = "1234567890123456789";
                text[at] = (char)byte;
                double got = 0, padded = 0;
                int status = ad_number_parse((struct ad_str){text, len}, &got);
                assert_int_equal(ad_number_parse_padded((struct ad_str){text, len}, &padded),
                                 status);
                assert_true(padded == got);
                text[len] = '\0';
                char *end;
                double want = strtod(text, &end);
                bool good = *end == '\0' && isfinite(want) && !strchr(" \t\n\v\f\r", text[0]);
                assert_int_equal(status, good ? 0 : -1);
                assert_true(!good || got == want);
            }
}

static void test_parse_u64(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int status;
        unsigned long long want;
    } row[] = {{"0", 0, 0},
               {"00017", 0, 17},
               {"12345678", 0, 12345678},
               {"18446744073709551615", 0, 18446744073709551615u},
               {"018446744073709551615", 0, 18446744073709551615u},
               {"18446744073709551616", -1, 0},
               {"99999999999999999999", -1, 0},
               {"184467440737095516150", -1, 0},
               {"", -1, 0},
               {"-1", -1, 0},
               {"+1", -1, 0},
               {" 1", -1, 0},
               {"1.0", -1, 0},
               {"12345678x", -1, 0},
               {"1234567890123456789012x", -1, 0}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        unsigned long long got = 0;
        assert_int_equal(ad_number_parse_u64(ad_str_of(row[i].text), &got), row[i].status);
        assert_true(row[i].status != 0 || got == row[i].want);
    }
}

/* Oracle: RFC 8259, section 6. */
static void test_json_grammar(void **state)
{
    (void)state;
    static const char *const good[] = {"0", "-0", "10", "0.5", "-1.5e10", "1E+5", "1e-05", "0e0"};
    static const char *const bad[] = {"",   "+5",  "007", "-01", ".5", "5.",  "5.e1", "-",    "-.5",
                                      "1e", "1e+", "0x1", "1 ",  "1a", "NaN", "00",   "1.5.2"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(ad_number_is_json(ad_str_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(ad_number_is_json(ad_str_of(bad[i])));
}

static void check_print(double x, const char *want)
{
    char got[AD_NUMBER_MAX + 1];
    size_t len = ad_number_print(got, x);
    assert_in_range(len, 1, AD_NUMBER_MAX);
    got[len] = '\0';
    assert_string_equal(got, want);
}

/* Oracle of the digits: printf '%.9e\n' of the C library; python3 decimal.Decimal lays them out. */
static void test_print(void **state)
{
    (void)state;
    static const struct {
        double x;
        const char *want;
    } row[] = {{0.1 + 0.2, "0.3"},
               {1.0 / 3, "0.3333333333"},
               {2.0 / 3, "0.6666666667"},
               {-1.5, "-1.5"},
               {100, "100"},
               {1e-5, "0.00001"},
               {0.00001234567890123, "0.0000123456789"},
               {0.09999999999999, "0.1"},
               {9.9999999995, "9.999999999"},
               {0.99999999999, "1"},
               {8.0000000005, "8.000000001"},
               {123456789.123456, "123456789.1"},
               {1000000000.5, "1000000000"},
               {1000000001.5, "1000000002"},
               {1234567890.5, "1234567890"},
               {12345678901, "12345678900"},
               {1700000000123, "1700000000000"},
               {1e14, "100000000000000"},
               {999999999999999, "1000000000000000"},
               {9.999999999999e-6, "1e-05"},
               {1e-7, "1e-07"},
               {1.5e-7, "1.5e-07"},
               {1e15, "1e+15"},
               {-1.5e17, "-1.5e+17"},
               {1e100, "1e+100"},
               {5e-324, "4.940656458e-324"},
               {1.7976931348623157e308, "1.797693135e+308"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        check_print(row[i].x, row[i].want);
    check_print(0, "0");
    check_print(-0.0, "0");
}

static void check_score(double x, const char *want, unsigned millionths)
{
    char got[AD_NUMBER_MAX + 1];
    size_t len = ad_score_print(got, x);
    got[len] = '\0';
    assert_string_equal(got, want);
    assert_int_equal(ad_score_millionths(x), millionths);
}

/* Oracle: printf '%.6f\n' of the C library, zeros at the end taken off. */
static void test_score(void **state)
{
    (void)state;
    check_score(0, "0", 0);
    check_score(0.5, "0.5", 500000);
    check_score(0.4999995, "0.499999", 499999);
    check_score(0.4999994999999999, "0.499999", 499999);
    check_score(nextafter(0.4999995, 1), "0.5", 500000);
    check_score(0.123456, "0.123456", 123456);
    check_score(3.0 / 7, "0.428571", 428571);
    check_score(0.25, "0.25", 250000);
    check_score(0.1, "0.1", 100000);
    check_score(0.000001, "0.000001", 1);
    check_score(0.0000005, "0", 0);
    check_score(0.00000050000001, "0.000001", 1);
    check_score(0.0000015, "0.000002", 2);
    check_score(0.0078125, "0.007812", 7812); /* ties, to even */
    check_score(0.01171875, "0.011719", 11719);
    check_score(0.999999, "0.999999", 999999);
    check_score(0.9999995, "0.999999", 999999);
    check_score(nextafter(1, 0), "0.999999", 999999);
    check_score(5e-324, "0", 0);
}

static uint64_t random_bits(void)
{
    static uint64_t x = 88172645463325252;
    x ^= x << 13;
    x ^= x >> 7;
    return x ^= x << 17;
}

/* Doubles of all magnitudes, and those near a number with few digits. */
static double random_double(void)
{
    uint64_t bits = random_bits();
    double x;
    memcpy(&x, &bits, sizeof x);
    if (random_bits() % 4 == 0 && isfinite(x))
        return x;
    x = (double)(bits >> 11) * 0x1p-53 * pow(10, (double)(random_bits() % 24) - 7);
    if (random_bits() % 2)
        return x;
    char text[AD_NUMBER_MAX];
    snprintf(text, sizeof text, "%.*g", (int)(random_bits() % 12 + 1), x);
    return strtod(text, NULL);
}

/* Oracle: snprintf and strtod of the C library. */
static void test_against_libc(void **state)
{
    (void)state;
    for (int round = 0; round < 200000; round++) {
        double x = random_double(), y = fmod(fabs(x), 1), back;
        char got[AD_NUMBER_MAX + 1], want[AD_NUMBER_MAX], text[400];
        got[ad_number_print(got, x)] = '\0';
        snprintf(want, sizeof want, "%.9e", x);
        assert_true(strtod(got, NULL) == strtod(want, NULL));
        snprintf(want, sizeof want, "%.6f", y);
        double shown = strtod(want, NULL) < 1 ? strtod(want, NULL) : 0.999999;
        got[ad_score_print(got, y)] = '\0';
        assert_true(strtod(got, NULL) == shown);
        int digits = (int)(random_bits() % 21);
        snprintf(text, sizeof text, random_bits() % 2 ? "%.*g" : "%.*f", digits, x);
        bool finite = isfinite(strtod(text, NULL));
        assert_int_equal(ad_number_parse(ad_str_of(text), &back), finite ? 0 : -1);
        assert_true(!finite || back == strtod(text, NULL));
    }
}

/* Decimals that lie near the middle between two doubles as often as chance has it. Oracle: strtod.
 */
static void test_parse_against_libc(void **state)
{
    (void)state;
    for (int round = 0; round < 200000; round++) {
        char text[64];
        double got, want;
        snprintf(text, sizeof text, "%llue%d",
                 (unsigned long long)(random_bits() >> random_bits() % 24),
                 (int)(random_bits() % 60) - 30);
        want = strtod(text, NULL);
        assert_int_equal(ad_number_parse(ad_str_of(text), &got), 0);
        assert_memory_equal(&got, &want, sizeof got);
    }
}

static void test_comma_locale(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8"};
    size_t i = 0;
    while (i < 4 && !setlocale(LC_NUMERIC, names[i]))
        i++;
    if (i == 4) {
        print_message("# no locale with a decimal comma is installed\n");
        return;
    }
    double x;
    int status = ad_number_parse(ad_str_of("1.5e-30"), &x);
    char got[AD_NUMBER_MAX + 1];
    got[ad_number_print(got, 1.5e-7)] = '\0';
    setlocale(LC_NUMERIC, "C");
    assert_int_equal(status, 0);
    assert_true(x == 1.5e-30);
    assert_string_equal(got, "1.5e-07");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_forms),    cmocka_unit_test(test_parse_rounding),
        cmocka_unit_test(test_parse_extremes), cmocka_unit_test(test_parse_endless_digits),
        cmocka_unit_test(test_parse_refuses),  cmocka_unit_test(test_parse_any_byte),
        cmocka_unit_test(test_parse_u64),      cmocka_unit_test(test_json_grammar),
        cmocka_unit_test(test_print),          cmocka_unit_test(test_score),
        cmocka_unit_test(test_against_libc),   cmocka_unit_test(test_parse_against_libc),
        cmocka_unit_test(test_comma_locale),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
