#include "detect/obliquetree_private.h"

#include <stdlib.h>
#include <string.h>

/* Rows that are yet to become a part of the tree. */
struct piece {
    size_t begin, end; /* of grower.row */
    size_t varying;    /* grower.col[0 .. varying) may vary in it, the others do not */
    uint32_t depth;
    uint32_t *link; /* where its number goes */
};

struct grower {
    const struct ad_columns *d;
    struct ad_rng *rng;
    enum ad_oblique_kind kind;
    size_t most_depth;
    uint32_t *row, *col;
    float *v, *sorted; /* [psi]: v of the rows of the piece; scratch */
    struct piece *todo;
    struct ad_oblique_node *node;
    struct ad_oblique_rest *rest;
    struct ad_oblique_leaf *leaf;
    size_t ntodo, nodes, leaves;
};

static bool is_category(const struct ad_columns *d, uint32_t col)
{
    return d->category && d->category[col];
}

static void swap(uint32_t *a, uint32_t *b)
{
    uint32_t kept = *a;
    *a = *b;
    *b = kept;
}

/* Shell's method: short, in place, never quadratic with these gaps. */
static void sort(float *x, size_t n)
{
    for (size_t gap = n; gap > 1;) {
        gap = gap < 5 ? 1 : gap * 4 / 9;
        for (size_t i = gap; i < n; i++) {
            float here = x[i];
            size_t j = i;
            for (; j >= gap && x[j - gap] > here; j -= gap)
                x[j] = x[j - gap];
            x[j] = here;
        }
    }
}

/* The values of a column in the piece, in order, without those missing. Returns how many; 0 if they
 * are all the same. */
static size_t gather(const struct grower *g, const struct piece *p, uint32_t col)
{
    const float *x = g->d->x + col * g->d->stride;
    float least = is_category(g->d, col) ? 0 : -FLT_MAX;
    size_t n = 0;
    bool varies = false;
    for (size_t i = p->begin; i < p->end; i++) {
        float value = x[g->row[i]];
        if (!(value >= least && value <= FLT_MAX))
            continue;
        g->sorted[n++] = value;
        varies |= value < g->sorted[0] || value > g->sorted[0];
    }
    if (!varies)
        return 0;
    sort(g->sorted, n);
    return n;
}

/* Between a and b, but never b. */
static float middle(float a, float b)
{
    float mid = a + (b - a) / 2;
    return mid < b ? mid : a;
}

static double spread(const float *x, size_t n)
{
    double mean = 0, square = 0;
    for (size_t i = 0; i < n; i++)
        mean += ((double)x[i] - mean) / (double)(i + 1);
    for (size_t i = 0; i < n; i++)
        square += ((double)x[i] - mean) * ((double)x[i] - mean);
    return sqrt(square / (double)n);
}

/* A column that a cut may take: what there is of it in the piece, and what becomes of it. */
struct choice {
    uint32_t col;
    float usual;
    double coef, least, most; /* of its part among the rows */
};

/* Standardised by the spread in the piece. */
static void weigh_number(const struct grower *g, size_t n, struct choice *c)
{
    const float *x = g->sorted;
    c->usual = middle(x[(n - 1) / 2], x[n / 2]);
    c->coef = ad_rng_normal(g->rng) / spread(x, n);
    c->least = (double)x[0];
    c->most = (double)x[n - 1];
}

/* One of the categories that are there, each as likely. */
static void weigh_category(const struct grower *g, size_t n, struct choice *c)
{
    const float *x = g->sorted;
    size_t kinds = 1, first = 0, end = 0;
    for (size_t i = 1; i < n; i++)
        kinds += x[i] > x[i - 1];
    for (size_t pick = (size_t)ad_rng_below(g->rng, kinds) + 1; pick > 0; pick--) {
        first = end;
        while (end < n && x[end] <= x[first])
            end++;
    }
    c->usual = 2 * (end - first) > n ? -1 - x[first] : x[first];
    c->coef = ad_rng_normal(g->rng);
    c->least = 0;
    c->most = 1;
}

/* Choose up to two of the columns that vary, those found not to are left out from here down.
 * Returns how many. */
static int take_columns(struct grower *g, struct piece *p, struct choice *c)
{
    size_t taken = 0;
    while (taken < 2 && taken < p->varying) {
        uint32_t *col = g->col + taken;
        size_t other = (size_t)ad_rng_below(g->rng, p->varying - taken);
        swap(col, col + other);
        size_t n = gather(g, p, *col);
        if (n == 0) {
            swap(col, g->col + --p->varying);
            continue;
        }
        c[taken] = (struct choice){.col = *col};
        (is_category(g->d, *col) ? weigh_category : weigh_number)(g, n, c + taken++);
    }
    return (int)taken;
}

/* Only the ratio of the coefficients matters. */
static void set_node(struct ad_oblique_node *k, struct ad_oblique_rest *r, const struct choice *c)
{
    double most = fmax(fabs(c[0].coef), fabs(c[1].coef));
    *k = (struct ad_oblique_node){.reach = INFINITY};
    for (int i = 0; i < 2; i++) {
        k->col[i] = c[i].col;
        k->coef[i] = most > 0 ? (float)(c[i].coef / most) : 0;
        r->usual[i] = c[i].usual;
    }
}

/* The cut with the largest pooled gain (Cortes 2021), which leaves least variance within the two
 * sides: that is, most of s^2 / n in sum, s the sum of a side's deviations from the mean of all. */
