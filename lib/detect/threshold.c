#include "detect/threshold.h"

#include "maths/tdigest.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* At most this part of the line for what keeps all limits: a score below .5 when rounded. */
#define KEPT 0.996

/* Quantiles are looked up again after so many values, or when there are 1/16 more. */
enum { LOOK = 256 };

/* Running quantiles: two digests take turns where there is a window. */
struct quantiles {
    struct ad_tdigest now, before;
    double seen, looked; /* values learnt, and when low and high were looked up */
    double low, high;
};

struct threshold {
    const struct ad_threshold_cfg *cfg;
    double gap;
    bool begun;
    double last;         /* the value before */
    double run, run_for; /* how often, and for how many seconds it has been the same */
    struct quantiles *q; /* or NULL */
};

static bool has_quantiles(const struct ad_threshold_cfg *c)
{
    return !isnan(c->low) || !isnan(c->high);
}

static bool has_stuck(const struct ad_threshold_cfg *c)
{
    return c->stuck.rows > 0 || c->stuck.seconds > 0;
}

static const char *check(const void *cfg)
{
    const struct ad_threshold_cfg *c = cfg;
    if (c->min > c->max)
        return "--min is above --max";
    if (c->low >= c->high)
        return "--dynamic: the lower percentile must be below the upper one";
    if (c->stuck.rows == 1)
        return "--stuck=1: a single value is not stuck; give 2 or more";
    return NULL;
}

static void *create(const void *cfg, const struct ad_setup *setup)
{
    struct threshold *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->cfg = cfg;
    s->gap = setup->gap;
    if (has_quantiles(cfg) && !(s->q = calloc(1, sizeof *s->q))) {
        free(s);
        return NULL;
    }
    return s;
}

static void destroy(void *state)
{
    struct threshold *s = state;
    if (!s)
        return;
    free(s->q);
    free(s);
}

struct range {
    double min, max;
};

static void narrow(struct range *r, double min, double max)
{
    r->min = fmax(r->min, min);
    r->max = fmin(r->max, max);
}

/* The static limits at the time of the sample. */
static struct range fixed_limits(const struct ad_threshold_cfg *c, const struct ad_sample *x)
{
    enum { DAY = 86400, WEEK_MINUTES = 7 * 24 * 60, THURSDAY = 3 * 24 * 60 };
    struct range r = {c->min, c->max};
    bool timed = !isnan(x->wall);
    double day = timed ? floor(x->wall / DAY) : 0;
    double minutes = timed ? fmod(floor(x->wall / 60) + THURSDAY, WEEK_MINUTES) : 0;
    unsigned minute = (unsigned)(minutes < 0 ? minutes + WEEK_MINUTES : minutes);
    const struct ad_limit_list *list = c->limits ? c->limits(c->limits_arg, x->context) : NULL;
    for (size_t i = 0; list && i < list->n; i++)
        if (!list->limit[i]->hours || (timed && ad_hours_has(list->limit[i]->hours, minute))) {
            r = (struct range){list->limit[i]->min, list->limit[i]->max};
            break;
        }
    bool off = timed && ((c->holidays && ad_calendar_has(c->holidays, (int64_t)day)) ||
                         (c->business && !ad_hours_has(c->business, minute)));
    double factor = off ? c->off_hours : 1;
    r.min = isnan(r.min) ? -INFINITY : r.min * factor;
    r.max = isnan(r.max) ? INFINITY : r.max * factor;
    return r;
}

static bool quantiles_hold(const struct threshold *s)
{
    return s->q && s->q->seen >= (double)s->cfg->warmup && s->q->looked > 0;
}

/* All limits of a value, those that come of the value before among them. */
static struct range limits(const struct threshold *s, const struct ad_sample *x)
{
    const struct ad_threshold_cfg *c = s->cfg;
    struct range r = fixed_limits(c, x);
    if (quantiles_hold(s))
        narrow(&r, isnan(c->low) ? -INFINITY : s->q->low, isnan(c->high) ? INFINITY : s->q->high);
    return r;
}

