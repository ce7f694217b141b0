#include "detect/seasonal.h"

#include "detect/seasonal_model.h"
#include "detect/seasonal_watch.h"
#include "detect/zscore_series.h"
#include "maths/surprise.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { LEAD = 10, LAST = 8, DAY = 86400 };

struct seasonal {
    const struct ad_seasonal_cfg *cfg;
    double count;
    double last[LAST]; /* values as they came: that of row i mod LAST */
    double step;       /* smallest distance but 0 of a value from those, INFINITY: none yet */
    bool clocked;      /* values have times */
    double lead[LEAD]; /* times between the first values, sorted once they are all there */
    struct ad_seasonal_model model;  /* of the values after these */
    struct ad_seasonal_watch *watch; /* where seasons are to be found, or NULL */
};

static const char *check(const void *cfg_)
{
    const struct ad_seasonal_cfg *cfg = cfg_;
    if (cfg->warmup < LEAD)
        return "the warm-up must be at least 10 values";
    if (cfg->min_scale <= 0)
        return "the smallest scale must be above 0";
    if (cfg->phases < 1 || cfg->phases > 100000)
        return "a season must have 1 to 100000 phases";
    for (size_t k = 0; k < cfg->nperiod; k++) {
        const struct ad_extent *p = &cfg->period[k];
        if (p->rows > 0 ? p->rows < 2 : !(p->seconds >= 1))
            return "a season must be at least 2 rows or 1 second long";
        if ((p->rows > 0) != (cfg->period[0].rows > 0))
            return "seasons must be all in rows or all durations";
        if (k > 0 && !(p->rows > p[-1].rows || p->seconds > p[-1].seconds))
            return "seasons must be of different lengths";
        if (p->rows > 0 && cfg->holidays)
            return "--holidays needs seasons that are durations";
    }
    if (cfg->nperiod > 0 &&
        (cfg->period[0].rows > 0 ? cfg->half_life.seconds : cfg->half_life.rows) > 0)
        return "--half-life must be in rows if --period is, else a duration";
    if (cfg->residuals && !cfg->stl && !cfg->holt_winters)
        return "--residuals is for --stl and --holt-winters";
    return NULL;
}

static void destroy(void *state)
{
    struct seasonal *s = state;
    if (!s)
        return;
    ad_seasonal_model_free(&s->model);
    free(s->watch);
    free(s);
}

static void *create(const void *cfg, const struct ad_setup *setup)
{
    (void)setup;
    struct seasonal *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->cfg = cfg;
    s->step = INFINITY;
    return s;
}

/* Whether its seasons are lengths of time. */
static bool by_clock(const struct seasonal *s)
{
    if (s->cfg->nperiod > 0 && (s->clocked || !s->cfg->find))
        return s->cfg->period[0].seconds > 0;
    return s->cfg->find && s->clocked;
}

/* Whether its seasons are to be found: none are given, or none that these values can have. */
static bool finds(const struct seasonal *s)
{
    return s->cfg->find && (s->cfg->nperiod == 0 || !s->clocked);
}

static struct ad_seasonal_place place_of(const struct seasonal *s, const struct ad_sample *in)
{
    const struct ad_calendar *cal = s->cfg->holidays;
    if (!by_clock(s) || isnan(in->wall))
        return (struct ad_seasonal_place){in->row, in->row, false};
    return (struct ad_seasonal_place){in->t, in->wall,
                                      cal && ad_calendar_has(cal, (int64_t)floor(in->wall / DAY))};
}

/* The smallest scale to judge by; 0: not known. */
static double least_scale(const struct seasonal *s, double center)
{
    if (s->cfg->min_scale > 0)
        return s->cfg->min_scale;
    double dust = 1e-9 * fabs(center);
    return s->step > dust && s->step < INFINITY ? s->step : dust;
}

/* As long as all values were 0 nothing tells how large changes are, only that the first one is one
 * value in count + 1: it surprises by no more than that. */
static double most_surprise(const struct seasonal *s)
{
    bool unknown =
        s->step > DBL_MAX /* all are alike */ && s->last[0] == 0 && !(s->cfg->min_scale > 0);
    return unknown ? log1p(s->count) : AD_SURPRISE_MAX;
}

/* (x - center)/reach is Student's t. */
struct judged {
    double center, reach, nu;
};

