/* What ad-subseq adds up: how unusual the windows of several lengths look, and how far they are
 * from the others. */
#ifndef AD_DETECT_SUBSEQ_PARTS_H
#define AD_DETECT_SUBSEQ_PARTS_H

#include "detect/subseq.h"
#include "detect/subseq_window.h"
#include "maths/covariance.h"
#include "maths/matrixprofile.h"

#include <stdint.h>

enum ad_subseq_kind { AD_SUBSEQ_FEATURES, AD_SUBSEQ_LEVEL, AD_SUBSEQ_SHAPE };

/* One summand. */
struct ad_subseq_part {
    enum ad_subseq_kind kind;
    size_t w;                /* length of its windows */
    double weight, q;        /* q: the quantile of a profile */
    bool only_regular;       /* left out where windows are rarely alike; the last one */
    struct ad_spread spread; /* of features */
    double mean, sd;         /* of its scores of windows that end at a row */
};

enum { AD_SUBSEQ_PARTS = 11 };

struct ad_subseq_plan {
    size_t n;
    struct ad_subseq_part part[AD_SUBSEQ_PARTS];
    size_t base, longest; /* the window that stretches are told by; the longest of all */
};

/* Which parts a series of n >= 20 values has, which are in units of their standard deviation about
 * their mean. Returns 0, or -1 when out of memory. */
int ad_subseq_plan(struct ad_subseq_plan *plan, const struct ad_subseq_cfg *cfg, const double *x,
                   size_t n);

/* Why a place is strange: by the part that says so loudest. */
struct ad_subseq_anchor {
    float loudness;      /* of that part, in its standard deviations; 0: none says so */
    uint8_t part;        /* its number */
    uint8_t feature;     /* of features: the one that has most in it */
    size_t from;         /* where its window begins */
    double value, usual; /* of that feature, and its median */
    size_t like;         /* of a profile: the beginning of the nearest stretch */
};

/* Scores of n values. */
struct ad_subseq_scores {
    size_t n;
    double *around, *until;          /* [n] by all windows that cover a row; by those that end there
                                        (from plan->longest - 1 on), NULL unless modelled */
    size_t nanchor;                  /* one for every hop of windows of the base length */
    struct ad_subseq_anchor *anchor; /* [nanchor] */
};

/* The row in the middle of the window that an anchor stands for. */
static inline size_t ad_subseq_anchor_row(const struct ad_subseq_plan *plan, size_t i)
{
    return i * (plan->base / 8 > 1 ? plan->base / 8 : 1) + plan->base / 2;
}

/* A window of w values that has more guessed ones than this says nothing. */
static inline size_t ad_subseq_guessed(size_t w)
{
    return w / 20;
}

/* Score x[0..n) and fill the plan's parts, for a model if `modelled`. gaps[i] counts the values
 * before i that had to be guessed, NULL: none were; windows with more than ad_subseq_guessed() of
 * them say nothing. Returns 0, or -1 when out of memory; free in either case. */
int ad_subseq_score(struct ad_subseq_scores *s, struct ad_subseq_plan *plan, const double *x,
                    size_t n, const size_t *gaps, bool modelled, struct ad_pool *pool);
void ad_subseq_scores_free(struct ad_subseq_scores *s);

#endif
