/* ad-seasonal --stl and --holt-winters: all of a series at once. */
#include "detect/seasonal_batch.h"

#include "maths/moments.h"

#include <stdlib.h>

static void destroy(void *state)
{
    struct ad_seasonal_batch *b = state;
    if (!b)
        return;
    free(b->at);
    free(b->x);
    free(b->fitted);
    for (size_t k = 0; k < AD_SEASONAL_MOST; k++)
        free(b->season[k]);
    ad_seasonal_rest_free(&b->rest);
    ad_seasonal_days_free(&b->days);
    free(b);
}

static void *create(const void *cfg, const struct ad_setup *setup)
{
    (void)setup;
    struct ad_seasonal_batch *b = calloc(1, sizeof *b);
    if (b) {
        b->cfg = cfg;
        b->drift.nu = 1;
    }
    return b;
}

static double place_of(const struct ad_seasonal_batch *b, const struct ad_sample *in)
{
    return ad_seasonal_batch_by_clock(b) ? in->wall : in->row;
}

static int grow(struct ad_seasonal_batch *b)
{
    size_t room = b->room ? 2 * b->room : 64;
    double *bigger = realloc(b->at, room * sizeof *bigger);
    if (!bigger)
        return -1;
    b->at = bigger;
    bigger = realloc(b->x, room * sizeof *bigger);
    if (!bigger)
        return -1;
    b->x = bigger;
    b->room = room;
    return 0;
}

static int learn(void *state, const struct ad_sample *in, const struct ad_line *line,
                 const struct ad_verdict *verdict)
{
    (void)line;
    (void)verdict;
    struct ad_seasonal_batch *b = state;
    if (b->n == b->room && grow(b))
        return -1;
    if (b->n == 0)
        b->clocked = !isnan(in->wall);
    b->at[b->n] = place_of(b, in);
    b->x[b->n++] = ad_moments_limit(in->x[0]);
    return 0;
}

static int fit(void *state, struct ad_err *err)
{
    struct ad_seasonal_batch *b = state;
    return b->n ? ad_seasonal_batch_fit(b, err) : 0;
}

/* A place as it is judged: what is expected there, from how far beyond the end, by which law. */
struct view {
    double center, ahead;
    const struct ad_seasonal_law *law; /* of a holiday, else NULL */
    double least;
    struct ad_seasonal_more more;
};

/* What is expected beyond the end, where the seasons repeat. */
static double repeated(const struct ad_seasonal_batch *b, double ahead, bool holiday)
{
    double sum = b->trend + b->smooth.slope * (ahead + 1);
    for (size_t k = 0; k < (holiday && b->nseason ? 1 : b->nseason); k++) {
        double season = b->season[k][(size_t)fmod(ahead, (double)b->period[k])];
        sum = b->smooth.multiplicative ? sum * season : sum + season;
    }
    return sum;
}

static void look_at(const struct ad_seasonal_batch *b, double at, struct view *v)
{
    double cell = ad_seasonal_grid_cell(&b->grid, at);
    bool holiday = b->days.n > 0 && ad_seasonal_batch_special(b, at),
         beyond = cell >= (double)b->grid.cells;
    size_t phase = holiday ? ad_seasonal_days_phase(b->days.n, at) : 0;
    *v = (struct view){.ahead = beyond ? cell - (double)b->grid.cells + 1 : 0};
    v->center = beyond ? repeated(b, v->ahead - 1, holiday) : b->fitted[(size_t)cell];
    if (holiday) {
        v->center += beyond ? b->days.usual[phase] : 0;
        v->law = b->days.count[phase] > 1 ? &b->days.known : &b->days.unknown;
    }
    v->least = ad_seasonal_batch_least(b, v->center);
    double reach = b->rest.near.reach > v->least ? b->rest.near.reach : v->least;
    /* At its end, where it is one-sided, the trend tells less than elsewhere. */
    v->more = b->drift;
    v->more.variance *= beyond && b->nseason ? v->ahead + 0.4 * (double)b->period[0] : 0;
    if (beyond && b->cfg->holt_winters)
        v->more = (struct ad_seasonal_more){
            reach * reach * (ad_holtwinters_spread(&b->smooth, v->ahead) - 1), b->rest.near.nu};
}

static bool can_judge(const struct ad_seasonal_batch *b, const struct ad_sample *in)
{
    if (b->grid.cells == 0)
        return false;
    double cells = (place_of(b, in) - b->grid.start) / b->grid.spacing;
    return b->n >= b->cfg->warmup && cells >= -0.5 && cells < 1e15;
}

static void score(void *state, const struct ad_sample *in, const struct ad_line *line,
                  struct ad_score *out)
{
    const struct ad_seasonal_batch *b = state;
    struct view v;
    out->state = isnan(in->x[0]) || (ad_seasonal_batch_by_clock(b) && isnan(in->wall)) ? AD_MISSING
                                                                                       : AD_WARMUP;
    if (out->state == AD_MISSING || !can_judge(b, in))
        return;
    look_at(b, place_of(b, in), &v);
    if (!isfinite(v.center))
        return;
    double rest = in->x[0] - v.center;
    struct ad_seasonal_law law =
        v.law ? ad_seasonal_law_widened(v.law, v.least, v.more) : (struct ad_seasonal_law){0};
    out->state = AD_OK;
    out->surprise =
        v.law ? ad_seasonal_law_surprise(&law, rest, line->direction)
              : ad_seasonal_rest_surprise(&b->rest, rest, line->direction, v.least, v.more);
    out->expected = v.center;
}

