/* Inks can be told apart by everybody, text is measured as the typeface has it, and pens take what
 * they are given. */
#include "unit.h"

#include "plot/draw.h"
#include "plot/lettering.h"
#include "plot/pen.h"
#include "plot/typeface.h"

#include <cairo.h>
#include <fcntl.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- inks ----------------------------------------------------------------------------------- */

struct lab {
    double l, a, b;
};

static double linear(double c)
{
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double cube_root(double t)
{
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

/* From linear RGB (IEC 61966-2-1) to CIE 1976 L*a*b*, white D65. */
static struct lab lab_of(const double rgb[3])
{
    double x = 0.4124564 * rgb[0] + 0.3575761 * rgb[1] + 0.1804375 * rgb[2];
    double y = 0.2126729 * rgb[0] + 0.7151522 * rgb[1] + 0.0721750 * rgb[2];
    double z = 0.0193339 * rgb[0] + 0.1191920 * rgb[1] + 0.9503041 * rgb[2];
    double fx = cube_root(x / 0.95047), fy = cube_root(y), fz = cube_root(z / 1.08883);
    return (struct lab){116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)};
}

/* What the ink is on paper, as seen through the matrix. */
static struct lab seen(enum ad_ink ink, double through[3][3])
{
    double rgb[3], as_seen[3];
    for (int i = 0; i < 3; i++)
        rgb[i] = linear(
            (ad_ink[ink].rgb[i] * ad_ink[ink].opacity + 255 * (1 - ad_ink[ink].opacity)) / 255);
    for (int i = 0; i < 3; i++) {
        as_seen[i] = 0;
        for (int k = 0; k < 3; k++)
            as_seen[i] += through[i][k] * rgb[k];
        as_seen[i] = fmax(0, fmin(1, as_seen[i]));
    }
    return lab_of(as_seen);
}

static double sharp[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
/* Machado, Oliveira and Fernandes (2009), A physiologically-based model for simulation of color
 * vision deficiency, severity 1.0. */
static double deuteranopia[3][3] = {{0.367322, 0.860646, -0.227968},
                                    {0.280085, 0.672501, 0.047413},
                                    {-0.011820, 0.042940, 0.968881}};
static double protanopia[3][3] = {{0.152286, 1.052583, -0.204868},
                                  {0.114503, 0.786281, 0.099216},
                                  {-0.003882, -0.048116, 1.051998}};

/* R: convertColor(rbind(c(0x3d, 0x7a, 0xb0), c(0xa5, 0x0f, 0x2d)) / 255, "sRGB", "Lab") */
static void lightness_is_as_elsewhere(void **state)
{
    (void)state;
    struct lab line = seen(AD_INK_LINE, sharp), flag = seen(AD_INK_FLAG, sharp);
    assert_close(line.l, 49.50186, 0.01);
    assert_close(line.b, -34.54322, 0.01);
    assert_close(flag.l, 35.23451, 0.01);
    assert_close(flag.a, 56.832674, 0.02);
}

/* Steps of L*, of which about 1 can just be seen side by side. */
static void inks_differ_in_grey(void **state)
{
    (void)state;
    static const struct {
        enum ad_ink darker, lighter;
        double least;
    } pairs[] = {
        {AD_INK_FLAG, AD_INK_LINE, 12},     {AD_INK_FLAG, AD_INK_BAND, 40},
        {AD_INK_LINE, AD_INK_EXPECTED, 12}, {AD_INK_LINE, AD_INK_BAND, 30},
        {AD_INK_EXPECTED, AD_INK_BAND, 15}, {AD_INK_BAND, AD_INK_PAPER, 8},
        {AD_INK_LABEL, AD_INK_PAPER, 5},    {AD_INK_ALARM, AD_INK_SCORE, 30},
        {AD_INK_SCORE, AD_INK_PAPER, 20},   {AD_INK_SHIFT, AD_INK_LINE, 12},
        {AD_INK_TEXT, AD_INK_FAINT, 20},    {AD_INK_FAINT, AD_INK_PAPER, 50},
        {AD_INK_GRID, AD_INK_PAPER, 4},     {AD_INK_FRAME, AD_INK_GRID, 10},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        double step = seen(pairs[i].lighter, sharp).l - seen(pairs[i].darker, sharp).l;
        if (step < pairs[i].least)
            fail_msg("%s is only %.1f darker than %s", ad_ink[pairs[i].darker].name, step,
                     ad_ink[pairs[i].lighter].name);
    }
}

/* Colours of things that meet in a panel, by the distance of CIE 1976. */
static void inks_differ_for_the_colour_blind(void **state)
{
    (void)state;
    static const enum ad_ink met[] = {AD_INK_PAPER,    AD_INK_LABEL, AD_INK_BAND,
                                      AD_INK_EXPECTED, AD_INK_LINE,  AD_INK_FLAG};
    enum { N = sizeof met / sizeof *met };
    for (int kind = 0; kind < 2; kind++)
        for (int i = 0; i < N; i++)
            for (int k = 0; k < i; k++) {
                struct lab a = seen(met[i], kind ? protanopia : deuteranopia);
                struct lab b = seen(met[k], kind ? protanopia : deuteranopia);
                double apart = sqrt(pow(a.l - b.l, 2) + pow(a.a - b.a, 2) + pow(a.b - b.b, 2));
                if (apart < 10)
                    fail_msg("%s and %s are %.1f apart", ad_ink[met[i]].name, ad_ink[met[k]].name,
                             apart);
            }
}

/* WCAG 2.1, 1.4.3: small text has a contrast of 4.5 : 1. */
static void text_can_be_read(void **state)
{
    (void)state;
    static const enum ad_ink texts[] = {AD_INK_TEXT, AD_INK_FAINT, AD_INK_FLAG};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const unsigned char *c = ad_ink[texts[i]].rgb;
        double y = 0.2126 * linear(c[0] / 255.0) + 0.7152 * linear(c[1] / 255.0) +
                   0.0722 * linear(c[2] / 255.0);
        assert_true(1.05 / (y + 0.05) >= 4.5);
    }
}

/* --- lettering ------------------------------------------------------------------------------ */

/* Cairo's widths, where it has the typeface; else it has another one, and there is nothing to see.
 */
static void widths_are_those_of_the_typeface(void **state)
{
    (void)state;
    static const char *const texts[] = {"host=web-1 cpu", "2024-03-31 14:05:30, Europe/Berlin",
                                        "1,000,000 records", "WWWWiiii", "latency_ms{le=\"0.5\"}"};
    if (access("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", R_OK))
        skip();
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    cairo_t *cr = cairo_create(surface);
    cairo_set_font_size(cr, 1000);
    for (int bold = 0; bold < 2; bold++)
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            cairo_text_extents_t extents;
            cairo_select_font_face(cr, AD_PEN_FACE, CAIRO_FONT_SLANT_NORMAL,
                                   bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
            cairo_text_extents(cr, texts[i], &extents);
            assert_close(ad_lettering_width(ad_str_of(texts[i]), 1000, bold), extents.x_advance,
                         0.02);
        }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}

/* Whatever the room, what is left is whole characters, no wider, and ends with an ellipsis. */
static void text_is_cut_between_characters(void **state)
{
    (void)state;
    const struct ad_str text =
        ad_str_of("h\xc3\xa9llo \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80 end");
    const double whole = ad_lettering_width(text, 10, false);
    for (double room = 12; room < whole + 20; room += 1) {
        struct ad_buf out = {0};
        assert_int_equal(ad_lettering_fit(&out, text, 10, false, room), 0);
        assert_true(ad_lettering_width((struct ad_str){out.s, out.len}, 10, false) <= room + 1e-9);
        bool cut = room < whole;
        size_t kept = cut ? out.len - 3 : out.len;
        assert_memory_equal(out.s, text.s, kept);
        if (cut)
            assert_memory_equal(out.s + kept, "\xe2\x80\xa6", 3);
        else
            assert_int_equal(out.len, text.len);
        for (const char *p = out.s; p < out.s + out.len;) {
            size_t n = ad_letter_size(p, out.s + out.len);
            assert_true(n > 0);
            p += n;
        }
        ad_buf_free(&out);
    }
}

static void bytes_that_are_no_text_are_replaced(void **state)
{
    (void)state;
    static const char hostile[] = "a\x01\x7f\xc2\x85\xff\xed\xa0\x80\xef\xbf\xbf\xf0\x9f"
                                  "z";
    struct ad_buf out = {0};
    assert_int_equal(ad_lettering_fit(&out, ad_str_of(hostile), 10, false, 1e9), 0);
    assert_int_equal(out.s[0], 'a');
    assert_int_equal(out.s[out.len - 1], 'z');
    assert_int_equal((out.len - 2) % 3, 0);
    for (size_t i = 1; i + 1 < out.len; i += 3)
        assert_memory_equal(out.s + i, AD_LETTER_LOST, 3);
    ad_buf_free(&out);
}

/* DejaVu Sans has Greek, but no ideographs; whether another typeface does is up to the machine. */
static void letters_that_are_missing_are_taken_from_elsewhere(void **state)
{
    (void)state;
    const char *const text = "a \xce\xb8\xe6\x97\xa5\xe6\x9c\xac b";
    static const size_t runs[] = {4, 6, 2};
    if (access("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", R_OK))
        skip();
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    cairo_t *cr = cairo_create(surface);
    struct ad_str left = ad_str_of(text);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        size_t n = ad_typeface_choose(cr, left, i == 0);
        assert_int_equal(n, runs[i]);
        left = (struct ad_str){left.s + n, left.len - n};
    }
    assert_int_equal(left.len, 0);
    assert_int_equal(cairo_status(cr), CAIRO_STATUS_SUCCESS);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}

