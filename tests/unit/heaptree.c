#include "unit.h"

#include "base/pool.h"
#include "detect/heaptree.h"
#include "detect/heaptree_private.h"

#include <stdio.h>
#include <stdlib.h>

/* --- tables and forests ------------------------------------------------------------------------
 */

enum { MOST = 1000 };

struct table {
    struct ad_columns d;
    float *x;
    bool *category;
};

static void *must(void *p)
{
    assert_non_null(p);
    return p;
}

/* Gaussian columns, the first `ncategory` of words 0 to 4, missing with a probability. */
static struct table table_new(size_t rows, size_t cols, size_t ncategory, double missing,
                              uint64_t seed)
{
    struct table t = {.x = must(malloc(rows * cols * sizeof(float))),
                      .category = must(calloc(cols, 1))};
    struct ad_rng rng;
    ad_rng_seed(&rng, seed);
    for (size_t i = 0; i < rows * cols; i++) {
        t.category[i / rows] = i / rows < ncategory;
        t.x[i] = t.category[i / rows] ? (float)ad_rng_below(&rng, 5) : (float)ad_rng_normal(&rng);
        if (ad_rng_unit(&rng) < missing)
            t.x[i] = NAN;
    }
    t.d = (struct ad_columns){rows, cols, rows, t.x, ncategory ? t.category : NULL};
    return t;
}

static struct table table_of(const float *x, size_t rows, size_t cols)
{
    struct table t = table_new(rows, cols, 0, 0, 1);
    memcpy(t.x, x, rows * cols * sizeof *x);
    return t;
}

static void table_free(struct table *t)
{
    free(t->x);
    free(t->category);
}

static struct ad_heaptrees *forest_new(const struct table *t, size_t n, size_t psi, uint64_t seed)
{
    struct ad_heaptrees *f = must(ad_heaptrees_new(n, t->d.cols, psi));
    uint32_t *row = must(malloc(t->d.rows * sizeof *row));
    for (size_t i = 0; i < n; i++) {
        struct ad_rng rng;
        ad_rng_seed(&rng, seed + i);
        for (size_t j = 0; j < t->d.rows; j++)
            row[j] = (uint32_t)j;
        for (size_t j = 0; j < psi; j++) {
            size_t other = j + ad_rng_below(&rng, t->d.rows - j);
            uint32_t swap = row[j];
            row[j] = row[other];
            row[other] = swap;
        }
        assert_int_equal(ad_heaptrees_grow(f, i, &t->d, row, &rng), 0);
    }
    free(row);
    return f;
}

static struct ad_buf saved(const struct ad_heaptrees *f)
{
    struct ad_buf out = {0};
    ad_heaptrees_save(f, &(struct ad_save){&out});
    assert_false(out.failed);
    return out;
}

static int load(struct ad_heaptrees *f, const char *s, size_t len)
{
    struct ad_load in = {.in = {s, len}};
    int rc = ad_heaptrees_load(f, &in);
    return rc || in.in.len > 0 ? -1 : 0;
}

/* --- the plainest way to do it -----------------------------------------------------------------
 */

/* A node by node copy of a tree, read from what is saved. */
struct node {
    struct node *left, *right;
    size_t col, rows;
    bool category;
    float at;
    double path;
};

static struct node *node_load(struct ad_load *in, double level)
{
    struct node *n = must(calloc(1, sizeof *n));
    uint64_t head = ad_load_u64(in);
    if (head % 2 == 0) {
        n->rows = (size_t)head / 2;
        n->path = level + ad_forest_path(n->rows);
        return n;
    }
    n->col = (size_t)head / 4;
    n->category = head & 2;
    uint32_t bits = (uint32_t)ad_load_u64(in);
    memcpy(&n->at, &bits, sizeof bits);
    n->left = node_load(in, level + 1);
    n->right = node_load(in, level + 1);
    n->rows = n->left->rows + n->right->rows;
    return n;
}

static void node_free(struct node *n)
{
    if (n) {
        node_free(n->left);
        node_free(n->right);
        free(n);
    }
}

/* The path length of a row of which only the columns of the set `told` are known. */
static double node_path(const struct node *n, const struct ad_columns *d, size_t row, uint64_t told)
{
    if (!n->left)
        return n->path;
    float x = d->x[n->col * d->stride + row];
    if (isnan(x) || !(told >> n->col % 64 & 1))
        return ((double)n->left->rows * node_path(n->left, d, row, told) +
                (double)n->right->rows * node_path(n->right, d, row, told)) /
               (double)n->rows;
    bool left = n->category ? !(x < n->at) && !(x > n->at) : x <= n->at;
    return node_path(left ? n->left : n->right, d, row, told);
}