/* How far the value may be from the one before; INFINITY where nothing limits that. */
static double reach(const struct threshold *s, const struct ad_sample *x)
{
    const struct ad_threshold_cfg *c = s->cfg;
    double most = INFINITY;
    if (!s->begun)
        return most;
    if (!isnan(c->max_delta))
        most = c->max_delta;
    if (!isnan(c->max_pct) && s->last != 0)
        most = fmin(most, c->max_pct / 100 * fabs(s->last));
    if (!isnan(c->max_rate) && x->elapsed > 0)
        most = fmin(most, c->max_rate * x->elapsed);
    return most;
}

/* The worst that was found, in lines: 1 is a limit just reached. */
struct finding {
    double lines;
    const char *why;
};

static void find(struct finding *f, double lines, const char *why)
{
    if (lines > f->lines)
        *f = (struct finding){lines, why};
}

/* What a value is in lines beside limits it keeps or not. */
static void find_range(struct finding *f, const struct ad_threshold_cfg *c, struct range r,
                       double x, enum ad_direction direction)
{
    for (int side = -1; side <= 1; side += 2) {
        double limit = side < 0 ? r.min : r.max, other = side < 0 ? r.max : r.min;
        if (isinf(limit) || direction == (side < 0 ? AD_UP : AD_DOWN))
            continue;
        double margin = !isnan(c->margin) ? c->margin
                        : isfinite(other) ? fabs(limit - other)
                        : fabs(limit) > 0 ? fabs(limit)
                                          : 1;
        double beyond = (side < 0 ? limit - x : x - limit) / fmax(margin, DBL_MIN);
        if (beyond > 0)
            find(f, 1 + beyond, NULL);
        else
            find(f, KEPT * fmax(0, 1 + beyond), NULL);
    }
}

static void find_change(struct finding *f, double x, double last, double most,
                        enum ad_direction direction)
{
    double change = x - last;
    if (!isfinite(most) || (direction == AD_UP && change < 0) ||
        (direction == AD_DOWN && change > 0))
        return;
    double size = fabs(change);
    /* 21.1 - 11.1 is a little more than 10 for a computer. */
    if (size - most > 2 * DBL_EPSILON * (fabs(x) + fabs(last)))
        find(f, most > 0 ? size / most : 2, "it changed too fast (rate)");
    else
        find(f, most > 0 ? KEPT * fmin(size / most, 1) : 0, NULL);
}

static void find_stuck(struct finding *f, const struct threshold *s, const struct ad_sample *x)
{
    const struct ad_extent *most = &s->cfg->stuck;
    if (!s->begun || *x->x != s->last || !has_stuck(s->cfg))
        return;
    double part = most->rows > 0 ? (s->run + 1) / most->rows
                                 : (s->run_for + (x->elapsed > 0 ? x->elapsed : 0)) / most->seconds;
    if (part >= 1)
        find(f, part, "the same value for too long (stuck)");
    else
        find(f, KEPT * part, NULL);
}

static struct finding judge(const struct threshold *s, const struct ad_sample *x,
                            enum ad_direction direction)
{
    struct finding f = {0, NULL};
    find_range(&f, s->cfg, limits(s, x), *x->x, direction);
    find_change(&f, *x->x, s->last, reach(s, x), direction);
    find_stuck(&f, s, x);
    if (s->gap > 0 && x->elapsed > s->gap)
        find(&f, x->elapsed / s->gap, "the first after a silence that was too long (gap)");
    return f;
}

/* Whether there is nothing to judge by yet. */
static bool warming_up(const struct threshold *s)
{
    const struct ad_threshold_cfg *c = s->cfg;
    bool other = !isnan(c->min) || !isnan(c->max) || c->limits || has_stuck(c) || s->gap > 0 ||
                 !isnan(c->max_rate) || !isnan(c->max_delta) || !isnan(c->max_pct);
    return !other && !quantiles_hold(s);
}

static void score(void *state, const struct ad_sample *x, const struct ad_line *line,
                  struct ad_score *out)
{
    const struct threshold *s = state;
    out->state = warming_up(s) ? AD_WARMUP : AD_OK;
    if (out->state != AD_OK)
        return;
    struct finding f = judge(s, x, line->direction);
    out->surprise = fmin(f.lines * line->s0, AD_SURPRISE_MAX);
    out->why = f.why;
}

