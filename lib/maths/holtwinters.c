#include "maths/holtwinters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double without(const struct ad_holtwinters *h, double x, double season)
{
    return h->multiplicative ? x / season : x - season;
}

static double with(const struct ad_holtwinters *h, double x, double season)
{
    return h->multiplicative ? x * season : x + season;
}

/* The moving average over a period around y[i], half of both ends if the period is even. */
static double centred(const double *y, size_t i, size_t period)
{
    size_t half = period / 2;
    double sum = 0;
    for (size_t k = i - half; k <= i + half; k++)
        sum += period % 2 == 0 && (k == i - half || k == i + half) ? y[k] / 2 : y[k];
    return sum / (double)period;
}

/* The first two periods, with the other one's value for an absent one. */
static double *beginning(const struct ad_holtwinters *h, const double *y)
{
    size_t p = h->period;
    double *first = malloc(2 * p * sizeof *first);
    if (!first)
        return NULL;
    memcpy(first, y, 2 * p * sizeof *first);
    for (size_t i = 0; h->absent && i < p; i++)
        if (h->absent[i] != h->absent[i + p])
            first[h->absent[i] ? i : i + p] = first[h->absent[i] ? i + p : i];
    return first;
}

/* Level, slope and season from the first two periods y: the line through their centred averages,
 * and what is left over, added to about nothing. */
static void start(struct ad_holtwinters *h, const double *y, double *season)
{
    size_t p = h->period, from = p / 2, to = 2 * p - p / 2; /* where there is an average */
    double n = (double)(to - from), mean = 0, slope = 0, squares = 0, all = 0;
    for (size_t i = from; i < to; i++)
        mean += centred(y, i, p) / n;
    for (size_t i = from; i < to; i++) {
        double t = (double)(i - from) - (n - 1) / 2;
        slope += t * (centred(y, i, p) - mean);
        squares += t * t;
    }
    h->slope = slope / squares;
    h->level = mean - h->slope * (n + 1) / 2; /* at the place before the first */
    for (size_t j = 0; j < p; j++) {
        double sum = 0, count = 0;
        for (size_t i = j; i < to; i += p)
            if (i >= from) {
                sum += without(h, y[i], centred(y, i, p));
                count++;
            }
        season[j] = sum / count;
        all += season[j] / (double)p;
    }
    for (size_t j = 0; j < p; j++)
        season[j] = without(h, season[j], all);
}

/* fitted may be NULL; season is where it starts, and its last cycle afterwards, by phase. */
static void go_through(struct ad_holtwinters *h, const double *y, size_t n, double *fitted,
                       double *season)
{
    h->sse = 0;
    for (size_t i = h->period; i < n; i++) {
        double *s = &season[i % h->period], old = h->level, expected = with(h, old + h->slope, *s);
        if (fitted)
            fitted[i] = expected;
        if (h->absent && h->absent[i]) {
            h->level += h->slope;
            continue;
        }
        h->sse += (y[i] - expected) * (y[i] - expected);
        h->level = h->alpha * without(h, y[i], *s) + (1 - h->alpha) * (old + h->slope);
        h->slope = h->beta * (h->level - old) + (1 - h->beta) * h->slope;
        *s = h->gamma * without(h, y[i], h->level) + (1 - h->gamma) * *s;
    }
}

int ad_holtwinters_run(struct ad_holtwinters *h, const double *y, size_t n, double *fitted,
                       double *season)
{
    size_t p = h->period;
    double *turned = malloc(p * sizeof *turned), *first = beginning(h, y);
    if (!turned || !first) {
        free(turned);
        free(first);
        return -1;
    }
    for (size_t i = 0; i < p; i++)
        fitted[i] = (double)NAN;
    start(h, first, season);
    free(first);
    go_through(h, y, n, fitted, season);
    for (size_t i = 0; i < p; i++)
        turned[i] = season[(n + i) % p];
    memcpy(season, turned, p * sizeof *season);
    free(turned);
    return 0;
}

/* A corner of the simplex, and the errors there. */
struct corner {
    double at[3], sse;
};

struct search {
    struct ad_holtwinters h; /* as it starts */
    const double *y;
    size_t n;
    const double *start;
    double *season; /* scratch */
};

