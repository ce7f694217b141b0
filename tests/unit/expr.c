#include "unit.h"

#include "expr.h"

#include <stdlib.h>

static struct ad_clock *berlin;

/* `date -u -d 2024-07-06T10:30:00 +%s`: a Saturday, 12:30 in Berlin. */
#define SATURDAY 1720261800.0

static void evaluate(const char *text, const char *fields, double t, char *out, size_t size)
{
    struct ad_names names = {0};
    struct ad_err err = {0};
    size_t at;
    struct ad_expr *e = ad_expr_compile(ad_str_of(text), NULL, &names, &at, &err);
    if (!e)
        fail_msg("%s: %s", text, err.text);
    struct record r = record_of(fields);
    struct ad_str values[EXPR_FIELDS];
    struct ad_hours hours;
    int32_t day = 19910; /* 2024-07-06, as `date -u -d 2024-07-06 +%s` / 86400 */
    struct ad_calendar holidays = {&day, 1};
    struct ad_expr_env env = {.field = values, .t = t, .clock = berlin, .hours = &hours};
    if (strstr(text, "is_holiday"))
        env.holidays = &holidays;
    assert_int_equal(
        ad_hours_parse(&hours, ad_str_of("Mon-Fri 09:00-17:00, Sat 12:00-13:00"), &err), 0);
    record_values(&r, &names, values);
    void *state = malloc(ad_expr_state_size(e) + 1);
    ad_expr_state_init(e, state);
    struct ad_value v = ad_expr_eval(e, &env, state);
    result_text(out, size, v, &env.fault);
    ad_expr_state_free(e, state);
    free(state);
    ad_expr_env_free(&env);
    ad_expr_free(e);
    ad_names_free(&names);
    ad_err_free(&err);
}

struct row {
    const char *text, *fields, *want;
};

static void check(const struct row *rows, size_t n, double t)
{
    char got[300];
    for (size_t i = 0; i < n; i++) {
        evaluate(rows[i].text, rows[i].fields, t, got, sizeof got);
        if (strcmp(got, rows[i].want))
            fail_msg("%s with %s: %s, expected %s", rows[i].text, rows[i].fields, got,
                     rows[i].want);
    }
}

#define CHECK(rows, t) check(rows, sizeof rows / sizeof *rows, t)

/* Numbers as python3 has them, but for % of negative ones, which is math.fmod. */
static void test_arithmetic(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"1 + 2 * 3", "", "7"},
        {"(1 + 2) * 3", "", "9"},
        {"10 - 4 - 3", "", "3"},
        {"100 / 10 / 5", "", "2"},
        {"7 % 4", "", "3"},
        {"-7 % 4", "", "-3"},
        {"2 - -3", "", "5"},
        {"--3", "", "3"},
        {"-x * 2", "x=4", "-8"},
        {"1e3 + .5 + 2.", "", "1002.5"},
        {"1.5e-3 * 2E+3", "", "3"},
        {"5m + 90s + 1h + 0.5d", "", "47190"}, /* 300 + 90 + 3600 + 43200 */
        {"250ms", "", "0.25"},
        {"abs(-2.5) + abs(x)", "x=-1", "3.5"},
        {"min(3, x)", "x=2", "2"},
        {"max(3, x, 7, 5)", "x=2", "7"},
        {"1 / 0", "", "missing"},
        {"1e308 * 10", "", "missing"},
        {"5 % 0", "", "missing"},
        {"true + true", "", "2"},
        {"false", "", "0"},
        {"x + 1", "x=true", "2"},
        {"x + 1", "x=false", "1"},
    };
    CHECK(rows, NAN);
}

