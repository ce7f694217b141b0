#include "maths/sketch.h"

#include <math.h>
#include <string.h>

/* Part of the counts at either end that the spread leaves out. */
#define TAIL 0.001
/* A place between two centroids counts less than one outside. */
#define INSIDE 0.7
/* What is nearer to a centroid than this part of the spread joins it. */
#define JOIN 0.001
/* A centroid with less than this is dropped when the counts are halved. */
#define DROP 0.3F
/* A centroid is taken for a single value up to this count. */
#define SINGLE 1.5F

void ad_sketch_init(struct ad_sketch *s, float *place, size_t room)
{
    *s = (struct ad_sketch){.room = room, .v = place, .c = place + room};
}

/* The first centroid that is not below x; s->n if there is none. */
static size_t place_of(const struct ad_sketch *s, float x)
{
    const float *at = s->v;
    for (size_t n = s->n, half; n > 0; n -= half) {
        half = n - n / 2;
        at += at[half - 1] < x ? half : 0;
    }
    return (size_t)(at - s->v);
}

/* The centroid nearest to x, whose place is b; there is at least one. */
static size_t nearest(const struct ad_sketch *s, size_t b, float x)
{
    if (b == 0 || b == s->n)
        return b == 0 ? 0 : b - 1;
    return (double)x - s->v[b - 1] < (double)s->v[b] - x ? b - 1 : b;
}

/* Distance of a centroid to its nearest neighbour; there are at least two. */
static double gap_around(const struct ad_sketch *s, size_t j)
{
    double left = j > 0 ? (double)s->v[j] - s->v[j - 1] : INFINITY;
    double right = j + 1 < s->n ? (double)s->v[j + 1] - s->v[j] : INFINITY;
    return left < right ? left : right;
}

double ad_sketch_novelty(const struct ad_sketch *s, double value)
{
    float x = (float)value;
    if (s->total < 4 || s->n == 0)
        return 0;
    size_t b = place_of(s, x), j = nearest(s, b, x);
    double z = fabs((double)x - s->v[j]);
    if (s->c[j] < SINGLE && s->n > 1)
        z -= gap_around(s, j);
    if (!(z > 0))
        return 0;
    if (b > 0 && b < s->n)
        z *= INSIDE;
    double novelty = s->spread > 0 ? z / s->spread : 1;
    return novelty < AD_SKETCH_NOVELTY_MAX ? novelty : AD_SKETCH_NOVELTY_MAX;
}

static void find_spread(struct ad_sketch *s)
{
    double cut = TAIL * s->total, passed = 0;
    size_t lo = 0, hi = s->n - 1;
    while (lo < hi && (passed += s->c[lo]) <= cut)
        lo++;
    for (passed = 0; hi > lo && (passed += s->c[hi]) <= cut;)
        hi--;
    s->spread = (double)s->v[hi] - s->v[lo];
    if (!(s->spread > 0))
        s->spread = (double)s->v[s->n - 1] - s->v[0];
}

#if defined(__GNUC__)
/* This is where the time goes, so four gaps at a time. */
typedef float floats __attribute__((vector_size(16)));
typedef int32_t ints __attribute__((vector_size(16)));

static inline ints choose(ints which, ints a, ints b)
{
    return (a & which) | (b & ~which);
}
#endif

