/* The parts of a picture: for draw*.c. */
#ifndef AD_PLOT_DRAW_PRIVATE_H
#define AD_PLOT_DRAW_PRIVATE_H

#include "plot/draw.h"
#include "plot/range.h"
#include "plot/ticks.h"

/* Sizes of letters. */
#define AD_DRAW_TITLE   17.0
#define AD_DRAW_HEADING 12.0
#define AD_DRAW_SMALL   11.0

/* Where things lie on the page. */
struct ad_arrangement {
    double width, height, left, right;           /* left and right: of all panels */
    double legend;                               /* its first baseline, and */
    double top;                                  /* of the first panel with its heading */
    double heading, plot, between, strip, pitch; /* of a panel; strip is 0 where there is none */
    double axis, footer;                         /* the last panel's bottom; a baseline */
    const struct ad_time_step *step;             /* of the axis, NULL: it has rows */
    struct ad_tick time[AD_TICKS_MOST];          /* [times] */
    size_t times, values;                        /* values: marks wanted of a panel */
};

/* A picture that is being drawn. */
struct ad_drawing {
    const struct ad_figure *f;
    struct ad_pen *pen;
    struct ad_arrangement l;
    struct ad_xy *path; /* [n], what the next line or area goes through */
    size_t n, room;
    struct ad_buf word; /* what is being worded */
    bool failed;        /* out of memory; so is word.failed */
};

/* The layout of a settled figure. */
void ad_draw_layout(struct ad_arrangement *l, const struct ad_figure *f,
                    const struct ad_draw_cfg *cfg);

/* Baselines that the legend takes at that width from `left`; drawn where there is a drawing. */
size_t ad_draw_legend(const struct ad_figure *f, double left, double right, struct ad_drawing *d);

/* Draw a panel, its heading's top at y; and its scores in a strip, the strip's top at y. */
void ad_draw_panel(struct ad_drawing *d, const struct ad_panel *p, double y);
void ad_draw_strip(struct ad_drawing *d, const struct ad_panel *p, double y);

/* Where a time or row lies across the page; the middle of the pixel, for lines that are sharp. */
double ad_draw_x(const struct ad_drawing *d, double at);
double ad_draw_sharp(double x);

/* Add a point to the path; draw a line or an area along it, and begin a new one. */
void ad_draw_to(struct ad_drawing *d, double x, double y);
void ad_draw_line(struct ad_drawing *d, enum ad_ink ink);
void ad_draw_area(struct ad_drawing *d, enum ad_ink ink);

/* A rectangle; a sharp line across the panels or down at the marks of time. */
void ad_draw_box(struct ad_drawing *d, enum ad_ink ink, struct ad_xy from, struct ad_xy to);
void ad_draw_across(struct ad_drawing *d, enum ad_ink ink, double y);
void ad_draw_marks(struct ad_drawing *d, enum ad_ink ink, double from, double to);

/* Text cut to `room`. Returns how wide it is. */
double ad_draw_text(struct ad_drawing *d, enum ad_ink ink, struct ad_xy at, enum ad_anchor anchor,
                    double size, bool bold, struct ad_str text, double room);

#endif
