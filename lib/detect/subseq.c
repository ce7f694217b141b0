#include "detect/subseq.h"

#include "detect/subseq_live.h"
#include "maths/moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Values without which nothing can be said, and those that a model needs to be one. */
enum { LEAST = 20, LEAST_FOR_MODEL = 256 };

/* Reasons are kept where a line could be: -ln 0.1. */
#define LOWEST_LINE 2.302585092994046

/* Part of the rows that strange stretches may be among. */
#define TOP 0.2

struct reasons {
    struct ad_subseq_reason *v;
    size_t n, room;
};

struct batch {
    const struct ad_subseq_cfg *cfg;
    const struct ad_setup *setup;
    /* While it is learnt; with --chunk the first `done` are scored. */
    struct ad_subseq_value *v;
    size_t n, room, done;
    /* What came of it: the surprise of each row from `first` on; NAN: none. */
    double first;
    float *surprise;
    size_t scored, scored_room;
    struct reasons reasons;        /* in the order of rows */
    double widest;                 /* of their windows */
    struct ad_subseq_model *model; /* of a series that was fitted, or loaded; or NULL */
    struct ad_subseq_live *live; /* at work with a loaded model; its rows count on from those of the
                                    fit, so `first` is the first of them */
    bool begun;
    struct ad_buf text;
};

static void destroy(void *state)
{
    struct batch *b = state;
    if (!b)
        return;
    ad_subseq_live_free(b->live);
    ad_subseq_model_free(b->model);
    free(b->v);
    free(b->surprise);
    free(b->reasons.v);
    ad_buf_free(&b->text);
    free(b);
}

static void *create(const void *cfg, const struct ad_setup *setup)
{
    enum { LONGEST_REASON = 512 };
    struct batch *b = calloc(1, sizeof *b);
    if (!b || !ad_buf_room(&b->text, LONGEST_REASON)) {
        free(b);
        return NULL;
    }
    b->cfg = cfg;
    b->setup = setup;
    return b;
}

/* An array with room for one more element. Returns 0, or -1. */
static int make_room(void **array, size_t *room, size_t n, size_t size)
{
    if (n < *room)
        return 0;
    size_t more = *room ? 2 * *room : 64;
    void *bigger = more > SIZE_MAX / size ? NULL : realloc(*array, more * size);
    if (!bigger)
        return -1;
    *array = bigger;
    *room = more;
    return 0;
}

/* --- scoring what was learnt -------------------------------------------------------------------
 */

/* Into units of their standard deviation. Returns whether there is one. */
static bool normalize(double *x, size_t n, struct ad_subseq_units *u)
{
    double mean = 0, squares = 0, least = x[0], most = x[0];
    for (size_t i = 0; i < n; i++) {
        mean += x[i] / (double)n;
        least = x[i] < least ? x[i] : least;
        most = x[i] > most ? x[i] : most;
    }
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean) / (double)n;
    *u = (struct ad_subseq_units){mean, sqrt(squares)};
    if (!(most > least && u->scale > 0))
        return false;
    for (size_t i = 0; i < n; i++)
        x[i] = (x[i] - mean) / u->scale;
    return true;
}

/* The tail of n scores of which `apart` in a row are about as good as one. */
static int fit_tail(struct ad_tail *tail, const double *score, size_t n, size_t apart)
{
    double *sorted = malloc(n * sizeof *sorted);
    if (!sorted)
        return -1;
    memcpy(sorted, score, n * sizeof *sorted);
    ad_tail_fit_top(tail, sorted, n, TOP, (double)apart);
    free(sorted);
    return 0;
}

/* That of a row, at or behind the last one. */
static int add_surprise(struct batch *b, double row, double surprise)
{
    while (b->first + (double)b->scored <= row) {
        if (make_room((void **)&b->surprise, &b->scored_room, b->scored, sizeof *b->surprise))
            return -1;
        b->surprise[b->scored++] = NAN;
    }
    b->surprise[b->scored - 1] = (float)surprise;
    return 0;
}

/* A series at work. */
struct judged {
    struct ad_subseq_cells cells;
    struct ad_subseq_units units;
    struct ad_subseq_plan plan;
    struct ad_subseq_scores scores;
    struct ad_tail tail;
};