struct naive {
    size_t n, psi;
    struct node *tree[MOST];
};

static struct naive naive_of(const struct ad_heaptrees *f)
{
    struct ad_buf b = saved(f);
    struct ad_load in = {.in = {b.s, b.len}};
    struct naive naive = {.n = (size_t)ad_load_u64(&in)};
    ad_load_u64(&in);
    naive.psi = (size_t)ad_load_u64(&in);
    assert_true(naive.n <= MOST);
    for (size_t i = 0; i < naive.n; i++)
        naive.tree[i] = node_load(&in, 0);
    assert_false(in.failed);
    assert_int_equal(in.in.len, 0);
    ad_buf_free(&b);
    return naive;
}

static void naive_free(struct naive *naive)
{
    for (size_t i = 0; i < naive->n; i++)
        node_free(naive->tree[i]);
}

static double naive_depth(const struct naive *naive, const struct ad_columns *d, size_t row,
                          uint64_t told)
{
    double sum = 0;
    for (size_t i = 0; i < naive->n; i++)
        sum += node_path(naive->tree[i], d, row, told);
    return sum;
}

static void assert_same(double a, double b)
{
    assert_memory_equal(&a, &b, sizeof a);
}

/* --- growth ------------------------------------------------------------------------------------
 */

static void path_lengths_are_those_of_harmonic_numbers(void **state)
{
    (void)state;
    assert_same(ad_forest_path(0), 0);
    assert_same(ad_forest_path(1), 0);
    /* Python: float(2*(sum(Fraction(1,i) for i in range(1,m+1))-1)); mpmath for the last two */
    assert_close(ad_forest_path(2), 1, 1e-15);
    assert_close(ad_forest_path(3), 1.6666666666666667, 1e-15);
    assert_close(ad_forest_path(256), 10.248689925634562, 1e-15);
    assert_close(ad_forest_path(257), 10.256472026801877, 1e-15);
    assert_close(ad_forest_path(1000), 12.97094172110069, 1e-15);
    assert_close(ad_forest_path(100000), 22.1802922597268559, 1e-15);
    assert_close(ad_forest_path(1000000000), 40.600963004695888, 1e-15);
}

/* Every leaf has its rows: those that reach it, no column varies there or it is deep enough. */
static void check_growth(const struct node *n, const struct ad_columns *d, const uint32_t *row,
                         size_t m, unsigned level, unsigned most)
{
    assert_int_equal(n->rows, m);
    uint32_t side[2][256];
    size_t count[2] = {0};
    if (!n->left) {
        assert_same(n->path, level + ad_forest_path(m));
        for (size_t c = 0; level < most && c < d->cols; c++)
            for (size_t i = 1; i < m; i++)
                assert_same(d->x[c * d->stride + row[i]], d->x[c * d->stride + row[0]]);
        return;
    }
    float min = INFINITY, max = -INFINITY;
    for (size_t i = 0; i < m; i++) {
        float x = d->x[n->col * d->stride + row[i]];
        min = fminf(min, x);
        max = fmaxf(max, x);
        bool right = n->category ? x < n->at || x > n->at : x > n->at;
        side[right][count[right]++] = row[i];
    }
    assert_true(level < most && count[0] > 0 && count[1] > 0);
    assert_true(min <= n->at && (n->category ? n->at <= max : n->at < max));
    check_growth(n->left, d, side[0], count[0], level + 1, most);
    check_growth(n->right, d, side[1], count[1], level + 1, most);
}

static void leaves_hold_the_rows_that_lead_there(void **state)
{
    (void)state;
    static const struct {
        unsigned psi, levels;
    } sizes[] = {{1, 0}, {2, 1}, {3, 2}, {4, 2}, {5, 3}, {20, 5}, {128, 7}, {200, 8}, {256, 8}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct table t = table_new(sizes[s].psi, 4, 1, 0, s);
        for (size_t i = 0; i < t.d.rows; i++)
            t.x[3 * t.d.stride + i] = (float)(i % 3); /* many are equal */
        struct ad_heaptrees *f = forest_new(&t, 20, t.d.rows, 7 * s);
        struct naive naive = naive_of(f);
        uint32_t row[256];
        for (uint32_t i = 0; i < t.d.rows; i++)
            row[i] = i;
        for (size_t i = 0; i < naive.n; i++)
            check_growth(naive.tree[i], &t.d, row, t.d.rows, 0, sizes[s].levels);
        naive_free(&naive);
        ad_heaptrees_free(f);
        table_free(&t);
    }
}

