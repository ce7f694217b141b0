#include "plot/picture.h"

#include "io/screen.h"
#include "plot/html.h"
#include "plot/terminal.h"

#include <stdlib.h>
#include <unistd.h>

enum { FEWEST_COLUMNS = 40, USUAL_COLUMNS = 80, MOST_COLUMNS = 1000, LEAST_PIXELS = 200 };

enum ad_picture_form ad_picture_form(const struct ad_picture_cfg *c)
{
    if (c->form != AD_FORM_AUTO)
        return (enum ad_picture_form)c->form;
    return isatty(STDOUT_FILENO) && !c->html ? AD_FORM_TEXT : AD_FORM_SVG;
}

const char *ad_picture_check(const struct ad_picture_cfg *c)
{
    bool text = ad_picture_form(c) == AD_FORM_TEXT;
    if (c->html && c->form != AD_FORM_AUTO)
        return "--html and --out exclude each other";
    if (!text && isatty(STDOUT_FILENO))
        return "standard output is a terminal: send the picture to a file, as in > picture.svg";
    if (c->width && text && (c->width < FEWEST_COLUMNS || c->width > MOST_COLUMNS))
        return "--width: text has 40 to 1000 columns";
    if (c->width && !text && c->width < LEAST_PIXELS)
        return "--width: a page has at least 200 pixels";
    return NULL;
}

static enum ad_glyphs glyphs_for(const struct ad_picture_cfg *c)
{
    const char *term = getenv("TERM");
    if (c->chars != AD_CHARS_AUTO)
        return (enum ad_glyphs)(c->chars - AD_CHARS_BRAILLE);
    if (ad_screen_narrow())
        return AD_GLYPHS_ASCII;
    /* The console of Linux has blocks, but no braille. */
    return term && strcmp(term, "linux") == 0 ? AD_GLYPHS_BLOCK : AD_GLYPHS_BRAILLE;
}

static int draw_text(const struct ad_figure *f, const struct ad_picture_cfg *c,
                     struct ad_sink *sink, size_t *lines, struct ad_err *err)
{
    struct ad_terminal_cfg cfg = {
        .rows = (size_t)c->height,
        .glyphs = glyphs_for(c),
        .colour = c->colour == AD_COLOUR_ALWAYS ||
                  (c->colour == AD_COLOUR_AUTO && ad_screen_colour(STDOUT_FILENO))};
    ad_screen_size(STDOUT_FILENO, &cfg.columns, &cfg.lines);
    if (c->width)
        cfg.columns = (size_t)c->width;
    if (cfg.columns == 0)
        cfg.columns = USUAL_COLUMNS;
    cfg.columns = cfg.columns < FEWEST_COLUMNS ? FEWEST_COLUMNS
                  : cfg.columns > MOST_COLUMNS ? MOST_COLUMNS
                                               : cfg.columns;
    ptrdiff_t n = ad_terminal_draw(f, &cfg, sink);
    *lines = n > 0 ? (size_t)n : 0;
    return n < 0 ? ad_err_nomem(err) : 0;
}

int ad_picture_draw(const struct ad_figure *f, const struct ad_picture_cfg *c, struct ad_sink *sink,
                    size_t *lines, struct ad_err *err)
{
    const struct ad_draw_cfg cfg = {(double)c->width, (double)c->height};
    const enum ad_picture_form form = ad_picture_form(c);
    if (form == AD_FORM_TEXT)
        return draw_text(f, c, sink, lines, err);
    if (c->html)
        return ad_html_report(f, &cfg, sink, err);
    const struct ad_xy size = ad_draw_size(f, &cfg);
    const struct ad_str title = ad_str_of(f->cfg.title ? f->cfg.title : "");
    struct ad_pen *pen = form == AD_FORM_PNG   ? ad_pen_png(sink, size, err)
                         : form == AD_FORM_PDF ? ad_pen_pdf(sink, size, title, err)
                                               : ad_pen_svg(sink, size, title, true, err);
    if (!pen)
        return -1;
    bool drawn = ad_draw(f, &cfg, pen) == 0;
    if (ad_pen_close(pen, err))
        return -1;
    return drawn ? 0 : ad_err_nomem(err);
}
