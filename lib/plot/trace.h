/* A series as a picture needs it: however many points, a bounded number of slices of the axis, from
 * which a line is drawn as if from all points. Of a slice its first, least, largest and last value
 * are kept (Jugel et al., M4: a visualization-oriented time series data aggregation, 2014), so no
 * spike is lost. While there are few points each has a slice of its own. */
#ifndef AD_PLOT_TRACE_H
#define AD_PLOT_TRACE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One point; all but `at` is NAN where there is none. */
struct ad_point {
    double at; /* seconds since 1970, or rows */
    double value;
    double expected, lower, upper; /* what would have been normal; bounds may be infinite */
    double score;                  /* 0 to 1 */
    bool flagged, shift, labelled;
    bool apart; /* no line leads here from the point before: there was silence */
};

/* A value and where it is; both NAN if there is none. */
struct ad_spot {
    double at, value;
};

/* The points of a slice. Those without a value count for score, labels and n only. */
struct ad_slice {
    double index;    /* floor(at / width); `at` while there is no width */
    double from, to; /* of its points, with or without a value */
    struct ad_spot first, least, most, last;
    double expected;     /* the mean */
    double lower, upper; /* the widest; NAN if none */
    double score;        /* the highest, NAN if none */
    struct ad_spot flag; /* the flagged value of highest score, */
    double flag_score;   /* and that score */
    double shift;        /* where one is; NAN: nowhere */
    uint64_t n, flagged, expecting;
    bool labelled;
    bool cut;   /* a point was apart, or came after one without a value */
    bool apart; /* no line leads here from the slice before; as settled */
};

struct ad_trace {
    struct ad_slice *slice; /* [n], ascending */
    size_t n, room, most;
    double width; /* of a slice: 0 while each point has its own, later a power of 2 */
    bool cut;     /* so is the next point */
    /* Of all points: */
    uint64_t points, flagged;
    double from, to;       /* NAN: there are none */
    double least, largest; /* values; NAN: there are none */
};

/* An empty trace of `slices` at most, 16 or more; they take what they need, up to 200 bytes each.
 */
void ad_trace_init(struct ad_trace *t, size_t slices);
void ad_trace_free(struct ad_trace *t);

/* From now on make do with so many slices. */
void ad_trace_limit(struct ad_trace *t, size_t slices);

/* Add a point; one without a value breaks the line. Points may come late, at the cost of a search.
 * `at` is finite. Returns 0, or -1 when out of memory. */
int ad_trace_add(struct ad_trace *t, const struct ad_point *p);

/* Find out which slices are apart: those that were cut, and those after a silence more than five
 * times as long as what nine of ten have before them. Returns 0, or -1 when out of memory. */
int ad_trace_settle(struct ad_trace *t);

#endif
