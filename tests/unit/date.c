#include "unit.h"

#include "base/date.h"

/* Oracle: python3 -c 'from datetime import *; print((date(1600, 2, 29) - date(1970, 1, 1)).days)'
 */
static void test_known_days(void **state)
{
    (void)state;
    static const struct {
        struct ad_date date;
        int64_t days;
    } row[] = {{{1, 1, 1}, -719162},    {{1600, 2, 29}, -135081}, {{1900, 3, 1}, -25508},
               {{1969, 12, 31}, -1},    {{1970, 1, 1}, 0},        {{2000, 2, 29}, 11016},
               {{2024, 12, 31}, 20088}, {{9999, 12, 31}, 2932896}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        assert_int_equal(ad_date_days(row[i].date), row[i].days);
        struct ad_date date = ad_date_of(row[i].days);
        assert_int_equal(date.year, row[i].date.year);
        assert_int_equal(date.month, row[i].date.month);
        assert_int_equal(date.day, row[i].date.day);
    }
}

/* From before year 1 to after 9999: no day is left out, none comes twice. */
static void test_every_day(void **state)
{
    (void)state;
    struct ad_date last = ad_date_of(-720000);
    for (int64_t day = -719999; day < 2940000; day++) {
        struct ad_date date = ad_date_of(day);
        assert_true(date.day == last.day + 1 ||
                    (date.day == 1 && last.day >= 28 && date.month % 12 == (last.month + 1) % 12));
        assert_true(ad_date_days(date) == day);
        last = date;
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_known_days),
    cmocka_unit_test(test_every_day),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