static void test_comparisons(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"x == 5", "x=5.0", "1"},
        {"x === 5", "x=5", "1"},
        {"x !== 5", "x=5", "0"},
        {"x != 5", "x=6", "1"},
        {"x < 5", "x=5", "0"},
        {"x <= 5", "x=5", "1"},
        {"x > 5", "x=1e1", "1"},
        {"x >= 5", "x=5", "1"},
        {"x == '5'", "x=5", "1"},
        {"x == '5'", "x=5.0", "0"}, /* with a text, texts are compared */
        {"x > '10'", "x=9", "1"},
        {"x < \"b\"", "x=abc", "1"},
        {"x < 'b'", "x=ab", "1"},
        {"x >= 'ab'", "x=a", "0"},
        {"'a' < 'b'", "", "1"},
        {"'' < 'b'", "", "1"},
        {"x == y", "x=5 y=5.0", "1"},
        {"x == y", "x=abc y=abc", "1"},
        {"x == y", "x=5 y=abc", "0"},
        {"x != y", "x=5 y=abc", "1"},
        {"x < y", "x=10 y=9", "0"}, /* as numbers */
        {"x < y", "x=b10 y=b9", "1"},
        {"x < y", "x=b y=a", "0"},
        {"x + 0 == y", "x=5 y=5", "1"},
    };
    CHECK(rows, NAN);
}

static void test_logic(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"1 && 2", "", "1"},
        {"1 && 0", "", "0"},
        {"0 || 3", "", "1"},
        {"0 || 0", "", "0"},
        {"1 || 0 && 0", "", "1"},
        {"(1 || 0) && 0", "", "0"},
        {"0 || 0 || 1 || 0", "", "1"},
        {"1 && 1 && 0 && 1", "", "0"},
        {"!0", "", "1"},
        {"!!7", "", "1"},
        {"!(x == 5)", "x=5", "0"},
        {"!x", "x=0", "1"},
        {"x", "x=0.5", "1"},
        {"x", "x=0", "0"},
        {"x", "x=false", "0"},
        {"x && 1", "x=true", "1"},
        {"(a > 1) + (b > 1) + (c > 1) >= 2", "a=5 b=0 c=5", "1"},
        {"(a > 1) + (b > 1) + (c > 1) >= 2", "a=5 b=0 c=0", "0"},
        {"1 && 0 || 1 && 1", "", "1"},
        {"x == 1 || y == 1 && z == 1", "x=0 y=1 z=1", "1"},
    };
    CHECK(rows, NAN);
}

/* A missing field makes what compares it false, and is false itself. */
static void test_missing(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"x", "", "0"},
        {"!x", "", "1"},
        {"x == 5", "", "0"},
        {"x != 5", "", "0"},
        {"x !~ 'a'", "", "0"},
        {"x =~ 'a'", "", "0"},
        {"x == x", "", "0"},
        {"!(x == x)", "", "1"},
        {"x != y", "y=5", "0"},
        {"x == ''", "x=", "0"},
        {"x != 'a'", "x=", "0"},
        {"x < 5", "x=NA", "0"},
        {"x != 5", "x=null", "0"},
        {"x == 'NA'", "x=NA", "1"}, /* Namibia */
        {"x + 1", "", "missing"},
        {"-x", "", "missing"},
        {"abs(x) < 5", "", "0"},
        {"min(x, 1)", "", "missing"},
        {"contains(x, 'a')", "", "0"},
        {"!contains(x, 'a')", "", "1"},
        {"x in (1, 2)", "", "0"},
        {"5 in (x, 5)", "", "1"},
        {"hour(x)", "", "missing"},
        {"is_weekend(x)", "", "missing"},
        {"hour(t)", "", "missing"},
        {"x > 5 || 1", "", "1"},
    };
    CHECK(rows, NAN);
}

