#include "plot/html_private.h"
#include "plot/ticks.h"

#include "base/number.h"

#include <stdio.h>

/* Where zooming to it leads: it and as much again on both sides, a fiftieth of all at least. */
static void put_link(struct ad_html *h, const struct ad_finding *d)
{
    const struct ad_figure *f = h->f;
    double room = fmax(d->to - d->from, (f->to - f->from) / 50);
    ad_html_put(h, "<a href=\"#");
    ad_html_put_at(h, fmax(f->from, d->from - room));
    ad_html_put(h, "..");
    ad_html_put_at(h, fmin(f->to, d->to + room));
    ad_html_put(h, "\">");
    ad_html_say_stretch(h, d->from, d->to);
    ad_html_put_word(h);
    ad_html_put(h, "</a>");
}

/* Seconds in the two largest units that they have. */
static void say_duration(struct ad_buf *out, double seconds)
{
    static const double size[] = {86400, 3600, 60, 1};
    static const char *const name[] = {"d", "h", "min", "s"};
    char text[AD_NUMBER_MAX + 16];
    size_t i = 0;
    while (i < 3 && seconds < size[i])
        i++;
    if (i == 3) {
        ad_buf_add(out, text, ad_number_print(text, round(seconds * 1000) / 1000));
        ad_buf_addz(out, "\xC2\xA0s");
        return;
    }
    seconds = round(seconds / size[i + 1]) * size[i + 1];
    double whole = floor(seconds / size[i]), rest = seconds - whole * size[i];
    snprintf(text, sizeof text, "%.0f\xC2\xA0%s", whole, name[i]);
    ad_buf_addz(out, text);
    snprintf(text, sizeof text, " %.0f\xC2\xA0%s", rest / size[i + 1], name[i + 1]);
    ad_buf_addz(out, rest > 0 ? text : "");
}

static void say_length(struct ad_html *h, const struct ad_finding *d)
{
    char text[AD_NUMBER_MAX];
    double length = d->to - d->from;
    if (h->f->clock && length > 0) {
        say_duration(&h->word, length);
    } else if (!h->f->clock) {
        ad_buf_add(&h->word, text, ad_number_print(text, length + 1));
        ad_buf_addz(&h->word, length > 0 ? " rows" : " row");
    }
}

static void say_band(struct ad_buf *out, const struct ad_point *p)
{
    bool below = isfinite(p->lower), above = isfinite(p->upper);
    if (below && above) {
        ad_ticks_say_value(p->lower, out);
        ad_buf_addz(out, "\xC2\xA0to\xC2\xA0");
        ad_ticks_say_value(p->upper, out);
    } else if (below || above) {
        ad_buf_addz(out, below ? "at least " : "at most ");
        ad_ticks_say_value(below ? p->lower : p->upper, out);
    }
}

static void say_expected(struct ad_buf *out, const struct ad_point *p)
{
    bool band = isfinite(p->lower) || isfinite(p->upper);
    if (!isfinite(p->expected)) {
        say_band(out, p);
        return;
    }
    ad_ticks_say_value(p->expected, out);
    ad_buf_addz(out, band ? " (" : "");
    say_band(out, p);
    ad_buf_addz(out, band ? ")" : "");
}

/* A cell of what was worded; key: what it is sorted by, NAN: its text. */
static void put_cell(struct ad_html *h, const char *name, double key)
{
    char text[AD_NUMBER_MAX];
    ad_html_put(h, "<td class=\"");
    ad_html_put(h, name);
    if (isfinite(key)) {
        ad_html_put(h, "\" data-key=\"");
        ad_sink_write(h->sink, text, ad_number_print(text, key));
    }
    ad_html_put(h, "\">");
    ad_html_put_word(h);
    ad_html_put(h, "</td>");
}

static void put_numbers(struct ad_html *h, const struct ad_finding *d)
{
    char text[AD_NUMBER_MAX];
    if (isfinite(d->peak.score)) /* 0.9996 is no certainty */
        ad_buf_add(&h->word, text, ad_score_print(text, floor(d->peak.score * 1000) / 1000));
    put_cell(h, "score", d->peak.score);
    ad_ticks_say_value(d->peak.value, &h->word);
    put_cell(h, "value", d->peak.value);
    say_expected(&h->word, &d->peak);
    put_cell(h, "expected", isfinite(d->peak.expected) ? d->peak.expected : d->peak.upper);
    ad_html_put(h, "<td class=\"points\" data-key=\"");
    ad_html_put_at(h, (double)d->n);
    ad_html_put(h, "\">");
    ad_html_put_count(h, d->n);
    ad_html_put(h, "</td>");
}

