/* What is appended to a record: score, flag and, with -x, what explains them. */
#include "run/run.h"

#include "base/number.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

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

static void add_expected(struct ad_buf *out, double expected, double x)
{
    char text[40];
    brief(text, sizeof text, expected, x);
    ad_buf_addz(out, " (expected ");
    ad_buf_addz(out, text);
    ad_buf_addz(out, ")");
}

/* `97.3 is above 61.2, the most that passes as normal (expected 12)`, the latter parts as far as
 * there is such a thing. */
static void add_judgement(struct ad_buf *out, double x, const struct ad_result *res, bool multi)
{
    char value[AD_NUMBER_MAX], bound[40];
    /* Where nothing is expected, only limits tell the side. */
    bool expects = !isnan(res->s.expected), below = expects ? res->side < 0 : x < res->s.lower;
    double limit = below ? res->s.lower : res->s.upper;
    ad_buf_add(out, value, ad_number_print(value, x));
    if (isfinite(limit) && (expects || below || x > limit)) {
        brief(bound, sizeof bound, limit, x);
        ad_buf_addz(out, below ? " is below " : " is above ");
        ad_buf_addz(out, bound);
        ad_buf_addz(out, below ? ", the least that passes as normal"
                               : ", the most that passes as normal");
    }
    if ((expects && isfinite(limit)) || (multi && isfinite(res->s.expected)))
        add_expected(out, res->s.expected, x);
}

/* The name of part i of what a detector of several fields was given. */
static void add_part_name(const struct ad_run *r, struct ad_buf *out, size_t i)
{
    ad_buf_add_visible(out, r->sel.field.v[r->features ? 0 : i]);
    const char *feature = ad_run_feature(r, i);
    ad_buf_addz(out, feature ? " " : "");
    ad_buf_addz(out, feature ? feature : "");
}

/* A part that contributed, with its value. */
static void add_part(const struct ad_run *r, const struct ad_case *c, struct ad_buf *out, size_t i,
                     const struct ad_result *top)
{
    char number[AD_NUMBER_MAX];
    add_part_name(r, out, i);
    ad_buf_addz(out, " ");
    if (!r->features && r->words.n && r->words.is[i])
        ad_buf_add_visible(out, c->rec->value[r->value_slot[i]]);
    else if (isnan(c->sample.x[i]))
        ad_buf_addz(out, "missing");
    else if (top)
        add_judgement(out, c->sample.x[i], top, true);
    else
        ad_buf_add(out, number, ad_number_print(number, c->sample.x[i]));
}

/* The parts that contributed most, the first with its bound, each with its share. */
static void add_parts(struct ad_run *r, const struct ad_case *c, const struct ad_result *res)
{
    enum { MOST = 3, LEAST_PERCENT = 10 };
    const double *contrib = r->judge.contrib;
    size_t n = r->judge.cfg.setup.nfield, last = res->s.field;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fmax(contrib[i], 0);
    for (size_t k = 0; k < MOST; k++) {
        size_t best = n;
        for (size_t i = 0; i < n; i++) { /* the next in order of contribution, then of place */
            bool after = contrib[i] == contrib[last] ? i > last : contrib[i] < contrib[last];
            if (k == 0 ? i == last : after && (best == n || contrib[i] > contrib[best]))
                best = i;
        }
        double percent = best < n && sum > 0 ? 100 * contrib[best] / sum : 0;
        if (best == n || (k > 0 && percent < LEAST_PERCENT))
            return;
        char share[32];
        ad_buf_addz(&r->reason, k ? "; " : "");
        add_part(r, c, &r->reason, best, k ? NULL : res);
        snprintf(share, sizeof share, ", %.0f %%", percent);
        if (n > 1 && percent > 0)
            ad_buf_addz(&r->reason, share);
        last = best;
    }
}