static void estimate(const struct seasonal *s, const struct ad_sample *in, struct judged *j)
{
    struct ad_seasonal_estimate e;
    struct ad_seasonal_place place = place_of(s, in);
    ad_seasonal_model_estimate(&s->model, &place, &e);
    double least = least_scale(s, e.center);
    /* Until seasons were looked for in earnest, what comes is as unknown as in a first season. */
    bool early = s->watch && s->watch->due <= 2 * AD_WATCH_FIRST && s->model.nprofile == 0;
    *j = (struct judged){e.center, sqrt(e.variance), e.nu > 1 && !early ? e.nu : 1};
    if (!(j->reach > least))
        j->reach = least;
}

static void score(void *state, const struct ad_sample *in, const struct ad_line *line,
                  struct ad_score *out)
{
    const struct seasonal *s = state;
    struct judged j;
    if (isnan(in->x[0]) || (s->clocked && by_clock(s) && isnan(in->wall))) {
        out->state = AD_MISSING;
        return;
    }
    out->state = AD_WARMUP;
    if (s->count < (double)s->cfg->warmup)
        return;
    estimate(s, in, &j);
    double off = in->x[0] - j.center, t = off != 0 ? off / j.reach : 0;
    double surprise = ad_surprise_t(t, j.nu), most = most_surprise(s);
    if (line->direction != AD_BOTH)
        surprise = ad_surprise_upper(line->direction == AD_UP ? t : -t, surprise);
    out->state = AD_OK;
    out->surprise = surprise < most ? surprise : most;
    out->expected = j.center;
}