/* The first of the narrowest gaps, by the centroid before it. */
static size_t narrowest_gap(const struct ad_sketch *s)
{
    float least[4] = {INFINITY, INFINITY, INFINITY, INFINITY};
    int32_t at[4] = {0};
    size_t i = 0, best = 0;
#if defined(__GNUC__)
    floats min = {INFINITY, INFINITY, INFINITY, INFINITY}, low, gap;
    ints found = {0}, here = {0, 1, 2, 3};
    for (; i + 4 < s->n; i += 4, here += 4) {
        memcpy(&low, s->v + i, sizeof low);
        memcpy(&gap, s->v + i + 1, sizeof gap);
        gap -= low;
        ints less = gap < min;
        min = (floats)choose(less, (ints)gap, (ints)min);
        found = choose(less, here, found);
    }
    memcpy(least, &min, sizeof least);
    memcpy(at, &found, sizeof at);
#endif
    for (size_t k = 1; k < 4; k++)
        if (least[k] < least[best] || (!(least[k] > least[best]) && at[k] < at[best]))
            best = k;
    for (best = (size_t)at[best]; i + 1 < s->n; i++)
        if (s->v[i + 1] - s->v[i] < s->v[best + 1] - s->v[best])
            best = i;
    return best;
}

static void shift(struct ad_sketch *s, size_t to, size_t from, size_t n)
{
    memmove(s->v + to, s->v + from, n * sizeof *s->v);
    memmove(s->c + to, s->c + from, n * sizeof *s->c);
}

/* Put x before centroid b. In a full sketch two others become one first. */
static void insert(struct ad_sketch *s, size_t b, float x)
{
    size_t hole = s->n;
    if (s->n < s->room) {
        s->n++;
    } else {
        size_t i = narrowest_gap(s);
        double one = s->c[i], other = s->c[i + 1];
        s->v[i] = (float)((s->v[i] * one + s->v[i + 1] * other) / (one + other));
        s->c[i] = (float)(one + other);
        hole = i + 1;
        b -= b == hole && s->v[i] >= x;
    }
    if (b > hole)
        shift(s, hole, hole + 1, --b - hole);
    else
        shift(s, b + 1, b, hole - b);
    s->v[b] = x;
    s->c[b] = 1;
}

static void halve(struct ad_sketch *s)
{
    size_t kept = 0;
    double total = 0;
    for (size_t i = 0; i < s->n; i++) {
        float c = s->c[i] / 2;
        if (c < DROP)
            continue;
        s->v[kept] = s->v[i];
        s->c[kept++] = c;
        total += c;
    }
    s->n = kept;
    s->total = (float)total;
}

void ad_sketch_add(struct ad_sketch *s, double value)
{
    float x = (float)value;
    size_t b = place_of(s, x), j = s->n ? nearest(s, b, x) : 0;
    if (s->n && fabs((double)x - s->v[j]) <= JOIN * s->spread)
        s->c[j] += 1;
    else
        insert(s, b, x);
    s->total += 1;
    if (s->total >= AD_SKETCH_MOST)
        halve(s);
    if (s->n)
        find_spread(s);
}

void ad_sketch_save(const struct ad_sketch *s, struct ad_save *save)
{
    ad_save_u64(save, s->n);
    ad_save_f64(save, s->total);
    for (size_t i = 0; i < s->n; i++)
        ad_save_f64s(save, (double[]){s->v[i], s->c[i]}, 2);
}

/* Whether it is one of the floats that a sketch can hold. */
static bool is_float(double x, double least, double most)
{
    return x >= least && x <= most && (double)(float)x == x;
}

int ad_sketch_load(struct ad_sketch *s, struct ad_load *load)
{
    size_t n = (size_t)ad_load_max(load, s->room);
    double total = ad_load_f64(load);
    if (load->failed || !is_float(total, n ? 0.3 : 0, AD_SKETCH_MOST))
        return -1;
    for (size_t i = 0; i < n; i++) {
        double p[2];
        ad_load_f64s(load, p, 2);
        if (load->failed || !is_float(p[0], -AD_SKETCH_LIMIT, AD_SKETCH_LIMIT) ||
            !is_float(p[1], 0.3, 2 * AD_SKETCH_MOST) || (i && p[0] < s->v[i - 1]))
            return -1;
        s->v[i] = (float)p[0];
        s->c[i] = (float)p[1];
    }
    s->n = n;
    s->total = (float)total;
    if (n)
        find_spread(s);
    return 0;
}