/* The clause of -x for a flagged record. */
static struct ad_str reason(struct ad_run *r, const struct ad_case *c, size_t field,
                            const struct ad_result *res)
{
    r->reason.len = 0;
    if (r->multi) {
        add_parts(r, c, res);
    } else {
        ad_buf_add_visible(&r->reason, r->sel.field.v[field]);
        ad_buf_addz(&r->reason, " ");
        add_judgement(&r->reason, c->x[field], res, false);
        ad_buf_addz(&r->reason, res->s.why ? ": " : "");
        ad_buf_addz(&r->reason, res->s.why ? res->s.why : "");
    }
    if (res->s.state == AD_SHIFT)
        ad_buf_addz(&r->reason, "; taken as the new level from here on");
    if (r->reason.failed)
        r->sink.error = ENOMEM;
    return (struct ad_str){r->reason.s, r->reason.failed ? 0 : r->reason.len};
}

struct ad_str ad_run_member(const struct ad_run *r, size_t i)
{
    static const char suffix[] = "_score";
    struct ad_str v = r->sel.field.v[i];
    size_t n = sizeof suffix - 1;
    if (v.len > n && memcmp(v.s + v.len - n, suffix, n) == 0)
        v.len -= n;
    return v;
}

/* The score that contributed most after number `last` (negative: of all), or -1. */
static ptrdiff_t next_member(const struct ad_run *r, const struct ad_case *c, ptrdiff_t last)
{
    const double *contrib = r->judge.contrib;
    ptrdiff_t best = -1;
    for (ptrdiff_t i = 0; i < (ptrdiff_t)c->sample.n; i++) {
        double less = last < 0 ? 1 : contrib[last] - contrib[i];
        bool later = less > 0 || (less == 0 && i > last);
        if (!isnan(c->sample.x[i]) && later && (best < 0 || contrib[i] > contrib[best]))
            best = i;
    }
    return best;
}

/* The scores on one side of the line: `zscore 0.91 and novelty 0.63`. Returns how many. */
static size_t add_members(const struct ad_run *r, const struct ad_case *c, struct ad_buf *out,
                          bool over)
{
    size_t n = 0, done = 0;
    for (size_t i = 0; i < c->sample.n; i++)
        if (!isnan(c->sample.x[i]) && (c->sample.x[i] >= 0.5) == over)
            n++;
    for (ptrdiff_t i = -1; done < n && (i = next_member(r, c, i)) >= 0;) {
        char score[AD_NUMBER_MAX];
        if ((c->sample.x[i] >= 0.5) != over)
            continue;
        ad_buf_addz(out, done == 0 ? "" : done + 1 < n ? ", " : " and ");
        ad_buf_add_visible(out, ad_run_member(r, (size_t)i));
        ad_buf_addz(out, " ");
        /* Rounded away from the line, no score seems to be on its other side. */
        double x = c->sample.x[i] * 1000;
        ad_buf_add(out, score, ad_number_print(score, (over ? ceil(x) : floor(x)) / 1000));
        done++;
    }
    return n;
}

/* Who is for an alarm, and who is not. */
static struct ad_str agreement(struct ad_run *r, const struct ad_case *c)
{
    r->reason.len = 0;
    size_t over = add_members(r, c, &r->reason, true), n = 0;
    for (size_t i = 0; i < c->sample.n; i++)
        if (!isnan(c->sample.x[i]))
            n++;
    ad_buf_addz(&r->reason, over == 0   ? "together over the line: "
                            : over == 1 ? " is over the line"
                                        : " are over the line");
    if (over && over < n)
        ad_buf_addz(&r->reason, ", ");
    size_t under = add_members(r, c, &r->reason, false);
    if (over && under)
        ad_buf_addz(&r->reason, under == 1 ? " is not" : " are not");
    if (r->reason.failed)
        r->sink.error = ENOMEM;
    return (struct ad_str){r->reason.s, r->reason.failed ? 0 : r->reason.len};
}

static const char *state_name(enum ad_state s)
{
    static const char *const names[] = {"ok", "warmup", "missing", "shift", "nodata"};
    return names[s];
}

static struct ad_cell number(double x)
{
    return (struct ad_cell){.kind = AD_CELL_NUMBER, .x = x};
}

