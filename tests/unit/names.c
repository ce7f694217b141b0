#include "unit.h"

#include "base/names.h"

static void set_of(struct ad_names *names, const char *const *z, size_t n)
{
    struct ad_str v[64];
    for (size_t i = 0; i < n; i++)
        v[i] = z[i] ? ad_str_of(z[i]) : (struct ad_str){NULL, 0};
    assert_int_equal(ad_names_set(names, v, n), 0);
}

static void copies(void **state)
{
    char text[] = "abc\0def";
    struct ad_str v[] = {{text, 7}, {NULL, 0}, {text, 0}, {text + 1, 2}};
    struct ad_names names = {0};
    (void)state;
    assert_int_equal(ad_names_set(&names, v, 4), 0);
    memset(text, 'x', sizeof text);
    assert_int_equal(names.n, 4);
    assert_int_equal(names.v[0].len, 7);
    assert_memory_equal(names.v[0].s, "abc\0def", 7);
    assert_null(names.v[1].s);
    assert_non_null(names.v[2].s);
    assert_int_equal(names.v[2].len, 0);
    assert_memory_equal(names.v[3].s, "bc", 2);
    assert_int_equal(ad_names_set(&names, names.v + 2, 2), 0); /* of itself */
    assert_int_equal(names.n, 2);
    assert_memory_equal(names.v[1].s, "bc", 2);
    assert_int_equal(ad_names_set(&names, NULL, 0), 0);
    assert_int_equal(names.n, 0);
    ad_names_free(&names);
    ad_names_free(&names);
}

static void add(void **state)
{
    struct ad_names names = {0};
    (void)state;
    assert_int_equal(ad_names_add(&names, ad_str_of("abc")), 0);
    assert_int_equal(ad_names_add(&names, names.v[0]), 0); /* of itself */
    assert_int_equal(ad_names_add(&names, (struct ad_str){NULL, 0}), 0);
    assert_int_equal(names.n, 3);
    assert_memory_equal(names.v[0].s, "abc", 3);
    assert_memory_equal(names.v[1].s, "abc", 3);
    assert_int_equal(names.v[1].len, 3);
    assert_null(names.v[2].s);
    ad_names_free(&names);
}

static void find(void **state)
{
    static const char *const z[] = {"a", "b", "a", "", "ab"};
    struct ad_names names = {0};
    (void)state;
    assert_int_equal(ad_names_find(&names, ad_str_of("a")), -1);
    set_of(&names, z, 5);
    assert_int_equal(ad_names_find(&names, ad_str_of("a")), 2);
    assert_int_equal(ad_names_find(&names, ad_str_of("")), 3);
    assert_int_equal(ad_names_find(&names, ad_str_of("ab")), 4);
    assert_int_equal(ad_names_find(&names, ad_str_of("abc")), -1);
    assert_int_equal(ad_names_find(&names, ad_str_of("A")), -1);
    ad_names_free(&names);
}

static void assert_nearest(const struct ad_names *names, const char *v, const char *want)
{
    const struct ad_str *got = ad_names_nearest(names, ad_str_of(v));
    if (want)
        assert_true(got && ad_str_eq(*got, ad_str_of(want)));
    else
        assert_null(got);
}

static void nearest(void **state)
{
    static const char *const z[] = {"value", "cpu_user", "cpu_system", "timestamp", "x"};
    struct ad_names names = {0};
    (void)state;
    assert_nearest(&names, "value", NULL);
    set_of(&names, z, 5);
    assert_nearest(&names, "vlaue", "value"); /* a swap is one edit */
    assert_nearest(&names, "VALUE", "value");
    assert_nearest(&names, "valu", "value");
    assert_nearest(&names, "vale", "value");
    assert_nearest(&names, "vle", NULL); /* two edits of a short one */
    assert_nearest(&names, "cpu_usr", "cpu_user");
    assert_nearest(&names, "cpusytem", "cpu_system");
    assert_nearest(&names, "cpu_userspace", NULL);
    assert_nearest(&names, "", "x");
    assert_nearest(&names, "memory", NULL);
    ad_names_free(&names);
}

static void list(void **state)
{
    static const char *const z[] = {"a", "b\n", "", "\xc3\xa9"};
    struct ad_names names = {0};
    struct ad_buf b = {0};
    char digit[40][2];
    const char *many[40];
    (void)state;
    assert_int_equal(ad_names_list(&names, &b), 0);
    assert_int_equal(b.len, 0);
    set_of(&names, z, 4);
    assert_int_equal(ad_names_list(&names, &b), 0);
    assert_true(ad_str_eq((struct ad_str){b.s, b.len}, ad_str_of("a, b\\x0A, , \xc3\xa9")));
    b.len = 0;
    for (int i = 0; i < 40; i++) {
        digit[i][0] = (char)('0' + i % 10);
        digit[i][1] = '\0';
        many[i] = digit[i];
    }
    set_of(&names, many, 30);
    assert_int_equal(ad_names_list(&names, &b), 0);
    assert_int_equal(b.len, 88); /* 30 + 29 x 2 */
    assert_memory_equal(b.s + 81, "7, 8, 9", 7);
    b.len = 0;
    set_of(&names, many, 31); /* the rest is left out */
    assert_int_equal(ad_names_list(&names, &b), 0);
    assert_int_equal(b.len, 93);
    assert_memory_equal(b.s + 87, "9, ...", 6);
    ad_buf_free(&b);
    ad_names_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies),  cmocka_unit_test(add),  cmocka_unit_test(find),
        cmocka_unit_test(nearest), cmocka_unit_test(list),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
