/* Combinations that are fitted to labelled records. */
#include "decide/ensemble_private.h"

#include "maths/isotonic.h"
#include "maths/logistic.h"

#include <stdlib.h>
#include <string.h>

/* Labelled records kept at most, and the part of a fold's length that is left out of the fit on
 * either side of it: what detectors say goes on for a while. */
enum { MOST = 200000 };
#define MARGIN 0.25

#define PENALTY 1.0
#define LEAST_S 0.1 /* surprises differ by their logarithms, but not below this */
#define HIGHEST 0.999999

/* What was fitted to some of the records. */
struct model {
    bool fitted;
    double *coef;             /* of stacking: [n + 1], then means [n] and 1 / deviations [n] */
    double platt[2];          /* of the score */
    struct ad_isotonic curve; /* likewise */
};

struct fitted {
    struct ad_ensemble *base; /* gives the scores that are calibrated */
    /* A random choice of the labelled records so far, each as likely as the others: algorithm R
     * (Vitter 1985). */
    double *x, *label, *row; /* [room][base->n], [room], [room] */
    size_t n, room;
    uint64_t seen;
    struct ad_rng rng;
    double rows;         /* of the input */
    struct model *model; /* [folds], each for the records of a fold, then one of all, */
    double *part;        /* [base->n], to work with */
};

static bool stacks(const struct fitted *s)
{
    return s->base->cfg->strategy == AD_ENSEMBLE_STACKING;
}

static size_t folds(const struct fitted *s)
{
    return (size_t)s->base->cfg->folds;
}

/* --- made and freed -----------------------------------------------------------------------------
 */

static void drop_rows(struct fitted *s)
{
    free(s->x);
    free(s->label);
    free(s->row);
    s->x = s->label = s->row = NULL;
    s->n = s->room = 0;
}

static void destroy(void *state)
{
    struct fitted *s = state;
    if (!s)
        return;
    for (size_t k = 0; s->model && k <= folds(s); k++) {
        free(s->model[k].coef);
        ad_isotonic_free(&s->model[k].curve);
    }
    free(s->model);
    drop_rows(s);
    free(s->part);
    ad_ensemble_free(s->base);
    free(s);
}

static void *create(const void *cfg, const struct ad_setup *setup)
{
    struct fitted *s = calloc(1, sizeof *s);
    if (!s || !(s->base = ad_ensemble_new(cfg, setup))) {
        free(s);
        return NULL;
    }
    ad_rng_seed(&s->rng, setup->seed);
    s->model = calloc(folds(s) + 1, sizeof *s->model);
    s->part = calloc(setup->nfield, sizeof *s->part);
    if (s->model && s->part)
        return s;
    destroy(s);
    return NULL;
}

/* --- learnt -------------------------------------------------------------------------------------
 */

static int make_room(struct fitted *s)
{
    size_t room = s->room ? 2 * s->room : 256;
    if (room > SIZE_MAX / sizeof *s->x / s->base->n)
        return -1;
    double *x = realloc(s->x, room * s->base->n * sizeof *x);
    if (x)
        s->x = x;
    double *label = realloc(s->label, room * sizeof *label);
    if (label)
        s->label = label;
    double *row = realloc(s->row, room * sizeof *row);
    if (row)
        s->row = row;
    if (!x || !label || !row)
        return -1;
    s->room = room;
    return 0;
}

static int keep(struct fitted *s, const struct ad_sample *in)
{
    uint64_t at = s->seen++;
    if (at >= MOST)
        at = ad_rng_below(&s->rng, s->seen);
    if (at >= MOST)
        return 0;
    if (at == s->n) {
        if (s->n == s->room && make_room(s))
            return -1;
        s->n++;
    }
    memcpy(s->x + at * s->base->n, in->x, s->base->n * sizeof *s->x);
    s->label[at] = in->label;
    s->row[at] = in->row;
    return 0;
}

static int learn(void *state, const struct ad_sample *in, const struct ad_line *line,
                 const struct ad_verdict *verdict)
{
    (void)line;
    (void)verdict;
    struct fitted *s = state;
    struct ad_votes v;
    s->rows = in->row + 1;
    /* Weights must not follow the labels that the calibration is judged by. */
    if (s->base->trust && ad_ensemble_votes(s->base, in, &v))
        ad_ensemble_adapt(s->base, in, (double)NAN);
    return isnan(in->label) ? 0 : keep(s, in);
}

/* --- fitted -------------------------------------------------------------------------------------
 */

