/* The parts of a report: for html*.c. */
#ifndef AD_PLOT_HTML_PRIVATE_H
#define AD_PLOT_HTML_PRIVATE_H

#include "plot/figure.h"
#include "plot/markup.h"

/* A page that is being written. */
struct ad_html {
    const struct ad_figure *f;
    struct ad_sink *sink;
    struct ad_buf word; /* what is being worded; its `failed` tells of all */
};

/* Write markup; what was worded as text, which is empty then; a whole number for people. */
void ad_html_put(struct ad_html *h, const char *markup);
void ad_html_put_word(struct ad_html *h);
void ad_html_put_count(struct ad_html *h, uint64_t n);

/* Write a place on the axis for the script: seconds or rows, to a thousandth. */
void ad_html_put_at(struct ad_html *h, double at);

/* Word a stretch of the axis for people; without what its ends have in common. */
void ad_html_say_stretch(struct ad_html *h, double from, double to);

/* Write the marks of the axis, for every zoom, as JSON. Returns 0, or -1 when out of memory. */
int ad_html_axis(struct ad_html *h);

/* Write what was found. */
void ad_html_table(struct ad_html *h);

#endif
