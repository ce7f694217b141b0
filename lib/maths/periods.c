#include "maths/periods.h"

#include "maths/fft.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Candidates looked at, and phases that cycles are compared by. */
enum { CANDIDATES = 24, PHASES = 48, FEWEST = 16 };

/* Subtract the line that fits best. */
static void detrend(double *y, size_t n)
{
    double middle = ((double)n - 1) / 2, mean = 0, slope = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        double t = (double)i - middle;
        mean += y[i] / (double)n;
        slope += t * y[i];
        squares += t * t;
    }
    slope = squares > 0 ? slope / squares : 0;
    for (size_t i = 0; i < n; i++)
        y[i] -= mean + slope * ((double)i - middle);
}

static size_t start_of(double c, double p)
{
    return (size_t)ceil(c * p);
}

/* The mean of cycle c of length p, from the sums of all values before each. */
static double mean_of(const double *sum, size_t c, double p)
{
    size_t from = start_of((double)c, p), to = start_of((double)c + 1, p);
    return (sum[to] - sum[from]) / (double)(to - from);
}

/* How much the m cycles of length p resemble each other, each without its mean and the slope
 * between its neighbours: the intraclass correlation of their phases, 1 for a series that repeats,
 * about 0 for one that does not. *share becomes the variance that they have in common. */
static double likeness(const double *y, const double *before, size_t m, double p, double *share)
{
    size_t phases = p < PHASES ? (size_t)p : PHASES;
    double sum[PHASES] = {0}, each = 0, all = 0;
    for (size_t c = 0; c < m; c++) {
        double cell[PHASES] = {0}, count[PHASES] = {0};
        size_t last = c > 0 ? c - 1 : c, next = c + 1 < m ? c + 1 : c;
        double mean = mean_of(before, c, p), slope = 0;
        if (next > last)
            slope =
                (mean_of(before, next, p) - mean_of(before, last, p)) / (double)(next - last) / p;
        for (size_t i = start_of((double)c, p); i < start_of((double)c + 1, p); i++) {
            double into = (double)i - (double)c * p, phase = floor(into * (double)phases / p);
            size_t k = phase < (double)phases ? (size_t)phase : phases - 1;
            cell[k] += y[i] - mean - slope * (into - p / 2);
            count[k]++;
        }
        for (size_t k = 0; k < phases; k++) {
            double x = count[k] > 0 ? cell[k] / count[k] : 0;
            sum[k] += x;
            each += x * x;
        }
    }
    for (size_t k = 0; k < phases; k++)
        all += sum[k] * sum[k];
    *share = m > 1 ? (all - each) / (double)(m * (m - 1) * phases) : 0;
    return *share > 0 ? (all - each) / ((double)(m - 1) * each) : 0;
}

/* Follow the hill of the autocorrelation at p over its multiples, which place it more and more
 * exactly. */
static double refine(const double *r, size_t nlag, size_t lag)
{
    double p = (double)lag;
    for (double j = 2; j * p + p / 4 < (double)nlag; j *= 2) {
        double reach = p / 4 < 4 ? p / 4 : 4;
        size_t from = (size_t)ceil(j * p - reach), to = (size_t)(j * p + reach), best = from;
        for (size_t k = from; k <= to && k < nlag; k++)
            if (r[k] > r[best])
                best = k;
        p = (double)best / j;
    }
    return p;
}

struct candidate {
    size_t lag;
    double height;
};

static int by_height(const void *a, const void *b)
{
    const struct candidate *c = a, *d = b;
    if (c->height != d->height)
        return c->height > d->height ? -1 : 1;
    return c->lag < d->lag ? -1 : c->lag > d->lag;
}

/* The highest hills of r, each the highest point a fifth around it. Returns how many. */
static size_t hills(const double *r, size_t nlag, struct candidate *c)
{
    size_t n = 0;
    for (size_t lag = 2; lag + 1 < nlag; lag++) {
        size_t around = 1 + lag / 5;
        bool top = r[lag] > 0;
        for (size_t k = lag - (around < lag ? around : lag - 1);
             top && k <= lag + around && k < nlag; k++)
            top = r[k] <= r[lag];
        if (!top)
            continue;
        struct candidate hill = {lag, r[lag]};
        if (n < CANDIDATES)
            c[n++] = hill;
        else if (by_height(&hill, &c[n - 1]) < 0)
            c[n - 1] = hill;
        else
            continue;
        qsort(c, n, sizeof *c, by_height);
    }
    return n;
}

/* The likeness of m cycles that fewer than one in a hundred series without a period have at any
 * lag: random walks, with noise and without, autoregressions and noise, by simulation
 * (tests/bench/periods-null.c). */
