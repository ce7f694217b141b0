/* Characters of dots: which ones, what lies over what, and how they are printed. */
#include "unit.h"

#include "maths/rng.h"
#include "plot/canvas.h"

#include "plot_text.h"

#include <stdio.h>

static const struct ad_mark plain = {1, false, -1};

static void check_printed(const struct ad_canvas *c, bool colour, const char *want)
{
    struct ad_sink sink;
    open_sink(&sink);
    assert_int_equal(ad_canvas_print(c, colour, &sink), 0);
    struct ad_str got = text_of(&sink);
    if (!ad_str_eq(got, ad_str_of(want)))
        fail_msg("printed \"%.*s\", expected \"%s\"", (int)got.len, got.s, want);
    close_sink(&sink);
}

/* Each dot alone, row by row. Oracle: the names of the characters, from
 *   python3 -c 'import unicodedata as u
 *   for c in "⠁⠈⠂⠐⠄⠠⡀⢀▘▝▖▗": print(c, u.name(c))'
 * where braille dots 1 2 3 7 are the left column from the top, 4 5 6 8 the right one. */
static void every_dot_has_its_character(void **state)
{
    (void)state;
    static const char *const want[][8] = {
        {"⠁", "⠈", "⠂", "⠐", "⠄", "⠠", "⡀", "⢀"}, {"▘", "▝", "▖", "▗"}, {"'", "-", "."}};
    for (enum ad_glyphs glyphs = AD_GLYPHS_BRAILLE; glyphs <= AD_GLYPHS_ASCII; glyphs++) {
        size_t across, down;
        ad_canvas_grain(glyphs, &across, &down);
        for (size_t i = 0; i < across * down; i++) {
            struct ad_canvas c;
            char line[16];
            assert_int_equal(ad_canvas_init(&c, 2, 1, glyphs), 0);
            ad_canvas_dot(&c, (double)(across + i % across), (double)(i / across), plain);
            snprintf(line, sizeof line, " %s\n", want[glyphs][i]);
            check_printed(&c, true, line);
            ad_canvas_free(&c);
        }
    }
}

static void dots_of_a_character_join(void **state)
{
    (void)state;
    static const char *const want[] = {"⣿\n", "█\n", "|\n"};
    for (enum ad_glyphs glyphs = AD_GLYPHS_BRAILLE; glyphs <= AD_GLYPHS_ASCII; glyphs++) {
        struct ad_canvas c;
        assert_int_equal(ad_canvas_init(&c, 1, 1, glyphs), 0);
        for (int x = 0; x < 2; x++)
            for (int y = 0; y < 4; y++)
                ad_canvas_dot(&c, x, y, plain);
        check_printed(&c, false, want[glyphs]);
        ad_canvas_free(&c);
    }
}

static void what_is_higher_is_seen(void **state)
{
    (void)state;
    const struct ad_mark low = {1, false, -1}, high = {2, false, -1};
    struct ad_canvas c;
    assert_int_equal(ad_canvas_init(&c, 5, 1, AD_GLYPHS_BRAILLE), 0);
    ad_canvas_dot(&c, 0, 0, low);
    ad_canvas_dot(&c, 0, 1, high); /* only this one */
    ad_canvas_dot(&c, 0, 2, low);
    ad_canvas_dot(&c, 2, 0, high);
    ad_canvas_text(&c, 1, 0, 1, ad_str_of("x"), low); /* no */
    ad_canvas_text(&c, 2, 0, 1, ad_str_of("x"), low);
    ad_canvas_dot(&c, 4, 3, low); /* replaces it */
    ad_canvas_text(&c, 3, 0, 2, ad_str_of("ab"), low);
    ad_canvas_text(&c, 4, 0, 1, ad_str_of("c"), low);
    check_printed(&c, false, "⠂⠁⡀ac\n");
    ad_canvas_free(&c);
}

static void nothing_is_outside(void **state)
{
    (void)state;
    struct ad_canvas c;
    assert_int_equal(ad_canvas_init(&c, 3, 3, AD_GLYPHS_ASCII), 0);
    c.part = (struct ad_part){1, 1, 1, 1};
    for (int x = -5; x < 5; x++)
        for (int y = -5; y < 9; y++)
            ad_canvas_dot(&c, x, y, plain);
    ad_canvas_line(&c, -1e300, -1e300, 1e300, 1e300, plain);
    ad_canvas_dot(&c, NAN, 0, plain);
    assert_int_equal(ad_canvas_text(&c, 3, 0, 9, ad_str_of("x"), plain), 0);
    assert_int_equal(ad_canvas_text(&c, 0, 3, 9, ad_str_of("x"), plain), 0);
    check_printed(&c, false, "\n |\n\n");
    ad_canvas_free(&c);
}

/* Widths: Unicode's East_Asian_Width, `python3 -c 'import unicodedata as u;
 * print(u.east_asian_width("日"), u.combining("\u0301"))'` prints W 230. */
