#include "detect/novelty.h"

#include "maths/sketch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
#define DUST         1e-12 /* part of a value that rounding may leave as its residual */
#define ROOT_MOST    1e37  /* values beyond 1e74 are taken as that, which floats can hold */

enum { HOURS = 24, WEEK = 168, SEEN_MOST = 60000 };

/* What is asked for its novelty: the value, what is unexpected of it, and the standard deviation
 * and the mean of windows that end with it. */
enum { VALUE, RESIDUAL, LONG_SD, MEAN, SHORT_SD, VIEWS };
static const double weight[VIEWS] = {1, 0.75, 0.5, 0.3, 0.3};
static const double length[VIEWS] = {0, 0, 48, 24, 6};

/* What is strange when a view is the one that matters. */
static const char *const why[VIEWS] = {
    [VALUE] = "nothing near it was seen before",
    [RESIDUAL] = "no value was ever so far from what is usual",
    [LONG_SD] = "recent values vary as never before",
    [MEAN] = "the mean of recent values is as never before",
    [SHORT_SD] = "the last few values vary as never before",
};

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
    double first;        /* values and means are looked at from here: floats have few digits */
    double level, error; /* mean of all, and the usual size of residuals */
    double claim;        /* of recent events on what follows */
    double keep;         /* of the claim, from row to row */
    size_t window[VIEWS];
    size_t room, nlast;
    struct ad_sketch view[VIEWS];
    double day[HOURS], week[WEEK];             /* means of the hours of the day and of the week, */
    uint16_t day_seen[HOURS], week_seen[WEEK]; /* and how often they were seen */
    struct look seen;                          /* the sample that was last scored */
    double last[]; /* [room]: the newest values, nlast of them; then the floats of the sketches */
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

static size_t in_rows(double five_minutes, double per_row)
{
    double n = round(five_minutes * per_row);
    return n > 2 ? (size_t)n : 2;
}

