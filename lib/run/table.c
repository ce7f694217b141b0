#include "run/table.h"

#include "base/number.h"
#include "record/csv.h"
#include "record/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum kind { EMPTY, TEXT, NUMBER };

struct cell {
    enum kind kind;
    size_t at, len; /* TEXT: where in the buffer */
    double x;
    int decimals;
};

struct ad_table {
    const struct ad_column *column;
    size_t ncolumn;
    struct cell *cell;
    size_t n, room;
    struct ad_buf text;
    bool failed;
};

struct ad_table *ad_table_new(const struct ad_column *columns, size_t n)
{
    struct ad_table *t = calloc(1, sizeof *t);
    if (t) {
        t->column = columns;
        t->ncolumn = n;
    }
    return t;
}

void ad_table_free(struct ad_table *t)
{
    if (!t)
        return;
    free(t->cell);
    ad_buf_free(&t->text);
    free(t);
}

static void add(struct ad_table *t, struct cell cell)
{
    if (t->n == t->room && !t->failed) {
        size_t room = t->room ? 2 * t->room : 64;
        struct cell *grown = realloc(t->cell, room * sizeof *grown);
        if (grown) {
            t->cell = grown;
            t->room = room;
        }
        t->failed = !grown;
    }
    if (!t->failed)
        t->cell[t->n++] = cell;
}

void ad_table_text(struct ad_table *t, struct ad_str text)
{
    struct cell cell = {.kind = TEXT, .at = t->text.len, .len = text.len};
    t->failed |= ad_buf_add(&t->text, text.s, text.len) != 0;
    add(t, cell);
}

void ad_table_number(struct ad_table *t, double x, int decimals)
{
    add(t, (struct cell){.kind = isfinite(x) ? NUMBER : EMPTY, .x = x, .decimals = decimals});
}

void ad_table_empty(struct ad_table *t)
{
    add(t, (struct cell){.kind = EMPTY});
}

static struct ad_str cell_text(const struct ad_table *t, const struct cell *cell)
{
    return (struct ad_str){cell->len ? t->text.s + cell->at : "", cell->len};
}

/* Append the cell as people are to see it. */
static void add_visible(const struct ad_table *t, const struct cell *cell, struct ad_buf *out)
{
    if (cell->kind == TEXT)
        ad_buf_add_visible(out, cell_text(t, cell));
    if (cell->kind != NUMBER)
        return;
    const char *format = cell->decimals < 0 ? "%.*g" : "%.*f";
    int digits = abs(cell->decimals), len = snprintf(NULL, 0, format, digits, cell->x);
    char *s = len < 0 ? NULL : ad_buf_room(out, (size_t)len + 1);
    if (!s) {
        out->failed = true;
        return;
    }
    snprintf(s, (size_t)len + 1, format, digits, cell->x);
    /* What is rounded to nothing has no sign. */
    bool nothing = *s == '-' && strspn(s, "-0.") == (size_t)len;
    if (nothing)
        memmove(s, s + 1, (size_t)len);
    out->len += (size_t)len - nothing;
}

/* The visible text of one cell, into the emptied buffer. */
static struct ad_str visible(const struct ad_table *t, const struct cell *cell, struct ad_buf *b)
{
    b->len = 0;
    add_visible(t, cell, b);
    return (struct ad_str){b->len ? b->s : "", b->len};
}

/* What the best cell of a column shows, or nothing when there is none to compare it with. */
static void find_best(const struct ad_table *t, size_t column, struct ad_buf *best)
{
    const struct cell *top = NULL;
    size_t numbers = 0;
    double sign = t->column[column].best == AD_BEST_LEAST ? -1 : 1;
    for (size_t i = column; i < t->n; i += t->ncolumn) {
        if (t->cell[i].kind != NUMBER)
            continue;
        numbers++;
        if (!top || sign * t->cell[i].x > sign * top->x)
            top = t->cell + i;
    }
    best->len = 0;
    if (numbers > 1 && t->column[column].best != AD_BEST_NONE)
        add_visible(t, top, best);
}

/* How a column is laid out. */
struct layout {
    size_t width;
    bool right;         /* it holds no texts */
    struct ad_buf best; /* what its best cell shows */
};

static bool lay_out(const struct ad_table *t, struct layout *layout)
{
    struct ad_buf b = {0};
    for (size_t c = 0; c < t->ncolumn; c++) {
        struct layout *l = layout + c;
        l->width = ad_text_width(ad_str_of(t->column[c].name));
        l->right = true;
        for (size_t i = c; i < t->n; i += t->ncolumn) {
            size_t width = ad_text_width(visible(t, t->cell + i, &b));
            l->width = width > l->width ? width : l->width;
            l->right &= t->cell[i].kind != TEXT;
        }
        find_best(t, c, &l->best);
        b.failed |= l->best.failed;
    }
    bool good = !b.failed;
    ad_buf_free(&b);
    return good;
}

static void add_blanks(struct ad_buf *out, size_t n)
{
    while (n-- > 0 && !out->failed)
        ad_buf_add(out, " ", 1);
}

