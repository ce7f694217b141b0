#include "unit.h"

#include "clock.h"

/* Oracle: date -u -d '2000-02-29 12:34:56' +%s and so on (GNU coreutils 9). */
static void test_calendar(void **state)
{
    (void)state;
    static const struct reading row[] = {{"0001-01-01 00:00:00", -62135596800},
                                         {"1883-11-18 11:00:00", -2717672400},
                                         {"1900-03-01", -2203891200},
                                         {"1969-12-31 23:59:59", -1},
                                         {"1970-01-01", 0},
                                         {"1972-06-30T23:59:59", 78796799},
                                         {"2000-02-29 12:34:56", 951827696},
                                         {"2016-12-31 23:59:59", 1483228799},
                                         {"2024-02-29", 1709164800},
                                         {"2050-07-01 00:00", 2540246400},
                                         {"2100-02-28 23:59:59", 4107542399},
                                         {"9999-12-31 23:59:59", 253402300799}};
    check_readings("UTC", NULL, row, LEN(row));
}

/* Oracle: date -u -d '2024-03-31T02:30:00+02:00' +%s and so on. */
static void test_iso_forms(void **state)
{
    (void)state;
    static const struct reading row[] = {{"2024-03-31T02:30:00Z", 1711852200},
                                         {"2024-03-31t02:30:00z", 1711852200},
                                         {"2024-03-31 02:30Z", 1711852200},
                                         {"20240331T023000Z", 1711852200},
                                         {"20240331T0230Z", 1711852200},
                                         {"20240331 023000", 1711852200},
                                         {"2024-03-31T02:30:00+02:00", 1711845000},
                                         {"2024-03-31T02:30:00+0200", 1711845000},
                                         {"2024-03-31T02:30:00+02", 1711845000},
                                         {"20240331T023000+0200", 1711845000},
                                         {"2024-03-31T02:30:00.5+02:00", 1711845000.5},
                                         {"2024-03-31T02:30:00,25Z", 1711852200.25},
                                         {"20240331T023000.125Z", 1711852200.125},
                                         {"2024-03-31T02:30:00.000000000000000000000Z", 1711852200},
                                         {"1969-12-31T23:59:59.75Z", -0.25},
                                         {"2000-10-10T13:55:36-07:00", 971211336},
                                         {"2024-02-29T23:59:59+05:45", 1709230499},
                                         {"2024-12-31T00:00-00:00", 1735603200}};
    check_readings("UTC", NULL, row, LEN(row));
    check_readings("Europe/Berlin", NULL, row, 5); /* its own zone wins */
    check_readings("Europe/Berlin", NULL, row + 6, 5);
}

/* The double nearest to the decimal; oracle: python3 -c 'print(float("1711852200.123").hex())'. */
static void test_fractions_round_once(void **state)
{
    (void)state;
    static const struct reading row[] = {{"2024-03-31T02:30:00.123Z", 1711852200.123},
                                         {"2024-03-31T02:30:00.000001Z", 1711852200.000001},
                                         {"1711852200.123", 1711852200.123},
                                         {"1711852200123", 1711852200.123},
                                         {"1711852200123456", 1711852200.123456},
                                         {"1711852200123456789", 1711852200.123456789},
                                         {"-1711852200123", -1711852200.123}};
    check_readings("UTC", NULL, row, LEN(row));
}

/* ISO 8601-1:2019 has 24:00:00 as the end of a day; a leap second reads as what follows it. */
static void test_ends_of_days(void **state)
{
    (void)state;
    static const struct reading row[] = {{"2024-12-31T24:00:00Z", 1735689600},
                                         {"2024-12-31 24:00", 1735689600},
                                         {"20241231T240000Z", 1735689600},
                                         {"2016-12-31T23:59:60Z", 1483228800},
                                         {"2016-12-31T23:59:60.5Z", 1483228800.5}};
    check_readings("UTC", NULL, row, LEN(row));
}

