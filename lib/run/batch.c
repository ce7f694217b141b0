/* Detectors that need all data first: one pass over the input to collect and fit, another to score,
 * a block of records at a time. */
#include "run/run.h"

#include "base/pool.h"

#include <math.h>
#include <stdlib.h>

/* Values that wait at a time, more or less. */
enum { VALUES = 65536 };

/* Records that wait to be scored together; all of a block but for bad ones. */
struct ad_rows {
    size_t n, max;
    double *x, *part;            /* [max][field.n], [max][AD_FEATURES] */
    struct ad_case *row;         /* [max] */
    struct ad_case **by_series;  /* [max]: those that can be scored */
    struct ad_sample *sample;    /* [max] */
    struct ad_score *said, *all; /* [max] in the order of by_series; [max][ntrack] */
};

void ad_run_free_rows(struct ad_run *r)
{
    struct ad_rows *w = r->rows;
    if (!w)
        return;
    free(w->x);
    free(w->part);
    free(w->row);
    free(w->by_series);
    free(w->sample);
    free(w->said);
    free(w->all);
    free(w);
    r->rows = NULL;
}

static int make_rows(struct ad_run *r)
{
    size_t max = r->block;
    while (max > 1 && max > VALUES / r->sel.field.n)
        max /= 2;
    struct ad_rows *w = r->rows = calloc(1, sizeof *w);
    if (!w)
        return ad_err_nomem(&r->err);
    w->max = max;
    w->x = calloc(max * r->sel.field.n, sizeof *w->x);
    w->part = calloc(max, AD_FEATURES * sizeof *w->part);
    w->row = calloc(max, sizeof *w->row);
    w->by_series = calloc(max, sizeof(struct ad_case *));
    w->sample = calloc(max, sizeof *w->sample);
    w->said = calloc(max, sizeof *w->said);
    w->all = calloc(max * r->ntrack, sizeof *w->all);
    return w->x && w->part && w->row && w->by_series && w->sample && w->said && w->all
               ? 0
               : ad_err_nomem(&r->err);
}

static int by_series(const void *a, const void *b)
{
    const struct ad_case *const *c = a, *const *d = b;
    uintptr_t s = (uintptr_t)(*c)->series, t = (uintptr_t)(*d)->series;
    /* Those of one series stay in their order. */
    return s != t ? (s < t ? -1 : 1) : *c < *d ? -1 : *c > *d;
}

/* Let the detector score the samples s[0..n) of one track. */
static void score(struct ad_run *r, struct ad_track *track, const struct ad_sample *s, size_t n,
                  struct ad_score *said)
{
    const struct ad_line *line = &r->judge.line[1];
    for (size_t i = 0; i < n; i++)
        ad_score_init(&said[i]);
    if (r->detector->score_rows)
        r->detector->score_rows(track->state, s, n, line, said);
    else
        for (size_t i = 0; i < n; i++)
            r->detector->score(track->state, &s[i], line, &said[i]);
}

/* Score field i (of several together: all) of the waiting rows, a series at a time. */
static void score_track(struct ad_run *r, size_t i)
{
    struct ad_rows *w = r->rows;
    size_t n = 0;
    for (size_t k = 0; k < w->n; k++) {
        struct ad_case *c = &w->row[k];
        if (c->series && c->present && (r->multi || !isnan(c->sample.x[i])))
            w->by_series[n++] = c;
    }
    if (r->sel.group.n)
        qsort(w->by_series, n, sizeof(struct ad_case *), by_series);
    for (size_t k = 0; k < n; k++) {
        w->sample[k] = w->by_series[k]->sample;
        w->sample[k].x += i;
    }
    for (size_t from = 0, to; from < n; from = to) {
        struct ad_series *s = w->by_series[from]->series;
        for (to = from + 1; to < n && w->by_series[to]->series == s;)
            to++;
        score(r, &s->track[i], w->sample + from, to - from, w->said + from);
    }
    for (size_t k = 0; k < n; k++)
        w->all[(size_t)(w->by_series[k] - w->row) * r->ntrack + i] = w->said[k];
}

/* Score and print the rows that wait. */
static int flush_rows(struct ad_run *r)
{
    struct ad_rows *w = r->rows;
    for (size_t i = 0; i < r->ntrack; i++)
        score_track(r, i);
    for (size_t k = 0; k < w->n; k++)
        if (ad_run_judge(r, &w->row[k], w->all + k * r->ntrack) ||
            (r->set.unbuffered && ad_sink_flush(&r->sink, &r->err)))
            return -1;
    w->n = 0;
    return 0;
}

