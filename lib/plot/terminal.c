#include "plot/terminal_private.h"

#include "plot/range.h"
#include "run/table.h"

#include <inttypes.h>
#include <stdio.h>

#define SHARED                                                                                     \
    .flag = "●", .shift = "▼", .guide = "┊", .label = "━", .side = "│", .side_tick = "┤",          \
    .corner = "└", .base = "─", .base_tick = "┬", .cut = "…",                                      \
    .score = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}

static const struct ad_terminal_look braille = {SHARED, .line = "⠤⠒", .band = "⠅⠅"};
static const struct ad_terminal_look block = {
    SHARED,
    .shade = "░",
    .line = "▄▀",
    .band = "░░",
};
static const struct ad_terminal_look ascii = {
    .flag = "X",
    .shift = "v",
    .guide = ":",
    .label = "=",
    .shade = "~",
    .side = "|",
    .side_tick = "+",
    .corner = "+",
    .base = "-",
    .base_tick = "+",
    .cut = "...",
    .score = {" ", ".", ":", "-", "=", "+", "*", "#"},
    .line = "-'",
    .band = "~~",
};

/* --- how much room for what ------------------------------------------------------------------- */

enum { LEAST = 3 };

/* Rows of a plot that look well, where so many lines come below the last. */
static size_t choose_rows(const struct ad_page *page, size_t foot)
{
    const struct ad_figure *f = page->f;
    size_t lines = page->cfg->lines, n = f->nshown ? f->nshown : 1;
    if (page->cfg->rows)
        return page->cfg->rows;
    if (!lines)
        return n == 1 ? 12 : n <= 3 ? 8 : n <= 8 ? 5 : LEAST;
    /* The line of the prompt comes after. */
    size_t taken = (f->cfg.title != NULL) + foot + 1, most = page->cfg->columns / 4;
    for (size_t i = 0; i < f->nshown; i++)
        taken += ad_terminal_panel_rows(page, f->shown[i]) - page->rows;
    size_t rows = lines > taken ? (lines - taken) / n : 0;
    return rows < LEAST ? LEAST : rows > most ? most : rows;
}

static void choose_gutter(struct ad_page *page)
{
    struct ad_tick tick[AD_TICKS_MOST];
    size_t widest = page->f->scored || page->f->labelled ? strlen("score") : 1;
    for (size_t i = 0; i < page->f->nshown; i++) {
        size_t n = ad_terminal_side(page, page->f->shown[i], tick);
        for (size_t k = 0; k < n; k++) {
            size_t width = ad_text_width(ad_str_of(tick[k].text));
            widest = width > widest ? width : widest;
        }
    }
    page->gutter = (widest < 12 ? widest : 12) + 1;
    page->plot = page->cfg->columns - page->gutter - 1;
}

/* --- around the panels ------------------------------------------------------------------------ */

static struct ad_str str_of(const struct ad_buf *b)
{
    return (struct ad_str){b->len ? b->s : "", b->len};
}

void ad_terminal_title(const struct ad_page *page, struct ad_str title, size_t most,
                       struct ad_canvas *c)
{
    struct ad_mark bold = {AD_LEVEL_TEXT, true, ad_ink[AD_INK_TEXT].ansi};
    struct ad_str cut = ad_str_of(page->look->cut);
    bool fits = ad_text_width(title) <= most;
    size_t taken = ad_canvas_text(c, 0, 0, fits ? most : most - ad_text_width(cut), title, bold);
    if (!fits)
        ad_canvas_text(c, taken, 0, most - taken, cut, bold);
}

/* Where the label of a mark begins: below it in the middle, but within the picture. */
static size_t label_column(const struct ad_page *page, const struct ad_tick *tick)
{
    size_t at = page->gutter + 1 + ad_terminal_column(page, tick->at);
    size_t width = ad_text_width(ad_str_of(tick->text)), columns = page->cfg->columns;
    size_t begin = at > width / 2 ? at - width / 2 : 0;
    return begin + width > columns ? columns - width : begin;
}

/* Whether labels would not be two blanks apart; the last one may be left out. */
static bool crowded(const struct ad_page *page, const struct ad_tick *tick, size_t n)
{
    size_t next = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        size_t width = ad_text_width(ad_str_of(tick[i].text)), begin = label_column(page, tick + i);
        if (width > 0 && begin < next)
            return true;
        next = width > 0 ? begin + width + 2 : next;
    }
    return false;
}

