/* One record on its way: judged, learnt, counted, written. */
#include "run/run.h"

#include <math.h>

/* Judge one value, or several together, and learn. Returns 0, or -1 when out of memory. */
static inline int judge_track(struct ad_run *r, struct ad_track *track,
                              const struct ad_sample *sample, size_t k, struct ad_result *res)
{
    if (ad_judge_score(&r->judge, track, sample, k, res))
        return -1;
    if (res->s.state == AD_OK && (r->set.explain || res->flagged) && !r->multi)
        ad_judge_bounds(&r->judge, track, sample, k, res);
    if (res->flagged && r->set.explain && r->multi)
        ad_judge_bounds(&r->judge, track, sample, k, res);
    return ad_judge_learn(&r->judge, track, sample, k, res);
}

/* The same with what the detector has said of it already; nothing is learnt. */
static void judge_said(struct ad_run *r, struct ad_track *track, const struct ad_sample *sample,
                       size_t k, const struct ad_score *said, struct ad_result *res)
{
    res->s = *said;
    ad_judge_verdict(&r->judge, track, sample, k, res);
    if (r->set.explain && (res->flagged || !r->multi))
        ad_judge_bounds(&r->judge, track, sample, k, res);
}

enum { NONE = -1, NO_MEMORY = -2 };

/* Judge all tracks of a record. Returns the index of the most surprising result, NONE if none was
 * scored, or NO_MEMORY. */
static ptrdiff_t judge(struct ad_run *r, struct ad_case *c, const struct ad_score *said)
{
    ptrdiff_t best = NONE;
    struct ad_sample sample = c->sample;
    size_t k = r->multi || r->set.each || c->present == 0 ? 1 : c->present;
    for (size_t i = 0; i < r->ntrack; i++) {
        struct ad_result *res = &r->result[i];
        res->flagged = false;
        res->s.state = c->series ? AD_MISSING : AD_WARMUP;
        sample.x = c->sample.x + i;
        if (!c->series || c->present == 0 || (!r->multi && isnan(*sample.x)))
            continue;
        if (said)
            judge_said(r, &c->series->track[i], &sample, k, &said[i], res);
        else if (judge_track(r, &c->series->track[i], &sample, k, res))
            return NO_MEMORY;
        if (ad_result_scored(res) && (best < 0 || res->surprise > r->result[best].surprise))
            best = (ptrdiff_t)i;
    }
    return best;
}

/* The state of the record as a whole. */
static enum ad_state record_state(const struct ad_run *r, ptrdiff_t best, bool gap)
{
    if (best >= 0)
        return r->result[best].s.state == AD_SHIFT ? AD_SHIFT : gap ? AD_NODATA : AD_OK;
    for (size_t i = 0; i < r->ntrack; i++)
        if (r->result[i].s.state == AD_WARMUP)
            return AD_WARMUP;
    return AD_MISSING;
}

static bool any_flagged(const struct ad_run *r, ptrdiff_t best)
{
    if (!r->set.each)
        return best >= 0 && r->result[best].flagged;
    for (size_t i = 0; i < r->ntrack; i++)
        if (r->result[i].flagged)
            return true;
    return false;
}

int ad_run_judge(struct ad_run *r, struct ad_case *c, const struct ad_score *said)
{
    ptrdiff_t best = judge(r, c, said);
    if (best == NO_MEMORY)
        return ad_err_nomem(&r->err);
    bool flagged = any_flagged(r, best);
    r->count.records++;
    r->count.good++;
    r->count.flagged += flagged;
    if (best >= 0 && r->set.verbose && r->detector->flags & AD_SCORES)
        ad_run_tell_line(r, c->series, &r->result[best]);
    if (best >= 0 && r->set.budget_per_day > 0) {
        ad_budget_add(&r->budget, c->sample.t, r->result[best].surprise, flagged);
        if (r->budget.s0 != r->judge.s0)
            ad_judge_set_line(&r->judge, r->budget.s0);
    }
    if (ad_run_writes(r) && (flagged || !r->set.anomalies))
        ad_run_output(r, c, best, record_state(r, best, c->gap));
    return 0;
}

int ad_run_read(struct ad_run *r, const struct ad_record *rec, double *x, struct ad_case *c,
                struct ad_fault *f)
{
    double t;
    *f = (struct ad_fault){.why = rec->why};
    int present = rec->kind == AD_RECORD_DATA ? ad_run_values(r, rec, &t, x, f) : -1;
    if (present < 0)
        return 0;
    *c = (struct ad_case){.rec = rec, .x = x, .present = (size_t)present};
    c->sample =
        (struct ad_sample){.t = t, .x = x, .n = r->multi ? r->sel.field.n : 1, .label = NAN};
    if (!(r->detector->flags & AD_STATELESS) && ad_run_series(r, rec, &c->series))
        return -1;
    if ((r->detector->flags & AD_SCORES || r->more) && ad_run_annotate(r, c, f))
        return 0;
    c->gap = ad_run_times(r, c->series, t, &c->sample);
    return 1;
}

int ad_run_record(struct ad_run *r, const struct ad_record *rec)
{
    if (r->cmd->handler)
        return ad_run_handle(r, rec);
    struct ad_case c;
    struct ad_fault f;
    int rc = ad_run_read(r, rec, r->x, &c, &f);
    if (rc <= 0)
        return rc < 0 ? -1 : ad_run_pass(r, rec, &f);
    if (r->features && c.series && c.present && ad_run_expand(r, &c, r->part))
        return -1;
    return ad_run_judge(r, &c, NULL);
}
