#include "unit.h"

#include "alert/schedule.h"

#include <stdio.h>
#include <stdlib.h>

static struct ad_offsets zone_of(const char *name)
{
    struct ad_offsets o;
    struct ad_err err = {0};
    if (ad_offsets_make(&o, name, &err))
        fail_msg("%s: %s", name, err.text);
    return o;
}

static struct ad_schedule parse(const char *text, double duration)
{
    struct ad_schedule s;
    struct ad_err err = {0};
    if (ad_schedule_parse(&s, ad_str_of(text), duration, &err))
        fail_msg("%s: %s", text, err.text);
    return s;
}

/* tzdata: what the zones show, and that the process's own is as before. */
static void offsets(void **state)
{
    (void)state;
    setenv("TZ", "Asia/Tokyo", 1);
    struct ad_offsets berlin = zone_of("Europe/Berlin"), lord = zone_of("Australia/Lord_Howe");
    struct ad_offsets utc = zone_of(NULL);
    assert_string_equal(getenv("TZ"), "Asia/Tokyo");
    assert_int_equal(ad_offsets_at(&berlin, 1711846799), 3600); /* 2024-03-31T00:59:59Z */
    assert_int_equal(ad_offsets_at(&berlin, 1711846800), 7200);
    assert_int_equal(ad_offsets_at(&berlin, 1729990799), 7200); /* 2024-10-27T00:59:59Z */
    assert_int_equal(ad_offsets_at(&berlin, 1729990800), 3600);
    assert_int_equal(ad_offsets_at(&berlin, INT64_MIN), 3600);
    assert_int_equal(ad_offsets_at(&berlin, 3802550400), 7200); /* 2090-07-01 */
    assert_int_equal(ad_offsets_at(&lord, 1712415600 - 1), 39600);
    assert_int_equal(ad_offsets_at(&lord, 1712415600), 37800); /* 2024-04-06T15:00Z */
    assert_int_equal(utc.n, 1);
    assert_int_equal(ad_offsets_at(&utc, 1711846800), 0);
    ad_offsets_free(&berlin);
    ad_offsets_free(&lord);
    ad_offsets_free(&utc);
    unsetenv("TZ");
    struct ad_offsets paris = zone_of("Europe/Paris");
    assert_null(getenv("TZ"));
    ad_offsets_free(&paris);
    struct ad_err err = {0};
    assert_int_equal(ad_offsets_make(&paris, "Europe/Atlantis", &err), -1);
    assert_string_equal(err.text, "unknown time zone \"Europe/Atlantis\"");
    ad_err_free(&err);
}

/* One line of schedule.csv, asked minute by minute and by *change. */
static void check_line(char *line)
{
    char *zone = strtok(line, ";"), *text = strtok(NULL, ";"), *start = strtok(NULL, ";");
    long first = atol(start), n = atol(strtok(NULL, ";"));
    struct ad_offsets o = zone_of(zone);
    struct ad_schedule s = parse(text, 0);
    bool want = false;
    long left = atol(strtok(NULL, " "));
    double until = -INFINITY;
    bool since = false;
    for (long m = first; m < first + n; m++) {
        while (left == 0) {
            want = !want;
            left = atol(strtok(NULL, " \n"));
        }
        double t = 60.0 * (double)m + 59.5, change;
        if (t < until) { /* it was to stay so */
            assert_int_equal(since, want);
        } else {
            if (until > 0) /* and then to be otherwise */
                assert_int_not_equal(since, want);
            since = ad_schedule_has(&s, &o, t, &until);
            if (since != want)
                fail_msg("%s %s at minute %ld: %d", zone, text, m, since);
            assert_true(until > t);
        }
        if (m % 97 == 0) /* whenever one asks */
            assert_int_equal(ad_schedule_has(&s, &o, t - 59, &change), want);
        left--;
    }
    ad_offsets_free(&o);
}

static void against_others(void **state)
{
    (void)state;
    static char line[100000];
    FILE *file = fopen("tests/data/policy/schedule.csv", "r");
    assert_non_null(file);
    unsigned lines = 0;
    while (fgets(line, sizeof line, file)) {
        check_line(line);
        lines++;
    }
    fclose(file);
    assert_true(lines > 100);
}

static void refused(const char *text, double duration, const char *why)
{
    struct ad_schedule s;
    struct ad_err err = {0};
    assert_int_equal(ad_schedule_parse(&s, ad_str_of(text), duration, &err), -1);
    assert_string_equal(err.text, why);
    ad_err_free(&err);
}

static void mistakes(void **state)
{
    (void)state;
    refused("60 * * * *", 0, "\"60\" is no minute");
    refused("* 24 * * *", 0, "\"24\" is no hour");
    refused("* * 0 * *", 0, "\"0\" is no day of a month");
    refused("* * * 13 *", 0, "\"13\" is no month");
    refused("* * * jann *", 0, "\"jann\" is no month");
    refused("* * * * 8", 0, "\"8\" is no day of the week");
    refused("5-1 * * * *", 0, "\"5-1\" is no minute");
    refused("*/0 * * * *", 0, "\"*/0\" is no minute");
    refused("1,,2 * * * *", 0, "\"1,,2\" is no minute");
    refused("1/2 * * * *", 0, "\"1/2\" is no minute");
    refused("-1 * * * *", 0, "\"-1\" is no minute");
    refused("0 0 1 1 *", 30, "a duration is whole minutes, at most a year");
    refused("0 0 1 1 *", 86400 * 400, "a duration is whole minutes, at most a year");
    refused("Mon-Fri 22:00-06:00", 60, "a duration is for schedules of five fields");
    refused("* * * *", 0, "hours are written like \"Mon-Fri 09:00-17:00, Sat 10:00-14:00\"");
    refused("* * * * * *", 0, "hours are written like \"Mon-Fri 09:00-17:00, Sat 10:00-14:00\"");
}

/* A duration: 23:00 on the last day of January, for a day and an hour. */
static void durations(void **state)
{
    (void)state;
    struct ad_offsets utc = zone_of("UTC");
    struct ad_schedule s = parse("0 23 31 jan *", 25 * 3600);
    const double begin = 1706742000; /* 2024-01-31T23:00Z */
    double change;
    assert_false(ad_schedule_has(&s, &utc, begin - 1, &change));
    assert_true(change <= begin && change >= begin);
    assert_true(ad_schedule_has(&s, &utc, begin, &change));
    assert_close(change, begin + 25 * 3600, 0);
    assert_true(ad_schedule_has(&s, &utc, begin + 25 * 3600 - 1, &change));
    assert_false(ad_schedule_has(&s, &utc, begin + 25 * 3600, &change));
    assert_close(change, begin + 366 * 86400, 0);
    ad_offsets_free(&utc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets),
        cmocka_unit_test(against_others),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(durations),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
