#include "plot/html.h"

#include "plot/html_private.h"
#include "plot/ticks.h"

#include <stdio.h>

/* By scripts/embed: the hash, then the lines. */
static const char *const style[] = {
#include "gen/report_css.h"
};
static const char *const script[] = {
#include "gen/report_js.h"
};
enum { STYLE_LINES = sizeof style / sizeof *style, SCRIPT_LINES = sizeof script / sizeof *script };

void ad_html_put(struct ad_html *h, const char *markup)
{
    ad_markup(h->sink, markup);
}

void ad_html_put_word(struct ad_html *h)
{
    ad_markup_text(h->sink, (struct ad_str){h->word.s, h->word.len});
    h->word.len = 0;
}

void ad_html_put_count(struct ad_html *h, uint64_t n)
{
    ad_ticks_say_count(n, &h->word);
    ad_html_put_word(h);
}

void ad_html_put_at(struct ad_html *h, double at)
{
    char s[400];
    double whole = floor(fabs(at)), rest = round((fabs(at) - whole) * 1000);
    if (rest >= 1000) {
        whole += 1;
        rest = 0;
    }
    snprintf(s, sizeof s, rest > 0 ? "%s%.0f.%03.0f" : "%s%.0f", at < 0 ? "-" : "", whole, rest);
    ad_html_put(h, s);
}

/* Lines may only break between days. */
void ad_html_say_stretch(struct ad_html *h, double from, double to)
{
    ad_ticks_say_stretch(from, to, h->f->clock, "\xC2\xA0\xE2\x80\x93\xE2\x81\xA0\xC2\xA0",
                         "\xC2\xA0\xE2\x80\x93 ", &h->word);
}

/* --- what it is of -------------------------------------------------------------------------- */

static struct ad_str heading_of(const struct ad_figure *f)
{
    return ad_str_of(f->cfg.title && *f->cfg.title ? f->cfg.title : "Anomalies");
}

static void put_span(struct ad_html *h)
{
    const struct ad_figure *f = h->f;
    if (isnan(f->first))
        return;
    ad_html_put(h, ", ");
    if (!f->clock)
        ad_html_put(h, "rows ");
    ad_html_say_stretch(h, f->first, f->last);
    if (f->clock) {
        ad_buf_addz(&h->word, " (");
        ad_buf_addz(&h->word, ad_clock_zone(f->clock));
        ad_buf_addz(&h->word, ")");
    }
    ad_html_put_word(h);
}

static void put_series(struct ad_html *h)
{
    const struct ad_figure *f = h->f;
    ad_html_put(h, " ");
    ad_html_put_count(h, f->n);
    ad_html_put(h, " series");
    put_span(h);
    ad_html_put(h, ".");
    if (f->nshown < f->n) {
        ad_html_put(h, " The picture shows ");
        ad_html_put_count(h, f->nshown);
        ad_html_put(h, " of them, those with most that is flagged.");
    }
}

/* How much of all, to two digits. */
static void put_percent(struct ad_html *h, double percent)
{
    double unit = pow(10, floor(log10(percent)) - 1);
    ad_buf_addz(&h->word, " (");
    ad_ticks_say_value(round(percent / unit) * unit, &h->word);
    ad_buf_addz(&h->word, "\xC2\xA0%)");
    ad_html_put_word(h);
}

static void put_summary(struct ad_html *h)
{
    const struct ad_figure *f = h->f;
    ad_html_put(h, "<p class=\"summary\">");
    if (f->records == 0) {
        ad_html_put(h, "There are no records.</p>\n");
        return;
    }
    ad_html_put(h, f->flagged ? "<strong>" : "");
    ad_html_put_count(h, f->flagged);
    ad_html_put(h, f->flagged ? "</strong> of " : " of ");
    ad_html_put_count(h, f->records);
    ad_html_put(h, f->records == 1 ? " record is flagged" : " records are flagged");
    if (f->flagged)
        put_percent(h, 100 * (double)f->flagged / (double)f->records);
    ad_html_put(h, ".");
    put_series(h);
    ad_html_put(h, "</p>\n");
}

