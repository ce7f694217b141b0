/* ad-seasonal --stl and --holt-winters: all of a series at once. */
#include "detect/seasonal.h"

#include "maths/holtwinters.h"
#include "maths/moments.h"
#include "maths/periods.h"
#include "maths/robust.h"
#include "maths/stl.h"
#include "maths/surprise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The most cells per value that gaps may make necessary, and those that are looked at for
 * seasons. */
enum { SPARSEST = 20, LOOKED_AT = 1 << 17, FEW_CYCLES = 5 };

/* Values as they come, then what was made of them: cells `spacing` apart from `start` on. */
struct batch {
    const struct ad_seasonal_cfg *cfg;
    bool clocked;
    double *at, *x; /* [n]; gone after the fit */
    size_t n, room;
    double start, spacing;
    double *fitted; /* [cells]: what is expected; NAN: nothing */
    size_t cells;
    double trend, slope; /* at the end */
    size_t nseason, period[AD_SEASONAL_MOST];
    double *season[AD_SEASONAL_MOST]; /* [period]: its last cycle */
    double scale;                     /* 1.4826 MAD of the rest */
};

static void destroy(void *state)
{
    struct batch *b = state;
    if (!b)
        return;
    free(b->at);
    free(b->x);
    free(b->fitted);
    for (size_t k = 0; k < AD_SEASONAL_MOST; k++)
        free(b->season[k]);
    free(b);
}

static void *create(const void *cfg, const struct ad_setup *setup)
{
    (void)setup;
    struct batch *b = calloc(1, sizeof *b);
    if (b)
        b->cfg = cfg;
    return b;
}

static bool by_clock(const struct batch *b)
{
    return b->clocked && (b->cfg->nperiod > 0 ? b->cfg->period[0].seconds > 0 : b->cfg->find);
}

static double place_of(const struct batch *b, const struct ad_sample *in)
{
    return by_clock(b) ? in->wall : in->row;
}

static int grow(struct batch *b)
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
    struct batch *b = state;
    if (b->n == b->room && grow(b))
        return -1;
    if (b->n == 0)
        b->clocked = !isnan(in->wall);
    b->at[b->n] = place_of(b, in);
    b->x[b->n++] = ad_moments_limit(in->x[0]);
    return 0;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *x, size_t n)
{
    qsort(x, n, sizeof *x, by_size);
    return (x[n / 2] + x[(n - 1) / 2]) / 2;
}

/* How far apart values usually are, and how many cells that makes. */
static int measure(struct batch *b, struct ad_err *err)
{
    double last = b->at[0];
    b->start = last;
    b->spacing = 1;
    for (size_t i = 1; i < b->n; i++) {
        b->start = b->at[i] < b->start ? b->at[i] : b->start;
        last = b->at[i] > last ? b->at[i] : last;
    }
    if (by_clock(b)) {
        size_t n = 0;
        double *apart = malloc(b->n * sizeof *apart);
        if (!apart)
            return ad_err_nomem(err);
        for (size_t i = 1; i < b->n; i++)
            if (b->at[i] > b->at[i - 1])
                apart[n++] = b->at[i] - b->at[i - 1];
        b->spacing = n > 0 ? median(apart, n) : 1;
        free(apart);
    }
    double cells = floor((last - b->start) / b->spacing + 0.5) + 1;
    if (cells > SPARSEST * (double)b->n + 1000)
        return ad_err_set(err, "--stl: the times are too far from evenly spaced");
    b->cells = (size_t)cells;
    return 0;
}

static size_t cell_of(const struct batch *b, double at)
{
    return (size_t)floor((at - b->start) / b->spacing + 0.5);
}

/* The mean of each cell, what lies between its neighbours where there is none. */
static int fill(const struct batch *b, double *y)
{
    double *count = calloc(b->cells, sizeof *count);
    if (!count)
        return -1;
    memset(y, 0, b->cells * sizeof *y);
    for (size_t i = 0; i < b->n; i++) {
        size_t k = cell_of(b, b->at[i]);
        y[k] += (b->x[i] - y[k]) / ++count[k];
    }
    size_t last = 0; /* the first cell has a value, and so has the last */
    for (size_t i = 1; i < b->cells; i++)
        if (count[i] > 0) {
            for (size_t k = last + 1; k < i; k++)
                y[k] = y[last] + (y[i] - y[last]) * (double)(k - last) / (double)(i - last);
            last = i;
        }
    free(count);
    return 0;
}

