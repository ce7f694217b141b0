#include "unit.h"

#include "record/json.h"

#include <stdlib.h>
#include <string.h>

/* The portable variant, whatever the library was built with. */
#undef __SSE2__
#include "record/json_text.h"

/* Expected results follow from the grammar of RFC 8259 and the contract; the fuzz target json
 * holds the scanner against jansson. */

static struct ad_str exact(const char *s, size_t len)
{
    char *copy = malloc(len ? len : 1); /* so that a sanitizer sees a read past the end */
    memcpy(copy, s, len);
    return (struct ad_str){copy, len};
}

static void drop(struct ad_str v)
{
    free((char *)(uintptr_t)v.s);
}

static void assert_text(struct ad_str got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.s, want, got.len);
}

static void assert_bad(const char *s, size_t len, const char *why, size_t at)
{
    struct ad_json_line line = {0};
    struct ad_str text = exact(s, len);
    assert_int_equal(ad_json_scan(NULL, text, NULL, &line), -1);
    assert_string_equal(line.why, why);
    assert_int_equal(line.at, at);
    drop(text);
}

static void good_lines(void **state)
{
    static const struct {
        const char *text;
        bool empty;
    } lines[] = {
        {"{}", true},
        {" { } \r\n", true},
        {"{\"a\":1}", false},
        {"{\"a\" : 1 , \"b\":[ ] }  ", false},
        {"{\"a\":[1,-0,0.5,1e9,-1.25E-2,1e+400],\"b\":{\"c\":{}},\"d\":[[],[{}]]}", false},
        {"{\"\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\\u0000\"}", false},
        {"{\"\xc3\xa9\":\"\xef\xbf\xbd\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\x7f\"}", false},
        {"{\"a\":true,\"b\":false,\"c\":null}", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct ad_json_line line = {0};
        struct ad_str text = exact(lines[i].text, strlen(lines[i].text));
        assert_int_equal(ad_json_scan(NULL, text, NULL, &line), 0);
        assert_ptr_equal(lines[i].text + line.close, strrchr(lines[i].text, '}'));
        assert_int_equal(line.empty, lines[i].empty);
        drop(text);
    }
}

static void bad_lines(void **state)
{
    static const struct {
        const char *text, *why;
        size_t at;
    } lines[] = {
        {"", "expected '{'", 0},
        {"[1]", "expected '{'", 0},
        {"{", "expected a key in quotes", 1},
        {"{\"a\"", "expected ':'", 4},
        {"{\"a\" 1}", "expected ':'", 5},
        {"{\"a\":", "expected a value", 5},
        {"{\"a\":1", "expected ',' or '}'", 6},
        {"{\"a\":1,}", "expected a key in quotes", 7},
        {"{\"a\":1 \"b\":2}", "expected ',' or '}'", 7},
        {"{a:1}", "expected a key in quotes", 1},
        {"{\"a\":1}x", "something follows the object", 7},
        {"{\"a\":1}{}", "something follows the object", 7},
        {"{\"a\":[1,]}", "expected a value", 8},
        {"{\"a\":[1}", "expected ',' or ']'", 7},
        {"{\"a\":{\"b\":1]}", "expected ',' or '}'", 11},
        {"{\"a\":{\"b\"}}", "expected ':'", 9},
        {"{\"a\":01}", "bad number", 5},
        {"{\"a\":-}", "bad number", 5},
        {"{\"a\":1.}", "bad number", 5},
        {"{\"a\":1e}", "bad number", 5},
        {"{\"a\":1e+}", "bad number", 5},
        {"{\"a\":.5}", "expected a value", 5},
        {"{\"a\":+5}", "expected a value", 5},
        {"{\"a\":NaN}", "expected a value", 5},
        {"{\"a\":tru}", "expected a value", 5},
        {"{\"a\":truex}", "expected ',' or '}'", 9},
        {"{\"a\":'x'}", "expected a value", 5},
        {"{\"a\":\"x}", "unclosed string", 5},
        {"{\"a\":\"x\\\"}", "unclosed string", 5},
        {"{\"a\":\"x\ty\"}", "control character in a string", 7},
        {"{\"a\":\"\\x\"}", "bad escape", 6},
        {"{\"a\":\"\\u12g4\"}", "bad escape", 6},
        {"{\"a\":\"\\u123", "bad escape", 6},
        {"{\"a\":\"\\", "bad escape", 6},
        {"{\"a\":\"\\ud800\"}", "lone surrogate escape", 6},
        {"{\"a\":\"\\udc00\"}", "lone surrogate escape", 6},
        {"{\"a\":\"\\udc00\\udc00\"}", "lone surrogate escape", 6},
        {"{\"a\":\"\\ud800\\u0041\"}", "lone surrogate escape", 6},
        {"{\"a\":\"\xff\"}", "invalid UTF-8", 6},
        {"{\"a\":\"\x80\"}", "invalid UTF-8", 6},
        {"{\"a\":\"\xc0\xaf\"}", "invalid UTF-8", 6},
        {"{\"a\":\"\xc1\xbf\"}", "invalid UTF-8", 6},
        {"{\"a\":\"\xe0\x9f\xbf\"}", "invalid UTF-8", 6},
        {"{\"a\":\"\xed\xa0\x80\"}", "invalid UTF-8", 6},
        {"{\"a\":\"\xf0\x8f\xbf\xbf\"}", "invalid UTF-8", 6},
        {"{\"a\":\"\xf4\x90\x80\x80\"}", "invalid UTF-8", 6},
        {"{\"a\":\"\xe2\x82\"}", "invalid UTF-8", 6},
        {"{\"\xc3", "invalid UTF-8", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_bad(lines[i].text, strlen(lines[i].text), lines[i].why, lines[i].at);
    assert_bad("{\"a\":\"\0\"}", 9, "control character in a string", 6);
    assert_bad("{\"a\":\0}", 7, "expected a value", 5);
    assert_bad("{}\0", 3, "something follows the object", 2);
    assert_bad("{\"a\":\"\\\0\"}", 10, "bad escape", 6);
}

static struct ad_str nested(size_t depth)
{
    struct ad_buf b = {0};
    for (size_t i = 0; i < depth; i++)
        ad_buf_addz(&b, i % 2 || i == 0 ? "{\"a\":" : "[");
    ad_buf_addz(&b, "1");
    for (size_t i = depth; i-- > 0;)
        ad_buf_addz(&b, i % 2 || i == 0 ? "}" : "]");
    assert_false(b.failed);
    struct ad_str text = exact(b.s, b.len);
    ad_buf_free(&b);
    return text;
}

static void depth(void **state)
{
    struct ad_json_line line;
    struct ad_str ok = nested(AD_JSON_DEPTH), deep = nested(AD_JSON_DEPTH + 1);
    (void)state;
    assert_int_equal(ad_json_scan(NULL, ok, NULL, &line), 0);
    assert_int_equal(line.close, ok.len - 1);
    assert_int_equal(ad_json_scan(NULL, deep, NULL, &line), -1);
    assert_string_equal(line.why, "nested too deeply");
    drop(ok);
    drop(deep);
}

/* name is found in text as `want` of this kind. */
static void assert_found(const char *name, const char *text, enum ad_json_kind kind,
                         const char *want)
{
    struct ad_str names[] = {ad_str_of("other"), ad_str_of(name)};
    struct ad_json_set *set = ad_json_set_new(names, 2);
    struct ad_json_value out[2];
    struct ad_json_line line;
    struct ad_str copy = exact(text, strlen(text));
    assert_non_null(set);
    for (int repeat = 0; repeat < 2; repeat++) { /* the second time with a layout to guess from */
        assert_int_equal(ad_json_scan(set, copy, out, &line), 0);
        assert_int_equal(out[1].kind, kind);
        if (want)
            assert_text(out[1].text, want);
    }
    ad_json_set_free(set);
    drop(copy);
}

static void kinds(void **state)
{
    (void)state;
    assert_found("a", "{\"a\":-1.5e3 }", AD_JSON_NUMBER, "-1.5e3");
    assert_found("a", "{\"a\": \"x y\" }", AD_JSON_STRING, "x y");
    assert_found("a", "{\"a\":true}", AD_JSON_TRUE, "true");
    assert_found("a", "{\"a\":false}", AD_JSON_FALSE, "false");
    assert_found("a", "{\"a\":null}", AD_JSON_NULL, "null");
    assert_found("a", "{\"a\":{\"b\": [1]} }", AD_JSON_OBJECT, "{\"b\": [1]}");
    assert_found("a", "{\"a\":[ {}, 2 ]}", AD_JSON_ARRAY, "[ {}, 2 ]");
    assert_found("a", "{\"b\":1}", AD_JSON_ABSENT, NULL);
    assert_found("a", "{}", AD_JSON_ABSENT, NULL);
    assert_found("", "{\"\":7}", AD_JSON_NUMBER, "7");
}

static void names(void **state)
{
    (void)state;
    /* duplicates and unescaping */
    assert_found("a", "{\"a\":1,\"a\":2}", AD_JSON_NUMBER, "2");
    assert_found("a", "{\"\\u0061\":1}", AD_JSON_NUMBER, "1");
    assert_found("a", "{\"a\":1,\"\\u0061\":2,\"aa\":3}", AD_JSON_NUMBER, "2");
    assert_found("a\"\n\xf0\x9f\x98\x80", "{\"a\\\"\\n\\uD83D\\uDE00\":1}", AD_JSON_NUMBER, "1");
    assert_found("a", "{\"\\u0061b\":1}", AD_JSON_ABSENT, NULL);
    /* nested */
    assert_found("a.b", "{\"a\":{\"x\":0,\"b\":1}}", AD_JSON_NUMBER, "1");
    assert_found("a.b", "{\"a\":{\"b\":1,\"b\":2}}", AD_JSON_NUMBER, "2");
    assert_found("a.b", "{\"a\":{\"\\u0062\":1}}", AD_JSON_NUMBER, "1");
    assert_found("a.b", "{\"a\":[{\"b\":1}]}", AD_JSON_ABSENT, NULL);
    assert_found("a.b", "{\"x\":{\"a\":{\"b\":1}}}", AD_JSON_ABSENT, NULL);
    assert_found("a.b", "{\"x\":{\"a.b\":1}}", AD_JSON_ABSENT, NULL);
    /* a literal name beats the nested one, wherever it stands */
    assert_found("a.b", "{\"a.b\":1,\"a\":{\"b\":2}}", AD_JSON_NUMBER, "1");
    assert_found("a.b", "{\"a\":{\"b\":2},\"a.b\":1}", AD_JSON_NUMBER, "1");
    assert_found("a.b", "{\"a\":{\"b\":2},\"a.b\":null}", AD_JSON_NULL, "null");
    assert_found("a.b.c", "{\"a\":{\"b.c\":1},\"a.b\":{\"c\":2}}", AD_JSON_NUMBER, "2");
    assert_found("a.b.c", "{\"a\":{\"b\":{\"c\":1},\"b.c\":2}}", AD_JSON_NUMBER, "2");
    assert_found("a.b.c", "{\"a\":{\"b\":{\"c\":1}},\"a.b\":3}", AD_JSON_NUMBER, "1");
    assert_found("a.b.c", "{\"a\":{\"b\":{\"c\":1}},\"a.b\":{}}", AD_JSON_NUMBER, "1");
    /* a later duplicate of an object replaces the earlier one whole */
    assert_found("a.b", "{\"a\":{\"b\":1},\"a\":{\"c\":2}}", AD_JSON_ABSENT, NULL);
    assert_found("a.b", "{\"a\":{\"b\":1},\"a\":5}", AD_JSON_ABSENT, NULL);
    assert_found("a.b.c", "{\"a\":{\"b\":{\"c\":1},\"b\":{}}}", AD_JSON_ABSENT, NULL);
    assert_found("a.b.c", "{\"a.b\":{\"c\":1},\"a\":{\"b.c\":2},\"a.b\":5}", AD_JSON_NUMBER, "2");
    /* dots at the edges are empty names */
    assert_found(".b", "{\"\":{\"b\":1}}", AD_JSON_NUMBER, "1");
    assert_found("a.", "{\"a\":{\"\":1}}", AD_JSON_NUMBER, "1");
}

static void several(void **state)
{
    static const char *const lines[] = {
        "{\"t\":1,\"a\":{\"b\":2,\"c\":3},\"v\":4}",
        "{\"v\":4,\"t\":1,\"a\":{\"c\":3,\"b\":2}}", /* another layout than the line before */
        "{\"x\":0,\"v\":4,\"a\":{\"c\":3,\"b\":2},\"t\":1}",
    };
    struct ad_str wanted[] = {ad_str_of("v"),   ad_str_of("a.b"), ad_str_of("t"),
                              ad_str_of("a.c"), ad_str_of("v"),   ad_str_of("a")};
    struct ad_json_set *set = ad_json_set_new(wanted, 6);
    struct ad_json_value out[6];
    struct ad_json_line line;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ad_json_scan(set, ad_str_of(lines[i]), out, &line), 0);
        assert_text(out[0].text, "4");
        assert_text(out[1].text, "2");
        assert_text(out[2].text, "1");
        assert_text(out[3].text, "3");
        assert_text(out[4].text, "4");
        assert_int_equal(out[5].kind, AD_JSON_OBJECT);
    }
    assert_int_equal(ad_json_scan(set, ad_str_of("{}"), out, &line), 0);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(out[i].kind, AD_JSON_ABSENT);
    ad_json_set_free(set);
}

/* Each byte at each place of a string, so at each lane of a vector, against the definition. */
static void every_byte(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        bool plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
        for (size_t at = 0; at < 40; at++) {
            char line[64] = "{\"k\":\"0123456789012345678901234567890123456789\"}";
            size_t len = strlen(line);
            line[6 + at] = (char)c;
            struct ad_json_line info;
            struct ad_str text = exact(line, len);
            assert_int_equal(ad_json_scan(NULL, text, NULL, &info), plain ? 0 : -1);
            size_t run = (size_t)(ad_json_plain(text.s + 6, text.s + 46) - (text.s + 6));
            assert_int_equal(run, plain ? 40 : at);
            drop(text);
        }
    }
}