static void rows_that_are_all_equal_make_a_leaf(void **state)
{
    (void)state;
    static const float x[] = {3, 3, 3, 3, -1, -1, -1, -1};
    struct table t = table_of(x, 4, 2);
    struct ad_heaptrees *f = forest_new(&t, 3, 4, 1);
    double depth[4];
    ad_heaptrees_depth(f, &t.d, depth);
    for (size_t i = 0; i < 4; i++)
        assert_same(depth[i], 3 * ad_forest_path(4));
    ad_heaptrees_free(f);
    table_free(&t);
}

/* Any threshold between them is rounded to one of the two, and must not be the upper. */
static void neighbouring_numbers_are_told_apart(void **state)
{
    (void)state;
    static const float x[] = {1, 1.00000012f};
    struct table t = table_of(x, 2, 1);
    struct ad_heaptrees *f = forest_new(&t, 40, 2, 1);
    double depth[2];
    ad_heaptrees_depth(f, &t.d, depth);
    assert_same(depth[0], 40);
    assert_same(depth[1], 40);
    ad_heaptrees_free(f);
    table_free(&t);
}

static void trees_not_grown_yet_are_leaves(void **state)
{
    (void)state;
    struct table t = table_new(10, 2, 0, 0, 1);
    struct ad_heaptrees *f = must(ad_heaptrees_new(4, 2, 10));
    double depth[10];
    ad_heaptrees_depth(f, &t.d, depth);
    assert_same(depth[9], 4 * ad_forest_path(10));
    ad_heaptrees_free(f);
    table_free(&t);
}

static void sizes_out_of_bounds_are_refused(void **state)
{
    (void)state;
    assert_null(ad_heaptrees_new(1, 1, 0));
    assert_null(ad_heaptrees_new(1, 1, 257));
    assert_null(ad_heaptrees_new(1, 0, 2));
    assert_null(ad_heaptrees_new(1, AD_HEAPTREE_COLS, 2));
    assert_null(ad_heaptrees_new(SIZE_MAX / 2, 1, 256));
    ad_heaptrees_free(NULL);
}

/* Chi-squared of counts that should be alike. */
static double chi2(const size_t *count, size_t n, size_t total)
{
    double sum = 0, each = (double)total / (double)n;
    for (size_t i = 0; i < n; i++)
        sum += ((double)count[i] - each) * ((double)count[i] - each) / each;
    return sum;
}

/* Columns 1, 3 and 4 vary between the two rows. R: qchisq(1 - 1e-4, 2), and with 9 degrees. */
static void columns_that_vary_and_thresholds_are_uniform(void **state)
{
    (void)state;
    enum { TIMES = 30000 };
    static const float x[] = {5, 5, 0, 1, 2, 2, -1, 1, 0, 1e-6f};
    struct table t = table_of(x, 2, 5);
    size_t col[5] = {0}, bin[10] = {0};
    for (size_t round = 0; round < TIMES / MOST; round++) {
        struct ad_heaptrees *f = forest_new(&t, MOST, 2, 1 + round * MOST);
        struct naive naive = naive_of(f);
        for (size_t i = 0; i < naive.n; i++) {
            const struct node *n = naive.tree[i];
            double min = t.x[2 * n->col], max = t.x[2 * n->col + 1];
            col[n->col]++;
            bin[(size_t)(10 * ((double)n->at - min) / (max - min))]++;
        }
        naive_free(&naive);
        ad_heaptrees_free(f);
    }
    assert_int_equal(col[0] + col[2], 0);
    size_t varies[] = {col[1], col[3], col[4]};
    assert_true(chi2(varies, 3, TIMES) < 18.42068074);
    assert_true(chi2(bin, 10, TIMES) < 33.71994844);
    table_free(&t);
}

/* Column 0 sets row 0 apart, then nothing of it is left; columns 1 to 3 tell rows 1 and 2 apart,
 * but not row 0 from row 1. Constants found in one child must stay a choice in the other. */
static void below_the_root_columns_are_uniform_too(void **state)
{
    (void)state;
    enum { TIMES = 30000 };
    static const float x[] = {0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1};
    struct table t = table_of(x, 4, 4);
    size_t count[4] = {0}, total = 0;
    for (size_t round = 0; round < TIMES / MOST; round++) {
        struct ad_heaptrees *f = forest_new(&t, MOST, 4, 1 + round * MOST);
        struct naive naive = naive_of(f);
        for (size_t i = 0; i < naive.n; i++) {
            /* the root's column is 1: rows 0 and 1 (column 0) left, 2 and 3 right (2 and 3) */
            const struct node *n = naive.tree[i];
            if (n->col != 1)
                continue;
            assert_int_equal(n->left->col, 0);
            count[n->right->col]++;
            total++;
        }
        naive_free(&naive);
        ad_heaptrees_free(f);
    }
    assert_int_equal(count[0] + count[1], 0);
    assert_true(chi2(count + 2, 2, total) < 15.13670523); /* R: qchisq(1 - 1e-4, 1) */
    table_free(&t);
}

