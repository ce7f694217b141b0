#include "run/judge.h"

#include "base/number.h"
#include "detect/features.h"

#include <math.h>
#include <stdlib.h>

/* A sample that waits for its run of flags to end. */
struct held_sample {
    double t, wall, elapsed, row;
    struct ad_verdict verdict;
};

/* An open run of flags on one side. Spare ones are linked for the next run. */
struct ad_held {
    struct ad_held *next;
    int side;
    unsigned n, flagged;
    double *x; /* [shift_after][nfield], after the samples */
    struct held_sample sample[];
};

int ad_judge_init(struct ad_judge *j, const struct ad_judge_cfg *cfg, double s0, struct ad_err *err)
{
    *j = (struct ad_judge){
        .cfg = *cfg,
        .tolerated = cfg->shift_after / 5,
        .guarded = cfg->min_delta > 0 || cfg->min_pct > 0 || cfg->direction != AD_BOTH,
    };
    j->line = calloc(cfg->nvalue + 1, sizeof *j->line);
    j->contrib = calloc(cfg->setup.nfield, sizeof *j->contrib);
    if (!j->line || !j->contrib)
        return ad_err_nomem(err);
    ad_judge_set_line(j, s0);
    return 0;
}

void ad_judge_free(struct ad_judge *j)
{
    for (struct ad_held *h = j->spare, *next; h; h = next) {
        next = h->next;
        free(h);
    }
    free(j->line);
    free(j->contrib);
    *j = (struct ad_judge){0};
}

/* Where exp(-s) no longer matters beside 1. */
#define FAR 36

void ad_judge_set_line(struct ad_judge *j, double s0)
{
    j->s0 = s0;
    for (size_t k = 1; k <= j->cfg.nvalue; k++) {
        double s = s0;
        if (k > 1) /* p' = 1 - (1 - p)^k solved for p */
            s = s0 > FAR ? s0 + log((double)k) : -log(-expm1(log1p(-exp(-s0)) / (double)k));
        j->line[k] = (struct ad_line){.s0 = s, .direction = j->cfg.direction};
    }
}

/* Surprise of the most surprising of k fields, each at least this surprised by chance. */
static double surprise_of(double s, size_t k)
{
    if (k <= 1)
        return s;
    return s > FAR ? s - log((double)k) : -log(-expm1((double)k * log1p(-exp(-s))));
}

static bool passes_guards(const struct ad_judge *j, double x, const struct ad_result *res)
{
    double expected = res->s.expected, d = fabs(x - expected);
    if (isnan(d))
        return true;
    /* A detector of one field has only looked at the side that counts. */
    if (j->cfg.multi && ((j->cfg.direction == AD_UP && res->side < 0) ||
                         (j->cfg.direction == AD_DOWN && res->side > 0)))
        return false;
    return d >= j->cfg.min_delta && d >= j->cfg.min_pct / 100 * fabs(expected);
}

int ad_judge_score(struct ad_judge *j, struct ad_track *track, const struct ad_sample *sample,
                   size_t k, struct ad_result *res)
{
    const struct ad_detector *det = j->cfg.detector;
    if (!track->state && !(track->state = det->create(j->cfg.cfg, &j->cfg.setup)))
        return -1;
    ad_score_init(&res->s);
    det->score(track->state, sample, &j->line[k], &res->s);
    ad_judge_verdict(j, track, sample, k, res);
    return 0;
}

static int side_of(double x, double expected)
{
    return x > expected ? 1 : x < expected ? -1 : 0;
}

/* Of several fields find the one that matters most, and what is normal for it. */
static void explain(struct ad_judge *j, const struct ad_track *track,
                    const struct ad_sample *sample, const struct ad_line *line,
                    struct ad_result *res)
{
    const struct ad_detector *det = j->cfg.detector;
    if (res->explained)
        return;
    res->explained = true;
    det->explain(track->state, sample, j->contrib);
    for (size_t i = 0; i < sample->n; i++)
        if (j->contrib[i] > j->contrib[res->s.field])
            res->s.field = i;
    if (det->bounds)
        det->bounds(track->state, sample, line, &res->s);
    res->side = side_of(sample->x[res->s.field], res->s.expected);
}

