#include "unit.h"

#include "run/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define S(literal) ((struct ad_str){literal, sizeof(literal) - 1})

static const struct ad_column columns[] = {
    {"detector", AD_BEST_NONE},
    {"auroc", AD_BEST_MOST},
    {"delay", AD_BEST_LEAST},
    {"n", AD_BEST_NONE},
};

static struct ad_table *three(void)
{
    struct ad_table *t = ad_table_new(columns, 4);
    assert_non_null(t);
    ad_table_text(t, S("z\303\244h")); /* a letter of two bytes */
    ad_table_number(t, 0.91254, 3);
    ad_table_number(t, 12, 1);
    ad_table_number(t, 1000, 0);
    ad_table_text(t, S("a,\"b\033"));
    ad_table_number(t, 0.91251, 3);
    ad_table_number(t, 3.5, 1);
    ad_table_empty(t);
    ad_table_text(t, S("\346\227\245")); /* a letter of two columns */
    ad_table_number(t, -1e-9, 3);
    ad_table_number(t, (double)NAN, 1);
    ad_table_number(t, 7, 0);
    return t;
}

/* What is printed to a sink. */
static char *printed(const struct ad_table *t, const struct ad_heard *heard)
{
    int end[2];
    assert_int_equal(pipe(end), 0);
    struct ad_sink sink = {0};
    assert_int_equal(ad_sink_open(&sink, end[1], "a pipe", &(struct ad_err){0}), 0);
    struct ad_heard to = *heard;
    to.sink = &sink;
    assert_int_equal(ad_table_report(t, &to), 0);
    assert_int_equal(ad_sink_close(&sink, &(struct ad_err){0}), 0);
    char *text = calloc(1, 4096);
    assert_non_null(text);
    assert_true(read(end[0], text, 4095) >= 0);
    close(end[0]);
    return text;
}

static void check(const struct ad_heard *heard, const char *want)
{
    struct ad_table *t = three();
    char *text = printed(t, heard);
    assert_string_equal(text, want);
    free(text);
    ad_table_free(t);
}

static void test_people(void **state)
{
    (void)state;
    check(&(struct ad_heard){.table = true}, "detector  auroc  delay     n\n"
                                             "z\303\244h       0.913   12.0  1000\n"
                                             "a,\"b\\x1B  0.913    3.5\n"
                                             "\346\227\245        0.000            7\n");
}

/* Values that look the same are equally good. */
static void test_best(void **state)
{
    (void)state;
    check(&(struct ad_heard){.table = true, .colour = true},
          "detector  auroc  delay     n\n"
          "z\303\244h       \033[1m0.913\033[0m   12.0  1000\n"
          "a,\"b\\x1B  \033[1m0.913\033[0m    \033[1m3.5\033[0m\n"
          "\346\227\245        0.000            7\n");
}

static void test_csv(void **state)
{
    (void)state;
    check(&(struct ad_heard){.out = {AD_FORMAT_CSV, ',', true}}, "detector,auroc,delay,n\n"
                                                                 "z\303\244h,0.91254,12,1000\n"
                                                                 "\"a,\"\"b\033\",0.91251,3.5,\n"
                                                                 "\346\227\245,-1e-09,,7\n");
    check(&(struct ad_heard){.out = {AD_FORMAT_CSV, '\t', false}},
          "detector\tauroc\tdelay\tn\n"
          "z\303\244h\t0.91254\t12\t1000\n"
          "\"a,\"\"b\033\"\t0.91251\t3.5\t\n"
          "\346\227\245\t-1e-09\t\t7\n");
}

static void test_ndjson(void **state)
{
    (void)state;
    check(&(struct ad_heard){.out = {.kind = AD_FORMAT_NDJSON}},
          "{\"detector\":\"z\303\244h\",\"auroc\":0.91254,\"delay\":12,\"n\":1000}\n"
          "{\"detector\":\"a,\\\"b\\u001b\",\"auroc\":0.91251,\"delay\":3.5,\"n\":null}\n"
          "{\"detector\":\"\346\227\245\",\"auroc\":-1e-09,\"delay\":null,\"n\":7}\n");
}

static void test_digits(void **state)
{
    (void)state;
    static const struct ad_column one[] = {{"x"}};
    struct ad_table *t = ad_table_new(one, 1);
    ad_table_number(t, 0.000123456, -3);
    ad_table_number(t, 123.456, -2);
    char *text = printed(t, &(struct ad_heard){.table = true});
    assert_string_equal(text, "       x\n0.000123\n 1.2e+02\n");
    free(text);
    ad_table_free(t);
}

static void test_empty(void **state)
{
    (void)state;
    struct ad_table *t = ad_table_new(columns, 4);
    char *text = printed(t, &(struct ad_heard){.out = {AD_FORMAT_CSV, ',', true}});
    assert_string_equal(text, "detector,auroc,delay,n\n");
    free(text);
    ad_table_free(t);
    ad_table_free(NULL);
}

/* The widths are those of glibc's wcwidth() in C.UTF-8, added up. */
static void test_width(void **state)
{
    (void)state;
    assert_int_equal(ad_text_width(S("")), 0);
    assert_int_equal(ad_text_width(S("abc")), 3);
    assert_int_equal(ad_text_width(S("e\314\201")), 1);                    /* combining acute */
    assert_int_equal(ad_text_width(S("\355\225\234\352\270\200")), 4);     /* Hangul */
    assert_int_equal(ad_text_width(S("\360\237\230\200!")), 3);            /* a face */
    assert_int_equal(ad_text_width(S("\316\261\342\206\222\317\211")), 3); /* alpha, arrow, omega */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_people), cmocka_unit_test(test_best),  cmocka_unit_test(test_csv),
        cmocka_unit_test(test_ndjson), cmocka_unit_test(test_empty), cmocka_unit_test(test_width),
        cmocka_unit_test(test_digits),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