/* As many marks as there is room for. */
static size_t choose_ticks(const struct ad_page *page, struct ad_tick tick[AD_TICKS_MOST])
{
    const struct ad_figure *f = page->f;
    size_t n = 0;
    for (size_t most = page->plot / 6; most > 0; most--) {
        if (f->clock)
            n = ad_ticks_times(f->from, f->to, ad_time_step_for(f->from, f->to, most), f->clock,
                               tick, AD_TICKS_MOST);
        else
            n = ad_ticks_rows(f->from, f->to, most, tick);
        n = n < AD_TICKS_MOST ? n : AD_TICKS_MOST;
        if (!crowded(page, tick, n))
            break;
    }
    return n;
}

static void draw_axis(const struct ad_page *page, size_t row, struct ad_canvas *c)
{
    struct ad_tick tick[AD_TICKS_MOST];
    struct ad_mark frame = ad_mark_of(AD_INK_FRAME, AD_LEVEL_GUIDE);
    struct ad_mark text = ad_mark_of(AD_INK_TEXT, AD_LEVEL_TEXT);
    size_t n = choose_ticks(page, tick), left = page->gutter + 1, next = 0;
    ad_canvas_text(c, page->gutter, row, 1, ad_str_of(page->look->corner), frame);
    for (size_t i = 0; i < page->plot; i++)
        ad_canvas_text(c, left + i, row, 1, ad_str_of(page->look->base), frame);
    for (size_t i = 0; i < n; i++) {
        size_t at = left + ad_terminal_column(page, tick[i].at);
        size_t width = ad_text_width(ad_str_of(tick[i].text)), begin = label_column(page, tick + i);
        ad_canvas_text(c, at, row, 1, ad_str_of(page->look->base_tick), frame);
        if (width && begin >= next) {
            text.bold = tick[i].major;
            ad_canvas_text(c, begin, row + 1, width, ad_str_of(tick[i].text), text);
            next = begin + width + 2;
        }
    }
}

enum { GAP = 3 };

/* Words of the last lines: each where there is room, else in the next line. */
struct flow {
    const struct ad_page *page;
    struct ad_canvas *canvas;
    size_t row, column;
};

/* The sign, if any, and the word, so far from what was before. */
static void flow(struct flow *to, size_t gap, enum ad_ink ink, const char *sign, const char *word)
{
    size_t left = to->page->f->nshown ? to->page->gutter + 1 : 0;
    size_t columns = to->page->cfg->columns;
    size_t wide = ad_text_width(ad_str_of(sign)), skip = wide + (wide > 0);
    size_t width = skip + ad_text_width(ad_str_of(word));
    size_t column = to->column ? to->column + gap : left;
    if (to->column && column + width > columns && to->row + 1 < to->canvas->rows) {
        to->row++;
        column = left;
    }
    ad_canvas_text(to->canvas, column, to->row, wide, ad_str_of(sign),
                   ad_mark_of(ink, AD_LEVEL_TEXT));
    ad_canvas_text(to->canvas, column + skip, to->row, columns, ad_str_of(word),
                   ad_mark_of(AD_INK_FAINT, AD_LEVEL_TEXT));
    to->column = column + width;
}

static void flow_break(struct flow *to)
{
    to->row++;
    to->column = 0;
}

static const char *text_of(struct ad_buf *b)
{
    ad_buf_add(b, "", 1);
    return b->failed ? "" : b->s;
}

/* From when to when, where; what stands between newlines stays on a line. */
static void flow_span(struct flow *to)
{
    const struct ad_figure *f = to->page->f;
    struct ad_buf words = {0};
    if (isnan(f->first))
        return;
    ad_buf_addz(&words, f->clock ? "" : "rows ");
    ad_ticks_say_stretch(f->first, f->last, f->clock, "\nto\n", "\nto\n", &words);
    if (f->clock) {
        ad_buf_addz(&words, "\n");
        ad_buf_add_visible(&words, ad_str_of(ad_clock_zone(f->clock)));
    }
    const char *next = text_of(&words);
    for (size_t gap = GAP; next; gap = 1) {
        char *end = strchr(next, '\n');
        if (end)
            *end = '\0';
        flow(to, gap, AD_INK_FAINT, "", next);
        next = end ? end + 1 : NULL;
    }
    to->canvas->text.failed |= words.failed;
    ad_buf_free(&words);
}

static void flow_counts(struct flow *to)
{
    const struct ad_figure *f = to->page->f;
    struct ad_buf word = {0};
    ad_ticks_say_count(f->records, &word);
    ad_buf_addz(&word, f->records == 1 ? " record, " : " records, ");
    ad_ticks_say_count(f->flagged, &word);
    ad_buf_addz(&word, " flagged");
    flow(to, GAP, AD_INK_FAINT, "", text_of(&word));
    word.len = 0;
    ad_ticks_say_count(f->nshown, &word);
    ad_buf_addz(&word, " of ");
    ad_ticks_say_count(f->n, &word);
    ad_buf_addz(&word, " series shown");
    if (f->nshown < f->n)
        flow(to, GAP, AD_INK_FAINT, "", text_of(&word));
    to->canvas->text.failed |= word.failed;
    ad_buf_free(&word);
}