static void test_texts(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"contains(x, '/pay')", "x=/api/payment", "1"},
        {"contains(x, '/pay')", "x=/api/pa/y", "0"},
        {"contains(x, 'aab')", "x=aaab", "1"},
        {"contains(x, '')", "x=a", "1"},
        {"contains(x, y)", "x=abc y=bc", "1"},
        {"contains(x, '34')", "x=12345", "1"},
        {"contains(x, 'abcd')", "x=abc", "0"},
        {"starts_with(x, '/api')", "x=/api/x", "1"},
        {"starts_with(x, '/api')", "x=/ap", "0"},
        {"starts_with(x, y)", "x=abc y=ab", "1"},
        {"x =~ '^/v[0-9]+/'", "x=/v12/", "1"},
        {"x =~ '^/v[0-9]+/'", "x=/vx/", "0"},
        {"x !~ '^/v[0-9]+/'", "x=/vx/", "1"},
        {"x =~ '\\.json$'", "x=a.json", "1"},
        {"x =~ '\\.json$'", "x=a_json", "0"},
        {"x =~ \"\\\\.json$\"", "x=a_json", "0"},
        {"x =~ '^5..$'", "x=503", "1"},
        {"x =~ 'a|b'", "x=cb", "1"},
        {"x =~ '^[]+{]+$'", "x=]+{", "1"},
        {"x =~ '^[[:digit:]{]{3}\\+$'", "x=1{2+", "1"},
        {"x =~ '^a+b+c+d+e+f+g+h+i+j+k+l+m+n+$'", "x=abcdefghijklmn", "1"},
        {"x =~ '^(([a-z]+|[0-9]+)[.-])+[a-z]{2,63}$'", "x=a.12-b.com", "1"},
        {"x in ('a', 'b')", "x=b", "1"},
        {"x in ('a', 'b')", "x=c", "0"},
        {"x in (1, 2, 3)", "x=2.0", "1"},
        {"x in ('1', '2')", "x=2.0", "0"},
        {"x in (y, 7)", "x=7 y=a", "1"},
        {"x in (1)", "x=1", "1"},
        {"!(x in (1, 2)) && y in (3)", "x=4 y=3", "1"},
        {"x == 'it\\'s'", "x=it's", "1"},
        {"x == \"a\\tb\\x41\\q\"", "x=a\tbA\\q", "1"},
        {"`a-b` > `c d`", "a-b=2", "0"},
        {"`a-b` > 1", "a-b=2", "1"},
        {"http.status >= 500", "http.status=503", "1"},
        {"@level == 'x'", "@level=x", "1"},
        {"größe > 1", "größe=2", "1"},
        {"`t` > 1", "t=2", "1"},
    };
    CHECK(rows, NAN);
}

/* TZ=Europe/Berlin date -d @1720261800 '+%H %M %u' is 12 30 6; of 1711846800 it is 03 00 7, the
 * first minute of summer time. */
static void test_times(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"hour(t)", "", "12"},
        {"hour()", "", "12"},
        {"minute(t)", "", "30"},
        {"weekday(t)", "", "6"},
        {"is_weekend(t)", "", "1"},
        {"is_business_hours(t)", "", "1"},
        {"is_business_hours(t + 30m)", "", "0"},
        {"is_holiday(t)", "", "1"},
        {"is_business_hours(t) && !is_holiday(t)", "", "0"},
        {"is_holiday(t - 13h)", "", "0"},
        {"is_business_hours(x)", "x=2024-07-08T09:00:00", "1"},
        {"is_business_hours(x)", "x=2024-07-08T08:59:59", "0"},
        {"is_business_hours(x)", "x=2024-07-08T17:00:00", "0"},
        {"hour(x)", "x=1711846800", "3"},
        {"hour(x - 1)", "x=1711846800", "1"},
        {"weekday(x)", "x=1711846800000", "7"},
        {"hour(x)", "x=1720261800000", "12"},
        {"hour(x + 0)", "x=1720261800000", "12"},
        {"hour(x)", "x=2024-07-06T10:30:00Z", "12"},
        {"hour(x)", "x=-1", "0"},
        {"minute(x)", "x=-1", "59"},
        {"weekday(x)", "x=-90000", "3"}, /* 1969-12-30 23:00 UTC is the 31st, a Wednesday */
        {"hour(x)", "x=-0.000000000000001", "0"}, /* in Berlin; 23 in UTC */
        {"minute(x)", "x=-0.000000000000001", "59"},
        {"hour(x + 0)", "x=1e300", "missing"},
        {"is_business_hours(t * 1e300)", "", "missing"},
        {"t - x < 1h", "x=1720260000", "1"},
        {"t - x", "x=1720260000", "1800"},
    };
    CHECK(rows, SATURDAY);
}

