/* What a forest has learnt and what it says of rows: the part that ad_iforest and
 * ad_iforest_sliding share. */
#ifndef AD_DETECT_IFOREST_MODEL_H
#define AD_DETECT_IFOREST_MODEL_H

#include "detect/iforest_part.h"
#include "maths/tail.h"

enum {
    AD_IFOREST_BLOCK = 256, /* rows scored at once */
    AD_IFOREST_KEPT = 256,  /* rows that tell where values lie, for bounds and importance */
    AD_IFOREST_PARTS = 8    /* at most */
};

/* Room for the scaled rows of a block; one for each thread. */
struct ad_iforest_scratch {
    float *x;             /* [cols * AD_IFOREST_BLOCK] */
    double *path, *depth; /* [AD_IFOREST_BLOCK] */
    double *phi;          /* [cols] */
};

struct ad_iforest_model {
    const struct ad_iforest_cfg *cfg;
    const struct ad_setup *setup;
    size_t cols;
    bool fitted;
    size_t parts, newest; /* the newest part's scale tells what is usual */
    struct ad_iforest_part part[AD_IFOREST_PARTS];
    struct ad_tail tail;
    struct ad_iforest_rows kept; /* rows seen; owned by who uses the model */
    struct ad_iforest_scratch own;
};

/* An unfitted model of all cfg->trees (or as many as the kind has by default), evenly over at most
 * `parts` parts. Returns 0, or -1 when out of memory; free it in either case. */
int ad_iforest_model_init(struct ad_iforest_model *m, const struct ad_iforest_cfg *cfg,
                          const struct ad_setup *setup, size_t parts);
void ad_iforest_model_free(struct ad_iforest_model *m);

/* Its parts and its tail are there: from now on it is fitted. Called once. Returns 0, or -1 when
 * out of memory. */
int ad_iforest_model_ready(struct ad_iforest_model *m);

/* Returns 0, or -1 when out of memory; free it in either case. */
int ad_iforest_scratch_init(struct ad_iforest_scratch *s, size_t cols);
void ad_iforest_scratch_free(struct ad_iforest_scratch *s);

/* Seed of tree number `tree` of all that this series grows in its life. */
uint64_t ad_iforest_seed(const struct ad_setup *setup, uint64_t tree);

/* Write n <= AD_IFOREST_BLOCK scaled rows for the trees of a part, x[col * n + row]. */
typedef void ad_iforest_fill(const struct ad_iforest_model *m, const struct ad_iforest_part *p,
                             float *x, size_t n, const void *arg);

/* path[row] = mean path length over that of an ordinary search, of the rows that `fill` writes. */
void ad_iforest_paths(const struct ad_iforest_model *m, const struct ad_iforest_scratch *s,
                      size_t n, ad_iforest_fill *fill, const void *arg, double *path);

/* The fill of samples: arg is struct ad_sample[n]. */
ad_iforest_fill ad_iforest_fill_samples;

/* Of rows that the parts grew from, seed[part] as for growing, what the trees say that did not grow
 * from them; NAN of those that all grew from. Returns 0, or -1 when out of memory. */
int ad_iforest_left_out(const struct ad_iforest_model *m, const struct ad_iforest_rows *rows,
                        const uint64_t *seed, double *raw);

/* Fit to the n raw scores that are not NAN, or to nothing; they are sorted. */
void ad_iforest_fit_tail(struct ad_tail *tail, double *raw, size_t n);

/* 2^-path: 0 .. 1, more anomalous the higher (Liu 2008). */
double ad_iforest_raw(double path);

/* Hooks of struct ad_detector, of states that begin with a struct ad_iforest_model. */
void ad_iforest_bounds(void *state, const struct ad_sample *in, const struct ad_line *line,
                       struct ad_score *out);
void ad_iforest_explain(const void *state, const struct ad_sample *in, double *contrib);
int ad_iforest_importance(const void *state, double *share);

/* The parts and the tail. */
void ad_iforest_model_save(const struct ad_iforest_model *m, struct ad_save *out);
/* Into an initialised one, which is fitted then. Hostile input: returns 0, or -1. */
int ad_iforest_model_load(struct ad_iforest_model *m, struct ad_load *in);

/* The check() of both detectors. */
const char *ad_iforest_check(const void *cfg);

#endif
