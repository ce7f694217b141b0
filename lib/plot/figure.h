/* What is to be drawn: panels one below the other over the same axis of time, and what was found.
 * Nothing in it knows of pixels, files or terminals. */
#ifndef AD_PLOT_FIGURE_H
#define AD_PLOT_FIGURE_H

#include "base/time.h"
#include "plot/finding.h"

/* One series: a field of a group. */
struct ad_panel {
    size_t at;           /* its place in the figure, */
    uint64_t made;       /* and how many were made before it */
    struct ad_buf title; /* the group and the field, as they may be shown; may be empty */
    struct ad_trace trace;
    struct ad_stretch *window; /* [windows]: labels that are no points' */
    size_t windows;
    struct ad_finding open; /* the finding that its last point belongs to */
    bool scored;            /* some point had a score */
    double low, high;       /* of the value axis, finite, low < high; as settled */
};

enum { AD_TRACE_LEAST = 64, AD_TRACE_MOST = 8192 };

struct ad_figure_cfg {
    const char *title; /* or NULL; borrowed */
    size_t panels;     /* drawn at most: those with most that is flagged */
    size_t slices;     /* of all traces together, about; AD_TRACE_LEAST to AD_TRACE_MOST of each */
    size_t findings;   /* kept at most */
    bool log;          /* value axes are logarithmic: what is not above 0 is not drawn */
    double low, high;  /* of all value axes; NAN: as the values have it */
};

struct ad_figure {
    struct ad_figure_cfg cfg;
    struct ad_clock *clock;  /* borrowed; NULL: the axis is one of rows */
    struct ad_panel **panel; /* [n] */
    size_t n, room;
    uint64_t made; /* panels, those that are gone included */
    size_t slices; /* of each trace at most */
    struct ad_findings findings;
    uint64_t records, flagged; /* counted by who adds them */
    /* As settled: */
    struct ad_panel **shown; /* [nshown], a part of panel[], in order of their making */
    size_t nshown;
    const struct ad_finding **found; /* [nfound]; in order of time */
    size_t nfound;
    double first, last;                      /* point shown; NAN: there is none */
    double from, to;                         /* of the common axis, from < to; a little beyond */
    bool scored, banded, labelled, shifting; /* whether there is such a thing in what is shown */
};

/* clock: where time is on the axis, else NULL. NULL when out of memory. */
struct ad_figure *ad_figure_new(const struct ad_figure_cfg *cfg, struct ad_clock *clock);
void ad_figure_free(struct ad_figure *f);

/* A new panel, owned by the figure; control bytes of the title are made visible. NULL when out of
 * memory. ad_figure_drop() takes it out again and frees it. */
struct ad_panel *ad_figure_panel(struct ad_figure *f, struct ad_str title);
void ad_figure_drop(struct ad_figure *f, struct ad_panel *p);

/* Add a point to a panel, with its reason and severity (AD_SEVERITY_NONE: that of its score) if it
 * is flagged; mark a stretch of it. Return 0, or -1 when out of memory. */
int ad_figure_add(struct ad_figure *f, struct ad_panel *panel, const struct ad_point *p,
                  enum ad_severity severity, struct ad_str reason);
int ad_panel_window(struct ad_panel *panel, double from, double to);

/* Choose the panels that are shown, the ranges of all axes and the order of what was found. Once
 * all points are there; again when more have come. Returns 0, or -1 when out of memory. */
int ad_figure_settle(struct ad_figure *f);

#endif