/* A score as stacking takes it, NAN if it is missing. */
static double feature(const struct fitted *s, double x)
{
    if (isnan(x))
        return NAN;
    x = x > 0 ? (x < HIGHEST ? x : HIGHEST) : 0;
    return log(ad_votes_surprise(x, s->base->setup->s0) + LEAST_S);
}

/* The features of one record around 0, in standard deviations; a missing one is as usual. */
static void standardise(const struct fitted *s, const struct model *m, const double *x, double *out)
{
    size_t n = s->base->n;
    const double *mean = m->coef + n + 1, *scale = mean + n;
    for (size_t j = 0; j < n; j++) {
        double f = feature(s, x[j]);
        out[j] = isnan(f) ? 0 : (f - mean[j]) * scale[j];
    }
}

/* The combined score of one record, NAN if there is none. */
static double base_score(struct fitted *s, const struct ad_sample *in)
{
    struct ad_votes v;
    return ad_ensemble_votes(s->base, in, &v)
               ? ad_votes_score(ad_votes_combine(&v, s->base->cfg), v.s0)
               : (double)NAN;
}

/* Which of the records fold k is fitted to; k = folds: all. */
static bool takes_part(const struct fitted *s, size_t k, size_t i)
{
    if (k == folds(s))
        return true;
    double length = s->rows / (double)folds(s), from = (double)k * length;
    return s->row[i] < from - MARGIN * length || s->row[i] >= from + length * (1 + MARGIN);
}

static void find_scale(const struct fitted *s, struct model *m, const size_t *chosen, size_t count)
{
    size_t n = s->base->n;
    double *mean = m->coef + n + 1, *scale = mean + n;
    for (size_t j = 0; j < n; j++) {
        double sum = 0, squares = 0, known = 0;
        for (size_t i = 0; i < count; i++) {
            double f = feature(s, s->x[chosen[i] * n + j]);
            if (isnan(f))
                continue;
            known++;
            sum += (f - sum) / known; /* the mean so far */
        }
        for (size_t i = 0; i < count; i++) {
            double f = feature(s, s->x[chosen[i] * n + j]);
            squares += isnan(f) ? 0 : (f - sum) * (f - sum);
        }
        mean[j] = sum;
        scale[j] = squares > 1e-12 * known ? sqrt(known / squares) : 0;
    }
}

/* Fit to the chosen records. x[count][n] and y[count] are to work with. Returns 0, or -1. */
static int fit_stack(struct fitted *s, struct model *m, const size_t *chosen, size_t count,
                     double *x, const double *y)
{
    size_t n = s->base->n;
    if (!(m->coef = calloc(3 * n + 1, sizeof *m->coef)))
        return -1;
    find_scale(s, m, chosen, count);
    for (size_t i = 0; i < count; i++)
        standardise(s, m, s->x + chosen[i] * n, x + i * n);
    return ad_logistic_fit(x, y, count, n, PENALTY, m->coef);
}

static int fit_curve(struct fitted *s, struct model *m, const size_t *chosen, size_t count,
                     double *x, double *y)
{
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        struct ad_sample in = {.x = s->x + chosen[i] * s->base->n, .n = s->base->n};
        double score = base_score(s, &in);
        if (isnan(score))
            continue;
        x[known] = score;
        y[known++] = y[i];
    }
    if (known == 0)
        return 0;
    return s->base->cfg->calibrate == AD_CALIBRATE_PLATT ? ad_platt_fit(x, y, known, m->platt)
                                                         : ad_isotonic_fit(&m->curve, x, y, known);
}

/* Fit model k; if labels of one kind are missing there is none. Returns 0, or -1. */
static int fit_model(struct fitted *s, size_t k, size_t *chosen, double *x, double *y)
{
    size_t count = 0, ones = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (!takes_part(s, k, i))
            continue;
        y[count] = s->label[i];
        ones += s->label[i] > 0.5;
        chosen[count++] = i;
    }
    if (ones == 0 || ones == count)
        return 0;
    s->model[k].fitted = true;
    return stacks(s) ? fit_stack(s, &s->model[k], chosen, count, x, y)
                     : fit_curve(s, &s->model[k], chosen, count, x, y);
}

static int fit(void *state, struct ad_err *err)
{
    struct fitted *s = state;
    if (s->base->setup->labelled == AD_UNLABELLED)
        return ad_err_set(err, "%s learns from labels; name them with --labels",
                          stacks(s) ? "--strategy=stacking" : "--calibrate");
    size_t *chosen = malloc((s->n + 1) * sizeof *chosen);
    double *x = malloc((s->n + 1) * s->base->n * sizeof *x), *y = malloc((s->n + 1) * sizeof *y);
    int rc = chosen && x && y ? 0 : -1;
    size_t k = s->base->setup->fitting ? folds(s) : 0, end = k ? k + 1 : folds(s);
    for (; rc == 0 && k < end; k++)
        rc = fit_model(s, k, chosen, x, y);
    free(chosen);
    free(x);
    free(y);
    drop_rows(s);
    return rc ? ad_err_nomem(err) : 0;
}

