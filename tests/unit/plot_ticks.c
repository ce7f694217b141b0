#include "unit.h"

#include "clock.h"
#include "plot/ticks.h"

#include <float.h>
#include <string.h>

/* The labels, one blank between two. */
static const char *texts(const struct ad_tick *tick, size_t n, struct ad_buf *out)
{
    out->len = 0;
    for (size_t i = 0; i < n; i++) {
        if (i)
            ad_buf_addz(out, " ");
        ad_buf_addz(out, tick[i].major ? "*" : "");
        ad_buf_addz(out, tick[i].text);
    }
    ad_buf_add(out, "", 1);
    return out->s;
}

/* --- numbers -----------------------------------------------------------------------------------*/

struct numbers {
    double low, high;
    size_t wanted;
    const char *want;
};

static void check_numbers(bool log, const struct numbers *row, size_t n)
{
    struct ad_tick tick[AD_TICKS_MOST];
    struct ad_buf out = {0};
    for (size_t i = 0; i < n; i++) {
        size_t marks = ad_ticks_numbers(row[i].low, row[i].high, log, row[i].wanted, tick);
        assert_string_equal(texts(tick, marks, &out), row[i].want);
    }
    ad_buf_free(&out);
}

static void test_round_numbers(void **state)
{
    (void)state;
    static const struct numbers row[] = {
        {0, 100, 6, "0 20 40 60 80 100"},
        {-1, 1, 5, "-1.0 -0.5 0 0.5 1.0"},
        {0.1, 0.9, 1, "0.2 0.4 0.6 0.8"},
        {999.5, 1000.5, 5, "999.6 999.8 1000.0 1000.2 1000.4"},
        {-0.00001, 0.00002, 4, "-0.00001 0 0.00001 0.00002"},
    };
    check_numbers(false, row, LEN(row));
}

static void test_units_of_numbers(void **state)
{
    (void)state;
    static const struct numbers row[] = {
        {0, 20000, 5, "0 5k 10k 15k 20k"},
        {0, 1500, 4, "0 500 1000 1500"},
        {0, 1.5e6, 4, "0 0.5M 1.0M 1.5M"},
        {-3e9, 5e9, 5, "-2G 0 2G 4G"},
        {0, 1e14, 5, "0 20T 40T 60T 80T 100T"},
        {1e15, 2e15, 5, "1.0e15 1.2e15 1.4e15 1.6e15 1.8e15 2.0e15"},
        {1e-7, 5e-7, 5, "1e-7 2e-7 3e-7 4e-7 5e-7"},
        {10400, 10600, 5, "10400 10450 10500 10550 10600"},
    };
    check_numbers(false, row, LEN(row));
}

/* The doubles next to 1e17 and 1e300 are 16 and 1.5e284 away; python3: math.ulp(1e17). */
static void test_small_ranges_of_large_numbers(void **state)
{
    (void)state;
    static const struct numbers row[] = {
        {1e9, 1e9 + 1, 5,
         "1000000000.0 1000000000.2 1000000000.4 1000000000.6 1000000000.8 1000000001.0"},
        {1e9, 1e9 + 1e5, 5, "1000.00M 1000.02M 1000.04M 1000.06M 1000.08M 1000.10M"},
        {1e17, 1e17 + 16, 5, "100000000000000000 100000000000000020"},
        {-1e17 - 16, -1e17, 5, "-100000000000000020 -100000000000000000"},
        {1e300, 1.0000000000000002e300, 5, "1.0000000000000000e300 1.0000000000000002e300"},
    };
    check_numbers(false, row, LEN(row));
}

static void test_ends_of_doubles(void **state)
{
    (void)state;
    static const struct numbers row[] = {
        {-DBL_MAX, DBL_MAX, 3, "-1e308 0 1e308"},
        {-DBL_MAX, DBL_MAX, 1, "-1e308 0 1e308"},
        {0, 5e-324, 5, "0 5e-324"},
        {-5e-324, 5e-324, 5, "-5e-324 0 5e-324"},
        {0, 4e-320, 4, "0 1e-320 2e-320 3e-320 4e-320"},
    };
    check_numbers(false, row, LEN(row));
    struct ad_tick tick[AD_TICKS_MOST];
    size_t n = ad_ticks_numbers(1.390671159971317e-309, 1.390671161567e-309, false, 12, tick);
    assert_in_range(n, 12, 18);
    assert_string_equal(tick[0].text, "1.3906711600e-309");
}

