/* Saved trees against what they ought to be, read back from their bytes by recursion. */
#include "obliquetree.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };

/* One saved tree. */
struct node {
    uint32_t col[2];
    bool leaf[2];
    float coef[2], usual[2], cut, reach;
};

struct tree {
    struct node node[MOST];
    uint32_t rows[MOST + 1]; /* of the leaves */
    size_t nodes, leaves;
    const struct ad_columns *d;
    enum ad_oblique_kind kind;
};

static uint32_t word(struct ad_str *in)
{
    uint32_t w = 0;
    for (int i = 3; i >= 0; i--)
        w = w << 8 | (unsigned char)in->s[i];
    in->s += 4;
    in->len -= 4;
    return w;
}

static float real(struct ad_str *in)
{
    float x;
    uint32_t w = word(in);
    memcpy(&x, &w, sizeof x);
    return x;
}

static void read_tree(struct tree *t, struct ad_load *from)
{
    struct ad_str in = ad_load_str(from);
    assert_false(from->failed);
    t->nodes = in.len / (t->kind == AD_OBLIQUE_FCF ? 36 : 32);
    t->leaves = t->nodes + 1;
    assert_true(t->nodes < MOST);
    for (struct node *k = t->node; k < t->node + t->nodes; k++) {
        for (int i = 0; i < 2; i++) {
            uint32_t w = word(&in);
            k->col[i] = w & 0x7fffffff;
            k->leaf[i] = w >> 31;
        }
        for (int i = 0; i < 2; i++)
            k->coef[i] = real(&in);
        for (int i = 0; i < 2; i++)
            k->usual[i] = real(&in);
        k->cut = real(&in);
        k->reach = t->kind == AD_OBLIQUE_FCF ? real(&in) : INFINITY;
    }
    for (size_t i = 0; i < t->leaves; i++)
        t->rows[i] = word(&in);
    assert_int_equal(in.len, 0);
}

static float part(const struct tree *t, const struct node *k, int i, size_t row)
{
    float x = t->d->x[k->col[i] * t->d->stride + row], usual = k->usual[i];
    if (t->d->category && t->d->category[k->col[i]]) {
        bool most = usual < 0; /* of the rows have the category */
        return isnan(x) ? most : fabsf(x - (most ? -1 - usual : usual)) <= 0;
    }
    return isnan(x) ? usual : fmaxf(-FLT_MAX, fminf(x, FLT_MAX));
}

static float project(const struct tree *t, const struct node *k, size_t row)
{
    float v = k->coef[0] * part(t, k, 0, row);
    return v + k->coef[1] * part(t, k, 1, row);
}

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* That column i of the node varies among these rows, and what is usual in it. */
static void check_column(const struct tree *t, const struct node *k, int i, const size_t *row,
                         size_t n)
{
    const float *x = t->d->x + k->col[i] * t->d->stride;
    float v[ROWS];
    size_t there = 0, same = 0;
    for (size_t j = 0; j < n; j++)
        if (!isnan(x[row[j]]))
            v[there++] = x[row[j]];
    qsort(v, there, sizeof *v, ascending);
    assert_true(there >= 2 && v[0] < v[there - 1]);
    if (!t->d->category[k->col[i]]) {
        assert_close(k->usual[i], (v[(there - 1) / 2] + v[there / 2]) / 2, 1e-6);
        return;
    }
    float asked = k->usual[i] < 0 ? -1 - k->usual[i] : k->usual[i];
    for (size_t j = 0; j < there; j++)
        same += fabsf(v[j] - asked) <= 0;
    assert_true(same > 0 && same < there);
    assert_int_equal(k->usual[i]<0, 2 * same> there);
}

static double variance_within(const float *v, size_t n, float cut)
{
    double sum[2] = {0, 0}, within = 0;
    size_t count[2] = {0, 0};
    for (size_t j = 0; j < n; j++) {
        count[v[j] > cut]++;
        sum[v[j] > cut] += (double)v[j];
    }
    for (size_t j = 0; j < n; j++) {
        int side = v[j] > cut;
        within += pow((double)v[j] - sum[side] / (double)count[side], 2);
    }
    return within;
}

/* That no other cut leaves less variance, and how far the rows extend. */
static void check_cut(const struct node *k, const float *v, size_t n)
{
    double got = variance_within(v, n, k->cut);
    float sorted[ROWS];
    memcpy(sorted, v, n * sizeof *v);
    qsort(sorted, n, sizeof *v, ascending);
    assert_true(sorted[0] <= k->cut && k->cut < sorted[n - 1]);
    assert_close(k->reach, sorted[n - 1] - sorted[0], 0);
    for (size_t j = 0; sorted[j] < sorted[n - 1]; j++)
        assert_true(got <= variance_within(v, n, sorted[j]) * (1 + 1e-9));
}

/* Check node t->node[*node], or leaf *leaf, and all below against the training rows that come to
 * it. Moves both numbers on. */
