#include "maths/stl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is smoothed: y[0..n), each with a weight if `weight` is not NULL, by a window of `len`
 * values, a line (degree 1) or a mean (0) in it, at every `jump`-th value and straight between. */
struct loess {
    const double *y, *weight;
    size_t n, len, jump;
    int degree;
    double *w; /* [n]: scratch */
};

/* The weights of the values first..last for a fit at x, divided by their sum. Returns whether there
 * are any. Places count from 1, as in the paper. */
static bool weigh(const struct loess *l, double x, size_t first, size_t last)
{
    double left = x - (double)first, right = (double)last - x, h = left > right ? left : right;
    double sum = 0;
    if (l->len > l->n)
        h += (double)((l->len - l->n) / 2);
    for (size_t j = first; j <= last; j++) {
        double r = fabs((double)j - x), cube = r / h * (r / h) * (r / h), w = 0;
        if (r <= 0.999 * h)
            w = r <= 0.001 * h ? 1 : (1 - cube) * (1 - cube) * (1 - cube);
        l->w[j - 1] = l->weight ? w * l->weight[j - 1] : w;
        sum += l->w[j - 1];
    }
    for (size_t j = first; j <= last && sum > 0; j++)
        l->w[j - 1] /= sum;
    return sum > 0;
}

/* The fit at x from the values first..last into *out. Returns false where none has a weight. */
static bool fit_at(const struct loess *l, double x, size_t first, size_t last, double *out)
{
    if (!weigh(l, x, first, last))
        return false;
    double *w = l->w, middle = 0, spread = 0, sum = 0;
    if (l->degree > 0) {
        for (size_t j = first; j <= last; j++)
            middle += w[j - 1] * (double)j;
        for (size_t j = first; j <= last; j++)
            spread += w[j - 1] * ((double)j - middle) * ((double)j - middle);
        double slope = (x - middle) / spread;
        if (sqrt(spread) > 0.001 * (double)(l->n - 1))
            for (size_t j = first; j <= last; j++)
                w[j - 1] *= slope * ((double)j - middle) + 1;
    }
    for (size_t j = first; j <= last; j++)
        sum += w[j - 1] * l->y[j - 1];
    *out = sum;
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

static void fit_or_keep(const struct loess *l, size_t i, double *out)
{
    size_t first, last;
    window_at(l, i, &first, &last);
    if (!fit_at(l, (double)i, first, last, &out[i - 1]))
        out[i - 1] = l->y[i - 1];
}

static void straight(double *out, size_t from, size_t to)
{
    double step = (out[to - 1] - out[from - 1]) / (double)(to - from);
    for (size_t j = from + 1; j < to; j++)
        out[j - 1] = out[from - 1] + step * (double)(j - from);
}

static void smooth(const struct loess *l, double *out)
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
                          .w = s->scratch};
        smooth(&l, out + 1);
        if (!fit_at(&l, 0, 1, s->season < k ? s->season : k, &out[0]))
            out[0] = out[1];
        if (!fit_at(&l, (double)k + 1, k > s->season ? k - s->season + 1 : 1, k, &out[k + 1]))
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
    struct loess low = {s->low_pass, NULL, n, s->low, jump_of(s->low), 1, s->scratch};
    smooth(&low, s->one);
    for (size_t i = 0; i < n; i++) {
        season[i] = s->cycle[s->period + i] - s->one[i];
        s->rest[i] = s->y[i] - season[i];
    }
    struct loess line = {s->rest, s->weight, n, s->trend, jump_of(s->trend), 1, s->scratch};
    smooth(&line, trend);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Bisquare weights by how far the fit is off, in units of six times the median of that. */
static void robust_weights(struct stl *s, double *weight, const double *season, const double *trend)
{
    size_t n = s->n;
    for (size_t i = 0; i < n; i++)
        s->rest[i] = s->one[i] = fabs(s->y[i] - trend[i] - season[i]);
    qsort(s->one, n, sizeof *s->one, by_size);
    double far = 3 * (s->one[n / 2] + s->one[n - n / 2 - 1]);
    for (size_t i = 0; i < n; i++) {
        double r = s->rest[i], u = r / far;
        weight[i] = r <= 0.001 * far ? 1 : r <= 0.999 * far ? (1 - u * u) * (1 - u * u) : 0;
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
    s.trend = odd(cfg->trend ? (double)cfg->trend : ceil(1.5 * p / (1 - 1.5 / window)));
    double **part[] = {&s.rest, &s.cycle, &s.low_pass, &s.scratch, &s.one, &s.one_weight};
    for (size_t i = 0; i < 6; i++)
        *part[i] = work + i * wide;
    memset(trend, 0, n * sizeof *trend);
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
            bool robust, double *const *season, double *trend)
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
            struct ad_stl_cfg cfg = {.period = period[k], .season = window, .robust = robust};
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