static void test_no_axis_no_marks(void **state)
{
    (void)state;
    struct ad_tick tick[AD_TICKS_MOST];
    assert_int_equal(ad_ticks_numbers(1, 1, false, 5, tick), 0);
    assert_int_equal(ad_ticks_numbers(2, 1, true, 5, tick), 0);
    assert_int_equal(ad_ticks_numbers(0, HUGE_VAL, false, 5, tick), 0);
    assert_int_equal(ad_ticks_numbers(NAN, 1, false, 5, tick), 0);
    assert_int_equal(ad_ticks_rows(2, 1, 5, tick), 0);
}

static void test_numbers_on_log_axes(void **state)
{
    (void)state;
    static const struct numbers row[] = {
        {1, 1000, 5, "1 10 100 1k"},
        {95, 4000, 6, "100 200 500 1k 2k"},
        {20, 90, 5, "20 30 40 50 60 70 80 90"},
        {400, 1900, 5, "500 1000 1500"},
        {1, 1e6, 3, "1 100 10k 1M"},
        {3, 4000, 1, "10 100 1k"},
        {1e-6, 1, 6, "1e-6 1e-5 1e-4 1e-3 1e-2 1e-1 1"},
        {1e-300, 1e300, 6, "1e-300 1e-200 1e-100 1 1e100 1e200 1e300"},
        {5e-324, 1e-300, 5, "1e-320 1e-315 1e-310 1e-305 1e-300"},
    };
    check_numbers(true, row, LEN(row));
}

/* A mark is the double nearest to what its label says: 3 * 0.1 is not. */
static void test_numbers_are_what_they_say(void **state)
{
    (void)state;
    static const double want[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7};
    struct ad_tick tick[AD_TICKS_MOST];
    assert_int_equal(ad_ticks_numbers(0.1, 0.7, false, 6, tick), LEN(want));
    for (size_t i = 0; i < LEN(want); i++)
        assert_close(tick[i].at, want[i], 0);
}

static void test_rows(void **state)
{
    (void)state;
    struct ad_tick tick[AD_TICKS_MOST];
    struct ad_buf out = {0};
    assert_string_equal(texts(tick, ad_ticks_rows(1, 3, 8, tick), &out), "1 2 3");
    assert_string_equal(texts(tick, ad_ticks_rows(7, 7, 8, tick), &out), "7");
    assert_string_equal(texts(tick, ad_ticks_rows(1, 10000000, 5, tick), &out), "2M 4M 6M 8M 10M");
    ad_buf_free(&out);
}

static void test_values_for_people(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *want;
    } row[] = {{0, "0"},
               {-0.0, "0"},
               {0.5, "0.5"},
               {-1.0 / 3, "-0.3333"},
               {1234, "1234"},
               {9999.6, "10k"},
               {12346, "12.35k"},
               {-1234567, "-1.235M"},
               {123456789012345, "123.5T"},
               {1e15, "1e15"},
               {1e300, "1e300"},
               {0.00012346, "0.0001235"},
               {1.2346e-7, "1.235e-7"},
               {HUGE_VAL, "inf"},
               {-HUGE_VAL, "-inf"},
               {NAN, ""}};
    struct ad_buf out = {0};
    for (size_t i = 0; i < LEN(row); i++) {
        out.len = 0;
        ad_ticks_say_value(row[i].value, &out);
        ad_buf_add(&out, "", 1);
        assert_string_equal(out.s, row[i].want);
    }
    ad_buf_free(&out);
}

/* --- times -------------------------------------------------------------------------------------*/

