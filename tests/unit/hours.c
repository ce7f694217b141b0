#include "unit.h"

#include "base/hours.h"

/* The minutes worked in a week, and whether `at` (weekday from Monday is 0, hour, minute) is one of
 * them. */
static void test_hours(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned worked, day, hour, minute;
        bool has;
    } rows[] = {
        {AD_HOURS_USUAL, 5 * 8 * 60, 0, 9, 0, true},
        {AD_HOURS_USUAL, 5 * 8 * 60, 4, 16, 59, true},
        {AD_HOURS_USUAL, 5 * 8 * 60, 4, 17, 0, false},
        {AD_HOURS_USUAL, 5 * 8 * 60, 5, 12, 0, false},
        {AD_HOURS_USUAL, 5 * 8 * 60, 2, 8, 59, false},
        {"Mon-Fri 09:00-17:00,Sat 10:00-14:00", 44 * 60, 5, 10, 0, true},
        {" mon-friday 9-17 , SAT 10-14 ", 44 * 60, 5, 9, 59, false},
        {"Mon,Wed,Fri 08:30-12:00", 3 * 210, 2, 8, 30, true},
        {"Mon,Wed,Fri 08:30-12:00", 3 * 210, 1, 9, 0, false},
        {"Mon-Fri 9:00-12:00,13:00-17:00", 35 * 60, 3, 13, 0, true},
        {"Mon-Fri 9:00-12:00,13:00-17:00", 35 * 60, 3, 12, 30, false},
        {"Mon 9-12, Tue 9-12, 13-14", 7 * 60, 0, 13, 0, false},
        {"Sat-Mon 00:00-24:00", 3 * 24 * 60, 0, 23, 59, true},
        {"Sat-Mon 00:00-24:00", 3 * 24 * 60, 1, 0, 0, false},
        {"Fri 22:00-06:00", 8 * 60, 5, 5, 59, true},
        {"Sun 22:00-06:00", 8 * 60, 0, 0, 0, true},
        {"Mon-Fri 9-12,\n\n13-17", 35 * 60, 0, 13, 0, true},
        {"09:00-17:00", 7 * 8 * 60, 6, 12, 0, true},
        {"Mon 9-12, Mon 10-13", 4 * 60, 0, 12, 59, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ad_hours hours;
        struct ad_err err = {0};
        if (ad_hours_parse(&hours, ad_str_of(rows[i].text), &err))
            fail_msg("%s: %s", rows[i].text, err.text);
        unsigned worked = 0;
        for (unsigned m = 0; m < AD_WEEK_MINUTES; m++)
            worked += ad_hours_has(&hours, m);
        assert_int_equal(worked, rows[i].worked);
        unsigned at = (rows[i].day * 24 + rows[i].hour) * 60 + rows[i].minute;
        assert_int_equal(ad_hours_has(&hours, at), rows[i].has);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "Mon",
        "Mon-Fri 09:00",
        "Mon-Fri 09:00-25:00",
        "Mon 9-12,",
        "Mon 9-9",
        "Mon 9:60-12",
        "Mon-Fri 9-17 x",
        "Monda 9-17",
        "Mo 9-17",
        "Mon- 9-17",
        "Mon 24:00-1:00",
        "Mon 9-17 Tue 9-17",
        "Mon 9-24:01",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ad_hours hours;
        struct ad_err err = {0};
        if (ad_hours_parse(&hours, ad_str_of(rows[i]), &err) == 0)
            fail_msg("%s is accepted", rows[i]);
        ad_err_free(&err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hours),
        cmocka_unit_test(test_refusals),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
