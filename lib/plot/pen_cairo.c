#include "plot/lettering.h"
#include "plot/pen.h"
#include "plot/typeface.h"

#include <cairo-pdf.h>
#include <cairo.h>
#include <math.h>
#include <stdlib.h>

/* Of cairo's images, in pixels. */
enum { LARGEST = 32767 };

struct page {
    struct ad_pen pen;
    struct ad_sink *sink;
    cairo_surface_t *surface;
    cairo_t *cr;
    struct ad_buf words; /* text as cairo takes it */
};

static cairo_status_t write_sink(void *sink, const unsigned char *s, unsigned len)
{
    ad_sink_write(sink, s, len);
    return CAIRO_STATUS_SUCCESS; /* the sink remembers */
}

static void choose(struct page *p, enum ad_ink ink)
{
    const struct ad_ink_look *look = &ad_ink[ink];
    cairo_set_source_rgba(p->cr, look->rgb[0] / 255.0, look->rgb[1] / 255.0, look->rgb[2] / 255.0,
                          look->opacity);
    cairo_set_line_width(p->cr, look->width);
    cairo_set_dash(p->cr, &look->dash, look->dash > 0, 0);
}

static void area(struct ad_pen *pen, enum ad_ink ink, const struct ad_xy *at, size_t n)
{
    struct page *p = (struct page *)pen;
    for (size_t i = 0; i < n; i++)
        cairo_line_to(p->cr, at[i].x, at[i].y);
    cairo_close_path(p->cr);
    choose(p, ink);
    cairo_fill(p->cr);
}

/* In pieces: the time of a stroke grows with how often it crosses itself. */
static void line(struct ad_pen *pen, enum ad_ink ink, const struct ad_xy *at, size_t n)
{
    enum { PIECE = 64 };
    struct page *p = (struct page *)pen;
    choose(p, ink);
    for (size_t i = 0; i < n; i++) {
        cairo_line_to(p->cr, at[i].x, at[i].y);
        if (i > 0 && i % PIECE == 0 && i + 1 < n) {
            cairo_stroke(p->cr);
            cairo_move_to(p->cr, at[i].x, at[i].y);
        }
    }
    if (n == 1)
        cairo_line_to(p->cr, at->x, at->y);
    cairo_stroke(p->cr);
}

static void dot(struct ad_pen *pen, enum ad_ink ink, struct ad_xy at, struct ad_str title)
{
    struct page *p = (struct page *)pen;
    (void)title;
    choose(p, AD_INK_PAPER);
    cairo_set_line_width(p->cr, ad_ink[ink].width + ad_ink[AD_INK_PAPER].width);
    cairo_move_to(p->cr, at.x, at.y);
    cairo_line_to(p->cr, at.x, at.y);
    cairo_stroke(p->cr);
    line(pen, ink, &at, 1);
}

/* Write the words from x on, or only measure them. Returns where they end. */
static double write_words(struct page *p, struct ad_xy at, bool bold, bool measure)
{
    for (size_t i = 0, n; i < p->words.len; i += n) {
        cairo_text_extents_t extents;
        char *run = p->words.s + i;
        n = ad_typeface_choose(p->cr, (struct ad_str){run, p->words.len - i}, bold);
        const char next = run[n];
        run[n] = '\0';
        cairo_text_extents(p->cr, run, &extents);
        cairo_move_to(p->cr, at.x, at.y);
        if (!measure)
            cairo_show_text(p->cr, run);
        cairo_new_path(p->cr);
        run[n] = next;
        at.x += extents.x_advance;
    }
    return at.x;
}

/* Make `words` the text as cairo takes it, with a NUL behind. Returns 0, or -1 when out of memory,
 * which `words` remembers. */
static int take_words(struct page *p, struct ad_str text)
{
    p->words.len = 0;
    if (ad_lettering_fit(&p->words, text, 1, false, (double)INFINITY) ||
        ad_buf_add(&p->words, "", 1))
        return -1;
    p->words.len--;
    return 0;
}

static void text(struct ad_pen *pen, enum ad_ink ink, struct ad_xy at, enum ad_anchor anchor,
                 double size, bool bold, struct ad_str words)
{
    struct page *p = (struct page *)pen;
    if (take_words(p, words))
        return;
    choose(p, ink);
    cairo_set_font_size(p->cr, size);
    if (anchor != AD_ANCHOR_START)
        at.x -= (write_words(p, at, bold, true) - at.x) * (anchor == AD_ANCHOR_END ? 1 : 0.5);
    write_words(p, at, bold, false);
}

