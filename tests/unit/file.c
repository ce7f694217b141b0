#include "unit.h"

#include "io/file.h"

static void whole_files(void **state)
{
    enum { MOST = 4 << 20 };
    (void)state;
    struct ad_buf out = {0};
    struct ad_err err = {0};
    struct stat seen = {0};
    assert_int_equal(ad_file_read("/dev/null", MOST, &out, &seen, &err), 0);
    assert_int_equal(out.len, 0);
    assert_int_equal(out.s[0], 0);
    assert_true(S_ISCHR(seen.st_mode));
    assert_int_equal(ad_file_read("/nonexistent/r.ini", MOST, &out, NULL, &err), -1);
    assert_string_equal(err.text, "/nonexistent/r.ini: No such file or directory");
    assert_int_equal(ad_file_read("/dev/zero", MOST, &out, NULL, &err), -1);
    assert_string_equal(err.text, "/dev/zero: longer than 4194304 bytes");
    out.len = 0;
    assert_int_equal(ad_file_read("/", MOST, &out, NULL, &err), -1);
    assert_string_equal(err.text, "/: Is a directory");
    ad_buf_free(&out);
    ad_err_free(&err);
}

static void calendars(void **state)
{
    (void)state;
    struct ad_calendar cal = {0};
    struct ad_err err = {0};
    assert_int_equal(ad_file_calendar("/nonexistent/days.ics", &cal, &err), -1);
    assert_string_equal(err.text, "/nonexistent/days.ics: No such file or directory");
    assert_int_equal(ad_file_calendar("/dev/null", &cal, &err), -1);
    assert_non_null(strstr(err.text, "/dev/null: "));
    ad_calendar_free(&cal);
    ad_err_free(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whole_files), cmocka_unit_test(calendars)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
