#include "plot/terminal_private.h"

#include "plot/range.h"
#include "run/table.h"

#include <inttypes.h>
#include <stdio.h>

/* --- where things are, in dots from the upper left of the plot -------------------------------- */

static double x_of(const struct ad_page *page, double at)
{
    size_t across;
    ad_canvas_grain(page->cfg->glyphs, &across, NULL);
    return ad_figure_along(page->f, at) * (double)(page->plot * across - 1) + 0.5;
}

static double y_of(const struct ad_page *page, double up)
{
    size_t down;
    ad_canvas_grain(page->cfg->glyphs, NULL, &down);
    return (1 - up) * (double)(page->rows * down - 1) + 0.5;
}

static double y_of_value(const struct ad_page *page, const struct ad_panel *p, double value)
{
    return y_of(page, ad_figure_up(page->f, p, value));
}

size_t ad_terminal_column(const struct ad_page *page, double at)
{
    size_t across;
    ad_canvas_grain(page->cfg->glyphs, &across, NULL);
    return (size_t)fmax(0, fmin((double)page->plot - 1, floor(x_of(page, at) / (double)across)));
}

/* The row of the plot where a value is; at its edge for what is outside, at the bottom for what
 * cannot be drawn. */
static size_t row_of(const struct ad_page *page, const struct ad_panel *p, double value)
{
    size_t down;
    double y = y_of_value(page, p, value), most = (double)page->rows - 1;
    ad_canvas_grain(page->cfg->glyphs, NULL, &down);
    return (size_t)(isnan(y) ? most : fmax(0, fmin(most, floor(y / (double)down))));
}

/* --- in the plot ------------------------------------------------------------------------------ */

/* What is normal, from left to right; of one column of dots all that any slice there calls so. */
struct band {
    double x, top, low;            /* of the column, NAN: there is none yet */
    double before_top, before_low; /* of the one before, NAN: none */
};

static void shade(const struct ad_page *page, struct ad_canvas *c, double x, double row)
{
    size_t across;
    ad_canvas_grain(c->glyphs, &across, NULL);
    if (row >= 0 && row < (double)page->rows)
        ad_canvas_text(c, c->part.column + (size_t)x / across, c->part.row + (size_t)row, 1,
                       ad_str_of(page->look->shade), ad_mark_of(AD_INK_BAND, AD_LEVEL_BAND));
}

/* A dotted line, of it one column of dots. */
static void outline(struct ad_canvas *c, double x, double before, double y)
{
    struct ad_mark mark = ad_mark_of(AD_INK_BAND, AD_LEVEL_BAND);
    double from = isnan(before) ? y : before;
    double high = floor(fmin(from, y)), low = floor(fmax(from, y));
    bool steep = low - high > 1;
    low = fmin(low, (double)ad_canvas_down(c));
    for (double k = fmax(high, 0); k <= low; k++)
        if (fmod(steep ? k : x, 2) < 1)
            ad_canvas_dot(c, x, k, mark);
}

/* Draw the column. */
static void finish(const struct ad_page *page, struct ad_canvas *c, struct band *b)
{
    if (isnan(b->x))
        return;
    size_t down;
    ad_canvas_grain(c->glyphs, NULL, &down);
    double top = b->top / (double)down, low = b->low / (double)down;
    switch (c->glyphs) {
    case AD_GLYPHS_BRAILLE:
        outline(c, b->x, b->before_top, b->top);
        outline(c, b->x, b->before_low, b->low);
        break;
    case AD_GLYPHS_BLOCK:
        /* Of a character its middle counts. */
        for (double row = fmax(ceil(top - 0.5), 0); row <= low - 0.5 && row < (double)page->rows;
             row++)
            shade(page, c, b->x, row);
        break;
    case AD_GLYPHS_ASCII:
        shade(page, c, b->x, floor(top));
        shade(page, c, b->x, floor(low));
        break;
    }
    b->before_top = b->top;
    b->before_low = b->low;
    b->x = (double)NAN;
}

struct edges {
    double x, top, low;
};

