/* A fitted ad-subseq at work on values as they come: each row is scored by the windows that end
 * there. */
#ifndef AD_DETECT_SUBSEQ_LIVE_H
#define AD_DETECT_SUBSEQ_LIVE_H

#include "detect/subseq_cells.h"
#include "detect/subseq_reason.h"
#include "maths/tail.h"

/* What is kept of a series that was fitted. */
struct ad_subseq_model {
    struct ad_subseq_plan plan;
    struct ad_subseq_units units;
    double step;         /* from value to value: see struct ad_subseq_cells */
    struct ad_tail tail; /* of scores by the windows that end at a row */
    double *x;           /* [n], owned: the values that windows are compared with, in units of the
                            series; none if there is no profile */
    size_t n;
};

/* One that was allocated, with what it holds; accepts NULL. */
void ad_subseq_model_free(struct ad_subseq_model *m);
void ad_subseq_model_save(const struct ad_subseq_model *m, struct ad_save *out);
/* Into a zeroed one, to be freed in either case. Hostile input: returns 0, or -1. */
int ad_subseq_model_load(struct ad_subseq_model *m, const struct ad_subseq_cfg *cfg,
                         struct ad_load *in);

struct ad_subseq_live;

/* At work with a model that outlives it. NULL when out of memory. */
struct ad_subseq_live *ad_subseq_live_new(const struct ad_subseq_model *m);
void ad_subseq_live_free(struct ad_subseq_live *l);

/* The surprise of the next value; NAN until the longest window is full. Steps that were left out
 * are taken to have had the value before; after as many as the longest window has, all begins anew.
 */
double ad_subseq_live_next(struct ad_subseq_live *l, const struct ad_subseq_value *v);

/* Why the value just scored is strange. */
struct ad_subseq_reason ad_subseq_live_reason(const struct ad_subseq_live *l);

#endif