static void check_subtree(const struct tree *t, bool is_leaf, size_t *node, size_t *leaf,
                          const size_t *row, size_t n)
{
    if (is_leaf) {
        assert_int_equal(t->rows[(*leaf)++], n);
        return;
    }
    const struct node *k = t->node + (*node)++;
    size_t to[2][ROWS], count[2] = {0, 0};
    float v[ROWS];
    assert_true(n > 2);
    check_column(t, k, 0, row, n);
    check_column(t, k, 1, row, n);
    assert_true(k->col[0] != k->col[1] || fabsf(k->coef[1]) <= 0);
    assert_close(fmaxf(fabsf(k->coef[0]), fabsf(k->coef[1])), 1, 0);
    for (size_t j = 0; j < n; j++) {
        v[j] = project(t, k, row[j]);
        to[v[j] > k->cut][count[v[j] > k->cut]++] = row[j];
    }
    if (t->kind == AD_OBLIQUE_FCF)
        check_cut(k, v, n);
    for (int i = 0; i < 2; i++)
        check_subtree(t, k->leaf[i], node, leaf, to[i], count[i]);
}

/* The path length of a row, by recursion. */
static double naive(const struct tree *t, bool is_leaf, size_t *node, size_t *leaf, size_t row)
{
    if (is_leaf)
        return ad_forest_path(t->rows[(*leaf)++]);
    const struct node *k = t->node + (*node)++;
    double below[2];
    float v = project(t, k, row);
    for (int i = 0; i < 2; i++)
        below[i] = naive(t, k->leaf[i], node, leaf, row);
    return below[v > k->cut] + !(fabsf(v - k->cut) > k->reach);
}

static void test_grows_by_the_book(void **state)
{
    (void)state;
    struct data m;
    make_data(&m, 1);
    for (int q = 0; q < 2; q++) {
        struct ad_obliquetrees *f = grown(kinds[q], 50, &m.d, 40);
        struct ad_buf bytes = saved(f);
        struct ad_load in = {{bytes.s, bytes.len}, false};
        for (int i = 0; i < 50; i++) {
            struct tree t = {.d = &m.d, .kind = kinds[q]};
            size_t node = 0, leaf = 0, row[40];
            for (size_t j = 0; j < 40; j++)
                row[j] = j;
            read_tree(&t, &in);
            check_subtree(&t, t.nodes == 0, &node, &leaf, row, 40);
            assert_true(t.nodes > 8 && node == t.nodes && leaf == t.leaves);
        }
        ad_buf_free(&bytes);
        ad_obliquetrees_free(f);
    }
}

static void test_scores_like_recursion(void **state)
{
    (void)state;
    struct data m;
    make_data(&m, 2);
    for (int q = 0; q < 2; q++) {
        struct ad_obliquetrees *f = grown(kinds[q], 20, &m.d, 60);
        struct ad_buf bytes = saved(f);
        struct ad_load in = {{bytes.s, bytes.len}, false};
        double got[ROWS], want[ROWS] = {0};
        spoil(&m);
        for (int i = 0; i < 20; i++) {
            struct tree t = {.d = &m.d, .kind = kinds[q]};
            read_tree(&t, &in);
            for (size_t j = 0; j < ROWS; j++) {
                size_t node = 0, leaf = 0;
                want[j] += naive(&t, t.nodes == 0, &node, &leaf, j);
            }
        }
        ad_obliquetrees_depth(f, &m.d, got);
        for (size_t j = 0; j < ROWS; j++)
            assert_close(got[j], want[j], 1e-13);
        ad_buf_free(&bytes);
        ad_obliquetrees_free(f);
        make_data(&m, 3);
    }
}

/* Thresholds of python3 -c "from sklearn.tree import DecisionTreeRegressor as T
 * x=[.02,.05,.06,.11,.3,.31,.35,.52,.6,.61,.93,.97]
 * print(T(max_depth=2).fit([[v] for v in x],x).tree_.threshold)" in preorder */
static void test_cuts_where_a_regression_tree_does(void **state)
{
    (void)state;
    static const float x[] = {.02f, .05f, .06f, .11f, .3f, .31f, .35f, .52f, .6f, .61f, .93f, .97f};
    struct ad_columns d = {12, 1, 12, x, NULL};
    struct ad_obliquetrees *f = grown(AD_OBLIQUE_FCF, 1, &d, 12);
    struct ad_buf bytes = saved(f);
    struct tree t = {.d = &d, .kind = AD_OBLIQUE_FCF};
    read_tree(&t, &(struct ad_load){{bytes.s, bytes.len}, false});
    double root = (double)(t.node[0].cut * t.node[0].coef[0]);
    assert_close(root, 0.435, 1e-6);
    for (size_t i = 1; i < t.nodes; i++) {
        double cut = (double)(t.node[i].cut * t.node[i].coef[0]);
        double reach = (double)t.node[i].reach;
        if (reach > 0.329 && reach < 0.331) /* .02 to .35 */
            assert_close(cut, 0.205, 1e-6);
        else if (reach > 0.449) /* .52 to .97 */
            assert_close(cut, 0.77, 1e-6);
    }
    ad_buf_free(&bytes);
    ad_obliquetrees_free(f);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_grows_by_the_book),
    cmocka_unit_test(test_scores_like_recursion),
    cmocka_unit_test(test_cuts_where_a_regression_tree_does),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