static float fair_cut(const float *x, size_t n)
{
    double mean = 0, left = 0, most = -1;
    for (size_t i = 0; i < n; i++)
        mean += ((double)x[i] - mean) / (double)(i + 1);
    double all = 0;
    for (size_t i = 0; i < n; i++)
        all += (double)x[i] - mean;
    size_t best = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        left += (double)x[i] - mean;
        if (!(x[i] < x[i + 1]))
            continue;
        double right = all - left;
        double gain = left * left / (double)(i + 1) + right * right / (double)(n - i - 1);
        if (gain > most) {
            most = gain;
            best = i;
        }
    }
    return middle(x[best], x[best + 1]);
}

/* A cut through a point drawn from the box around the rows (Hariri 2019): there may be none of them
 * on one side. */
static float random_cut(struct ad_rng *rng, const struct ad_oblique_node *k, const struct choice *c)
{
    double at = 0;
    for (int i = 0; i < 2; i++)
        at += (double)k->coef[i] * (c[i].least + ad_rng_unit(rng) * (c[i].most - c[i].least));
    return (float)fmax(-FLT_MAX, fmin(at, FLT_MAX));
}

/* Find a cut through the piece. Returns false where there is none. */
static bool choose(struct grower *g, struct piece *p)
{
    struct ad_oblique_node *k = g->node + g->nodes;
    struct ad_oblique_rest *r = g->rest + g->nodes;
    struct choice c[2];
    size_t n = p->end - p->begin;
    int taken = n <= 2 || p->depth >= g->most_depth ? 0 : take_columns(g, p, c);
    if (taken == 0)
        return false;
    if (taken == 1)
        c[1] = (struct choice){.col = c[0].col, .usual = c[0].usual};
    set_node(k, r, c);
    for (size_t i = 0; i < n; i++)
        g->v[i] = g->sorted[i] = ad_oblique_project(g->d, k, r, g->row[p->begin + i]);
    if (g->kind == AD_OBLIQUE_EIF) {
        k->cut = random_cut(g->rng, k, c);
        return true;
    }
    sort(g->sorted, n);
    k->reach = g->sorted[n - 1] - g->sorted[0];
    if (!(k->reach > 0 && k->reach <= FLT_MAX))
        return false;
    k->cut = fair_cut(g->sorted, n);
    return true;
}

/* Bring the rows of child[0] before the others. Returns where those begin. */
static size_t divide(struct grower *g, const struct piece *p, float cut)
{
    size_t mid = p->begin;
    for (size_t i = p->begin; i < p->end; i++)
        if (!(g->v[i - p->begin] > cut))
            swap(g->row + i, g->row + mid++);
    return mid;
}

static void grow(struct grower *g)
{
    while (g->ntodo > 0) {
        struct piece p = g->todo[--g->ntodo];
        struct ad_oblique_node *k = g->node + g->nodes;
        if (!choose(g, &p)) {
            *p.link = AD_OBLIQUE_LEAF | (uint32_t)g->leaves;
            g->leaf[g->leaves++] = (struct ad_oblique_leaf){p.depth, (uint32_t)(p.end - p.begin)};
            continue;
        }
        *p.link = (uint32_t)g->nodes++;
        size_t mid = divide(g, &p, k->cut);
        p.depth++;
        g->todo[g->ntodo++] = (struct piece){mid, p.end, p.varying, p.depth, k->child + 1};
        g->todo[g->ntodo++] = (struct piece){p.begin, mid, p.varying, p.depth, k->child};
    }
}

/* Scratch for the largest tree there can be: one leaf per row, or a complete tree. */
static int set_up(struct grower *g, const struct ad_obliquetrees *f)
{
    size_t psi = f->psi + 1, most = 2 * psi;
    g->col = malloc((f->cols + 1) * sizeof *g->col);
    g->v = malloc(2 * psi * sizeof *g->v);
    g->todo = malloc(most * sizeof *g->todo);
    g->node = malloc(most * sizeof *g->node);
    g->rest = malloc(most * sizeof *g->rest);
    g->leaf = malloc(most * sizeof *g->leaf);
    if (!g->col || !g->v || !g->todo || !g->node || !g->rest || !g->leaf)
        return -1;
    g->sorted = g->v + psi;
    for (size_t c = 0; c < f->cols; c++)
        g->col[c] = (uint32_t)c;
    return 0;
}

static int hand_over(const struct grower *g, struct ad_oblique_tree *tree)
{
    if (ad_oblique_tree_make(tree, g->nodes))
        return -1;
    memcpy(tree->leaf, g->leaf, g->leaves * sizeof *g->leaf);
    memcpy(tree->node, g->node, g->nodes * sizeof *g->node);
    memcpy(tree->rest, g->rest, g->nodes * sizeof *g->rest);
    return 0;
}

int ad_obliquetrees_grow(struct ad_obliquetrees *f, size_t i, const struct ad_columns *d,
                         uint32_t *row, struct ad_rng *rng)
{
    uint32_t root;
    struct grower g = {.d = d, .rng = rng, .row = row, .kind = f->kind};
    g.most_depth = f->most_depth;
    int err = set_up(&g, f);
    if (!err) {
        g.todo[g.ntodo++] = (struct piece){0, f->psi, f->cols, 0, &root};
        grow(&g);
        err = hand_over(&g, f->tree + i);
    }
    free(g.col);
    free(g.v);
    free(g.todo);
    free(g.node);
    free(g.rest);
    free(g.leaf);
    return err;
}
