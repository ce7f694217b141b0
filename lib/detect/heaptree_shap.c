/* Shapley values of a row's path lengths, where a column that is not told is split on by following
 * both sides, weighted by the training rows that went there.
 *
 * Of one leaf of value v, let every column c on its path have z[c], the product of those weights,
 * and o[c], 1 if the row's own value leads towards the leaf at each of its nodes, else 0. Then c
 * gets v (o[c] - z[c]) times the integral over 0 <= t <= 1 of the product, over the other columns
 * on the path, of z (1 - t) + o t (the sum over subsets, weighted by Beta integrals). With at most
 * 8 columns that is a polynomial of degree 7 or less, which Gauss's rule of 4 points integrates
 * exactly. So products are carried down and their sums over leaves up at those 4 points (compare
 * Yu et al. 2022, Linear TreeSHAP): time in proportion to the nodes. */
#include "detect/heaptree.h"
#include "detect/heaptree_private.h"

#include <math.h>

enum { POINTS = 4, LEVELS = 8 };

/* scipy.special.roots_legendre(4), moved to [0, 1]. */
static const double point[POINTS] = {0.069431844202973712, 0.33000947820757187, 0.66999052179242813,
                                     0.93056815579702629};
static const double weight[POINTS] = {0.17392742256872693, 0.32607257743127307, 0.32607257743127307,
                                      0.17392742256872693};

/* What a column has become by the nodes on the path so far. */
struct link {
    size_t col;
    double zero, one;
    double factor[POINTS], inverse[POINTS];
    double gain[POINTS]; /* weight * (one - zero) / factor */
};

/* Where there is no link of that column yet. */
static const struct link unlinked = {
    .zero = 1, .one = 1, .factor = {1, 1, 1, 1}, .inverse = {1, 1, 1, 1}};

struct walk {
    const struct ad_heaptrees *f;
    size_t tree;
    const struct ad_columns *one;
    double *phi;
    struct link path[LEVELS];
};

static const struct link *find_link(const struct link *path, size_t n, size_t col)
{
    while (n > 0)
        if (path[--n].col == col)
            return &path[n];
    return &unlinked;
}

static void set_link(struct link *link, const struct link *prior, size_t col, double share,
                     bool told)
{
    link->col = col;
    link->zero = prior->zero * share;
    link->one = told ? prior->one : 0;
    for (int q = 0; q < POINTS; q++) {
        link->factor[q] = link->zero * (1 - point[q]) + link->one * point[q];
        link->inverse[q] = 1 / link->factor[q];
        link->gain[q] = weight[q] * (link->one - link->zero) * link->inverse[q];
    }
}

/* Add to sum[] the products of the leaves below node k, times their values; product[] is that of
 * the path to the node, which has n links. */
static void walk(struct walk *w, size_t k, unsigned level, size_t n, const double *product,
                 double *sum)
{
    const struct ad_heaptrees *f = w->f;
    const union ad_heap_slot *slot = ad_heap_tree(f, w->tree);
    uint64_t node = level < f->levels ? slot[k].node : AD_HEAP_CHAIN;
    if (ad_heap_is_chain(node)) {
        double value = slot[ad_heap_first(f, k, level)].leaf;
        for (int q = 0; q < POINTS; q++)
            sum[q] += value * product[q];
        return;
    }
    size_t col = ad_heap_node_col(node);
    float x = w->one->x[col * w->one->stride];
    bool missing = isnan(x);
    size_t side = ad_heap_goes_right(node, x);
    const struct link *prior = missing ? NULL : find_link(w->path, n, col);
    double all = ad_heap_count(f, w->tree, k, level);
    for (size_t right = 0; right < 2; right++) {
        double share = ad_heap_count(f, w->tree, 2 * k + right, level + 1) / all;
        double down[POINTS], up[POINTS] = {0};
        if (missing) {
            for (int q = 0; q < POINTS; q++)
                down[q] = product[q] * share;
            walk(w, 2 * k + right, level + 1, n, down, sum);
            continue;
        }
        struct link *link = &w->path[n];
        set_link(link, prior, col, share, right == side);
        for (int q = 0; q < POINTS; q++)
            down[q] = product[q] * prior->inverse[q] * link->factor[q];
        walk(w, 2 * k + right, level + 1, n + 1, down, up);
        /* Leaves below counted with the prior's gain too, as if it were the last of its column. */
        double phi = 0;
        for (int q = 0; q < POINTS; q++) {
            phi += up[q] * (link->gain[q] - prior->gain[q]);
            sum[q] += up[q];
        }
        w->phi[col] += phi;
    }
}

static double expect(const struct ad_heaptrees *f, size_t i)
{
    double sum = 0;
    for (size_t k = f->leaves; k < 2 * f->leaves; k++)
        sum += ad_heap_tree(f, i)[k].leaf * ad_heap_count(f, i, k, f->levels);
    return sum / (double)f->psi;
}

void ad_heaptrees_shap(const struct ad_heaptrees *f, const struct ad_columns *one, double *phi,
                       double *expected)
{
    const double product[POINTS] = {1, 1, 1, 1};
    *expected = 0;
    for (size_t col = 0; col < f->cols; col++)
        phi[col] = 0;
    for (size_t i = 0; i < f->n; i++) {
        struct walk w = {.f = f, .tree = i, .one = one, .phi = phi};
        double sum[POINTS] = {0};
        walk(&w, 1, 0, 0, product, sum);
        *expected += expect(f, i) / (double)f->n;
    }
    for (size_t col = 0; col < f->cols; col++)
        phi[col] /= f->n ? (double)f->n : 1;
}
