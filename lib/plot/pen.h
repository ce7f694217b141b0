/* Drawing on pages of several kinds. Units are pixels (CSS; 0.75 points in PDF), x to the right, y
 * down. Failures show at ad_pen_close(). */
#ifndef AD_PLOT_PEN_H
#define AD_PLOT_PEN_H

#include "base/err.h"
#include "base/str.h"
#include "io/sink.h"
#include "plot/ink.h"

#include <stdbool.h>
#include <stddef.h>

/* The typeface of all pages, then those of the same or of similar widths. */
#define AD_PEN_FACE  "DejaVu Sans"
#define AD_PEN_FACES "'DejaVu Sans',Verdana,Arial,sans-serif"

struct ad_xy {
    double x, y;
};

enum ad_anchor { AD_ANCHOR_START, AD_ANCHOR_MIDDLE, AD_ANCHOR_END };

struct ad_pen;

/* What a kind of page can do. */
struct ad_pen_kind {
    /* A polygon, filled; a line through the points: nothing of none, a dot of one. */
    void (*area)(struct ad_pen *, enum ad_ink, const struct ad_xy *, size_t n);
    void (*line)(struct ad_pen *, enum ad_ink, const struct ad_xy *, size_t n);
    /* A flagged point, with a rim of paper; title is what it says when pointed at. */
    void (*dot)(struct ad_pen *, enum ad_ink, struct ad_xy, struct ad_str title);
    /* The baseline is at y. */
    void (*text)(struct ad_pen *, enum ad_ink, struct ad_xy, enum ad_anchor, double size, bool bold,
                 struct ad_str text);
    /* What follows until leave() belongs to this rectangle and is clipped by it, except that text
     * must stand outside of all; name tells what it is ("plot", "strip", "axis"): those of one
     * figure have the same axis of time from their left to their right edge. In SVG that is an svg
     * element of the class, whose viewBox is at first the rectangle, in coordinates of the page. */
    void (*enter)(struct ad_pen *, const char *name, struct ad_xy from, struct ad_xy to);
    void (*leave)(struct ad_pen *);
    int (*close)(struct ad_pen *, struct ad_err *);
};

struct ad_pen {
    const struct ad_pen_kind *kind;
};

/* A page of that size, and its title, which is not drawn. They return NULL with a text; the sink is
 * borrowed. SVG: `whole` is a file of its own, else an svg element for HTML. */
struct ad_pen *ad_pen_png(struct ad_sink *sink, struct ad_xy size, struct ad_err *err);
struct ad_pen *ad_pen_pdf(struct ad_sink *sink, struct ad_xy size, struct ad_str title,
                          struct ad_err *err);
struct ad_pen *ad_pen_svg(struct ad_sink *sink, struct ad_xy size, struct ad_str title, bool whole,
                          struct ad_err *err);

/* End the page, write what is left of it, and free the pen. NULL is accepted. Returns 0, or -1. */
int ad_pen_close(struct ad_pen *pen, struct ad_err *err);

#endif
