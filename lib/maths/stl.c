#include "maths/stl.h"

#include "maths/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is smoothed: y[0..n), each with a weight if `weight` is not NULL, by a window of `len`
 * values, a line (degree 1) or a mean (0) in it, at every `jump`-th value and straight between. */
struct loess {
    const double *y, *weight;
    size_t n, len, jump;
    int degree;
    double *near; /* [n + 1]: the weights of distances 0, 1, ... */
    double h;     /* for a window of this half width; 0: none yet */
};

/* Weights of distances 0 .. most. Windows are the same but at the ends. */
static void weigh(struct loess *l, double h, size_t most)
{
    if (l->h == h)
        return;
    l->h = h;
    for (size_t d = 0; d <= most; d++) {
        double r = (double)d, cube = r / h * (r / h) * (r / h);
        l->near[d] = r <= 0.001 * h ? 1 : r <= 0.999 * h ? (1 - cube) * (1 - cube) * (1 - cube) : 0;
    }
}

/* Sums of weights, of these times distances and their squares, and of the first two times values.
 */
struct sums {
    double w, wd, wdd, wy, wdy;
};

static inline void add(struct sums *s, const struct loess *l, size_t place, double d, double w)
{
    w = l->weight ? w * l->weight[place - 1] : w;
    double wd = w * d, y = l->y[place - 1];
    s->w += w;
    s->wd += wd;
    s->wdd += wd * d;
    s->wy += w * y;
    s->wdy += wd * y;
}

/* Both sides of x in turn, whose sums do not wait for each other. */
static struct sums add_up(const struct loess *l, size_t x, size_t first, size_t last)
{
    struct sums s = {0, 0, 0, 0, 0}, t = s;
    if (x >= first && x <= last)
        add(&s, l, x, 0, l->near[0]);
    size_t below = x > first ? x - first : 0, above = last > x ? last - x : 0, d = 1;
    if (x >= first && x <= last)
        for (; d <= below && d <= above; d++) {
            add(&s, l, x - d, -(double)d, l->near[d]);
            add(&t, l, x + d, (double)d, l->near[d]);
        }
    for (size_t k = x > last ? x - last : d; k <= below; k++)
        add(&s, l, x - k, -(double)k, l->near[k]);
    for (size_t k = x < first ? first - x : d; k <= above; k++)
        add(&t, l, x + k, (double)k, l->near[k]);
    return (struct sums){s.w + t.w, s.wd + t.wd, s.wdd + t.wdd, s.wy + t.wy, s.wdy + t.wdy};
}

/* The fit at place x, a whole number, from the values first..last into *out; places count from 1,
 * as in the paper. Returns false where none has a weight. */
static bool fit_at(struct loess *l, size_t x, size_t first, size_t last, double *out)
{
    size_t most = x > first ? x - first : first - x;
    most = last > x && last - x > most ? last - x : most;
    weigh(l, (double)(l->len > l->n ? most + (l->len - l->n) / 2 : most), most);
    struct sums s = add_up(l, x, first, last);
    if (!(s.w > 0))
        return false;
    double middle = s.wd / s.w, spread = s.wdd / s.w - middle * middle;
    *out = s.wy / s.w;
    if (l->degree > 0 && spread > 0 && sqrt(spread) > 0.001 * (double)(l->n - 1))
        *out -= middle / spread * (s.wdy / s.w - middle * *out);
    return true;
}

/* The window of place i. */
static void window_at(const struct loess *l, size_t i, size_t *first, size_t *last)
{
    size_t half = (l->len + 1) / 2;
    *first = 1;
    *last = l->len < l->n ? l->len : l->n;
    if (l->len >= l->n || i < half)
        return;
    *first = i - half + 1 + l->len > l->n ? l->n - l->len + 1 : i - half + 1;
    *last = *first + l->len - 1;
}

