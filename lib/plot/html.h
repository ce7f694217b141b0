/* A figure as a report: one file of HTML that needs nothing from outside, and works without its
 * script, too. */
#ifndef AD_PLOT_HTML_H
#define AD_PLOT_HTML_H

#include "plot/draw.h"

/* Write the settled figure: what it is of, its picture, which can be zoomed, and the table of what
 * was found. Returns 0, or -1; failures to write also show in the sink. */
int ad_html_report(const struct ad_figure *f, const struct ad_draw_cfg *cfg, struct ad_sink *sink,
                   struct ad_err *err);

#endif
