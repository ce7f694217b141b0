#include "unit.h"

#include "expr.h"

#include <stdlib.h>

/* What a group remembers. */
struct group {
    struct ad_expr *e;
    struct ad_names names;
    struct ad_expr_env env;
    void *state;
};

static struct group group_of(const char *text)
{
    struct group g = {0};
    struct ad_err err = {0};
    size_t at;
    g.e = ad_expr_compile(ad_str_of(text), NULL, &g.names, &at, &err);
    if (!g.e)
        fail_msg("%s: %s", text, err.text);
    g.state = malloc(ad_expr_state_size(g.e) + 1);
    ad_expr_state_init(g.e, g.state);
    return g;
}

static void group_free(struct group *g)
{
    ad_expr_state_free(g->e, g->state);
    free(g->state);
    ad_expr_env_free(&g->env);
    ad_expr_free(g->e);
    ad_names_free(&g->names);
}

static struct ad_value step(struct group *g, double t, const char *fields)
{
    struct record r = record_of(fields);
    struct ad_str values[EXPR_FIELDS];
    record_values(&r, &g->names, values);
    g->env.field = values;
    g->env.t = t;
    return ad_expr_eval(g->e, &g->env, g->state);
}

/* Save and load into a state of another program of the same text. */
static void reload(struct group *g, const char *text)
{
    struct ad_buf bytes = {0};
    struct ad_save save = {&bytes};
    ad_expr_state_save(g->e, g->state, &save);
    group_free(g);
    *g = group_of(text);
    struct ad_load load = {.in = {bytes.s, bytes.len}};
    assert_int_equal(ad_expr_state_load(g->e, g->state, &load), 0);
    assert_int_equal(load.in.len, 0);
    ad_buf_free(&bytes);
}

/* Records of one group, their times 0, 10, 20 ... unless the row says `@T ` first, and the results
 * they must have; once in one go, once with the state saved and loaded after every record. */
static void check(const char *text, const char *const (*rows)[2], size_t n)
{
    for (int reloading = 0; reloading < 2; reloading++) {
        struct group g = group_of(text);
        for (size_t i = 0; i < n; i++) {
            const char *fields = rows[i][0];
            double t = 10 * (double)i;
            if (*fields == '@') {
                t = strncmp(fields, "@- ", 3) == 0 ? (double)NAN : strtod(fields + 1, NULL);
                fields += strcspn(fields, " ") + 1;
            }
            char got[300];
            g.env.fault = (struct ad_expr_fault){0};
            struct ad_value v = step(&g, t, fields);
            result_text(got, sizeof got, v, &g.env.fault);
            if (strcmp(got, rows[i][1]))
                fail_msg("%s, record %zu (%s): %s, expected %s", text, i, rows[i][0], got,
                         rows[i][1]);
            if (reloading)
                reload(&g, text);
        }
        group_free(&g);
    }
}

#define CHECK(text, ...)                                                                           \
    do {                                                                                           \
        static const char *const rows[][2] = {__VA_ARGS__};                                        \
        check(text, rows, sizeof rows / sizeof *rows);                                             \
    } while (0)

static void test_last(void **state)
{
    (void)state;
    CHECK("x != last(x)", {"x=DE", "0"}, {"x=DE", "0"}, {"x=BR", "1"}, {"", "0"}, {"x=BR", "0"},
          {"x=NA", "1"}, {"x=BR", "0"}, {"x=DE", "1"});
    CHECK("x - last(x)", {"x=5", "missing"}, {"x=7.5", "2.5"}, {"x=", "missing"}, {"x=1", "-6.5"});
    CHECK("last(x)", {"x=1", "0"}, {"x=0", "1"}, {"x=5", "0"}, {"x=5", "1"});
    CHECK("last(x) > 5", {"x=9", "0"}, {"x=abc", "1"}, {"x=1", "0, at 8 not a number: \"abc\""},
          {"x=7", "0"}, {"x=1", "1"});
    CHECK("last(x + y) == 3", {"x=1 y=2", "0"}, {"x=0 y=0", "1"}, {"x=0 y=0", "0"});
    CHECK("last(last(x)) == 'a'", {"x=a", "0"}, {"x=b", "0"}, {"x=c", "1"}, {"x=d", "0"});
}

static void test_differences(void **state)
{
    (void)state;
    CHECK("delta(x)", {"x=5", "missing"}, {"x=8", "3"}, {"x=NA", "missing"}, {"x=6", "-2"},
          {"x=q", "missing, at 0 not a number: \"q\""}, {"x=7", "1"});
    CHECK("rate(x)", {"x=5", "missing"}, {"x=8", "0.3"}, {"x=", "missing"}, {"x=10", "0.1"},
          {"@30 x=11", "missing"}, {"@31 x=13", "2"}, {"@- x=14", "missing"}, {"x=15", "missing"},
          {"@80 x=16", "0.1"});
    CHECK("pct_change(x)", {"x=200", "missing"}, {"x=150", "-25"}, {"x=0", "-100"},
          {"x=5", "missing"}, {"x=-10", "-300"}, {"x=-5", "50"});
    CHECK("delta(t)", {"", "missing"}, {"", "10"}, {"@25 ", "15"}, {"@5 ", "-20"});
    CHECK("abs(delta(x - y)) > 3", {"x=5 y=1", "0"}, {"x=9 y=1", "1"}, {"x=9 y=2", "0"});
}