static const struct ad_time_step *step_of(enum ad_time_unit unit, int every)
{
    size_t n;
    const struct ad_time_step *step = ad_time_steps(&n);
    for (size_t i = 0; i < n; i++)
        if (step[i].unit == unit && step[i].every == every)
            return &step[i];
    fail_msg("no step of %d times unit %d", every, (int)unit);
    return NULL;
}

struct times {
    const char *zone;
    enum ad_time_unit unit;
    int every;
    double from, to;
    const char *want;
    double at[9]; /* ends with 0 */
};

static void check_times(const struct times *row, size_t n)
{
    struct ad_tick tick[AD_TICKS_MOST];
    struct ad_buf out = {0};
    for (size_t i = 0; i < n; i++) {
        struct ad_clock *clock = open_clock(row[i].zone, NULL);
        const struct ad_time_step *step = step_of(row[i].unit, row[i].every);
        size_t marks = ad_ticks_times(row[i].from, row[i].to, step, clock, tick, AD_TICKS_MOST);
        assert_string_equal(texts(tick, marks, &out), row[i].want);
        for (size_t k = 0; k < marks && row[i].at[0] > 0; k++)
            assert_close(tick[k].at, row[i].at[k], 0);
        ad_clock_close(clock);
    }
    ad_buf_free(&out);
}

/* Oracle for the times: zoneinfo of Python 3.11 asked for every minute of the range, here
 * python3 -c 'from datetime import *; from zoneinfo import *
 * for t in range(1711841400, 1711850401, 60):
 *   w = datetime.fromtimestamp(t, ZoneInfo("Europe/Berlin"))
 *   if w.minute % 30 == 0: print(t, w)'
 * Where a row has steps of hours, its condition is w.minute == 0 and w.hour % 2 == 0, without the
 * later of two equal walls; with days w.hour == 0; and so on. */
static void test_summer_time(void **state)
{
    (void)state;
    static const struct times row[] = {
        {"Europe/Berlin",
         AD_TICK_MIN,
         30,
         1711841400,
         1711850400,
         "00:30 01:00 01:30 03:00 03:30 04:00",
         {1711841400, 1711843200, 1711845000, 1711846800, 1711848600, 1711850400}},
        {"Europe/Berlin",
         AD_TICK_HOUR,
         1,
         1729976400,
         1729998000,
         "23:00 *Oct 27 01:00 02:00 02:00 03:00 04:00",
         {1729976400, 1729980000, 1729983600, 1729987200, 1729990800, 1729994400, 1729998000}},
        {"Europe/Berlin",
         AD_TICK_HOUR,
         2,
         1729980000,
         1730005200,
         "*Oct 27 02:00 04:00 06:00",
         {1729980000, 1729987200, 1729998000, 1730005200}},
        {"Europe/Berlin",
         AD_TICK_HOUR,
         2,
         1711839600,
         1711857600,
         "*Mar 31 04:00 06:00",
         {1711839600, 1711850400, 1711857600}},
        {"America/New_York",
         AD_TICK_DAY,
         1,
         1709960400,
         1710216000,
         "Mar 9 Mar 10 Mar 11 Mar 12",
         {1709960400, 1710046800, 1710129600, 1710216000}},
        {"America/New_York",
         AD_TICK_HOUR,
         12,
         1730563200,
         1730739600,
         "12:00 *Nov 3 12:00 *Nov 4 12:00",
         {1730563200, 1730606400, 1730653200, 1730696400, 1730739600}},
    };
    check_times(row, LEN(row));
}