void ad_judge_verdict(struct ad_judge *j, const struct ad_track *track,
                      const struct ad_sample *sample, size_t k, struct ad_result *res)
{
    res->flagged = res->explained = false;
    res->side = 0;
    if (res->s.state != AD_OK)
        return;
    res->surprise = surprise_of(res->s.surprise, k);
    res->line = j->s0;
    if (res->s.alpha_factor != 1)
        res->line -= log(res->s.alpha_factor);
    res->score = res->surprise / (res->surprise + res->line);
    res->side = side_of(sample->x[res->s.field], res->s.expected);
    if (res->score < 0.4999)
        return;
    res->flagged = ad_score_millionths(res->score) >= 500000;
    if (res->flagged && j->cfg.multi && j->guarded)
        explain(j, track, sample, &j->line[k], res);
    if (res->flagged && !passes_guards(j, sample->x[res->s.field], res)) {
        res->flagged = false;
        res->score = 0.499999;
    }
}

void ad_judge_bounds(struct ad_judge *j, const struct ad_track *track,
                     const struct ad_sample *sample, size_t k, struct ad_result *res)
{
    struct ad_score *s = &res->s;
    if (s->state == AD_WARMUP || s->state == AD_MISSING)
        return;
    if (j->cfg.multi)
        explain(j, track, sample, &j->line[k], res);
    else if (j->cfg.detector->bounds)
        j->cfg.detector->bounds(track->state, sample, &j->line[k], s);
    double pct = j->cfg.min_pct / 100 * fabs(s->expected);
    double guard = j->cfg.min_delta > pct ? j->cfg.min_delta : pct;
    if (guard > 0) {
        s->lower = fmin(s->lower, s->expected - guard);
        s->upper = fmax(s->upper, s->expected + guard);
    }
}

static struct ad_held *hold(struct ad_judge *j, int side)
{
    struct ad_held *h = j->spare;
    size_t n = j->cfg.shift_after;
    if (h)
        j->spare = h->next;
    else
        h = malloc(sizeof *h + n * (sizeof *h->sample + j->cfg.setup.nfield * sizeof *h->x));
    if (!h)
        return NULL;
    *h = (struct ad_held){.side = side};
    h->x = (double *)(void *)(h->sample + n);
    return h;
}

static void let_go(struct ad_judge *j, struct ad_track *track)
{
    track->held->next = j->spare;
    j->spare = track->held;
    track->held = NULL;
}

static void push(struct ad_judge *j, struct ad_held *h, const struct ad_sample *sample,
                 const struct ad_verdict *verdict)
{
    h->sample[h->n] =
        (struct held_sample){sample->t, sample->wall, sample->elapsed, sample->row, *verdict};
    memcpy(h->x + h->n * j->cfg.setup.nfield, sample->x, j->cfg.setup.nfield * sizeof *h->x);
    h->n++;
    h->flagged += verdict->flagged;
}

/* Learn what the track's run holds, as it came or clipped, and end the run. */
static int learn_held(struct ad_judge *j, struct ad_track *track, const struct ad_line *line,
                      bool raw)
{
    static const struct ad_verdict plain = {false, -INFINITY, INFINITY};
    struct ad_held *h = track->held;
    int rc = 0;
    for (unsigned i = 0; i < h->n && rc == 0; i++) {
        const struct held_sample *s = &h->sample[i];
        struct ad_sample sample = {
            s->t, s->wall, s->elapsed, h->x + i * j->cfg.setup.nfield, j->cfg.setup.nfield, s->row};
        rc = j->cfg.detector->learn(track->state, &sample, line, raw ? &plain : &s->verdict);
    }
    let_go(j, track);
    return rc;
}

static int shift(struct ad_judge *j, struct ad_track *track, const struct ad_line *line,
                 struct ad_result *res)
{
    const struct ad_detector *det = j->cfg.detector;
    if (det->shift) {
        det->shift(track->state);
    } else {
        void *fresh = det->create(j->cfg.cfg, &j->cfg.setup);
        if (!fresh)
            return -1;
        det->destroy(track->state);
        track->state = fresh;
    }
    res->s.state = AD_SHIFT;
    return learn_held(j, track, line, true);
}

