#include "unit.h"

#include "base/err.h"
#include "detect/detector.h"
#include "run/option.h"
#include "run/settings.h"

#include <stdio.h>
#include <stdlib.h>

struct config {
    bool flag, other;
    unsigned long long count, size;
    double number, duration, seconds;
    const char *text;
    int choice;
    char character;
    struct ad_extent extent;
};

#define AT(member) offsetof(struct config, member)

static const struct ad_opt rows[] = {
    {.type = AD_OPT_HEADING, .help = "Some"},
    {"flag", 'F', AD_OPT_FLAG, AT(flag), 0, 0, NULL, "a flag"},
    {"count", 'c', AD_OPT_COUNT, AT(count), 1, 10, "N", "a count"},
    {"number", 'x', AD_OPT_NUMBER, AT(number), -1, 2.5, "X", "a number"},
    {"text", 't', AD_OPT_TEXT, AT(text), 0, 0, "TEXT", "a text"},
    {"choice", 0, AD_OPT_CHOICE, AT(choice), 0, 0, "one|two|three", "a choice"},
    {"char", 'd', AD_OPT_CHAR, AT(character), 0, 0, "CHAR", "a character"},
    {"size", 0, AD_OPT_SIZE, AT(size), 1024, 1e9, "BYTES", "a size"},
    {.type = AD_OPT_END},
};

static const struct ad_opt more_rows[] = {
    {.type = AD_OPT_HEADING, .help = "More"},
    {"duration", 0, AD_OPT_DURATION, AT(duration), 0, 0, "DURATION", "a duration"},
    {"seconds", 0, AD_OPT_SECONDS, AT(seconds), 0, 3600, "DURATION", "seconds"},
    {"extent", 0, AD_OPT_EXTENT, AT(extent), 3, 1e6, "N", "an extent"},
    {"flower", 0, AD_OPT_FLAG, AT(other), 0, 0, NULL, "begins like flag"},
    {.type = AD_OPT_END},
};

static struct config cfg;
static int first;
static char *words[12];

/* Parse up to three words. Returns NULL, or the error. */
static const char *parse(const char *a, const char *b, const char *c)
{
    static struct ad_err err;
    static char text[3][64];
    const char *const given[] = {a, b, c};
    struct ad_opt_set sets[] = {{rows, &cfg}, {more_rows, &cfg}};
    int argc = 1;
    words[0] = (char[]){"prog"};
    for (; argc <= 3 && given[argc - 1]; argc++) {
        snprintf(text[argc - 1], sizeof text[0], "%s", given[argc - 1]);
        words[argc] = text[argc - 1];
    }
    words[argc] = NULL;
    memset(&cfg, 0, sizeof cfg);
    ad_err_free(&err);
    err = (struct ad_err){0};
    int rc = ad_opt_parse(sets, 2, argc, words, &first, &err);
    assert_true(rc == 0 || (rc == -1 && err.text));
    return rc ? err.text : NULL;
}

static void types(void **state)
{
    (void)state;
    assert_null(parse("-F", "-c3", "-x-0.5"));
    assert_true(cfg.flag && cfg.count == 3 && cfg.number <= -0.5 && cfg.number >= -0.5);
    assert_null(parse("-Fc", "10", "--number=2.5"));
    assert_true(cfg.flag && cfg.count == 10 && cfg.number >= 2.5);
    assert_null(parse("--text", "a=b", "--choice=three"));
    assert_string_equal(cfg.text, "a=b");
    assert_int_equal(cfg.choice, 2);
    assert_null(parse("--text=", "--choice", "one"));
    assert_string_equal(cfg.text, "");
    assert_null(parse("-d;", NULL, NULL));
    assert_int_equal(cfg.character, ';');
    assert_null(parse("--char=\\t", NULL, NULL));
    assert_int_equal(cfg.character, '\t');
    assert_null(parse("--char=tab", NULL, NULL));
    assert_int_equal(cfg.character, '\t');
    assert_null(parse("--char=\t", NULL, NULL));
    assert_int_equal(cfg.character, '\t');
    assert_null(parse("--size=1024", NULL, NULL));
    assert_int_equal(cfg.size, 1024);
    assert_null(parse("--size=64K", NULL, NULL));
    assert_int_equal(cfg.size, 65536);
    assert_null(parse("--size=16M", NULL, NULL));
    assert_int_equal(cfg.size, 16777216);
    assert_null(parse("--duration=1.5h", "--seconds=90", NULL));
    assert_close(cfg.duration, 5400, 0);
    assert_close(cfg.seconds, 90, 0);
    assert_null(parse("--duration=0", "--seconds=1h", NULL));
    assert_close(cfg.duration, 0, 0);
    assert_close(cfg.seconds, 3600, 0);
    assert_null(parse("--extent=100", NULL, NULL));
    assert_true(cfg.extent.rows >= 100 && cfg.extent.rows <= 100 && !(cfg.extent.seconds > 0));
    assert_null(parse("--extent=100s", NULL, NULL));
    assert_true(cfg.extent.seconds >= 100 && cfg.extent.seconds <= 100 && !(cfg.extent.rows > 0));
}

