/* Scores and labels of a stream, kept until its end: 4 bytes a score (8, if a field has scores that
 * are no millionths from 0 to 1), 8 a time. */
#ifndef AD_DECIDE_SCORED_H
#define AD_DECIDE_SCORED_H

#include "detect/detector.h"
#include "maths/span.h"

/* The part of the options that decides what is kept. */
struct ad_scored_cfg {
    bool windowed;   /* windows come later: labels do not count, every record is kept */
    bool all_normal; /* records without a label are normal; else they are left out */
};

/* A field's scores: as millionths, or once that does not fit as they are. */
struct ad_scores {
    uint32_t *code; /* AD_LEVEL_NONE where missing; later the levels */
    double *x;      /* NAN where missing */
};

/* One series: the state of ad_scored. */
struct ad_scored {
    const struct ad_scored_cfg *cfg;
    size_t n, room, fields;
    struct ad_scores *score; /* [fields] */
    double *t;               /* NULL without times */
    struct ad_span *window;  /* anomalous records in a row */
    size_t windows, window_room;
};

/* Collects: a struct ad_scored for each series. Its configuration begins with ad_scored_cfg. */
extern const struct ad_detector ad_scored;

/* Add a window that begins after the last one. Returns 0, or -1 when out of memory. */
int ad_scored_window(struct ad_scored *s, size_t first, size_t last);

/* What a field's levels mean: 0 is below all scores, value(1) the lowest. */
struct ad_levels {
    size_t n;
    double *value; /* NULL: level i is i - 1 millionths */
};

static inline double ad_level_value(const struct ad_levels *l, size_t i)
{
    return i == 0 ? (double)-INFINITY : l->value ? l->value[i] : (double)(i - 1) / 1e6;
}

/* The lowest level that is at least x; l->n if there is none. */
size_t ad_level_at(const struct ad_levels *l, double x);

/* Turn the codes of a field of all n series into levels, in place. Returns 0, or -1 when out of
 * memory. */
int ad_scored_levels(struct ad_scored *const *series, size_t n, size_t field,
                     struct ad_levels *levels);
void ad_levels_free(struct ad_levels *l);

/* Once there are levels: leave out the records that lack a score of a field that counts, or (low)
 * give these level 0. Windows without any record left are gone. */
void ad_scored_settle(struct ad_scored *s, const bool *counts, bool low);

#endif