static void bounds(void *state, const struct ad_sample *in, const struct ad_line *line,
                   struct ad_score *out)
{
    const struct ad_seasonal_batch *b = state;
    struct view v;
    out->lower = -INFINITY;
    out->upper = INFINITY;
    if (!can_judge(b, in))
        return;
    look_at(b, place_of(b, in), &v);
    if (!isfinite(v.center))
        return;
    for (int sign = -1; sign < 2; sign += 2) {
        double off;
        if (v.law) {
            struct ad_seasonal_law law = ad_seasonal_law_widened(v.law, v.least, v.more);
            off = ad_seasonal_law_bound(&law, sign, line->s0, line->direction);
        } else {
            off =
                ad_seasonal_rest_bound(&b->rest, sign, line->s0, line->direction, v.least, v.more);
        }
        *(sign < 0 ? &out->lower : &out->upper) = v.center + off;
    }
}

static double every(const void *state)
{
    const struct ad_seasonal_batch *b = state;
    return ad_seasonal_batch_by_clock(b) ? b->grid.spacing : (double)NAN;
}

static void save(const void *state, struct ad_save *out)
{
    const struct ad_seasonal_batch *b = state;
    const struct ad_holtwinters *h = &b->smooth;
    ad_save_u64(out, b->clocked);
    ad_save_u64(out, b->n);
    ad_save_f64s(out,
                 (double[]){b->grid.start, b->grid.spacing, b->trend, b->drift.variance,
                            b->drift.nu, h->slope, h->alpha, h->beta, h->gamma},
                 9);
    ad_save_u64(out, b->grid.cells);
    ad_save_f64s(out, b->fitted, b->grid.cells);
    ad_save_u64(out, b->nseason);
    for (size_t k = 0; k < b->nseason; k++) {
        ad_save_u64(out, b->period[k]);
        ad_save_f64s(out, b->season[k], b->period[k]);
    }
    ad_seasonal_rest_save(&b->rest, out);
    ad_seasonal_days_save(&b->days, out);
}

/* An array of n doubles, none infinite. Returns NULL if it is not there, or out of memory. */
static double *load_array(struct ad_load *in, size_t n)
{
    double *x = ad_load_peek(in) == n ? malloc((n + 1) * sizeof *x) : NULL;
    if (!x)
        return NULL;
    ad_load_f64s(in, x, n);
    bool good = !in->failed;
    for (size_t i = 0; i < n && good; i++)
        good = isnan(x[i]) || fabs(x[i]) <= 1e150;
    if (good)
        return x;
    free(x);
    return NULL;
}

static int load_numbers(struct ad_seasonal_batch *b, struct ad_load *in)
{
    double v[9];
    b->clocked = ad_load_max(in, 1);
    b->n = (size_t)ad_load_max(in, 1ULL << 53);
    ad_load_f64s(in, v, 9);
    b->grid.cells = (size_t)ad_load_max(in, in->in.len);
    bool good = !in->failed && fabs(v[0]) <= 1e15 && v[1] >= 0 && v[1] <= 1e15 &&
                fabs(v[2]) <= 1e150 && v[3] >= 0 && v[3] <= 1e300 && v[4] > 0 && v[4] <= 1e15 &&
                fabs(v[5]) <= 1e150;
    for (int i = 6; i < 9; i++)
        good = good && v[i] >= 0 && v[i] <= 1;
    b->grid.start = v[0];
    b->grid.spacing = v[1];
    b->trend = v[2];
    b->drift = (struct ad_seasonal_more){v[3], v[4]};
    b->smooth = (struct ad_holtwinters){.slope = v[5],
                                        .alpha = v[6],
                                        .beta = v[7],
                                        .gamma = v[8],
                                        .multiplicative =
                                            b->cfg->holt_winters == AD_SEASONAL_MULTIPLICATIVE};
    return good && (b->n == 0 || b->grid.cells > 0) && (b->grid.cells == 0 || v[1] > 0) ? 0 : -1;
}

static int load(void *state, struct ad_load *in)
{
    struct ad_seasonal_batch *b = state;
    if (load_numbers(b, in))
        return -1;
    b->fitted = load_array(in, b->grid.cells);
    b->nseason = (size_t)ad_load_max(in, AD_SEASONAL_MOST);
    if (!b->fitted || in->failed)
        return -1;
    for (size_t k = 0; k < b->nseason; k++) {
        b->period[k] = (size_t)ad_load_max(in, b->grid.cells);
        b->season[k] = load_array(in, b->period[k]);
        if (!b->season[k] || b->period[k] == 0)
            return -1;
    }
    b->smooth.period = b->nseason ? b->period[0] : 1;
    return ad_seasonal_rest_load(&b->rest, in) || ad_seasonal_days_load(&b->days, in) ? -1 : 0;
}

static const char *check(const void *cfg)
{
    const struct ad_seasonal_cfg *c = cfg;
    return c->stl && c->holt_winters ? "choose either --stl or --holt-winters"
                                     : ad_seasonal.check(cfg);
}

const struct ad_detector ad_seasonal_stl = {
    .name = "seasonal",
    .version = 1,
    .flags = AD_BATCH,
    .check = check,
    .create = create,
    .destroy = destroy,
    .score = score,
    .bounds = bounds,
    .learn = learn,
    .fit = fit,
    .every = every,
    .save = save,
    .load = load,
};
