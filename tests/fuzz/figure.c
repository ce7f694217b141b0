/* A figure of whatever points: traces count all of them and keep the extremes, drawings of every
 * kind come to an end, lines of text are as wide as they may be, and a page has no NaN in it. */
#include "plot/html.h"
#include "plot/range.h"
#include "plot/terminal.h"
#include "run/table.h"

#include <fcntl.h>
#include <stdlib.h>

enum { GROUPS = 3 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* The next bytes as a number: small ones mostly, or any double there is. */
static double number(const uint8_t **data, size_t *size)
{
    double x = (double)NAN;
    if (*size == 0)
        return x;
    uint8_t first = **data;
    size_t n = first < 0xf0 ? 1 : 1 + sizeof x;
    if (n > *size)
        n = *size;
    if (n == 1)
        x = first < 0xe0 ? first : (double)NAN;
    else if (n == 1 + sizeof x)
        memcpy(&x, *data + 1, sizeof x);
    *data += n;
    *size -= n;
    return x;
}

static struct ad_point point(const uint8_t **data, size_t *size, double *at)
{
    uint8_t kind = **data;
    (*data)++;
    (*size)--;
    double step = kind & 1 ? number(data, size) : 1;
    if (kind & 2)
        step = -step;
    *at = isfinite(*at + step) && fabs(*at + step) < 1e15 ? *at + step : 0;
    struct ad_point p = {.at = *at,
                         .flagged = kind & 4,
                         .shift = (kind & 0x38) == 0x38,
                         .labelled = (kind & 0x18) == 0x18,
                         .apart = (kind & 0x70) == 0x70};
    p.value = number(data, size);
    p.value = isinf(p.value) ? (double)NAN : p.value;
    p.expected = p.lower = p.upper = p.score = (double)NAN;
    if (kind & 8) {
        p.expected = number(data, size);
        p.expected = isinf(p.expected) ? (double)NAN : p.expected;
        p.lower = number(data, size);
        p.upper = number(data, size);
    }
    if (kind & 0x80)
        p.score = fmin(number(data, size) / 255, 1);
    return p;
}

static void check_trace(const struct ad_trace *t)
{
    uint64_t n = 0, flagged = 0;
    double least = (double)NAN, largest = (double)NAN;
    for (size_t i = 0; i < t->n; i++) {
        n += t->slice[i].n;
        flagged += t->slice[i].flagged;
        least = fmin(least, t->slice[i].least.value);
        largest = fmax(largest, t->slice[i].most.value);
        require(i == 0 || t->slice[i - 1].index < t->slice[i].index);
    }
    require(n == t->points && flagged == t->flagged);
    require(isnan(t->least) ? isnan(least) : least <= t->least && least >= t->least);
    require(isnan(t->largest) ? isnan(largest) : largest <= t->largest && largest >= t->largest);
}

static void check_text(const struct ad_figure *f, unsigned how)
{
    const struct ad_terminal_cfg cfg = {40 + how % 97, how % 5 * 2, how % 41,
                                        (enum ad_glyphs)(how % 3), false};
    struct ad_sink sink;
    require(ad_sink_open(&sink, open("/dev/null", O_WRONLY), "text", NULL) == 0);
    ptrdiff_t lines = ad_terminal_draw(f, &cfg, &sink);
    require(lines > 0 && !sink.used);
    for (size_t i = 0; i < sink.len; lines--) {
        const char *end = memchr(sink.buf + i, '\n', sink.len - i);
        require(end != NULL);
        struct ad_str line = {sink.buf + i, (size_t)(end - sink.buf) - i};
        require(ad_text_width(line) <= cfg.columns);
        i += line.len + 1;
    }
    require(lines == 0);
    ad_sink_close(&sink, NULL);
}

/* No word of a number that is none; titles are ours and have none either. */
static void check_page(const struct ad_figure *f)
{
    const struct ad_draw_cfg cfg = {0, 0};
    struct ad_sink sink;
    struct ad_err err = {0};
    require(ad_sink_open(&sink, open("/dev/null", O_WRONLY), "page", NULL) == 0);
    struct ad_pen *pen = ad_pen_svg(&sink, ad_draw_size(f, &cfg), ad_str_of(""), true, &err);
    require(pen && ad_draw(f, &cfg, pen) == 0 && ad_pen_close(pen, &err) == 0);
    for (size_t i = 0; !sink.used && i + 3 < sink.len; i++)
        require(memcmp(sink.buf + i, "nan", 3) != 0 && memcmp(sink.buf + i, " inf", 4) != 0);
    require(ad_html_report(f, &cfg, &sink, &err) == 0);
    ad_sink_close(&sink, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ad_err err = {0};
    if (size < 3)
        return 0;
    unsigned how = data[0];
    struct ad_clock *clock = how & 1 ? ad_clock_open("Europe/Berlin", NULL, &err) : NULL;
    const struct ad_figure_cfg cfg = {.panels = 2,
                                      .slices = 1 << (how % 17),
                                      .findings = how % 9,
                                      .log = how & 2,
                                      .low = (double)NAN,
                                      .high = (double)NAN};
    struct ad_figure *f = ad_figure_new(&cfg, clock);
    struct ad_panel *panel[GROUPS];
    double at[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
        panel[i] = ad_figure_panel(f, ad_str_of("panel"));
        at[i] = how & 4 ? 1.7e9 : 0;
    }
    for (data++, size--; size > 1;) {
        unsigned g = *data++ % GROUPS;
        size--;
        const struct ad_point p = point(&data, &size, &at[g]);
        require(ad_figure_add(f, panel[g], &p, AD_SEVERITY_NONE, ad_str_of("because")) == 0);
        f->records++;
        f->flagged += p.flagged;
    }
    require(ad_figure_settle(f) == 0);
    for (int i = 0; i < GROUPS; i++) {
        check_trace(&panel[i]->trace);
        require(panel[i]->trace.n <= f->slices);
    }
    check_text(f, how);
    check_page(f);
    ad_figure_free(f);
    ad_clock_close(clock);
    return 0;
}
