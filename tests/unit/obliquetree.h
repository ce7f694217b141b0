/* Data and forests that the tests of oblique trees share. */
#ifndef AD_UNIT_OBLIQUETREE_H
#define AD_UNIT_OBLIQUETREE_H

#include "unit.h"

#include "detect/obliquetree.h"

#include <float.h>

enum { COLS = 4, ROWS = 300, CATEGORY = 2 };

static const enum ad_oblique_kind kinds[] = {AD_OBLIQUE_EIF, AD_OBLIQUE_FCF};
static const bool categories[COLS] = {[CATEGORY] = true};

/* Column 0 is uniform, 1 has two heaps and values missing, 2 holds categories, 3 is constant. */
struct data {
    float x[COLS][ROWS];
    struct ad_columns d;
};

static inline void make_data(struct data *m, uint64_t seed)
{
    struct ad_rng rng;
    ad_rng_seed(&rng, seed);
    for (size_t j = 0; j < ROWS; j++) {
        m->x[0][j] = (float)ad_rng_unit(&rng);
        m->x[1][j] = j % 7 == 3 ? NAN : (float)(0.1 * ad_rng_unit(&rng) + (j % 3 ? 0 : 0.9));
        m->x[CATEGORY][j] = j % 11 == 5 ? NAN : (float)(ad_rng_below(&rng, 12) / 5);
        m->x[3][j] = 0.5f;
    }
    m->d = (struct ad_columns){ROWS, COLS, ROWS, m->x[0], categories};
}

static inline void grow_tree(struct ad_obliquetrees *f, size_t i, const struct ad_columns *d,
                             size_t psi, struct ad_rng *rng)
{
    uint32_t row[ROWS];
    for (uint32_t j = 0; j < psi; j++)
        row[j] = j;
    assert_int_equal(ad_obliquetrees_grow(f, i, d, row, rng), 0);
}

static inline void grow_again(struct ad_obliquetrees *f, size_t i, const struct ad_columns *d,
                              size_t psi, uint64_t seed)
{
    struct ad_rng rng;
    ad_rng_seed(&rng, seed);
    grow_tree(f, i, d, psi, &rng);
}

/* n trees from the rows 0 .. psi of d. */
static inline struct ad_obliquetrees *grown(enum ad_oblique_kind kind, size_t n,
                                            const struct ad_columns *d, size_t psi)
{
    struct ad_obliquetrees *f = ad_obliquetrees_new(kind, n, d->cols, psi);
    struct ad_rng rng;
    assert_non_null(f);
    ad_rng_seed(&rng, 42);
    for (size_t i = 0; i < n; i++)
        grow_tree(f, i, d, psi, &rng);
    return f;
}

static inline struct ad_buf saved(const struct ad_obliquetrees *f)
{
    struct ad_buf out = {0};
    ad_obliquetrees_save(f, &(struct ad_save){&out});
    assert_false(out.failed);
    return out;
}

static inline bool same(const struct ad_obliquetrees *f, const struct ad_obliquetrees *g)
{
    struct ad_buf a = saved(f), b = saved(g);
    bool equal = ad_str_eq((struct ad_str){a.s, a.len}, (struct ad_str){b.s, b.len});
    ad_buf_free(&a);
    ad_buf_free(&b);
    return equal;
}

/* Rows that have all there is to go wrong with. */
static inline void spoil(struct data *m)
{
    static const float odd[] = {INFINITY, -INFINITY, FLT_MAX, -FLT_MAX, 1e30f, -3, 1e-45f, NAN};
    for (size_t j = 256; j < ROWS; j++)
        for (size_t c = 0; c < COLS; c++)
            m->x[c][j] = odd[(j + 3 * c + j / 8) % 8];
}

#endif