static void test_epochs(void **state)
{
    (void)state;
    static const struct reading row[] = {{"0", 0},
                                         {"-1", -1},
                                         {"1700000000", 1700000000},
                                         {"+1700000000", 1700000000},
                                         {"1.7e9", 1700000000},
                                         {"1700000000.5", 1700000000.5},
                                         {"-0.25", -0.25},
                                         {"1.5e-3", 0.0015},
                                         {"20240331", 20240331},
                                         {"2024", 2024},
                                         {"99999999999", 99999999999},
                                         {"100000000000", 100000000},
                                         {"-100000000000", -100000000},
                                         {"99999999999999", 99999999999.999},
                                         {"100000000000000", 100000000},
                                         {"1700000000000000", 1700000000},
                                         {"99999999999999999", 99999999999.999999},
                                         {"100000000000000000", 100000000},
                                         {"1700000000000000000", 1700000000},
                                         {"1e18", 1000000000},
                                         {"253402300799000000000", 253402300799}};
    check_readings("Europe/Berlin", NULL, row, LEN(row));
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const row[] = {"",
                                      " ",
                                      "x",
                                      "nan",
                                      "inf",
                                      "-inf",
                                      "0x10",
                                      "1e400",
                                      "NA",
                                      "12:30",
                                      "12:30:00",
                                      "yesterday",
                                      "2024-3-31",
                                      "2024-03",
                                      "2024-W13",
                                      "2024-091",
                                      "2024/03/31",
                                      "31.03.2024",
                                      "24-03-31",
                                      "2024-00-10",
                                      "2024-13-01",
                                      "2024-01-00",
                                      "2024-01-32",
                                      "2023-02-29",
                                      "1900-02-29",
                                      "2024-04-31",
                                      "0000-01-01",
                                      "0000-12-31T23:59:59Z",
                                      "10000-01-01",
                                      "-001-01-01",
                                      "2024-03-31T",
                                      "2024-03-31T02",
                                      "2024-03-31T2:30",
                                      "2024-03-31T02:3",
                                      "2024-03-31T02:30:",
                                      "2024-03-31T02:30:0",
                                      "2024-03-31T24:00:01",
                                      "2024-03-31T24:01",
                                      "2024-03-31T24:00:00.5",
                                      "2024-03-31T25:00:00",
                                      "2024-03-31T02:60:00",
                                      "2024-03-31T02:30:61",
                                      "2024-03-31X02:30:00",
                                      "2024-03-31T02:30:00.",
                                      "2024-03-31T02:30:00.Z",
                                      "2024-03-31T02:30.5Z",
                                      "2024-03-31T02:30:00+",
                                      "2024-03-31T02:30:00+2",
                                      "2024-03-31T02:30:00+02:",
                                      "2024-03-31T02:30:00+24:00",
                                      "2024-03-31T02:30:00+02:60",
                                      "2024-03-31T02:30:00+02:000",
                                      "2024-03-31T02:30:00ZZ",
                                      "2024-03-31T02:30:00 Z",
                                      "2024-03-31T02:30:00UTC",
                                      "2024-03-31 02:30:00 ",
                                      " 2024-03-31",
                                      "2024-03-31T0230",
                                      "20240331T02:30:00",
                                      "20240331T",
                                      "20240231T023000Z",
                                      "2024-0331",
                                      "202403-31",
                                      "2024-03-31T-2:30:00",
                                      "2024-03-31T02:3O:00",
                                      "9999-12-31T24:00:00Z",
                                      "0001-01-01T00:00:00+00:01",
                                      "1e17000",
                                      "253402300800000000000",
                                      "-62135596801000000000"};
    check_refused("UTC", NULL, row, LEN(row));
    struct ad_clock *clock = open_clock("UTC", NULL);
    double t;
    assert_int_equal(ad_clock_parse(clock, (struct ad_str){NULL, 0}, &t), -1);
    assert_int_equal(ad_clock_parse(clock, (struct ad_str){"2024-03-31\0", 11}, &t), -1);
    ad_clock_close(clock);
}

/* Oracle: date -u -d '2026-11-21T04:10:24Z' +%s and so on. */
/* The oracle is the text itself. */
static void test_refused_is_forgotten(void **state)
{
    (void)state;
    static const struct reading good[] = {{"1700000012", 1700000012}, {"170000012", 170000012}};
    static const char *const bad[] = {"17000:0000", "1x00000012", "17000000x2", "1700000x2"};
    struct ad_clock *clock = open_clock("UTC", NULL);
    for (size_t i = 0; i < LEN(good); i++)
        for (size_t k = 0; k < LEN(bad); k++) {
            double t;
            check_text(clock, good[i].text, good[i].want);
            assert_int_equal(ad_clock_parse(clock, ad_str_of(bad[k]), &t), -1);
            check_text(clock, good[i].text, good[i].want);
        }
    ad_clock_close(clock);
}

