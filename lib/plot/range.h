/* The two axes of a panel: how far they go, and where a point lies on them. */
#ifndef AD_PLOT_RANGE_H
#define AD_PLOT_RANGE_H

#include "plot/figure.h"

/* Choose low and high of a panel: all values and a little room, and of what is normal what lies not
 * too far from them. Returns 0, or -1 when out of memory. */
int ad_panel_range(struct ad_panel *panel, const struct ad_figure_cfg *cfg);

/* Where a value lies on the value axis of its panel: 0 at the bottom, 1 at the top, what is outside
 * at most 10 beyond them; NAN where it cannot be drawn. */
double ad_figure_up(const struct ad_figure *f, const struct ad_panel *panel, double value);

/* Where a time or row lies on the common axis, 0 at its beginning, 1 at its end. */
double ad_figure_along(const struct ad_figure *f, double at);

#endif
