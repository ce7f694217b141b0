#include "unit.h"

#include "alert/message.h"
#include "alert/template.h"

#include <stdio.h>

static void assert_text(struct ad_str got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.s, want, got.len);
}

static void members_are_at_hand(void **state)
{
    struct ad_message m = {0};
    struct ad_err err = {0};
    static const char notice[] =
        " {\"title\":\"a\\n\\\"b\\\"\",\"state\":\"expired\",\"severity\":\"HIGH\",\"score\":0.5,"
        "\"resolved\":null,\"group\":{\"a\":1},\"tags\":[ \"x,]\" , {\"y\":[\"\\\"]\"]},3 ]}\r\n";
    (void)state;
    assert_int_equal(ad_message_read(&m, ad_str_of(notice), &err), 0);
    assert_text(m.text[AD_M_TITLE], "a\n\"b\"");
    assert_text(m.json[AD_M_TITLE], "\"a\\n\\\"b\\\"\"");
    assert_text(m.text[AD_M_SCORE], "0.5");
    assert_text(m.text[AD_M_RESOLVED], "");
    assert_text(m.json[AD_M_RECORD], "null");
    assert_text(m.text[AD_M_GROUP], "{\"a\":1}");
    assert_true(m.over);
    assert_int_equal(m.severity, AD_HIGH);
    assert_int_equal(m.doc.s[m.doc.len - 1], '}');
    struct ad_str e;
    size_t at = 0;
    assert_true(ad_message_element(m.text[AD_M_TAGS], &at, &e));
    assert_text(e, "\"x,]\"");
    assert_true(ad_message_element(m.text[AD_M_TAGS], &at, &e));
    assert_text(e, "{\"y\":[\"\\\"]\"]}");
    assert_true(ad_message_element(m.text[AD_M_TAGS], &at, &e));
    assert_text(e, "3");
    assert_false(ad_message_element(m.text[AD_M_TAGS], &at, &e));
    at = 0;
    assert_false(ad_message_element(ad_str_of("[ ]"), &at, &e));
    at = 0;
    assert_false(ad_message_element(ad_str_of(""), &at, &e));
    ad_message_free(&m);
}

static void broken_characters_are_replaced(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"{\"title\":\"a\xff\"}", "a\xEF\xBF\xBD"},
        {"{\"title\":\"\\ud83d\\ude00\"}", "\xF0\x9F\x98\x80"},
        {"{\"title\":\"\\ud83dx\"}", "\xEF\xBF\xBDx"},
        {"{\"title\":\"\\ude00\\ud83d\"}", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"{\"title\":\"\\ud83d\\ud83d\\ude00\"}", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
        {"{\"title\":\"\\\\ud83d\"}", "\\ud83d"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ad_message m = {0};
        struct ad_err err = {0};
        assert_int_equal(ad_message_read(&m, ad_str_of(cases[i].in), &err), 0);
        assert_text(m.text[AD_M_TITLE], cases[i].out);
        ad_message_free(&m);
    }
}

static void what_is_no_notice(void **state)
{
    static const char *const bad[] = {"", "x", "[]", "{\"a\":1", "{\"a\":1}{}", "\"\\", "{\"a\\"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ad_message m = {0};
        struct ad_err err = {0};
        assert_int_equal(ad_message_read(&m, ad_str_of(bad[i]), &err), -1);
        assert_int_equal(strncmp(err.text, "not a notice: ", 14), 0);
        ad_err_free(&err);
        ad_message_free(&m);
    }
}

static void facts_in_lines(void **state)
{
    struct ad_message m = {0};
    struct ad_err err = {0};
    struct ad_buf b = {0};
    (void)state;
    ad_message_read(
        &m,
        ad_str_of("{\"group\":{\"host\":\"a\\nb\"},\"severity\":\"low\",\"suppressed\":0,"
                  "\"level\":2,\"with\":[{\"title\":\"x\"},5,{\"title\":\"y\"}]}"),
        &err);
    assert_int_equal(ad_message_lines(&m, &b), 0);
    assert_text((struct ad_str){b.s, b.len},
                "host: a b\nseverity: low\nlevel: 2\nalso: x\nalso: y");
    ad_buf_free(&b);
    ad_message_free(&m);
}

