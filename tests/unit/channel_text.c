#include "unit.h"

#include "alert/text.h"

static void assert_added(const char *v, size_t len, enum ad_as as, size_t most, const char *want)
{
    struct ad_buf b = {0};
    assert_int_equal(ad_buf_addz(&b, "^"), 0);
    assert_int_equal(ad_text_add(&b, (struct ad_str){v, len}, as, most), 0);
    assert_int_equal(b.len - 1, strlen(want));
    assert_memory_equal(b.s + 1, want, b.len - 1);
    ad_buf_free(&b);
}

#define added(v, as, most, want) assert_added(v, sizeof(v) - 1, as, most, want)

/* Expected escapes are those of RFC 8259, RFC 3986 and HTML. */
static void escapes(void **state)
{
    (void)state;
    added("a\"b\\c\n\t\x01\x7f/\xc3\xa9", AD_AS_JSON, AD_NO_LIMIT,
          "a\\\"b\\\\c\\n\\t\\u0001\x7f/\xc3\xa9");
    added("a\0b", AD_AS_JSON, AD_NO_LIMIT, "a\\u0000b");
    added("aZ09-._~ /?&=\xc3\xa9%\n", AD_AS_URL, AD_NO_LIMIT,
          "aZ09-._~%20%2F%3F%26%3D%C3%A9%25%0A");
    added("a\0b", AD_AS_URL, AD_NO_LIMIT, "a%00b");
    added("<a href=\"x\" b='y'>&amp;\n\x1b", AD_AS_HTML, AD_NO_LIMIT,
          "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;\n\xEF\xBF\xBD");
    added("<!channel> & \"*b*\"", AD_AS_SLACK, AD_NO_LIMIT, "&lt;!channel&gt; &amp; \"*b*\"");
    added("a\r\nb\xc2\x85"
          "c\xe2\x80\xa8"
          "d\0e\x7f",
          AD_AS_LINE, AD_NO_LIMIT, "a  b c d e ");
    added("a\r\n<\"", AD_AS_TEXT, AD_NO_LIMIT, "a\r\n<\"");
    assert_added(NULL, 0, AD_AS_HTML, AD_NO_LIMIT, "");
}

static void what_is_not_utf8_is_replaced(void **state)
{
    (void)state;
    added("a\xff\xc3", AD_AS_TEXT, AD_NO_LIMIT, "a\xEF\xBF\xBD\xEF\xBF\xBD");
    added("\xed\xa0\x80", AD_AS_TEXT, AD_NO_LIMIT, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    added("\xc3", AD_AS_URL, AD_NO_LIMIT, "%EF%BF%BD");
}

static void cut_before_a_character_with_an_ellipsis(void **state)
{
    (void)state;
    added("0123456789ab", AD_AS_TEXT, 12, "0123456789ab");
    added("0123456789abc", AD_AS_TEXT, 12, "012345678\xE2\x80\xA6");
    added("01234567\xc3\xa9\xc3\xa9\xc3\xa9", AD_AS_TEXT, 13, "01234567\xc3\xa9\xE2\x80\xA6");
    added("01234567\xc3\xa9\xc3\xa9\xc3\xa9", AD_AS_TEXT, 12, "01234567\xE2\x80\xA6");
    added("&&&&&", AD_AS_SLACK, 24, "&amp;&amp;&amp;&amp;\xE2\x80\xA6");
    added("\n\n\n\n\n\n\n\n\n", AD_AS_JSON, 14, "\\n\\n\\n\\n\\n\xE2\x80\xA6");
    added("&&&&&&&&", AD_AS_URL, 20, "%26%26%26%E2%80%A6");
}

static void what_others_said(void **state)
{
    struct ad_buf b = {0};
    (void)state;
    ad_text_add_said(&b, ad_str_of("no \x1b[1m\xc3\xa9\xff\n "));
    assert_int_equal(b.len, strlen("no \\x1B[1m\xc3\xa9\\xFF"));
    assert_memory_equal(b.s, "no \\x1B[1m\xc3\xa9\\xFF", b.len);
    ad_buf_free(&b);
}

static void json_is_put_together(void **state)
{
    struct ad_buf b = {0};
    (void)state;
    ad_put_open(&b, NULL, '{');
    ad_put_z(&b, "a", "x\"{");
    ad_put_open(&b, "b", '[');
    ad_put_member(&b, NULL, ad_str_of("["), AD_NO_LIMIT);
    ad_put_raw(&b, NULL, ad_str_of("1"));
    ad_put_open(&b, NULL, '{');
    ad_put_close(&b, '}');
    ad_put_close(&b, ']');
    ad_put_text(&b, ad_str_of("k:"), ad_str_of("0123456789abc"), 12);
    ad_put_close(&b, '}');
    static const char want[] =
        "{\"a\":\"x\\\"{\",\"b\":[\"[\",1,{}],\"k:\":\"012345678\xE2\x80\xA6\"}";
    assert_int_equal(b.len, sizeof want - 1);
    assert_memory_equal(b.s, want, b.len);
    ad_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes),
        cmocka_unit_test(what_is_not_utf8_is_replaced),
        cmocka_unit_test(cut_before_a_character_with_an_ellipsis),
        cmocka_unit_test(what_others_said),
        cmocka_unit_test(json_is_put_together),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
