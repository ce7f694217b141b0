/* Scoring. However it is done, a row takes the same way through each tree, and what the trees say
 * is added up in their order. */
#include "detect/heaptree.h"
#include "detect/heaptree_private.h"

#include <math.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
    GROUP = 8,     /* ways down that are gone side by side, since each step waits for the last */
    FAST_COLS = 64 /* of wider rows, a block's keys are too much for the stack and the cache */
};

#define INLINE __attribute__((always_inline)) static inline
#define UNROLL _Pragma("GCC unroll 8")

/* Up to AD_HEAP_BLOCK rows of d. Of all but wide ones the keys, column by column. */
struct block {
    struct ad_columns d;
    double depth[AD_HEAP_BLOCK];
    bool missing[AD_HEAP_BLOCK];
    int32_t key[FAST_COLS * AD_HEAP_BLOCK];
};

/* Add the path lengths of one tree. */
typedef void add_tree(const struct ad_heaptrees *f, const union ad_heap_slot *tree,
                      struct block *b);

/* Eight rows, from the nodes k[] of a level to the last one. */
INLINE void descend(const struct ad_heaptrees *f, const union ad_heap_slot *tree, const char *keys,
                    size_t *k, unsigned level, bool categories, double *depth)
{
    for (unsigned end = f->levels; level < end; level++) {
        UNROLL
        for (size_t j = 0; j < GROUP; j++) {
            uint64_t node = tree[k[j]].node, equal = categories ? node & AD_HEAP_CATEGORY : 0;
            const char *at = keys + (uint32_t)(node - equal);
            int32_t key = ((const int32_t *)(const void *)at)[j], line = ad_heap_node_key(node);
            k[j] = 2 * k[j] + ((key > line) | (equal & (key < line)));
        }
    }
    UNROLL
    for (size_t j = 0; j < GROUP; j++)
        depth[j] += tree[k[j]].leaf;
}

INLINE void add_keys(const struct ad_heaptrees *f, const union ad_heap_slot *tree, struct block *b,
                     bool categories)
{
    for (size_t row = 0; row < b->d.rows; row += GROUP) {
        size_t k[GROUP] = {1, 1, 1, 1, 1, 1, 1, 1};
        descend(f, tree, (const char *)(b->key + row), k, 0, categories, b->depth + row);
    }
}

static void add_plain(const struct ad_heaptrees *f, const union ad_heap_slot *tree, struct block *b)
{
    add_keys(f, tree, b, false);
}

