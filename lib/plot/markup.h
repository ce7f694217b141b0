/* Text inside of markup: HTML and SVG. */
#ifndef AD_PLOT_MARKUP_H
#define AD_PLOT_MARKUP_H

#include "base/str.h"
#include "io/sink.h"

/* Write markup as it is; a failure shows in the sink. */
void ad_markup(struct ad_sink *sink, const char *z);

/* Write text so that it is nothing but text, between tags and between quotes: bytes that are no
 * valid UTF-8 and characters that XML does not allow become U+FFFD. */
void ad_markup_text(struct ad_sink *sink, struct ad_str text);

#endif