static void iterate(void **state)
{
    struct ad_str text = ad_str_of(
        " { \"a\" : 1 , \"b\":\"2\",\"c\":{\"d\":3},\"\\u0065\":[4],\"f\":\"x\",\"a\":-5.0 } ");
    struct ad_json_member m;
    struct ad_json_line line;
    size_t at = 0;
    (void)state;
    assert_int_equal(ad_json_scan(NULL, text, NULL, &line), 0);
    static const char *const all[][2] = {{"a", "1"},         {"b", "2"}, {"c", "{\"d\":3}"},
                                         {"\\u0065", "[4]"}, {"f", "x"}, {"a", "-5.0"}};
    for (size_t i = 0; i < 6; i++) {
        assert_true(ad_json_next(text, &at, &m));
        assert_text(m.key, all[i][0]);
        assert_text(m.value.text, all[i][1]);
        assert_int_equal(m.key_escaped, i == 3);
    }
    assert_false(ad_json_next(text, &at, &m));
    assert_false(ad_json_next(text, &at, &m));
    at = 0;
    static const char *const numbers[] = {"1", "2", "-5.0"};
    for (size_t i = 0; i < 3; i++) {
        assert_true(ad_json_next_number(text, &at, &m));
        assert_text(m.value.text, numbers[i]);
    }
    assert_false(ad_json_next_number(text, &at, &m));
    at = 0;
    assert_false(ad_json_next(ad_str_of("{ }"), &at, &m));
}

