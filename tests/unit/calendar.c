#include "unit.h"

#include "base/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ad_calendar parse(const char *text)
{
    struct ad_calendar cal;
    struct ad_err err = {0};
    if (ad_calendar_parse(&cal, ad_str_of(text), &err))
        fail_msg("%s", err.text);
    return cal;
}

static void refuse(const char *text, const char *why)
{
    struct ad_calendar cal;
    struct ad_err err = {0};
    assert_int_equal(ad_calendar_parse(&cal, ad_str_of(text), &err), -1);
    if (!strstr(err.text, why))
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    ad_err_free(&err);
    ad_calendar_free(&cal);
}

#define EVENT(lines) "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" lines "END:VEVENT\r\nEND:VCALENDAR\r\n"

/* date -d 2024-12-25 +%s, divided by 86400, and so on. */
static void test_single_days(void **state)
{
    (void)state;
    struct ad_calendar cal = parse(EVENT("SUMMARY:Christmas\r\n , and more\r\n"
                                         "DTSTART;VALUE=DATE:20241225\r\n"
                                         "DTEND;VALUE=DATE:20241227\r\n"));
    assert_int_equal(cal.n, 2);
    assert_true(ad_calendar_has(&cal, 20082));
    assert_true(ad_calendar_has(&cal, 20083));
    assert_false(ad_calendar_has(&cal, 20081));
    assert_false(ad_calendar_has(&cal, 20084));
    ad_calendar_free(&cal);
}

static void test_lengths(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t days;
    } cases[] = {
        {EVENT("DTSTART:20240101\n"), 1},
        {EVENT("DTSTART:20240101\nDURATION:P3D\n"), 3},
        {EVENT("DTSTART:20240101\nDURATION:P2W\n"), 14},
        {EVENT("DTSTART:20240101T090000Z\nDURATION:PT5H\n"), 1},
        {EVENT("DTSTART:20240101T090000Z\nDTEND:20240101T170000Z\n"), 1},
        {EVENT("DTSTART:20240101T220000\nDTEND:20240102T020000\n"), 2},
        {EVENT("DTSTART:20240101T000000\nDTEND:20240102T000000\n"), 1},
        {EVENT("DTSTART;TZID=\"A:B\":20240101T000000\n"), 1},
        {EVENT("DTSTART:20240105\nDTEND:20240101\n"), 1},
        {EVENT("DTSTART:20240101\nRDATE:20240201,20240301\nEXDATE:20240201\n"), 2},
        {EVENT("DTSTART:20240101\nBEGIN:VALARM\nDTSTART:x\nEND:VALARM\n"), 1},
        {"BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nDTSTART:19700101\nEND:VTIMEZONE\nEND:VCALENDAR\n", 0},
        {"begin:vcalendar", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ad_calendar cal = parse(cases[i].text);
        assert_int_equal(cal.n, cases[i].days);
        ad_calendar_free(&cal);
    }
}

/* Days up to the end of 2039, by Python's dateutil 2.8.2:
 *     days = [start] + [d for d in rrulestr(rule, dtstart=start) if d != start and d.year < 2040]
 *     n = [(d - datetime(1970, 1, 1)).days for d in days]
 *     print(len(n), n[-1], sum(n) % 1000003)
 * where COUNT counts the start, too (RFC 5545, 3.8.5.3). */