static void texts_are_cut_at_whole_characters(void **state)
{
    (void)state;
    struct ad_canvas c;
    assert_int_equal(ad_canvas_init(&c, 6, 5, AD_GLYPHS_BLOCK), 0);
    assert_int_equal(ad_canvas_text(&c, 0, 0, 5, ad_str_of("日本語"), plain), 4);
    assert_int_equal(ad_canvas_text(&c, 4, 0, 2, ad_str_of("!"), plain), 1);
    assert_int_equal(ad_canvas_text(&c, 0, 1, 2, ad_str_of("e\u0301e\u0301e"), plain), 2);
    assert_int_equal(ad_canvas_text(&c, 4, 2, 9, ad_str_of("abc"), plain), 2);
    assert_int_equal(ad_canvas_text(&c, 5, 3, 9, ad_str_of("日"), plain), 0);
    assert_int_equal(ad_canvas_text(&c, 0, 4, 6, ad_str_of("a b   "), plain), 6);
    check_printed(&c, false, "日本!\ne\u0301e\u0301\n    ab\n\na b\n");
    ad_canvas_free(&c);
}

/* ECMA-48: SGR 0 resets, 1 is bold, 2 faint, 30 to 37 are colours; 90 to 97 the bright ones of
 * terminals. */
static void colours_are_written_where_they_change(void **state)
{
    (void)state;
    struct ad_canvas c;
    assert_int_equal(ad_canvas_init(&c, 12, 2, AD_GLYPHS_BRAILLE), 0);
    ad_canvas_text(&c, 0, 0, 2, ad_str_of("ab"), (struct ad_mark){1, false, 1});
    ad_canvas_text(&c, 3, 0, 1, ad_str_of("c"), (struct ad_mark){1, false, 1});
    ad_canvas_text(&c, 4, 0, 1, ad_str_of("d"), (struct ad_mark){1, true, 9});
    ad_canvas_text(&c, 5, 0, 1, ad_str_of("e"), (struct ad_mark){1, true, -1});
    ad_canvas_text(&c, 6, 0, 1, ad_str_of("f"), plain);
    ad_canvas_text(&c, 7, 0, 1, ad_str_of("g"), (struct ad_mark){1, false, AD_COLOUR_DIM});
    ad_canvas_text(&c, 0, 1, 1, ad_str_of("h"), plain);
    check_printed(&c, true,
                  "\033[0;31mab c\033[0;1;91md\033[0;1me\033[0mf\033[0;2mg\033[0m\n"
                  "h\n");
    check_printed(&c, false, "ab cdefg\nh\n");
    ad_canvas_free(&c);
}

/* The first and last dot of a column; false: there is none. */
static bool extent_of(const struct ad_canvas *c, size_t x, size_t *first, size_t *last)
{
    bool any = false;
    for (size_t y = 0; y < ad_canvas_down(c); y++) {
        const struct ad_glyph *g = &c->cell[y / 4 * c->columns + x / 2];
        if (!(g->dots >> (y % 4 * 2 + x % 2) & 1))
            continue;
        assert_true(!any || y == *last + 1);
        *first = any ? *first : y;
        *last = y;
        any = true;
    }
    return any;
}

/* Each column it passes has a run of dots that touches that of the column before, and both ends
 * are there. */
static void lines_have_no_holes(void **state)
{
    (void)state;
    struct ad_rng rng;
    ad_rng_seed(&rng, 5);
    for (int i = 0; i < 2000; i++) {
        struct ad_canvas c;
        assert_int_equal(ad_canvas_init(&c, 20, 10, AD_GLYPHS_BRAILLE), 0);
        double x0 = 40 * ad_rng_unit(&rng), x1 = 40 * ad_rng_unit(&rng);
        double y0 = 40 * ad_rng_unit(&rng), y1 = 40 * ad_rng_unit(&rng);
        ad_canvas_line(&c, x0, y0, x1, y1, plain);
        size_t before_first = 0, before_last = 0, first = 0, last = 0;
        bool steep = fabs(y1 - y0) > fabs(x1 - x0) || fabs(x1 - x0) < 1;
        for (size_t x = 0; x < 40; x++) {
            bool passes = (double)x >= floor(fmin(x0, x1)) && (double)x <= floor(fmax(x0, x1));
            assert_int_equal(extent_of(&c, x, &first, &last), passes);
            if (passes && (double)x > floor(fmin(x0, x1)))
                assert_true(first <= before_last + 1 && before_first <= last + 1);
            if (passes && !steep)
                assert_int_equal(first, last);
            size_t end = (size_t)(x == (size_t)x0 ? y0 : y1);
            if (x == (size_t)x0 || x == (size_t)x1)
                assert_true(first <= end + !steep && last + !steep >= end);
            before_first = first;
            before_last = last;
        }
        ad_canvas_free(&c);
    }
}

static void a_spike_keeps_its_height(void **state)
{
    (void)state;
    struct ad_canvas c;
    size_t first, last;
    assert_int_equal(ad_canvas_init(&c, 20, 10, AD_GLYPHS_BRAILLE), 0);
    ad_canvas_line(&c, 20.2, 39.5, 20.21, 0.5, plain);
    ad_canvas_line(&c, 20.21, 0.5, 20.22, 39.5, plain);
    assert_true(extent_of(&c, 20, &first, &last));
    assert_int_equal(first, 0);
    assert_int_equal(last, 39);
    assert_false(extent_of(&c, 19, &first, &last) || extent_of(&c, 21, &first, &last));
    ad_canvas_free(&c);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dot_has_its_character),
        cmocka_unit_test(dots_of_a_character_join),
        cmocka_unit_test(what_is_higher_is_seen),
        cmocka_unit_test(nothing_is_outside),
        cmocka_unit_test(texts_are_cut_at_whole_characters),
        cmocka_unit_test(colours_are_written_where_they_change),
        cmocka_unit_test(lines_have_no_holes),
        cmocka_unit_test(a_spike_keeps_its_height),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
