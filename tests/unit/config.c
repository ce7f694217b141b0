#include "unit.h"

#include "alert/config.h"

#include <stdio.h>

static struct ad_config parse(const char *text)
{
    struct ad_config c;
    struct ad_err err = {0};
    if (ad_config_parse(&c, "a.ini", ad_str_of(text), &err))
        fail_msg("refused: %s", err.text);
    return c;
}

static void assert_text(struct ad_str got, const char *want)
{
    assert_non_null(got.s);
    assert_string_equal(got.s, want); /* a NUL follows it */
    assert_int_equal(got.len, strlen(want));
}

static void refused(const char *text, const char *why)
{
    struct ad_config c;
    struct ad_err err = {0};
    assert_int_equal(ad_config_parse(&c, "a.ini", ad_str_of(text), &err), -1);
    assert_string_equal(err.text, why);
    ad_err_free(&err);
}

static void sections_and_pairs(void **state)
{
    (void)state;
    struct ad_config c =
        parse("; a comment\n[channel  on call ]\nurl = http://x/?a=b\nto = a\nto=b\n"
              "empty =\n\n[defaults]\nlist = a,\n   b\nlast = 1");
    assert_int_equal(c.n, 2);
    assert_text(c.section[0].kind, "channel");
    assert_text(c.section[0].name, "on call");
    assert_int_equal(c.section[0].line, 2);
    assert_int_equal(c.section[0].n, 4);
    assert_text(c.section[0].pair[0].key, "url");
    assert_text(c.section[0].pair[0].value, "http://x/?a=b");
    assert_int_equal(c.section[0].pair[2].line, 5);
    assert_text(ad_section_get(&c.section[0], "to"), "b");
    assert_text(ad_section_get(&c.section[0], "empty"), "");
    assert_null(ad_section_get(&c.section[0], "tw").s);
    assert_text(c.section[1].name, "");
    assert_text(ad_section_get(&c.section[1], "list"), "a,\nb");
    assert_text(ad_section_get(&c.section[1], "last"), "1");
    assert_ptr_equal(ad_config_find(&c, "channel", ad_str_of("on call")), &c.section[0]);
    assert_ptr_equal(ad_config_find(&c, "defaults", ad_str_of("")), &c.section[1]);
    assert_null(ad_config_find(&c, "channel", ad_str_of("on")));
    ad_config_free(&c);
}

/* Views must stay where they are while the text grows, whatever its lines look like. */
static void many_small_pairs(void **state)
{
    (void)state;
    struct ad_buf text = {0};
    for (int i = 0; i < 500; i++) {
        char part[40];
        snprintf(part, sizeof part, "[s %d]\na=\nb=%d\nc=\n", i, i);
        ad_buf_addz(&text, part);
    }
    ad_buf_add(&text, "", 1);
    struct ad_config c = parse(text.s);
    assert_int_equal(c.n, 500);
    for (int i = 0; i < 500; i++) {
        char want[20];
        snprintf(want, sizeof want, "%d", i);
        assert_text(c.section[i].name, want);
        assert_text(ad_section_get(&c.section[i], "a"), "");
        assert_text(ad_section_get(&c.section[i], "b"), want);
    }
    ad_config_free(&c);
    ad_buf_free(&text);
}

static void mistakes_name_their_line(void **state)
{
    (void)state;
    refused("a = 1\n", "a.ini:1: a key before the first [section]");
    refused("[x]\na=1\n[y z]\nb=1\n[y z ]\n",
            "a.ini:5: another section [y z]; the first is in line 3");
    refused("[x]\nwhat is this\n", "a.ini:2: neither [section] nor key = value");
}

static void unknown_keys(void **state)
{
    (void)state;
    static const char *const keys[] = {"match", "channels", "repeat", NULL};
    struct ad_config c = parse("[route a]\nmatch = x=1\nchanels = b\n[route b]\nrepeat = 4h\n"
                               "[route c]\nfoo = 4h\n");
    struct ad_err err = {0};
    assert_int_equal(ad_section_check(&c, &c.section[0], keys, &err), -1);
    assert_string_equal(err.text,
                        "a.ini:3: [route] knows no key \"chanels\", did you mean \"channels\"");
    assert_int_equal(ad_section_check(&c, &c.section[1], keys, &err), 0);
    assert_int_equal(ad_section_check(&c, &c.section[2], keys, &err), -1);
    assert_string_equal(err.text, "a.ini:7: [route] knows no key \"foo\"; there are match, "
                                  "channels, repeat");
    ad_err_free(&err);
    ad_config_free(&c);
}

static void a_file(void **state)
{
    (void)state;
    struct ad_config c;
    struct ad_err err = {0};
    assert_int_equal(ad_config_read(&c, "no/such/file", &err), -1);
    assert_string_equal(err.text, "no/such/file: No such file or directory");
    ad_config_free(&c);
    ad_err_free(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_and_pairs),
        cmocka_unit_test(many_small_pairs),
        cmocka_unit_test(mistakes_name_their_line),
        cmocka_unit_test(unknown_keys),
        cmocka_unit_test(a_file),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
