/* A figure on a page. */
#ifndef AD_PLOT_DRAW_H
#define AD_PLOT_DRAW_H

#include "plot/figure.h"
#include "plot/pen.h"

/* Pixels: of the page across, of a panel without its strip down; 0: what suits the figure. */
struct ad_draw_cfg {
    double width, height;
};

/* The size of the page that the figure needs. */
struct ad_xy ad_draw_size(const struct ad_figure *f, const struct ad_draw_cfg *cfg);

/* Draw a settled figure on a page of that size. Returns 0, or -1 when out of memory. */
int ad_draw(const struct ad_figure *f, const struct ad_draw_cfg *cfg, struct ad_pen *pen);

#endif
