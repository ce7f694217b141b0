/* The forest that goes with the stream: an eighth of its trees grows anew from the rows of the
 * window now and then. */
#include "detect/iforest.h"

#include "detect/iforest_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REBUILD_EVERY = 128 };

struct sliding {
    struct ad_iforest_model model; /* first, for the hooks that both have in common */
    /* The window: rows, and what the trees said of each before it was learnt. A ring once it is
     * full, `next` the oldest row. */
    double *x, *raw;
    size_t n, next, room;
    size_t since;   /* rows learnt since the last trees grew */
    uint64_t grown; /* how often some did */
    bool fresh;     /* path is of the row `last`, by the trees as they are */
    double path;
    double *last;   /* [cols] */
    double *sorted; /* [window] raw scores, while the tail is fitted */
};

static void destroy(void *state)
{
    struct sliding *s = state;
    if (!s)
        return;
    ad_iforest_model_free(&s->model);
    free(s->x);
    free(s->raw);
    free(s->last);
    free(s);
}

static void *create(const void *cfg, const struct ad_setup *setup)
{
    struct sliding *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->last = calloc(setup->nfield ? setup->nfield : 1, sizeof *s->last);
    if (ad_iforest_model_init(&s->model, cfg, setup, AD_IFOREST_PARTS) == 0 && s->last)
        return s;
    destroy(s);
    return NULL;
}

/* Mean path of a row by the trees as they are. It is asked for twice in turn, by score() and by
 * learn(). */
static double path_of(struct sliding *s, const struct ad_sample *in)
{
    size_t size = s->model.cols * sizeof *s->last;
    if (s->fresh && memcmp(s->last, in->x, size) == 0)
        return s->path;
    ad_iforest_paths(&s->model, &s->model.own, 1, ad_iforest_fill_samples, in, &s->path);
    memcpy(s->last, in->x, size);
    s->fresh = true;
    return s->path;
}

static void score(void *state, const struct ad_sample *in, const struct ad_line *line,
                  struct ad_score *out)
{
    (void)line;
    struct sliding *s = state;
    out->state = AD_WARMUP;
    if (!s->model.fitted)
        return;
    out->state = AD_OK;
    out->surprise = ad_tail_surprise(&s->model.tail, ad_iforest_raw(path_of(s, in)));
    out->field = 0;
}

/* --- learning ----------------------------------------------------------------------------------
 */

/* Rows before the first trees grow. */
static size_t warm_up(const struct sliding *s)
{
    const struct ad_iforest_cfg *cfg = s->model.cfg;
    return (size_t)(cfg->sample < cfg->window ? cfg->sample : cfg->window);
}

static struct ad_iforest_rows rows_of(const struct sliding *s)
{
    struct ad_iforest_rows rows = s->model.kept;
    rows.x = s->x;
    rows.n = s->n;
    return rows;
}

static int make_room(struct sliding *s, size_t room)
{
    size_t cols = s->model.cols, most = (size_t)s->model.cfg->window;
    room = room < most ? room : most;
    if (room > SIZE_MAX / sizeof *s->x / cols)
        return -1;
    double *x = realloc(s->x, room * cols * sizeof *x);
    if (!x)
        return -1;
    s->x = x;
    double *raw = realloc(s->raw, 2 * room * sizeof *raw);
    if (!raw)
        return -1;
    s->raw = raw;
    s->sorted = raw + room;
    s->room = room;
    return 0;
}

static void fit_tail(struct sliding *s)
{
    memcpy(s->sorted, s->raw, s->n * sizeof *s->raw);
    ad_iforest_fit_tail(&s->model.tail, s->sorted, s->n);
}

static int grow(struct sliding *s, size_t part, uint64_t seed)
{
    struct ad_iforest_rows rows = rows_of(s);
    size_t psi = ad_iforest_psi((size_t)s->model.cfg->sample, s->n);
    return ad_iforest_part_grow(&s->model.part[part], &rows, psi, seed, NULL);
}

/* Numbers of trees are never used twice. */
static uint64_t next_seed(struct sliding *s)
{
    return ad_iforest_seed(s->model.setup, s->grown++ << 32);
}

