#include "detect/novelty.h"

#include "maths/sketch.h"

#include <math.h>
#include <stdlib.h>

/* The steps and their constants are those that were found best on labelled series of a value every
 * five minutes; lengths are in such rows. */
#define ROWS_PER_DAY 288
#define RAW_LINE     0.022 /* novelty at the default alarm line */
#define REFRACTORY   80    /* rows in which an event's claim on what follows falls to 1/e */
#define CLAIM        0.8   /* part of the claim by which what follows must be more novel */
#define LEARN_BIN    0.3   /* least weight of a new value in the mean of its hour, */
#define LEARN_LEVEL  .002  /* and in that of all */
#define CLAMP        16    /* errors are learnt up to this many times their usual size, */
#define CLAMP_AFTER  30    /* once that many rows have told it */
#define RESIDUAL_AT  100   /* rows before residuals are looked at */
#define ROOT_MOST    1e37  /* values beyond 1e74 are taken as that, which floats can hold */

enum { HOURS = 24, WEEK = 168, SEEN_MOST = 60000 };

/* What is asked for its novelty: the value, what is unexpected of it, and the standard deviation
 * and the mean of windows that end with it. */
enum { VALUE, RESIDUAL, LONG_SD, MEAN, SHORT_SD, VIEWS };
static const double weight[VIEWS] = {1, 0.75, 0.5, 0.3, 0.3};
static const double length[VIEWS] = {0, 0, 48, 24, 6};

/* A sample as the views see it. */
struct look {
    uint64_t row;
    double x, wall;
    double v, pred, residual;
    size_t day, week;   /* bins, if there is a time */
    double view[VIEWS]; /* NAN: not yet */
    double sum;         /* of the novelties */
    size_t most;        /* the view that gave most of it */
};

struct novelty {
    const struct ad_novelty_cfg *cfg;
    uint64_t rows;
    double level, error; /* mean of all, and the usual size of residuals */
    double claim;        /* of recent events on what follows */
    double keep;         /* of the claim, from row to row */
    size_t window[VIEWS];
    size_t room; /* of last */
    struct ad_sketch view[VIEWS];
    double day[HOURS], week[WEEK];             /* means of the hours of the day and of the week, */
    uint16_t day_seen[HOURS], week_seen[WEEK]; /* and how often they were seen */
    struct look seen;                          /* the sample that was last scored */
    double last[];                             /* [room]: row t in t % room; then the sketches */
};

static const char *check(const void *cfg_)
{
    const struct ad_novelty_cfg *cfg = cfg_;
    if (cfg->sketch < 16 || cfg->sketch > 4096)
        return "a sketch must have 16 to 4096 centroids";
    if (!(cfg->rows_per_day >= 1 && cfg->rows_per_day <= 1e6))
        return "a day must have 1 to 1000000 rows";
    if (cfg->warmup < 5)
        return "the warm-up must be at least 5 values";
    return NULL;
}

static void *create(const void *cfg_, const struct ad_setup *setup)
{
    (void)setup;
    const struct ad_novelty_cfg *cfg = cfg_;
    double per_row = cfg->rows_per_day / ROWS_PER_DAY;
    size_t k = (size_t)cfg->sketch, room = (size_t)fmax(2, round(length[LONG_SD] * per_row));
    struct novelty *s =
        calloc(1, sizeof *s + room * sizeof *s->last + VIEWS * 2 * k * sizeof(float));
    if (!s)
        return NULL;
    s->cfg = cfg;
    s->room = room;
    s->keep = exp(-1 / (REFRACTORY * per_row));
    s->seen.row = UINT64_MAX;
    float *place = (float *)(void *)(s->last + room);
    for (size_t i = 0; i < VIEWS; i++) {
        s->window[i] = (size_t)fmax(2, round(length[i] * per_row));
        ad_sketch_init(&s->view[i], place + 2 * k * i, k);
    }
    return s;
}

/* Square root that keeps the sign. */
static double root(double x)
{
    double v = copysign(sqrt(fabs(x)), x);
    return fmin(fmax(v, -ROOT_MOST), ROOT_MOST);
}

static double square(double v)
{
    return copysign(v * v, v);
}

/* What is expected at this time, and how far v is from it. */
static void expect(const struct novelty *s, struct look *l)
{
    l->pred = s->level;
    l->residual = l->v - l->pred;
    if (isnan(l->wall))
        return;
    double hour = floor(l->wall / 3600);
    l->day = (size_t)(hour - HOURS * floor(hour / HOURS));
    l->week = (size_t)(hour - WEEK * floor(hour / WEEK));
    double n = s->day_seen[l->day];
    l->pred = (s->day[l->day] * n + s->level) / (n + 1);
    l->residual = l->v - l->pred;
    if (s->week_seen[l->week] > 0)
        l->residual = 0.5 * l->residual + 0.5 * (l->v - s->week[l->week]);
}

/* Mean and standard deviation of the last n rows, v being the newest. */
static double mean_with(const struct novelty *s, size_t n, double v)
{
    double sum = v;
    for (size_t i = 1, at = s->rows % s->room; i < n; i++) {
        at = at ? at - 1 : s->room - 1;
        sum += s->last[at];
    }
    return sum / (double)n;
}

static double sd_with(const struct novelty *s, size_t n, double v)
{
    double mean = mean_with(s, n, v), sum = (v - mean) * (v - mean);
    for (size_t i = 1, at = s->rows % s->room; i < n; i++) {
        at = at ? at - 1 : s->room - 1;
        sum += (s->last[at] - mean) * (s->last[at] - mean);
    }
    return sqrt(sum / (double)n);
}

