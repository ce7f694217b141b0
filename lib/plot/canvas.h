/* A canvas of characters, some of which are made of dots. */
#ifndef AD_PLOT_CANVAS_H
#define AD_PLOT_CANVAS_H

#include "base/str.h"
#include "io/sink.h"

/* What dots are made of: of a character braille has 2 x 4, blocks 2 x 2, ASCII 1 x 3 (where more
 * than one shows as a bar). */
enum ad_glyphs { AD_GLYPHS_BRAILLE, AD_GLYPHS_BLOCK, AD_GLYPHS_ASCII };

/* How many dots a character has; either may be NULL. */
void ad_canvas_grain(enum ad_glyphs glyphs, size_t *across, size_t *down);

/* Where dots go: so many characters from the upper left corner, and what of this they may fill. */
struct ad_part {
    size_t column, row, columns, rows;
};

/* Instead of bright black, which some themes make the colour of the paper: the usual one, dimmed.
 */
enum { AD_COLOUR_DIM = 8 };

/* What a character looks like. Of two things in one place the one of the higher level is seen; of
 * equal ones dots join, and texts replace what was there. */
struct ad_mark {
    unsigned char level;
    bool bold;
    int colour; /* 0 to 7, 9 to 15 bright ones; -1: the usual */
};

struct ad_glyph {
    size_t at, len;     /* its text, in `text` */
    unsigned char dots; /* a bit each, row by row */
    bool covered;       /* by the wide text to its left */
    struct ad_mark mark;
};

struct ad_canvas {
    size_t columns, rows;
    enum ad_glyphs glyphs;
    struct ad_part part;   /* the one of dots: at first all of it */
    struct ad_glyph *cell; /* [rows][columns] */
    struct ad_buf text;
};

/* An empty canvas. Returns 0, or -1 when out of memory. */
int ad_canvas_init(struct ad_canvas *c, size_t columns, size_t rows, enum ad_glyphs glyphs);
void ad_canvas_free(struct ad_canvas *c);

/* Dots of the part of dots: across and down. */
size_t ad_canvas_across(const struct ad_canvas *c);
size_t ad_canvas_down(const struct ad_canvas *c);

/* A dot, x from the left and y from the top of the part; outside of it nothing. */
void ad_canvas_dot(struct ad_canvas *c, double x, double y, struct ad_mark mark);

/* A line without a hole between dots: of each column all that it passes. */
void ad_canvas_line(struct ad_canvas *c, double x0, double y0, double x1, double y1,
                    struct ad_mark mark);

/* Valid UTF-8 without control characters at this character, cut to `most` columns. Returns how many
 * it took. Out of memory shows when printing. */
size_t ad_canvas_text(struct ad_canvas *c, size_t column, size_t row, size_t most,
                      struct ad_str text, struct ad_mark mark);

/* Print all lines, without blanks at their ends. Returns 0, or -1 when out of memory; failures to
 * write show in the sink. */
int ad_canvas_print(const struct ad_canvas *c, bool colour, struct ad_sink *sink);

#endif
