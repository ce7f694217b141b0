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
    size_t from = 0, n = s->n;
    while (n > 0) {
        size_t half = n / 2;
        bool below = s->v[from + half] < x;
        from = below ? from + half + 1 : from;
        n = below ? n - half - 1 : half;
    }
    return from;
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

/* Put i and its right neighbour into one. */
static void merge(struct ad_sketch *s, size_t i)
{
    double a = s->c[i], b = s->c[i + 1];
    s->v[i] = (float)((s->v[i] * a + s->v[i + 1] * b) / (a + b));
    s->c[i] = (float)(a + b);
    size_t rest = s->n - i - 2;
    memmove(s->v + i + 1, s->v + i + 2, rest * sizeof *s->v);
    memmove(s->c + i + 1, s->c + i + 2, rest * sizeof *s->c);
    s->n--;
}

static size_t narrowest_gap(const struct ad_sketch *s)
{
    size_t best = 0;
    double least = INFINITY;
    for (size_t i = 0; i + 1 < s->n; i++) {
        double gap = (double)s->v[i + 1] - s->v[i];
        best = gap < least ? i : best;
        least = gap < least ? gap : least;
    }
    return best;
}

static void insert(struct ad_sketch *s, float x)
{
    if (s->n == s->room)
        merge(s, narrowest_gap(s));
    size_t b = place_of(s, x), rest = s->n - b;
    memmove(s->v + b + 1, s->v + b, rest * sizeof *s->v);
    memmove(s->c + b + 1, s->c + b, rest * sizeof *s->c);
    s->v[b] = x;
    s->c[b] = 1;
    s->n++;
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
    size_t j = s->n ? nearest(s, place_of(s, x), x) : 0;
    if (s->n && fabs((double)x - s->v[j]) <= JOIN * s->spread)
        s->c[j] += 1;
    else
        insert(s, x);
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
