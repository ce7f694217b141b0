/* Scored records into the panels of a figure. */
#ifndef AD_PLOT_PLOTTER_H
#define AD_PLOT_PLOTTER_H

#include "decide/windows.h"
#include "plot/columns.h"
#include "plot/figure.h"

struct ad_plotter {
    /* What is asked for, borrowed: */
    const struct ad_windows *windows; /* or NULL */
    const char *key;                  /* whose; NULL: those of the group */
    double from, to;                  /* of times or rows, NAN: all there are */
    /* The rest is its own. */
    struct ad_columns columns;
    struct ad_stream stream;
    struct ad_figure *figure;
    double *number; /* [columns.name.n] as ad_plotter_read() found them */
    double rows;
};

/* Begin: the figure, and what is in the stream. Returns 0, or -1; ad_plotter_close() in any case.
 */
int ad_plotter_open(struct ad_plotter *p, const struct ad_figure_cfg *cfg,
                    const struct ad_stream *stream, struct ad_err *err);
void ad_plotter_close(struct ad_plotter *p);

/* Read the texts of columns.name of the record that is added next. Returns NULL, or what is wrong
 * with text[*at]. */
const char *ad_plotter_read(struct ad_plotter *p, const struct ad_str *text, size_t *at);

/* The panels of a group: one for each value field, made with the first record. They end with the
 * figure, or when the group is forgotten. Returns NULL when out of memory. */
struct ad_plotter_group;
struct ad_plotter_group *ad_plotter_group_new(struct ad_plotter *p);
void ad_plotter_group_free(struct ad_plotter_group *g);

/* Add a record to its group. item->flagged becomes whether anything of it was. Returns 0, or -1. */
int ad_plotter_add(struct ad_plotter *p, struct ad_plotter_group *g, struct ad_item *item,
                   struct ad_err *err);

#endif
