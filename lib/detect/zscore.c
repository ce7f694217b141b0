#include "detect/zscore.h"

#include "maths/ewma.h"
#include "maths/moments.h"
#include "maths/surprise.h"
#include "maths/window.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Half-life of the short-term volatility behind `adaptive`, in rows: 10. */
#define SHORT_KEEP 0.93303299153680741598

/* What is learnt of one series, or of one phase of it. */
struct series {
    unsigned long long count; /* values learnt */
    double last;              /* the newest of them, as it came */
    double step;       /* smallest non-zero change from one to the next, INFINITY: none yet */
    double t;          /* newest time */
    double volatility; /* recent mean of squared residuals in units of the scale */
    union {
        struct ad_window *window;
        struct ad_ewma ewma;
        struct ad_moments global;
    } of;
};

struct zscore {
    const struct ad_zscore_cfg *cfg;
    struct series whole;
    struct series **phase; /* with seasonal: cfg->phases of them, NULL until first used */
};

/* Where values are expected, and how far apart by chance. */
struct estimate {
    double center, variance;
    bool steady;  /* nu stays the same from now on */
    double n, nu; /* how many values that is worth; degrees of freedom of the scale */
    double reach; /* standard error of center - x: scale * sqrt(1 + 1/n), at least the floor */
};

static const char *check(const void *cfg_)
{
    const struct ad_zscore_cfg *cfg = cfg_;
    bool sliding = cfg->method == AD_ZSCORE_WINDOW || cfg->method == AD_ZSCORE_ROBUST;
    if (cfg->warmup < 3)
        return "the warm-up must be at least 3 values";
    if (cfg->min_scale <= 0)
        return "the smallest scale must be above 0";
    if (sliding && !(cfg->window.seconds > 0) && !(cfg->window.rows >= 3))
        return "the window must hold at least 3 values";
    if (sliding && cfg->window.rows > AD_RECENT_MAX)
        return "the window must hold at most 1000000 values";
    if (cfg->method == AD_ZSCORE_EWMA && !(cfg->half_life.seconds > 0) &&
        !(cfg->half_life.rows >= 1))
        return "the half-life must be at least 1 row";
    if (cfg->seasonal > 0 && (cfg->phases < 1 || cfg->phases > 100000))
        return "a season must have 1 to 100000 phases";
    return NULL;
}

static int series_open(struct series *s, const struct ad_zscore_cfg *cfg)
{
    *s = (struct series){.step = INFINITY, .t = -DBL_MAX, .volatility = 1};
    if (cfg->method != AD_ZSCORE_WINDOW)
        return 0;
    s->of.window = malloc(sizeof *s->of.window);
    if (!s->of.window)
        return -1;
    ad_window_init(s->of.window, cfg->window.rows, cfg->window.seconds);
    return 0;
}

static void series_close(struct series *s, const struct ad_zscore_cfg *cfg)
{
    if (cfg->method == AD_ZSCORE_WINDOW && s->of.window) {
        ad_window_free(s->of.window);
        free(s->of.window);
    }
}

static struct series *series_new(const struct ad_zscore_cfg *cfg)
{
    struct series *s = malloc(sizeof *s);
    if (s && series_open(s, cfg) == -1) {
        free(s);
        return NULL;
    }
    return s;
}

static void destroy(void *state)
{
    struct zscore *z = state;
    if (!z)
        return;
    for (size_t i = 0; z->phase && i < z->cfg->phases; i++)
        if (z->phase[i]) {
            series_close(z->phase[i], z->cfg);
            free(z->phase[i]);
        }
    if (!z->phase)
        series_close(&z->whole, z->cfg);
    free(z->phase);
    free(z);
}

static void *create(const void *cfg_, size_t nfield)
{
    (void)nfield;
    struct zscore *z = calloc(1, sizeof *z);
    if (!z)
        return NULL;
    z->cfg = cfg_;
    bool seasonal = z->cfg->seasonal > 0;
    if (seasonal)
        z->phase = calloc(z->cfg->phases, sizeof(struct series *));
    if (seasonal ? z->phase != NULL : series_open(&z->whole, z->cfg) == 0)
        return z;
    free(z);
    return NULL;
}

static size_t phase_at(const struct ad_zscore_cfg *cfg, double wall)
{
    double turn = wall / cfg->seasonal, phases = (double)cfg->phases;
    double i = floor((turn - floor(turn)) * phases);
    return (size_t)(i < phases ? i : phases - 1);
}

/* The part of the state that a sample belongs to: NULL where it has no time or its phase is new. */
static struct series *series_of(const struct zscore *z, const struct ad_sample *in)
{
    if (!z->phase)
        return (struct series *)&z->whole;
    return isnan(in->wall) ? NULL : z->phase[phase_at(z->cfg, in->wall)];
}

/* What learning clipped values at a line does to Gaussian ones, undone. */
struct correction {
    struct ad_line line;
    double inflate; /* the variance, times this */
    double shift;   /* the mean, plus this many corrected standard deviations */
};

