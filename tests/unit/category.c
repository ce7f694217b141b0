#include "unit.h"

#include "run/category.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fields, of which those hold words that `is` has a w for. */
static void open_words(struct ad_categories *c, const char *is)
{
    struct ad_err err = {0};
    size_t n = strlen(is);
    bool *word = calloc(n, sizeof *word);
    assert_non_null(word);
    for (size_t i = 0; i < n; i++)
        word[i] = is[i] == 'w';
    assert_int_equal(ad_categories_init(c, word, n, &err), 0);
}

static double learn(struct ad_categories *c, size_t i, const char *word)
{
    return ad_categories_number(c, i, ad_str_of(word), true);
}

static double look(struct ad_categories *c, size_t i, const char *word)
{
    return ad_categories_number(c, i, ad_str_of(word), false);
}

static void numbers_in_the_order_of_appearance(void **state)
{
    struct ad_categories c;
    (void)state;
    open_words(&c, "w");
    assert_close(learn(&c, 0, "GET"), 0, 0);
    assert_close(learn(&c, 0, "POST"), 1, 0);
    assert_close(learn(&c, 0, "get"), 2, 0); /* compared as they are written */
    assert_close(learn(&c, 0, "GET"), 0, 0);
    assert_close(look(&c, 0, "POST"), 1, 0);
    ad_categories_free(&c);
}

static void unknown_words_are_one(void **state)
{
    struct ad_categories c;
    (void)state;
    open_words(&c, "w");
    assert_close(look(&c, 0, "GET"), AD_CATEGORY_UNKNOWN, 0);
    assert_close(look(&c, 0, "GET"), AD_CATEGORY_UNKNOWN, 0); /* looking teaches nothing */
    assert_close(learn(&c, 0, "PUT"), 0, 0);
    assert_close(look(&c, 0, "GET"), AD_CATEGORY_UNKNOWN, 0);
    ad_categories_free(&c);
}

static void each_field_has_its_own(void **state)
{
    struct ad_categories c;
    (void)state;
    open_words(&c, "w-w");
    assert_close(learn(&c, 0, "a"), 0, 0);
    assert_close(learn(&c, 0, "b"), 1, 0);
    assert_close(learn(&c, 2, "b"), 0, 0);
    assert_close(look(&c, 2, "a"), AD_CATEGORY_UNKNOWN, 0);
    ad_categories_free(&c);
}

static void any_bytes_are_a_word(void **state)
{
    static const struct ad_str words[] = {
        {"", 0}, {"\0", 1}, {"\0\0", 2}, {"caf\xe9", 4}, {"a\nb", 3}};
    struct ad_categories c;
    (void)state;
    open_words(&c, "w");
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < 5; i++)
            assert_close(ad_categories_number(&c, 0, words[i], pass == 0), (double)i, 0);
    ad_categories_free(&c);
}

static void words_beyond_the_most_are_unknown(void **state)
{
    struct ad_categories c;
    char word[16];
    (void)state;
    open_words(&c, "w");
    for (int i = 0; i < AD_CATEGORIES; i++) {
        snprintf(word, sizeof word, "%d", i);
        assert_close(learn(&c, 0, word), i, 0);
    }
    assert_close(learn(&c, 0, "one more"), AD_CATEGORY_UNKNOWN, 0);
    /* none of the others was forgotten for it */
    assert_close(learn(&c, 0, "0"), 0, 0);
    assert_close(learn(&c, 0, "65535"), 65535, 0);
    ad_categories_free(&c);
}

/* --- saved and loaded ------------------------------------------------------------------------- */

static struct ad_load saved(struct ad_categories *c, struct ad_buf *b)
{
    struct ad_save out = {.out = b};
    assert_int_equal(ad_categories_save(c, &out), 0);
    assert_false(b->failed);
    return (struct ad_load){.in = {b->s, b->len}};
}

