#include "detect/iforest.h"

#include "detect/iforest_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* With fewer rows each is scored by the trees that did not grow from it. Those of a fair-cut forest
 * are shaped so closely by their rows that it shows even of many. */
enum { FEW = 500, FEW_FCF = 10000 };

/* Fewer rows than these tell nothing. */
enum { LEAST = 10 };

struct batch {
    struct ad_iforest_model model; /* first, for the hooks that both have in common */
    /* A random choice of the rows so far, each as likely as the others: algorithm R (Vitter 1985).
     * After the fit, those that the model keeps. */
    double *x;
    size_t n, room;
    uint64_t seen;
    struct ad_rng rng;
    struct ad_iforest_scratch *scratch; /* one for each thread of the pool, once they are needed */
};

static void free_scratch(struct batch *b)
{
    for (size_t i = 0; b->scratch && i < ad_pool_threads(b->model.setup->pool); i++)
        ad_iforest_scratch_free(&b->scratch[i]);
    free(b->scratch);
    b->scratch = NULL;
}

static void destroy(void *state)
{
    struct batch *b = state;
    if (!b)
        return;
    free_scratch(b);
    ad_iforest_model_free(&b->model);
    free(b->x);
    free(b);
}

static void *create(const void *cfg, const struct ad_setup *setup)
{
    struct batch *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    ad_rng_seed(&b->rng, ~setup->seed);
    if (ad_iforest_model_init(&b->model, cfg, setup, 1) == 0)
        return b;
    destroy(b);
    return NULL;
}

static int make_room(struct batch *b)
{
    size_t cols = b->model.cols, room = b->room ? 2 * b->room : 8;
    size_t most = (size_t)b->model.cfg->max_sample;
    room = room < most ? room : most;
    if (room > SIZE_MAX / sizeof *b->x / cols)
        return -1;
    double *x = realloc(b->x, room * cols * sizeof *x);
    if (!x)
        return -1;
    b->x = x;
    b->room = room;
    return 0;
}

static int learn(void *state, const struct ad_sample *in, const struct ad_line *line,
                 const struct ad_verdict *verdict)
{
    (void)line;
    (void)verdict;
    struct batch *b = state;
    if (b->model.fitted)
        return 0;
    uint64_t place = b->seen++;
    if (place >= b->model.cfg->max_sample)
        place = ad_rng_below(&b->rng, b->seen);
    if (place >= b->model.cfg->max_sample)
        return 0;
    if (place == b->n) {
        if (b->n == b->room && make_room(b))
            return -1;
        b->n++;
    }
    memcpy(b->x + place * b->model.cols, in->x, b->model.cols * sizeof *b->x);
    return 0;
}

/* --- scoring ------------------------------------------------------------------------------------
 */

static void judge(const struct ad_iforest_model *m, double path, struct ad_score *out)
{
    out->state = AD_OK;
    out->surprise = ad_tail_surprise(&m->tail, ad_iforest_raw(path));
    out->field = 0;
}

static void score(void *state, const struct ad_sample *in, const struct ad_line *line,
                  struct ad_score *out)
{
    (void)line;
    const struct ad_iforest_model *m = &((struct batch *)state)->model;
    double path;
    out->state = AD_WARMUP;
    if (!m->fitted)
        return;
    ad_iforest_paths(m, &m->own, 1, ad_iforest_fill_samples, in, &path);
    judge(m, path, out);
}

/* Samples to be scored by several threads, for one of the two results. */
struct job {
    const struct batch *b;
    const struct ad_sample *sample;
    size_t n;
    double *path;
    struct ad_score *out;
};

static void score_block(void *arg, size_t i, size_t thread)
{
    const struct job *job = arg;
    const struct ad_iforest_scratch *s = &job->b->scratch[thread];
    size_t from = i * AD_IFOREST_BLOCK, left = job->n - from;
    size_t n = left < AD_IFOREST_BLOCK ? left : AD_IFOREST_BLOCK;
    double *path = job->path ? job->path + from : s->path;
    ad_iforest_paths(&job->b->model, s, n, ad_iforest_fill_samples, job->sample + from, path);
    for (size_t j = 0; job->out && j < n; j++)
        judge(&job->b->model, path[j], &job->out[from + j]);
}

/* Returns 0, or -1 when out of memory. */
static int run(struct batch *b, struct job *job)
{
    struct ad_pool *pool = b->model.setup->pool;
    int rc = 0;
    if (!b->scratch) {
        size_t threads = ad_pool_threads(pool);
        b->scratch = calloc(threads, sizeof *b->scratch);
        for (size_t i = 0; b->scratch && rc == 0 && i < threads; i++)
            rc = ad_iforest_scratch_init(&b->scratch[i], b->model.cols);
    }
    if (!b->scratch || rc) {
        free_scratch(b);
        return -1;
    }
    job->b = b;
    ad_pool_each(pool, (job->n + AD_IFOREST_BLOCK - 1) / AD_IFOREST_BLOCK, score_block, job);
    return 0;
}