/* Values refused, each with the message. */
static void limits(void **state)
{
    static const char *const cases[][2] = {
        {"--count=0", "--count=0: must be from 1 to 10"},
        {"-c11", "--count=11: must be from 1 to 10"},
        {"-c-1", "--count=-1: not a whole number"},
        {"--count=1.5", "--count=1.5: not a whole number"},
        {"--count=99999999999999999999", "--count=99999999999999999999: not a whole number"},
        {"--number=2.6", "--number=2.6: must be from -1 to 2.5"},
        {"--number=-1.01", "--number=-1.01: must be from -1 to 2.5"},
        {"--number=nan", "--number=nan: not a number"},
        {"--number=0x1", "--number=0x1: not a number"},
        {"--number=", "--number=: not a number"},
        {"--choice=tw", "--choice=tw: give one of one|two|three"},
        {"--choice=", "--choice=: give one of one|two|three"},
        {"--choice=one|two", "--choice=one|two: give one of one|two|three"},
        {"--char=", "--char=: give one character that cannot be part of a value"},
        {"--char=ab", "--char=ab: give one character that cannot be part of a value"},
        {"--char=5", "--char=5: give one character that cannot be part of a value"},
        {"--char=\"", "--char=\": give one character that cannot be part of a value"},
        {"--char= ", "--char= : give one character that cannot be part of a value"},
        {"--size=1023", "--size=1023: must be from 1024 to 1000000000"},
        {"--size=1G", "--size=1G: must be from 1024 to 1000000000"},
        {"--size=K", "--size=K: give bytes, such as 65536, 64K, 16M"},
        {"--size=1T", "--size=1T: give bytes, such as 65536, 64K, 16M"},
        {"--size=18446744073709551615K",
         "--size=18446744073709551615K: give bytes, such as 65536, 64K, 16M"},
        {"--duration=5", "--duration=5: give a duration with its unit, such as 90s, 5m, 1.5h, 7d"},
        {"--duration=-5s",
         "--duration=-5s: give a duration with its unit, such as 90s, 5m, 1.5h, 7d"},
        {"--seconds=3601", "--seconds=3601: must be from 0 to 3600"},
        {"--seconds=2h", "--seconds=2h: must be from 0 to 3600"},
        {"--seconds=-1", "--seconds=-1: give a duration with its unit, such as 90s, 5m, 1.5h, 7d"},
        {"--extent=2", "--extent=2: must be from 3 to 1000000"},
        {"--extent=0s", "--extent=0s: give a number of rows, or a duration such as 90s or 1h"},
        {"--extent=x", "--extent=x: give a number of rows, or a duration such as 90s or 1h"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = parse(cases[i][0], NULL, NULL);
        assert_non_null(got);
        assert_string_equal(got, cases[i][1]);
    }
}

static void names(void **state)
{
    (void)state;
    assert_null(parse("--cou=3", "--numb", "1"));
    assert_true(cfg.count == 3 && cfg.number >= 1);
    assert_null(parse("--fla", "--flo", NULL));
    assert_true(cfg.flag && cfg.other);
    assert_string_equal(parse("--fl", NULL, NULL),
                        "--fl is short for several options; --help lists them");
    assert_string_equal(parse("--conut=3", NULL, NULL),
                        "unknown option --conut, did you mean --count?");
    assert_string_equal(parse("--zebra", NULL, NULL),
                        "unknown option --zebra; --help lists the options");
    assert_string_equal(parse("--flag=1", NULL, NULL), "--flag takes no value");
    assert_string_equal(parse("--count", NULL, NULL), "--count needs a value");
    assert_string_equal(parse("-F", "-c", NULL), "-c needs a value");
    assert_string_equal(parse("-Fc", NULL, NULL), "-c needs a value");
    assert_string_equal(parse("-Fq", NULL, NULL), "unknown option -q; --help lists the options");
    assert_string_equal(parse("x", "-q", "y"), "unknown option -q; --help lists the options");
}

static void operands(void **state)
{
    (void)state;
    assert_null(parse(NULL, NULL, NULL));
    assert_int_equal(first, 1);
    assert_null(parse("a", "-F", "b"));
    assert_int_equal(first, 2);
    assert_true(cfg.flag);
    assert_string_equal(words[2], "a");
    assert_string_equal(words[3], "b");
    assert_null(parse("--", "-F", NULL));
    assert_int_equal(first, 2);
    assert_false(cfg.flag);
    assert_null(parse("-", "-c4", NULL));
    assert_string_equal(words[first], "-");
    assert_int_equal(cfg.count, 4);
}

static void help(void **state)
{
    struct ad_opt_set sets[] = {{rows, &cfg}, {more_rows, &cfg}};
    static const char want[] = "Some:\n  -F, --flag                  a flag\n"
                               "  -c, --count=N               a count\n";
    struct ad_buf b = {0};
    (void)state;
    ad_opt_help(sets, 2, &b);
    ad_buf_add(&b, "", 1);
    assert_memory_equal(b.s, want, strlen(want));
    assert_non_null(strstr(b.s, "\n      --choice=one|two|three  a choice\n"));
    assert_non_null(strstr(b.s, "More:\n      --duration=DURATION     a duration\n"));
    ad_buf_free(&b);
}

/* What an option has is written so that it can be given again. */
static void values(void **state)
{
    static const char *const given[][2] = {
        {"--flag", "yes"},      {"--count=7", "7"},         {"--number=-0.25", "-0.25"},
        {"--text=a b", "a b"},  {"--choice=two", "two"},    {"--char=;", ";"},
        {"--char=tab", "\t"},   {"--size=64K", "65536"},    {"--duration=90m", "90m"},
        {"--seconds=60", "1m"}, {"--extent=50", "50"},      {"--extent=1.5h", "90m"},
        {"--duration=0", "0s"}, {"--number=1e-7", "1e-07"}, {"--extent=7d", "1w"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        struct ad_buf b = {0};
        const struct ad_opt *o = NULL;
        assert_null(parse(given[i][0], NULL, NULL));
        const struct ad_opt *const tables[] = {rows, more_rows};
        for (int t = 0; t < 2; t++)
            for (const struct ad_opt *r = tables[t]; r->type != AD_OPT_END; r++)
                if (r->name &&
                    strncmp(given[i][0] + 2, r->name, strcspn(given[i][0] + 2, "=")) == 0)
                    o = r;
        ad_opt_value(o, &cfg, &b);
        ad_buf_add(&b, "", 1);
        assert_string_equal(b.s, given[i][1]);
        ad_buf_free(&b);
    }
}

/* --- what all filters have in common -------------------------------------------------------- */

/* Check the settings of these words. Returns NULL, or the error. */
static const char *settings(const char *a, const char *b, struct ad_settings *s)
{
    static struct ad_err err;
    static char text[2][64];
    char *argv[] = {text[0], text[0], text[1], NULL};
    struct ad_opt_set set = {.rows = ad_settings_rows, .cfg = s, .have = ~0u};
    snprintf(text[0], sizeof text[0], "%s", a);
    snprintf(text[1], sizeof text[1], "%s", b ? b : "");
    ad_err_free(&err);
    err = (struct ad_err){0};
    ad_settings_init(s);
    assert_int_equal(ad_opt_parse(&set, 1, b ? 3 : 2, argv, &first, &err), 0);
    return ad_settings_check(s, &err) ? err.text : NULL;
}

static void common(void **state)
{
    static const char *const wrong[][3] = {
        {"--budget=2", NULL, "--budget=2: give alarms per time, such as 2/day, 1/hour, 5/week"},
        {"--budget=0/day", NULL,
         "--budget=0/day: give alarms per time, such as 2/day, 1/hour, 5/week"},
        {"--budget=2/month", NULL,
         "--budget=2/month: give alarms per time, such as 2/day, 1/hour, 5/week"},
        {"--field=", NULL, "--field: name a field"},
        {"--time=", NULL, "--time: name a field"},
        {"--name=9x", NULL, "--name=9x: use letters, digits and _, no digit first"},
        {"--name=a-b", NULL, "--name=a-b: use letters, digits and _, no digit first"},
        {"--name=", NULL, "--name=: use letters, digits and _, no digit first"},
        {"--fit", NULL, "--fit needs --model=FILE to write to"},
        {"-Sx", "-my", "--model and --state exclude each other: a model learns nothing"},
        {"--resume", NULL, "--resume needs --state=FILE"},
        {"--each", "-x", "--each and --explain exclude each other"},
        {"-indjson", "-d;", "--delimiter does not go with --in=ndjson"},
        {"-q", "-v", "--quiet and --verbose exclude each other"},
    };
    struct ad_settings s;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *got = settings(wrong[i][0], wrong[i][1], &s);
        assert_non_null(got);
        assert_string_equal(got, wrong[i][2]);
    }
    assert_null(settings("--budget=2/day", NULL, &s));
    assert_close(s.budget_per_day, 2, 0);
    assert_null(settings("--budget=0.5/hour", "--name=_a9", &s));
    assert_close(s.budget_per_day, 12, 0);
    assert_null(settings("--budget=7/w", NULL, &s));
    assert_close(s.budget_per_day, 1, 1e-15);
    assert_close(s.alpha, 0.0027, 0);
    assert_int_equal(s.shift_after, 20);
    assert_int_equal(s.max_keys, 1000000);
    assert_int_equal(s.max_record, 16 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types),    cmocka_unit_test(limits), cmocka_unit_test(names),
        cmocka_unit_test(operands), cmocka_unit_test(help),   cmocka_unit_test(values),
        cmocka_unit_test(common),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