static void fit_or_keep(struct loess *l, size_t i, double *out)
{
    size_t first, last;
    window_at(l, i, &first, &last);
    if (!fit_at(l, i, first, last, &out[i - 1]))
        out[i - 1] = l->y[i - 1];
}

static void straight(double *out, size_t from, size_t to)
{
    double step = (out[to - 1] - out[from - 1]) / (double)(to - from);
    for (size_t j = from + 1; j < to; j++)
        out[j - 1] = out[from - 1] + step * (double)(j - from);
}

static void smooth(struct loess *l, double *out)
{
    if (l->n < 2) {
        out[0] = l->y[0];
        return;
    }
    size_t jump = l->jump < l->n - 1 ? l->jump : l->n - 1, last = 1;
    for (size_t i = 1; i <= l->n; i += jump) {
        fit_or_keep(l, i, out);
        if (i > 1)
            straight(out, i - jump, i);
        last = i;
    }
    if (last == l->n)
        return;
    fit_or_keep(l, l->n, out);
    straight(out, last, l->n);
}

struct stl {
    size_t n, period, season, trend, low, nseason;
    const double *y;
    double *rest, *cycle, *low_pass, *scratch, *one, *one_weight; /* [n + 2 period] each */
    double *weight;                                               /* [n], or NULL before */
    const bool *absent;                                           /* [n], or NULL */
};

static size_t jump_of(size_t window)
{
    return (window + 9) / 10;
}

/* Smooth each phase's values by themselves, one cycle beyond both ends: rest into cycle. */
static void smooth_cycles(struct stl *s, int degree)
{
    for (size_t j = 0; j < s->period; j++) {
        size_t k = (s->n - 1 - j) / s->period + 1;
        double *out = s->low_pass;
        for (size_t i = 0; i < k; i++) {
            s->one[i] = s->rest[i * s->period + j];
            if (s->weight)
                s->one_weight[i] = s->weight[i * s->period + j];
        }
        struct loess l = {.y = s->one,
                          .weight = s->weight ? s->one_weight : NULL,
                          .n = k,
                          .len = s->season,
                          .jump = jump_of(s->season),
                          .degree = degree,
                          .near = s->scratch};
        smooth(&l, out + 1);
        if (!fit_at(&l, 0, 1, s->season < k ? s->season : k, &out[0]))
            out[0] = out[1];
        if (!fit_at(&l, k + 1, k > s->season ? k - s->season + 1 : 1, k, &out[k + 1]))
            out[k + 1] = out[k];
        for (size_t m = 0; m < k + 2; m++)
            s->cycle[m * s->period + j] = out[m];
    }
}

static void moving_average(const double *x, size_t n, size_t len, double *out)
{
    double sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += x[i];
    out[0] = sum / (double)len;
    for (size_t i = len; i < n; i++) {
        sum += x[i] - x[i - len];
        out[i - len + 1] = sum / (double)len;
    }
}

/* One round: cycles, their low-pass taken out of them, and the trend of what is left. */
static void inner(struct stl *s, int degree, double *season, double *trend)
{
    size_t n = s->n, wide = n + 2 * s->period;
    for (size_t i = 0; i < n; i++)
        s->rest[i] = s->y[i] - trend[i];
    smooth_cycles(s, degree);
    moving_average(s->cycle, wide, s->period, s->low_pass);
    moving_average(s->low_pass, wide - s->period + 1, s->period, s->one);
    moving_average(s->one, wide - 2 * s->period + 2, 3, s->low_pass);
    struct loess low = {s->low_pass, NULL, n, s->low, jump_of(s->low), 1, s->scratch, 0};
    smooth(&low, s->one);
    for (size_t i = 0; i < n; i++) {
        season[i] = s->cycle[s->period + i] - s->one[i];
        s->rest[i] = s->y[i] - season[i];
    }
    struct loess line = {s->rest, s->weight, n, s->trend, jump_of(s->trend), 1, s->scratch, 0};
    smooth(&line, trend);
}