static void evaluate(const struct search *s, struct corner *c)
{
    struct ad_holtwinters h = s->h;
    for (int k = 0; k < 3; k++)
        c->at[k] = c->at[k] < 0 ? 0 : c->at[k] > 1 ? 1 : c->at[k];
    h.alpha = c->at[0];
    h.beta = c->at[1];
    h.gamma = c->at[2];
    memcpy(s->season, s->start, h.period * sizeof *s->season);
    go_through(&h, s->y, s->n, NULL, s->season);
    c->sse = isfinite(h.sse) ? h.sse : HUGE_VAL;
}

static int by_sse(const void *a, const void *b)
{
    const struct corner *c = a, *d = b;
    return c->sse < d->sse ? -1 : c->sse > d->sse;
}

/* The point that lies `by` times as far beyond the middle of the others as the worst corner. */
static struct corner beyond(const struct search *s, const struct corner *c, double by)
{
    struct corner to = {.sse = 0};
    for (int k = 0; k < 3; k++) {
        double middle = (c[0].at[k] + c[1].at[k] + c[2].at[k]) / 3;
        to.at[k] = middle + by * (middle - c[3].at[k]);
    }
    evaluate(s, &to);
    return to;
}

static void step(const struct search *s, struct corner *c)
{
    struct corner mirrored = beyond(s, c, 1);
    if (mirrored.sse < c[0].sse) {
        struct corner further = beyond(s, c, 2);
        c[3] = further.sse < mirrored.sse ? further : mirrored;
    } else if (mirrored.sse < c[2].sse) {
        c[3] = mirrored;
    } else {
        struct corner nearer = beyond(s, c, mirrored.sse < c[3].sse ? 0.5 : -0.5);
        if (nearer.sse < c[3].sse) {
            c[3] = nearer;
            return;
        }
        for (int i = 1; i < 4; i++) {
            for (int k = 0; k < 3; k++)
                c[i].at[k] = (c[i].at[k] + c[0].at[k]) / 2;
            evaluate(s, &c[i]);
        }
    }
}

/* From where `first` is the least that can be reached. */
static struct corner descend(const struct search *s, const double *first)
{
    enum { STEPS = 400 };
    struct corner c[4];
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 3; k++)
            c[i].at[k] = first[k] + (k + 1 == i ? (first[k] < 0.5 ? 0.3 : -0.3) : 0);
        evaluate(s, &c[i]);
    }
    qsort(c, 4, sizeof *c, by_sse);
    for (int i = 0; i < STEPS && c[3].sse - c[0].sse > 1e-12 * c[0].sse; i++) {
        step(s, c);
        qsort(c, 4, sizeof *c, by_sse);
    }
    return c[0];
}

int ad_holtwinters_fit(struct ad_holtwinters *h, const double *y, size_t n, double *fitted,
                       double *season)
{
    /* A simplex may fold up at a face of the cube: several are tried, and the best once more. */
    static const double first[][3] = {{0.3, 0.1, 0.1}, {0.8, 0.1, 0.8}, {0.1, 0.01, 0.5}};
    double *work = malloc(2 * h->period * sizeof *work), *two = beginning(h, y);
    if (!work || !two) {
        free(work);
        free(two);
        return -1;
    }
    struct search s = {.h = *h, .y = y, .n = n, .start = work, .season = work + h->period};
    start(&s.h, two, work);
    free(two);
    struct corner best = {.sse = HUGE_VAL};
    for (size_t i = 0; i <= sizeof first / sizeof *first; i++) {
        struct corner c = descend(&s, i < sizeof first / sizeof *first ? first[i] : best.at);
        best = c.sse < best.sse ? c : best;
    }
    free(work);
    h->alpha = best.at[0];
    h->beta = best.at[1];
    h->gamma = best.at[2];
    return ad_holtwinters_run(h, y, n, fitted, season);
}

double ad_holtwinters_spread(const struct ad_holtwinters *h, double steps)
{
    double n = steps > 1 ? steps - 1 : 0, p = (double)h->period, cycles = floor(n / p);
    double a = h->alpha, b = h->beta, g = h->gamma * (1 - a);
    /* The sum of (a (1 + j b) + g [j a multiple of p])^2 over j = 1..n, and 1. */
    double level = a * a * (n + b * n * (n + 1) + b * b * n * (n + 1) * (2 * n + 1) / 6);
    double both = 2 * a * g * (cycles + b * p * cycles * (cycles + 1) / 2);
    return 1 + level + both + g * g * cycles;
}
