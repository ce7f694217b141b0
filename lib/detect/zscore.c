#include "detect/zscore.h"

#include "detect/zscore_series.h"
#include "maths/surprise.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* What the short-term volatility behind `adaptive` keeps per row: its half-life is 10 rows. */
#define SHORT_KEEP 0.93303299153680741598

struct zscore {
    const struct ad_zscore_cfg *cfg;
    struct ad_zscore_series whole;
    struct ad_zscore_series **phase; /* with seasonal: cfg->phases, each NULL until it is used */
    struct far {
        double most, nu;
        enum ad_direction direction;
        double t;
    } far; /* what farthest() found last */
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

static void destroy(void *state)
{
    struct zscore *z = state;
    if (!z)
        return;
    for (size_t i = 0; z->phase && i < z->cfg->phases; i++)
        if (z->phase[i]) {
            ad_zscore_series_close(z->phase[i], z->cfg);
            free(z->phase[i]);
        }
    if (!z->phase)
        ad_zscore_series_close(&z->whole, z->cfg);
    free(z->phase);
    free(z);
}

static void *create(const void *cfg_, const struct ad_setup *setup)
{
    (void)setup;
    struct zscore *z = calloc(1, sizeof *z);
    if (!z)
        return NULL;
    z->cfg = cfg_;
    bool seasonal = z->cfg->seasonal > 0;
    if (seasonal)
        z->phase = calloc(z->cfg->phases, sizeof(struct ad_zscore_series *));
    if (seasonal ? z->phase != NULL : ad_zscore_series_open(&z->whole, z->cfg) == 0)
        return z;
    free(z);
    return NULL;
}

static struct ad_zscore_series *new_phase(const struct ad_zscore_cfg *cfg)
{
    struct ad_zscore_series *s = malloc(sizeof *s);
    if (s && ad_zscore_series_open(s, cfg) == 0)
        return s;
    free(s);
    return NULL;
}

/* Where the series is kept that a sample belongs to; NULL if that takes a time it has not. */
static struct ad_zscore_series **phase_of(const struct zscore *z, const struct ad_sample *in)
{
    if (isnan(in->wall))
        return NULL;
    /* Multiplied first, so that whole seconds at the start of a phase divide exactly. */
    double into = fmod(in->wall, z->cfg->seasonal), phases = (double)z->cfg->phases;
    double i = floor((into < 0 ? into + z->cfg->seasonal : into) * phases / z->cfg->seasonal);
    return &z->phase[(size_t)(i < phases ? i : phases - 1)];
}

/* As long as all values were 0 nothing tells how large changes are, only that the first one is one
 * value in count + 1: it surprises by no more than that. */
static double most_surprise(const struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg)
{
    if (s->step <= DBL_MAX || s->last != 0 || cfg->min_scale > 0)
        return AD_SURPRISE_MAX;
    return log1p((double)s->count);
}

/* A calm stretch makes the line more sensitive, a volatile one less: short-term over long-term
 * scale, at most 2 either way. */
static double alpha_factor(const struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg)
{
    if (!cfg->adaptive || s->volatility <= 0.25)
        return cfg->adaptive ? 2 : 1;
    return s->volatility < 4 ? 1 / sqrt(s->volatility) : 0.5;
}

/* How far off x is, in units of reach. */
static inline double distance(const struct ad_zscore_estimate *e, double x)
{
    double off = x - e->center;
    return off != 0 ? off / e->reach : 0;
}

/* -ln p of such a distance. */
static inline double surprise_of(const struct ad_zscore_rule *rule, double t)
{
    double surprise =
        rule->law.steady ? ad_surprise_table_at(rule->table, t) : ad_surprise_t(t, rule->law.nu);
    enum ad_direction direction = rule->c->line.direction;
    if (direction == AD_BOTH)
        return surprise;
    return ad_surprise_upper(direction == AD_UP ? t : -t, surprise);
}

/* Judge x, if enough is known to do so. */
static inline void judge(const struct ad_zscore_series *s, const struct ad_zscore_rule *rule,
                         double x, struct ad_score *out)
{
    out->state = AD_WARMUP;
    if (!ad_zscore_known(s, rule))
        return;
    struct ad_zscore_estimate e = ad_zscore_series_estimate(s, rule);
    double surprise = surprise_of(rule, distance(&e, x)), most = most_surprise(s, rule->cfg);
    out->state = AD_OK;
    out->surprise = surprise < most ? surprise : most;
    out->expected = e.center;
    out->alpha_factor = alpha_factor(s, rule->cfg);
    out->field = 0;
}

static void score(void *state, const struct ad_sample *in, const struct ad_line *line,
                  struct ad_score *out)
{
    const struct zscore *z = state;
    struct ad_zscore_series **place = z->phase ? phase_of(z, in) : NULL;
    if (isnan(in->x[0]) || (z->phase && !place)) {
        out->state = AD_MISSING;
    } else if (place && !*place) {
        out->state = AD_WARMUP;
    } else {
        const struct ad_zscore_series *s = place ? *place : &z->whole;
        struct ad_zscore_rule rule = ad_zscore_rule_of(s, z->cfg, ad_zscore_correction(line));
        judge(s, &rule, in->x[0], out);
    }
}

static void bounds(void *state, const struct ad_sample *in, const struct ad_line *line,
                   struct ad_score *out)
{
    const struct zscore *z = state;
    struct ad_zscore_series **place = z->phase ? phase_of(z, in) : NULL;
    const struct ad_zscore_series *s = place ? *place : z->phase ? NULL : &z->whole;
    double at = line->s0 - log(out->alpha_factor);
    out->lower = -INFINITY;
    out->upper = INFINITY;
    if (!s || at > most_surprise(s, z->cfg))
        return;
    struct ad_zscore_rule rule = ad_zscore_rule_of(s, z->cfg, ad_zscore_correction(line));
    if (!ad_zscore_known(s, &rule))
        return;
    struct ad_zscore_estimate e = ad_zscore_series_estimate(s, &rule);
    double nu = rule.law.nu,
           t = line->direction == AD_BOTH ? ad_surprise_t_at(at, nu) : ad_surprise_upper_at(at, nu);
    if (line->direction != AD_UP)
        out->lower = e.center - t * e.reach;
    if (line->direction != AD_DOWN)
        out->upper = e.center + t * e.reach;
}

/* Squared residuals in units of the scale; by Student's law they are nu/(nu - 2) on average. */
static void watch_volatility(struct ad_zscore_series *s, const struct ad_zscore_estimate *e,
                             double nu, double x)
{
    if (nu <= 2 || !(e->reach > 0))
        return;
    double t = (x - e->center) / e->reach, square = t * t * (nu - 2) / nu;
    s->volatility += (1 - SHORT_KEEP) * ((square < 1e6 ? square : 1e6) - s->volatility);
}

static int learn(void *state, const struct ad_sample *in, const struct ad_line *line,
                 const struct ad_verdict *verdict)
{
    struct zscore *z = state;
    struct ad_zscore_series **place = z->phase ? phase_of(z, in) : NULL;
    if (z->phase && !place)
        return 0;
    if (place && !*place && !(*place = new_phase(z->cfg)))
        return -1;
    struct ad_zscore_series *s = place ? *place : &z->whole;
    double raw = in->x[0], x = raw < verdict->clip_lo ? verdict->clip_lo : raw;
    x = x > verdict->clip_hi ? verdict->clip_hi : x;
    struct ad_zscore_estimate e;
    struct ad_zscore_rule rule;
    bool judged = false;
    if (z->cfg->adaptive) {
        rule = ad_zscore_rule_of(s, z->cfg, ad_zscore_correction(line));
        judged = ad_zscore_known(s, &rule);
    }
    if (judged)
        e = ad_zscore_series_estimate(s, &rule);
    if (ad_zscore_series_learn(s, z->cfg, raw, x, in->t) == -1)
        return -1;
    if (judged)
        watch_volatility(s, &e, rule.law.nu, x);
    return 0;
}

/* The distance at which the surprise reaches `most`, toward one side or either. */
static double farthest(struct zscore *z, double most, double nu, enum ad_direction direction)
{
    if (z->far.most != most || z->far.nu != nu || z->far.direction != direction) {
        double t =
            direction == AD_BOTH ? ad_surprise_t_at(most, nu) : ad_surprise_upper_at(most, nu);
        z->far = (struct far){most, nu, direction, t};
    }
    return z->far.t;
}

/* advance() for a window that slides. Values are learnt first, as long as their distance says that
 * they do not surprise; by how much comes after, when none has to wait for the one before it. The
 * state is in local variables, which nothing else can point to, and there is no call in the loop:
 * the compiler keeps it in registers. */
static size_t slide(struct zscore *z, const struct ad_zscore_rule *rule, const struct ad_sample *in,
                    size_t n, double most, double *surprise)
{
    struct ad_zscore_series s = z->whole;
    struct ad_window w = *s.of.window;
    enum ad_direction direction = rule->c->line.direction;
    double far = farthest(z, most, rule->law.nu, direction);
    double up = direction == AD_DOWN ? INFINITY : far, down = direction == AD_UP ? INFINITY : far;
    bool good = true;
    size_t i = 0;
    for (; i < n && good; i++) {
        double x = in[i].x[0];
        struct ad_zscore_estimate e = ad_zscore_of_window(&s, rule, &w);
        double t = distance(&e, x);
        if (!(t < up && -t < down))
            break;
        surprise[i] = t;
        good = ad_window_slide(&w, x);
        ad_zscore_note(&s, x, in[i].t);
    }
    if (!good)
        w = ad_window_sum_anew(w);
    *s.of.window = w;
    z->whole = s;
    for (size_t k = 0; k < i; k++)
        surprise[k] = surprise_of(rule, surprise[k]);
    return i;
}

/* advance() by one value. Returns 1, or 0 if that is not all there is to it. */
static size_t step(struct zscore *z, const struct ad_zscore_rule *rule, const struct ad_sample *in,
                   double most, double *surprise)
{
    struct ad_score out;
    judge(&z->whole, rule, in->x[0], &out);
    if (out.state != AD_OK || out.surprise >= most ||
        ad_zscore_series_learn(&z->whole, z->cfg, in->x[0], in->x[0], in->t))
        return 0;
    *surprise = out.surprise;
    return 1;
}

static size_t advance(void *state, const struct ad_sample *in, size_t n, const struct ad_line *line,
                      double most, double *surprise)
{
    struct zscore *z = state;
    const struct ad_zscore_series *s = &z->whole;
    const struct ad_zscore_correction *c = ad_zscore_correction(line);
    if (z->phase || z->cfg->adaptive)
        return 0;
    size_t i = 0, took = 1;
    for (; i < n && took; i += took) {
        struct ad_zscore_rule rule = ad_zscore_rule_of(s, z->cfg, c);
        bool slides = z->cfg->method == AD_ZSCORE_WINDOW && ad_window_slides(s->of.window) &&
                      ad_zscore_known(s, &rule) && most_surprise(s, z->cfg) > 2 * most;
        took = slides ? slide(z, &rule, in + i, n - i, most, surprise + i)
                      : step(z, &rule, in + i, most, surprise + i);
    }
    return i;
}

/* Of a season: how many phases are known, then each led by its index, in order. */
static void save(const void *state, struct ad_save *out)
{
    const struct zscore *z = state;
    if (!z->phase) {
        ad_zscore_series_save(&z->whole, z->cfg, out);
        return;
    }
    size_t known = 0;
    for (size_t i = 0; i < z->cfg->phases; i++)
        known += z->phase[i] != NULL;
    ad_save_u64(out, known);
    for (size_t i = 0; i < z->cfg->phases; i++)
        if (z->phase[i]) {
            ad_save_u64(out, i);
            ad_zscore_series_save(z->phase[i], z->cfg, out);
        }
}

static int load(void *state, struct ad_load *in)
{
    struct zscore *z = state;
    if (!z->phase)
        return ad_zscore_series_load(&z->whole, z->cfg, in);
    size_t known = (size_t)ad_load_max(in, z->cfg->phases);
    for (size_t k = 0; k < known; k++) {
        size_t i = (size_t)ad_load_max(in, z->cfg->phases - 1);
        if (in->failed || z->phase[i] || !(z->phase[i] = new_phase(z->cfg)) ||
            ad_zscore_series_load(z->phase[i], z->cfg, in) == -1)
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
    .advance = advance,
    .save = save,
    .load = load,
};
