#include "decide/ensemble_trust.h"

#include <math.h>

/* Found on the labelled series of tests/bench/ensemble.py. */
#define NORMAL_N    100  /* at first: so many normal scores */
#define NORMAL_MEAN 0.1  /* of this mean, exponential */
#define OTHER_N     20   /* always: so many others */
#define OTHER_MEAN  0.5  /* of this one */
#define TOLD        10   /* records that a label is worth */
#define LEAST_MEAN  .003 /* no detector is so quiet that its silence forbids all else */
#define LEAST_VAR   1e-3
#define LEAST_GAP   1e-3
#define UNHEARD     1e-3

void ad_trust_init(struct ad_trust *t)
{
    *t = (struct ad_trust){.normal = NORMAL_N,
                           .sum = NORMAL_N * NORMAL_MEAN,
                           .squares = NORMAL_N * 2 * NORMAL_MEAN * NORMAL_MEAN};
}

static double at_least(double x, double least)
{
    return x > least ? x : least;
}

double ad_trust_weight(const struct ad_trust *t)
{
    double mean = t->sum / t->normal;
    double var = at_least(t->squares / t->normal - mean * mean, LEAST_VAR);
    double other = (t->high + OTHER_N * OTHER_MEAN) / (t->other + OTHER_N);
    double gap = at_least(other - mean, LEAST_GAP);
    return (t->heard ? 1 : UNHEARD) * gap * gap / (var * at_least(mean, LEAST_MEAN));
}

void ad_trust_learn(struct ad_trust *t, double score, double label, double keep)
{
    double n = isnan(label) ? 1 : TOLD * (1 - label), other = isnan(label) ? 0 : TOLD * label;
    t->normal = t->normal * keep + n;
    t->sum = t->sum * keep + n * score;
    t->squares = t->squares * keep + n * score * score;
    t->other = t->other * keep + other;
    t->high = t->high * keep + other * score;
    t->heard |= score >= 0.5;
}

void ad_trust_save(const struct ad_trust *t, struct ad_save *out)
{
    ad_save_f64s(out, (double[]){t->normal, t->sum, t->squares, t->other, t->high}, 5);
    ad_save_u64(out, t->heard);
}

int ad_trust_load(struct ad_trust *t, struct ad_load *in)
{
    const double most = 1e17;
    double v[5];
    ad_load_f64s(in, v, 5);
    bool heard = ad_load_max(in, 1);
    *t = (struct ad_trust){v[0], v[1], v[2], v[3], v[4], heard};
    bool sound = v[0] > 0 && v[0] <= most && v[1] >= 0 && v[1] <= v[0] && v[2] >= 0 &&
                 v[2] <= v[1] && v[3] >= 0 && v[3] <= most && v[4] >= 0 && v[4] <= v[3];
    return sound && !in->failed ? 0 : -1;
}