/* Keep why rows from `from` on are strange. */
static int add_reasons(struct batch *b, const struct judged *j, double from)
{
    struct reasons *list = &b->reasons;
    for (size_t i = 0; i < j->scores.nanchor; i++) {
        const struct ad_subseq_anchor *a = &j->scores.anchor[i];
        const struct ad_subseq_part *part = &j->plan.part[a->part];
        size_t at = ad_subseq_anchor_row(&j->plan, i);
        double surprise = ad_tail_surprise(&j->tail, j->scores.around[at]);
        if (!(a->loudness > 0) || j->cells.row[at] < from || surprise < LOWEST_LINE)
            continue;
        if (make_room((void **)&list->v, &list->room, list->n, sizeof *list->v))
            return -1;
        struct ad_subseq_reason *r = &list->v[list->n++];
        *r = ad_subseq_reason_of(part, a, &j->units);
        r->at = j->cells.row[at];
        r->from = j->cells.row[a->from];
        r->to = j->cells.row[a->from + part->w - 1];
        r->like = part->kind == AD_SUBSEQ_FEATURES ? (double)NAN : j->cells.row[a->like];
        b->widest = fmax(b->widest, r->to - r->from + 1);
    }
    return 0;
}

static int keep_model(struct batch *b, struct judged *j)
{
    size_t first = j->plan.longest - 1, n = j->cells.n;
    ad_subseq_model_free(b->model);
    b->model = calloc(1, sizeof *b->model);
    if (!b->model)
        return -1;
    b->model->plan = j->plan;
    b->model->units = j->units;
    b->model->step = j->cells.step;
    if (n <= b->cfg->profile_max) {
        b->model->x = j->cells.x;
        b->model->n = n;
        j->cells.x = NULL;
    }
    return fit_tail(&b->model->tail, j->scores.until + first, n - first, j->plan.base / 2);
}

/* Score v[0..n), and keep what is said of those from `skip` on. Returns 0, or -1 when out of
 * memory. */
static int judge(struct batch *b, struct judged *j, const struct ad_subseq_value *v, size_t n,
                 size_t skip)
{
    if (ad_subseq_cells_make(&j->cells, v, n))
        return -1;
    bool vary = normalize(j->cells.x, j->cells.n, &j->units);
    bool modelled = b->setup->fitting && n >= LEAST_FOR_MODEL;
    if (vary && (ad_subseq_plan(&j->plan, b->cfg, j->cells.x, j->cells.n) ||
                 ad_subseq_score(&j->scores, &j->plan, j->cells.x, j->cells.n, j->cells.gaps,
                                 modelled, b->setup->pool) ||
                 fit_tail(&j->tail, j->scores.around, j->cells.n, j->plan.base / 2)))
        return -1;
    for (size_t i = skip; i < n; i++) {
        double raw = vary ? j->scores.around[j->cells.value[i]] : 0;
        if (add_surprise(b, v[i].row, vary ? ad_tail_surprise(&j->tail, raw) : 0))
            return -1;
    }
    if (vary && add_reasons(b, j, v[skip].row))
        return -1;
    return vary && modelled ? keep_model(b, j) : 0;
}

/* A chunk is complete, or the end is there. */
static int score_rest(struct batch *b)
{
    size_t chunk = (size_t)b->cfg->chunk, n = b->n;
    /* A short rest is scored along with what came before it. */
    size_t from = chunk && n > chunk ? n - chunk : 0;
    if (b->done == n || n - from < LEAST)
        return 0;
    struct judged j = {.scores = {0}};
    int rc = judge(b, &j, b->v + from, n - from, b->done - from);
    ad_subseq_cells_free(&j.cells);
    ad_subseq_scores_free(&j.scores);
    memmove(b->v, b->v + from, (n - from) * sizeof *b->v);
    b->n = b->done = n - from;
    return rc;
}

static int learn(void *state, const struct ad_sample *in, const struct ad_line *line,
                 const struct ad_verdict *verdict)
{
    (void)line;
    (void)verdict;
    struct batch *b = state;
    if (b->n == 0)
        b->first = in->row;
    if (make_room((void **)&b->v, &b->room, b->n, sizeof *b->v))
        return -1;
    b->v[b->n++] = (struct ad_subseq_value){ad_moments_limit(in->x[0]), in->t, in->row};
    return b->cfg->chunk && b->n - b->done == b->cfg->chunk ? score_rest(b) : 0;
}

