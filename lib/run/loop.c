/* One record: values, series, judgement, learning, output. */
#include "run/run.h"

#include "base/number.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

static bool is_missing(const struct ad_run *r, struct ad_str v)
{
    if (v.len == 0)
        return true;
    if (v.len > 4 && r->na.n == 0)
        return false;
    return ad_str_caseeq(v, "na") || ad_str_caseeq(v, "n/a") || ad_str_caseeq(v, "nan") ||
           ad_str_caseeq(v, "null") || ad_names_find(&r->na, v) >= 0;
}

/* A record that cannot be judged goes its own way. Returns 0, or -1 to end the run. */
static int handle_bad(struct ad_run *r, const struct ad_record *rec, const struct ad_str *field,
                      const char *why, struct ad_str text)
{
    if (rec->kind != AD_RECORD_PIECE) {
        r->count.records++;
        r->count.bad++;
        ad_run_tell_bad(r, rec, field, why, text);
        if (r->set.on_bad == AD_BAD_FAIL)
            return -1;
    }
    bool drop = r->set.on_bad == AD_BAD_SKIP || r->set.anomalies || r->set.fit;
    struct ad_record raw = *rec;
    if (rec->kind == AD_RECORD_DATA) { /* its fields are all right, so it keeps its columns */
        raw.kind = AD_RECORD_BAD;
        raw.pad = r->in.kind == AD_FORMAT_CSV ? 0 : AD_PAD_NONE;
    }
    if (drop || !ad_writer_put_bad(r->writer, &raw))
        r->left_out += rec->kind != AD_RECORD_PIECE;
    return 0;
}

const struct ad_str *ad_run_collision(const struct ad_run *r, const struct ad_record *rec)
{
    if (r->in.kind != AD_FORMAT_NDJSON)
        return NULL;
    for (size_t i = 0; i < r->appended.n; i++)
        if (rec->value[r->appended_slot + i].s)
            return &r->appended.v[i];
    return NULL;
}

/* Read the record's time and values. Returns 1, 0 if the record is bad and was dealt with, -1. */
static int read_values(struct ad_run *r, const struct ad_record *rec, double *t, size_t *present)
{
    const struct ad_str *taken = ad_run_collision(r, rec);
    if (taken)
        return handle_bad(r, rec, taken, "already there; choose another --name",
                          (struct ad_str){0});
    struct ad_str key;
    if (r->to_csv && ad_writer_surprise(r->writer, rec, &key))
        return handle_bad(r, rec, &key, "not in the first record, which gave the columns",
                          (struct ad_str){0});
    *t = NAN;
    if (r->time_slot != SIZE_MAX) {
        struct ad_str text = rec->value[r->time_slot];
        if (ad_clock_parse(r->clock, text, t))
            return handle_bad(r, rec, &r->wanted.v[r->time_slot], "not a time", text);
    }
    *present = 0;
    for (size_t i = 0; i < r->sel.field.n; i++) {
        struct ad_str text = rec->value[r->value_slot[i]];
        bool word = r->na.n && ad_names_find(&r->na, text) >= 0;
        if (!word && ad_number_parse(text, &r->x[i]) == 0) {
            ++*present;
            continue;
        }
        if (!is_missing(r, text))
            return handle_bad(r, rec, &r->sel.field.v[i], "not a number", text);
        r->x[i] = NAN;
    }
    return 1;
}

static struct ad_series *find_series(struct ad_run *r, const struct ad_record *rec)
{
    size_t n = r->sel.group.n;
    struct ad_str key = n == 1 ? rec->value[r->group_slot[0]] : (struct ad_str){"", 0};
    if (n > 1) {
        struct ad_save key_parts = {.out = &r->key};
        r->key.len = 0;
        /* Each led by its length: no two lists of values make the same key. */
        for (size_t i = 0; i < n; i++)
            ad_save_str(&key_parts, rec->value[r->group_slot[i]]);
        if (r->key.failed)
            return NULL;
        key = (struct ad_str){r->key.s, r->key.len};
    }
    if (!key.s)
        key.s = "";
    if (!r->learns)
        return ad_keytab_find(&r->keys, key);
    struct ad_series *s = ad_keytab_get(&r->keys, key);
    if (s && n == 0)
        r->only = s;
    if (r->keys.evicted && !r->evicted_warned && !r->set.quiet) {
        r->evicted_warned = true;
        ad_run_say(r, "more than %llu groups: the least recently used are forgotten (--max-keys)",
                   r->set.max_keys);
    }
    return s;
}