static void bounds(void *state, const struct ad_sample *in, const struct ad_line *line,
                   struct ad_score *out)
{
    const struct seasonal *s = state;
    struct judged j;
    out->lower = -INFINITY;
    out->upper = INFINITY;
    if (s->count < (double)s->cfg->warmup || line->s0 > most_surprise(s))
        return;
    estimate(s, in, &j);
    double t = line->direction == AD_BOTH ? ad_surprise_t_at(line->s0, j.nu)
                                          : ad_surprise_upper_at(line->s0, j.nu);
    if (line->direction != AD_UP)
        out->lower = j.center - t * j.reach;
    if (line->direction != AD_DOWN)
        out->upper = j.center + t * j.reach;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The first values have told whether there are times, and how far apart. */
static int begin(struct seasonal *s, const struct ad_seasonal_place *place)
{
    const struct ad_seasonal_cfg *cfg = s->cfg;
    double length[AD_SEASONAL_MOST], spacing = 1;
    size_t n = 0;
    if (!finds(s) && (s->clocked || !by_clock(s)))
        for (; n < cfg->nperiod; n++)
            length[n] = cfg->period[n].rows + cfg->period[n].seconds;
    qsort(s->lead, LEAD, sizeof *s->lead, by_size);
    if (s->clocked && by_clock(s))
        spacing = s->lead[LEAD / 2];
    struct ad_moments all = s->model.all;
    ad_seasonal_model_init(&s->model, cfg, length, n, spacing);
    s->model.all = all;
    s->model.level = (struct ad_seasonal_mean){all.n, all.mean};
    s->model.about[0] = (struct ad_seasonal_mean){all.n - 1, ad_moments_variance(&all)};
    if (!finds(s) || !(spacing > 0))
        return 0;
    s->watch = malloc(sizeof *s->watch);
    if (s->watch)
        ad_seasonal_watch_init(s->watch, place->phase, spacing);
    return s->watch ? 0 : -1;
}

/* Whether the seasons found are other ones than those in use. */
static bool differ(const struct ad_seasonal_model *m, const double *length, size_t n)
{
    bool other = n != m->nprofile;
    for (size_t k = 0; k < n && !other; k++)
        other = fabs(length[k] / m->profile[k].length - 1) > 0.02;
    return other;
}

/* Look for seasons. When there are other ones than so far, learn all anew by what the watch has
 * kept. */
static int look(struct seasonal *s)
{
    const struct ad_seasonal_watch *w = s->watch;
    double length[AD_SEASONAL_MOST], spacing = s->model.spacing;
    int n = ad_seasonal_watch_look(w, s->clocked, length);
    /* What is no longer seen at a coarser look may well still be there. */
    if (n <= 0 || (size_t)n < s->model.nprofile || !differ(&s->model, length, (size_t)n))
        return n < 0 ? -1 : 0;
    struct ad_seasonal_model fresh;
    ad_seasonal_model_init(&fresh, s->cfg, length, (size_t)n, spacing);
    double ahead = s->model.at - (w->start + (double)w->n * w->width);
    for (size_t i = 0; i < w->n; i++) {
        double phase = w->start + (double)i * w->width;
        struct ad_seasonal_place place = {phase + ahead, phase, false};
        if (w->count[i] > 0 && ad_seasonal_model_learn(&fresh, s->cfg, &place, w->mean[i], 1)) {
            ad_seasonal_model_free(&fresh);
            return -1;
        }
    }
    ad_seasonal_model_free(&s->model);
    s->model = fresh;
    ad_seasonal_model_doubt(&s->model);
    return 0;
}

/* How finely the values are divided; in a season neighbours may never be close to each other. */
static void note_step(struct seasonal *s, double x)
{
    size_t n = s->count < LAST ? (size_t)s->count : LAST;
    for (size_t i = 0; i < n; i++) {
        double change = fabs(x - s->last[i]);
        if (change > 0 && change < s->step)
            s->step = change;
    }
    s->last[(size_t)fmod(s->count, LAST)] = x;
}

static int learn(void *state, const struct ad_sample *in, const struct ad_line *line,
                 const struct ad_verdict *verdict)
{
    struct seasonal *s = state;
    double raw = in->x[0], x = raw < verdict->clip_lo ? verdict->clip_lo : raw;
    x = x > verdict->clip_hi ? verdict->clip_hi : x;
    if (s->count == 0)
        s->clocked = !isnan(in->wall);
    note_step(s, raw);
    if (s->count++ >= LEAD) {
        struct ad_seasonal_place place = place_of(s, in);
        if (ad_seasonal_model_learn(&s->model, s->cfg, &place, x,
                                    ad_zscore_correction(line)->inflate))
            return -1;
        return s->watch && ad_seasonal_watch_add(s->watch, place.phase, x) ? look(s) : 0;
    }
    ad_moments_add(&s->model.all, x);
    s->lead[(size_t)s->count - 1] = in->elapsed > 0 ? in->elapsed : 0;
    struct ad_seasonal_place place = place_of(s, in);
    return s->count >= LEAD ? begin(s, &place) : 0;
}

static void shift(void *state)
{
    struct seasonal *s = state;
    if (s->count > LEAD && ad_seasonal_model_shift(&s->model))
        return;
    ad_seasonal_model_free(&s->model);
    free(s->watch);
    *s = (struct seasonal){.cfg = s->cfg, .step = INFINITY};
}

static double every(const void *state)
{
    const struct seasonal *s = state;
    return s->clocked && s->count >= LEAD ? s->lead[LEAD / 2] : (double)NAN;
}

static void save(const void *state, struct ad_save *out)
{
    const struct seasonal *s = state;
    ad_save_u64(out, s->clocked);
    ad_save_f64s(out, (double[]){s->count, s->step}, 2);
    ad_save_f64s(out, s->last, LAST);
    ad_save_f64s(out, s->lead, LEAD);
    ad_seasonal_model_save(&s->model, out);
    ad_save_u64(out, s->watch != NULL);
    if (s->watch)
        ad_seasonal_watch_save(s->watch, out);
}

static int load(void *state, struct ad_load *in)
{
    struct seasonal *s = state;
    double v[2];
    s->clocked = ad_load_max(in, 1);
    ad_load_f64s(in, v, 2);
    ad_load_f64s(in, s->last, LAST);
    ad_load_f64s(in, s->lead, LEAD);
    if (in->failed || !(v[0] >= 0 && v[0] <= 0x1p53) || !(v[1] > 0))
        return -1;
    for (size_t i = 0; i < LEAD; i++)
        if (!(s->lead[i] >= 0 && isfinite(s->lead[i])))
            return -1;
    for (size_t i = 0; i < LAST; i++)
        if (!isfinite(s->last[i]))
            return -1;
    s->count = v[0];
    s->step = v[1];
    if (ad_seasonal_model_load(&s->model, s->cfg, in))
        return -1;
    if (!ad_load_max(in, 1))
        return !in->failed && (s->count >= LEAD || s->model.nprofile == 0) ? 0 : -1;
    s->watch = malloc(sizeof *s->watch);
    if (!s->watch)
        return -1;
    ad_seasonal_watch_init(s->watch, 0, 1);
    return s->count >= LEAD ? ad_seasonal_watch_load(s->watch, in) : -1;
}

const struct ad_detector ad_seasonal = {
    .name = "seasonal",
    .version = 1,
    .check = check,
    .create = create,
    .destroy = destroy,
    .score = score,
    .bounds = bounds,
    .learn = learn,
    .shift = shift,
    .every = every,
    .save = save,
    .load = load,
};
