/* A figure as a report: one file of HTML without anything from outside. */
#ifndef AD_PLOT_HTML_H
#define AD_PLOT_HTML_H

#include "plot/draw.h"

/* Write the picture, zoomable, and the table of what was found. Returns 0, or -1. */
int ad_html_report(const struct ad_figure *f, const struct ad_draw_cfg *cfg, struct ad_sink *sink,
                   struct ad_err *err);

#endif