static void unescape(void **state)
{
    struct ad_buf b = {0};
    (void)state;
    assert_int_equal(ad_json_unescape(ad_str_of("a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9"), &b),
                     0);
    assert_int_equal(ad_json_unescape(ad_str_of("\\u20AC\\ud83d\\ude00z"), &b), 0);
    assert_text((struct ad_str){b.s, b.len},
                "a\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
    b.len = 0;
    assert_int_equal(ad_json_unescape(ad_str_of("x\\u0000y"), &b), 0);
    assert_int_equal(b.len, 3);
    assert_memory_equal(b.s, "x\0y", 3);
    ad_buf_free(&b);
}

static void quote(void **state)
{
    struct ad_buf b = {0};
    (void)state;
    assert_int_equal(ad_json_quote(&b, ad_str_of("a\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xa9")), 0);
    assert_text((struct ad_str){b.s, b.len},
                "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa9\"");
    b.len = 0;
    ad_json_quote(&b, (struct ad_str){"\0", 1});
    ad_json_quote(&b, (struct ad_str){NULL, 0});
    ad_json_quote(&b, ad_str_of("\xff|\xed\xa0\x80|\xe2\x82|\xf0\x9f\x98\x80"));
    assert_text((struct ad_str){b.s, b.len},
                "\"\\u0000\"\"\"\"\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|"
                "\xef\xbf\xbd\xef\xbf\xbd|\xf0\x9f\x98\x80\"");
    ad_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_lines), cmocka_unit_test(bad_lines), cmocka_unit_test(depth),
        cmocka_unit_test(kinds),      cmocka_unit_test(names),     cmocka_unit_test(several),
        cmocka_unit_test(every_byte), cmocka_unit_test(iterate),   cmocka_unit_test(unescape),
        cmocka_unit_test(quote),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
