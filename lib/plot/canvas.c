#include "plot/canvas.h"

#include "run/table.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Dots of a character. */
static const struct {
    size_t across, down;
} grain[] = {
    [AD_GLYPHS_BRAILLE] = {2, 4},
    [AD_GLYPHS_BLOCK] = {2, 2},
    [AD_GLYPHS_ASCII] = {1, 3},
};

void ad_canvas_grain(enum ad_glyphs glyphs, size_t *across, size_t *down)
{
    if (across)
        *across = grain[glyphs].across;
    if (down)
        *down = grain[glyphs].down;
}

int ad_canvas_init(struct ad_canvas *c, size_t columns, size_t rows, enum ad_glyphs glyphs)
{
    *c = (struct ad_canvas){.columns = columns, .rows = rows, .glyphs = glyphs};
    c->part = (struct ad_part){0, 0, columns, rows};
    if (rows && columns > SIZE_MAX / rows / sizeof *c->cell)
        return -1;
    c->cell = calloc(columns * rows + 1, sizeof *c->cell);
    return c->cell ? 0 : -1;
}

void ad_canvas_free(struct ad_canvas *c)
{
    free(c->cell);
    ad_buf_free(&c->text);
    *c = (struct ad_canvas){0};
}

size_t ad_canvas_across(const struct ad_canvas *c)
{
    return c->part.columns * grain[c->glyphs].across;
}

size_t ad_canvas_down(const struct ad_canvas *c)
{
    return c->part.rows * grain[c->glyphs].down;
}

/* The cell, if a thing of that level is seen there. */
static struct ad_glyph *cell_for(struct ad_canvas *c, size_t column, size_t row,
                                 struct ad_mark mark)
{
    if (column >= c->columns || row >= c->rows)
        return NULL;
    struct ad_glyph *cell = &c->cell[row * c->columns + column];
    return mark.level >= cell->mark.level ? cell : NULL;
}

void ad_canvas_dot(struct ad_canvas *c, double x, double y, struct ad_mark mark)
{
    if (!(x >= 0 && y >= 0 && x < (double)ad_canvas_across(c) && y < (double)ad_canvas_down(c)))
        return;
    size_t across = grain[c->glyphs].across, down = grain[c->glyphs].down;
    size_t i = (size_t)x, k = (size_t)y;
    struct ad_glyph *cell = cell_for(c, c->part.column + i / across, c->part.row + k / down, mark);
    if (!cell)
        return;
    if (mark.level > cell->mark.level || cell->len || cell->covered)
        *cell = (struct ad_glyph){0};
    cell->mark = mark;
    cell->dots = (unsigned char)(cell->dots | 1U << (k % down * across + i % across));
}

static void stroke(struct ad_canvas *c, double x, double from, double to, struct ad_mark mark)
{
    double low = fmax(floor(fmin(from, to)), 0);
    double high = fmin(floor(fmax(from, to)), (double)ad_canvas_down(c) - 1);
    for (double y = low; y <= high; y++)
        ad_canvas_dot(c, x, y, mark);
}

void ad_canvas_line(struct ad_canvas *c, double x0, double y0, double x1, double y1,
                    struct ad_mark mark)
{
    if (x0 > x1) {
        ad_canvas_line(c, x1, y1, x0, y0, mark);
        return;
    }
    double slope = x1 > x0 ? (y1 - y0) / (x1 - x0) : 0;
    double first = fmax(floor(x0), 0), last = fmin(floor(x1), (double)ad_canvas_across(c) - 1);
    for (double x = first; x <= last; x++) {
        double enter = fmax(x, x0), leave = fmin(x + 1, x1);
        /* What is nearly level is thinner with one dot in each column. */
        if (fabs(slope) <= 1 && x1 - x0 >= 1)
            enter = leave = fmax(x0, fmin(x1, x + 0.5));
        stroke(c, x, enter > x0 ? y0 + slope * (enter - x0) : y0,
               leave < x1 ? y0 + slope * (leave - x0) : y1, mark);
    }
}