static void extend(const struct ad_page *page, struct ad_canvas *c, struct band *b,
                   struct edges from, struct edges to)
{
    double last = fmin(floor(to.x), (double)ad_canvas_across(c) - 1);
    for (double x = fmax(floor(from.x), 0); x <= last; x++) {
        double part = to.x > from.x ? fmax(0, fmin(1, (x + 0.5 - from.x) / (to.x - from.x))) : 0;
        double top = from.top + part * (to.top - from.top);
        double low = from.low + part * (to.low - from.low);
        bool same = b->x >= x;
        if (!same)
            finish(page, c, b);
        *b = (struct band){x, same ? fmin(b->top, top) : top, same ? fmax(b->low, low) : low,
                           b->before_top, b->before_low};
    }
}

static void draw_band(const struct ad_page *page, const struct ad_panel *p, struct ad_canvas *c)
{
    static const struct band none = {(double)NAN, 0, 0, (double)NAN, (double)NAN};
    struct band band = none;
    struct edges before = {0};
    bool leads = false;
    for (size_t i = 0; i < p->trace.n; i++) {
        const struct ad_slice *s = &p->trace.slice[i];
        bool normal = !isnan(s->lower) || !isnan(s->upper);
        struct edges at = {
            x_of(page, s->from),
            y_of_value(page, p, isnan(s->upper) ? (double)INFINITY : s->upper),
            y_of_value(page, p, isnan(s->lower) ? -(double)INFINITY : s->lower),
        };
        /* Where the axis is logarithmic it may lie below all that can be drawn. */
        normal &= !isnan(at.top);
        at.low = isnan(at.low) ? y_of(page, -1) : at.low;
        leads &= normal && !s->apart;
        if (!leads) {
            finish(page, c, &band);
            band = none;
        } else {
            extend(page, c, &band, before, at);
        }
        before = at;
        before.x = x_of(page, s->to);
        if (normal)
            extend(page, c, &band, at, before);
        leads = normal;
    }
    finish(page, c, &band);
}

static void draw_shifts(const struct ad_page *page, const struct ad_panel *p, struct ad_canvas *c)
{
    struct ad_mark guide = ad_mark_of(AD_INK_SHIFT, AD_LEVEL_GUIDE);
    for (size_t i = 0; i < p->trace.n; i++) {
        if (isnan(p->trace.slice[i].shift))
            continue;
        size_t column = c->part.column + ad_terminal_column(page, p->trace.slice[i].shift);
        for (size_t row = 1; row < c->part.rows; row++)
            ad_canvas_text(c, column, c->part.row + row, 1, ad_str_of(page->look->guide), guide);
        ad_canvas_text(c, column, c->part.row, 1, ad_str_of(page->look->shift),
                       ad_mark_of(AD_INK_SHIFT, AD_LEVEL_TEXT));
    }
}

static void draw_line(const struct ad_page *page, const struct ad_panel *p, struct ad_canvas *c)
{
    struct ad_mark mark = ad_mark_of(AD_INK_LINE, AD_LEVEL_LINE);
    double x = 0, y = (double)NAN;
    for (size_t i = 0; i < p->trace.n; i++) {
        const struct ad_slice *s = &p->trace.slice[i];
        bool falls = s->most.at < s->least.at;
        const struct ad_spot *const spot[] = {&s->first, falls ? &s->most : &s->least,
                                              falls ? &s->least : &s->most, &s->last};
        bool apart = s->apart || isnan(s->first.value);
        for (size_t k = 0; k < 4; k++) {
            double to_x = x_of(page, spot[k]->at);
            double to_y = y_of_value(page, p, spot[k]->value);
            if (!isnan(to_y)) {
                bool leads = !isnan(y) && !(apart && k == 0);
                ad_canvas_line(c, leads ? x : to_x, leads ? y : to_y, to_x, to_y, mark);
            }
            x = to_x;
            y = to_y;
        }
    }
}