static void test_formats(void **state)
{
    (void)state;
    static const struct reading apache[] = {{"10/Oct/2000:13:55:36 -0700", 971211336},
                                            {"10/Oct/2000:20:55:36 +0000", 971211336}};
    static const struct reading date[] = {{"Sat Nov 21 04:10:24 UTC 2026", 1795234224},
                                          {"Sat Nov 21 05:10:24 CET 2026", 1795234224}};
    static const struct reading german[] = {{"05.02.2024 14:07:09", 1707138429},
                                            {"05.07.2024 14:07:09", 1720181229}};
    static const struct reading seconds[] = {{"1700000000", 1700000000}};
    static const struct reading percent[] = {{"%z 2024-02-29", 1709161200}};
    check_readings("Europe/Berlin", "%d/%b/%Y:%H:%M:%S %z", apache, LEN(apache));
    check_readings("Europe/Berlin", "%a %b %e %H:%M:%S %Z %Y", date, LEN(date));
    check_readings("Europe/Berlin", "%d.%m.%Y %H:%M:%S", german, LEN(german));
    check_readings("Europe/Berlin", "%s", seconds, LEN(seconds));
    check_readings("Europe/Berlin", "%%z %Y-%m-%d", percent, LEN(percent));
}

static void test_formats_refuse(void **state)
{
    (void)state;
    static const char *const row[] = {"",
                                      "2024-02-30 10:00",
                                      "2024-02-29 10:00 ",
                                      "2024-02-29 10:00x",
                                      "2024-02-29 25:00",
                                      "1709161200",
                                      "0000-02-01 10:00"};
    static const char *const foreign[] = {"2024-02-29 EST", "2024-02-29 ", "2024-02-29 CETX"};
    check_refused("Europe/Berlin", "%Y-%m-%d %H:%M", row, LEN(row));
    static const char *const second[] = {"23:59:61", "23:60:00"};
    check_refused("Europe/Berlin", "%Y-%m-%d %Z", foreign, LEN(foreign));
    check_refused("UTC", "%H:%M:%S", second, LEN(second));
    char text[1000];
    memset(text, ' ', sizeof text);
    struct ad_clock *clock = open_clock("UTC", "%Y");
    double t;
    assert_int_equal(ad_clock_parse(clock, (struct ad_str){text, sizeof text}, &t), -1);
    assert_int_equal(ad_clock_parse(clock, (struct ad_str){"2024\0", 5}, &t), -1);
    ad_clock_close(clock);
}

static void check_time(double t, const char *want)
{
    char got[33];
    size_t len = ad_time_print(got, t);
    assert_in_range(len, 0, 32);
    got[len] = '\0';
    assert_string_equal(got, want);
}

/* Oracle: date -u -d @951827696 +%FT%TZ and so on. */
static void test_time_print(void **state)
{
    (void)state;
    check_time(0, "1970-01-01T00:00:00Z");
    check_time(-1, "1969-12-31T23:59:59Z");
    check_time(951827696, "2000-02-29T12:34:56Z");
    check_time(1711845000.5, "2024-03-31T00:30:00.500Z");
    check_time(1711845000.0004, "2024-03-31T00:30:00Z");
    check_time(1711844999.9996, "2024-03-31T00:30:00Z");
    check_time(-0.25, "1969-12-31T23:59:59.750Z");
    check_time(-62135596800, "0001-01-01T00:00:00Z");
    check_time(253402300799, "9999-12-31T23:59:59Z");
    check_time(253402300799.9999, "9999-12-31T23:59:59.999Z");
    check_time(253402300800, "253402300800");
    check_time(1e300, "1e+300");
    check_time(NAN, "");
}

/* Every day of the calendar, through its text and back. */
static void test_all_days(void **state)
{
    (void)state;
    struct ad_clock *clock = open_clock("UTC", NULL);
    for (double t = -62135596800; t < 253402300800; t += 86400) {
        char text[32];
        double back;
        size_t len = ad_time_print(text, t);
        assert_int_equal(ad_clock_parse(clock, (struct ad_str){text, len}, &back), 0);
        assert_true(back == t);
    }
    ad_clock_close(clock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calendar),
        cmocka_unit_test(test_iso_forms),
        cmocka_unit_test(test_fractions_round_once),
        cmocka_unit_test(test_ends_of_days),
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_refused_is_forgotten),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_formats_refuse),
        cmocka_unit_test(test_time_print),
        cmocka_unit_test(test_all_days),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