static int fit(void *state, struct ad_err *err)
{
    struct batch *b = state;
    int rc = b->n ? score_rest(b) : 0;
    free(b->v);
    b->v = NULL;
    return rc ? ad_err_nomem(err) : 0;
}

static void say(double surprise, struct ad_score *out)
{
    out->state = isnan(surprise) ? AD_WARMUP : AD_OK;
    out->surprise = surprise;
}

static void score(void *state, const struct ad_sample *in, const struct ad_line *line,
                  struct ad_score *out)
{
    (void)line;
    struct batch *b = state;
    if (b->live && !b->begun) {
        b->begun = true;
        b->first = in->row;
    }
    double i = in->row - b->first;
    struct ad_subseq_value v = {ad_moments_limit(in->x[0]), in->t, b->live ? i : in->row};
    if (b->live)
        say(ad_subseq_live_next(b->live, &v), out);
    else
        say(i >= 0 && i < (double)b->scored ? (double)b->surprise[(size_t)i] : (double)NAN, out);
    if (i < (double)b->cfg->warmup)
        out->state = AD_WARMUP;
}

static void score_rows(void *state, const struct ad_sample *s, size_t n, const struct ad_line *line,
                       struct ad_score *out)
{
    struct batch *b = state;
    b->reasons.n = b->live ? 0 : b->reasons.n;
    for (size_t i = 0; i < n; i++) {
        score(b, &s[i], line, &out[i]);
        if (!b->live || out[i].state != AD_OK || out[i].surprise < line->s0)
            continue;
        /* Out of memory it is flagged without a reason. */
        if (make_room((void **)&b->reasons.v, &b->reasons.room, b->reasons.n,
                      sizeof *b->reasons.v) == 0)
            b->reasons.v[b->reasons.n++] = ad_subseq_live_reason(b->live);
    }
}

/* The loudest reason whose window covers the row; NULL: none. */
static const struct ad_subseq_reason *find_reason(const struct batch *b, double row)
{
    const struct ad_subseq_reason *v = b->reasons.v, *best = NULL;
    size_t lo = 0, hi = b->reasons.n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (v[mid].at <= row - b->widest)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < b->reasons.n && v[lo].at < row + b->widest; lo++)
        if (v[lo].from <= row && row <= v[lo].to && (!best || v[lo].loudness > best->loudness))
            best = &v[lo];
    return best;
}

static void bounds(void *state, const struct ad_sample *in, const struct ad_line *line,
                   struct ad_score *out)
{
    struct batch *b = state;
    const struct ad_subseq_reason *r =
        out->surprise < line->s0 ? NULL : find_reason(b, b->live ? in->row - b->first : in->row);
    if (!r)
        return;
    b->text.len = 0;
    ad_subseq_reason_text(r, &b->text);
    ad_buf_add(&b->text, "", 1);
    if (!b->text.failed)
        out->why = b->text.s;
}

static void save(const void *state, struct ad_save *out)
{
    const struct batch *b = state;
    ad_save_u64(out, b->model != NULL);
    if (b->model)
        ad_subseq_model_save(b->model, out);
}

static int load(void *state, struct ad_load *in)
{
    struct batch *b = state;
    if (!ad_load_max(in, 1))
        return in->failed ? -1 : 0;
    b->model = calloc(1, sizeof *b->model);
    if (!b->model || ad_subseq_model_load(b->model, b->cfg, in))
        return -1;
    b->widest = 1; /* each row has its own reason */
    b->live = ad_subseq_live_new(b->model);
    return b->live ? 0 : -1;
}

static const char *check(const void *cfg)
{
    (void)cfg;
    return NULL;
}

const struct ad_detector ad_subseq = {
    .name = "subseq",
    .version = 1,
    .flags = AD_BATCH,
    .check = check,
    .create = create,
    .destroy = destroy,
    .score = score,
    .bounds = bounds,
    .learn = learn,
    .fit = fit,
    .score_rows = score_rows,
    .save = save,
    .load = load,
};
