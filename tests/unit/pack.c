#include "unit.h"

#include "base/pack.h"

#include <stdlib.h>

static const double many[] = {0, -0.0, 1.5, -1e308, 5e-324};

static struct ad_buf sample(void)
{
    struct ad_buf out = {0};
    struct ad_save save = {&out};
    ad_save_u64(&save, 300);
    ad_save_f64(&save, -1.5);
    ad_save_f64s(&save, many, 5);
    ad_save_str(&save, (struct ad_str){"a\0b", 3});
    ad_save_f64s(&save, NULL, 0);
    ad_save_str(&save, (struct ad_str){NULL, 0});
    return out;
}

/* Reads everything in sample(), into memory of exactly the size needed. */
static bool load_sample(struct ad_str in)
{
    struct ad_load load = {.in = in};
    double five[5];
    ad_load_max(&load, 1000);
    ad_load_finite(&load);
    bool five_ahead = ad_load_peek(&load) == 5;
    ad_load_f64s(&load, five, 5);
    struct ad_str text = ad_load_str(&load);
    bool inside = load.failed || (text.s >= in.s && text.s + text.len <= in.s + in.len);
    ad_load_f64s(&load, NULL, 0);
    ad_load_str(&load);
    assert_true(inside);
    assert_true(load.failed || five_ahead);
    return !load.failed && load.in.len == 0;
}

/* The layout of files on disk: LEB128 (DWARF 5, 7.6) and IEEE 754 binary64, lowest byte first. */
static void test_bytes(void **state)
{
    (void)state;
    static const unsigned char want[] = {'u', 0xac, 0x02, 'f',  0,   0, 0,   0, 0,
                                         0,   0xf8, 0xbf, 'a',  1,   0, 0,   0, 0,
                                         0,   0,    0xf8, 0x3f, 's', 3, 'a', 0, 'b'};
    struct ad_buf out = {0};
    struct ad_save save = {&out};
    const double x = 1.5;
    ad_save_u64(&save, 300);
    ad_save_f64(&save, -1.5);
    ad_save_f64s(&save, &x, 1);
    ad_save_str(&save, (struct ad_str){"a\0b", 3});
    assert_int_equal(out.len, sizeof want);
    assert_memory_equal(out.s, want, sizeof want);
    ad_buf_free(&out);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct ad_buf out = sample();
    struct ad_load load = {{out.s, out.len}, false};
    double five[5];
    assert_int_equal(ad_load_u64(&load), 300);
    assert_true(ad_load_f64(&load) == -1.5);
    assert_int_equal(ad_load_peek(&load), 5);
    ad_load_f64s(&load, five, 5);
    assert_memory_equal(five, many, sizeof many);
    assert_true(ad_str_eq(ad_load_str(&load), (struct ad_str){"a\0b", 3}));
    assert_int_equal(ad_load_peek(&load), 0);
    ad_load_f64s(&load, NULL, 0);
    assert_int_equal(ad_load_str(&load).len, 0);
    assert_false(load.failed);
    assert_int_equal(load.in.len, 0);
    ad_buf_free(&out);
}

static void test_integers(void **state)
{
    (void)state;
    for (int bit = 0; bit < 64; bit++)
        for (int less = 0; less < 2; less++) {
            struct ad_buf out = {0};
            struct ad_save save = {&out};
            uint64_t x = ((uint64_t)1 << bit) - (uint64_t)less;
            ad_save_u64(&save, x);
            ad_save_u64(&save, ~x);
            struct ad_load load = {{out.s, out.len}, false};
            assert_true(ad_load_u64(&load) == x);
            assert_true(ad_load_u64(&load) == ~x);
            assert_false(load.failed);
            ad_buf_free(&out);
        }
}