static void bounds(void *state, const struct ad_sample *x, const struct ad_line *line,
                   struct ad_score *out)
{
    const struct threshold *s = state;
    struct range r = limits(s, x);
    double far = reach(s, x);
    if (isfinite(far))
        narrow(&r, s->last - far, s->last + far);
    out->lower = line->direction == AD_UP ? -INFINITY : r.min;
    out->upper = line->direction == AD_DOWN ? INFINITY : r.max;
}

static void look_up(struct threshold *s)
{
    struct quantiles *q = s->q;
    struct ad_tdigest both = q->now;
    ad_tdigest_merge(&both, &q->before);
    q->low = ad_tdigest_quantile(&both, isnan(s->cfg->low) ? 0 : s->cfg->low);
    q->high = ad_tdigest_quantile(&both, isnan(s->cfg->high) ? 1 : s->cfg->high);
    q->looked = q->seen;
}

static void learn_quantiles(struct threshold *s, double x)
{
    struct quantiles *q = s->q;
    ad_tdigest_add(&q->now, x);
    q->seen++;
    if (s->cfg->window && ad_tdigest_count(&q->now) >= (double)s->cfg->window) {
        q->before = q->now;
        q->now = (struct ad_tdigest){0};
    }
    double since = q->seen - q->looked;
    if (q->seen >= (double)s->cfg->warmup && (since >= LOOK || since >= q->looked / 16))
        look_up(s);
}

static int learn(void *state, const struct ad_sample *x, const struct ad_line *line,
                 const struct ad_verdict *verdict)
{
    struct threshold *s = state;
    (void)line;
    (void)verdict;
    bool same = s->begun && *x->x == s->last;
    s->run = same ? s->run + 1 : 1;
    s->run_for = !same ? 0 : s->run_for + (x->elapsed > 0 ? x->elapsed : 0);
    s->last = *x->x;
    s->begun = true;
    if (s->q)
        learn_quantiles(s, *x->x);
    return 0;
}

static size_t advance(void *state, const struct ad_sample *x, size_t n, const struct ad_line *line,
                      double most, double *surprise)
{
    static const struct ad_verdict passed;
    struct threshold *s = state;
    const struct ad_threshold_cfg *c = s->cfg;
    /* For these it must be known what time it is. */
    if (c->business || c->holidays || c->limits)
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (warming_up(s))
            return i;
        double found = fmin(judge(s, &x[i], line->direction).lines * line->s0, AD_SURPRISE_MAX);
        if (found >= most)
            return i;
        surprise[i] = found;
        learn(s, &x[i], line, &passed);
    }
    return n;
}

static void save(const void *state, struct ad_save *out)
{
    const struct threshold *s = state;
    const double v[] = {s->last, s->run, s->run_for};
    ad_save_u64(out, s->begun);
    ad_save_f64s(out, v, sizeof v / sizeof *v);
    if (!s->q)
        return;
    const double q[] = {s->q->seen, s->q->looked, s->q->low, s->q->high};
    ad_save_f64s(out, q, sizeof q / sizeof *q);
    ad_tdigest_save(&s->q->now, out);
    ad_tdigest_save(&s->q->before, out);
}

static int load(void *state, struct ad_load *in)
{
    struct threshold *s = state;
    double v[3], q[4];
    s->begun = ad_load_max(in, 1);
    ad_load_f64s(in, v, 3);
    s->last = v[0];
    s->run = v[1];
    s->run_for = v[2];
    if (in->failed || !isfinite(s->last) || !(s->run >= 0) || !(s->run_for >= 0))
        return -1;
    if (!s->q)
        return 0;
    ad_load_f64s(in, q, 4);
    s->q->seen = q[0];
    s->q->looked = q[1];
    s->q->low = q[2];
    s->q->high = q[3];
    if (in->failed || !(q[0] >= q[1] && q[1] >= 0) || !isfinite(q[0]) || !(q[2] <= q[3]))
        return -1;
    return ad_tdigest_load(&s->q->now, in) || ad_tdigest_load(&s->q->before, in) ? -1 : 0;
}

const struct ad_detector ad_threshold = {
    .name = "threshold",
    .version = 1,
    .flags = AD_RAW | AD_LIMITS,
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
