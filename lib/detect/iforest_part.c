#include "detect/iforest_part.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t ad_iforest_psi(size_t sample, size_t rows)
{
    size_t most = rows - rows / 4;
    return sample < most ? sample : most;
}

int ad_iforest_part_init(struct ad_iforest_part *p, int mode, size_t trees, size_t cols)
{
    *p = (struct ad_iforest_part){.mode = mode, .trees = trees, .cols = cols};
    p->scale = calloc(cols ? cols : 1, sizeof *p->scale);
    return p->scale ? 0 : -1;
}

static void free_trees(const struct ad_iforest_part *p)
{
    ad_heaptrees_free(p->heap);
    ad_obliquetrees_free(p->oblique);
}

void ad_iforest_part_free(struct ad_iforest_part *p)
{
    free_trees(p);
    free(p->scale);
    *p = (struct ad_iforest_part){0};
}

/* Trees of the part's kind, in it; those it had are no longer in it. */
static int make_trees(struct ad_iforest_part *p, size_t trees, size_t psi)
{
    p->heap = NULL;
    p->oblique = NULL;
    p->psi = psi;
    if (p->mode == AD_IFOREST_CLASSIC)
        p->heap = ad_heaptrees_new(trees, p->cols, psi);
    else
        p->oblique = ad_obliquetrees_new(
            p->mode == AD_IFOREST_EIF ? AD_OBLIQUE_EIF : AD_OBLIQUE_FCF, trees, p->cols, psi);
    return p->heap || p->oblique ? 0 : -1;
}

/* What a thread needs to grow trees: which rows are taken, and those. */
struct bag {
    bool *taken;
    uint32_t *row;
};

static int bag_make(struct bag *b, size_t rows, size_t psi)
{
    b->taken = calloc(rows, sizeof *b->taken);
    b->row = calloc(psi, sizeof *b->row);
    return b->taken && b->row ? 0 : -1;
}

static void bag_free(struct bag *b)
{
    free(b->taken);
    free(b->row);
}

static void fill(struct bag *b, size_t rows, size_t psi, struct ad_rng *rng)
{
    for (size_t k = 0; k < psi;) {
        uint64_t row = ad_rng_below(rng, rows);
        if (b->taken[row])
            continue;
        b->taken[row] = true;
        b->row[k++] = (uint32_t)row;
    }
}

static void empty(struct bag *b, size_t psi)
{
    for (size_t k = 0; k < psi; k++)
        b->taken[b->row[k]] = false;
}

/* Tree `slot` of p from the rows of the bag, which it fills. */
static int grow_tree(struct ad_iforest_part *p, size_t slot, const struct ad_columns *d,
                     uint64_t seed, struct bag *b)
{
    struct ad_rng rng;
    ad_rng_seed(&rng, seed);
    fill(b, d->rows, p->psi, &rng);
    return p->heap ? ad_heaptrees_grow(p->heap, slot, d, b->row, &rng)
                   : ad_obliquetrees_grow(p->oblique, slot, d, b->row, &rng);
}

struct growth {
    struct ad_iforest_part *p;
    const struct ad_columns *d;
    uint64_t seed;
    struct bag *bag; /* one for each thread */
    bool *failed;    /* of each tree */
};

static void grow_one(void *arg, size_t i, size_t thread)
{
    struct growth *g = arg;
    g->failed[i] = grow_tree(g->p, i, g->d, g->seed + i, &g->bag[thread]) == -1;
    empty(&g->bag[thread], g->p->psi);
}

static int grow_all(struct ad_iforest_part *p, const struct ad_columns *d, uint64_t seed,
                    struct ad_pool *pool)
{
    size_t threads = ad_pool_threads(pool);
    struct growth g = {p, d, seed, calloc(threads, sizeof *g.bag),
                       calloc(p->trees, sizeof *g.failed)};
    int rc = g.bag && g.failed ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < threads; i++)
        rc = bag_make(&g.bag[i], d->rows, p->psi);
    if (rc == 0)
        ad_pool_each(pool, p->trees, grow_one, &g);
    for (size_t i = 0; rc == 0 && i < p->trees; i++)
        rc = g.failed[i] ? -1 : 0;
    for (size_t i = 0; g.bag && i < threads; i++)
        bag_free(&g.bag[i]);
    free(g.bag);
    free(g.failed);
    return rc;
}

