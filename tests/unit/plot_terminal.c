/* Pictures in the terminal: some compared as a whole with ones that were looked at, and what must
 * hold in all of them. */
#include "unit.h"

#include "clock.h"
#include "maths/rng.h"
#include "plot/range.h"
#include "plot/terminal.h"
#include "run/table.h"

#include "plot_text.h"

#include <stdio.h>
#include <stdlib.h>

static const struct ad_figure_cfg usual = {
    .panels = 10, .slices = 4096, .findings = 10, .low = NAN, .high = NAN};

static struct ad_point point(double at, double value)
{
    return (struct ad_point){at, value, NAN, NAN, NAN, NAN, false, false, false, false};
}

static void add(struct ad_figure *f, struct ad_panel *panel, struct ad_point p)
{
    assert_int_equal(ad_figure_add(f, panel, &p, AD_SEVERITY_NONE, ad_str_of("")), 0);
    f->records++;
    f->flagged += p.flagged;
}

static struct ad_str draw(const struct ad_figure *f, const struct ad_terminal_cfg *cfg,
                          struct ad_sink *sink)
{
    open_sink(sink);
    ptrdiff_t lines = ad_terminal_draw(f, cfg, sink);
    struct ad_str text = text_of(sink);
    for (size_t i = 0; i < text.len; i++)
        lines -= text.s[i] == '\n';
    assert_int_equal(lines, 0);
    return text;
}

/* --- references ------------------------------------------------------------------------------- */

/* From 0 to 1 and back, n times. */
static double wave(double part, double n)
{
    double x = part * n - floor(part * n);
    return x < 0.5 ? 2 * x : 2 - 2 * x;
}

/* A week of half hours with all that a picture can show: the second day a spike, the fourth a dip,
 * both labelled; then silence; in the end a shift. */
static struct ad_figure *week(struct ad_clock *clock, struct ad_figure_cfg cfg, size_t panels)
{
    enum { N = 336 };
    struct ad_figure *f = ad_figure_new(&cfg, clock);
    struct ad_rng rng;
    ad_rng_seed(&rng, 11);
    for (size_t k = 0; k < panels; k++) {
        char title[] = "host=web1 requests";
        title[8] = (char)('1' + k);
        struct ad_panel *panel = ad_figure_panel(f, ad_str_of(title));
        for (int i = 0; i < N; i++) {
            bool spike = i >= 70 && i < 72, dip = i >= 160 && i < 170 && k == 0;
            double expected = 40 + 40 * wave(i / (double)N, 7) + (i >= 310 && k == 0 ? 40 : 0);
            double off = 8 * (ad_rng_unit(&rng) - ad_rng_unit(&rng));
            struct ad_point p = point(1773619200 + 1800.0 * i, expected + off);
            p.value += spike ? 60 : dip ? -30 : i >= 300 && i < 310 && k == 0 ? 40 : 0;
            p.expected = expected;
            p.lower = expected - 10;
            p.upper = expected + 10;
            p.score = fmin(fabs(p.value - expected) / 20, 0.999);
            p.flagged = p.score >= 0.5;
            p.labelled = spike || dip;
            p.shift = i == 309 && k == 0;
            p.apart = i == 230;
            if (i < 210 || i >= 230)
                add(f, panel, p);
        }
        if (k == 1)
            assert_int_equal(ad_panel_window(panel, 1773700000, 1773800000), 0);
    }
    assert_int_equal(ad_figure_settle(f), 0);
    return f;
}

static FILE *must_open(const char *folder, const char *name, const char *how)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s.txt", folder, name);
    FILE *file = fopen(path, how);
    if (!file)
        fail_msg("%s cannot be opened", path);
    return file;
}