static const char doc[] =
    "{\"title\":\"<a> \\\"b\\\" {{x}}\",\"group\":{\"h\":\"w 1\",\"a.b\":\"dot\",\"a\":{\"b\":1}},"
    "\"record\":{\"v\":1.50,\"n\":null,\"o\":{ \"p\" : [1] }},\"score\":1e9}";

static void assert_rendered(const char *text, enum ad_as as, const char *want)
{
    struct ad_err err = {0};
    size_t at;
    struct ad_template *t = ad_template_new(ad_str_of(text), as, &at, &err);
    assert_non_null(t);
    struct ad_buf b = {0};
    for (int twice = 0; twice < 2; twice++) {
        b.len = 0;
        assert_int_equal(ad_template_render(t, ad_str_of(doc), &b), 0);
        assert_text((struct ad_str){b.s, b.len}, want);
    }
    ad_buf_free(&b);
    ad_template_free(t);
}

static void templates(void **state)
{
    (void)state;
    assert_rendered("", AD_AS_TEXT, "");
    assert_rendered("no field } {", AD_AS_JSON, "no field } {");
    assert_rendered("{{title}}", AD_AS_TEXT, "<a> \"b\" {{x}}");
    assert_rendered("a{{ title }}b", AD_AS_JSON, "a<a> \\\"b\\\" {{x}}b");
    assert_rendered("{{title}}", AD_AS_HTML, "&lt;a&gt; &quot;b&quot; {{x}}");
    assert_rendered("{{group.h|url}}", AD_AS_TEXT, "w%201");
    assert_rendered("{{group.a.b}}{{group.a}}", AD_AS_TEXT, "dot{\"b\":1}");
    assert_rendered("{{record.v}} {{record.n}} {{record.none}} {{rule}}", AD_AS_TEXT, "1.50   ");
    assert_rendered("{{record.o | value}}{{record.none|value}}{{title|value}}", AD_AS_JSON,
                    "{ \"p\" : [1] }null\"<a> \\\"b\\\" {{x}}\"");
}

/* An escape of a field's own never takes away that of the template. */
static void escapes_add_up(void **state)
{
    (void)state;
    assert_rendered("\"{{title|html}}\"", AD_AS_JSON, "\"&lt;a&gt; &quot;b&quot; {{x}}\"");
    assert_rendered("{{title|json}}", AD_AS_JSON, "<a> \\\"b\\\" {{x}}");
    assert_rendered("{{title|json}}", AD_AS_HTML, "&lt;a&gt; \\&quot;b\\&quot; {{x}}");
    assert_rendered("{{title|value}}", AD_AS_HTML, "&quot;&lt;a&gt; \\&quot;b\\&quot; {{x}}&quot;");
    assert_rendered("{{group.h|url}}", AD_AS_URL, "w%201");
}

static void mistakes_in_templates(void **state)
{
    static const struct {
        const char *text;
        size_t at;
        const char *why;
    } cases[] = {
        {"{{", 0, "\"{{\" without \"}}\""},
        {"a {{title} }", 2, "\"{{\" without \"}}\""},
        {"{{title}} {{}}", 10, "no field between the braces"},
        {"{{ |json}}", 0, "no field between the braces"},
        {"x{{title|}}", 1, "no escape \"\": it is one of json, url, html, value"},
        {"{{titel.x}}", 0, "notices have no \"titel.x\"; did you mean \"title\"?"},
        {"{{q}}", 0, "notices have no \"q\", but perhaps record.q"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ad_err err = {0};
        size_t at;
        assert_null(ad_template_new(ad_str_of(cases[i].text), AD_AS_TEXT, &at, &err));
        assert_int_equal(at, cases[i].at);
        assert_string_equal(err.text, cases[i].why);
        ad_err_free(&err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_at_hand),
        cmocka_unit_test(broken_characters_are_replaced),
        cmocka_unit_test(what_is_no_notice),
        cmocka_unit_test(facts_in_lines),
        cmocka_unit_test(templates),
        cmocka_unit_test(escapes_add_up),
        cmocka_unit_test(mistakes_in_templates),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
