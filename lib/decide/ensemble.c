#include "decide/ensemble.h"

#include "decide/ensemble_private.h"

#include <stdlib.h>

/* What scores from 1 on are taken for, as detectors print none that are higher. */
#define HIGHEST 0.999999

const char *ad_ensemble_check(const void *cfg_)
{
    const struct ad_ensemble_cfg *cfg = cfg_;
    if (!(cfg->quorum > 0 && cfg->quorum <= 1e6) || (cfg->quorum > 1 && fmod(cfg->quorum, 1) > 0))
        return "--quorum: give a part of the detectors, above 0 and below 1, or a number of them";
    if (cfg->calibrate && cfg->strategy == AD_ENSEMBLE_STACKING)
        return "what stacking gives are probabilities; leave out --calibrate";
    return NULL;
}

/* --- made and freed -----------------------------------------------------------------------------
 */

void ad_ensemble_free(struct ad_ensemble *s)
{
    if (!s)
        return;
    ad_ensemble_sums_free(s->sums);
    ad_recall_free(&s->recent);
    free(s->trust);
    free(s->cov);
    free(s->tail);
    free(s->rank);
    free(s);
}

struct ad_ensemble *ad_ensemble_new(const struct ad_ensemble_cfg *cfg, const struct ad_setup *setup)
{
    size_t n = setup->nfield;
    struct ad_ensemble *s = calloc(1, sizeof *s + 2 * n * sizeof *s->room);
    if (!s)
        return NULL;
    bool adaptive = cfg->strategy == AD_ENSEMBLE_ADAPTIVE;
    s->cfg = cfg;
    s->setup = setup;
    s->n = n;
    s->keep = cfg->half_life.rows > 0 ? exp2(-1 / cfg->half_life.rows) : 1;
    s->s0 = setup->s0;
    s->row = -1;
    s->x = s->room;
    s->w = s->room + n;
    s->rank = calloc(n, sizeof *s->rank);
    s->trust = adaptive ? calloc(n, sizeof *s->trust) : NULL;
    ad_recall_init(&s->recent, n, (size_t)cfg->recent);
    if (s->rank && (s->trust || !adaptive)) {
        for (size_t i = 0; adaptive && i < n; i++)
            ad_trust_init(&s->trust[i]);
        return s;
    }
    ad_ensemble_free(s);
    return NULL;
}

static void *create(const void *cfg, const struct ad_setup *setup)
{
    return ad_ensemble_new(cfg, setup);
}

static void destroy(void *state)
{
    ad_ensemble_free(state);
}

/* --- judged -------------------------------------------------------------------------------------
 */

size_t ad_ensemble_votes(struct ad_ensemble *s, const struct ad_sample *in, struct ad_votes *v)
{
    const double *weight = s->cfg->weight ? s->cfg->weight + in->context * s->n : NULL;
    size_t count = 0;
    for (size_t i = 0; i < s->n; i++) {
        double x = in->x[i];
        s->x[i] = x > 0 ? (x < HIGHEST ? x : HIGHEST) : 0;
        s->w[i] = isnan(x) ? 0 : weight ? weight[i] : 1;
        if (s->trust && s->w[i] > 0)
            s->w[i] *= ad_trust_weight(&s->trust[i]);
        count += s->w[i] > 0;
    }
    *v = (struct ad_votes){
        .x = s->x, .w = s->w, .n = s->n, .s0 = s->setup->s0, .cov = s->cov, .rank = s->rank};
    return count;
}

static void score(void *state, const struct ad_sample *in, const struct ad_line *line,
                  struct ad_score *out)
{
    (void)line;
    struct ad_ensemble *s = state;
    struct ad_votes v;
    s->row = in->row;
    s->surprise = NAN;
    out->state = AD_MISSING;
    if (ad_ensemble_votes(s, in, &v) == 0)
        return;
    s->surprise = ad_votes_combine(&v, s->cfg);
    out->state = AD_OK;
    out->surprise =
        s->tail ? ad_tail_surprise(s->tail, ad_votes_score(s->surprise, v.s0)) : s->surprise;
    out->field = 0;
    out->confidence = ad_votes_agreement(&v);
    if (s->tuning.shift < 0 || s->tuning.shift > 0)
        out->alpha_factor = exp(-s->tuning.shift);
}

static void explain(const void *state, const struct ad_sample *in, double *contrib)
{
    struct ad_ensemble *s = (struct ad_ensemble *)(uintptr_t)state; /* but for what is scratch */
    struct ad_votes v;
    if (ad_ensemble_votes(s, in, &v))
        ad_votes_parts(&v, s->cfg, contrib);
}

/* --- learnt -------------------------------------------------------------------------------------
 */

void ad_ensemble_adapt(struct ad_ensemble *s, const struct ad_sample *in, double label)
{
    double keep = s->keep;
    if (s->cfg->half_life.seconds > 0)
        keep = isnan(in->elapsed) ? 1 : exp2(-in->elapsed / s->cfg->half_life.seconds);
    for (size_t i = 0; i < s->n; i++)
        if (!isnan(in->x[i]))
            ad_trust_learn(&s->trust[i], s->x[i], label, keep);
}