/* The first value of the wrong type is told, and then counts as missing. */
static void test_faults(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"x > 5", "x=abc", "0, at 2 not a number: \"abc\""},
        {"5 < x", "x=abc", "0, at 2 not a number: \"abc\""},
        {"x != 5", "x=abc", "0, at 2 not a number: \"abc\""},
        {"x + y", "x=a y=b", "missing, at 2 not a number: \"a\""},
        {"-x", "x=a", "missing, at 0 not a number: \"a\""},
        {"abs(x)", "x=a", "missing, at 0 not a number: \"a\""},
        {"x", "x=abc", "0, at 0 not a number: \"abc\""},
        {"y && x", "x=abc y=1", "0, at 5 not a number: \"abc\""},
        {"y && x", "x=abc y=0", "0"},
        {"x > 5 || y > 5", "x=abc y=6", "1, at 2 not a number: \"abc\""},
        {"x < y", "x=5 y=abc", "0, at 2 not a number: \"abc\""},
        {"hour(x)", "x=abc", "missing, at 5 not a time: \"abc\""},
        {"delta(x)", "x=abc", "missing, at 0 not a number: \"abc\""},
        {"0 && delta(x) > 1", "x=abc", "0, at 5 not a number: \"abc\""},
        {"last(x) == 'a'", "x=abc", "0"},
        {"(y || 1) == x", "x=1e999 y=0", "0, at 9 not a number: \"1e999\""},
    };
    CHECK(rows, NAN);
}