static void draw_flag(const struct ad_page *page, const struct ad_panel *p, struct ad_canvas *c,
                      size_t column, const struct ad_slice *s)
{
    ad_canvas_text(c, c->part.column + column, c->part.row + row_of(page, p, s->flag.value), 1,
                   ad_str_of(page->look->flag), ad_mark_of(AD_INK_FLAG, AD_LEVEL_FLAG));
}

/* Of those of a column the one of highest score, that the line can be seen between them. */
static void draw_flags(const struct ad_page *page, const struct ad_panel *p, struct ad_canvas *c)
{
    const struct ad_slice *best = NULL;
    size_t column = 0;
    for (size_t i = 0; i < p->trace.n; i++) {
        const struct ad_slice *s = &p->trace.slice[i];
        if (!s->flagged)
            continue;
        size_t at = ad_terminal_column(page, isnan(s->flag.at) ? s->from : s->flag.at);
        if (best && at != column)
            draw_flag(page, p, c, column, best);
        if (!best || at != column || s->flag_score > best->flag_score)
            best = s;
        column = at;
    }
    if (best)
        draw_flag(page, p, c, column, best);
}

/* --- beside it -------------------------------------------------------------------------------- */

size_t ad_terminal_side(const struct ad_page *page, const struct ad_panel *p,
                        struct ad_tick tick[AD_TICKS_MOST])
{
    size_t wanted = page->rows / 4 + 2, n;
    /* Labels in all rows, or nearly, would be at uneven distances. */
    for (wanted = wanted < 6 ? wanted : 6;; wanted--) {
        n = ad_ticks_numbers(p->low, p->high, page->f->cfg.log, wanted, tick);
        if (wanted <= 2 || 2 * n <= page->rows + 1)
            return n;
    }
}

static void draw_side(const struct ad_page *page, const struct ad_panel *p, struct ad_canvas *c)
{
    struct ad_tick tick[AD_TICKS_MOST];
    size_t n = ad_terminal_side(page, p, tick), taken = SIZE_MAX;
    struct ad_mark frame = ad_mark_of(AD_INK_FRAME, AD_LEVEL_GUIDE);
    for (size_t row = c->part.row; row < c->rows; row++)
        ad_canvas_text(c, page->gutter, row, 1, ad_str_of(page->look->side), frame);
    for (size_t i = 0; i < n; i++) {
        size_t row = row_of(page, p, tick[i].at);
        struct ad_str text = ad_str_of(tick[i].text);
        size_t width = ad_text_width(text);
        if (row == taken || width >= page->gutter)
            continue;
        taken = row;
        ad_canvas_text(c, page->gutter - 1 - width, c->part.row + row, width, text,
                       ad_mark_of(AD_INK_TEXT, AD_LEVEL_TEXT));
        ad_canvas_text(c, page->gutter, c->part.row + row, 1, ad_str_of(page->look->side_tick),
                       frame);
    }
}

/* The name of a row below the plot. */
static void name_row(const struct ad_page *page, size_t row, const char *name, struct ad_canvas *c)
{
    struct ad_mark faint = ad_mark_of(AD_INK_FAINT, AD_LEVEL_TEXT);
    size_t width = strlen(name);
    ad_canvas_text(c, page->gutter - 1 - width, row, width, ad_str_of(name), faint);
}

static void draw_stretch(const struct ad_page *page, double from, double to, size_t row,
                         struct ad_canvas *c)
{
    struct ad_mark mark = ad_mark_of(AD_INK_LABEL, AD_LEVEL_TEXT);
    if (to < page->f->from || from > page->f->to)
        return;
    size_t last = ad_terminal_column(page, to);
    for (size_t i = ad_terminal_column(page, from); i <= last; i++)
        ad_canvas_text(c, c->part.column + i, row, 1, ad_str_of(page->look->label), mark);
}

static bool is_labelled(const struct ad_panel *p)
{
    bool labelled = p->windows > 0;
    for (size_t i = 0; i < p->trace.n && !labelled; i++)
        labelled = p->trace.slice[i].labelled;
    return labelled;
}