/* --- judged -------------------------------------------------------------------------------------
 */

/* The model that has not seen the record; NULL if there is none. */
static const struct model *model_of(const struct fitted *s, double row)
{
    size_t k = folds(s);
    if (s->rows > 0 && !s->base->setup->fitting) {
        double fold = floor(row * (double)k / s->rows);
        k = fold < (double)k ? (size_t)fold : k - 1;
    }
    return s->model[k].fitted ? &s->model[k] : NULL;
}

static void score(void *state, const struct ad_sample *in, const struct ad_line *line,
                  struct ad_score *out)
{
    (void)line;
    struct fitted *s = state;
    const struct model *m = model_of(s, in->row);
    double p = base_score(s, in);
    out->state = isnan(p) ? AD_MISSING : m ? AD_OK : AD_WARMUP;
    if (out->state != AD_OK)
        return;
    if (stacks(s)) {
        standardise(s, m, in->x, s->part);
        p = ad_logistic_at(m->coef, s->base->n, s->part);
    } else {
        p = s->base->cfg->calibrate == AD_CALIBRATE_PLATT ? ad_logistic_at(m->platt, 1, &p)
                                                          : ad_isotonic_at(&m->curve, p);
    }
    struct ad_votes v;
    ad_ensemble_votes(s->base, in, &v);
    out->surprise = ad_votes_surprise(p < HIGHEST ? p : HIGHEST, v.s0);
    out->field = 0;
    out->confidence = ad_votes_agreement(&v);
}

static void explain(const void *state, const struct ad_sample *in, double *contrib)
{
    const struct fitted *s = state;
    const struct model *m = model_of(s, in->row);
    struct ad_votes v;
    if (!m || !ad_ensemble_votes(s->base, in, &v))
        return;
    if (!stacks(s)) {
        ad_votes_parts(&v, s->base->cfg, contrib);
        return;
    }
    standardise(s, m, in->x, contrib);
    for (size_t j = 0; j < s->base->n; j++)
        contrib[j] *= m->coef[j];
}

/* --- kept ---------------------------------------------------------------------------------------
 */

static void save(const void *state, struct ad_save *out)
{
    const struct fitted *s = state;
    const struct model *m = &s->model[folds(s)];
    ad_ensemble_save(s->base, out);
    ad_save_u64(out, m->fitted);
    if (m->fitted && stacks(s))
        ad_save_f64s(out, m->coef, 3 * s->base->n + 1);
    else if (m->fitted && s->base->cfg->calibrate == AD_CALIBRATE_PLATT)
        ad_save_f64s(out, m->platt, 2);
    else if (m->fitted)
        ad_isotonic_save(&m->curve, out);
}

static int load_model(struct fitted *s, struct model *m, struct ad_load *in)
{
    size_t n = 3 * s->base->n + 1;
    if (!stacks(s) && s->base->cfg->calibrate == AD_CALIBRATE_ISOTONIC)
        return ad_isotonic_load(&m->curve, in);
    if (stacks(s) && !(m->coef = calloc(n, sizeof *m->coef)))
        return -1;
    double *v = stacks(s) ? m->coef : m->platt;
    n = stacks(s) ? n : 2;
    ad_load_f64s(in, v, n);
    for (size_t i = 0; i < n; i++)
        if (!(fabs(v[i]) <= 1e12)) /* products stay finite */
            return -1;
    return in->failed ? -1 : 0;
}

static int load(void *state, struct ad_load *in)
{
    struct fitted *s = state;
    struct model *m = &s->model[folds(s)];
    if (ad_ensemble_load(s->base, in))
        return -1;
    m->fitted = ad_load_max(in, 1);
    return in->failed || (m->fitted && load_model(s, m, in)) ? -1 : 0;
}

const struct ad_detector ad_ensemble_fitted = {
    .name = "ensemble",
    .version = 1,
    .flags = AD_BATCH | AD_MULTI | AD_RAW | AD_SCORES,
    .check = ad_ensemble_check,
    .create = create,
    .destroy = destroy,
    .score = score,
    .learn = learn,
    .fit = fit,
    .explain = explain,
    .save = save,
    .load = load,
};
