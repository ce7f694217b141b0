/* Making, growing and freeing; the layout is told in the two headers. */
#include "detect/heaptree.h"
#include "detect/heaptree_private.h"

#include <math.h>
#include <stdlib.h>

struct ad_heaptrees *ad_heaptrees_new(size_t n, size_t cols, size_t psi)
{
    if (psi < 1 || psi > AD_HEAPTREE_ROWS || cols < 1 || cols >= AD_HEAPTREE_COLS)
        return NULL;
    struct ad_heaptrees *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    *f = (struct ad_heaptrees){.n = n, .cols = cols, .psi = psi};
    while ((size_t)1 << f->levels < psi)
        f->levels++;
    f->leaves = (size_t)1 << f->levels;
    if (n <= SIZE_MAX / 2 / f->leaves) {
        f->slot = calloc(n * f->leaves, 2 * sizeof *f->slot);
        f->rows = calloc(n * f->leaves, sizeof *f->rows);
    }
    if (n && (!f->slot || !f->rows)) {
        ad_heaptrees_free(f);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        ad_heap_clear(f, i);
        ad_heap_leaf(f, i, 1, 0, psi);
    }
    return f;
}

void ad_heaptrees_free(struct ad_heaptrees *f)
{
    if (!f)
        return;
    free(f->slot);
    free(f->rows);
    free(f);
}

void ad_heap_clear(struct ad_heaptrees *f, size_t i)
{
    union ad_heap_slot *slot = ad_heap_tree(f, i);
    for (size_t k = 0; k < f->leaves; k++) {
        slot[k].node = k ? AD_HEAP_CHAIN : 0;
        slot[f->leaves + k].leaf = 0;
    }
}

void ad_heap_split(struct ad_heaptrees *f, size_t i, size_t k, size_t col, float at, bool category)
{
    union ad_heap_slot *slot = ad_heap_tree(f, i);
    uint64_t flags = category ? AD_HEAP_CATEGORY : 0;
    slot[0].node |= flags;
    slot[k].node = (uint64_t)(uint32_t)ad_heap_key(at) << 32 | col << AD_HEAP_SHIFT | flags;
}

void ad_heap_leaf(struct ad_heaptrees *f, size_t i, size_t k, unsigned level, size_t count)
{
    uint16_t *rows = f->rows + i * f->leaves;
    size_t slot = ad_heap_first(f, k, level), first = slot - f->leaves;
    size_t end = ad_heap_first(f, k + 1, level) - f->leaves;
    uint16_t sum = (uint16_t)((first ? rows[first - 1] : 0) + count);
    ad_heap_tree(f, i)[slot].leaf = level + ad_forest_path(count);
    for (size_t j = first; j < end; j++)
        rows[j] = sum;
}

/* A tree while it grows. col[] is a permutation of the columns in which those known to vary nowhere
 * below the node stand behind the others. */
struct growth {
    struct ad_heaptrees *f;
    size_t tree;
    const struct ad_columns *d;
    struct ad_rng *rng;
    uint32_t *row, *col;
};

/* Rows row[0..m) of a node, and its first `cols` columns that may vary. */
struct part {
    size_t k, first, m, cols;
    unsigned level;
};

struct span {
    float min, max;
};

static const float *column(const struct growth *g, size_t col)
{
    return g->d->x + col * g->d->stride;
}

static struct span find_span(const float *x, const uint32_t *row, size_t m)
{
    struct span s = {INFINITY, -INFINITY};
    for (size_t i = 0; i < m; i++) {
        float v = x[row[i]];
        s.min = v < s.min ? v : s.min;
        s.max = v > s.max ? v : s.max;
    }
    return s;
}

/* One of the categories among the rows, each as likely as the others. */
static float draw_category(struct growth *g, const float *x, const uint32_t *row, size_t m)
{
    float seen[AD_HEAPTREE_ROWS] = {0};
    size_t n = 0;
    for (size_t i = 0; i < m; i++) {
        int32_t key = ad_heap_key(x[row[i]]);
        size_t j = 0;
        while (j < n && ad_heap_key(seen[j]) != key)
            j++;
        if (j == n && !isnan(x[row[i]]))
            seen[n++] = x[row[i]];
    }
    return seen[ad_rng_below(g->rng, n)];
}

static float draw_threshold(struct growth *g, struct span s)
{
    double min = (double)s.min;
    float t = (float)(min + ad_rng_unit(g->rng) * ((double)s.max - min));
    return t < s.max ? t : s.min;
}

/* Move the rows that go left to the front. Returns how many they are. */
static size_t divide(struct growth *g, uint64_t node, uint32_t *row, size_t m)
{
    const float *x = column(g, ad_heap_node_col(node));
    size_t left = 0, there = 0;
    for (size_t i = 0; i < m; i++) {
        bool has = !isnan(x[row[i]]);
        there += has;
        left += has && !ad_heap_goes_right(node, x[row[i]]);
    }
    size_t at = 0;
    for (size_t i = 0; i < m; i++) {
        float v = x[row[i]];
        if (isnan(v) ? ad_rng_below(g->rng, there) >= left : ad_heap_goes_right(node, v))
            continue;
        uint32_t swap = row[at];
        row[at++] = row[i];
        row[i] = swap;
    }
    return at;
}

/* Choose a column that varies, each with the same probability, by drawing until one does. Those
 * found not to leave the choice, also below. Returns false when none is left. */
static bool split(struct growth *g, struct part *p)
{
    while (p->cols > 0) {
        size_t draw = ad_rng_below(g->rng, p->cols), col = g->col[draw];
        const float *x = column(g, col);
        const uint32_t *row = g->row + p->first;
        struct span s = find_span(x, row, p->m);
        if (s.min < s.max) {
            bool category = g->d->category && g->d->category[col];
            float at = category ? draw_category(g, x, row, p->m) : draw_threshold(g, s);
            ad_heap_split(g->f, g->tree, p->k, col, at, category);
            return true;
        }
        g->col[draw] = g->col[--p->cols];
        g->col[p->cols] = (uint32_t)col;
    }
    return false;
}

static void grow(struct growth *g, struct part p)
{
    const struct ad_heaptrees *f = g->f;
    if (p.m == 1 || p.level == f->levels || !split(g, &p)) {
        ad_heap_leaf(g->f, g->tree, p.k, p.level, p.m);
        return;
    }
    size_t left = divide(g, ad_heap_tree(f, g->tree)[p.k].node, g->row + p.first, p.m);
    grow(g, (struct part){2 * p.k, p.first, left, p.cols, p.level + 1});
    grow(g, (struct part){2 * p.k + 1, p.first + left, p.m - left, p.cols, p.level + 1});
}

int ad_heaptrees_grow(struct ad_heaptrees *f, size_t i, const struct ad_columns *d, uint32_t *row,
                      struct ad_rng *rng)
{
    uint32_t *col = malloc(f->cols * sizeof *col);
    if (!col)
        return -1;
    for (size_t j = 0; j < f->cols; j++)
        col[j] = (uint32_t)j;
    ad_heap_clear(f, i);
    struct growth g = {.f = f, .tree = i, .d = d, .rng = rng, .row = row, .col = col};
    grow(&g, (struct part){.k = 1, .m = f->psi, .cols = f->cols});
    free(col);
    return 0;
}
