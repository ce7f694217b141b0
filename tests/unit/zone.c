#define _DEFAULT_SOURCE /* tm_gmtoff */
#include "unit.h"

#include "clock.h"

#include <stdlib.h>
#include <time.h>

/* Oracle: TZ=Europe/Berlin date -d '2024-03-31 03:00:00' +%s and so on. The hour that is missing
 * and the one that comes twice: zoneinfo of Python 3.11, fold=0,
 * python3 -c 'from datetime import *; from zoneinfo import *
 * print(datetime(2024, 3, 31, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")).timestamp())' */
static void test_berlin(void **state)
{
    (void)state;
    static const struct reading row[] = {
        {"1893-03-31 23:00:00", -2422058008}, {"1945-05-24 01:00:00", -776566800},
        {"1969-12-31 23:59:59", -3601},       {"1970-01-01", -3600},
        {"2024-02-29", 1709161200},           {"2024-03-31 01:59:59", 1711846799},
        {"2024-03-31 02:00:00", 1711846800},  {"2024-03-31 02:30:00", 1711848600},
        {"2024-03-31 02:59:59", 1711850399},  {"2024-03-31 03:00:00", 1711846800},
        {"2024-10-27 01:59:59", 1729987199},  {"2024-10-27 02:00:00", 1729987200},
        {"2024-10-27 02:30:00", 1729989000},  {"2024-10-27 02:59:59", 1729990799},
        {"2024-10-27 03:00:00", 1729994400},  {"2050-07-01 00:00", 2540239200},
        {"9999-12-31 23:59:59", 253402297199}};
    check_readings("Europe/Berlin", NULL, row, LEN(row));
}

static void test_new_york(void **state)
{
    (void)state;
    static const struct reading row[] = {
        {"0001-01-01 00:00:00", -62135579038}, {"1883-11-18 11:00:00", -2717654638},
        {"2024-03-10 01:59:59", 1710053999},   {"2024-03-10 02:30:00", 1710055800},
        {"2024-03-10 03:00:00", 1710054000},   {"2024-11-03 00:59:59", 1730609999},
        {"2024-11-03 01:30:00", 1730611800},   {"2024-11-03 02:00:00", 1730617200},
        {"2024-03-31 03:00:00", 1711868400},   {"2050-07-01 00:00", 2540260800}};
    check_readings("America/New_York", NULL, row, LEN(row));
}

/* A day that was left out, an offset of seconds, one of three quarters, a change by half an hour.
 */
static void test_odd_zones(void **state)
{
    (void)state;
    static const struct reading apia[] = {{"2011-12-29 12:00", 1325196000},
                                          {"2011-12-30 12:00", 1325282400},
                                          {"2011-12-31 12:00", 1325282400}};
    static const struct reading monrovia[] = {{"1972-01-07 00:20", 63594270}};
    static const struct reading kathmandu[] = {{"2024-01-01", 1704046500}};
    static const struct reading lord_howe[] = {{"2024-04-07 01:45", 1712414700}};
    check_readings("Pacific/Apia", NULL, apia, LEN(apia));
    check_readings("Africa/Monrovia", NULL, monrovia, LEN(monrovia));
    check_readings("Asia/Kathmandu", NULL, kathmandu, LEN(kathmandu));
    check_readings("Australia/Lord_Howe", NULL, lord_howe, LEN(lord_howe));
}

/* Needs no tzdata. Oracle: as for Berlin, whose rule this is. */
static void test_rule_zone(void **state)
{
    (void)state;
    static const struct reading row[] = {
        {"2024-02-29", 1709161200},          {"2024-03-31 01:59:59", 1711846799},
        {"2024-03-31 02:30:00", 1711848600}, {"2024-03-31 03:00:00", 1711846800},
        {"2024-07-01T12:00:00", 1719828000}, {"2024-10-27 02:30:00", 1729989000},
        {"2024-10-27 03:00:00", 1729994400}};
    check_readings("CET-1CEST,M3.5.0,M10.5.0/3", NULL, row, LEN(row));
}

static uint64_t random_below(uint64_t n)
{
    static uint64_t x = 88172645463325252;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x % n;
}

/* Oracle: localtime_r of the C library, in steps that cross every change and in jumps. */
static void check_wall(const char *zone)
{
    struct ad_clock *clock = open_clock(zone, NULL);
    for (int i = 0; i < 60000; i++) {
        time_t t = i < 40000 ? (time_t)i * 21600 : (time_t)random_below(8000000000) - 4000000000;
        t += (time_t)random_below(7200);
        struct tm tm;
        assert_non_null(localtime_r(&t, &tm));
        double want = (double)(t + tm.tm_gmtoff);
        assert_true(ad_clock_wall(clock, (double)t) == want);
        assert_true(ad_clock_wall(clock, (double)t + 0.5) == want + 0.5);
        char text[64];
        double back;
        size_t len = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
        assert_int_equal(ad_clock_parse(clock, (struct ad_str){text, len}, &back), 0);
        assert_true(back <= (double)t); /* the same wall time, at its first occurrence */
        assert_true(ad_clock_wall(clock, back) == want);
        assert_true(back == (double)t || tm.tm_gmtoff < (long)(ad_clock_wall(clock, back) - back));
    }
    ad_clock_close(clock);
}