static void test_rules(void **state)
{
    (void)state;
    enum { YEAR_2040 = 25567 };
    static const struct {
        const char *start, *rule;
        size_t n;
        int last;
        long sum;
    } cases[] = {
        {"20240229", "FREQ=YEARLY", 4, 24165, 87894},
        {"20240229", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", 17, 25529, 384440},
        {"20240229", "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", 17, 25351, 381543},
        {"20240229", "FREQ=YEARLY;INTERVAL=4;BYMONTH=1;BYMONTHDAY=20", 4, 24125, 87774},
        {"20240229", "FREQ=MONTHLY;BYMONTHDAY=-1", 191, 25566, 330743},
        {"20240229", "FREQ=MONTHLY;BYDAY=2TU,-1FR;INTERVAL=2", 191, 25565, 331507},
        {"20240229", "FREQ=WEEKLY;BYDAY=SA,SU;INTERVAL=3", 553, 25560, 534690},
        {"20240229", "FREQ=DAILY;INTERVAL=10;COUNT=50", 50, 20272, 1347},
        {"20240229", "FREQ=YEARLY;BYDAY=1MO,-1SU", 32, 25560, 724692},
        {"20240229", "FREQ=MONTHLY;UNTIL=20260630", 27, 20633, 545353},
        {"20240229", "FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR", 27, 25334, 606695},
        {"20240229", "FREQ=WEEKLY;COUNT=9", 9, 19838, 178290},
        {"20231109", "FREQ=YEARLY", 17, 25514, 384070},
        {"20231109", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", 18, 25529, 404012},
        {"20231109", "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", 17, 25351, 381431},
        {"20231109", "FREQ=YEARLY;INTERVAL=4;BYMONTH=1;BYMONTHDAY=20", 5, 25221, 111788},
        {"20231109", "FREQ=MONTHLY;BYMONTHDAY=-1", 195, 25566, 409579},
        {"20231109", "FREQ=MONTHLY;BYDAY=2TU,-1FR;INTERVAL=2", 195, 25530, 404445},
        {"20231109", "FREQ=WEEKLY;BYDAY=SA,SU;INTERVAL=3", 563, 25553, 727859},
        {"20231109", "FREQ=DAILY;INTERVAL=10;COUNT=50", 50, 20160, 995750},
        {"20231109", "FREQ=YEARLY;BYDAY=1MO,-1SU", 34, 25560, 764025},
        {"20231109", "FREQ=MONTHLY;UNTIL=20260630", 32, 20613, 644535},
        {"20231109", "FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR", 27, 25334, 606583},
        {"20231109", "FREQ=WEEKLY;COUNT=9", 9, 19726, 177282},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[300];
        snprintf(text, sizeof text, EVENT("DTSTART:%s\r\nRRULE:%s\r\n"), cases[i].start,
                 cases[i].rule);
        struct ad_calendar cal = parse(text);
        size_t n = 0;
        long sum = 0;
        int last = 0;
        for (; n < cal.n && cal.day[n] < YEAR_2040; n++) {
            last = cal.day[n];
            sum += last;
        }
        if (n != cases[i].n || last != cases[i].last || sum % 1000003 != cases[i].sum)
            fail_msg("%s, %s: %zu days to %d", cases[i].start, cases[i].rule, n, last);
        ad_calendar_free(&cal);
    }
}

static void test_exceptions(void **state)
{
    (void)state;
    struct ad_calendar cal = parse(EVENT("DTSTART:20200101\nRRULE:FREQ=YEARLY;COUNT=5\n"
                                         "EXDATE;VALUE=DATE:20210101,20230101\n"));
    assert_int_equal(cal.n, 3);
    ad_calendar_free(&cal);
}

static void test_refusals(void **state)
{
    (void)state;
    refuse("", "not an iCalendar file");
    refuse("timestamp,value\n1,2\n", "not an iCalendar file");
    refuse(EVENT("SUMMARY:x\n"), "without DTSTART");
    refuse(EVENT("DTSTART:20230229\n"), "not a date: \"DTSTART:20230229\"");
    refuse(EVENT("DTSTART:2023\n"), "not a date");
    refuse(EVENT("DTSTART:20240101\nDTEND:20250601\n"), "more than a year");
    refuse(EVENT("DTSTART:20240101\nDURATION:P9999999999999999999D\n"), "not a duration");
    refuse(EVENT("DTSTART:20240101\nRRULE:FREQ=HOURLY\n"), "not understood");
    refuse(EVENT("DTSTART:20240101\nRRULE:FREQ=YEARLY;BYSETPOS=1\n"), "not understood");
    refuse(EVENT("DTSTART:20240101\nRRULE:FREQ=YEARLY;BYDAY=6MO\n"), "not understood");
    refuse(EVENT("DTSTART:20240101\nRRULE:INTERVAL=2\n"), "without FREQ");
    refuse(EVENT("DTSTART:20240101\nno colon here\n"), "no property");
    refuse("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20240101\n", "ends within an event");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_days), cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_rules),       cmocka_unit_test(test_exceptions),
        cmocka_unit_test(test_refusals),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