/* With AD_PICTURES set the picture is written there instead. */
static void compare(const char *name, struct ad_str got)
{
    const char *to = getenv("AD_PICTURES");
    if (to) {
        FILE *new = must_open(to, name, "w");
        assert_int_equal(fwrite(got.s, 1, got.len, new), got.len);
        fclose(new);
        return;
    }
    FILE *file = must_open("tests/data/pictures", name, "r");
    char *want = calloc(1, got.len + 2);
    size_t len = fread(want, 1, got.len + 1, file);
    fclose(file);
    bool same = ad_str_eq(got, (struct ad_str){want, len});
    free(want);
    if (!same) {
        fprintf(stderr, "%.*s", (int)got.len, got.s);
        fail_msg("the picture above is not %s.txt", name);
    }
}

static void pictures_are_those_that_were_looked_at(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t panels;
        struct ad_terminal_cfg cfg;
    } picture[] = {
        {"week-braille", 1, {80, 0, 24, AD_GLYPHS_BRAILLE, false}},
        {"week-block", 1, {80, 0, 24, AD_GLYPHS_BLOCK, false}},
        {"week-ascii", 1, {80, 0, 24, AD_GLYPHS_ASCII, false}},
        {"week-colour", 1, {80, 0, 24, AD_GLYPHS_BRAILLE, true}},
        {"week-narrow", 1, {40, 0, 24, AD_GLYPHS_BRAILLE, false}},
        {"week-panels", 4, {80, 0, 40, AD_GLYPHS_BRAILLE, false}},
    };
    struct ad_figure_cfg cfg = usual;
    cfg.title = "Requests per minute of the shop, by host";
    cfg.panels = 3;
    struct ad_clock *clock = open_clock("Europe/Berlin", NULL);
    for (size_t i = 0; i < sizeof picture / sizeof *picture; i++) {
        struct ad_sink sink;
        struct ad_figure *f = week(clock, cfg, picture[i].panels);
        compare(picture[i].name, draw(f, &picture[i].cfg, &sink));
        close_sink(&sink);
        ad_figure_free(f);
    }
    ad_clock_close(clock);
}

/* --- known characters at known places --------------------------------------------------------- */

/* 101 rows of 0 but for a flagged 10 in the middle; labelled from there to the end; a shift there,
 * too. The axis of values from 0 to 10. 61 columns: `score`, a blank, the axis, 54 of plot: its
 * middle is at 7 + 27. */
static void things_are_where_they_belong(void **state)
{
    (void)state;
    struct ad_figure_cfg cfg = usual;
    cfg.low = 0;
    cfg.high = 10;
    struct ad_figure *f = ad_figure_new(&cfg, NULL);
    struct ad_panel *panel = ad_figure_panel(f, ad_str_of("a=b value"));
    for (int i = 0; i <= 100; i++) {
        struct ad_point p = point(i, i == 50 ? 10 : 0);
        p.score = i == 50 ? 0.99 : 0.2;
        p.flagged = p.shift = i == 50;
        p.labelled = i >= 50;
        p.lower = -1;
        p.upper = 5;
        add(f, panel, p);
    }
    assert_int_equal(ad_figure_settle(f), 0);
    const struct ad_terminal_cfg cfgs = {61, 9, 0, AD_GLYPHS_ASCII, false};
    struct ad_sink sink;
    struct ad_str text = draw(f, &cfgs, &sink);
    struct ad_str heading = line_of(text, 0), top = line_of(text, 1), bottom = line_of(text, 9);
    assert_memory_equal(heading.s, "a=b value", 9);
    assert_memory_equal(heading.s + heading.len - 9, "1 flagged", 9);
    assert_int_equal(heading.len, 61);
    assert_memory_equal(top.s, "   10 +", 7);
    assert_memory_equal(bottom.s, "    0 +", 7);
    assert_char(top, 7 + 27, "X"); /* over the mark of the shift */
    assert_char(top, 7 + 25, " ");
    assert_char(bottom, 7 + 10, ".");
    assert_char(line_of(text, 5), 7 + 10, "~"); /* 5 is in the middle of nine rows */
    for (size_t row = 2; row <= 8; row++)
        assert_char(line_of(text, row), 7 + 27, "|");
    struct ad_str label = line_of(text, 10), score = line_of(text, 11), axis = line_of(text, 12);
    assert_memory_equal(label.s, "label |", 7);
    assert_char(label, 7 + 25, " ");
    for (size_t i = 27; i < 53; i++)
        assert_char(label, 7 + i, "=");
    assert_memory_equal(score.s, "score |", 7);
    assert_char(score, 7 + 25, ".");
    assert_char(score, 7 + 27, "#");
    assert_memory_equal(axis.s, "      ++-", 9);
    assert_char(axis, 60, "+");
    assert_char(line_of(text, 13), 7, "0");
    for (size_t i = 0; i < 3; i++)
        assert_char(line_of(text, 13), 58 + i, i ? "0" : "1");
    static const char caption[] = "       rows 0 to 100   101 records, 1 flagged";
    assert_true(ad_str_eq(line_of(text, 14), ad_str_of(caption)));
    static const char legend[] = "       -' value   ~~ normal   X flagged   v shift   = label";
    assert_true(ad_str_eq(line_of(text, 15), ad_str_of(legend)));
    close_sink(&sink);
    ad_figure_free(f);
}

