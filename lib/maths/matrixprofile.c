#include "maths/matrixprofile.h"

#include "maths/rank.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { LEAST_STRETCH = 8, STRETCHES = 400, LANES = 8 };

static void moments(const double *y, size_t m, double *mean, double *var)
{
    double sum = 0, squares = 0;
    for (size_t k = 0; k < m; k++)
        sum += y[k];
    *mean = sum / (double)m;
    for (size_t k = 0; k < m; k++)
        squares += (y[k] - *mean) * (y[k] - *mean);
    *var = squares / (double)m;
}

/* One over what a window is divided by. */
static double over_scale(const struct ad_profile *p, double var)
{
    double sd = sqrt(var);
    return p->kind == AD_PROFILE_LEVEL ? 1 : 1 / (sd > p->floor ? sd : p->floor);
}

/* A part of the distance between two windows that only one of them matters for. */
static double own_part(const struct ad_profile *p, double mean, double var, double over)
{
    return p->kind == AD_PROFILE_LEVEL ? var + 0.25 * mean * mean : var * over * over;
}

int ad_profile_init(struct ad_profile *p, enum ad_profile_kind kind, const double *x, size_t total,
                    size_t m)
{
    size_t n = total - m + 1, stretch = m > total / STRETCHES ? m : total / STRETCHES;
    *p = (struct ad_profile){.kind = kind, .x = x, .m = m, .n = n};
    p->stretch = stretch > LEAST_STRETCH ? stretch : LEAST_STRETCH;
    p->nstretch = (n + p->stretch - 1) / p->stretch;
    p->own = malloc(3 * n * sizeof *p->own);
    if (!p->own)
        return -1;
    p->over = p->own + n;
    p->level = p->over + n;
    for (size_t j = 0; j < n; j++) {
        moments(x + j, m, &p->level[j], &p->own[j]);
        p->over[j] = sqrt(p->own[j]);
    }
    double usual = ad_rank_median(p->over, n);
    p->floor = 0.1 * usual > 1e-3 ? 0.1 * usual : 1e-3;
    for (size_t j = 0; j < n; j++) {
        double mean = p->level[j], var = p->own[j];
        p->over[j] = over_scale(p, var);
        p->own[j] = own_part(p, mean, var, p->over[j]);
        p->level[j] = mean * p->over[j];
    }
    return 0;
}

void ad_profile_free(struct ad_profile *p)
{
    free(p->own);
    *p = (struct ad_profile){0};
}

int ad_profile_walk_init(struct ad_profile_walk *w, const struct ad_profile *p)
{
    *w = (struct ad_profile_walk){0};
    w->room = malloc((p->n + AD_PROFILE_FRESH) * sizeof *w->room);
    w->least = malloc(p->nstretch * sizeof *w->least);
    return w->room && w->least ? 0 : -1;
}

void ad_profile_walk_free(struct ad_profile_walk *w)
{
    free(w->room);
    free(w->least);
    *w = (struct ad_profile_walk){0};
}

/* What a row has for all of its windows: values that come and go, and factors. */
struct row {
    double in, out, dot, level;
};

/* Products of y with every window. */
static void begin(const struct ad_profile *p, double *dot, const double *y)
{
    for (size_t j = 0; j < p->n; j++)
        dot[j] = 0;
    for (size_t k = 0; k < p->m; k++) {
        const double *x = p->x + k;
        for (size_t j = 0; j < p->n; j++)
            dot[j] += y[k] * x[j];
    }
}

/* Move the products of the windows from..to, from > 0, on by one value, and return the least of
 * what the distances have of them. */
static double advance(const struct ad_profile *p, double *restrict dot, const struct row *r,
                      size_t from, size_t to)
{
    const double *restrict out = p->x, *restrict in = p->x + p->m - 1;
    const double *restrict own = p->own, *restrict over = p->over, *restrict level = p->level;
    double least[LANES], all = INFINITY;
    size_t j = from;
    for (size_t l = 0; l < LANES; l++)
        least[l] = INFINITY;
    for (; j + LANES <= to; j += LANES)
        for (size_t l = 0; l < LANES; l++) {
            size_t i = j + l;
            double q = dot[i] + r->in * in[i] - r->out * out[i - 1];
            double far = own[i] - r->dot * over[i] * q + r->level * level[i];
            dot[i] = q;
            least[l] = far < least[l] ? far : least[l];
        }
    for (; j < to; j++) {
        double q = dot[j] + r->in * in[j] - r->out * out[j - 1];
        double far = own[j] - r->dot * over[j] * q + r->level * level[j];
        dot[j] = q;
        all = far < all ? far : all;
    }
    for (size_t l = 0; l < LANES; l++)
        all = least[l] < all ? least[l] : all;
    return all;
}

/* Go on to the window y, or begin with it. */
static struct row enter(const struct ad_profile *p, struct ad_profile_walk *w, const double *y,
                        bool fresh, double *own)
{
    double mean, var;
    moments(y, p->m, &mean, &var);
    double over = over_scale(p, var);
    struct row r = {.dot = 2 * over / (double)p->m,
                    .level = p->kind == AD_PROFILE_LEVEL ? 1.5 * mean : 2 * mean * over};
    *own = own_part(p, mean, var, over);
    if (fresh) {
        w->dot = w->room + AD_PROFILE_FRESH;
        begin(p, w->dot, y);
        return r;
    }
    /* The product with the window before moves on to this one, in its place. */
    *--w->dot = 0;
    for (size_t k = 0; k < p->m; k++)
        *w->dot += y[k] * p->x[k];
    r.in = y[p->m - 1];
    r.out = y[-1];
    return r;
}

struct ad_profile_found ad_profile_find(const struct ad_profile *p, struct ad_profile_walk *w,
                                        const double *y, size_t row, size_t self, double q)
{
    size_t m = p->m, count = 0;
    double own, best = INFINITY;
    struct row r = enter(p, w, y, row % AD_PROFILE_FRESH == 0, &own);
    struct ad_profile_found found = {0};
    for (size_t s = 0; s < p->nstretch; s++) {
        size_t lo = s * p->stretch, hi = lo + p->stretch < p->n ? lo + p->stretch : p->n;
        double first = INFINITY;
        if (lo == 0)
            first = p->own[0] - r.dot * p->over[0] * w->dot[0] + r.level * p->level[0];
        double least = advance(p, w->dot, &r, lo + (lo == 0), hi);
        if (self != AD_PROFILE_NONE && hi - 1 + m > self && lo < self + m)
            continue;
        least = first < least ? first : least;
        w->least[count++] = least;
        found.nearest = least < best ? lo : found.nearest;
        best = least < best ? least : best;
    }
    if (count == 0)
        return found;
    size_t rank = (size_t)(q * (double)(count - 1) + 0.5);
    found.distance = own + ad_rank(w->least, count, rank);
    found.least = own + best;
    return found;
}