/* The seasons of which there are two cycles, in cells. Returns 0, or -1. */
static int choose_seasons(struct batch *b, const double *y)
{
    const struct ad_seasonal_cfg *cfg = b->cfg;
    double length[AD_SEASONAL_MOST];
    int n = (int)cfg->nperiod;
    bool given = n > 0 && (cfg->period[0].rows > 0 || by_clock(b));
    for (int k = 0; given && k < n; k++)
        length[k] = (cfg->period[k].rows + cfg->period[k].seconds) / b->spacing;
    if (!given)
        n = cfg->find ? ad_periods_find(y, b->cells < LOOKED_AT ? b->cells : LOOKED_AT, length,
                                        AD_SEASONAL_MOST)
                      : 0;
    for (int k = 0; k < n; k++) {
        double cells = floor(length[k] + 0.5);
        if (cells >= 2 && cells * 2 <= (double)b->cells &&
            (b->nseason == 0 || cells > (double)b->period[b->nseason - 1]))
            b->period[b->nseason++] = (size_t)cells;
    }
    return n < 0 ? -1 : 0;
}

/* Take y apart: fitted, the end of the trend, the last cycles. Returns 0, or -1. */
static int decompose(struct batch *b, const double *y)
{
    double *trend = calloc(b->cells * (b->nseason + 1), sizeof *trend);
    double *season[AD_SEASONAL_MOST];
    if (!trend)
        return -1;
    for (size_t k = 0; k < b->nseason; k++)
        season[k] = trend + (k + 1) * b->cells;
    size_t window = b->cfg->stl_window ? (size_t)b->cfg->stl_window : AD_STL_PERIODIC;
    /* Of two or three values, robust weights would choose the one that fits best. */
    bool robust = b->cells >= FEW_CYCLES * b->period[b->nseason - 1];
    int rc = ad_mstl(y, b->cells, b->period, b->nseason, window, robust, season, trend);
    memcpy(b->fitted, trend, b->cells * sizeof *trend);
    b->trend = trend[b->cells - 1];
    for (size_t k = 0; k < b->nseason && rc == 0; k++) {
        for (size_t i = 0; i < b->cells; i++)
            b->fitted[i] += season[k][i];
        b->season[k] = malloc(b->period[k] * sizeof **b->season);
        if (!b->season[k])
            rc = -1;
        else
            memcpy(b->season[k], season[k] + b->cells - b->period[k],
                   b->period[k] * sizeof **season);
    }
    free(trend);
    return rc;
}

/* One step ahead at a time, by the longest season. Returns 0, or -1. */
static int smooth(struct batch *b, const double *y)
{
    size_t last = b->nseason - 1;
    struct ad_holtwinters h = {.period = b->period[last],
                               .multiplicative =
                                   b->cfg->holt_winters == AD_SEASONAL_MULTIPLICATIVE};
    double *season = b->season[0] = malloc(h.period * sizeof *season);
    b->period[0] = h.period;
    b->nseason = 1;
    if (!season || ad_holtwinters_fit(&h, y, b->cells, b->fitted, season))
        return -1;
    b->trend = h.level;
    b->slope = h.slope;
    return 0;
}

static int fit(void *state, struct ad_err *err)
{
    struct batch *b = state;
    if (b->n == 0)
        return 0;
    if (measure(b, err))
        return -1;
    double *y = malloc(b->cells * sizeof *y);
    b->fitted = malloc(b->cells * sizeof *b->fitted);
    int rc = y && b->fitted && fill(b, y) == 0 && choose_seasons(b, y) == 0 ? 0 : -1;
    if (rc == 0 && b->nseason > 0) {
        rc = b->cfg->holt_winters ? smooth(b, y) : decompose(b, y);
    } else if (rc == 0) {
        b->trend = median(y, b->cells);
        for (size_t i = 0; i < b->cells; i++)
            b->fitted[i] = b->trend;
    }
    size_t n = 0;
    for (size_t i = 0; i < b->n && rc == 0; i++) {
        double rest = fabs(b->x[i] - b->fitted[cell_of(b, b->at[i])]);
        if (isfinite(rest))
            b->x[n++] = rest;
    }
    b->n = n;
    if (rc == 0 && n > 0)
        b->scale = 1.4826 * median(b->x, n);
    free(y);
    free(b->at);
    free(b->x);
    b->at = b->x = NULL;
    return rc ? ad_err_nomem(err) : 0;
}

/* What is expected at a place: beyond the end the seasons repeat. */
static double expected_at(const struct batch *b, double at)
{
    double cell = floor((at - b->start) / b->spacing + 0.5);
    if (cell < (double)b->cells)
        return b->fitted[(size_t)cell];
    double ahead = cell - (double)b->cells, sum = b->trend + b->slope * (ahead + 1);
    for (size_t k = 0; k < b->nseason; k++) {
        double season = b->season[k][(size_t)fmod(ahead, (double)b->period[k])];
        sum = b->cfg->holt_winters == AD_SEASONAL_MULTIPLICATIVE ? sum * season : sum + season;
    }
    return sum;
}