static void the_legend_names_what_is_there(void **state)
{
    (void)state;
    static const char *const want[] = {"     ⠤⠒ value", "     ▄▀ value", "     -' value"};
    struct ad_figure *f = ad_figure_new(&usual, NULL);
    struct ad_panel *panel = ad_figure_panel(f, ad_str_of("v"));
    for (int i = 0; i < 9; i++)
        add(f, panel, point(i, 11 + i));
    assert_int_equal(ad_figure_settle(f), 0);
    for (enum ad_glyphs glyphs = AD_GLYPHS_BRAILLE; glyphs <= AD_GLYPHS_ASCII; glyphs++) {
        const struct ad_terminal_cfg cfg = {50, 6, 0, glyphs, false};
        struct ad_sink sink;
        struct ad_str text = draw(f, &cfg, &sink);
        /* Heading, plot, axis, its labels, caption: no strips. */
        struct ad_str legend = line_of(text, 1 + 6 + 3);
        while (legend.len && *legend.s == ' ')
            legend = (struct ad_str){legend.s + 1, legend.len - 1};
        assert_true(ad_str_eq(legend, ad_str_trim(ad_str_of(want[glyphs]))));
        assert_true(legend.s + legend.len + 1 == text.s + text.len);
        close_sink(&sink);
    }
    ad_figure_free(f);
}

static size_t count_marks(struct ad_str line, size_t from, size_t *where)
{
    size_t n = 0;
    for (size_t i = from; i < 200; i++)
        if (!ad_str_eq(char_at(line, i), ad_str_of(" "))) {
            *where = i;
            n++;
        }
    return n;
}

/* One of 100,000, in slices of many points each, at 51.234 percent of the axis but for the room at
 * its ends: 0.51234 of 93 columns is the 48th, from 0. */
static void a_spike_among_many_rows_is_seen(void **state)
{
    (void)state;
    struct ad_figure *f = ad_figure_new(&usual, NULL);
    struct ad_panel *panel = ad_figure_panel(f, ad_str_of("v"));
    struct ad_rng rng;
    ad_rng_seed(&rng, 3);
    for (int i = 0; i < 100000; i++)
        add(f, panel, point(i, i == 51234 ? 50 : ad_rng_unit(&rng)));
    assert_int_equal(ad_figure_settle(f), 0);
    assert_true(panel->trace.n < 5000);
    for (enum ad_glyphs glyphs = AD_GLYPHS_BRAILLE; glyphs <= AD_GLYPHS_ASCII; glyphs++) {
        const struct ad_terminal_cfg cfg = {97, 10, 0, glyphs, false};
        struct ad_sink sink;
        struct ad_str text = draw(f, &cfg, &sink);
        size_t where = 0, left = 4;
        for (size_t row = 2; row <= 9; row++) {
            assert_int_equal(count_marks(line_of(text, row), left, &where), 1);
            assert_in_range(where, left + 47, left + 48);
        }
        close_sink(&sink);
    }
    ad_figure_free(f);
}

