/* The state that the detectors of ad-ensemble share. */
#ifndef AD_DECIDE_ENSEMBLE_PRIVATE_H
#define AD_DECIDE_ENSEMBLE_PRIVATE_H

#include "decide/ensemble_combine.h"
#include "decide/ensemble_labels.h"
#include "decide/ensemble_trust.h"
#include "maths/rng.h"
#include "maths/tail.h"

/* What --fit collects. */
struct ad_ensemble_sums;

struct ad_ensemble {
    const struct ad_ensemble_cfg *cfg;
    const struct ad_setup *setup;
    size_t n;               /* scores */
    double keep;            /* of what was learnt, from row to row, if the half-life is in rows */
    struct ad_trust *trust; /* [n], of adaptive, or NULL */
    struct ad_recall recent;
    struct ad_tuning tuning;
    double s0;                     /* of the line by which the newest sample was judged */
    double row, surprise;          /* of the sample scored last, and what was found */
    double *cov;                   /* [n][n] of fisher and stouffer, once fitted, or NULL */
    struct ad_tail *tail;          /* of the score, once fitted, or NULL */
    struct ad_ensemble_sums *sums; /* while fitting */
    size_t *rank;                  /* [n], to work with, like */
    double *x, *w;                 /* [n] */
    double room[];
};

/* NULL when out of memory; freed by ad_ensemble_free(), which accepts NULL. */
struct ad_ensemble *ad_ensemble_new(const struct ad_ensemble_cfg *cfg,
                                    const struct ad_setup *setup);
void ad_ensemble_free(struct ad_ensemble *s);

/* The scores of a sample and their weights, in s->x and s->w. Returns how many count. */
size_t ad_ensemble_votes(struct ad_ensemble *s, const struct ad_sample *in, struct ad_votes *v);

/* Let weights follow the sample whose votes were just taken, with its label. */
void ad_ensemble_adapt(struct ad_ensemble *s, const struct ad_sample *in, double label);

/* What --fit learns: add up a sample; make tail or cov in the end. Return 0, or -1 when out of
 * memory. */
int ad_ensemble_collect(struct ad_ensemble *s, const struct ad_votes *v, double surprise);
int ad_ensemble_settle(struct ad_ensemble *s);
void ad_ensemble_sums_free(struct ad_ensemble_sums *sums);

void ad_ensemble_save(const struct ad_ensemble *s, struct ad_save *out);
/* Hostile input: returns 0, or -1. */
int ad_ensemble_load(struct ad_ensemble *s, struct ad_load *in);

/* NULL, or what is wrong with the options. */
const char *ad_ensemble_check(const void *cfg);

#endif