/* Lines change rarely, if at all. */
static const struct correction *correction_for(const struct ad_line *line)
{
    static _Thread_local struct correction c = {.inflate = 1};
    if (line->s0 < c.line.s0 || line->s0 > c.line.s0 || line->direction != c.line.direction) {
        c.line = *line;
        struct ad_clipped clipped =
            line->direction == AD_BOTH ? ad_clipped_both(ad_surprise_t_at(line->s0, INFINITY))
                                       : ad_clipped_upper(ad_surprise_upper_at(line->s0, INFINITY));
        c.inflate = 1 / clipped.var;
        c.shift = line->direction == AD_DOWN ? clipped.mean : -clipped.mean;
    }
    return &c;
}

static struct estimate learnt(const struct series *s, const struct ad_zscore_cfg *cfg)
{
    struct estimate e = {0};
    if (cfg->method == AD_ZSCORE_WINDOW) {
        e.steady = s->of.window->last.len == s->of.window->last.rows;
        e.n = (double)s->of.window->last.len;
        e.nu = e.n - 1;
        e.center = s->of.window->mean;
        e.variance = ad_window_variance(s->of.window);
    } else if (cfg->method == AD_ZSCORE_EWMA) {
        e.n = ad_ewma_n(&s->of.ewma);
        e.nu = ad_ewma_nu(&s->of.ewma);
        e.center = s->of.ewma.mean;
        e.variance = ad_ewma_variance(&s->of.ewma);
    } else {
        e.n = s->of.global.n;
        e.nu = e.n - 1;
        e.center = s->of.global.mean;
        e.variance = ad_moments_variance(&s->of.global);
    }
    return e;
}

/* The smallest scale to judge by; 0: not known. */
static double floor_of(const struct series *s, const struct ad_zscore_cfg *cfg, double center)
{
    if (cfg->min_scale > 0)
        return cfg->min_scale;
    double dust = 1e-9 * fabs(center);
    return s->step > dust && s->step < INFINITY ? s->step : dust;
}

/* Whether there is enough to judge by, and then the estimate. */
static bool estimate(const struct series *s, const struct ad_zscore_cfg *cfg,
                     const struct ad_line *line, struct estimate *e)
{
    if (!s || s->count < cfg->warmup)
        return false;
    *e = learnt(s, cfg);
    if (e->nu < 1)
        return false;
    const struct correction *c = correction_for(line);
    e->variance *= c->inflate;
    if (line->direction != AD_BOTH)
        e->center += c->shift * sqrt(e->variance);
    double least = floor_of(s, cfg, e->center), spread = 1 + 1 / e->n;
    e->reach = e->variance > least * least ? sqrt(e->variance * spread) : least * sqrt(spread);
    return true;
}

/* As long as all values were equal nothing tells how large changes are, only that the first one is
 * one value in count + 1: it surprises by no more than that. */
static double most_surprise(const struct series *s, const struct ad_zscore_cfg *cfg)
{
    bool unknown = s->step > DBL_MAX && !(cfg->min_scale > 0);
    return unknown ? log1p((double)s->count) : AD_SURPRISE_MAX;
}

static double line_factor(const struct series *s, const struct ad_zscore_cfg *cfg)
{
    return cfg->adaptive ? fmin(fmax(1 / sqrt(s->volatility), 0.5), 2) : 1;
}

static void score(void *state, const struct ad_sample *in, const struct ad_line *line,
                  struct ad_score *out)
{
    const struct zscore *z = state;
    double x = in->x[0];
    struct series *s = series_of(z, in);
    struct estimate e;
    out->state = isnan(x) || (z->phase && isnan(in->wall)) ? AD_MISSING : AD_WARMUP;
    if (out->state == AD_MISSING || !estimate(s, z->cfg, line, &e))
        return;
    double off = x - e.center, t = off < 0 || off > 0 ? off / e.reach : 0;
    double surprise = e.steady ? ad_surprise_t_again(t, e.nu) : ad_surprise_t(t, e.nu);
    if (line->direction != AD_BOTH)
        surprise = ad_surprise_upper(line->direction == AD_UP ? t : -t, surprise);
    double most = most_surprise(s, z->cfg);
    out->state = AD_OK;
    out->surprise = surprise < most ? surprise : most;
    out->expected = e.center;
    out->alpha_factor = line_factor(s, z->cfg);
    out->field = 0;
}

static void bounds(void *state, const struct ad_sample *in, const struct ad_line *line,
                   struct ad_score *out)
{
    const struct zscore *z = state;
    struct series *s = series_of(z, in);
    struct estimate e;
    out->lower = -INFINITY;
    out->upper = INFINITY;
    double at = line->s0 - log(out->alpha_factor);
    if (!estimate(s, z->cfg, line, &e) || at > most_surprise(s, z->cfg))
        return;
    double t =
        line->direction == AD_BOTH ? ad_surprise_t_at(at, e.nu) : ad_surprise_upper_at(at, e.nu);
    if (line->direction != AD_UP)
        out->lower = e.center - t * e.reach;
    if (line->direction != AD_DOWN)
        out->upper = e.center + t * e.reach;
}