static void enter(struct ad_pen *pen, const char *name, struct ad_xy from, struct ad_xy to)
{
    struct page *p = (struct page *)pen;
    (void)name;
    cairo_save(p->cr);
    cairo_rectangle(p->cr, from.x, from.y, to.x - from.x, to.y - from.y);
    cairo_clip(p->cr);
}

static void leave(struct ad_pen *pen)
{
    cairo_restore(((struct page *)pen)->cr);
}

static void page_free(struct page *p)
{
    cairo_destroy(p->cr);
    cairo_surface_destroy(p->surface);
    ad_buf_free(&p->words);
    free(p);
}

static int page_end(struct page *p, cairo_status_t status, struct ad_err *err)
{
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_status(p->cr);
    bool full = status == CAIRO_STATUS_NO_MEMORY || p->words.failed;
    page_free(p);
    if (full)
        return ad_err_nomem(err);
    if (status != CAIRO_STATUS_SUCCESS)
        return ad_err_set(err, "cannot draw the page: %s", cairo_status_to_string(status));
    return 0;
}

static int close_png(struct ad_pen *pen, struct ad_err *err)
{
    struct page *p = (struct page *)pen;
    cairo_status_t status = cairo_status(p->cr);
    if (status == CAIRO_STATUS_SUCCESS && !p->words.failed)
        status = cairo_surface_write_to_png_stream(p->surface, write_sink, p->sink);
    return page_end(p, status, err);
}

static int close_pdf(struct ad_pen *pen, struct ad_err *err)
{
    struct page *p = (struct page *)pen;
    cairo_show_page(p->cr);
    cairo_status_t status = cairo_status(p->cr);
    cairo_surface_finish(p->surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(p->surface);
    return page_end(p, status, err);
}

static const struct ad_pen_kind png = {area, line, dot, text, enter, leave, close_png};
static const struct ad_pen_kind pdf = {area, line, dot, text, enter, leave, close_pdf};

/* No hints: they differ from machine to machine. */
static void plain_letters(cairo_t *cr)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cr, options);
    cairo_font_options_destroy(options);
}

/* A white page on the surface, which it owns. */
static struct page *page_new(cairo_surface_t *surface, struct ad_sink *sink,
                             const struct ad_pen_kind *kind, struct ad_err *err)
{
    struct page *p = malloc(sizeof *p);
    if (!p) {
        cairo_surface_destroy(surface);
        ad_err_nomem(err);
        return NULL;
    }
    *p = (struct page){{kind}, sink, surface, cairo_create(surface), {0}};
    plain_letters(p->cr);
    cairo_set_line_cap(p->cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_ROUND);
    choose(p, AD_INK_PAPER);
    cairo_paint(p->cr);
    if (cairo_status(p->cr) == CAIRO_STATUS_SUCCESS)
        return p;
    page_end(p, CAIRO_STATUS_SUCCESS, err);
    return NULL;
}

struct ad_pen *ad_pen_png(struct ad_sink *sink, struct ad_xy size, struct ad_err *err)
{
    if (!(size.x <= LARGEST && size.y <= LARGEST)) {
        ad_err_set(err,
                   "a picture of %.0f by %.0f pixels is too large: at most %d either way; give "
                   "less for --width, --height or --panels, or take SVG",
                   size.x, size.y, LARGEST);
        return NULL;
    }
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(size.x), (int)ceil(size.y));
    struct page *p = page_new(surface, sink, &png, err);
    return p ? &p->pen : NULL;
}

struct ad_pen *ad_pen_pdf(struct ad_sink *sink, struct ad_xy size, struct ad_str title,
                          struct ad_err *err)
{
    static const double points = 0.75;
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(write_sink, sink, size.x * points, size.y * points);
    struct page *p = page_new(surface, sink, &pdf, err);
    if (!p)
        return NULL;
    cairo_scale(p->cr, points, points);
    if (take_words(p, title) == 0)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, p->words.s);
    /* The same figure is the same file, whenever it is drawn. */
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "");
    return &p->pen;
}
