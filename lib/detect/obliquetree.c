#include "detect/obliquetree_private.h"

#include <stdlib.h>

enum { BLOCK = 256 };

struct ad_obliquetrees *ad_obliquetrees_new(enum ad_oblique_kind kind, size_t n, size_t cols,
                                            size_t psi)
{
    if (cols > UINT32_MAX || psi >= AD_OBLIQUE_LEAF)
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
    made.node = malloc(nodes * sizeof *made.node + made.leaves * sizeof *made.leaf);
    if (!made.node)
        return -1;
    made.leaf = (struct ad_oblique_leaf *)(made.node + nodes);
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
    uint32_t live[BLOCK]; /* rows not yet in a leaf */
    uint32_t at[BLOCK];   /* child the row has come to */
    uint32_t far[BLOCK];  /* cuts that do not count */
};

/* v where all is numbers and finite: the same as ad_oblique_project(), which is slower. */
static inline float project_plain(const float *x, size_t stride, const struct ad_oblique_node *k)
{
    float a = x[k->col[0] * stride] - k->centre[0], b = x[k->col[1] * stride] - k->centre[1];
    return k->coef[0] * a + k->coef[1] * b;
}

/* One step of `live` rows, the first of which is row `from` of d. Returns how many go on. */
static inline size_t step(struct descent *s, size_t live, const struct ad_oblique_node *node,
                          const struct ad_columns *d, size_t from, bool plain)
{
    size_t going = 0;
    for (size_t i = 0; i < live; i++) {
        uint32_t row = s->live[i];
        const struct ad_oblique_node *k = node + s->at[row];
        float v = plain ? project_plain(d->x + from + row, d->stride, k)
                        : ad_oblique_project(d, k, from + row);
        s->far[row] += fabsf(v - k->cut) > k->reach;
        uint32_t next = k->child[v > k->cut];
        s->at[row] = next;
        s->live[going] = row;
        going += !(next & AD_OBLIQUE_LEAF);
    }
    return going;
}

static void descend(struct descent *s, const struct ad_oblique_tree *tree,
                    const struct ad_columns *d, size_t from, size_t rows, bool plain)
{
    size_t live = tree->nodes ? rows : 0;
    for (uint32_t j = 0; j < rows; j++) {
        s->live[j] = j;
        s->at[j] = tree->nodes ? 0 : AD_OBLIQUE_LEAF;
        s->far[j] = 0;
    }
    while (live > 0)
        live = plain ? step(s, live, tree->node, d, from, true)
                     : step(s, live, tree->node, d, from, false);
}

static bool is_plain(const struct ad_columns *d, size_t from, size_t rows)
{
    bool plain = !d->category;
    for (size_t c = 0; plain && c < d->cols; c++)
        for (size_t j = 0; j < rows; j++)
            plain &= fabsf(d->x[c * d->stride + from + j]) <= FLT_MAX;
    return plain;
}

void ad_obliquetrees_depth(const struct ad_obliquetrees *f, const struct ad_columns *d,
                           double *depth)
{
    struct descent s;
    for (size_t from = 0; from < d->rows; from += BLOCK) {
        size_t rows = d->rows - from < BLOCK ? d->rows - from : BLOCK;
        bool plain = is_plain(d, from, rows);
        for (size_t j = 0; j < rows; j++)
            depth[from + j] = 0;
        for (const struct ad_oblique_tree *t = f->tree; t < f->tree + f->n; t++) {
            if (t->leaves == 0)
                continue;
            descend(&s, t, d, from, rows, plain);
            for (size_t j = 0; j < rows; j++) {
                const struct ad_oblique_leaf *leaf = t->leaf + (s.at[j] & ~AD_OBLIQUE_LEAF);
                depth[from + j] += (double)(leaf->depth - s.far[j]) + f->path[leaf->rows];
            }
        }
    }
}