/* Bytes of the character that begins with this one. */
static size_t char_bytes(unsigned char lead)
{
    return lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* One character that takes 1 or more columns. */
static void put(struct ad_canvas *c, size_t column, size_t row, size_t width, struct ad_str text,
                struct ad_mark mark)
{
    for (size_t i = 0; i < width; i++) {
        struct ad_glyph *cell = cell_for(c, column + i, row, mark);
        if (!cell)
            return;
        *cell = (struct ad_glyph){.covered = i > 0, .mark = mark};
        if (i > 0 || (text.len == 1 && *text.s == ' '))
            continue;
        cell->at = c->text.len;
        cell->len = text.len;
        ad_buf_add(&c->text, text.s, text.len);
    }
}

size_t ad_canvas_text(struct ad_canvas *c, size_t column, size_t row, size_t most,
                      struct ad_str text, struct ad_mark mark)
{
    size_t taken = 0, n;
    if (row >= c->rows || column >= c->columns)
        return 0;
    most = most < c->columns - column ? most : c->columns - column;
    for (size_t i = 0; i < text.len; i += n) {
        n = char_bytes((unsigned char)text.s[i]);
        size_t width = ad_text_width((struct ad_str){text.s + i, n});
        /* What combines belongs to the character before it, if there is one. */
        while (i + n < text.len && width) {
            size_t more = char_bytes((unsigned char)text.s[i + n]);
            if (ad_text_width((struct ad_str){text.s + i + n, more}))
                break;
            n += more;
        }
        if (taken + width > most)
            break;
        put(c, column + taken, row, width, (struct ad_str){text.s + i, n}, mark);
        taken += width;
    }
    return taken;
}

/* --- printing --------------------------------------------------------------------------------- */

static void add_braille(unsigned dots, struct ad_buf *out)
{
    /* Braille numbers its dots down the columns, the fourth row last: Unicode, chapter 21. */
    static const unsigned char bit[] = {0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80};
    unsigned code = 0;
    for (unsigned i = 0; i < 8; i++)
        code |= dots >> i & 1 ? bit[i] : 0;
    char utf8[] = {(char)0xe2, (char)(0xa0 | code >> 6), (char)(0x80 | (code & 0x3f))};
    ad_buf_add(out, utf8, sizeof utf8);
}

static void add_dots(const struct ad_canvas *c, unsigned dots, struct ad_buf *out)
{
    static const char *const block[] = {" ", "▘", "▝", "▀", "▖", "▌", "▞", "▛",
                                        "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█"};
    static const char *const ascii[] = {" ", "'", "-", "|", ".", "|", "|", "|"};
    if (c->glyphs == AD_GLYPHS_BRAILLE)
        add_braille(dots, out);
    else
        ad_buf_addz(out, c->glyphs == AD_GLYPHS_BLOCK ? block[dots & 15] : ascii[dots & 7]);
}

static bool is_blank(const struct ad_glyph *cell)
{
    return !cell->len && !cell->dots && !cell->covered;
}

/* Change from one look to another: all of it, so that none depends on those before it. */
static void add_look(struct ad_mark *now, struct ad_mark next, struct ad_buf *out)
{
    char colour[16] = "";
    if (now->bold == next.bold && now->colour == next.colour)
        return;
    if (next.colour == AD_COLOUR_DIM)
        snprintf(colour, sizeof colour, ";2");
    else if (next.colour >= 0)
        snprintf(colour, sizeof colour, ";%d", next.colour + (next.colour < 8 ? 30 : 82));
    ad_buf_addz(out, "\033[0");
    ad_buf_addz(out, next.bold ? ";1" : "");
    ad_buf_addz(out, colour);
    ad_buf_addz(out, "m");
    *now = next;
}

static void add_line(const struct ad_canvas *c, const struct ad_glyph *cell, bool colour,
                     struct ad_buf *out)
{
    struct ad_mark usual = {.colour = -1}, now = usual;
    size_t n = c->columns;
    while (n && is_blank(cell + n - 1))
        n--;
    for (const struct ad_glyph *end = cell + n; cell < end; cell++) {
        if (is_blank(cell)) {
            ad_buf_add(out, " ", 1);
            continue;
        }
        if (colour)
            add_look(&now, cell->mark, out);
        if (cell->len && c->text.s)
            ad_buf_add(out, c->text.s + cell->at, cell->len);
        else if (!cell->covered)
            add_dots(c, cell->dots, out);
    }
    add_look(&now, usual, out);
    ad_buf_add(out, "\n", 1);
}

int ad_canvas_print(const struct ad_canvas *c, bool colour, struct ad_sink *sink)
{
    struct ad_buf out = {0};
    bool failed = c->text.failed;
    for (size_t row = 0; row < c->rows && !failed; row++) {
        out.len = 0;
        add_line(c, c->cell + row * c->columns, colour, &out);
        failed = out.failed;
        if (!failed)
            ad_sink_write(sink, out.s, out.len);
    }
    ad_buf_free(&out);
    return failed ? -1 : 0;
}
