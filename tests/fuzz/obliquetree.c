/* Saved oblique trees: whatever loads scores any row, alone as among others, and says the same
 * again. The first byte picks kind, columns and rows per tree. */
#include "detect/obliquetree.h"

#include <math.h>
#include <stdlib.h>

enum { TREES = 2, COLS = 3, ROWS = 7 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const float values[ROWS * COLS] = {0.25f,     1,     0,         NAN, 1e-40f,    0.5f, 3e38f,
                                          -3e38f,    2,     -1,        0,   INFINITY,  1,    NAN,
                                          -INFINITY, 0.75f, -3.5e-39f, 1e9, -INFINITY, NAN,  0.5f};
static const bool category[COLS] = {false, true, false};

static struct ad_obliquetrees *make(unsigned bits)
{
    return ad_obliquetrees_new(bits & 1 ? AD_OBLIQUE_FCF : AD_OBLIQUE_EIF, TREES,
                               1 + (bits >> 6) % COLS, (size_t)1 + (bits >> 1) % 32);
}

static void score(const struct ad_obliquetrees *f, struct ad_columns d, size_t psi)
{
    double depth[ROWS], alone;
    ad_obliquetrees_depth(f, &d, depth);
    d.rows = 1;
    for (size_t j = 0; j < ROWS; j++, d.x++) {
        ad_obliquetrees_depth(f, &d, &alone);
        if (!(depth[j] >= 0 && depth[j] <= TREES * 2 * (double)psi) || alone < depth[j] ||
            alone > depth[j])
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct ad_obliquetrees *f = make(data[0]);
    struct ad_str bytes = {(const char *)data + 1, size - 1};
    struct ad_load in = {bytes, false};
    struct ad_buf again = {0};
    if (f && ad_obliquetrees_load(f, &in) == 0) {
        ad_obliquetrees_save(f, &(struct ad_save){&again});
        bytes.len -= in.in.len;
        if (again.failed || !ad_str_eq(bytes, (struct ad_str){again.s, again.len}))
            abort();
        size_t cols = 1 + (data[0] >> 6) % COLS, psi = (size_t)1 + (data[0] >> 1) % 32;
        struct ad_columns d = {ROWS, cols, ROWS, values, category};
        score(f, d, psi);
        d.category = NULL;
        score(f, d, psi);
    }
    ad_buf_free(&again);
    ad_obliquetrees_free(f);
    return 0;
}