/* --- the page ------------------------------------------------------------------------------- */

static void put_head(struct ad_html *h)
{
    ad_html_put(h, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'; "
                   "script-src '");
    ad_html_put(h, script[0]);
    ad_html_put(h, "'\">\n<meta name=\"viewport\" content=\"width=device-width, "
                   "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<meta name=\"generator\" content=\"adkit " AD_VERSION "\">\n<title>");
    ad_markup_text(h->sink, heading_of(h->f));
    ad_html_put(h, "</title>\n<style>");
    for (size_t i = 1; i < STYLE_LINES; i++)
        ad_html_put(h, style[i]);
    ad_html_put(h, "</style>\n</head>\n<body>\n<h1>");
    ad_markup_text(h->sink, heading_of(h->f));
    ad_html_put(h, "</h1>\n");
    put_summary(h);
}

static const char tools[] =
    "<div id=\"tools\" role=\"toolbar\" aria-label=\"Zoom\" hidden>\n"
    "<button type=\"button\" data-do=\"in\" title=\"Zoom in\" aria-label=\"Zoom in\">+</button>\n"
    "<button type=\"button\" data-do=\"out\" title=\"Zoom out\" "
    "aria-label=\"Zoom out\">\xE2\x88\x92</button>\n"
    "<button type=\"button\" data-do=\"earlier\" title=\"Earlier\" "
    "aria-label=\"Earlier\">\xE2\x97\x80</button>\n"
    "<button type=\"button\" data-do=\"later\" title=\"Later\" "
    "aria-label=\"Later\">\xE2\x96\xB6</button>\n"
    "<button type=\"button\" data-do=\"reset\">Reset</button>\n"
    "<output id=\"shown\" aria-live=\"polite\"></output>\n</div>\n";

static const char help[] =
    "<p id=\"help\" hidden>Drag across a stretch to zoom in; a double click shows all again. Keys: "
    "<kbd>+</kbd> <kbd>\xE2\x88\x92</kbd> <kbd>\xE2\x86\x90</kbd> <kbd>\xE2\x86\x92</kbd> "
    "<kbd>Esc</kbd>. A click on a dot leads to its row, one on a row to its stretch.</p>\n";

static int put_picture(struct ad_html *h, const struct ad_draw_cfg *cfg, struct ad_err *err)
{
    ad_html_put(h, "<section>\n");
    ad_html_put(h, tools);
    ad_html_put(h, "<figure id=\"picture\" role=\"group\" "
                   "aria-label=\"Picture of the series over time\">\n");
    struct ad_figure f = *h->f;
    f.cfg.title = NULL; /* the page has it */
    struct ad_pen *pen = ad_pen_svg(h->sink, ad_draw_size(&f, cfg), heading_of(h->f), false, err);
    if (!pen)
        return -1;
    if (ad_draw(&f, cfg, pen)) {
        ad_pen_close(pen, err);
        return ad_err_nomem(err);
    }
    if (ad_pen_close(pen, err))
        return -1;
    ad_html_put(h, "</figure>\n");
    ad_html_put(h, help);
    ad_html_put(h, "</section>\n");
    return 0;
}

int ad_html_report(const struct ad_figure *f, const struct ad_draw_cfg *cfg, struct ad_sink *sink,
                   struct ad_err *err)
{
    struct ad_html h = {.f = f, .sink = sink};
    int rc = -1;
    put_head(&h);
    if (f->nshown && put_picture(&h, cfg, err))
        goto out;
    ad_html_table(&h);
    if (f->nshown && ad_html_axis(&h)) {
        ad_err_nomem(err);
        goto out;
    }
    ad_html_put(&h, "<script>");
    for (size_t i = 1; i < SCRIPT_LINES; i++)
        ad_html_put(&h, script[i]);
    ad_html_put(&h, "</script>\n</body>\n</html>\n");
    rc = h.word.failed ? ad_err_nomem(err) : 0;
out:
    ad_buf_free(&h.word);
    return rc;
}
