#include "unit.h"

#include "alert/matcher.h"
#include "alert/policy.h"

static struct ad_str group_names[] = {{"host", 4}, {"dc", 2}};

/* Whether the conditions hold for host=web1, dc="a, b", rule=pay, tags=db,night, high, x=5. */
static bool holds(const char *text)
{
    struct ad_vocabulary words = {0};
    struct ad_matchers m = {0};
    struct ad_err err = {0};
    struct ad_str group[] = {ad_str_of("web1"), ad_str_of("a, b")}, field[4] = {{NULL, 0}};
    assert_int_equal(ad_names_set(&words.group, group_names, 2), 0);
    if (ad_matchers_parse(&m, ad_str_of(text), &words, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < words.field.n; i++)
        if (ad_str_eq(words.field.v[i], ad_str_of("x")))
            field[i] = ad_str_of("5");
    struct ad_scene scene = {
        ad_str_of("zscore"), ad_str_of("pay"), ad_str_of("db, night"), AD_HIGH, group, field, 2,
        words.field.n};
    bool result = ad_matchers_hold(&m, &scene);
    ad_matchers_free(&m);
    ad_names_free(&words.group);
    ad_names_free(&words.field);
    return result;
}

static void conditions(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool want;
    } row[] = {{"", true},
               {"host=web1", true},
               {"host = web", false},
               {"host != web", true},
               {"host =~ web", true},
               {"host =~ ^eb", false},
               {"host !~ ^eb", true},
               {"host =~ \"^(web|db)[0-9]+$\"", true},
               {"host=web1,severity=high", true},
               {"host=web1\nseverity = low", false},
               {"severity = HIGH", true},
               {"severity =~ high|critical", true},
               {"dc = \"a, b\"", true},
               {"dc = \"a\\, b\"", false},
               {"detector = zscore, rule = pay", true},
               {"tags = night", true},
               {"tags = nigh", false},
               {"tags =~ ^n", true},
               {"tags != db", false},
               {"tags != web", true},
               {"tags !~ ^n", false},
               {"x = 5", true},
               {"x = 5, y = 6", false},
               {"y = \"\"", true},
               {"y != 6", true},
               {"y =~ .", false},
               {" , host=web1 ,, ", true}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        if (holds(row[i].text) != row[i].want)
            fail_msg("%s", row[i].text);
}

static void refused(const char *text, const char *why)
{
    struct ad_vocabulary words = {0};
    struct ad_matchers m = {0};
    struct ad_err err = {0};
    assert_int_equal(ad_matchers_parse(&m, ad_str_of(text), &words, &err), -1);
    assert_string_equal(err.text, why);
    ad_matchers_free(&m);
    ad_names_free(&words.field);
    ad_err_free(&err);
}

static void mistakes(void **state)
{
    (void)state;
    refused("host", "\"host\": not NAME = VALUE, or with one of != =~ !~");
    refused("= x", "\"= x\": not NAME = VALUE, or with one of != =~ !~");
    refused("host ! x", "\"host ! x\": not NAME = VALUE, or with one of != =~ !~");
    refused("host = \"x", "\"host = \"x\": the quotes are wrong");
}

static void quotes(void **state)
{
    (void)state;
    refused("host = \"x\" y", "\"host = \"x\" y\": the quotes are wrong");
    refused("severity = bad", "\"bad\": a severity is low, medium, high or critical");
    refused("a=1, host =~ (", "regular expression: Unmatched ( or \\(");
}

static void long_values(void **state)
{
    (void)state;
    static char text[100000];
    struct ad_vocabulary words = {0};
    struct ad_matchers m = {0};
    struct ad_err err = {0};
    memset(text, 'x', sizeof text);
    memcpy(text + sizeof text - 3, "end", 3);
    assert_int_equal(ad_matchers_parse(&m, ad_str_of("f =~ end$"), &words, &err), 0);
    struct ad_str field = {text, sizeof text};
    struct ad_scene scene = {.field = &field, .nfield = 1};
    assert_true(ad_matchers_hold(&m, &scene));
    field.len--;
    assert_false(ad_matchers_hold(&m, &scene));
    scene.nfield = 0; /* a name that came later */
    assert_false(ad_matchers_hold(&m, &scene));
    ad_matchers_free(&m);
    ad_names_free(&words.field);
}

static void check(const char *matchers, double from, double until, const char *why)
{
    struct ad_silence s = {.matchers = ad_str_of(matchers), .from = from, .until = until};
    struct ad_err err = {0};
    assert_int_equal(ad_silence_check(&s, &err), why ? -1 : 0);
    if (why)
        assert_string_equal(err.text, why);
    ad_err_free(&err);
}

static void silences(void **state)
{
    (void)state;
    check("host=a\nx=~b", 0, 1, NULL);
    check("host", 0, 1, "\"host\": not NAME = VALUE, or with one of != =~ !~");
    check(" ", 0, 1, "a silence of everything is not taken: name what it is about");
    check("host=a", 1, 1, "it ends before it begins");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions),  cmocka_unit_test(mistakes), cmocka_unit_test(quotes),
        cmocka_unit_test(long_values), cmocka_unit_test(silences),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