static void test_wall(void **state)
{
    (void)state;
    check_wall("UTC");
    check_wall("Europe/Berlin");
    check_wall("America/New_York");
    check_wall("Africa/Casablanca");
    check_wall("Africa/Monrovia");
    check_wall("Pacific/Apia");
    check_wall("CET-1CEST,M3.5.0,M10.5.0/3");
    check_wall("AAA0BBB,J100/2,J102/5"); /* a summer of two days: nothing may be remembered */
}

static void test_wall_without_time(void **state)
{
    (void)state;
    struct ad_clock *clock = open_clock("Europe/Berlin", NULL);
    assert_true(isnan(ad_clock_wall(clock, NAN)));
    assert_true(isinf(ad_clock_wall(clock, INFINITY)));
    assert_true(ad_clock_wall(clock, 1e300) == 1e300);
    ad_clock_close(clock);
}

static void check_zone(const char *zone, const char *want)
{
    struct ad_clock *clock = open_clock(zone, NULL);
    assert_string_equal(ad_clock_zone(clock), want);
    ad_clock_close(clock);
}

static void test_zone_names(void **state)
{
    (void)state;
    static const char *const utc[] = {"", "UTC", "GMT", "Z", ":UTC", "UTC0", "Etc/UTC"};
    for (size_t i = 0; i < LEN(utc); i++)
        check_zone(utc[i], "UTC");
    check_zone("Europe/Berlin", "Europe/Berlin");
    check_zone(":Europe/Berlin", "Europe/Berlin");
    check_zone("<+0330>-3:30", "<+0330>-3:30");
    setenv("TZ", "America/New_York", 1);
    check_zone(NULL, "America/New_York");
    unsetenv("TZ");
    check_zone(NULL, "UTC");
    setenv("TZDIR", "/nonexistent", 1);
    check_zone("Z", "UTC");
    check_zone("EST5", "EST5");
    unsetenv("TZDIR");
}

static void test_unknown_zones(void **state)
{
    (void)state;
    static const char *const row[] = {"Europe/Atlantis",
                                      "europe",
                                      "Europe",
                                      "Europe/",
                                      "/etc/localtime",
                                      "/etc/passwd",
                                      "../zoneinfo/UTC",
                                      "Europe/../Europe/Berlin",
                                      "leapseconds",
                                      "zone.tab",
                                      "CET-1CEST",
                                      "XX1",
                                      "UTC+25",
                                      "UTC+1:60",
                                      "EST",
                                      "AAA",
                                      "<AA>1",
                                      "<AAA1",
                                      "A A1",
                                      "AAA1BBB,M3.5.0",
                                      "AAA1BBB,M13.1.0,M4.1.0",
                                      "AAA1BBB,M3.6.0,M4.1.0",
                                      "AAA1BBB,M3.1.7,M4.1.0",
                                      "AAA1BBB,J0,J5",
                                      "AAA1BBB,366,5",
                                      "AAA1BBB,1/168,5",
                                      "AAA1BBB,1,5x",
                                      "AAA1BBB,1,5,",
                                      "AAA1,1,5",
                                      "\x1b[0m"};
    setenv("TZDIR", "/usr/share/zoneinfo", 1);
    for (size_t i = 0; i < LEN(row); i++) {
        if (strcmp(row[i], "EST") == 0)
            continue; /* a file in some releases of tzdata */
        struct ad_err err = {0};
        if (ad_clock_open(row[i], NULL, &err))
            fail_msg("zone \"%s\" passes", row[i]);
        assert_non_null(strstr(err.text, "unknown time zone \""));
        assert_null(strchr(err.text, '\x1b'));
        ad_err_free(&err);
    }
    setenv("TZDIR", "/nonexistent", 1);
    struct ad_err err = {0};
    assert_null(ad_clock_open("Europe/Berlin", NULL, &err));
    assert_string_equal(err.text, "unknown time zone \"Europe/Berlin\": there is no /nonexistent, "
                                  "install tzdata");
    ad_err_free(&err);
    unsetenv("TZDIR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_berlin),     cmocka_unit_test(test_new_york),
        cmocka_unit_test(test_odd_zones),  cmocka_unit_test(test_rule_zone),
        cmocka_unit_test(test_wall),       cmocka_unit_test(test_wall_without_time),
        cmocka_unit_test(test_zone_names), cmocka_unit_test(test_unknown_zones),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