/* What is wrong, and the column, from 0. */
static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
        const char *want;
    } rows[] = {
        {"", 0, "there is no condition"},
        {"  ", 2, "there is no condition"},
        {"a >", 3, "the condition ends where a value is missing"},
        {"a > > 5", 4, "a value is missing before this"},
        {"a b", 2, "an operator such as && is missing before this"},
        {"a > 5 and b", 6, "write && for and"},
        {"a > 5 or b", 6, "write || for or"},
        {"a = 5", 2, "= alone means nothing; write =="},
        {"a & b", 2, "& alone means nothing; write &&"},
        {"a | b", 2, "| alone means nothing; write ||"},
        {"a ? b : c", 2, "this means nothing outside of quotes"},
        {"a == 'x", 5, "the text that begins here has no end: ' is missing"},
        {"a == \"x\ny\"", 5, "the text that begins here has no end: \" is missing"},
        {"`` > 1", 0, "a name is missing between the backquotes"},
        {"a > 5x", 4, "neither a number nor a duration such as 90s, 5m, 1h"},
        {"a > 0x10", 4, "neither a number nor a duration such as 90s, 5m, 1h"},
        {"1.2.3.4 == a", 0, "neither a number nor a duration such as 90s, 5m, 1h"},
        {"(a > 5", 0, "this parenthesis is not closed"},
        {"(a > 5 b", 7, "an operator or ) is missing before this"},
        {"a > 5)", 5, "there is no ( for this )"},
        {"1 < a < 5", 6, "a comparison of a comparison; join two of them by &&"},
        {"a == b == c", 7, "a comparison of a comparison; join two of them by &&"},
        {"!a == b", 0, "! binds to the value alone; write !(a == b), or !(a) == b"},
        {"!a in (1)", 0, "! binds to the value alone; write !(a == b), or !(a) == b"},
        {"'a' == 5", 4, "a number and a text cannot be compared"},
        {"count(60s) == 'a'", 11, "a number and a text cannot be compared"},
        {"5 in ('a')", 2, "a number and a text cannot be compared"},
        {"'a' + 1", 0, "a text where a number is wanted"},
        {"1 + 'a'", 4, "a text where a number is wanted"},
        {"2 * (3 - 'a')", 9, "a text where a number is wanted"},
        {"-'a'", 0, "a text where a number is wanted"},
        {"'a' && b", 0, "a text is no condition"},
        {"b || 'a'", 5, "a text is no condition"},
        {"'a'", 0, "a text is no condition"},
        {"a =~ b", 5, "a regular expression in quotes is wanted here"},
        {"a =~ '('", 5, "regular expression: "},
        {"a =~ '(a)\\1'", 5, "regular expression: extended ones have no back-references"},
        {"a =~ '((a{99}){99}){99}'", 5, "regular expression: repeats too much"},
        {"a =~ '(a{2,99}b){99}'", 5, "regular expression: repeats too much"},
        {"a =~ '(a{99,}){40}'", 5, "regular expression: repeats too much"},
        {"a =~ 'a++++++++++++'", 5, "regular expression: repeats too much"},
        {"a =~ '((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+'", 5,
         "regular expression: repeats too much"},
        {"a =~ 'x\\x00'", 5, "regular expression: NUL is never found"},
        {"5 =~ 'a'", 2, "a number where a text is wanted"},
        {"a in b", 5, "a list is wanted here: in (1, 2) or in (\"a\", \"b\")"},
        {"a in (1 2)", 8, "a comma or ) is missing before this"},
        {"a in ()", 6, "a value is missing before this"},
        {"hourly(t)", 0, "unknown function \"hourly\"; did you mean \"hour\"?"},
        {"a > 1 && x.includes('b')", 9,
         "unknown function \"x.includes\"; there are hour, minute, "},
        {"contains(a)", 10, "a comma is missing here: contains(text, part)"},
        {"contains(5, 'a')", 9, "a number where a text is wanted"},
        {"abs(1, 2)", 5, "a parenthesis is missing here: abs(x)"},
        {"abs('1')", 4, "a text where a number is wanted"},
        {"min(1)", 5, "a comma is missing here: min(x, y)"},
        {"count(60)", 6, "a duration is wanted here, such as 60s or 5m: count(60s)"},
        {"count(0s)", 6, "a duration is wanted here, such as 60s or 5m: count(60s)"},
        {"count()", 6, "a duration is wanted here, such as 60s or 5m: count(60s)"},
        {"sum(a)", 5, "a comma is missing here: sum(field, 60s)"},
        {"sum(a, b)", 7, "a duration is wanted here, such as 60s or 5m: sum(field, 60s)"},
        {"last('a')", 5, "a field is wanted here"},
        {"hour", 0, NULL}, /* the name of a field */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ad_names names = {0};
        struct ad_err err = {0};
        size_t at = 99;
        struct ad_expr *e = ad_expr_compile(ad_str_of(rows[i].text), NULL, &names, &at, &err);
        if (!rows[i].want)
            assert_non_null(e);
        else if (e || at != rows[i].at || strncmp(err.text, rows[i].want, strlen(rows[i].want)))
            fail_msg("%s: at %zu: %s", rows[i].text, at, e ? "no error" : err.text);
        ad_expr_free(e);
        ad_names_free(&names);
        ad_err_free(&err);
    }
}

static void compile_repeated(const char *before, const char *part, size_t n, const char *after,
                             const char *want)
{
    struct ad_buf text = {0};
    struct ad_names names = {0};
    struct ad_err err = {0};
    size_t at;
    ad_buf_addz(&text, before);
    for (size_t i = 0; i < n; i++)
        ad_buf_addz(&text, part);
    ad_buf_addz(&text, after);
    struct ad_expr *e = ad_expr_compile((struct ad_str){text.s, text.len}, NULL, &names, &at, &err);
    if (!e != !!want || (want && strcmp(err.text, want)))
        fail_msg("%zu of %s: %s", n, part, err.text ? err.text : "no error");
    ad_expr_free(e);
    ad_buf_free(&text);
    ad_names_free(&names);
    ad_err_free(&err);
}