static void categories_in_a_node_are_drawn_alike(void **state)
{
    (void)state;
    enum { TIMES = 30000 };
    float x[12] = {7};
    for (size_t i = 1; i < 11; i++)
        x[i] = 2;
    struct table t = table_of(x, 12, 1);
    t.category[0] = true;
    t.d.category = t.category;
    size_t count[8] = {0};
    for (size_t round = 0; round < TIMES / MOST; round++) {
        struct ad_heaptrees *f = forest_new(&t, MOST, 12, 1 + round * MOST);
        struct naive naive = naive_of(f);
        for (size_t i = 0; i < naive.n; i++) {
            assert_true(naive.tree[i]->category);
            count[(size_t)naive.tree[i]->at]++;
        }
        naive_free(&naive);
        ad_heaptrees_free(f);
    }
    size_t of[] = {count[0], count[2], count[7]};
    assert_true(chi2(of, 3, TIMES) < 18.42068074);
    table_free(&t);
}

static void a_seed_repeats_a_tree(void **state)
{
    (void)state;
    struct table t = table_new(300, 6, 2, .1, 5);
    struct ad_heaptrees *f = forest_new(&t, 5, 256, 9), *g = forest_new(&t, 5, 256, 9);
    struct ad_heaptrees *h = forest_new(&t, 5, 256, 10);
    struct ad_buf a = saved(f), b = saved(g), c = saved(h);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.s, b.s, a.len);
    assert_true(a.len != c.len || memcmp(a.s, c.s, a.len) != 0);
    ad_buf_free(&a);
    ad_buf_free(&b);
    ad_buf_free(&c);
    ad_heaptrees_free(f);
    ad_heaptrees_free(g);
    ad_heaptrees_free(h);
    table_free(&t);
}

struct threads {
    struct ad_heaptrees *f;
    const struct table *t;
};

static void grow_part(void *arg, size_t i, size_t thread)
{
    const struct threads *job = arg;
    uint32_t row[100];
    struct ad_rng rng;
    (void)thread;
    ad_rng_seed(&rng, i);
    for (uint32_t j = 0; j < 100; j++)
        row[j] = j;
    ad_heaptrees_grow(job->f, i, &job->t->d, row, &rng);
}

static void threads_change_nothing(void **state)
{
    (void)state;
    struct table t = table_new(100, 6, 2, .1, 5);
    struct ad_buf buf[2];
    for (size_t threads = 1; threads <= 2; threads++) {
        struct threads job = {must(ad_heaptrees_new(64, 6, 100)), &t};
        struct ad_pool *pool = must(ad_pool_new(threads));
        ad_pool_each(pool, 64, grow_part, &job);
        buf[threads - 1] = saved(job.f);
        ad_pool_free(pool);
        ad_heaptrees_free(job.f);
    }
    assert_int_equal(buf[0].len, buf[1].len);
    assert_memory_equal(buf[0].s, buf[1].s, buf[0].len);
    ad_buf_free(&buf[0]);
    ad_buf_free(&buf[1]);
    table_free(&t);
}

/* Ten thousand columns, two of which vary. */
static void wide_tables_are_possible(void **state)
{
    (void)state;
    enum { COLS = 10000, ROWS = 64 };
    struct table t = table_new(ROWS, COLS, 0, 0, 3);
    for (size_t i = 0; i < (size_t)COLS * ROWS; i++)
        if (i / ROWS != 17 && i / ROWS != 9999)
            t.x[i] = 1;
    struct ad_heaptrees *f = forest_new(&t, 20, ROWS, 3);
    struct naive naive = naive_of(f);
    double depth[ROWS];
    ad_heaptrees_depth(f, &t.d, depth);
    for (size_t i = 0; i < naive.n; i++)
        assert_true(naive.tree[i]->col == 17 || naive.tree[i]->col == 9999);
    for (size_t i = 0; i < ROWS; i++)
        assert_same(depth[i], naive_depth(&naive, &t.d, i, UINT64_MAX));
    naive_free(&naive);
    ad_heaptrees_free(f);
    table_free(&t);
}

/* --- missing values and categories by hand -----------------------------------------------------
 */

/* Three rows at 0 and one at 1: left 3 rows of path 1 + c(3) = 8/3, right 1 of path 1. */
static void a_missing_value_goes_both_ways_by_the_rows_that_did(void **state)
{
    (void)state;
    static const float x[] = {0, 0, 0, 1};
    struct table t = table_of(x, 4, 1);
    struct ad_heaptrees *f = forest_new(&t, 1, 4, 1);
    const float nan = NAN;
    struct ad_columns one = {1, 1, 1, &nan, NULL};
    double depth;
    ad_heaptrees_depth(f, &one, &depth);
    assert_close(depth, 9. / 4, 1e-15);
    ad_heaptrees_free(f);
    table_free(&t);
}