static void single_points_and_nothing_are_shown(void **state)
{
    (void)state;
    struct ad_figure *f = ad_figure_new(&usual, NULL);
    struct ad_panel *panel = ad_figure_panel(f, ad_str_of("v"));
    const struct ad_terminal_cfg cfg = {60, 5, 0, AD_GLYPHS_ASCII, false};
    struct ad_sink sink;
    struct ad_str text;
    size_t where;
    assert_int_equal(ad_figure_settle(f), 0);
    text = draw(f, &cfg, &sink);
    struct ad_str middle =
        ad_str_trim((struct ad_str){line_of(text, 3).s + 5, line_of(text, 3).len - 5});
    assert_true(ad_str_eq(middle, ad_str_of("no values")));
    close_sink(&sink);
    add(f, panel, point(7, 3));
    assert_int_equal(ad_figure_settle(f), 0);
    text = draw(f, &cfg, &sink);
    assert_int_equal(count_marks(line_of(text, 3), strlen("3.0 +"), &where), 1);
    assert_in_range(where, 31, 33);
    close_sink(&sink);
    ad_figure_free(f);
    f = ad_figure_new(&usual, NULL);
    assert_int_equal(ad_figure_settle(f), 0);
    text = draw(f, &cfg, &sink);
    assert_true(ad_str_eq(text, ad_str_of("0 records, 0 flagged\n")));
    close_sink(&sink);
    ad_figure_free(f);
}

/* --- what holds in all ------------------------------------------------------------------------ */

/* The length of the character that begins here; fails for control characters and what is not
 * UTF-8 (Unicode, table 3-7, without its corner cases). */
static size_t printable(const unsigned char *s, size_t len)
{
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    assert_true(n > 0 && n <= len && s[0] < 0xf5);
    assert_true(n > 1 || (s[0] >= 0x20 && s[0] < 0x7f));
    assert_false(s[0] == 0xc2 && s[1] < 0xa0);
    for (size_t i = 1; i < n; i++)
        assert_int_equal(s[i] & 0xc0, 0x80);
    return n;
}

/* The length of the escape that begins here: ESC [ 0 ; 1 ; 9 3 m, and whether it resets all. */
static size_t escape_at(struct ad_str line, size_t i, bool *plain)
{
    size_t n = strspn(line.s + i + 2, "0123456789;");
    assert_true(line.s[i + 1] == '[' && line.s[i + 2] == '0' && line.s[i + 2 + n] == 'm');
    *plain = n == 1;
    return n + 3;
}

static void check_line(struct ad_str line, const struct ad_terminal_cfg *cfg)
{
    struct ad_buf bare = {0};
    bool plain = true;
    for (size_t i = 0; i < line.len;) {
        bool escape = cfg->colour && line.s[i] == '\033';
        size_t n = escape ? escape_at(line, i, &plain)
                          : printable((const unsigned char *)line.s + i, line.len - i);
        if (!escape)
            assert_int_equal(ad_buf_add(&bare, line.s + i, n), 0);
        i += n;
    }
    assert_true(plain);
    assert_true(bare.len == 0 || bare.s[bare.len - 1] != ' ');
    if (bare.len)
        assert_true(ad_text_width((struct ad_str){bare.s, bare.len}) <= cfg->columns);
    ad_buf_free(&bare);
}

static double random_value(struct ad_rng *rng)
{
    static const double odd[] = {NAN, 0, 1e300, -1e300, 5e-324, 1.7976931348623157e308};
    uint64_t kind = ad_rng_below(rng, 40);
    return kind < 6 ? odd[kind] : ad_rng_unit(rng) * 10 - (kind & 1 ? 5 : 0);
}