/* The last lines, from this row on. Returns how many they are. */
static size_t draw_legend(const struct ad_page *page, size_t row, struct ad_canvas *c)
{
    const struct ad_figure *f = page->f;
    const struct ad_terminal_look *look = page->look;
    struct flow to = {page, c, row, 0};
    bool flagged = false;
    for (size_t i = 0; i < f->nshown; i++)
        flagged |= f->shown[i]->trace.flagged > 0;
    if (f->nshown)
        flow_span(&to);
    if (to.row > row)
        flow_break(&to);
    flow_counts(&to);
    if (!f->nshown)
        return to.row + 1 - row;
    flow_break(&to);
    flow(&to, GAP, AD_INK_LINE, look->line, "value");
    if (f->banded)
        flow(&to, GAP, AD_INK_BAND, look->band, "normal");
    if (flagged)
        flow(&to, GAP, AD_INK_FLAG, look->flag, "flagged");
    if (f->shifting)
        flow(&to, GAP, AD_INK_SHIFT, look->shift, "shift");
    if (f->labelled)
        flow(&to, GAP, AD_INK_LABEL, look->label, "label");
    return to.row + 1 - row;
}

/* --- all of it -------------------------------------------------------------------------------- */

static int print(struct ad_page *page, struct ad_canvas *c, struct ad_sink *sink)
{
    page->lines += (ptrdiff_t)c->rows;
    int status = ad_canvas_print(c, page->cfg->colour, sink);
    ad_canvas_free(c);
    return status;
}

/* Bytes of a title: more than any terminal shows. */
enum { TITLE_MOST = 4096 };

static int print_title(struct ad_page *page, struct ad_sink *sink)
{
    struct ad_canvas c;
    struct ad_buf title = {0};
    if (!page->f->cfg.title)
        return 0;
    if (ad_buf_add_visible_most(&title, ad_str_of(page->f->cfg.title), TITLE_MOST) ||
        ad_canvas_init(&c, page->cfg->columns, 1, page->cfg->glyphs)) {
        ad_buf_free(&title);
        return -1;
    }
    ad_terminal_title(page, str_of(&title), page->cfg->columns, &c);
    ad_buf_free(&title);
    return print(page, &c, sink);
}

static int print_panel(struct ad_page *page, const struct ad_panel *p, struct ad_sink *sink)
{
    struct ad_canvas c;
    size_t rows = ad_terminal_panel_rows(page, p);
    if (ad_canvas_init(&c, page->cfg->columns, rows, page->cfg->glyphs))
        return -1;
    ad_terminal_panel(page, p, &c);
    return print(page, &c, sink);
}

/* The axis and what is below it. */
static int draw_foot(const struct ad_page *page, struct ad_canvas *c)
{
    enum { AXIS = 2, MOST = 16 };
    size_t axis = page->f->nshown ? AXIS : 0;
    if (ad_canvas_init(c, page->cfg->columns, axis + MOST, page->cfg->glyphs))
        return -1;
    if (axis)
        draw_axis(page, 0, c);
    c->rows = axis + draw_legend(page, axis, c);
    return 0;
}

/* Choose the size of the panels, so that all of them fit if they can. */
static int lay_out(struct ad_page *page)
{
    struct ad_canvas foot;
    page->rows = LEAST;
    choose_gutter(page);
    if (draw_foot(page, &foot))
        return -1;
    page->rows = choose_rows(page, foot.rows);
    ad_canvas_free(&foot);
    choose_gutter(page);
    return 0;
}

ptrdiff_t ad_terminal_draw(const struct ad_figure *f, const struct ad_terminal_cfg *cfg,
                           struct ad_sink *sink)
{
    struct ad_page page = {.f = f, .cfg = cfg};
    page.look = cfg->glyphs == AD_GLYPHS_BRAILLE ? &braille
                : cfg->glyphs == AD_GLYPHS_BLOCK ? &block
                                                 : &ascii;
    if (lay_out(&page) || print_title(&page, sink))
        return -1;
    for (size_t i = 0; i < f->nshown; i++)
        if (print_panel(&page, f->shown[i], sink))
            return -1;
    struct ad_canvas foot;
    if (draw_foot(&page, &foot))
        return -1;
    return print(&page, &foot, sink) ? -1 : page.lines;
}