static int series_learn(struct series *s, const struct ad_zscore_cfg *cfg, double x, double t)
{
    if (cfg->method == AD_ZSCORE_WINDOW)
        return ad_window_add(s->of.window, x, t);
    if (cfg->method == AD_ZSCORE_GLOBAL) {
        ad_moments_add(&s->of.global, x);
        return 0;
    }
    double passed = 1 / cfg->half_life.rows;
    if (cfg->half_life.seconds > 0)
        passed = t > s->t && s->count > 0 ? (t - s->t) / cfg->half_life.seconds : 0;
    ad_ewma_add(&s->of.ewma, x, exp2(-passed));
    return 0;
}

/* A squared residual in units of the scale, by Student's law nu/(nu - 2) on average. */
static void watch_volatility(struct series *s, const struct estimate *e, double x)
{
    double t = e->reach > 0 ? (x - e->center) / e->reach : 0;
    if (e->nu > 2)
        s->volatility +=
            (1 - SHORT_KEEP) * (fmin(t * t, 1e6) * (e->nu - 2) / e->nu - s->volatility);
}

static int learn(void *state, const struct ad_sample *in, const struct ad_line *line,
                 const struct ad_verdict *verdict)
{
    struct zscore *z = state;
    if (z->phase) {
        if (isnan(in->wall))
            return 0;
        struct series **place = &z->phase[phase_at(z->cfg, in->wall)];
        if (!*place && !(*place = series_new(z->cfg)))
            return -1;
    }
    struct series *s = series_of(z, in);
    double raw = in->x[0], x = raw < verdict->clip_lo ? verdict->clip_lo : raw;
    x = x > verdict->clip_hi ? verdict->clip_hi : x;
    struct estimate e;
    bool judged = z->cfg->adaptive && estimate(s, z->cfg, line, &e);
    if (series_learn(s, z->cfg, x, in->t) == -1)
        return -1;
    if (judged)
        watch_volatility(s, &e, x);
    double change = fabs(raw - s->last);
    if (s->count > 0 && change > 0 && change < s->step)
        s->step = change;
    s->last = raw;
    s->t = in->t > s->t ? in->t : s->t;
    s->count++;
    return 0;
}

static void series_save(const struct series *s, const struct ad_zscore_cfg *cfg,
                        struct ad_save *save)
{
    ad_save_u64(save, s->count);
    ad_save_f64s(save, (double[]){s->last, s->step, s->t, s->volatility}, 4);
    if (cfg->method == AD_ZSCORE_WINDOW)
        ad_window_save(s->of.window, save);
    else if (cfg->method == AD_ZSCORE_EWMA)
        ad_ewma_save(&s->of.ewma, save);
    else
        ad_moments_save(&s->of.global, save);
}

static int series_load(struct series *s, const struct ad_zscore_cfg *cfg, struct ad_load *load)
{
    double v[4];
    s->count = ad_load_max(load, 1ULL << 53);
    ad_load_f64s(load, v, 4);
    if (load->failed || !isfinite(v[0]) || !(v[1] > 0) || !isfinite(v[2]) ||
        !(v[3] >= 0 && isfinite(v[3])))
        return -1;
    s->last = v[0];
    s->step = v[1];
    s->t = v[2];
    s->volatility = v[3];
    if (cfg->method == AD_ZSCORE_WINDOW)
        return ad_window_load(s->of.window, load);
    if (cfg->method == AD_ZSCORE_EWMA)
        return ad_ewma_load(&s->of.ewma, load);
    return ad_moments_load(&s->of.global, load);
}

/* Of a season: how many phases are known, then each led by its index, in order. */
static void save(const void *state, struct ad_save *out)
{
    const struct zscore *z = state;
    if (!z->phase) {
        series_save(&z->whole, z->cfg, out);
        return;
    }
    size_t known = 0;
    for (size_t i = 0; i < z->cfg->phases; i++)
        known += z->phase[i] != NULL;
    ad_save_u64(out, known);
    for (size_t i = 0; i < z->cfg->phases; i++)
        if (z->phase[i]) {
            ad_save_u64(out, i);
            series_save(z->phase[i], z->cfg, out);
        }
}

static int load(void *state, struct ad_load *in)
{
    struct zscore *z = state;
    if (!z->phase)
        return series_load(&z->whole, z->cfg, in);
    size_t known = (size_t)ad_load_max(in, z->cfg->phases);
    for (size_t k = 0; k < known; k++) {
        size_t i = (size_t)ad_load_max(in, z->cfg->phases - 1);
        if (in->failed || z->phase[i] || !(z->phase[i] = series_new(z->cfg)) ||
            series_load(z->phase[i], z->cfg, in) == -1)
            return -1;
    }
    return in->failed ? -1 : 0;
}

const struct ad_detector ad_zscore = {
    .name = "zscore",
    .version = 1,
    .check = check,
    .create = create,
    .destroy = destroy,
    .score = score,
    .bounds = bounds,
    .learn = learn,
    .save = save,
    .load = load,
};