static void test_summer_time_of_half_an_hour(void **state)
{
    (void)state;
    static const char zone[] = "Australia/Lord_Howe";
    static const struct times row[] = {
        {zone,
         AD_TICK_MIN,
         30,
         1712412000,
         1712421000,
         "01:00 01:30 01:30 02:00 02:30 03:00",
         {1712412000, 1712413800, 1712415600, 1712417400, 1712419200, 1712421000}},
        {zone,
         AD_TICK_MIN,
         30,
         1728138600,
         1728145800,
         "01:00 01:30 02:30 03:00 03:30",
         {1728138600, 1728140400, 1728142200, 1728144000, 1728145800}},
        {zone,
         AD_TICK_HOUR,
         1,
         1712408400,
         1712424600,
         "*Apr 7 01:00 02:00 03:00 04:00",
         {1712408400, 1712412000, 1712417400, 1712421000, 1712424600}},
        {zone,
         AD_TICK_HOUR,
         1,
         1728135000,
         1728147600,
         "*Oct 6 01:00 03:00 04:00",
         {1728135000, 1728138600, 1728144000, 1728147600}},
    };
    check_times(row, LEN(row));
}

/* An offset of quarters; a day without midnight; a day that was left out. */
static void test_odd_zones(void **state)
{
    (void)state;
    static const struct times row[] = {
        {"Asia/Kathmandu",
         AD_TICK_HOUR,
         6,
         1704003300,
         1704089700,
         "12:00 18:00 *2024 06:00 12:00",
         {1704003300, 1704024900, 1704046500, 1704068100, 1704089700}},
        {"Asia/Kathmandu",
         AD_TICK_MIN,
         15,
         1714866900,
         1714869300,
         "05:45 06:00 06:15",
         {1714867200, 1714868100, 1714869000}},
        {"America/Sao_Paulo",
         AD_TICK_DAY,
         1,
         1541214000,
         1541383200,
         "Nov 3 Nov 4 Nov 5",
         {1541214000, 1541300400, 1541383200}},
        {"America/Sao_Paulo",
         AD_TICK_HOUR,
         12,
         1541257200,
         1541383200,
         "12:00 *Nov 4 12:00 *Nov 5",
         {1541257200, 1541300400, 1541340000, 1541383200}},
        {"Pacific/Apia",
         AD_TICK_DAY,
         1,
         1325066400,
         1325412000,
         "Dec 28 Dec 29 Dec 31 *2012 Jan 2",
         {1325066400, 1325152800, 1325239200, 1325325600, 1325412000}},
    };
    check_times(row, LEN(row));
}

/* Oracle: as above; datetime(1, 1, 1, tzinfo=timezone.utc).timestamp() and so on. */
static void test_calendar(void **state)
{
    (void)state;
    static const struct times row[] = {
        {"Europe/Berlin",
         AD_TICK_DAY,
         7,
         1734649200,
         1737327600,
         "Dec 23 Dec 30 *2025-01-06 Jan 13 Jan 20",
         {1734908400, 1735513200, 1736118000, 1736722800, 1737327600}},
        {"UTC",
         AD_TICK_DAY,
         2,
         1708905600,
         1709596800,
         "Feb 27 *Mar 1 Mar 3 Mar 5",
         {1708992000, 1709251200, 1709424000, 1709596800}},
        {"UTC",
         AD_TICK_DAY,
         2,
         1711497600,
         1712102400,
         "Mar 27 Mar 29 *Apr 1 Apr 3",
         {1711497600, 1711670400, 1711929600, 1712102400}},
        {"Europe/Berlin",
         AD_TICK_MONTH,
         1,
         1702594800,
         1717192800,
         "*2024 Feb Mar Apr May Jun",
         {1704063600, 1706742000, 1709247600, 1711922400, 1714514400, 1717192800}},
        {"Europe/Berlin",
         AD_TICK_MONTH,
         3,
         1702594800,
         1717192800,
         "*2024 Apr",
         {1704063600, 1711922400}},
        {"America/New_York",
         AD_TICK_YEAR,
         1,
         18000,
         94712400,
         "1970 1971 1972 1973",
         {18000, 31554000, 63090000, 94712400}},
        {"UTC",
         AD_TICK_YEAR,
         1000,
         -62135596800,
         253402300799,
         "1000 2000 3000 4000 5000 6000 7000 8000 9000",
         {0}},
        {"UTC", AD_TICK_HOUR, 12, -62135596800, -62135596800 + 86400, "*0001 12:00 *Jan 2", {0}},
        {"UTC", AD_TICK_HOUR, 12, 253402300799 - 86399, 1e300, "*Dec 31 12:00", {0}},
    };
    check_times(row, LEN(row));
}