/* The least scale to judge by, and the law of the rest. */
static double reach_of(const struct batch *b, double center, double *nu)
{
    /* What was fitted to the values is no longer in their rest. */
    double n = (double)b->n, fitted = 3;
    for (size_t k = 0; k < b->nseason && !b->cfg->holt_winters; k++)
        fitted += (double)b->period[k];
    double spare = n - fitted > n / 4 ? n - fitted : n / 4;
    struct ad_robust_law law = ad_robust_law((size_t)spare);
    double least = b->cfg->min_scale > 0 ? b->cfg->min_scale : 1e-9 * fabs(center);
    *nu = law.nu;
    return law.factor * sqrt(n / spare) * (b->scale > least ? b->scale : least);
}

static bool can_judge(const struct batch *b, const struct ad_sample *in)
{
    if (b->cells == 0)
        return false;
    double cells = (place_of(b, in) - b->start) / b->spacing;
    return b->n >= b->cfg->warmup && cells >= -0.5 && cells < 1e15;
}

static void score(void *state, const struct ad_sample *in, const struct ad_line *line,
                  struct ad_score *out)
{
    const struct batch *b = state;
    out->state = isnan(in->x[0]) || (by_clock(b) && isnan(in->wall)) ? AD_MISSING : AD_WARMUP;
    if (out->state == AD_MISSING || !can_judge(b, in))
        return;
    double nu, center = expected_at(b, place_of(b, in)), off = in->x[0] - center;
    if (!isfinite(center))
        return;
    double reach = reach_of(b, center, &nu), t = off != 0 ? off / reach : 0;
    double surprise = ad_surprise_t(t, nu);
    if (line->direction != AD_BOTH)
        surprise = ad_surprise_upper(line->direction == AD_UP ? t : -t, surprise);
    out->state = AD_OK;
    out->surprise = surprise < AD_SURPRISE_MAX ? surprise : AD_SURPRISE_MAX;
    out->expected = center;
}

static void bounds(void *state, const struct ad_sample *in, const struct ad_line *line,
                   struct ad_score *out)
{
    const struct batch *b = state;
    out->lower = -INFINITY;
    out->upper = INFINITY;
    if (!can_judge(b, in))
        return;
    double nu, center = expected_at(b, place_of(b, in)), reach = reach_of(b, center, &nu);
    if (!isfinite(center))
        return;
    double t = line->direction == AD_BOTH ? ad_surprise_t_at(line->s0, nu)
                                          : ad_surprise_upper_at(line->s0, nu);
    if (line->direction != AD_UP)
        out->lower = center - t * reach;
    if (line->direction != AD_DOWN)
        out->upper = center + t * reach;
}

static double every(const void *state)
{
    const struct batch *b = state;
    return by_clock(b) ? b->spacing : (double)NAN;
}

static void save(const void *state, struct ad_save *out)
{
    const struct batch *b = state;
    ad_save_u64(out, b->clocked);
    ad_save_u64(out, b->n);
    ad_save_f64s(out, (double[]){b->start, b->spacing, b->trend, b->scale, b->slope}, 5);
    ad_save_u64(out, b->cells);
    ad_save_f64s(out, b->fitted, b->cells);
    ad_save_u64(out, b->nseason);
    for (size_t k = 0; k < b->nseason; k++) {
        ad_save_u64(out, b->period[k]);
        ad_save_f64s(out, b->season[k], b->period[k]);
    }
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

static int load(void *state, struct ad_load *in)
{
    struct batch *b = state;
    double v[5];
    b->clocked = ad_load_max(in, 1);
    b->n = (size_t)ad_load_max(in, 1ULL << 53);
    ad_load_f64s(in, v, 5);
    b->cells = (size_t)ad_load_max(in, in->in.len);
    if (in->failed || !(fabs(v[0]) <= 1e15) || !(v[1] >= 0 && v[1] <= 1e15) ||
        !(fabs(v[2]) <= 1e150) || !(v[3] >= 0 && v[3] <= 1e150) || !(fabs(v[4]) <= 1e150))
        return -1;
    b->start = v[0];
    b->spacing = v[1];
    b->trend = v[2];
    b->scale = v[3];
    b->slope = v[4];
    b->fitted = load_array(in, b->cells);
    b->nseason = (size_t)ad_load_max(in, AD_SEASONAL_MOST);
    if (!b->fitted || in->failed || (b->n > 0 && b->cells == 0) || (b->cells > 0 && !(v[1] > 0)))
        return -1;
    for (size_t k = 0; k < b->nseason; k++) {
        b->period[k] = (size_t)ad_load_max(in, b->cells);
        b->season[k] = load_array(in, b->period[k]);
        if (!b->season[k] || b->period[k] == 0)
            return -1;
    }
    return in->failed ? -1 : 0;
}

static const char *check(const void *cfg)
{
    const struct ad_seasonal_cfg *c = cfg;
    const char *wrong = ad_seasonal.check(cfg);
    if (!wrong && c->stl && c->holt_winters)
        return "choose either --stl or --holt-winters";
    return wrong ? wrong : c->holidays ? "--holidays is for the streaming method alone" : NULL;
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