static void loaded_words_have_their_numbers(void **state)
{
    struct ad_categories c, d;
    struct ad_buf b = {0}, again = {0};
    (void)state;
    open_words(&c, "w-w");
    learn(&c, 0, "x");
    learn(&c, 0, "");
    learn(&c, 2, "y");
    learn(&c, 2, "z");
    learn(&c, 2, "w");
    learn(&c, 2, "y"); /* used last, but still the first */
    look(&c, 2, "z");
    struct ad_load in = saved(&c, &b);
    open_words(&d, "w-w");
    assert_int_equal(ad_categories_load(&d, &in), 0);
    assert_int_equal(in.in.len, 0);
    assert_close(look(&d, 0, "x"), 0, 0);
    assert_close(look(&d, 0, ""), 1, 0);
    assert_close(look(&d, 2, "y"), 0, 0);
    assert_close(look(&d, 2, "z"), 1, 0);
    assert_close(look(&d, 2, "w"), 2, 0);
    assert_close(learn(&d, 2, "new"), 3, 0);
    /* saved again before anything new it is the same, byte for byte */
    ad_categories_free(&d);
    in = (struct ad_load){.in = {b.s, b.len}};
    open_words(&d, "w-w");
    assert_int_equal(ad_categories_load(&d, &in), 0);
    saved(&d, &again);
    assert_int_equal(again.len, b.len);
    assert_memory_equal(again.s, b.s, b.len);
    ad_categories_free(&c);
    ad_categories_free(&d);
    ad_buf_free(&b);
    ad_buf_free(&again);
}

static void other_fields_are_refused(void **state)
{
    static const char *const others[] = {"-w", "ww", "--", "www"};
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct ad_categories c, d;
        struct ad_buf b = {0};
        open_words(&c, "w-");
        learn(&c, 0, "x");
        struct ad_load in = saved(&c, &b);
        open_words(&d, others[i]);
        assert_int_equal(ad_categories_load(&d, &in), -1);
        ad_categories_free(&c);
        ad_categories_free(&d);
        ad_buf_free(&b);
    }
}

/* Two words the same: the second would have no number of its own. */
static void a_word_twice_is_refused(void **state)
{
    struct ad_categories c;
    struct ad_buf b = {0};
    struct ad_save out = {.out = &b};
    (void)state;
    ad_save_u64(&out, 1);
    ad_save_u64(&out, 2);
    ad_save_str(&out, ad_str_of("same"));
    ad_save_str(&out, ad_str_of("same"));
    struct ad_load in = {.in = {b.s, b.len}};
    open_words(&c, "w");
    assert_int_equal(ad_categories_load(&c, &in), -1);
    ad_categories_free(&c);
    ad_buf_free(&b);
}

static void too_many_words_are_refused(void **state)
{
    struct ad_categories c;
    struct ad_buf b = {0};
    struct ad_save out = {.out = &b};
    (void)state;
    ad_save_u64(&out, 1);
    ad_save_u64(&out, AD_CATEGORIES + 1);
    for (int i = 0; i <= AD_CATEGORIES; i++) {
        char word[16];
        snprintf(word, sizeof word, "%d", i);
        ad_save_str(&out, ad_str_of(word));
    }
    struct ad_load in = {.in = {b.s, b.len}};
    open_words(&c, "w");
    assert_int_equal(ad_categories_load(&c, &in), -1);
    ad_categories_free(&c);
    ad_buf_free(&b);
}

static void every_cut_is_refused(void **state)
{
    struct ad_categories c;
    struct ad_buf b = {0};
    (void)state;
    open_words(&c, "w-w");
    learn(&c, 0, "x");
    learn(&c, 2, "long word");
    struct ad_load whole = saved(&c, &b);
    ad_categories_free(&c);
    for (size_t len = 0; len < whole.in.len; len++) {
        struct ad_load in = {.in = {b.s, len}};
        open_words(&c, "w-w");
        assert_int_equal(ad_categories_load(&c, &in), -1);
        ad_categories_free(&c);
    }
    ad_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_in_the_order_of_appearance),
        cmocka_unit_test(unknown_words_are_one),
        cmocka_unit_test(each_field_has_its_own),
        cmocka_unit_test(any_bytes_are_a_word),
        cmocka_unit_test(words_beyond_the_most_are_unknown),
        cmocka_unit_test(loaded_words_have_their_numbers),
        cmocka_unit_test(other_fields_are_refused),
        cmocka_unit_test(a_word_twice_is_refused),
        cmocka_unit_test(too_many_words_are_refused),
        cmocka_unit_test(every_cut_is_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