/* Oracle: as above. */
static void test_before_1970(void **state)
{
    (void)state;
    struct ad_tick tick[AD_TICKS_MOST];
    struct ad_buf out = {0};
    struct ad_clock *clock = open_clock("America/New_York", NULL);
    size_t n = ad_ticks_times(-94676400, 0, step_of(AD_TICK_YEAR, 1), clock, tick, AD_TICKS_MOST);
    assert_string_equal(texts(tick, n, &out), "1967 1968 1969");
    assert_close(tick[1].at, -63140400, 0);
    assert_close(tick[2].at, -31518000, 0);
    n = ad_ticks_times(-18010, -17990, step_of(AD_TICK_S, 5), clock, tick, AD_TICKS_MOST);
    assert_string_equal(texts(tick, n, &out), "13:59:50 13:59:55 14:00:00 14:00:05 14:00:10");
    assert_close(tick[0].at, -18010, 0);
    ad_clock_close(clock);
    ad_buf_free(&out);
}

/* date -u -d @1704067200: the beginning of 2024. */
static void test_seconds_and_less(void **state)
{
    (void)state;
    static const struct times row[] = {
        {"UTC",
         AD_TICK_MS,
         200,
         1704067198.6,
         1704067200.2,
         ".600 .800 *23:59:59 .200 .400 .600 .800 *2024 .200",
         {1704067198.6, 1704067198.8, 1704067199, 1704067199.2, 1704067199.4, 1704067199.6,
          1704067199.8, 1704067200, 1704067200.2}},
        {"UTC", AD_TICK_MS, 1, 1704070000.0005, 1704070000.0025, ".001 .002", {0}},
        {"UTC", AD_TICK_MS, 1, -0.002, 0.001, ".998 .999 *1970 .001", {0}},
        {"UTC", AD_TICK_S, 30, 1704153570, 1704153630, "23:59:30 *Jan 2 00:00:30", {0}},
    };
    check_times(row, LEN(row));
}

static void test_room(void **state)
{
    (void)state;
    struct ad_tick tick[3] = {{.at = 1}, {.at = 1}, {.at = 1}};
    struct ad_clock *clock = open_clock("UTC", NULL);
    const struct ad_time_step *hour = step_of(AD_TICK_HOUR, 1);
    assert_int_equal(ad_ticks_times(0, 5 * 3600, hour, clock, NULL, 0), 6);
    assert_int_equal(ad_ticks_times(0, 5 * 3600, hour, clock, tick, 2), 6);
    assert_close(tick[1].at, 3600, 0);
    assert_close(tick[2].at, 1, 0);
    assert_int_equal(ad_ticks_times(0, 1e11, hour, clock, tick, 3), AD_TICKS_MOST);
    assert_int_equal(ad_ticks_times(5, 4, hour, clock, tick, 3), 0);
    assert_int_equal(ad_ticks_times(1e13, 1e14, hour, clock, tick, 3), 0);
    assert_int_equal(ad_ticks_times(NAN, 4, hour, clock, tick, 3), 0);
    ad_clock_close(clock);
}

/* From any length of an axis to any number of marks: no more than that, and the next finer step
 * would have made more, had the axis begun at such a mark. */
static void test_steps(void **state)
{
    (void)state;
    size_t n;
    const struct ad_time_step *step = ad_time_steps(&n);
    struct ad_clock *clock = open_clock("UTC", NULL);
    for (double length = 0.01; length < 3e11; length *= 1.7)
        for (size_t most = 2; most < 20; most += 3) {
            const struct ad_time_step *got = ad_time_step_for(1e9, 1e9 + length, most);
            if (got > step)
                assert_true(ad_ticks_times(1e9, 1e9 + length, got, clock, NULL, 0) <= most);
            if (got < step + n - 1)
                assert_true(length / got[1].least + 1.001 >= (double)most);
        }
    assert_ptr_equal(ad_time_step_for(0, 1e6, 0), step);
    ad_clock_close(clock);
}