/* What the sample's label says; without one the samples around it may be about the same event. */
static int listen(struct ad_ensemble *s, const struct ad_sample *in, double surprise)
{
    bool told = !isnan(in->label);
    ad_tuning_next(&s->tuning, surprise, in->label, s->s0, s->cfg->line_range);
    if (s->setup->labelled != AD_LABELLED_LATE || isnan(in->t))
        return 0;
    for (size_t i = 0; i < s->n; i++)
        s->w[i] = isnan(in->x[i]) ? NAN : s->x[i];
    return ad_recall_add(&s->recent, in->t, s->w, surprise, told);
}

static int learn(void *state, const struct ad_sample *in, const struct ad_line *line,
                 const struct ad_verdict *verdict)
{
    (void)verdict;
    struct ad_ensemble *s = state;
    struct ad_votes v;
    if (!s->trust && s->setup->labelled == AD_UNLABELLED && !s->setup->fitting)
        return 0;
    if (in->row != s->row || s->setup->fitting) {
        s->surprise = ad_ensemble_votes(s, in, &v) ? ad_votes_combine(&v, s->cfg) : (double)NAN;
        s->row = in->row;
    }
    s->s0 = line->s0;
    if (isnan(s->surprise))
        return 0;
    if (s->setup->fitting && !(in->label > 0.5) && ad_ensemble_collect(s, &v, s->surprise))
        return -1;
    if (s->trust)
        ad_ensemble_adapt(s, in, in->label);
    return s->setup->labelled != AD_UNLABELLED ? listen(s, in, s->surprise) : 0;
}

static void told(void *state, const float *x, double label)
{
    struct ad_ensemble *s = state;
    for (size_t i = 0; s->trust && i < s->n; i++)
        if (!isnan(x[i]))
            ad_trust_learn(&s->trust[i], (double)x[i], label, 1);
}

static int feedback(void *state, double from, double to, double label)
{
    struct ad_ensemble *s = state;
    ad_recall_label(&s->recent, from, to, label, &s->tuning, s->s0, s->cfg->line_range, told, s);
    return 0;
}

static int fit(void *state, struct ad_err *err)
{
    struct ad_ensemble *s = state;
    /* A model neither hears labels any more nor has the line they were about. */
    s->tuning = (struct ad_tuning){0};
    s->recent.n = s->recent.next = 0;
    return ad_ensemble_settle(s) ? ad_err_nomem(err) : 0;
}

/* --- kept ---------------------------------------------------------------------------------------
 */

void ad_ensemble_save(const struct ad_ensemble *s, struct ad_save *out)
{
    for (size_t i = 0; s->trust && i < s->n; i++)
        ad_trust_save(&s->trust[i], out);
    ad_save_u64(out, s->cov != NULL);
    if (s->cov)
        ad_save_f64s(out, s->cov, s->n * s->n);
    ad_save_u64(out, s->tail != NULL);
    if (s->tail)
        ad_tail_save(s->tail, out);
}

static void save(const void *state, struct ad_save *out)
{
    const struct ad_ensemble *s = state;
    ad_ensemble_save(s, out);
    ad_save_f64(out, s->s0);
    ad_tuning_save(&s->tuning, out);
    ad_recall_save(&s->recent, out);
}

static int load_cov(struct ad_ensemble *s, struct ad_load *in)
{
    if (!ad_load_max(in, 1))
        return 0;
    if (in->failed || ad_load_peek(in) != s->n * s->n ||
        !(s->cov = calloc(s->n * s->n, sizeof *s->cov)))
        return -1;
    ad_load_f64s(in, s->cov, s->n * s->n);
    for (size_t i = 0; i < s->n * s->n; i++)
        if (!(s->cov[i] >= 0 && s->cov[i] <= 1))
            return -1;
    return 0;
}

int ad_ensemble_load(struct ad_ensemble *s, struct ad_load *in)
{
    for (size_t i = 0; s->trust && i < s->n; i++)
        if (ad_trust_load(&s->trust[i], in))
            return -1;
    if (load_cov(s, in))
        return -1;
    if (ad_load_max(in, 1)) {
        s->tail = calloc(1, sizeof *s->tail);
        if (!s->tail || ad_tail_load(s->tail, in))
            return -1;
    }
    return in->failed ? -1 : 0;
}

static int load(void *state, struct ad_load *in)
{
    struct ad_ensemble *s = state;
    if (ad_ensemble_load(s, in))
        return -1;
    s->s0 = ad_load_f64(in);
    return s->s0 > 0 && s->s0 <= AD_SURPRISE_MAX && ad_tuning_load(&s->tuning, in) == 0 &&
                   ad_recall_load(&s->recent, in) == 0
               ? 0
               : -1;
}

const struct ad_detector ad_ensemble = {
    .name = "ensemble",
    .version = 1,
    .flags = AD_MULTI | AD_RAW | AD_SCORES,
    .check = ad_ensemble_check,
    .create = create,
    .destroy = destroy,
    .score = score,
    .learn = learn,
    .feedback = feedback,
    .fit = fit,
    .explain = explain,
    .save = save,
    .load = load,
};
