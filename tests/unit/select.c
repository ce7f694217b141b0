#include "unit.h"

#include "../pieces.h"
#include "clock.h"

#include "record/select.h"

/* The names chosen from a table beginning with text, as `field;group;time`, or the error. */
static const char *chosen(const char *text, struct ad_select_cfg cfg)
{
    static char said[512];
    struct ad_str file = ad_str_of(text);
    struct ad_source src = {.file = &file, .nfile = 1};
    struct ad_reader_cfg rcfg = {.format = {.header = true}, .max_record = 1000};
    struct ad_err err = {0};
    struct ad_selection sel;
    struct ad_buf b = {0};
    struct ad_clock *clock = open_clock("UTC", NULL);
    struct ad_reader *r = ad_reader_open(&src, &rcfg, &err);
    assert_int_equal(ad_reader_start(r, &err), 1);
    if (ad_select(&sel, &cfg, r, clock, &err)) {
        ad_buf_addz(&b, err.text);
    } else {
        ad_names_list(&sel.field, &b);
        ad_buf_addz(&b, ";");
        ad_names_list(&sel.group, &b);
        ad_buf_addz(&b, ";");
        ad_names_list(&sel.time, &b);
        ad_buf_addz(&b, sel.time_ignored ? " ignored" : "");
    }
    assert_true(b.len < sizeof said);
    memcpy(said, b.s, b.len);
    said[b.len] = '\0';
    ad_selection_free(&sel);
    ad_reader_close(r);
    ad_clock_close(clock);
    ad_buf_free(&b);
    ad_err_free(&err);
    return said;
}

static const char wide[] = "a,b,a.x,\"c,d\",2,e\n1,2,3,4,5,6\n";

static const char *fields(const char *list)
{
    return chosen(wide, (struct ad_select_cfg){.field = list});
}

static void lists(void **state)
{
    (void)state;
    assert_string_equal(fields("b"), "b;;");
    assert_string_equal(fields("b,a"), "b, a;;");
    assert_string_equal(fields("a,b,a"), "a, b;;");
    assert_string_equal(fields(",b,,"), "b;;");
    assert_string_equal(fields(","), "--field: the list is empty");
    assert_string_equal(fields("\"c,d\",a"), "c,d, a;;");
    assert_string_equal(fields("a,\"c,d\""), "a, c,d;;");
    assert_string_equal(fields("\"b\""), "b;;");
    assert_string_equal(fields("\"c,d"), "no field \"\"c\"; fields: a, b, a.x, c,d, 2, e");
}

static void numbers(void **state)
{
    (void)state;
    assert_string_equal(fields("1"), "a;;");
    assert_string_equal(fields("2"), "2;;"); /* a name beats a number */
    assert_string_equal(fields("4,1"), "c,d, a;;");
    assert_string_equal(fields("2-4"), "b, a.x, c,d;;");
    assert_string_equal(fields("6-6,1-3"), "e, a, b, a.x;;");
    assert_string_equal(fields("0"), "field 0: the fields are 1 to 6");
    assert_string_equal(fields("7"), "field 7: the fields are 1 to 6");
    assert_string_equal(fields("3-7"), "field 3-7: the fields are 1 to 6");
    assert_string_equal(fields("4-3"), "field 4-3: the fields are 1 to 6");
    assert_string_equal(fields("1-"), "no field \"1-\"; fields: a, b, a.x, c,d, 2, e");
    assert_string_equal(fields("-2"),
                        "no field \"-2\", did you mean \"2\"? Fields: a, b, a.x, c,d, 2, e");
}

static void globs(void **state)
{
    (void)state;
    assert_string_equal(fields("a*"), "a, a.x;;");
    assert_string_equal(fields("?"), "a, b, 2, e;;");
    assert_string_equal(fields("e,?"), "e, a, b, 2;;");
    assert_string_equal(fields("*"), "a, b, a.x, c,d, 2, e;;");
    assert_string_equal(fields("a?y"), "no field \"a?y\"; fields: a, b, a.x, c,d, 2, e");
    assert_string_equal(fields("b,a*,b*"), "b, a, a.x;;"); /* what is there already matches too */
}

static void unknown(void **state)
{
    (void)state;
    assert_string_equal(chosen("host,value\nx,1\n", (struct ad_select_cfg){.field = "vaule"}),
                        "no field \"vaule\", did you mean \"value\"? Fields: host, value");
    assert_string_equal(chosen("host,value\nx,1\n", (struct ad_select_cfg){.group = "hots"}),
                        "no field \"hots\", did you mean \"host\"? Fields: host, value");
    assert_string_equal(chosen("host,value\nx,1\n", (struct ad_select_cfg){.field = "a\n\x1b"}),
                        "no field \"a\\x0A\\x1B\"; fields: host, value");
    assert_string_equal(chosen("host,value\nx,1\n", (struct ad_select_cfg){.time = "ts"}),
                        "no field \"ts\"; fields: host, value");
}

static void members(void **state)
{
    static const char text[] = "{\"a\":{\"b\":1},\"2\":3,\"c\":4}\n";
    (void)state;
    assert_string_equal(chosen(text, (struct ad_select_cfg){.field = "a.b,later,1-2"}),
                        "a.b, later, 1-2;;");
    assert_string_equal(chosen(text, (struct ad_select_cfg){.field = "?"}), "a, 2, c;;");
    assert_string_equal(chosen(text, (struct ad_select_cfg){.field = "x*"}),
                        "no field \"x*\"; fields: a, 2, c");
}