/* --- pens ----------------------------------------------------------------------------------- */

/* A sink into a file without a name. */
static FILE *open_sink(struct ad_sink *sink)
{
    struct ad_err err = {0};
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(ad_sink_open(sink, dup(fileno(file)), "file", &err), 0);
    return file;
}

static char *close_sink(struct ad_sink *sink, FILE *file)
{
    struct ad_err err = {0};
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    assert_int_equal(ad_sink_close(sink, &err), 0);
    rewind(file);
    size_t n = fread(text, 1, (1 << 20) - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

static void svg_is_small_and_plain(void **state)
{
    (void)state;
    struct ad_sink sink;
    struct ad_err err = {0};
    FILE *file = open_sink(&sink);
    struct ad_pen *pen =
        ad_pen_svg(&sink, (struct ad_xy){300, 100.125}, ad_str_of("a<b"), false, &err);
    const struct ad_pen_kind *kind = pen->kind;
    kind->enter(pen, "plot", (struct ad_xy){10, 20}, (struct ad_xy){290, 80});
    kind->line(
        pen, AD_INK_LINE,
        (struct ad_xy[]){{10, 20}, {10.5, 19.994}, {-0.001, 1e300}, {NAN, 0}, {1000000, 0.05}}, 5);
    kind->line(pen, AD_INK_LINE, NULL, 0);
    kind->area(pen, AD_INK_BAND, (struct ad_xy[]){{1, 2}, {3, 2}, {3, 4}}, 3);
    kind->dot(pen, AD_INK_FLAG, (struct ad_xy){50, 60.5}, ad_str_of("5 > \"4\" & \x02"));
    kind->leave(pen);
    kind->text(pen, AD_INK_FAINT, (struct ad_xy){5, 6}, AD_ANCHOR_END, 11, true, ad_str_of("x  y"));
    assert_int_equal(ad_pen_close(pen, &err), 0);
    char *svg = close_sink(&sink, file);
    assert_ptr_equal(strstr(svg,
                            "<svg class=\"ad-figure\" role=\"img\" width=\"300\" height=\"100.13\" "
                            "viewBox=\"0 0 300 100.13\">\n<title>a&lt;b</title>\n<style>"),
                     svg);
    assert_non_null(strstr(svg, "<svg class=\"plot\" x=\"10\" y=\"20\" width=\"280\" height=\"60\" "
                                "viewBox=\"10 20 280 60\" preserveAspectRatio=\"none\">\n"));
    assert_non_null(strstr(svg, "<path class=\"line\" d=\"M10 20l0.5-0.01-10.5 9999999980.01"));
    assert_non_null(strstr(svg, " 1000000 0.05\"/>\n"));
    assert_non_null(strstr(svg, "<path class=\"area band\" d=\"M1 2l2 0 0 2z\"/>\n"));
    assert_non_null(strstr(svg, "<g class=\"dot\"><title>5 &gt; &quot;4&quot; &amp; " AD_LETTER_LOST
                                "</title><path class=\"rim flag\" d=\"M50 60.5h0\"/>\n"
                                "<path class=\"flag\" d=\"M50 60.5h0\"/>\n</g>\n"));
    assert_non_null(strstr(svg, "<text class=\"faint\" x=\"5\" y=\"6\" font-size=\"11\" "
                                "font-weight=\"700\" text-anchor=\"end\">x  y</text>\n</svg>\n"));
    assert_null(strstr(svg, "<?xml"));
    free(svg);
}

static void pages_may_be_too_large(void **state)
{
    (void)state;
    struct ad_sink sink;
    struct ad_err err = {0};
    FILE *file = open_sink(&sink);
    assert_null(ad_pen_png(&sink, (struct ad_xy){40000, 100}, &err));
    assert_string_equal(err.text, "a picture of 40000 by 100 pixels is too large: at most 32767 "
                                  "either way; give less for --width, --height or --panels, or "
                                  "take SVG");
    assert_null(ad_pen_png(&sink, (struct ad_xy){100, 40000}, &err));
    ad_err_free(&err);
    free(close_sink(&sink, file));
}

/* --- figures -------------------------------------------------------------------------------- */

/* No figure is too odd for any page; SVG shows whether a number was none. */
static void whatever_there_is_can_be_drawn(void **state)
{
    (void)state;
    static const double odd[] = {NAN, 0, -1, 1, DBL_MAX, -DBL_MAX, DBL_MIN, 1e300, INFINITY};
    enum { ODD = sizeof odd / sizeof *odd };
    for (unsigned kind = 0; kind < 3 * 2 * 3; kind++) {
        const struct ad_figure_cfg cfg = {.title = kind % 2 ? "" : NULL,
                                          .panels = 3,
                                          .slices = 256,
                                          .findings = 3,
                                          .log = kind % 2,
                                          .low = NAN,
                                          .high = NAN};
        struct ad_figure *f = ad_figure_new(&cfg, NULL);
        for (unsigned p = 0; p < kind / 6 * 2; p++) {
            struct ad_panel *panel = ad_figure_panel(f, ad_str_of(""));
            for (unsigned i = 0; i < 60; i++) {
                struct ad_point q = {.at = (double)i * (p ? 1e9 : 1), .score = NAN};
                q.value = odd[(i + p) % (ODD - 1)];
                q.expected = odd[i / 2 % (ODD - 1)];
                q.lower = -odd[(i + 3) % ODD];
                q.upper = odd[(i + 5) % ODD];
                q.score = i % 7 ? (double)(i % 10) / 10 : (double)NAN;
                q.flagged = i % 5 == 0;
                q.shift = i % 13 == 0;
                q.labelled = i % 3 == 0;
                q.apart = i % 4 == 0;
                assert_int_equal(ad_figure_add(f, panel, &q, AD_SEVERITY_NONE, ad_str_of("")), 0);
            }
        }
        assert_int_equal(ad_figure_settle(f), 0);
        const struct ad_draw_cfg draw = {kind / 2 % 3 ? 300 * (kind / 2 % 3) : 0,
                                         kind % 2 ? 30 : 0};
        struct ad_xy size = ad_draw_size(f, &draw);
        assert_true(isfinite(size.x) && isfinite(size.y) && size.y >= 20);
        struct ad_sink sink;
        struct ad_err err = {0};
        FILE *file = open_sink(&sink);
        struct ad_pen *pen = ad_pen_svg(&sink, size, ad_str_of(""), true, &err);
        assert_int_equal(ad_draw(f, &draw, pen), 0);
        assert_int_equal(ad_pen_close(pen, &err), 0);
        char *svg = close_sink(&sink, file);
        assert_null(strstr(svg, "nan"));
        assert_null(strstr(svg, "inf"));
        free(svg);
        ad_figure_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lightness_is_as_elsewhere),
        cmocka_unit_test(inks_differ_in_grey),
        cmocka_unit_test(inks_differ_for_the_colour_blind),
        cmocka_unit_test(text_can_be_read),
        cmocka_unit_test(widths_are_those_of_the_typeface),
        cmocka_unit_test(text_is_cut_between_characters),
        cmocka_unit_test(bytes_that_are_no_text_are_replaced),
        cmocka_unit_test(letters_that_are_missing_are_taken_from_elsewhere),
        cmocka_unit_test(svg_is_small_and_plain),
        cmocka_unit_test(pages_may_be_too_large),
        cmocka_unit_test(whatever_there_is_can_be_drawn),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
