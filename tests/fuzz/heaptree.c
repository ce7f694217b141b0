/* Saved trees that are anything: what loads saves to the same bytes, scores alike however it is
 * done, and its Shapley values add up. */
#include "detect/heaptree.h"
#include "detect/heaptree_private.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TREES = 4, COLS = 70, ROWS = 12 };

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* Rows of values that are likely at a threshold, beyond all, or missing. */
static void fill(float *x, size_t n, const uint8_t *data, size_t size)
{
    static const float odd[] = {0, 1, 2, -1, .5f, 1e30f, -1e30f, INFINITY, -INFINITY, NAN};
    for (size_t i = 0; i < n; i++) {
        x[i] = odd[(i * 7 + i / 10) % 10];
        if (i % 3 == 0 && size >= sizeof *x)
            memcpy(&x[i], data + i * 5 % (size - sizeof *x + 1), sizeof *x);
    }
}

static void try_rows(const struct ad_heaptrees *f, size_t n, const struct ad_columns *d)
{
    static const enum ad_heap_kernel kernels[] = {AD_HEAP_ANY, AD_HEAP_PLAIN, AD_HEAP_AVX2};
    double depth[ROWS], other[ROWS], phi[COLS], expected;
    ad_heaptrees_depth(f, d, depth);
    for (int i = 0; i < 3; i++)
        if (ad_heap_depth(f, d, other, kernels[i]) == 0)
            check(memcmp(depth, other, sizeof depth) == 0);
    for (size_t i = 0; i < d->rows; i++) {
        struct ad_columns one = *d;
        one.x += i;
        one.rows = 1;
        ad_heaptrees_depth(f, &one, other);
        check(memcmp(&depth[i], other, sizeof *depth) == 0);
        check(depth[i] >= 0 && depth[i] <= 19 * (double)n); /* 8 levels, then c(256) = 10.2 */
        ad_heaptrees_shap(f, &one, phi, &expected);
        for (size_t col = 0; col < d->cols; col++) {
            expected += phi[col];
            check(!isnan(one.x[col * one.stride]) || !(fabs(phi[col]) > 0));
        }
        check(n == 0 || fabs(expected - depth[i] / (double)n) < 1e-10);
    }
}

static void check_saved(const struct ad_heaptrees *f, const uint8_t *data, size_t size)
{
    struct ad_buf out = {0};
    ad_heaptrees_save(f, &(struct ad_save){&out});
    check(!out.failed && out.len <= size && memcmp(out.s, data, out.len) == 0);
    ad_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* the sizes that the bytes tell, so that most loads get somewhere */
    struct ad_load in = {.in = {(const char *)data, size}}, head = in;
    size_t n = (size_t)ad_load_max(&head, TREES), cols = (size_t)ad_load_max(&head, COLS);
    size_t psi = (size_t)ad_load_max(&head, 256);
    cols += cols == 0;
    psi += psi == 0;
    struct ad_heaptrees *f = ad_heaptrees_new(n, cols, psi);
    check(f);
    if (ad_heaptrees_load(f, &in) == 0) {
        float x[ROWS * COLS];
        fill(x, ROWS * COLS, data, size);
        try_rows(f, n, &(struct ad_columns){ROWS, cols, ROWS, x, NULL});
        check_saved(f, data, size - in.in.len);
    }
    ad_heaptrees_free(f);
    return 0;
}
