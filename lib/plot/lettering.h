/* Text on a page: what may stand there, and how wide it is. Estimated, so that the layout is the
 * same wherever and in whatever format a figure is drawn. */
#ifndef AD_PLOT_LETTERING_H
#define AD_PLOT_LETTERING_H

#include "base/str.h"

#include <stdbool.h>

/* Stands for every byte that is none of a character that may be shown. */
#define AD_LETTER_LOST "\xef\xbf\xbd"

/* Bytes of the character at p < end if it may stand in text of XML and of cairo: valid UTF-8, no
 * control character, no noncharacter at the end of the first plane; else 0. */
size_t ad_letter_size(const char *p, const char *end);

/* Pixels that text of that size takes, as in DejaVu Sans. */
double ad_lettering_width(struct ad_str text, double size, bool bold);

/* Append the text as it may stand on a page, cut with an ellipsis where it is wider than `room`.
 * Returns 0, or -1 when out of memory. */
int ad_lettering_fit(struct ad_buf *out, struct ad_str text, double size, bool bold, double room);

#endif