/* Fill in what depends on v. */
static void look_at(const struct novelty *s, struct look *l)
{
    double most = 0;
    expect(s, l);
    l->view[VALUE] = l->v;
    l->view[RESIDUAL] = s->rows < RESIDUAL_AT ? NAN : l->residual;
    for (size_t i = LONG_SD; i < VIEWS; i++)
        l->view[i] = s->rows < s->window[i] ? NAN
                     : i == MEAN            ? mean_with(s, s->window[i], l->v)
                                            : sd_with(s, s->window[i], l->v);
    l->sum = 0;
    l->most = VALUE;
    for (size_t i = 0; i < VIEWS; i++) {
        if (isnan(l->view[i]))
            continue;
        double part = weight[i] * ad_sketch_novelty(&s->view[i], l->view[i]);
        l->sum += part;
        l->most = part > most ? i : l->most;
        most = part > most ? part : most;
    }
}

/* The sample as the views see it. What score() found serves learn(), too. */
static const struct look *look(struct novelty *s, const struct ad_sample *in)
{
    struct look *l = &s->seen;
    bool same_wall = isnan(in->wall) ? isnan(l->wall) : in->wall == l->wall;
    if (l->row == s->rows && in->x[0] == l->x && same_wall)
        return l;
    l->row = s->rows;
    l->x = in->x[0];
    l->wall = in->wall;
    l->v = root(l->x);
    look_at(s, l);
    return l;
}

/* Of one side only, what is on the other does not count. */
static double surprise(const struct novelty *s, const struct look *l, const struct ad_line *line)
{
    double raw = l->sum - CLAIM * s->claim * s->keep;
    bool aside = (line->direction == AD_UP && l->residual < 0) ||
                 (line->direction == AD_DOWN && l->residual > 0);
    return raw > 0 && !aside ? AD_S0 * raw / RAW_LINE : 0;
}

static void score(void *state, const struct ad_sample *in, const struct ad_line *line,
                  struct ad_score *out)
{
    static const char *const why[VIEWS] = {
        "no value was like it",
        "it was never so far from what is usual at the time",
        "the last %g values vary as never before",
        "the mean of the last %g values is as never before",
        "the last %g values vary as never before",
    };
    struct novelty *s = state;
    out->state = isnan(in->x[0]) ? AD_MISSING : s->rows < s->cfg->warmup ? AD_WARMUP : AD_OK;
    if (out->state != AD_OK)
        return;
    const struct look *l = look(s, in);
    out->surprise = surprise(s, l, line);
    out->expected = square(l->v - l->residual);
    out->field = 0;
    (void)why;
}

/* The farthest from `from`, which passes, in steps that double, that passes, too, before `to`,
 * which does not. */
static double passes_until(const struct novelty *s, struct look l, const struct ad_line *line,
                           double from, double to)
{
    double most = line->s0 * 0.999998, step = to - from; /* as flags follow from rounded scores */
    if (isinf(to)) {
        step = copysign(fmax(s->view[VALUE].spread / 64, fabs(from) * 1e-6), to);
        do {
            to = l.v = from + step;
            if (fabs(l.v) > ROOT_MOST)
                return copysign((double)INFINITY, to);
            look_at(s, &l);
            if (surprise(s, &l, line) >= most)
                break;
            from = to;
            step *= 2;
        } while (true);
    }
    for (int i = 0; i < 30; i++) {
        l.v = from + (to - from) / 2;
        look_at(s, &l);
        *(surprise(s, &l, line) < most ? &from : &to) = l.v;
    }
    return from;
}

static void bounds(void *state, const struct ad_sample *in, const struct ad_line *line,
                   struct ad_score *out)
{
    struct novelty *s = state;
    struct look l = *look(s, in);
    (void)l;
    (void)out;
    (void)passes_until;
    (void)line;
}

static double clamp(double e, double most)
{
    return e > most ? most : e < -most ? -most : e;
}

/* The mean of a bin takes in v; a new one begins at `parent`. */
static void learn_bin(double *mean, uint16_t *seen, double v, double parent, double most)
{
    double part = fmax(LEARN_BIN, 1.0 / (*seen + 1));
    *mean += part * (*seen ? clamp(v - *mean, most) : parent + clamp(v - parent, most) - *mean);
    if (*seen < SEEN_MOST)
        ++*seen;
}

static int learn(void *state, const struct ad_sample *in, const struct ad_line *line,
                 const struct ad_verdict *verdict)
{
    (void)line;
    (void)verdict;
    struct novelty *s = state;
    const struct look *l = look(s, in);
    for (size_t i = 0; i < VIEWS; i++)
        if (!isnan(l->view[i]))
            ad_sketch_add(&s->view[i], l->view[i]);
    double most = s->rows > CLAMP_AFTER ? CLAMP * s->error : (double)INFINITY;
    if (!isnan(l->wall)) {
        learn_bin(&s->day[l->day], &s->day_seen[l->day], l->v, s->level, most);
        learn_bin(&s->week[l->week], &s->week_seen[l->week], l->v, l->pred, most);
    }
    double part = fmax(LEARN_LEVEL, 1 / ((double)s->rows + 1));
    s->level += part * clamp(l->v - s->level, most);
    s->error += part * (1.25 * fmin(fabs(l->residual), most) - s->error);
    s->last[s->rows % s->room] = l->v;
    s->claim = fmax(s->claim * s->keep, l->sum);
    s->rows++;
    return 0;
}

static void save(const void *state, struct ad_save *out)
{
    (void)state;
    (void)out;
}

static int load(void *state, struct ad_load *in)
{
    (void)state;
    (void)in;
    return -1;
}

const struct ad_detector ad_novelty = {
    .name = "novelty",
    .version = 1,
    .flags = AD_RAW,
    .check = check,
    .create = create,
    .destroy = free,
    .score = score,
    .bounds = bounds,
    .learn = learn,
    .save = save,
    .load = load,
};