static struct ad_point random_point(struct ad_rng *rng, double at)
{
    struct ad_point p = point(at, random_value(rng));
    uint64_t bits = ad_rng_u64(rng);
    if (bits & 1)
        p.expected = random_value(rng);
    if (bits & 2)
        p.lower = ad_rng_below(rng, 20) ? random_value(rng) : -(double)INFINITY;
    if (bits & 4)
        p.upper = ad_rng_below(rng, 20) ? random_value(rng) : (double)INFINITY;
    if (bits & 24)
        p.score = ad_rng_unit(rng);
    p.flagged = p.score >= 0.5;
    p.shift = (bits & 0xff00) == 0;
    p.labelled = (bits & 0xf0000) < 0x30000;
    p.apart = (bits & 0xf00000) == 0;
    return p;
}

static struct ad_str random_title(struct ad_rng *rng, char *bytes, size_t most)
{
    static const char *const odd[] = {
        "",
        "\033[31mred\033[2J\a",
        "日本語のサーバーの名前はとても長いことがある",
        "e\u0301\u0301\u0301 \u200d\u200e",
        ("\xc2\x9b"
         "31m\xff\xfe\xc0\x80"),
        "🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂",
        "a\nb\r\tc\x7f"};
    uint64_t kind = ad_rng_below(rng, 12);
    if (kind < sizeof odd / sizeof *odd)
        return ad_str_of(odd[kind]);
    size_t n = ad_rng_below(rng, most);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(kind & 1 ? 1 + ad_rng_below(rng, 255) : ' ' + ad_rng_below(rng, 90));
    return (struct ad_str){bytes, n};
}

static struct ad_figure *random_figure(struct ad_rng *rng, struct ad_clock *clock, char *title)
{
    static const double step[] = {1e-3, 1, 60, 86400, 1e7, 0};
    struct ad_figure_cfg cfg = usual;
    char bytes[256];
    struct ad_str wanted = random_title(rng, title, 250);
    if (wanted.s != title)
        memcpy(title, wanted.s, wanted.len);
    title[wanted.len] = '\0';
    cfg.title = ad_rng_below(rng, 3) ? title : NULL;
    cfg.log = ad_rng_below(rng, 4) == 0;
    cfg.panels = ad_rng_below(rng, 6);
    cfg.slices = (size_t)16 << ad_rng_below(rng, 6);
    if (ad_rng_below(rng, 5) == 0) {
        cfg.low = 0.5;
        cfg.high = 4;
    }
    struct ad_figure *f = ad_figure_new(&cfg, ad_rng_below(rng, 3) ? clock : NULL);
    for (uint64_t panels = ad_rng_below(rng, 5); panels > 0; panels--) {
        struct ad_panel *p = ad_figure_panel(f, random_title(rng, bytes, sizeof bytes));
        uint64_t n = ad_rng_below(rng, 10) ? ad_rng_below(rng, 300) : ad_rng_below(rng, 3);
        double by = step[ad_rng_below(rng, 6)];
        for (uint64_t i = 0; i < n; i++)
            add(f, p, random_point(rng, 1.7e9 + by * (double)i));
        if (ad_rng_below(rng, 3) == 0)
            assert_int_equal(ad_panel_window(p, 1.7e9 - 1e6 * ad_rng_unit(rng), 1.7e9 + 10), 0);
    }
    assert_int_equal(ad_figure_settle(f), 0);
    return f;
}