/* 50 rows at 0, 150 at 1, 50 missing: those go left with probability 1/4. In 100 trees 5000 draws,
 * R: qbinom(c(5e-5, 1 - 5e-5), 5000, 1/4) = 1132, 1370. */
static void a_row_that_misses_the_value_grows_where_the_others_are(void **state)
{
    (void)state;
    struct table t = table_new(250, 2, 0, 0, 1);
    for (size_t i = 0; i < 250; i++) {
        t.x[i] = i < 50 ? 0 : i < 200 ? 1 : NAN;
        t.x[250 + i] = NAN; /* missing everywhere: varies nowhere */
    }
    struct ad_heaptrees *f = forest_new(&t, 100, 250, 1);
    struct naive naive = naive_of(f);
    size_t left = 0;
    for (size_t i = 0; i < naive.n; i++) {
        const struct node *n = naive.tree[i];
        assert_int_equal(n->col, 0);
        assert_true(n->left && !n->left->left && !n->right->left);
        left += n->left->rows - 50;
    }
    assert_in_range(left, 1132, 1370);
    naive_free(&naive);
    ad_heaptrees_free(f);
    table_free(&t);
}

static void a_category_never_seen_goes_right(void **state)
{
    (void)state;
    static const float x[] = {4, 4, 4, 6};
    struct table t = table_of(x, 4, 1);
    t.category[0] = true;
    t.d.category = t.category;
    struct ad_heaptrees *f = forest_new(&t, 30, 4, 1);
    struct naive naive = naive_of(f);
    static const float query[] = {4, 6, 5, -1, 1e30f, INFINITY};
    struct ad_columns q = {6, 1, 6, query, NULL};
    double depth[6], sum = 0;
    ad_heaptrees_depth(f, &q, depth);
    for (size_t i = 0; i < naive.n; i++)
        sum += naive.tree[i]->right->path;
    for (size_t i = 0; i < 6; i++)
        assert_close(depth[i], i == 0 ? 30 * (1 + 5. / 3) : i == 1 ? 30 : sum, 1e-14);
    naive_free(&naive);
    ad_heaptrees_free(f);
    table_free(&t);
}

/* --- scoring -----------------------------------------------------------------------------------
 */

static const float extremes[] = {INFINITY, -INFINITY, 1e30f, -1e30f, 0.0f, -0.0f, 1e-42f, -1e-42f};

/* Every kernel on every row count, cut anyhow, and row by row: the same bits as the naive way. */
static void check_scores(const struct table *t, const struct ad_heaptrees *f)
{
    static const enum ad_heap_kernel kernels[] = {AD_HEAP_BEST, AD_HEAP_ANY, AD_HEAP_PLAIN,
                                                  AD_HEAP_AVX2};
    static const size_t cuts[] = {1, 7, 8, 9, 100, 255, 256, 257, MOST};
    struct naive naive = naive_of(f);
    double want[MOST], got[MOST];
    for (size_t i = 0; i < t->d.rows; i++)
        want[i] = naive_depth(&naive, &t->d, i, UINT64_MAX);
    for (size_t k = 0; k < 4; k++) {
        struct ad_columns none = t->d;
        none.rows = 0;
        if (ad_heap_depth(f, &none, got, kernels[k])) {
            assert_int_equal(kernels[k], AD_HEAP_AVX2);
            continue;
        }
        for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++) {
            memset(got, 0, sizeof got);
            for (size_t row = 0; row < t->d.rows; row += cuts[c]) {
                struct ad_columns some = t->d;
                some.x += row;
                some.rows = t->d.rows - row < cuts[c] ? t->d.rows - row : cuts[c];
                assert_int_equal(ad_heap_depth(f, &some, got + row, kernels[k]), 0);
            }
            assert_memory_equal(got, want, t->d.rows * sizeof *want);
        }
    }
    naive_free(&naive);
}

