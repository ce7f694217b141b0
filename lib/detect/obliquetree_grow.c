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
    struct ad_oblique_leaf *leaf;
    size_t ntodo, nodes, leaves;
};

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

/* The values of a column in the piece, in order, without those missing. Returns how many. */
static size_t gather(const struct grower *g, const struct piece *p, uint32_t col)
{
    const float *x = g->d->x + col * g->d->stride;
    size_t n = 0;
    bool varies = false;
    for (size_t i = p->begin; i < p->end; i++) {
        float value = x[g->row[i]];
        if (!(fabsf(value) <= AD_OBLIQUE_CENTRE_MAX))
            continue;
        g->sorted[n++] = value;
        varies |= value < g->sorted[0] || value > g->sorted[0];
    }
    if (!varies)
        return 0;
    sort(g->sorted, n);
    return n;
}

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

/* Centre and coefficient for a column of numbers, standardised by their spread in the piece. */
static double take_number(const struct grower *g, float *centre, size_t n)
{
    *centre = middle(g->sorted[(n - 1) / 2], g->sorted[n / 2]);
    return ad_rng_normal(g->rng) / spread(g->sorted, n);
}

/* One of the categories that are there, each as likely. */
static double take_category(const struct grower *g, float *centre, size_t n)
{
    size_t kinds = 0;
    for (size_t i = 0; i < n; i++)
        kinds += i == 0 || g->sorted[i] > g->sorted[i - 1];
    size_t pick = (size_t)ad_rng_below(g->rng, kinds), first = 0;
    for (size_t i = 1; pick > 0; i++)
        if (g->sorted[i] > g->sorted[i - 1]) {
            pick--;
            first = i;
        }
    size_t end = first;
    while (end < n && g->sorted[end] <= g->sorted[first])
        end++;
    *centre = 2 * (end - first) > n ? -1 - g->sorted[first] : g->sorted[first];
    return ad_rng_normal(g->rng);
}

/* Choose up to two columns that vary and how they weigh. Returns how many. */
static int take_columns(struct grower *g, struct piece *p, struct ad_oblique_node *k)
{
    double coef[2] = {0, 0};
    size_t taken = 0;
    while (taken < 2 && taken < p->varying) {
        size_t pick = taken + (size_t)ad_rng_below(g->rng, p->varying - taken);
        uint32_t col = g->col[pick];
        g->col[pick] = g->col[taken];
        g->col[taken] = col;
        size_t n = gather(g, p, col);
        if (n == 0) {
            g->col[taken] = g->col[--p->varying];
            g->col[p->varying] = col;
            continue;
        }
        bool category = g->d->category && g->d->category[col];
        coef[taken] = (category ? take_category : take_number)(g, k->centre + taken, n);
        k->col[taken++] = col;
    }
    if (taken == 1) {
        k->col[1] = k->col[0];
        k->centre[1] = k->centre[0];
    }
    double most = fmax(fabs(coef[0]), fabs(coef[1]));
    for (int i = 0; i < 2; i++)
        k->coef[i] = most > 0 ? (float)(coef[i] / most) : 0;
    return (int)taken;
}

/* The cut with the largest pooled gain, that is, between the two sides with the largest sum of
 * squares: s^2 / n of each, s the sum of its deviations from the mean. */
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

/* Find a cut through the piece. Returns false where there is none. */
static bool choose(struct grower *g, struct piece *p, struct ad_oblique_node *k)
{
    size_t n = p->end - p->begin;
    *k = (struct ad_oblique_node){.reach = INFINITY};
    if (n <= 2 || p->depth >= g->most_depth || take_columns(g, p, k) == 0)
        return false;
    float lo = INFINITY, hi = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        float v = g->v[i] = g->sorted[i] = ad_oblique_project(g->d, k, g->row[p->begin + i]);
        lo = v < lo ? v : lo;
        hi = v > hi ? v : hi;
    }
    if (!(lo < hi && hi - lo <= FLT_MAX))
        return false;
    if (g->kind == AD_OBLIQUE_EIF) {
        double at = (double)lo + ad_rng_unit(g->rng) * ((double)hi - (double)lo);
        k->cut = (float)at < hi ? (float)at : lo;
    } else {
        sort(g->sorted, n);
        k->cut = fair_cut(g->sorted, n);
        k->reach = hi - lo;
    }
    return true;
}

/* Bring the rows of child[0] before the others. Returns where those begin. */
static size_t divide(struct grower *g, const struct piece *p, float cut)
{
    size_t mid = p->begin;
    for (size_t i = p->begin; i < p->end; i++) {
        if (g->v[i - p->begin] > cut)
            continue;
        uint32_t row = g->row[i];
        g->row[i] = g->row[mid];
        g->row[mid++] = row;
    }
    return mid;
}

static void grow(struct grower *g)
{
    while (g->ntodo > 0) {
        struct piece p = g->todo[--g->ntodo];
        struct ad_oblique_node *k = g->node + g->nodes;
        if (!choose(g, &p, k)) {
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

/* Scratch for the largest tree there can be. */
static int set_up(struct grower *g, const struct ad_obliquetrees *f)
{
    size_t psi = f->psi + 1;
    g->col = malloc((f->cols + 1) * sizeof *g->col);
    g->v = malloc(2 * psi * sizeof *g->v);
    g->todo = malloc(psi * sizeof *g->todo);
    g->node = malloc(psi * sizeof *g->node);
    g->leaf = malloc(psi * sizeof *g->leaf);
    if (!g->col || !g->v || !g->todo || !g->node || !g->leaf)
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
    free(g.leaf);
    return err;
}
