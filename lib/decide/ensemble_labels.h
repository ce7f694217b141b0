/* What labels do to a state: they find the samples they are about, and move the alarm line. */
#ifndef AD_DECIDE_ENSEMBLE_LABELS_H
#define AD_DECIDE_ENSEMBLE_LABELS_H

#include "base/pack.h"

#include <stddef.h>

/* The newest samples, so that a label that is late finds its own: a ring of `most`, grown as it
 * fills. Scores are kept in single precision. */
struct ad_recall {
    size_t n, room, most, next; /* `next` is the oldest once it is full */
    size_t nscore;
    double *t;       /* [room] */
    float *surprise; /* [room], NAN once a label was taken */
    float *x;        /* [room][nscore], NAN where missing */
    double from, to; /* what times there are; from > to: not known */
};

void ad_recall_init(struct ad_recall *r, size_t nscore, size_t most);
void ad_recall_free(struct ad_recall *r);
/* Keep a sample; `told`: it has its label. Returns 0, or -1 when out of memory. */
int ad_recall_add(struct ad_recall *r, double t, const double *x, double surprise, bool told);

/* How labels move the line. */
struct ad_tuning {
    double shift;      /* added to the line s0 */
    double best;       /* the greatest surprise of the fault that goes on, */
    bool fault, alarm; /* if one does; whether a false alarm does */
};

/* The next sample in order, with its surprise and label, NAN if there is none. A fault in which
 * nothing reached the line lowers it, an alarm while all is normal raises it, by a quarter of a
 * unit of surprise and in all by ln(range); but not if even the farthest line would not have
 * helped. However many records an event has, it counts once. */
void ad_tuning_next(struct ad_tuning *t, double surprise, double label, double s0, double range);

/* A label for all samples from one time to another. Calls told(arg, x) for those that have had
 * none, and lets the line follow. */
void ad_recall_label(struct ad_recall *r, double from, double to, double label,
                     struct ad_tuning *tuning, double s0, double range,
                     void (*told)(void *arg, const float *x, double label), void *arg);

void ad_recall_save(const struct ad_recall *r, struct ad_save *out);
void ad_tuning_save(const struct ad_tuning *t, struct ad_save *out);
/* Hostile input: return 0, or -1. */
int ad_recall_load(struct ad_recall *r, struct ad_load *in);
int ad_tuning_load(struct ad_tuning *t, struct ad_load *in);

#endif