static void times(void **state)
{
    (void)state;
    assert_string_equal(chosen("ts,time,value\n1,2,3\n", (struct ad_select_cfg){0}), "value;;time");
    assert_string_equal(chosen("ts,time,value\n1,x,3\n", (struct ad_select_cfg){0}),
                        "value;; ignored");
    assert_string_equal(chosen("date,value\n2024-01-02,3\n", (struct ad_select_cfg){0}),
                        "value;;date");
    assert_string_equal(chosen("date,value\n", (struct ad_select_cfg){0}), "value;;date");
    assert_string_equal(chosen("ts,time,value\n1,2,3\n", (struct ad_select_cfg){.time = "ts"}),
                        "value;;ts");
    assert_string_equal(chosen("ts,time,value\n1,2,3\n", (struct ad_select_cfg){.time = "1"}),
                        "value;;ts");
    assert_string_equal(chosen("ts,time,value\n1,2,3\n", (struct ad_select_cfg){.time = ""}),
                        "value;;");
    assert_string_equal(chosen("ts,time,value\n1,2,3\n", (struct ad_select_cfg){.time = "t*"}),
                        "--time: give one field");
    assert_string_equal(chosen("time,v\n1,2\n", (struct ad_select_cfg){.field = "time"}), "time;;");
    assert_string_equal(chosen("time,value\n1,2\n", (struct ad_select_cfg){.group = "time"}),
                        "value;time;");
    assert_string_equal(chosen("time,ts,value\n1,2,3\n", (struct ad_select_cfg){.group = "time"}),
                        "value;time;ts");
}

/* `value`; else the only numeric field that is neither time, nor group, nor appended. */
static void defaults(void **state)
{
    (void)state;
    assert_string_equal(chosen("value,b\nx,2\n", (struct ad_select_cfg){0}), "value;;");
    assert_string_equal(chosen("ts,host,load\n1,x,2\n", (struct ad_select_cfg){0}), "load;;ts");
    assert_string_equal(chosen("port,load\n1,2\n", (struct ad_select_cfg){.group = "port"}),
                        "load;port;");
    assert_string_equal(
        chosen("a,b\n1,2\n", (struct ad_select_cfg){0}),
        "several fields are numeric and none is named \"value\"; give the field to look "
        "at with -f: a, b");
    assert_string_equal(
        chosen("a,b\nx,y\n", (struct ad_select_cfg){0}),
        "no numeric field in the first record; give the field to look at with -f: a, b");
    assert_string_equal(chosen("a,b,c\n1,x,2\n", (struct ad_select_cfg){.many = true}), "a, c;;");
    assert_string_equal(chosen("value,b,c\n1,x,2\n", (struct ad_select_cfg){.many = true}),
                        "value, c;;");
    assert_string_equal(
        chosen("load,zscore_score,zscore_flag,zscore_line,severity,tags,rule,rule_x\n"
               "1,2,0,3,4,5,6,7\n",
               (struct ad_select_cfg){0}),
        "load;;");
    assert_string_equal(chosen("load,my_x_score,my_x_flag,my_x_reason_1,rules\n1,2,0,3,x\n",
                               (struct ad_select_cfg){.many = true}),
                        "load;;");
    /* A score without its flag is a field like others. */
    assert_string_equal(chosen("credit_score,b\n1,x\n", (struct ad_select_cfg){0}),
                        "credit_score;;");
    assert_string_equal(chosen("red_flag,b\n1,x\n", (struct ad_select_cfg){0}), "red_flag;;");
    assert_string_equal(chosen("x_score,x_flag,ruler\n1,0,5\n", (struct ad_select_cfg){0}),
                        "ruler;;");
    assert_string_equal(chosen("{\"a\":\"7\",\"b\":true,\"c\":null}\n", (struct ad_select_cfg){0}),
                        "a;;");
}

static void the_score_that_speaks_for_all(void **state)
{
    (void)state;
    const struct ad_select_cfg one = {.scores = true};
    assert_string_equal(chosen("a_score,a_flag,b_score,c\n,,,\n", one), "a_score;;");
    assert_string_equal(chosen("a_score,a_flag,ensemble_score,ensemble_flag\n,,,\n", one),
                        "ensemble_score;;");
    assert_string_equal(
        chosen("ensemble_score,ensemble_flag,rule_score,rule_flag,a_score,a_flag\n,,,,,\n", one),
        "rule_score;;");
    assert_string_equal(chosen("a_score,a_flag,b_score,b_flag\n,,,\n", one),
                        "several detectors have scored; combine them with ad-ensemble, or name one "
                        "with --score: a_score, b_score");
}

static void scores(void **state)
{
    (void)state;
    const struct ad_select_cfg of_scores = {.scores = true, .many = true};
    const char *text =
        "time,value,z_score,z_flag,credit_score,rule_score,rule_flag,n_2_score,n_2_flag\n"
        "1,2,0.1,0,700,0.2,0,,\n";
    assert_string_equal(chosen(text, of_scores), "z_score, n_2_score;;time");
    assert_string_equal(
        chosen(text, (struct ad_select_cfg){.scores = true, .field = "credit_score"}),
        "credit_score;;time");
    assert_string_equal(chosen("a,a_score\n1,2\n", of_scores),
                        "no scores: no field N_score has N_flag beside it; run a detector before, "
                        "or name them with --score: a, a_score");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists),
        cmocka_unit_test(scores),
        cmocka_unit_test(the_score_that_speaks_for_all),
        cmocka_unit_test(numbers),
        cmocka_unit_test(globs),
        cmocka_unit_test(unknown),
        cmocka_unit_test(members),
        cmocka_unit_test(times),
        cmocka_unit_test(defaults),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
