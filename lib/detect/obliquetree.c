#include "detect/obliquetree_private.h"

#include <stdlib.h>

enum { BLOCK = 256 };

struct ad_obliquetrees *ad_obliquetrees_new(enum ad_oblique_kind kind, size_t n, size_t cols,
                                            size_t psi)
{
    if (cols >= AD_OBLIQUE_LEAF || psi >= AD_OBLIQUE_LEAF)
        return NULL;
    struct ad_obliquetrees *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    *f = (struct ad_obliquetrees){.kind = kind, .n = n, .cols = cols, .psi = psi};
    f->most_depth = SIZE_MAX;
    if (kind == AD_OBLIQUE_EIF)
        for (f->most_depth = 0; (size_t)1 << f->most_depth < psi;)
            f->most_depth++;
    f->tree = calloc(n + 1, sizeof *f->tree);
    f->path = calloc(psi + 1, sizeof *f->path);
    if (!f->tree || !f->path) {
        ad_obliquetrees_free(f);
        return NULL;
    }
    for (size_t m = 0; m <= psi; m++)
        f->path[m] = ad_forest_path(m);
    return f;
}

void ad_obliquetrees_free(struct ad_obliquetrees *f)
{
    if (!f)
        return;
    for (size_t i = 0; f->tree && i < f->n; i++)
        ad_oblique_tree_clear(f->tree + i);
    free(f->tree);
    free(f->path);
    free(f);
}

int ad_oblique_tree_make(struct ad_oblique_tree *tree, size_t nodes)
{
    struct ad_oblique_tree made = {.nodes = nodes, .leaves = nodes + 1};
    made.node =
        malloc(nodes * (sizeof *made.node + sizeof *made.rest) + made.leaves * sizeof *made.leaf);
    if (!made.node)
        return -1;
    made.rest = (struct ad_oblique_rest *)(made.node + nodes);
    made.leaf = (struct ad_oblique_leaf *)(made.rest + nodes);
    ad_oblique_tree_clear(tree);
    *tree = made;
    return 0;
}

void ad_oblique_tree_clear(struct ad_oblique_tree *tree)
{
    free(tree->node);
    *tree = (struct ad_oblique_tree){0};
}

/* A block of rows on its way down one tree: all rows still under way take one step in turn, which
 * keeps the processor busy with many independent loads. */
struct descent {
    const struct ad_oblique_tree *tree;
    const struct ad_columns *d;
    size_t from, rows;    /* the block is d's rows from .. from + rows */
    uint32_t live[BLOCK]; /* rows not yet in a leaf, from 0 */
    uint32_t at[BLOCK];   /* child the row has come to */
    uint32_t far[BLOCK];  /* cuts that do not count */
};

/* v where all is numbers and finite: the same as ad_oblique_project(), which is slower. */
static inline float project_plain(const float *x, size_t stride, const struct ad_oblique_node *k)
{
    return k->coef[0] * x[k->col[0] * stride] + k->coef[1] * x[k->col[1] * stride];
}

static inline bool is_far(const struct ad_oblique_node *k, float v)
{
    return fabsf(v - k->cut) > k->reach;
}

/* Send a row on to its next child. Returns whether that is no leaf: if so it is live[going]. */
static inline bool send(struct descent *s, uint32_t row, const struct ad_oblique_node *k, float v,
                        size_t going)
{
    uint32_t next = k->child[v > k->cut];
    s->at[row] = next;
    s->live[going] = row;
    return !(next & AD_OBLIQUE_LEAF);
}

/* Each step_ function lets the `live` rows take one step and returns how many go on. */
static size_t step_any(struct descent *s, size_t live)
{
    size_t going = 0;
    for (size_t i = 0; i < live; i++) {
        uint32_t row = s->live[i], at = s->at[row];
        const struct ad_oblique_node *k = s->tree->node + at;
        float v = ad_oblique_project(s->d, k, s->tree->rest + at, s->from + row);
        s->far[row] += is_far(k, v);
        going += send(s, row, k, v, going);
    }
    return going;
}

static size_t step_plain_fair(struct descent *s, size_t live)
{
    const float *x = s->d->x + s->from;
    const struct ad_oblique_node *node = s->tree->node;
    size_t stride = s->d->stride, going = 0;
    for (size_t i = 0; i < live; i++) {
        uint32_t row = s->live[i];
        const struct ad_oblique_node *k = node + s->at[row];
        float v = project_plain(x + row, stride, k);
        s->far[row] += is_far(k, v);
        going += send(s, row, k, v, going);
    }
    return going;
}

static size_t step_plain(struct descent *s, size_t live)
{
    const float *x = s->d->x + s->from;
    const struct ad_oblique_node *node = s->tree->node;
    size_t stride = s->d->stride, going = 0;
    for (size_t i = 0; i < live; i++) {
        uint32_t row = s->live[i];
        const struct ad_oblique_node *k = node + s->at[row];
        going += send(s, row, k, project_plain(x + row, stride, k), going);
    }
    return going;
}

static void descend(struct descent *s, bool plain, bool fair)
{
    size_t live = s->tree->nodes ? s->rows : 0;
    for (uint32_t j = 0; j < s->rows; j++) {
        s->live[j] = j;
        s->at[j] = s->tree->nodes ? 0 : AD_OBLIQUE_LEAF;
        s->far[j] = 0;
    }
    while (live > 0)
        live = !plain ? step_any(s, live) : fair ? step_plain_fair(s, live) : step_plain(s, live);
}

static bool is_plain(const struct ad_columns *d, size_t from, size_t rows)
{
    bool plain = !d->category;
    for (size_t c = 0; plain && c < d->cols; c++)
        for (size_t j = 0; j < rows; j++)
            plain &= fabsf(d->x[c * d->stride + from + j]) <= FLT_MAX;
    return plain;
}

static void score_block(const struct ad_obliquetrees *f, struct descent *s, double *depth)
{
    bool plain = is_plain(s->d, s->from, s->rows);
    for (size_t j = 0; j < s->rows; j++)
        depth[j] = 0;
    for (size_t i = 0; i < f->n; i++) {
        s->tree = f->tree + i;
        if (s->tree->leaves == 0)
            continue;
        descend(s, plain, f->kind == AD_OBLIQUE_FCF);
        for (size_t j = 0; j < s->rows; j++) {
            const struct ad_oblique_leaf *leaf = s->tree->leaf + (s->at[j] & ~AD_OBLIQUE_LEAF);
            depth[j] += (double)(leaf->depth - s->far[j]) + f->path[leaf->rows];
        }
    }
}

void ad_obliquetrees_depth(const struct ad_obliquetrees *f, const struct ad_columns *d,
                           double *depth)
{
    struct descent s = {.d = d};
    for (s.from = 0; s.from < d->rows; s.from += BLOCK) {
        s.rows = d->rows - s.from < BLOCK ? d->rows - s.from : BLOCK;
        score_block(f, &s, depth + s.from);
    }
}