/* The rows as p's trees know them, column by column; free(x) when done. */
static int scale_rows(const struct ad_iforest_part *p, const struct ad_iforest_rows *rows,
                      struct ad_columns *d)
{
    size_t n = rows->n, cols = rows->cols;
    float *x = cols && n <= SIZE_MAX / sizeof *x / cols ? malloc(n * cols * sizeof *x) : NULL;
    if (!x)
        return -1;
    for (size_t row = 0; row < n; row++)
        for (size_t col = 0; col < cols; col++)
            x[col * n + row] =
                ad_iforest_part_scale(p, rows->category, col, rows->x[row * cols + col]);
    *d = (struct ad_columns){n, cols, n, x, rows->category};
    return 0;
}

int ad_iforest_part_grow(struct ad_iforest_part *p, const struct ad_iforest_rows *rows, size_t psi,
                         uint64_t seed, struct ad_pool *pool)
{
    struct ad_iforest_part fresh;
    struct ad_columns d = {0};
    int rc = ad_iforest_part_init(&fresh, p->mode, p->trees, p->cols);
    if (rc == 0)
        rc = ad_iforest_scale_rows(rows, fresh.scale, pool);
    if (rc == 0)
        rc = scale_rows(&fresh, rows, &d);
    if (rc == 0)
        rc = make_trees(&fresh, p->trees, psi);
    if (rc == 0)
        rc = grow_all(&fresh, &d, seed, pool);
    free((void *)(uintptr_t)d.x);
    if (rc == -1) {
        ad_iforest_part_free(&fresh);
        return -1;
    }
    ad_iforest_part_free(p);
    *p = fresh;
    return 0;
}

/* Grow tree i once more, alone, and add what it says of the rows it did not grow from. */
static int add_left_out(struct ad_iforest_part *alone, const struct ad_columns *d, uint64_t seed,
                        struct bag *b, double *depth, double *sum, double *trees)
{
    int rc = grow_tree(alone, 0, d, seed, b);
    if (rc == 0)
        ad_iforest_part_depth(alone, d, depth);
    for (size_t row = 0; rc == 0 && row < d->rows; row++) {
        sum[row] += b->taken[row] ? 0 : depth[row];
        trees[row] += !b->taken[row];
    }
    empty(b, alone->psi);
    return rc;
}

int ad_iforest_part_left_out(const struct ad_iforest_part *p, const struct ad_iforest_rows *rows,
                             uint64_t seed, double *sum, double *trees)
{
    struct ad_iforest_part alone = *p;
    struct ad_columns d = {0};
    struct bag b = {0};
    double *depth = malloc(rows->n * sizeof *depth);
    int rc = make_trees(&alone, 1, p->psi);
    if (!depth || scale_rows(p, rows, &d) || bag_make(&b, rows->n, p->psi))
        rc = -1;
    for (size_t i = 0; rc == 0 && i < p->trees; i++)
        rc = add_left_out(&alone, &d, seed + i, &b, depth, sum, trees);
    free_trees(&alone);
    bag_free(&b);
    free((void *)(uintptr_t)d.x);
    free(depth);
    return rc;
}

float ad_iforest_part_scale(const struct ad_iforest_part *p, const bool *category, size_t col,
                            double x)
{
    return category && category[col] ? (float)x : ad_iforest_scaled(&p->scale[col], x);
}

void ad_iforest_part_depth(const struct ad_iforest_part *p, const struct ad_columns *d,
                           double *depth)
{
    if (p->heap)
        ad_heaptrees_depth(p->heap, d, depth);
    else
        ad_obliquetrees_depth(p->oblique, d, depth);
}

void ad_iforest_part_save(const struct ad_iforest_part *p, struct ad_save *out)
{
    ad_save_u64(out, p->psi);
    for (size_t col = 0; col < p->cols; col++)
        ad_iforest_scale_save(&p->scale[col], out);
    if (p->heap)
        ad_heaptrees_save(p->heap, out);
    else
        ad_obliquetrees_save(p->oblique, out);
}

int ad_iforest_part_load(struct ad_iforest_part *p, size_t sample, struct ad_load *in)
{
    size_t psi = (size_t)ad_load_max(in, sample);
    for (size_t col = 0; col < p->cols; col++)
        if (ad_iforest_scale_load(&p->scale[col], in))
            return -1;
    if (psi == 0 || make_trees(p, p->trees, psi))
        return -1;
    return p->heap ? ad_heaptrees_load(p->heap, in) : ad_obliquetrees_load(p->oblique, in);
}