static void draw_labels(const struct ad_page *page, const struct ad_panel *p, size_t row,
                        struct ad_canvas *c)
{
    const struct ad_slice *s = p->trace.slice;
    name_row(page, row, "label", c);
    for (size_t i = 0; i < p->windows; i++)
        draw_stretch(page, p->window[i].from, p->window[i].to, row, c);
    for (size_t i = 0; i < p->trace.n; i++) {
        size_t first = i;
        while (i + 1 < p->trace.n && s[i].labelled && s[i + 1].labelled)
            i++;
        if (s[i].labelled)
            draw_stretch(page, s[first].from, s[i].to, row, c);
    }
}

static void draw_score(const struct ad_page *page, size_t column, double score, size_t row,
                       struct ad_canvas *c)
{
    /* Higher scores have higher levels, so the highest of a column is seen. */
    size_t level = (size_t)fmax(0, fmin(7, floor(score * 8)));
    struct ad_mark mark = ad_mark_of(score >= 0.5 ? AD_INK_ALARM : AD_INK_SCORE, AD_LEVEL_BAND);
    mark.level = (unsigned char)(mark.level + level);
    ad_canvas_text(c, c->part.column + column, row, 1, ad_str_of(page->look->score[level]), mark);
}

/* Each slice as wide as half the way to the next ones, so that few of them leave no holes. */
static void draw_scores(const struct ad_page *page, const struct ad_panel *p, size_t row,
                        struct ad_canvas *c)
{
    const struct ad_slice *s = p->trace.slice;
    name_row(page, row, "score", c);
    for (size_t i = 0; i < p->trace.n; i++) {
        if (isnan(s[i].score))
            continue;
        double from = s[i].from, to = s[i].to;
        if (i > 0 && !s[i].apart)
            from = s[i - 1].to / 2 + from / 2;
        if (i + 1 < p->trace.n && !s[i + 1].apart)
            to = s[i + 1].from / 2 + to / 2;
        size_t last = ad_terminal_column(page, to);
        for (size_t k = ad_terminal_column(page, from); k <= last; k++)
            draw_score(page, k, s[i].score, row, c);
    }
}

/* The title as far as there is room, and how many are flagged. */
static void draw_heading(const struct ad_page *page, const struct ad_panel *p, struct ad_canvas *c)
{
    char count[48];
    uint64_t flagged = p->trace.flagged;
    int n = snprintf(count, sizeof count, "%" PRIu64 " flagged", flagged);
    struct ad_mark mark = ad_mark_of(flagged ? AD_INK_FLAG : AD_INK_FAINT, AD_LEVEL_TEXT);
    size_t width = n < 0 ? 0 : (size_t)n, end = page->cfg->columns - width;
    ad_canvas_text(c, end, 0, width, ad_str_of(count), mark);
    ad_terminal_title(page, (struct ad_str){p->title.len ? p->title.s : "", p->title.len}, end - 2,
                      c);
}

static void draw_nothing(const struct ad_page *page, struct ad_canvas *c)
{
    static const char text[] = "no values";
    size_t width = sizeof text - 1;
    ad_canvas_text(c, c->part.column + (page->plot - width) / 2, c->part.row + page->rows / 2,
                   width, ad_str_of(text), ad_mark_of(AD_INK_FAINT, AD_LEVEL_TEXT));
}

size_t ad_terminal_panel_rows(const struct ad_page *page, const struct ad_panel *p)
{
    return 1 + page->rows + is_labelled(p) + p->scored;
}

void ad_terminal_panel(const struct ad_page *page, const struct ad_panel *p, struct ad_canvas *c)
{
    c->part = (struct ad_part){page->gutter + 1, 1, page->plot, page->rows};
    draw_heading(page, p, c);
    draw_side(page, p, c);
    draw_band(page, p, c);
    draw_shifts(page, p, c);
    draw_line(page, p, c);
    draw_flags(page, p, c);
    if (isnan(p->trace.least))
        draw_nothing(page, c);
    if (is_labelled(p))
        draw_labels(page, p, 1 + page->rows, c);
    if (p->scored)
        draw_scores(page, p, 1 + page->rows + is_labelled(p), c);
}
