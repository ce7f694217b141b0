/* Which typeface has the letters of a text: cairo by itself takes one for all of them. */
#ifndef AD_PLOT_TYPEFACE_H
#define AD_PLOT_TYPEFACE_H

#include "base/str.h"

#include <cairo.h>
#include <stdbool.h>

/* Let cr write in that of the page or, where it lacks the first letter, in one that this machine
 * has for it. text is valid UTF-8 of at least a letter. Returns for how many bytes that will do. */
size_t ad_typeface_choose(cairo_t *cr, struct ad_str text, bool bold);

#endif
