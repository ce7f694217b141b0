/* What the parts of a picture in characters share. */
#ifndef AD_PLOT_TERMINAL_PRIVATE_H
#define AD_PLOT_TERMINAL_PRIVATE_H

#include "plot/ink.h"
#include "plot/terminal.h"
#include "plot/ticks.h"

/* What lies over what. */
enum ad_level { AD_LEVEL_BAND = 1, AD_LEVEL_GUIDE, AD_LEVEL_LINE, AD_LEVEL_TEXT, AD_LEVEL_FLAG };

/* The characters that stand for things. */
struct ad_terminal_look {
    const char *flag, *shift, *guide, *label, *shade;
    const char *side, *side_tick, *corner, *base, *base_tick, *cut;
    const char *score[8];
    const char *line; /* a piece of line, and */
    const char *band; /* of band, for the legend */
};

struct ad_page {
    const struct ad_figure *f;
    const struct ad_terminal_cfg *cfg;
    const struct ad_terminal_look *look;
    size_t gutter, plot; /* columns left of the side of a plot, and right of it */
    size_t rows;         /* of a plot */
    ptrdiff_t lines;     /* printed */
};

static inline struct ad_mark ad_mark_of(enum ad_ink ink, enum ad_level level)
{
    return (struct ad_mark){(unsigned char)level, false, ad_ink[ink].ansi};
}

/* Lines of a panel: heading, plot, labels and scores if it has any. */
size_t ad_terminal_panel_rows(const struct ad_page *page, const struct ad_panel *p);

/* Draw it on a canvas of so many rows. */
void ad_terminal_panel(const struct ad_page *page, const struct ad_panel *p, struct ad_canvas *c);

/* The character of the plot where a time is: 0 to page->plot - 1, also for what is outside. */
size_t ad_terminal_column(const struct ad_page *page, double at);

/* A title in the first line, bold, cut to so many columns. */
void ad_terminal_title(const struct ad_page *page, struct ad_str title, size_t most,
                       struct ad_canvas *c);

/* The marks of the value axis of a panel. Returns how many. */
size_t ad_terminal_side(const struct ad_page *page, const struct ad_panel *p,
                        struct ad_tick tick[AD_TICKS_MOST]);

#endif