static void add_categories(const struct ad_heaptrees *f, const union ad_heap_slot *tree,
                           struct block *b)
{
    add_keys(f, tree, b, true);
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i above(union ad_heap_slot slot, const char *keys)
{
    const char *at = keys + (uint32_t)slot.node;
    __m256i key = _mm256_loadu_si256((const __m256i *)(const void *)at);
    return _mm256_cmpgt_epi32(key, _mm256_set1_epi32(ad_heap_node_key(slot.node)));
}

/* Three levels have few enough nodes to ask them all, eight rows at once, and choose. */
AVX2 static void add_avx2(const struct ad_heaptrees *f, const union ad_heap_slot *tree,
                          struct block *b)
{
    for (size_t row = 0; row < b->d.rows; row += GROUP) {
        const char *keys = (const char *)(b->key + row);
        __m256i m1 = above(tree[1], keys);
        __m256i m2 = _mm256_blendv_epi8(above(tree[2], keys), above(tree[3], keys), m1);
        __m256i left = _mm256_blendv_epi8(above(tree[4], keys), above(tree[5], keys), m2);
        __m256i right = _mm256_blendv_epi8(above(tree[6], keys), above(tree[7], keys), m2);
        __m256i m3 = _mm256_blendv_epi8(left, right, m1);
        /* A mask is -1 where it is set. */
        __m256i up2 = _mm256_add_epi32(_mm256_add_epi32(m1, m1), m2);
        __m256i up3 = _mm256_add_epi32(_mm256_add_epi32(up2, up2), m3);
        uint32_t at[GROUP];
        _mm256_storeu_si256((__m256i *)(void *)at,
                            _mm256_sub_epi32(_mm256_set1_epi32(1 << 3), up3));
        size_t k[GROUP];
        UNROLL
        for (size_t j = 0; j < GROUP; j++)
            k[j] = at[j];
        descend(f, tree, keys, k, 3, false, b->depth + row);
    }
}
#endif

/* Eight ways down at once, x the values: of rows `step` = 1 apart in one tree, or of a single row,
 * `step` = 0, in trees that follow each other. path[] becomes their lengths. Returns as a mask
 * which of them asked for a value that is missing. */
INLINE unsigned descend_any(const struct ad_heaptrees *f, const union ad_heap_slot *tree,
                            const float *x, size_t stride, size_t step, double *path)
{
    float sum[GROUP] = {0}; /* NAN where any value is, and where that matters not, infinities */
    size_t k[GROUP] = {1, 1, 1, 1, 1, 1, 1, 1}, next = step ? 0 : 2 * f->leaves;
    for (unsigned level = 0; level < f->levels; level++) {
        UNROLL
        for (size_t j = 0; j < GROUP; j++) {
            uint64_t node = tree[j * next + k[j]].node;
            float v = x[ad_heap_node_col(node) * stride + j * step];
            sum[j] += v;
            k[j] = 2 * k[j] + ad_heap_goes_right(node, v);
        }
    }
    unsigned missing = 0;
    UNROLL
    for (size_t j = 0; j < GROUP; j++) {
        path[j] = tree[j * next + k[j]].leaf;
        missing |= (unsigned)!!isnan(sum[j]) << j;
    }
    return missing;
}

/* Any tree and any width; rows that do not fill a group are left to score_row(). */
static void add_any(const struct ad_heaptrees *f, const union ad_heap_slot *tree, struct block *b)
{
    for (size_t row = 0; row + GROUP <= b->d.rows; row += GROUP) {
        double path[GROUP];
        unsigned missing = descend_any(f, tree, b->d.x + row, b->d.stride, 1, path);
        for (size_t j = 0; j < GROUP; j++) {
            b->depth[row + j] += path[j];
            b->missing[row + j] |= missing >> j & 1;
        }
    }
}

/* One way down from node k, or several where values are missing. */
static double descend_missing(const struct ad_heaptrees *f, size_t i, size_t k, unsigned level,
                              const float *x, size_t stride)
{
    const union ad_heap_slot *tree = ad_heap_tree(f, i);
    for (; level < f->levels && !ad_heap_is_chain(tree[k].node); level++) {
        float v = x[ad_heap_node_col(tree[k].node) * stride];
        if (isnan(v)) {
            unsigned left = ad_heap_count(f, i, 2 * k, level + 1);
            unsigned right = ad_heap_count(f, i, 2 * k + 1, level + 1);
            return (left * descend_missing(f, i, 2 * k, level + 1, x, stride) +
                    right * descend_missing(f, i, 2 * k + 1, level + 1, x, stride)) /
                   (left + right);
        }
        k = 2 * k + ad_heap_goes_right(tree[k].node, v);
    }
    return tree[ad_heap_first(f, k, level)].leaf;
}

static double score_row(const struct ad_heaptrees *f, const float *x, size_t stride)
{
    double sum = 0;
    size_t i = 0;
    for (; i + GROUP <= f->n; i += GROUP) {
        double path[GROUP];
        unsigned missing = descend_any(f, ad_heap_tree(f, i), x, stride, 0, path);
        for (size_t j = 0; j < GROUP; j++)
            sum += missing >> j & 1 ? descend_missing(f, i + j, 1, 0, x, stride) : path[j];
    }
    for (; i < f->n; i++)
        sum += descend_missing(f, i, 1, 0, x, stride);
    return sum;
}

static void fill_keys(const struct ad_heaptrees *f, struct block *b)
{
    for (size_t col = 0; col < f->cols; col++) {
        const float *x = b->d.x + col * b->d.stride;
        int32_t *key = b->key + col * AD_HEAP_BLOCK;
        for (size_t j = 0; j < b->d.rows; j++) {
            key[j] = ad_heap_key(x[j]);
            b->missing[j] |= isnan(x[j]);
        }
        for (size_t j = b->d.rows; j % GROUP; j++)
            key[j] = 0;
    }
}

static void score_block(const struct ad_heaptrees *f, struct block *b, add_tree *best,
                        double *depth)
{
    bool any = best == add_any;
    memset(b->depth, 0, sizeof b->depth);
    memset(b->missing, 0, sizeof b->missing);
    if (!any)
        fill_keys(f, b);
    for (size_t i = 0; i < f->n; i++) {
        const union ad_heap_slot *tree = ad_heap_tree(f, i);
        add_tree *add = tree[0].node && !any ? add_categories : best;
        add(f, tree, b);
    }
    size_t done = any ? b->d.rows - b->d.rows % GROUP : b->d.rows;
    for (size_t j = 0; j < b->d.rows; j++) {
        bool alone = b->missing[j] || j >= done;
        depth[j] = alone ? score_row(f, b->d.x + j, b->d.stride) : b->depth[j];
    }
}

/* The best way for trees without categories; NULL if there is no such. */
static add_tree *choose(const struct ad_heaptrees *f, enum ad_heap_kernel kernel)
{
    if (f->cols > FAST_COLS || kernel == AD_HEAP_ANY)
        return add_any;
#if defined(__x86_64__)
    bool avx2 = f->levels >= 3 && __builtin_cpu_supports("avx2");
    if (kernel == AD_HEAP_AVX2 || (kernel == AD_HEAP_BEST && avx2))
        return avx2 ? add_avx2 : NULL;
#endif
    return kernel == AD_HEAP_AVX2 ? NULL : add_plain;
}

int ad_heap_depth(const struct ad_heaptrees *f, const struct ad_columns *d, double *depth,
                  enum ad_heap_kernel kernel)
{
    add_tree *best = choose(f, kernel);
    if (!best)
        return -1;
    struct block b;
    for (size_t row = 0; row < d->rows; row += b.d.rows) {
        b.d = *d;
        b.d.x += row;
        b.d.rows = d->rows - row < AD_HEAP_BLOCK ? d->rows - row : AD_HEAP_BLOCK;
        if (b.d.rows >= GROUP)
            score_block(f, &b, best, depth + row);
        for (size_t j = 0; b.d.rows < GROUP && j < b.d.rows; j++)
            depth[row + j] = score_row(f, b.d.x + j, d->stride);
    }
    return 0;
}

void ad_heaptrees_depth(const struct ad_heaptrees *f, const struct ad_columns *d, double *depth)
{
    ad_heap_depth(f, d, depth, AD_HEAP_BEST);
}