static void test_not_a_number(void **state)
{
    (void)state;
    struct ad_buf out = {0};
    struct ad_save save = {&out};
    ad_save_f64(&save, NAN);
    ad_save_f64(&save, -INFINITY);
    struct ad_load load = {{out.s, out.len}, false};
    assert_true(isnan(ad_load_f64(&load)));
    assert_true(isinf(ad_load_f64(&load)));
    assert_false(load.failed);
    load = (struct ad_load){{out.s, out.len}, false};
    assert_true(ad_load_finite(&load) == 0);
    assert_true(load.failed);
    ad_buf_free(&out);
}

static void check_bad(const char *bytes, size_t len)
{
    struct ad_load load = {{bytes, len}, false};
    assert_true(ad_load_u64(&load) == 0);
    assert_true(load.failed);
}

static void test_malformed_integers(void **state)
{
    (void)state;
    check_bad("", 0);
    check_bad("u", 1);
    check_bad("u\x80", 2);
    check_bad("u\x80\x00", 3);                                  /* longer than needed */
    check_bad("u\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11); /* 2^65 */
    check_bad("u\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12);
    check_bad("f\x01", 2);
    struct ad_load load = {{"u\x05", 2}, false};
    assert_int_equal(ad_load_max(&load, 4), 0);
    assert_true(load.failed);
}

static void test_failure_stays(void **state)
{
    (void)state;
    struct ad_load load = {{"f\x01u\x05", 4}, false};
    double two[2] = {7, 7};
    ad_load_u64(&load);
    assert_true(load.failed);
    assert_int_equal(ad_load_u64(&load), 0);
    assert_true(ad_load_f64(&load) == 0);
    assert_int_equal(ad_load_peek(&load), 0);
    ad_load_f64s(&load, two, 2);
    assert_true(two[0] == 0 && two[1] == 0);
    assert_int_equal(ad_load_str(&load).len, 0);
    assert_true(load.failed);
}

static void test_array_of_another_length(void **state)
{
    (void)state;
    struct ad_buf out = {0};
    struct ad_save save = {&out};
    ad_save_f64s(&save, many, 5);
    for (size_t n = 0; n < 8; n++) {
        struct ad_load load = {{out.s, out.len}, false};
        double into[8] = {0};
        ad_load_f64s(&load, into, n);
        assert_int_equal(load.failed, n != 5);
    }
    ad_buf_free(&out);
}

/* Every prefix and every flipped bit, each in memory of its own so that a sanitizer sees one byte
 * too many. */
static void test_hostile_bytes(void **state)
{
    (void)state;
    struct ad_buf out = sample();
    assert_true(load_sample((struct ad_str){out.s, out.len}));
    for (size_t len = 0; len < out.len; len++) {
        char *cut = malloc(len + !len);
        assert_non_null(cut);
        memcpy(cut, out.s, len);
        assert_false(load_sample((struct ad_str){cut, len}));
        free(cut);
    }
    for (size_t bit = 0; bit < 8 * out.len; bit++) {
        char *flipped = malloc(out.len);
        assert_non_null(flipped);
        memcpy(flipped, out.s, out.len);
        flipped[bit / 8] = (char)(flipped[bit / 8] ^ 1 << bit % 8);
        load_sample((struct ad_str){flipped, out.len});
        free(flipped);
    }
    ad_buf_free(&out);
}

static void test_huge_lengths(void **state)
{
    (void)state;
    static const char tags[] = "as";
    for (const char *tag = tags; *tag; tag++)
        for (int bit = 1; bit < 64; bit++) {
            struct ad_buf out = {0};
            struct ad_save save = {&out};
            ad_save_u64(&save, (uint64_t)1 << bit);
            ad_buf_addz(&out, "x");
            out.s[0] = *tag;
            struct ad_load load = {{out.s, out.len}, false};
            assert_int_equal(ad_load_peek(&load), 0);
            assert_int_equal(ad_load_str(&load).len, 0);
            assert_true(load.failed);
            ad_buf_free(&out);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_not_a_number),
        cmocka_unit_test(test_malformed_integers),
        cmocka_unit_test(test_failure_stays),
        cmocka_unit_test(test_array_of_another_length),
        cmocka_unit_test(test_hostile_bytes),
        cmocka_unit_test(test_huge_lengths),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
