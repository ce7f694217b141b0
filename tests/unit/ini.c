#include "unit.h"

#include "decide/ini.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(void *arg, const struct ad_ini_item *item, struct ad_err *err)
{
    struct ad_buf *out = arg;
    char line[24];
    if (ad_str_eq(item->value, ad_str_of("wrong")))
        return ad_err_set(err, "%lu is wrong", item->line);
    snprintf(line, sizeof line, "%lu[", item->line);
    ad_buf_addz(out, line);
    ad_buf_add(out, item->section.s, item->section.len);
    ad_buf_addz(out, "]");
    if (item->key.s) {
        ad_buf_add(out, item->key.s, item->key.len);
        ad_buf_addz(out, "=");
        ad_buf_add(out, item->value.s, item->value.len);
    }
    ad_buf_addz(out, "|");
    return 0;
}

static void check(const char *text, int status, const char *want)
{
    struct ad_buf out = {0};
    struct ad_err err = {0};
    int rc = ad_ini_parse(ad_str_of(text), "r.ini", add, &out, &err);
    ad_buf_add(&out, "", 1);
    const char *got = rc ? err.text : out.s;
    if (rc != status || strcmp(got, want))
        fail_msg("\"%s\": %d, %s, expected %s", text, rc, got, want);
    ad_buf_free(&out);
    ad_err_free(&err);
}

static void test_items(void **state)
{
    (void)state;
    check("", 0, "");
    check("a = 1\n", 0, "1[]a=1|");
    check("[s]\na=1\nb : 2\n", 0, "1[s]|2[s]a=1|3[s]b=2|");
    check("[rule a b]\r\n a = 1 2 \r\n", 0, "1[rule a b]|2[rule a b]a=1 2|");
    check("\xef\xbb\xbf[s]\na=1", 0, "1[s]|2[s]a=1|");
    check("[s]\n[t]\n\n[s]\n", 0, "1[s]|2[t]|4[s]|");
    check("; c\n# c\n[s] ; c\na = 1 ; c\nb = 1;2 # 3\n", 0, "3[s]|4[s]a=1|5[s]b=1;2 # 3|");
    check("a =\nb = 1\nb = 2\n", 0, "1[]a=|2[]b=1|3[]b=2|");
    check("a = b == \"c:d\"\n", 0, "1[]a=b == \"c:d\"|");
}

/* A line goes on with a value if it is indented further than the key. */
static void test_continuation(void **state)
{
    (void)state;
    check("a = 1\n  2\nb = 3\n", 0, "1[]a=1\n2|3[]b=3|");
    check("a = 1\n\n  2\n  ; c\n  3\n", 0, "1[]a=1\n\n2\n\n3|");
    check("a =\n  1\n  2\n", 0, "1[]a=\n1\n2|");
    check("[s]\n  a = 1\n  b = 2\n    3\n  c = 4\n[t]\n  d = 5\n", 0,
          "1[s]|2[s]a=1|3[s]b=2\n3|5[s]c=4|6[t]|7[t]d=5|");
    check("[s]\na = 1\n  [2]\n", 0, "1[s]|2[s]a=1\n[2]|");
    check("  [s]\n  a = 1\n  [t]\n  b = 2\n", 0, "1[s]|2[s]a=1|3[t]|4[t]b=2|");
    check("[s]\n    a = 1\n  b = 2\n", 0, "1[s]|2[s]a=1|3[s]b=2|");
}

static void test_errors(void **state)
{
    (void)state;
    check("[s\n", -1, "r.ini:1: neither [section] nor key = value");
    check("[s]\nnothing\na = wrong\n", -1, "r.ini:2: neither [section] nor key = value");
    check("[s]\na = wrong\nnothing\n", -1, "2 is wrong");
    check("[s]\na = 1\nb = wrong\nc = 2\n", -1, "3 is wrong");
    check("[s]\na = wrong", -1, "2 is wrong");
    char text[5000] = "";
    memset(text, 'x', sizeof text - 1);
    memcpy(text, "a = ", 4);
    struct ad_err err = {0};
    assert_int_equal(ad_ini_parse(ad_str_of(text), "r.ini", add, NULL, &err), -1);
    assert_non_null(strstr(err.text, "r.ini:1: longer than "));
    memcpy(text, "[s]\na = 1\0b\n", 12);
    struct ad_buf out = {0};
    assert_int_equal(ad_ini_parse((struct ad_str){text, 12}, "r.ini", add, &out, &err), -1);
    assert_string_equal(err.text, "r.ini:2: a NUL byte");
    ad_buf_free(&out);
    ad_err_free(&err);
}

/* inih keeps the first bytes of a name only. */
static void test_long_section(void **state)
{
    (void)state;
    char text[200] = "[", want[300];
    memset(text + 1, 'n', 60);
    snprintf(want, sizeof want, "1%s]|2%s]a=1|", text, text);
    snprintf(text + 61, sizeof text - 61, "]\na = 1\n");
    struct ad_buf out = {0};
    struct ad_err err = {0};
    if (ad_ini_parse(ad_str_of(text), "r.ini", add, &out, &err)) {
        assert_string_equal(err.text, "r.ini:2: the name of this section is too long");
    } else {
        ad_buf_add(&out, "", 1);
        assert_string_equal(out.s, want);
    }
    ad_buf_free(&out);
    ad_err_free(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_continuation),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_long_section),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