/* Bisquare weights by how far the fit is off, in units of six times the median of that. */
static void robust_weights(struct stl *s, double *weight, const double *season, const double *trend)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        s->rest[i] = fabs(s->y[i] - trend[i] - season[i]);
        if (!s->absent || !s->absent[i])
            s->one[n++] = s->rest[i];
    }
    double far = n ? 6 * ad_rank_median(s->one, n) : 0;
    for (size_t i = 0; i < s->n; i++) {
        double r = s->rest[i], u = r / far;
        weight[i] = r <= 0.001 * far ? 1 : r <= 0.999 * far ? (1 - u * u) * (1 - u * u) : 0;
        if (s->absent && s->absent[i])
            weight[i] = 0;
    }
    s->weight = weight;
}

/* The season that is the same in every cycle: each phase's mean. */
static void make_periodic(double *season, size_t n, size_t period)
{
    for (size_t j = 0; j < period; j++) {
        double sum = 0, count = 0;
        for (size_t i = j; i < n; i += period, count++)
            sum += season[i];
        for (size_t i = j; i < n; i += period)
            season[i] = sum / count;
    }
}

static size_t odd(double x)
{
    size_t n = (size_t)floor(x + 0.5);
    return n < 3 ? 3 : n + (n % 2 == 0);
}

int ad_stl(const double *y, size_t n, const struct ad_stl_cfg *cfg, double *season, double *trend)
{
    size_t wide = n + 2 * cfg->period;
    double *work = calloc(7 * wide, sizeof *work);
    if (!work)
        return -1;
    bool periodic = cfg->season == 0;
    double window = periodic ? 10 * (double)n + 1 : (double)cfg->season, p = (double)cfg->period;
    struct stl s = {.n = n, .y = y, .period = cfg->period, .season = odd(window), .low = odd(p)};
    s.absent = cfg->absent;
    s.trend = odd(cfg->trend ? (double)cfg->trend : ceil(1.5 * p / (1 - 1.5 / window)));
    double **part[] = {&s.rest, &s.cycle, &s.low_pass, &s.scratch, &s.one, &s.one_weight};
    for (size_t i = 0; i < 6; i++)
        *part[i] = work + i * wide;
    memset(trend, 0, n * sizeof *trend);
    if (s.absent) {
        s.weight = work + 6 * wide;
        for (size_t i = 0; i < n; i++)
            s.weight[i] = !s.absent[i];
    }
    for (int outer = 0; outer <= (cfg->robust ? 15 : 0); outer++) {
        if (outer > 0)
            robust_weights(&s, work + 6 * wide, season, trend);
        for (int i = 0; i < (cfg->robust ? 1 : 2); i++)
            inner(&s, 0, season, trend);
    }
    if (periodic)
        make_periodic(season, n, cfg->period);
    free(work);
    return 0;
}

int ad_mstl(const double *y, size_t n, const size_t *period, size_t nperiod, size_t window,
            const bool *absent, bool robust, double *const *season, double *trend)
{
    double *left = malloc((n + 1) * sizeof *left);
    if (!left)
        return -1;
    memcpy(left, y, n * sizeof *left);
    for (size_t k = 0; k < nperiod; k++)
        memset(season[k], 0, n * sizeof **season);
    int rc = 0;
    for (int round = 0; round < (nperiod > 1 ? 2 : 1); round++)
        for (size_t k = 0; k < nperiod && rc == 0; k++) {
            struct ad_stl_cfg cfg = {
                .period = period[k], .season = window, .robust = robust, .absent = absent};
            if (window == AD_STL_PERIODIC)
                cfg.season = 0;
            else if (window == 0 && nperiod > 1)
                cfg.season = 7 + 4 * (k + 1);
            for (size_t i = 0; i < n; i++)
                left[i] += season[k][i];
            rc = ad_stl(left, n, &cfg, season[k], trend);
            for (size_t i = 0; i < n; i++)
                left[i] -= season[k][i];
        }
    free(left);
    return rc;
}