static void all_ways_to_score_agree_to_the_last_bit(void **state)
{
    (void)state;
    static const struct {
        size_t rows, cols, ncategory, psi, n;
        double missing;
    } cases[] = {
        {600, 10, 0, 256, 37, 0},   {600, 10, 0, 200, 9, .02}, {300, 3, 1, 128, 11, 0},
        {300, 5, 2, 256, 20, .2},   {523, 64, 0, 256, 8, 0},   {300, 65, 0, 256, 10, 0},
        {261, 65, 3, 100, 17, .01}, {300, 2, 0, 8, 16, 0},     {100, 2, 0, 7, 16, 0},
        {100, 2, 0, 4, 13, 0},      {100, 2, 1, 3, 8, .1},     {40, 1, 0, 1, 3, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct table t =
            table_new(cases[i].rows, cases[i].cols, cases[i].ncategory, cases[i].missing, i);
        struct ad_heaptrees *f = forest_new(&t, cases[i].n, cases[i].psi, 100 * i);
        for (size_t j = 0; j < 24; j++) /* none of them was there when the trees grew */
            t.x[j % t.d.cols * t.d.stride + j / 2] = extremes[j % 8];
        check_scores(&t, f);
        ad_heaptrees_free(f);
        table_free(&t);
    }
}

/* A threshold of 0 has -0 on its left, as it has 0. */
static void both_zeros_are_the_same(void **state)
{
    (void)state;
    struct ad_heaptrees *f = must(ad_heaptrees_new(1, 1, 4));
    ad_heap_clear(f, 0);
    ad_heap_split(f, 0, 1, 0, -0.0f, false);
    ad_heap_leaf(f, 0, 2, 1, 1);
    ad_heap_leaf(f, 0, 3, 1, 3);
    for (size_t k = AD_HEAP_BEST; k <= AD_HEAP_PLAIN; k++) {
        static const float x[] = {0.0f, -0.0f, 1e-45f, -1e-45f, 0, 0, 0, 0};
        struct ad_columns d = {8, 1, 8, x, NULL};
        double depth[8];
        assert_int_equal(ad_heap_depth(f, &d, depth, (enum ad_heap_kernel)k), 0);
        assert_same(depth[0], 1);
        assert_same(depth[1], 1);
        assert_same(depth[2], 1 + ad_forest_path(3));
        assert_same(depth[3], 1);
    }
    ad_heaptrees_free(f);
}

/* --- Shapley values ----------------------------------------------------------------------------
 */

static struct node *read_node(FILE *in, struct ad_heaptrees *f, size_t i, size_t k, unsigned level)
{
    char word[8];
    size_t number;
    double at;
    assert_int_equal(fscanf(in, "%7s%zu", word, &number), 2);
    if (strcmp(word, "leaf") == 0) {
        ad_heap_leaf(f, i, k, level, number);
        return NULL;
    }
    assert_int_equal(fscanf(in, "%lf", &at), 1);
    ad_heap_split(f, i, k, number, (float)at, false);
    read_node(in, f, i, 2 * k, level + 1);
    return read_node(in, f, i, 2 * k + 1, level + 1);
}

static void shapley_values_are_those_of_python_shap(void **state)
{
    (void)state;
    FILE *in = must(fopen("tests/data/shap/forest.txt", "r"));
    size_t psi, cols, n, rows;
    double want, expected, phi[4], depth;
    assert_int_equal(fscanf(in, "%zu%zu%zu%zu", &psi, &cols, &n, &rows), 4);
    assert_int_equal(cols, 4);
    struct ad_heaptrees *f = must(ad_heaptrees_new(n, cols, psi));
    for (size_t i = 0; i < n; i++) {
        ad_heap_clear(f, i);
        read_node(in, f, i, 1, 0);
    }
    assert_int_equal(fscanf(in, "%lf", &want), 1);
    for (size_t i = 0; i < rows; i++) {
        float x[4];
        for (size_t c = 0; c < 4; c++)
            assert_int_equal(fscanf(in, "%f", &x[c]), 1);
        struct ad_columns one = {1, 4, 1, x, NULL};
        ad_heaptrees_shap(f, &one, phi, &expected);
        assert_close(expected, want, 1e-12);
        ad_heaptrees_depth(f, &one, &depth);
        for (size_t c = 0; c < 4; c++) {
            assert_int_equal(fscanf(in, "%lf", &want), 1);
            assert_true(fabs(phi[c] - want) < 1e-12);
            depth -= (double)n * phi[c];
        }
        assert_close(depth, (double)n * expected, 1e-14);
        want = expected;
    }
    fclose(in);
    ad_heaptrees_free(f);
}

static double factorial(size_t n)
{
    return n < 2 ? 1 : (double)n * factorial(n - 1);
}

/* Shapley's definition: over all subsets of the columns, what is told of the row. */
static double define_phi(const struct naive *naive, const struct ad_columns *one, size_t col)
{
    double sum = 0;
    for (uint64_t told = 0; told < (uint64_t)1 << one->cols; told++) {
        size_t n = (size_t)__builtin_popcountll(told);
        if (told >> col & 1)
            continue;
        double gain = naive_depth(naive, one, 0, told | (uint64_t)1 << col) -
                      naive_depth(naive, one, 0, told);
        sum += gain * factorial(n) * factorial(one->cols - n - 1) / factorial(one->cols);
    }
    return sum / (double)naive->n;
}

static void shapley_values_keep_to_their_definition(void **state)
{
    (void)state;
    struct table t = table_new(300, 7, 2, .1, 4);
    static const size_t sizes[] = {1, 2, 3, 20, 256};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct ad_heaptrees *f = forest_new(&t, 4, sizes[s], s);
        struct naive naive = naive_of(f);
        for (size_t row = 0; row < 20; row++) {
            struct ad_columns one = {1, 7, t.d.stride, t.x + row, t.d.category};
            double phi[7], expected;
            ad_heaptrees_shap(f, &one, phi, &expected);
            assert_close(expected, naive_depth(&naive, &one, 0, 0) / 4, 1e-13);
            for (size_t c = 0; c < 7; c++) {
                assert_true(fabs(phi[c] - define_phi(&naive, &one, c)) < 1e-12);
                if (isnan(one.x[c * one.stride]))
                    assert_same(phi[c], 0);
            }
        }
        naive_free(&naive);
        ad_heaptrees_free(f);
    }
    table_free(&t);
}

