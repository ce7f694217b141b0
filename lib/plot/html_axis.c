#include "plot/html_private.h"
#include "plot/range.h"
#include "plot/ticks.h"

#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>

/* The script knows no calendar: it is given the marks of all steps that make this many or fewer,
 * and takes those that suit the zoom. */
enum { MARKS_MOST = 1000 };

/* A mark: millionths of the axis, what stands there, and 1 where a larger unit begins. */
static void put_mark(struct ad_html *h, const struct ad_tick *tick)
{
    char s[40];
    double along = ad_figure_along(h->f, tick->at);
    snprintf(s, sizeof s, "[%.0f,\"", round(fmax(0, fmin(1, along)) * 1e6));
    ad_html_put(h, s);
    ad_markup_text(h->sink, ad_str_of(tick->text));
    ad_html_put(h, tick->major ? "\",1]" : "\"]");
}

static void put_set(struct ad_html *h, const struct ad_tick *tick, size_t n, bool first)
{
    ad_html_put(h, first ? "[" : ",\n[");
    for (size_t i = 0; i < n; i++) {
        ad_html_put(h, i ? "," : "");
        put_mark(h, &tick[i]);
    }
    ad_html_put(h, "]");
}

/* ad_ticks_times() in as many pieces as it takes. Returns MARKS_MOST + 1 if there are more. */
static size_t find_times(const struct ad_figure *f, const struct ad_time_step *step,
                         struct ad_tick *tick)
{
    const double beyond = 5e-4; /* half of the finest step */
    double from = f->from;
    size_t n = 0;
    while (n <= MARKS_MOST && from <= f->to) {
        size_t room = MARKS_MOST + 1 - n, piece = room < AD_TICKS_MOST ? room : AD_TICKS_MOST;
        size_t found = ad_ticks_times(from, f->to, step, f->clock, tick + n, piece);
        n += found < piece ? found : piece;
        if (found < piece)
            break;
        from = tick[n - 1].at + beyond;
    }
    return n;
}

/* Marks of time, the widest step first. Returns how many the last set has, which is in tick[]. */
static size_t put_times(struct ad_html *h, struct ad_tick *tick)
{
    const struct ad_figure *f = h->f;
    size_t steps, last = 0;
    const struct ad_time_step *step = ad_time_steps(&steps);
    for (size_t i = 0; i < steps; i++) {
        size_t n = find_times(f, &step[i], tick);
        if (n > MARKS_MOST)
            return find_times(f, &step[i - 1], tick);
        if (n > last)
            put_set(h, tick, n, last == 0);
        last = n > last ? n : last;
    }
    return last;
}

static size_t find_rows(const struct ad_figure *f, double step, struct ad_tick *tick)
{
    size_t n = 0;
    for (double at = ceil(f->from / step) * step; at <= f->to && n <= MARKS_MOST; at += step) {
        tick[n] = (struct ad_tick){.at = at};
        tick[n].text[ad_number_print(tick[n].text, at)] = '\0';
        n++;
    }
    return n;
}

/* Marks of rows: at 1, 2, 5 times powers of 10, the widest first. */
static void put_rows(struct ad_html *h, struct ad_tick *tick)
{
    static const double of_ten[] = {5, 2, 1};
    size_t last = 0;
    for (double ten = pow(10, floor(log10(h->f->to - h->f->from))); ten >= 1; ten /= 10)
        for (size_t i = 0; i < 3; i++) {
            size_t n = find_rows(h->f, of_ten[i] * ten, tick);
            if (n > MARKS_MOST)
                return;
            if (n > last)
                put_set(h, tick, n, last == 0);
            last = n > last ? n : last;
        }
}

/* What the marks of the finest step are called in full. */
static void put_moments(struct ad_html *h, const struct ad_tick *tick, size_t n)
{
    ad_html_put(h, ",\n\"moments\":[");
    for (size_t i = 0; i < n; i++) {
        ad_html_put(h, i ? ",\"" : "\"");
        ad_ticks_say(tick[i].at, h->f->clock, &h->word);
        ad_html_put_word(h);
        ad_html_put(h, "\"");
    }
    ad_html_put(h, "]");
}

int ad_html_axis(struct ad_html *h)
{
    const struct ad_figure *f = h->f;
    struct ad_tick *tick = calloc(MARKS_MOST + 1, sizeof *tick);
    if (!tick)
        return -1;
    ad_html_put(h, "<script type=\"application/json\" id=\"axis\">{\"from\":");
    ad_html_put_at(h, f->from);
    ad_html_put(h, ",\"to\":");
    ad_html_put_at(h, f->to);
    ad_html_put(h, ",\"sets\":[");
    size_t n = 0;
    if (f->clock)
        n = put_times(h, tick);
    else
        put_rows(h, tick);
    ad_html_put(h, "]");
    if (f->clock)
        put_moments(h, tick, n);
    ad_html_put(h, "}</script>\n");
    free(tick);
    return h->word.failed ? -1 : 0;
}