/* Print x into text so that a person can read it: 4 digits, but all if those hide which of x and
 * `other` is larger. */
static int brief(char *text, size_t size, double x, double other)
{
    char rounded[AD_NUMBER_MAX + 1];
    snprintf(rounded, sizeof rounded, "%.3e", x);
    struct ad_str v = ad_str_of(rounded);
    double y = x;
    ad_number_parse(v, &y);
    if ((x < other && y >= other) || (x > other && y <= other))
        y = x;
    char number[AD_NUMBER_MAX];
    return snprintf(text, size, "%.*s", (int)ad_number_print(number, y), number);
}

/* The clause of -x for a flagged value. */
static struct ad_str reason(struct ad_run *r, struct ad_str name, double x,
                            const struct ad_result *res)
{
    char bound[40], expected[40], value[AD_NUMBER_MAX];
    size_t len = ad_number_print(value, x);
    double limit = res->side < 0 ? res->s.lower : res->s.upper;
    r->reason.len = 0;
    ad_buf_add_visible(&r->reason, name);
    ad_buf_addz(&r->reason, " ");
    ad_buf_add(&r->reason, value, len);
    if (isfinite(limit)) {
        brief(bound, sizeof bound, limit, x);
        brief(expected, sizeof expected, res->s.expected, x);
        ad_buf_addz(&r->reason, res->side < 0 ? " is below " : " is above ");
        ad_buf_addz(&r->reason, bound);
        ad_buf_addz(&r->reason, res->side < 0 ? ", the least that passes as normal (expected "
                                              : ", the most that passes as normal (expected ");
        ad_buf_addz(&r->reason, expected);
        ad_buf_addz(&r->reason, ")");
    }
    if (res->s.state == AD_SHIFT)
        ad_buf_addz(&r->reason, "; taken as the new level from here on");
    if (r->reason.failed)
        r->sink.error = ENOMEM;
    return (struct ad_str){r->reason.s, r->reason.failed ? 0 : r->reason.len};
}

static const char *state_name(enum ad_state s)
{
    static const char *const names[] = {"ok", "warmup", "missing", "shift", "nodata"};
    return names[s];
}

static void fill_explanation(struct ad_run *r, size_t field, const struct ad_result *res,
                             enum ad_state state)
{
    struct ad_cell *c = r->cell + 2;
    struct ad_str name = r->sel.field.v[field];
    c[0] = (struct ad_cell){.kind = AD_CELL_TEXT, .text = ad_str_of(state_name(state))};
    for (int i = 1; i < 7; i++)
        c[i] = (struct ad_cell){.kind = AD_CELL_EMPTY};
    if (!res)
        return;
    c[1] = (struct ad_cell){.kind = AD_CELL_TEXT, .text = name};
    c[2] = (struct ad_cell){.kind = AD_CELL_NUMBER, .x = res->s.expected};
    c[3] = (struct ad_cell){.kind = AD_CELL_NUMBER, .x = res->s.lower};
    c[4] = (struct ad_cell){.kind = AD_CELL_NUMBER, .x = res->s.upper};
    c[5] = (struct ad_cell){.kind = AD_CELL_NUMBER, .x = res->line};
    if (res->flagged)
        c[6] = (struct ad_cell){.kind = AD_CELL_TEXT, .text = reason(r, name, r->x[field], res)};
}

static inline bool is_scored(const struct ad_result *res)
{
    return res->s.state == AD_OK || res->s.state == AD_SHIFT;
}

static inline void fill_cells(struct ad_cell *c, const struct ad_result *res)
{
    bool scored = res && is_scored(res);
    c[0].kind = scored ? AD_CELL_SCORE : AD_CELL_EMPTY;
    c[1].kind = scored ? AD_CELL_FLAG : AD_CELL_EMPTY;
    if (scored) {
        c[0].x = res->score;
        c[1].x = res->flagged;
    }
}

/* Judge and learn one value. Returns 0, or -1 when out of memory. */
static inline int judge_track(struct ad_run *r, struct ad_track *track,
                              const struct ad_sample *sample, size_t k, struct ad_result *res)
{
    if (ad_judge_score(&r->judge, track, sample, k, res))
        return -1;
    if (res->s.state == AD_OK && (r->set.explain || res->flagged))
        ad_judge_bounds(&r->judge, track, sample, k, res);
    return ad_judge_learn(&r->judge, track, sample, k, res);
}