static void shapley_values_add_up(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct table t = table_new(300, 1 + 3 * seed, seed % 2, seed % 3 ? .05 : 0, seed);
        struct ad_heaptrees *f = forest_new(&t, 30, 256 - seed, seed);
        for (size_t row = 0; row < 10; row++) {
            struct ad_columns one = t.d;
            double phi[60], expected, depth, sum = 0;
            one.x += row;
            one.rows = 1;
            t.x[row] = extremes[row % 8];
            ad_heaptrees_depth(f, &one, &depth);
            ad_heaptrees_shap(f, &one, phi, &expected);
            for (size_t c = 0; c < t.d.cols; c++)
                sum += phi[c];
            assert_true(fabs(sum - (depth / 30 - expected)) < 1e-12);
        }
        ad_heaptrees_free(f);
        table_free(&t);
    }
}

/* --- saving and loading ------------------------------------------------------------------------
 */

static void what_is_loaded_scores_and_saves_the_same(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 20, 200, 256};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct table t = table_new(256, 6, 2, .05, s);
        struct ad_heaptrees *f = forest_new(&t, 20, sizes[s], s);
        struct ad_heaptrees *g = must(ad_heaptrees_new(20, 6, sizes[s]));
        struct ad_buf a = saved(f);
        assert_int_equal(load(g, a.s, a.len), 0);
        struct ad_buf b = saved(g);
        assert_int_equal(a.len, b.len);
        assert_memory_equal(a.s, b.s, a.len);
        double want[256], got[256];
        ad_heaptrees_depth(f, &t.d, want);
        ad_heaptrees_depth(g, &t.d, got);
        assert_memory_equal(got, want, sizeof got);
        ad_buf_free(&a);
        ad_buf_free(&b);
        ad_heaptrees_free(f);
        ad_heaptrees_free(g);
        table_free(&t);
    }
}

static void a_cut_is_noticed_anywhere(void **state)
{
    (void)state;
    struct table t = table_new(256, 6, 1, 0, 1);
    struct ad_heaptrees *f = forest_new(&t, 2, 64, 1);
    struct ad_buf a = saved(f);
    for (size_t len = 0; len < a.len; len++) {
        struct ad_heaptrees *g = must(ad_heaptrees_new(2, 6, 64));
        assert_int_equal(load(g, a.s, len), -1);
        ad_heaptrees_free(g);
    }
    ad_buf_free(&a);
    ad_heaptrees_free(f);
    table_free(&t);
}

enum { LEAF = 2, NODE = 1, WORD = 2, COL = 4 }; /* as heaptree_save.c puts them together */

/* Loads numbers into a tree of 3 columns and 4 rows, two levels. */
static int load_numbers(const uint64_t *number, size_t n)
{
    struct ad_buf b = {0};
    struct ad_heaptrees *f = must(ad_heaptrees_new(1, 3, 4));
    for (size_t i = 0; i < n; i++)
        ad_save_u64(&(struct ad_save){&b}, number[i]);
    int rc = load(f, b.s, b.len);
    ad_heaptrees_free(f);
    ad_buf_free(&b);
    return rc;
}

#define LOAD(...)                                                                                  \
    load_numbers((const uint64_t[]){__VA_ARGS__},                                                  \
                 sizeof(const uint64_t[]){__VA_ARGS__} / sizeof(uint64_t))