/* All parts for the first time. The rows so far have no scores yet. */
static int begin(struct sliding *s)
{
    uint64_t seed[AD_IFOREST_PARTS];
    struct ad_iforest_rows rows = rows_of(s);
    s->grown = 0;
    for (size_t i = 0; i < s->model.parts; i++) {
        seed[i] = next_seed(s);
        if (grow(s, i, seed[i]))
            return -1;
    }
    if (ad_iforest_left_out(&s->model, &rows, seed, s->raw))
        return -1;
    fit_tail(s);
    return ad_iforest_model_ready(&s->model);
}

static int renew(struct sliding *s)
{
    size_t part = (size_t)(s->grown % s->model.parts);
    s->fresh = false;
    if (grow(s, part, next_seed(s)))
        return -1;
    s->model.newest = part;
    fit_tail(s);
    return 0;
}

static int learn(void *state, const struct ad_sample *in, const struct ad_line *line,
                 const struct ad_verdict *verdict)
{
    (void)line;
    (void)verdict;
    struct sliding *s = state;
    size_t window = (size_t)s->model.cfg->window, place = s->n < window ? s->n : s->next;
    if (s->n < window && s->n == s->room && make_room(s, s->room ? 2 * s->room : 8))
        return -1;
    double path = s->model.fitted ? path_of(s, in) : NAN;
    memcpy(s->x + place * s->model.cols, in->x, s->model.cols * sizeof *s->x);
    s->raw[place] = ad_iforest_raw(path);
    s->n += s->n < window;
    s->next = (place + 1) % window;
    s->model.kept = rows_of(s);
    if (!s->model.fitted)
        return s->n < warm_up(s) ? 0 : begin(s);
    if (++s->since < REBUILD_EVERY)
        return 0;
    s->since = 0;
    return renew(s);
}

/* --- the rest ----------------------------------------------------------------------------------
 */

static void save(const void *state, struct ad_save *out)
{
    const struct sliding *s = state;
    ad_save_u64(out, s->n);
    ad_save_u64(out, s->next);
    ad_save_f64s(out, s->x, s->n * s->model.cols);
    ad_save_u64(out, s->model.fitted);
    if (!s->model.fitted)
        return;
    ad_save_f64s(out, s->raw, s->n);
    ad_save_u64(out, s->since);
    ad_save_u64(out, s->grown);
    ad_iforest_model_save(&s->model, out);
}

static int load_rows(struct sliding *s, struct ad_load *in)
{
    size_t cols = s->model.cols, window = (size_t)s->model.cfg->window;
    size_t n = (size_t)ad_load_max(in, window);
    s->next = (size_t)ad_load_max(in, window - 1);
    if (in->failed || (n < window && s->next != n) || ad_load_peek(in) != n * cols)
        return -1;
    if (n > 0 && make_room(s, n))
        return -1;
    s->n = n;
    ad_load_f64s(in, s->x, n * cols);
    for (size_t i = 0; i < n * cols; i++)
        if (isinf(s->x[i]))
            return -1;
    s->model.kept = rows_of(s);
    return in->failed ? -1 : 0;
}

static int load(void *state, struct ad_load *in)
{
    struct sliding *s = state;
    if (load_rows(s, in))
        return -1;
    bool fitted = ad_load_max(in, 1);
    if (in->failed || fitted != (s->n >= warm_up(s)))
        return -1;
    if (!fitted)
        return 0;
    ad_load_f64s(in, s->raw, s->n);
    s->since = (size_t)ad_load_max(in, REBUILD_EVERY - 1);
    s->grown = ad_load_u64(in);
    for (size_t i = 0; i < s->n; i++)
        if (s->raw[i] < 0 || s->raw[i] > 1)
            return -1;
    return in->failed ? -1 : ad_iforest_model_load(&s->model, in);
}

const struct ad_detector ad_iforest_sliding = {
    .name = "iforest",
    .version = 1,
    .flags = AD_MULTI,
    .check = ad_iforest_check,
    .create = create,
    .destroy = destroy,
    .score = score,
    .bounds = ad_iforest_bounds,
    .learn = learn,
    .explain = ad_iforest_explain,
    .importance = ad_iforest_importance,
    .save = save,
    .load = load,
};
