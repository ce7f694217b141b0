/* A figure in characters. */
#ifndef AD_PLOT_TERMINAL_H
#define AD_PLOT_TERMINAL_H

#include "plot/canvas.h"
#include "plot/figure.h"

struct ad_terminal_cfg {
    size_t columns; /* 40 or more */
    size_t rows;    /* of a panel's plot; 0: what suits the number of panels and `lines` */
    size_t lines;   /* of the terminal; 0: unknown */
    enum ad_glyphs glyphs;
    bool colour;
};

/* Draw a settled figure. Returns how many lines were printed, or -1 when out of memory; failures
 * to write show in the sink. */
ptrdiff_t ad_terminal_draw(const struct ad_figure *f, const struct ad_terminal_cfg *cfg,
                           struct ad_sink *sink);

#endif