/* What is said of a combination of scores: state, field, confidence, line, reason. */
static void fill_combination(struct ad_run *r, const struct ad_case *k, const struct ad_result *res,
                             enum ad_state state)
{
    struct ad_cell *c = r->cell + 2;
    c[0] = (struct ad_cell){.kind = AD_CELL_TEXT, .text = ad_str_of(state_name(state))};
    for (size_t i = 1; i < 5; i++)
        c[i] = (struct ad_cell){.kind = AD_CELL_EMPTY};
    if (!res)
        return;
    c[2] = number(res->s.confidence);
    c[3] = number(res->line);
    if (!res->flagged)
        return;
    c[1] = (struct ad_cell){.kind = AD_CELL_TEXT, .text = ad_run_member(r, res->s.field)};
    c[4] = (struct ad_cell){.kind = AD_CELL_TEXT, .text = agreement(r, k)};
}

/* The cells of -x. Of several fields one is only named when the record is flagged. */
static void fill_explanation(struct ad_run *r, const struct ad_case *k, const struct ad_result *res,
                             size_t field, enum ad_state state)
{
    struct ad_cell *c = r->cell + 2;
    c[0] = (struct ad_cell){.kind = AD_CELL_TEXT, .text = ad_str_of(state_name(state))};
    for (int i = 1; i < 7; i++)
        c[i] = (struct ad_cell){.kind = AD_CELL_EMPTY};
    if (!res)
        return;
    c[5] = number(res->line);
    if (!r->multi || res->flagged)
        c[1] =
            (struct ad_cell){.kind = AD_CELL_TEXT, .text = r->sel.field.v[r->features ? 0 : field]};
    bool is_value = !r->features || field == 0, is_word = r->words.n && r->words.is[field];
    if ((!r->multi || res->flagged) && is_value && !is_word) {
        c[2] = number(res->s.expected);
        c[3] = number(res->s.lower);
        c[4] = number(res->s.upper);
    }
    if (res->flagged)
        c[6] = (struct ad_cell){.kind = AD_CELL_TEXT, .text = reason(r, k, field, res)};
}

static void fill_cells(struct ad_cell *c, const struct ad_result *res)
{
    bool scored = res && ad_result_scored(res);
    c[0].kind = scored ? AD_CELL_SCORE : AD_CELL_EMPTY;
    c[1].kind = scored ? AD_CELL_FLAG : AD_CELL_EMPTY;
    if (scored) {
        c[0].x = res->score;
        c[1].x = res->flagged;
    }
}

void ad_run_output(struct ad_run *r, const struct ad_case *c, ptrdiff_t best, enum ad_state state)
{
    const struct ad_result *res = best < 0 ? NULL : &r->result[best];
    if (r->set.each)
        for (size_t i = 0; i < r->ntrack; i++)
            fill_cells(r->cell + 2 * i, &r->result[i]);
    else
        fill_cells(r->cell, res);
    if (r->set.explain && r->detector->flags & AD_SCORES)
        fill_combination(r, c, res, state);
    else if (r->set.explain)
        fill_explanation(r, c, res, res && r->multi ? res->s.field : (size_t)best, state);
    ad_writer_put(r->writer, c->rec, r->cell);
}

/* A record that cannot be judged. Returns 0, or -1 if that ends the run. */
static int pass_bad(struct ad_run *r, const struct ad_record *rec, const struct ad_fault *f)
{
    if (rec->kind != AD_RECORD_PIECE) {
        r->count.records++;
        r->count.bad++;
        ad_run_tell_bad(r, rec, f->field, f->why, f->text);
        if (r->set.on_bad == AD_BAD_FAIL)
            return -1;
    }
    bool drop = r->set.on_bad == AD_BAD_SKIP || r->set.anomalies || !ad_run_writes(r);
    struct ad_record raw = *rec;
    if (rec->kind == AD_RECORD_DATA) { /* its fields are all right, so it keeps its columns */
        raw.kind = AD_RECORD_BAD;
        raw.pad = r->in.kind == AD_FORMAT_CSV ? 0 : AD_PAD_NONE;
    }
    if (drop || !ad_writer_put_bad(r->writer, &raw))
        r->left_out += rec->kind != AD_RECORD_PIECE;
    return 0;
}

int ad_run_pass(struct ad_run *r, const struct ad_record *rec, const struct ad_fault *f)
{
    if (rec->kind != AD_RECORD_BLANK)
        return pass_bad(r, rec, f);
    if (!r->set.anomalies && ad_run_writes(r))
        ad_writer_put_bad(r->writer, rec);
    return 0;
}