int ad_judge_learn(struct ad_judge *j, struct ad_track *track, const struct ad_sample *sample,
                   size_t k, struct ad_result *res)
{
    if (!j->cfg.learn || res->s.state == AD_MISSING)
        return 0;
    const struct ad_line *line = &j->line[k];
    struct ad_verdict verdict = {res->flagged, -INFINITY, INFINITY};
    if (j->cfg.detector->flags & AD_RAW)
        return j->cfg.detector->learn(track->state, sample, line, &verdict);
    if (res->flagged && !j->cfg.multi) {
        if (isnan(res->s.upper) && isnan(res->s.lower))
            ad_judge_bounds(j, track, sample, k, res);
        if (!isnan(res->s.lower) && !isnan(res->s.upper)) {
            verdict.clip_lo = res->s.lower;
            verdict.clip_hi = res->s.upper;
        }
    }
    int side = j->cfg.multi ? 0 : res->side; /* of several fields it is only known if asked for */
    if (track->held && res->flagged && side != track->held->side &&
        learn_held(j, track, line, false))
        return -1;
    if (!track->held) {
        if (!res->flagged || j->cfg.shift_after == 0)
            return j->cfg.detector->learn(track->state, sample, line, &verdict);
        if (!(track->held = hold(j, side)))
            return -1;
    }
    struct ad_held *h = track->held;
    push(j, h, sample, &verdict);
    if (h->n - h->flagged > j->tolerated)
        return learn_held(j, track, line, false);
    return h->n >= j->cfg.shift_after ? shift(j, track, line, res) : 0;
}

void ad_judge_drop(struct ad_judge *j, struct ad_track *track)
{
    j->cfg.detector->destroy(track->state);
    if (track->held)
        let_go(j, track);
    ad_features_free(track->features);
    track->state = NULL;
    track->features = NULL;
}

void ad_judge_save(const struct ad_judge *j, const struct ad_track *track, struct ad_save *out)
{
    ad_save_u64(out, track->state != NULL);
    if (!track->state)
        return;
    j->cfg.detector->save(track->state, out);
    const struct ad_held *h = track->held;
    ad_save_u64(out, h ? h->n : 0);
    if (!h)
        return;
    ad_save_u64(out, (uint64_t)(h->side + 1));
    for (unsigned i = 0; i < h->n; i++) {
        const struct held_sample *s = &h->sample[i];
        const double v[] = {
            s->t, s->wall, s->elapsed, s->row, s->verdict.clip_lo, s->verdict.clip_hi};
        ad_save_u64(out, s->verdict.flagged);
        ad_save_f64s(out, v, sizeof v / sizeof *v);
        ad_save_f64s(out, h->x + i * j->cfg.setup.nfield, j->cfg.setup.nfield);
    }
}

static int load_held(struct ad_judge *j, struct ad_track *track, uint64_t n, struct ad_load *in)
{
    struct ad_held *h = hold(j, (int)ad_load_max(in, 2) - 1);
    if (!h)
        return -1;
    track->held = h;
    for (uint64_t i = 0; i < n && !in->failed; i++) {
        double v[6];
        bool flagged = ad_load_max(in, 1);
        ad_load_f64s(in, v, sizeof v / sizeof *v);
        ad_load_f64s(in, h->x + i * j->cfg.setup.nfield, j->cfg.setup.nfield);
        if (isnan(v[4]) || isnan(v[5]) || v[4] > v[5] || !(v[3] >= 0 && v[3] <= AD_ROWS_MAX))
            in->failed = true;
        for (size_t f = 0; f < j->cfg.setup.nfield; f++)
            in->failed |= isinf(h->x[i * j->cfg.setup.nfield + f]) != 0;
        h->sample[i] = (struct held_sample){v[0], v[1], v[2], v[3], {flagged, v[4], v[5]}};
        h->n++;
        h->flagged += flagged;
    }
    return in->failed || h->n - h->flagged > j->tolerated ? -1 : 0;
}

int ad_judge_load(struct ad_judge *j, struct ad_track *track, struct ad_load *in)
{
    if (!ad_load_max(in, 1))
        return in->failed ? -1 : 0;
    track->state = j->cfg.detector->create(j->cfg.cfg, &j->cfg.setup);
    if (!track->state || j->cfg.detector->load(track->state, in))
        return -1;
    uint64_t n = ad_load_u64(in);
    if (n == 0)
        return in->failed ? -1 : 0;
    /* A run shortened by a smaller --shift-after could not be continued. */
    if (n >= j->cfg.shift_after)
        return -1;
    return load_held(j, track, n, in);
}