static void put_severity(struct ad_html *h, enum ad_severity severity)
{
    char key[] = {(char)('0' + severity), '\0'};
    const char *name = ad_severity_name(severity);
    ad_html_put(h, "<td class=\"severity\" data-key=\"");
    ad_html_put(h, key);
    ad_html_put(h, "\"><span class=\"");
    ad_html_put(h, name);
    ad_html_put(h, "\">");
    ad_html_put(h, name);
    ad_html_put(h, "</span></td>");
}

/* The place of a panel in the picture, or -1. */
static int place_of(const struct ad_figure *f, const struct ad_panel *panel)
{
    for (size_t i = 0; i < f->nshown; i++)
        if (f->shown[i] == panel)
            return (int)i;
    return -1;
}

static void put_row(struct ad_html *h, const struct ad_finding *d)
{
    char place[16];
    snprintf(place, sizeof place, "%d", place_of(h->f, d->panel));
    ad_html_put(h, "<tr data-panel=\"");
    ad_html_put(h, place);
    ad_html_put(h, "\" data-from=\"");
    ad_html_put_at(h, d->from);
    ad_html_put(h, "\" data-to=\"");
    ad_html_put_at(h, d->to);
    ad_html_put(h, "\">");
    ad_html_put(h, "<th scope=\"row\" class=\"when\">");
    put_link(h, d);
    ad_html_put(h, "</th>");
    say_length(h, d);
    put_cell(h, "length", d->to - d->from);
    ad_buf_add(&h->word, d->panel->title.s, d->panel->title.len);
    put_cell(h, "series", (double)NAN);
    put_severity(h, d->severity);
    put_numbers(h, d);
    ad_buf_add(&h->word, d->reason.s, d->reason.len);
    put_cell(h, "reason", (double)NAN);
    ad_html_put(h, "</tr>\n");
}

static const char headings[] =
    "</th><th scope=\"col\" class=\"length\">Length</th><th scope=\"col\" "
    "class=\"series\">Series</th>"
    "<th scope=\"col\" class=\"severity\">Severity</th><th scope=\"col\" class=\"score\">Score</th>"
    "<th scope=\"col\" class=\"value\">Value</th><th scope=\"col\" class=\"expected\">Expected</th>"
    "<th scope=\"col\" class=\"points\">Points</th><th scope=\"col\" class=\"reason\">Reason</th>"
    "</tr></thead>\n<tbody>\n";

static void put_caption(struct ad_html *h)
{
    const struct ad_figure *f = h->f;
    ad_html_put(h, "<caption>");
    if (f->findings.all > f->findings.n) {
        ad_html_put(h, "The ");
        ad_html_put_count(h, f->nfound);
        ad_html_put(h, " worst stretches of flagged records, and ");
        ad_html_put_count(h, f->findings.all - f->findings.n);
        ad_html_put(h, " more that are not listed.");
    } else {
        ad_html_put_count(h, f->nfound);
        ad_html_put(h, f->nfound == 1 ? " stretch of flagged records."
                                      : " stretches of flagged records.");
    }
    ad_html_put(h, " Value, expected and reason are those of the record with the highest score"
                   " in each.</caption>\n");
}

void ad_html_table(struct ad_html *h)
{
    const struct ad_figure *f = h->f;
    ad_html_put(h, "<h2>What was found</h2>\n");
    if (f->nfound == 0) {
        ad_html_put(h, "<p class=\"nothing\">Nothing is flagged.</p>\n");
        return;
    }
    ad_html_put(h, f->n > 1 ? "<table>\n" : "<table class=\"single\">\n");
    put_caption(h);
    ad_html_put(h, "<thead><tr><th scope=\"col\" class=\"when\" aria-sort=\"ascending\">");
    ad_html_put(h, f->clock ? "Time" : "Row");
    ad_html_put(h, headings);
    for (size_t i = 0; i < f->nfound; i++)
        put_row(h, f->found[i]);
    ad_html_put(h, "</tbody>\n</table>\n");
}
