#include "unit.h"

#include "base/str.h"

#include <stdlib.h>

#define S(literal) ((struct ad_str){literal, sizeof(literal) - 1})

static void test_trim(void **state)
{
    (void)state;
    assert_true(ad_str_eq(ad_str_trim(S(" \t a b\t ")), S("a b")));
    assert_true(ad_str_eq(ad_str_trim(S("\ra\n")), S("\ra\n")));
    assert_int_equal(ad_str_trim(S(" \t ")).len, 0);
    assert_int_equal(ad_str_trim(S("")).len, 0);
}

static void test_equality(void **state)
{
    (void)state;
    assert_true(ad_str_eq((struct ad_str){NULL, 0}, S("")));
    assert_false(ad_str_eq(S("a"), S("ab")));
    assert_false(ad_str_eq(S("a\0b"), S("a\0c")));
    assert_true(ad_str_caseeq(S("NaN"), "nan"));
    assert_false(ad_str_caseeq(S("na"), "nan"));
    assert_false(ad_str_caseeq(S("nan"), "na"));
    assert_false(ad_str_caseeq(S("n\0"), "n"));
    assert_false(ad_str_caseeq(S("["), "{")); /* 0x20 apart, as letters are */
}

static void test_glob(void **state)
{
    (void)state;
    const struct {
        struct ad_str text, pattern;
        bool want;
    } row[] = {
        {S(""), S(""), true},
        {S(""), S("*"), true},
        {S(""), S("?"), false},
        {S("cpu"), S("cpu"), true},
        {S("cpu"), S("cp"), false},
        {S("cpu"), S("cpux"), false},
        {S("cpu_user"), S("cpu_*"), true},
        {S("cpu_user"), S("*user"), true},
        {S("cpu_user"), S("*_*"), true},
        {S("cpu_user"), S("c?u*r"), true},
        {S("cpu_user"), S("c?u*x"), false},
        {S("aab"), S("*ab"), true},
        {S("abcbd"), S("a*b?"), true},
        {S("a"), S("a**"), true},
        {S("[a]"), S("[a]"), true},
        {S("a"), S("[a]"), false},
        {S("a\0b"), S("a?b"), true},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_int_equal(ad_str_glob(row[i].text, row[i].pattern), row[i].want);
}

/* Exponential matchers need ages for this. */
static void test_glob_many_stars(void **state)
{
    (void)state;
    char text[10000], pattern[200];
    memset(text, 'a', sizeof text);
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = i % 2 ? 'a' : '*';
    struct ad_str v = {text, sizeof text}, p = {pattern, sizeof pattern};
    assert_true(ad_str_glob(v, p));
    pattern[sizeof pattern - 1] = 'b';
    assert_false(ad_str_glob(v, p));
}

/* Oracle: rapidfuzz 3 for Python, rapidfuzz.distance.OSA.distance("timestmap", "timestamp") and so
 * on, of the lower-cased texts. */
static void test_distance(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t want;
    } row[] = {{"", "", 0},
               {"", "abc", 3},
               {"abc", "", 3},
               {"abc", "abc", 0},
               {"Value", "vALUE", 0},
               {"kitten", "sitting", 3},
               {"ab", "ba", 1},
               {"timestmap", "timestamp", 1},
               {"ca", "abc", 3},
               {"sunday", "saturday", 3},
               {"abcdef", "badcfe", 3},
               {"a", "bcdefgh", 7}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct ad_str a = ad_str_of(row[i].a), b = ad_str_of(row[i].b);
        assert_int_equal(ad_str_distance(a, b, 100), row[i].want);
        assert_int_equal(ad_str_distance(b, a, 100), row[i].want);
    }
}

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

/* The bound may save work, never change an answer within it. */
static void test_distance_bound(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int round = 0; round < 5000; round++) {
        char a[12], b[12];
        struct ad_str x = {a, next_random(&seed) % 12}, y = {b, next_random(&seed) % 12};
        for (size_t i = 0; i < 12; i++) {
            a[i] = (char)('a' + next_random(&seed) % 3);
            b[i] = (char)('a' + next_random(&seed) % 3);
        }
        size_t full = ad_str_distance(x, y, 100);
        for (size_t most = 0; most < 13; most++) {
            size_t d = ad_str_distance(x, y, most);
            assert_true(full <= most ? d == full : d > most);
        }
    }
}

static void test_buffer(void **state)
{
    (void)state;
    struct ad_buf b = {0};
    assert_non_null(ad_buf_room(&b, 0));
    assert_int_equal(ad_buf_add(&b, NULL, 0), 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(ad_buf_addz(&b, "0123456789"), 0);
    assert_int_equal(b.len, 10000);
    assert_memory_equal(b.s + 9990, "0123456789", 10);
    ad_buf_free(&b);
    assert_null(b.s);
}

static void test_buffer_fails_for_good(void **state)
{
    (void)state;
    struct ad_buf b = {0};
    assert_int_equal(ad_buf_addz(&b, "kept"), 0);
    assert_null(ad_buf_room(&b, SIZE_MAX));
    assert_null(ad_buf_room(&b, 1));
    assert_int_equal(ad_buf_addz(&b, "x"), -1);
    assert_true(b.failed);
    assert_int_equal(b.len, 4);
    ad_buf_free(&b);
}

static void check_visible(struct ad_str in, struct ad_str want)
{
    struct ad_buf b = {0};
    assert_int_equal(ad_buf_add_visible(&b, in), 0);
    assert_int_equal(b.len, want.len);
    if (want.len)
        assert_memory_equal(b.s, want.s, want.len);
    ad_buf_free(&b);
}

static void test_visible(void **state)
{
    (void)state;
    check_visible(S(""), S(""));
    check_visible(S("a \\ b~"), S("a \\ b~"));
    check_visible(S("\x1b[31m\n\0\x7f"), S("\\x1B[31m\\x0A\\x00\\x7F"));
    check_visible(S("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"),
                  S("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"));
    check_visible(S("\xe9 \x9b"), S("\\xE9 \\x9B"));
    check_visible(S("\xc2\x9b"), S("\\xC2\\x9B")); /* U+009B, what ESC [ is in one character */
    check_visible(S("\xc0\xaf\xe0\x9f\xbf\xed\xa0\x80\xf4\x90\x80\x80"),
                  S("\\xC0\\xAF\\xE0\\x9F\\xBF\\xED\\xA0\\x80\\xF4\\x90\\x80\\x80"));
    check_visible(S("\xe2\x82"), S("\\xE2\\x82"));
}

static void test_visible_is_cut(void **state)
{
    (void)state;
    char in[100];
    memset(in, 'a', sizeof in);
    check_visible((struct ad_str){in, sizeof in}, (struct ad_str){in, 60});
    memcpy(in + 59, "\xc3\xbc", 2); /* never through a character */
    check_visible((struct ad_str){in, sizeof in}, (struct ad_str){in, 59});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trim),     cmocka_unit_test(test_equality),
        cmocka_unit_test(test_glob),     cmocka_unit_test(test_glob_many_stars),
        cmocka_unit_test(test_distance), cmocka_unit_test(test_distance_bound),
        cmocka_unit_test(test_buffer),   cmocka_unit_test(test_buffer_fails_for_good),
        cmocka_unit_test(test_visible),  cmocka_unit_test(test_visible_is_cut),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