enum { NONE = -1, NO_MEMORY = -2 };

/* Judge and learn all values of a record, of which `present` are there. Returns the index of the
 * most surprising result, NONE if none was scored, or NO_MEMORY. */
static ptrdiff_t judge(struct ad_run *r, struct ad_series *s, struct ad_sample *sample,
                       size_t present)
{
    ptrdiff_t best = NONE;
    size_t k = r->multi || r->set.each || present == 0 ? 1 : present;
    for (size_t i = 0; i < r->ntrack; i++) {
        struct ad_result *res = &r->result[i];
        if (!r->multi) {
            sample->x = r->x + i;
            if (isnan(r->x[i])) {
                res->s.state = AD_MISSING;
                res->flagged = false;
                continue;
            }
        }
        if (judge_track(r, &s->track[i], sample, k, res))
            return NO_MEMORY;
        if (is_scored(res) && (best < 0 || res->surprise > r->result[best].surprise))
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

static ptrdiff_t unknown_group(struct ad_run *r)
{
    if (!r->absent_warned && !r->set.quiet)
        ad_run_say(r, "%s: has no model of some groups; they are not scored", r->set.model);
    r->absent_warned = true;
    for (size_t i = 0; i < r->ntrack; i++)
        r->result[i] = (struct ad_result){.s.state = AD_WARMUP};
    return NONE;
}

/* Times of the sample in its series. Returns whether there was a gap before it. */
static bool set_times(struct ad_run *r, struct ad_series *s, double t, struct ad_sample *sample)
{
    sample->t = t;
    sample->wall = sample->elapsed = NAN;
    if (isnan(t))
        return false;
    sample->wall = ad_clock_wall(r->clock, t);
    sample->elapsed = 0;
    if (!s)
        return false;
    if (t < s->last) {
        r->count.late++;
        return false;
    }
    if (!isnan(s->last))
        sample->elapsed = t - s->last;
    if (r->learns)
        s->last = t;
    return r->set.gap > 0 && sample->elapsed > r->set.gap;
}

static void output(struct ad_run *r, const struct ad_record *rec, ptrdiff_t best, bool gap)
{
    const struct ad_result *res = best < 0 ? NULL : &r->result[best];
    if (r->set.each)
        for (size_t i = 0; i < r->ntrack; i++)
            fill_cells(r->cell + 2 * i, &r->result[i]);
    else
        fill_cells(r->cell, res);
    if (r->set.explain)
        fill_explanation(r,
                         !res       ? 0
                         : r->multi ? res->s.field
                                    : (size_t)best,
                         res, record_state(r, best, gap));
    ad_writer_put(r->writer, rec, r->cell);
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

int ad_run_record(struct ad_run *r, const struct ad_record *rec)
{
    if (rec->kind == AD_RECORD_BLANK) {
        if (!r->set.anomalies && !r->set.fit)
            ad_writer_put_bad(r->writer, rec);
        return 0;
    }
    if (rec->kind != AD_RECORD_DATA)
        return handle_bad(r, rec, NULL, rec->why, (struct ad_str){0});
    double t;
    size_t present = 0;
    int ok = read_values(r, rec, &t, &present);
    if (ok <= 0)
        return ok;
    struct ad_series *s = r->only ? r->only : find_series(r, rec);
    if (!s && r->learns)
        return ad_err_nomem(&r->err);
    struct ad_sample sample = {.x = r->x, .n = r->multi ? r->sel.field.n : 1};
    bool gap = set_times(r, s, t, &sample);
    ptrdiff_t best = s ? judge(r, s, &sample, present) : unknown_group(r);
    if (best == NO_MEMORY)
        return ad_err_nomem(&r->err);
    bool flagged = any_flagged(r, best);
    r->count.records++;
    r->count.good++;
    r->count.flagged += flagged;
    if (best >= 0 && r->set.budget_per_day > 0) {
        ad_budget_add(&r->budget, t, r->result[best].surprise, flagged);
        if (r->budget.s0 != r->judge.s0)
            ad_judge_set_line(&r->judge, r->budget.s0);
    }
    if (!r->set.fit && (flagged || !r->set.anomalies))
        output(r, rec, best, gap);
    return 0;
}