static void test_limits(void **state)
{
    (void)state;
    compile_repeated("", "(", 63, "1", "this parenthesis is not closed");
    compile_repeated("", "(", 100000 / 10, "1", "nested too deeply");
    compile_repeated("", "!", 63, "1", NULL);
    compile_repeated("", "!", 64, "1", "nested too deeply");
    compile_repeated("1", " + 1", 4000, "", NULL);
    compile_repeated("1", " && 1", 3000, "", NULL);
    compile_repeated("1", " + 1", 5000, "", "a condition of more than 16384 bytes");
    compile_repeated("a in (1", ",1", 255, ")", NULL);
    compile_repeated("a in (1", ",1", 256, ")", "more than 256 values in a list");
    compile_repeated("1", " + last(a)", 100, "", NULL); /* all are one call */
    compile_repeated("", "1 in (1 in (", 30, "1", "a comma or ) is missing before this");
}

static void explained(const char *text, size_t at, unsigned long line, const char *want)
{
    struct ad_err err = {0};
    ad_err_set(&err, "wrong");
    assert_int_equal(ad_expr_explain(&err, "r.ini", line, ad_str_of(text), at), -1);
    assert_string_equal(err.text, want);
    ad_err_free(&err);
}

static void test_explain(void **state)
{
    (void)state;
    explained("a > b", 4, 12, "r.ini:12: wrong\n    a > b\n        ^");
    explained("a > b", 0, 0, "r.ini: wrong\n    a > b\n    ^");
    explained("a > b", 99, 1, "r.ini:1: wrong\n    a > b\n         ^");
    explained("a &&\n\nb > c\n&& d", 10, 12, "r.ini:14: wrong\n    b > c\n        ^");
    explained("größe > b", 10, 1, "r.ini:1: wrong\n    größe > b\n            ^");
    explained("\x01 > b", 4, 1, "r.ini:1: wrong\n    \\x01 > b\n           ^");
    explained("aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg > x",
              79, 1,
              "r.ini:1: wrong\n    ..."
              "bb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg > x\n    "
              "                                                               ^");
}

static void test_names(void **state)
{
    (void)state;
    struct ad_names names = {0};
    struct ad_err err = {0};
    static const struct ad_expr_known known[] = {{"score", NULL}, {NULL, NULL}};
    const struct ad_expr_cfg cfg = {known, false};
    size_t at, out[4];
    struct ad_expr *a = ad_expr_compile(ad_str_of("x > 1 && y < x"), &cfg, &names, &at, &err);
    struct ad_expr *b = ad_expr_compile(ad_str_of("score > 1 && sum(z + y, 5m) > hour(t)"), &cfg,
                                        &names, &at, &err);
    struct ad_expr *c = ad_expr_compile(ad_str_of("`score` > 1"), &cfg, &names, &at, &err);
    assert_true(a && b && c);
    assert_int_equal(names.n, 4);
    assert_true(ad_str_eq(names.v[3], ad_str_of("score")));
    assert_int_equal(ad_expr_names(a, out), 2);
    assert_int_equal(out[0], 0);
    assert_int_equal(out[1], 1);
    assert_int_equal(ad_expr_names(b, out), 2);
    assert_int_equal(out[0], 2);
    assert_int_equal(out[1], 1);
    assert_int_equal(ad_expr_where(a, 1), 9);
    assert_int_equal(ad_expr_where(b, 1), 21);
    assert_int_equal(ad_expr_where(b, 0), -1);
    assert_int_equal(ad_expr_needs(a), 0);
    assert_int_equal(ad_expr_needs(b), AD_EXPR_TIME);
    ad_expr_free(a);
    ad_expr_free(b);
    ad_expr_free(c);
    ad_names_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic), cmocka_unit_test(test_comparisons),
        cmocka_unit_test(test_logic),      cmocka_unit_test(test_missing),
        cmocka_unit_test(test_texts),      cmocka_unit_test(test_times),
        cmocka_unit_test(test_faults),     cmocka_unit_test(test_errors),
        cmocka_unit_test(test_limits),     cmocka_unit_test(test_explain),
        cmocka_unit_test(test_names),
    };
    struct ad_err err = {0};
    berlin = ad_clock_open("Europe/Berlin", NULL, &err);
    if (!berlin)
        return 2;
    cmocka_set_message_output(CM_OUTPUT_TAP);
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    ad_clock_close(berlin);
    return rc;
}