static void test_repeat(void **state)
{
    (void)state;
    CHECK("repeat(x)", {"x=5", "1"}, {"x=5.0", "2"}, {"x=5", "3"}, {"", "missing"}, {"x=5e0", "4"},
          {"x=6", "1"}, {"x=abc", "1"}, {"x=abc", "2"}, {"x=abd", "1"}, {"x=nan", "missing"},
          {"x=abd", "2"});
    CHECK("repeat(x > 5) >= 3 && x > 5", {"x=6", "0"}, {"x=7", "0"}, {"x=8", "1"}, {"x=1", "0"},
          {"x=6", "0"});
}

/* A text longer than what is kept is the same only if its beginning and its length are. */
static void test_long_texts(void **state)
{
    (void)state;
    static char a[3 + 5000], b[3 + 5000];
    struct group g = group_of("repeat(x)"), h = group_of("x == last(x)");
    memset(a, 'a', sizeof a);
    memcpy(a, "x=a", 3);
    a[sizeof a - 1] = '\0';
    memcpy(b, a, sizeof b);
    assert_close(step(&g, 0, a).x, 1, 0);
    assert_close(step(&g, 0, b).x, 2, 0);
    b[3000] = 'b';
    assert_close(step(&g, 0, b).x, 1, 0);
    b[4200] = '\0';
    assert_close(step(&g, 0, b).x, 1, 0);
    step(&h, 0, b);
    assert_close(step(&h, 0, b).x, 0, 0);
    b[4098] = '\0'; /* 4096 bytes */
    step(&h, 0, b);
    assert_close(step(&h, 0, b).x, 1, 0);
    group_free(&g);
    group_free(&h);
}

static void test_windows(void **state)
{
    (void)state;
    CHECK("count(30s)", {"", "1"}, {"", "2"}, {"", "3"}, {"", "3"}, {"@59.9 ", "2"}, {"@60 ", "2"},
          {"@60 ", "3"}, {"@- ", "missing"}, {"@20 ", "4"}, {"@1000 ", "1"});
    CHECK("sum(x, 30s)", {"x=1", "1"}, {"x=2", "3"}, {"x=4", "7"}, {"x=8", "14"}, {"", "12"},
          {"x=z", "8, at 0 not a number: \"z\""}, {"", "0"}, {"x=-1.5", "-1.5"});
    CHECK("sum(status >= 500, 1m) >= 3", {"status=500", "0"}, {"status=200", "0"},
          {"status=503", "0"}, {"status=500", "1"}, {"@70 status=500", "1"},
          {"@95 status=200", "0"});
    CHECK("count(30s) - sum(x, 30s)", {"x=1", "0"}, {"x=0", "1"}, {"x=1", "1"}, {"x=1", "1"});
}

/* Calls learn from every record, wherever they stand and whatever && and || leave out. */
static void test_every_record_teaches(void **state)
{
    (void)state;
    CHECK("x > 0 && count(1h) >= 3", {"x=0", "0"}, {"x=0", "0"}, {"x=1", "1"});
    CHECK("x < 5 || delta(x) == 1", {"x=1", "1"}, {"x=6", "0"}, {"x=7", "1"}, {"x=2", "1"},
          {"x=3", "1"}, {"x=9", "0"});
    CHECK("x in (1, last(x), 3)", {"x=1", "1"}, {"x=7", "0"}, {"x=7", "1"}, {"x=1", "1"},
          {"x=7", "0"});
    CHECK("count(1h) > 1 && count(1h) > 1 && last(x) == 5 && last(x) < 6", {"x=5", "0"},
          {"x=5", "1"});
}

static void test_print(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"x > 1", ""},
        {"count( 60s ) > 5", "count(60s)"},
        {"last(`a b`) == 'x' && rate(x  + 1) > last( `a b` )", "last(`a b`) rate(x+1)"},
        {"sum(x == 'a\\' b', 1h) > 1", "sum(x=='a\\' b',1h)"},
        {"delta(last(x)) > 1", "last(x) delta(last(x))"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct group g = group_of(rows[i][0]);
        struct ad_buf out = {0};
        ad_expr_state_print(g.e, &out);
        ad_buf_add(&out, "", 1);
        assert_string_equal(out.s, rows[i][1]);
        ad_buf_free(&out);
        group_free(&g);
    }
}

/* A state that was cut or changed is refused or loaded, and can be used and freed either way. */
static void test_damage(void **state)
{
    (void)state;
    const char *text = "count(5s) + sum(x, 5s) + delta(x) + repeat(y) > 1 && last(y) == 'a'";
    struct group g = group_of(text);
    struct ad_buf bytes = {0};
    struct ad_save save = {&bytes};
    for (int i = 0; i < 20; i++)
        step(&g, 0.5 * i, "x=1 y=abc");
    ad_expr_state_save(g.e, g.state, &save);
    group_free(&g);
    size_t loaded = 0;
    for (size_t i = 0; i < 2 * bytes.len; i++) {
        struct ad_load load = {.in = {bytes.s, i < bytes.len ? i : bytes.len}};
        size_t at = i - (i < bytes.len ? i : bytes.len);
        bytes.s[at] = (char)(bytes.s[at] ^ (i < bytes.len ? 0 : 0x41));
        g = group_of(text);
        if (ad_expr_state_load(g.e, g.state, &load) == 0)
            loaded++;
        else
            assert_true(i != 0 || load.failed);
        for (int k = 0; k < 5; k++)
            step(&g, 10 + k, "x=1 y=abc");
        group_free(&g);
        bytes.s[at] = (char)(bytes.s[at] ^ (i < bytes.len ? 0 : 0x41));
    }
    assert_in_range(loaded, 1, bytes.len);
    ad_buf_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_last),    cmocka_unit_test(test_differences),
        cmocka_unit_test(test_repeat),  cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_windows), cmocka_unit_test(test_every_record_teaches),
        cmocka_unit_test(test_print),   cmocka_unit_test(test_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