int ad_run_score_block(struct ad_run *r, const struct ad_record *block, size_t n)
{
    if (!r->rows && make_rows(r))
        return -1;
    struct ad_rows *w = r->rows;
    for (size_t i = 0; i < n; i++) {
        struct ad_case *c = &w->row[w->n];
        struct ad_fault f;
        int rc = ad_run_read(r, &block[i], w->x + w->n * r->sel.field.n, c, &f);
        if (rc < 0)
            return -1;
        /* It must not overtake those that wait. */
        if (rc == 0 && (flush_rows(r) || ad_run_pass(r, &block[i], &f)))
            return -1;
        if (rc == 0)
            continue;
        if (r->features && c->series && c->present &&
            ad_run_expand(r, c, w->part + w->n * AD_FEATURES))
            return -1;
        if (++w->n == w->max && flush_rows(r))
            return -1;
    }
    return flush_rows(r);
}

/* Teach a record to the tracks of its series. */
static int collect(struct ad_run *r, struct ad_case *c)
{
    static const struct ad_verdict plain = {false, -INFINITY, INFINITY};
    double part[AD_FEATURES];
    if (r->features && c->present && ad_run_expand(r, c, part))
        return -1;
    struct ad_sample sample = c->sample;
    for (size_t i = 0; i < r->ntrack; i++) {
        struct ad_track *track = &c->series->track[i];
        sample.x = c->sample.x + i;
        if (!track->state &&
            !(track->state = r->detector->create(r->cmd->cfg, &r->judge.cfg.setup)))
            return ad_err_nomem(&r->err);
        bool missing =
            r->multi ? c->present == 0 && !(r->detector->flags & AD_LISTENS) : isnan(*sample.x);
        if (!missing && r->detector->learn(track->state, &sample, &r->judge.line[1], &plain))
            return ad_err_nomem(&r->err);
    }
    return 0;
}

/* Returns 0, 1 if a bad record ends the pass, or -1. */
static int collect_block(struct ad_run *r, const struct ad_record *block, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct ad_case c;
        struct ad_fault f;
        int rc = ad_run_read(r, &block[i], r->x, &c, &f);
        if (rc < 0 || (rc > 0 && collect(r, &c)))
            return -1;
        if (r->ahead) {
            bool bad = rc == 0 && block[i].kind != AD_RECORD_BLANK;
            if (bad && r->set.on_bad == AD_BAD_FAIL)
                return 1;
            continue;
        }
        if (rc == 0 && ad_run_pass(r, &block[i], &f))
            return -1;
        r->count.records += rc > 0;
        r->count.good += rc > 0;
    }
    return 0;
}

int ad_run_fit_series(struct ad_run *r)
{
    for (size_t i = 0; i < r->keys.nslot; i++) {
        struct ad_series *s = r->keys.slot[i];
        for (uint32_t k = 0; s && k < s->ntrack; k++) {
            if (s->track[k].state && r->detector->fit &&
                r->detector->fit(s->track[k].state, &r->err))
                return -1;
            /* The second pass begins like the first, and so does one with the model. */
            ad_features_free(s->track[k].features);
            s->track[k].features = NULL;
        }
        if (s && !r->set.forecast)
            s->last = NAN;
        if (s && ad_run_writes(r))
            s->rows = 0;
    }
    r->learns = r->judge.cfg.learn = false;
    return 0;
}

int ad_run_fit(struct ad_run *r)
{
    struct ad_record *block = calloc(r->block, sizeof *block);
    int n = block ? 1 : ad_err_nomem(&r->err), rc = 0;
    r->ahead = ad_run_writes(r);
    while (n > 0 && rc == 0 && (n = ad_reader_block(r->reader, block, r->block, &r->err)) > 0) {
        rc = collect_block(r, block, (size_t)n);
        ad_run_progress(r);
        if (ad_run_stop)
            n = AD_SOURCE_STOPPED;
    }
    free(block);
    if (n == AD_SOURCE_STOPPED || rc < 0 || (n < 0 && !r->ahead))
        return n == AD_SOURCE_STOPPED ? n : -1;
    if (n < 0) {
        r->deferred = r->err;
        r->err = (struct ad_err){0};
    }
    r->ahead = false;
    return ad_run_fit_series(r);
}