static double least_likeness(size_t m)
{
    double least = 0.05 + 2.2 / (double)m;
    return least < 0.92 ? least : 0.92;
}

/* Autocorrelations looked at: a little more than half, so that a hill there shows. */
static size_t lags_of(size_t n)
{
    return n / 2 + n / 16 + 1;
}

/* The cycles of length *p in n values. Where they are few, their length is not known as exactly:
 * one that only just does not fit gets a length that does. */
static size_t cycles_of(size_t n, double *p)
{
    double few = *p > (double)n / 4 ? (double)n / 200 : 0, m = floor(((double)n + few) / *p);
    if (m * *p > (double)n)
        *p = (double)n / m;
    return (size_t)m - (ceil(m * *p) > (double)n);
}

/* How much cycles of length *p share, 0 if they are not alike; a whole number is preferred to what
 * lies next to it. */
static double share_of(const double *y, size_t n, const double *before, double *p)
{
    double whole = floor(*p + 0.5), share, other;
    size_t m = cycles_of(n, p), w = cycles_of(n, &whole);
    if (m < 2 || likeness(y, before, m, *p, &share) < least_likeness(m))
        share = 0;
    if (w >= 2 && whole != *p && likeness(y, before, w, whole, &other) >= least_likeness(w) &&
        other >= share) {
        *p = whole;
        share = other;
    }
    return share;
}

/* The shortest of the periods that are about as good as the best, by the autocorrelation r and the
 * sums `before` each value; 0: none. */
static double choose(const double *y, size_t n, const double *before, const double *r)
{
    struct candidate c[CANDIDATES];
    double score[CANDIDATES], period[CANDIDATES], best = 0, height = 0, p = 0;
    size_t nlag = lags_of(n), nc = hills(r, nlag, c);
    for (size_t i = 0; i < nc; i++) {
        period[i] = refine(r, nlag, c[i].lag);
        score[i] = share_of(y, n, before, &period[i]);
        if (score[i] > best) {
            best = score[i];
            height = c[i].height;
        }
    }
    for (size_t i = 0; i < nc; i++)
        if (score[i] > 0.45 * best && c[i].height > 0.1 * height && (p == 0 || period[i] < p))
            p = period[i];
    return p;
}

/* The period that stands out most; 0: none, -1: out of memory. */
static double strongest(const double *y, size_t n)
{
    size_t nlag = lags_of(n);
    double *r = calloc(nlag + n + 1, sizeof *r), p = -1;
    if (r && ad_fft_autocovariance(y, n, r, nlag) == 0) {
        double *before = r + nlag;
        for (size_t lag = nlag; lag-- > 0;)
            r[lag] *= r[0] > 0 ? (double)n / ((double)(n - lag) * r[0]) : 0;
        for (size_t i = 0; i < n; i++)
            before[i + 1] = before[i] + y[i];
        p = choose(y, n, before, r);
    }
    free(r);
    return p;
}

/* Take the mean of each phase out of y. Returns 0, or -1 when out of memory. */
static int take_out(double *y, size_t n, double p)
{
    size_t phases = (size_t)(p + 0.5);
    double *sum = calloc(2 * phases, sizeof *sum);
    if (!sum)
        return -1;
    double *count = sum + phases;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n; i++) {
            double into = fmod((double)i, p) * (double)phases / p;
            size_t k = into < (double)phases ? (size_t)into : phases - 1;
            if (pass == 0) {
                sum[k] += y[i];
                count[k]++;
            } else {
                y[i] -= sum[k] / count[k];
            }
        }
    free(sum);
    return 0;
}

/* Whether p is one of these, as far as n values can tell: its cycles are as many, but for one. What
 * is left of a season that grows or fades looks like one of nearly its length. */
static bool known(double p, size_t n, const double *period, int found)
{
    bool same = false;
    for (int i = 0; i < found && !same; i++)
        same = fabs((double)n / p - (double)n / period[i]) < 1;
    return same;
}

int ad_periods_find(const double *x, size_t n, double *period, size_t most)
{
    int found = 0;
    double *y = n < FEWEST ? NULL : malloc(n * sizeof *y);
    if (!y)
        return n < FEWEST ? 0 : -1;
    memcpy(y, x, n * sizeof *y);
    for (size_t i = 0; i < 3 * most && (size_t)found < most; i++) {
        detrend(y, n);
        double p = strongest(y, n);
        if (p < 0 || (p > 0 && take_out(y, n, p))) {
            free(y);
            return -1;
        }
        if (!(p > 0))
            break;
        if (known(p, n, period, found))
            continue;
        int k = found++;
        for (; k > 0 && period[k - 1] > p; k--)
            period[k] = period[k - 1];
        period[k] = p;
    }
    free(y);
    return found;
}