static void every_line_fits_and_is_clean(void **state)
{
    (void)state;
    struct ad_clock *clock = open_clock("Europe/Berlin", NULL);
    struct ad_rng rng;
    ad_rng_seed(&rng, 1);
    for (size_t columns = 40; columns <= 200; columns++)
        for (int i = 0; i < 4; i++) {
            char title[256];
            struct ad_figure *f = random_figure(&rng, clock, title);
            struct ad_terminal_cfg cfg = {columns, ad_rng_below(&rng, 3) ? 0 : 1, 0,
                                          (enum ad_glyphs)ad_rng_below(&rng, 3),
                                          ad_rng_below(&rng, 2)};
            cfg.lines = ad_rng_below(&rng, 4) ? ad_rng_below(&rng, 80) : 0;
            struct ad_sink sink;
            struct ad_str text = draw(f, &cfg, &sink);
            for (size_t at = 0; at < text.len;) {
                struct ad_str line = line_of((struct ad_str){text.s + at, text.len - at}, 0);
                check_line(line, &cfg);
                at += line.len + 1;
            }
            close_sink(&sink);
            ad_figure_free(f);
        }
    ad_clock_close(clock);
}

/* ASCII of a figure whose titles are ASCII. */
static void ascii_is_ascii(void **state)
{
    (void)state;
    struct ad_clock *clock = open_clock("Europe/Berlin", NULL);
    struct ad_figure_cfg cfg = usual;
    cfg.title = "A title that is much too long for a terminal of forty columns";
    struct ad_figure *f = week(clock, cfg, 2);
    const struct ad_terminal_cfg narrow = {40, 0, 0, AD_GLYPHS_ASCII, true};
    struct ad_sink sink;
    struct ad_str text = draw(f, &narrow, &sink);
    for (size_t i = 0; i < text.len; i++)
        assert_in_range(text.s[i], '\n', 0x7e);
    close_sink(&sink);
    ad_figure_free(f);
    ad_clock_close(clock);
}

/* All panels fit with the line of the prompt, as long as three rows of each do; and no more than
 * one row of each would have been left. */
static void panels_share_the_lines(void **state)
{
    (void)state;
    struct ad_clock *clock = open_clock("UTC", NULL);
    for (size_t panels = 1; panels <= 4; panels++) {
        struct ad_figure *f = week(clock, usual, panels);
        struct ad_terminal_cfg cfg = {80, 3, 0, AD_GLYPHS_BRAILLE, false};
        struct ad_sink sink;
        open_sink(&sink);
        size_t least = (size_t)ad_terminal_draw(f, &cfg, &sink);
        cfg.rows = 0;
        for (cfg.lines = 10; cfg.lines < 80; cfg.lines++) {
            sink.len = 0;
            size_t lines = (size_t)ad_terminal_draw(f, &cfg, &sink);
            size_t rows = 3 + (lines - least) / panels;
            assert_true(lines >= least && rows <= 20);
            if (lines > least)
                assert_true(lines < cfg.lines);
            if (rows < 20)
                assert_true(lines + panels >= cfg.lines);
        }
        close_sink(&sink);
        ad_figure_free(f);
    }
    ad_clock_close(clock);
}

static void a_full_disk_shows_in_the_sink(void **state)
{
    (void)state;
    struct ad_clock *clock = open_clock("UTC", NULL);
    struct ad_figure *f = week(clock, usual, 1);
    const struct ad_terminal_cfg cfg = {80, 0, 24, AD_GLYPHS_BRAILLE, true};
    struct ad_sink sink;
    struct ad_err err = {0};
    assert_int_equal(ad_sink_open(&sink, open("/dev/full", O_WRONLY), "picture", &err), 0);
    assert_true(ad_terminal_draw(f, &cfg, &sink) > 0);
    assert_int_equal(ad_sink_close(&sink, &err), -1);
    ad_err_free(&err);
    ad_figure_free(f);
    ad_clock_close(clock);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_those_that_were_looked_at),
        cmocka_unit_test(things_are_where_they_belong),
        cmocka_unit_test(the_legend_names_what_is_there),
        cmocka_unit_test(a_spike_among_many_rows_is_seen),
        cmocka_unit_test(single_points_and_nothing_are_shown),
        cmocka_unit_test(every_line_fits_and_is_clean),
        cmocka_unit_test(ascii_is_ascii),
        cmocka_unit_test(panels_share_the_lines),
        cmocka_unit_test(a_full_disk_shows_in_the_sink),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