/* One cell of a line; no blanks at its end. */
static void add_padded(struct ad_buf *out, const struct layout *l, struct ad_str text, bool bold,
                       bool last)
{
    size_t width = ad_text_width(text), blanks = l->width > width ? l->width - width : 0;
    add_blanks(out, l->right ? blanks : 0);
    ad_buf_addz(out, bold ? "\033[1m" : "");
    ad_buf_add(out, text.s, text.len);
    ad_buf_addz(out, bold ? "\033[0m" : "");
    add_blanks(out, l->right || last ? 0 : blanks);
    while (last && out->len && out->s[out->len - 1] == ' ')
        out->len--;
    ad_buf_addz(out, last ? "\n" : "  ");
}

static void add_table(const struct ad_table *t, const struct layout *layout, bool colour,
                      struct ad_buf *out)
{
    for (size_t c = 0; c < t->ncolumn; c++)
        add_padded(out, layout + c, ad_str_of(t->column[c].name), false, c + 1 == t->ncolumn);
    struct ad_buf b = {0};
    for (size_t i = 0; i < t->n; i++) {
        size_t c = i % t->ncolumn;
        struct ad_str text = visible(t, t->cell + i, &b);
        struct ad_str best = {layout[c].best.s, layout[c].best.len};
        bool bold = colour && best.len && t->cell[i].kind == NUMBER && ad_str_eq(text, best);
        add_padded(out, layout + c, text, bold, c + 1 == t->ncolumn);
    }
    out->failed |= b.failed;
    ad_buf_free(&b);
}

static int print(struct ad_buf *out, bool good, struct ad_sink *sink)
{
    good &= !out->failed;
    if (good)
        ad_sink_write(sink, out->s, out->len);
    ad_buf_free(out);
    return good ? 0 : -1;
}

int ad_table_people(const struct ad_table *t, struct ad_sink *sink, bool colour)
{
    struct ad_buf out = {0};
    struct layout *layout = calloc(t->ncolumn, sizeof *layout);
    bool good = layout && !t->failed && lay_out(t, layout);
    if (good)
        add_table(t, layout, colour, &out);
    for (size_t c = 0; layout && c < t->ncolumn; c++)
        ad_buf_free(&layout[c].best);
    free(layout);
    return print(&out, good, sink);
}

/* A cell of a row for programs. */
static void add_plain(const struct ad_table *t, const struct cell *cell,
                      const struct ad_format *format, struct ad_buf *out)
{
    char number[AD_NUMBER_MAX];
    bool json = format->kind == AD_FORMAT_NDJSON;
    if (cell->kind == NUMBER)
        ad_buf_add(out, number, ad_number_print(number, cell->x));
    else if (cell->kind == EMPTY)
        ad_buf_addz(out, json ? "null" : "");
    else if (json)
        ad_json_quote(out, cell_text(t, cell));
    else
        ad_csv_quote(out, cell_text(t, cell), format->delim);
}

static void add_header(const struct ad_table *t, char delim, struct ad_buf *out)
{
    for (size_t c = 0; c < t->ncolumn; c++) {
        ad_csv_quote(out, ad_str_of(t->column[c].name), delim);
        ad_buf_add(out, c + 1 < t->ncolumn ? &delim : "\n", 1);
    }
}

int ad_table_rows(const struct ad_table *t, struct ad_sink *sink, const struct ad_format *format)
{
    struct ad_buf out = {0};
    bool json = format->kind == AD_FORMAT_NDJSON;
    if (!json && format->header)
        add_header(t, format->delim, &out);
    for (size_t i = 0; !t->failed && i < t->n; i++) {
        size_t c = i % t->ncolumn;
        if (json) {
            ad_buf_addz(&out, c ? "," : "{");
            ad_json_quote(&out, ad_str_of(t->column[c].name));
            ad_buf_addz(&out, ":");
        } else {
            ad_buf_add(&out, &format->delim, c > 0);
        }
        add_plain(t, t->cell + i, format, &out);
        if (c + 1 == t->ncolumn)
            ad_buf_addz(&out, json ? "}\n" : "\n");
    }
    return print(&out, !t->failed, sink);
}

int ad_table_report(const struct ad_table *t, const struct ad_heard *heard)
{
    /* Names are of the report, whether the input had any or not. */
    struct ad_format out = heard->out;
    out.header = true;
    return heard->table ? ad_table_people(t, heard->sink, heard->colour)
                        : ad_table_rows(t, heard->sink, &out);
}

/* The next code point of valid UTF-8. */
static unsigned decode(const unsigned char **s)
{
    unsigned lead = *(*s)++;
    if (lead < 0x80)
        return lead;
    size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    unsigned code = lead & (0x3fU >> more);
    while (more-- > 0)
        code = code << 6 | (*(*s)++ & 0x3f);
    return code;
}

size_t ad_text_width(struct ad_str text)
{
    static const struct {
        unsigned first, last, width;
    } odd[] = {
        {0x300, 0x36f, 0},     {0x200b, 0x200f, 0},   {0x20d0, 0x20ff, 0},   {0xfe00, 0xfe0f, 0},
        {0x1100, 0x115f, 2},   {0x2e80, 0x303e, 2},   {0x3041, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},
        {0xf900, 0xfaff, 2},   {0xfe30, 0xfe6f, 2},   {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},
        {0x1f300, 0x1f64f, 2}, {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
    };
    const unsigned char *s = (const unsigned char *)text.s;
    size_t width = 0;
    for (const unsigned char *end = s + text.len; s < end;) {
        unsigned code = decode(&s), wide = 1;
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
            if (code >= odd[i].first && code <= odd[i].last)
                wide = odd[i].width;
        width += wide;
    }
    return width;
}