static void test_captions(void **state)
{
    (void)state;
    /* The end of summer time and the next day of Berlin; see test_summer_time. */
    static const struct {
        enum ad_time_unit unit;
        double from, to;
        const char *want;
    } row[] = {
        {AD_TICK_HOUR, 1729998000, 1730001600, "2024-10-27, Europe/Berlin"},
        {AD_TICK_HOUR, 1729976400, 1729998000,
         "2024-10-26 to 2024-10-27, Europe/Berlin, +02:00 to +01:00"},
        {AD_TICK_MS, 1729998000, 1729998000.5, "2024-10-27 04:00:00, Europe/Berlin"},
        {AD_TICK_DAY, 1729976400, 1729998000, "2024, Europe/Berlin"},
        {AD_TICK_MONTH, 1704063599, 1704063600, "2023 to 2024, Europe/Berlin"},
        {AD_TICK_YEAR, 0, 1729976400, "Europe/Berlin"},
    };
    struct ad_clock *clock = open_clock("Europe/Berlin", NULL);
    struct ad_buf out = {0};
    for (size_t i = 0; i < LEN(row); i++) {
        out.len = 0;
        ad_ticks_caption(row[i].from, row[i].to, step_of(row[i].unit, 1), clock, &out);
        ad_buf_add(&out, "", 1);
        assert_string_equal(out.s, row[i].want);
    }
    out.len = 0;
    ad_ticks_caption(1, 5, NULL, NULL, &out);
    ad_buf_add(&out, "", 1);
    assert_string_equal(out.s, "row");
    ad_clock_close(clock);
    ad_buf_free(&out);
}

static void check_said(struct ad_clock *clock, double at, const char *want)
{
    struct ad_buf out = {0};
    ad_ticks_say(at, clock, &out);
    ad_buf_add(&out, "", 1);
    assert_string_equal(out.s, want);
    ad_buf_free(&out);
}

/* Oracle: python3 -c 'from datetime import *; from zoneinfo import *; print(datetime(2024, 10, 27,
 * 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")).timestamp())' */
static void test_moments_for_people(void **state)
{
    (void)state;
    struct ad_clock *clock = open_clock("Europe/Berlin", NULL);
    check_said(clock, 1711886730, "2024-03-31 14:05:30");
    check_said(clock, 1711886730.25, "2024-03-31 14:05:30.250");
    check_said(clock, 1711886729.9999, "2024-03-31 14:05:30");
    check_said(clock, -3600.5, "1969-12-31 23:59:59.500");
    check_said(clock, 1729989000, "2024-10-27 02:30:00");
    check_said(clock, 1729992600, "2024-10-27 02:30:00+01:00");
    check_said(clock, 1729992600.75, "2024-10-27 02:30:00.750+01:00");
    check_said(clock, 1e15, "1e+15");
    check_said(clock, NAN, "");
    check_said(NULL, 1234567, "1234567");
    ad_clock_close(clock);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_numbers),
    cmocka_unit_test(test_units_of_numbers),
    cmocka_unit_test(test_small_ranges_of_large_numbers),
    cmocka_unit_test(test_ends_of_doubles),
    cmocka_unit_test(test_no_axis_no_marks),
    cmocka_unit_test(test_numbers_on_log_axes),
    cmocka_unit_test(test_numbers_are_what_they_say),
    cmocka_unit_test(test_rows),
    cmocka_unit_test(test_values_for_people),
    cmocka_unit_test(test_summer_time),
    cmocka_unit_test(test_summer_time_of_half_an_hour),
    cmocka_unit_test(test_odd_zones),
    cmocka_unit_test(test_calendar),
    cmocka_unit_test(test_before_1970),
    cmocka_unit_test(test_seconds_and_less),
    cmocka_unit_test(test_room),
    cmocka_unit_test(test_steps),
    cmocka_unit_test(test_captions),
    cmocka_unit_test(test_moments_for_people),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