static void only_trees_that_could_have_grown_are_loaded(void **state)
{
    (void)state;
    const uint64_t one = 0x3f800000, inf = 0x7f800000;
    assert_int_equal(LOAD(1, 3, 4, 4 * LEAF), 0);
    assert_int_equal(LOAD(1, 3, 4, NODE + 2 * COL, one, 3 * LEAF, 1 * LEAF), 0);
    assert_int_equal(LOAD(1, 3, 4, NODE + WORD, one, NODE, 0, LEAF, LEAF, 2 * LEAF), 0);
    /* sizes */
    assert_int_equal(LOAD(2, 3, 4, 4 * LEAF), -1);
    assert_int_equal(LOAD(1, 4, 4, 4 * LEAF), -1);
    assert_int_equal(LOAD(1, 3, 5, 5 * LEAF), -1);
    /* rows that do not add up, none at all, something behind the end */
    assert_int_equal(LOAD(1, 3, 4, 3 * LEAF), -1);
    assert_int_equal(LOAD(1, 3, 4, 5 * LEAF), -1);
    assert_int_equal(LOAD(1, 3, 4, 0), -1);
    assert_int_equal(LOAD(1, 3, 4, 4 * LEAF, 1), -1);
    assert_int_equal(LOAD(1, 3, 4, NODE, one, 4 * LEAF, 0), -1);
    assert_int_equal(LOAD(1, 3, 4, NODE, one, 0, 4 * LEAF), -1);
    assert_int_equal(LOAD(1, 3, 4, NODE, one, 2 * LEAF, 3 * LEAF), -1);
    assert_int_equal(LOAD(1, 3, 4, NODE, one, 2 * LEAF, 1 * LEAF), -1);
    assert_int_equal(LOAD(1, 3, 4, NODE, one, NODE, one, LEAF, LEAF, NODE, one, LEAF, 65536 * LEAF),
                     -1);
    /* a column there is not, thresholds that are no number, minus 0 */
    assert_int_equal(LOAD(1, 3, 4, NODE + 3 * COL, one, 3 * LEAF, 1 * LEAF), -1);
    assert_int_equal(LOAD(1, 3, 4, NODE, inf, 3 * LEAF, 1 * LEAF), -1);
    assert_int_equal(LOAD(1, 3, 4, NODE, inf + 1, 3 * LEAF, 1 * LEAF), -1);
    assert_int_equal(LOAD(1, 3, 4, NODE, 0x7fffffff, 3 * LEAF, 1 * LEAF), -1);
    assert_int_equal(LOAD(1, 3, 4, NODE, 0x80000000, 3 * LEAF, 1 * LEAF), -1);
    assert_int_equal(LOAD(1, 3, 4, NODE, (one << 32) + one, 3 * LEAF, 1 * LEAF), -1);
    /* deeper than two levels */
    assert_int_equal(LOAD(1, 3, 4, NODE, one, NODE, one, NODE, one, LEAF, LEAF, LEAF, LEAF), -1);
    /* more nodes than rows, where every count would be 0 */
    assert_int_equal(LOAD(1, 3, 4, NODE, one, 3 * LEAF, NODE, one, NODE, one, LEAF, LEAF), -1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(path_lengths_are_those_of_harmonic_numbers),
    cmocka_unit_test(leaves_hold_the_rows_that_lead_there),
    cmocka_unit_test(rows_that_are_all_equal_make_a_leaf),
    cmocka_unit_test(neighbouring_numbers_are_told_apart),
    cmocka_unit_test(trees_not_grown_yet_are_leaves),
    cmocka_unit_test(sizes_out_of_bounds_are_refused),
    cmocka_unit_test(columns_that_vary_and_thresholds_are_uniform),
    cmocka_unit_test(below_the_root_columns_are_uniform_too),
    cmocka_unit_test(categories_in_a_node_are_drawn_alike),
    cmocka_unit_test(a_seed_repeats_a_tree),
    cmocka_unit_test(threads_change_nothing),
    cmocka_unit_test(wide_tables_are_possible),
    cmocka_unit_test(a_missing_value_goes_both_ways_by_the_rows_that_did),
    cmocka_unit_test(a_row_that_misses_the_value_grows_where_the_others_are),
    cmocka_unit_test(a_category_never_seen_goes_right),
    cmocka_unit_test(all_ways_to_score_agree_to_the_last_bit),
    cmocka_unit_test(both_zeros_are_the_same),
    cmocka_unit_test(shapley_values_are_those_of_python_shap),
    cmocka_unit_test(shapley_values_keep_to_their_definition),
    cmocka_unit_test(shapley_values_add_up),
    cmocka_unit_test(what_is_loaded_scores_and_saves_the_same),
    cmocka_unit_test(a_cut_is_noticed_anywhere),
    cmocka_unit_test(only_trees_that_could_have_grown_are_loaded),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