static void score_rows(void *state, const struct ad_sample *in, size_t n,
                       const struct ad_line *line, struct ad_score *out)
{
    struct batch *b = state;
    struct job job = {.sample = in, .n = n, .out = out};
    if (b->model.fitted && run(b, &job) == 0)
        return;
    for (size_t i = 0; i < n; i++)
        score(state, &in[i], line, &out[i]);
}

/* --- fit ---------------------------------------------------------------------------------------
 */

/* What the trees say of the rows they grew from, many enough that it is as of any others. */
static int score_many(struct batch *b, double *raw)
{
    struct ad_sample *s = calloc(b->n, sizeof *s);
    struct job job = {.sample = s, .n = b->n, .path = raw};
    for (size_t i = 0; s && i < b->n; i++)
        s[i] = (struct ad_sample){.x = b->x + i * b->model.cols, .n = b->model.cols};
    int rc = s ? run(b, &job) : -1;
    for (size_t i = 0; rc == 0 && i < b->n; i++)
        raw[i] = ad_iforest_raw(raw[i]);
    free(s);
    return rc;
}

static int fit_tail(struct batch *b, const struct ad_iforest_rows *rows, uint64_t seed)
{
    size_t n = b->n, few = b->model.cfg->mode == AD_IFOREST_FCF ? FEW_FCF : FEW;
    double *raw = malloc(n * sizeof *raw);
    int rc = raw ? 0 : -1;
    if (rc == 0 && n < few)
        rc = ad_iforest_left_out(&b->model, rows, &seed, raw);
    else if (rc == 0)
        rc = score_many(b, raw);
    if (rc == 0)
        ad_iforest_fit_tail(&b->model.tail, raw, n);
    free(raw);
    return rc;
}

/* Let go of all but some rows, evenly chosen. */
static void keep_some(struct batch *b)
{
    size_t cols = b->model.cols, n = b->n < AD_IFOREST_KEPT ? b->n : AD_IFOREST_KEPT;
    for (size_t i = 0; i < n; i++)
        memmove(b->x + i * cols, b->x + b->n * i / n * cols, cols * sizeof *b->x);
    double *x = realloc(b->x, n * cols * sizeof *x);
    b->x = x ? x : b->x;
    b->n = b->room = b->model.kept.n = n;
    b->model.kept.x = b->x;
}

static int fit(void *state, struct ad_err *err)
{
    struct batch *b = state;
    if (b->n < LEAST || b->model.fitted)
        return 0;
    struct ad_iforest_rows rows = b->model.kept;
    rows.x = b->x;
    rows.n = b->n;
    uint64_t seed = ad_iforest_seed(b->model.setup, 0);
    size_t psi = ad_iforest_psi((size_t)b->model.cfg->sample, b->n);
    if (ad_iforest_part_grow(&b->model.part[0], &rows, psi, seed, b->model.setup->pool) ||
        fit_tail(b, &rows, seed) || ad_iforest_model_ready(&b->model))
        return ad_err_nomem(err);
    keep_some(b);
    return 0;
}

/* --- the rest ----------------------------------------------------------------------------------
 */

static void save(const void *state, struct ad_save *out)
{
    const struct batch *b = state;
    ad_save_u64(out, b->model.fitted);
    if (!b->model.fitted)
        return;
    ad_iforest_model_save(&b->model, out);
    ad_save_u64(out, b->n);
    ad_save_f64s(out, b->x, b->n * b->model.cols);
}

static int load_kept(struct batch *b, struct ad_load *in)
{
    size_t cols = b->model.cols, n = (size_t)ad_load_max(in, AD_IFOREST_KEPT);
    if (in->failed || n == 0 || ad_load_peek(in) != n * cols)
        return -1;
    b->x = malloc(n * cols * sizeof *b->x);
    if (!b->x)
        return -1;
    ad_load_f64s(in, b->x, n * cols);
    for (size_t i = 0; i < n * cols; i++)
        if (isinf(b->x[i]))
            return -1;
    b->n = b->room = b->model.kept.n = n;
    b->model.kept.x = b->x;
    return in->failed ? -1 : 0;
}

static int load(void *state, struct ad_load *in)
{
    struct batch *b = state;
    if (!ad_load_max(in, 1))
        return in->failed ? -1 : 0;
    return ad_iforest_model_load(&b->model, in) || load_kept(b, in) ? -1 : 0;
}

const struct ad_detector ad_iforest = {
    .name = "iforest",
    .version = 1,
    .flags = AD_BATCH | AD_MULTI,
    .check = ad_iforest_check,
    .create = create,
    .destroy = destroy,
    .score = score,
    .bounds = ad_iforest_bounds,
    .learn = learn,
    .fit = fit,
    .score_rows = score_rows,
    .explain = ad_iforest_explain,
    .importance = ad_iforest_importance,
    .save = save,
    .load = load,
};