static void *create(const void *cfg_, const struct ad_setup *setup)
{
    (void)setup;
    const struct ad_novelty_cfg *cfg = cfg_;
    double per_row = cfg->rows_per_day / ROWS_PER_DAY;
    size_t k = (size_t)cfg->sketch, longest = in_rows(length[LONG_SD], per_row);
    size_t room = longest + longest / 4 + 1; /* now and then they move to the front */
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
        s->window[i] = in_rows(length[i], per_row);
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

/* How far v is from what is expected at this time. */
static double residual_of(const struct novelty *s, struct look *l)
{
    l->pred = s->level;
    if (isnan(l->wall))
        return l->v - l->pred;
    double hour = floor(l->wall / 3600);
    l->day = (size_t)(hour - HOURS * floor(hour / HOURS));
    l->week = (size_t)(hour - WEEK * floor(hour / WEEK));
    double n = s->day_seen[l->day], r;
    l->pred = (s->day[l->day] * n + s->level) / (n + 1);
    r = l->v - l->pred;
    return s->week_seen[l->week] ? 0.5 * r + 0.5 * (l->v - s->week[l->week]) : r;
}

/* Sums in two halves, which do not wait for each other. */
static double sum_of(const double *x, size_t n)
{
    double even = n % 2 ? x[n - 1] : 0, odd = 0;
    for (size_t i = 0; i + 1 < n; i += 2) {
        even += x[i];
        odd += x[i + 1];
    }
    return even + odd;
}

static double square_off(double x, double mean)
{
    return (x - mean) * (x - mean);
}

static double squares_of(const double *x, size_t n, double mean)
{
    double even = n % 2 ? square_off(x[n - 1], mean) : 0, odd = 0;
    for (size_t i = 0; i + 1 < n; i += 2) {
        even += square_off(x[i], mean);
        odd += square_off(x[i + 1], mean);
    }
    return even + odd;
}

/* Mean of n values, v and those before it; and the standard deviation around their mean. */
static double mean_with(const struct novelty *s, size_t n, double v)
{
    return (v + sum_of(s->last + s->nlast - (n - 1), n - 1)) / (double)n;
}

static double sd_with(const struct novelty *s, size_t n, double v)
{
    double mean = mean_with(s, n, v);
    double squares = squares_of(s->last + s->nlast - (n - 1), n - 1, mean);
    return sqrt((square_off(v, mean) + squares) / (double)n);
}

/* Fill in what depends on v. */
static void look_at(const struct novelty *s, struct look *l)
{
    double most = 0, from = s->rows ? s->first : l->v;
    l->residual = residual_of(s, l);
    if (fabs(l->residual) <= DUST * fabs(l->v))
        l->residual = 0;
    l->view[VALUE] = l->v - from;
    l->view[RESIDUAL] = s->rows < RESIDUAL_AT ? NAN : l->residual;
    for (size_t i = LONG_SD; i < VIEWS; i++)
        l->view[i] = s->rows < s->window[i] ? NAN
                     : i == MEAN            ? mean_with(s, s->window[i], l->v) - from
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
    struct novelty *s = state;
    out->state = isnan(in->x[0]) ? AD_MISSING : s->rows < s->cfg->warmup ? AD_WARMUP : AD_OK;
    if (out->state != AD_OK)
        return;
    const struct look *l = look(s, in);
    out->surprise = surprise(s, l, line);
    out->expected = square(l->v - l->residual);
    out->field = 0;
    out->why = why[l->most];
}

static bool passes(const struct novelty *s, struct look *l, double v, const struct ad_line *line)
{
    l->v = v;
    look_at(s, l);
    return surprise(s, l, line) < line->s0 * 0.999998; /* flags follow from rounded scores */
}

/* From `from`, which passes, towards `to`, which does not or is infinite: how far it passes. */
static double limit(const struct novelty *s, struct look l, const struct ad_line *line, double from,
                    double to)
{
    if (isinf(to)) {
        double step = fmax(s->view[VALUE].spread / 64, fmax(fabs(from) * 1e-6, 1e-30));
        double next = from + copysign(step, to);
        for (; passes(s, &l, next, line); next = from + copysign(step *= 2, to)) {
            if (fabs(next) > ROOT_MOST)
                return to;
            from = next;
        }
        to = next;
    }
    for (int i = 0; i < 24; i++) {
        double between = from + (to - from) / 2;
        *(passes(s, &l, between, line) ? &from : &to) = between;
    }
    return from;
}

/* Around the value, or if it does not pass, around the expected one, or the one nearest to it of
 * all that were seen if it is beyond them; if not even that passes, there is no telling. */
static void bounds(void *state, const struct ad_sample *in, const struct ad_line *line,
                   struct ad_score *out)
{
    struct novelty *s = state;
    const struct ad_sketch *seen = &s->view[VALUE];
    struct look l = *look(s, in);
    double v = l.v, usual = v - l.residual;
    if (passes(s, &l, v, line)) {
        out->lower = fmin(in->x[0], square(limit(s, l, line, v, -INFINITY)));
        out->upper = fmax(in->x[0], square(limit(s, l, line, v, INFINITY)));
        return;
    }
    if (!passes(s, &l, usual, line) && seen->n)
        usual =
            v > usual ? fmin(v, s->first + seen->v[seen->n - 1]) : fmax(v, s->first + seen->v[0]);
    if (passes(s, &l, usual, line)) {
        out->lower = square(limit(s, l, line, usual, v < usual ? v : -INFINITY));
        out->upper = square(limit(s, l, line, usual, v > usual ? v : INFINITY));
    }
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
    if (s->rows == 0)
        s->first = l->v;
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
    if (s->nlast == s->room) {
        s->nlast = s->window[LONG_SD];
        memmove(s->last, s->last + s->room - s->nlast, s->nlast * sizeof *s->last);
    }
    s->last[s->nlast++] = l->v;
    s->claim = fmax(s->claim * s->keep, l->sum);
    s->rows++;
    return 0;
}

/* How many of the newest values are needed to go on. */
static size_t recent(const struct novelty *s)
{
    return s->rows < s->window[LONG_SD] ? (size_t)s->rows : s->window[LONG_SD];
}

static void save(const void *state, struct ad_save *out)
{
    const struct novelty *s = state;
    size_t n = recent(s);
    ad_save_u64(out, s->rows);
    ad_save_f64s(out, (double[]){s->first, s->level, s->error, s->claim}, 4);
    ad_save_f64s(out, s->last + s->nlast - n, n);
    ad_save_f64s(out, s->day, HOURS);
    ad_save_f64s(out, s->week, WEEK);
    for (size_t i = 0; i < HOURS; i++)
        ad_save_u64(out, s->day_seen[i]);
    for (size_t i = 0; i < WEEK; i++)
        ad_save_u64(out, s->week_seen[i]);
    for (size_t i = 0; i < VIEWS; i++)
        ad_sketch_save(&s->view[i], out);
}

/* Roots of values, and means of them. */
static void load_roots(struct ad_load *in, double *v, size_t n)
{
    ad_load_f64s(in, v, n);
    for (size_t i = 0; i < n; i++)
        in->failed |= !(fabs(v[i]) <= ROOT_MOST);
}

static int load(void *state, struct ad_load *in)
{
    struct novelty *s = state;
    double v[4];
    s->rows = ad_load_max(in, UINT64_C(1) << 53);
    ad_load_f64s(in, v, 4);
    s->first = v[0];
    s->level = v[1];
    s->error = v[2];
    s->claim = v[3];
    s->nlast = recent(s);
    load_roots(in, s->last, s->nlast);
    load_roots(in, s->day, HOURS);
    load_roots(in, s->week, WEEK);
    for (size_t i = 0; i < HOURS; i++)
        s->day_seen[i] = (uint16_t)ad_load_max(in, SEEN_MOST);
    for (size_t i = 0; i < WEEK; i++)
        s->week_seen[i] = (uint16_t)ad_load_max(in, SEEN_MOST);
    for (size_t i = 0; i < VIEWS; i++)
        if (in->failed || ad_sketch_load(&s->view[i], in))
            return -1;
    bool sound = fabs(s->first) <= ROOT_MOST && fabs(s->level) <= ROOT_MOST && s->error >= 0 &&
                 s->error <= 4 * ROOT_MOST && s->claim >= 0 &&
                 s->claim <= VIEWS * AD_SKETCH_NOVELTY_MAX;
    return in->failed || !sound ? -1 : 0;
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
