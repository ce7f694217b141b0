/* Trees as a sequence of numbers: the three sizes, then of each tree its nodes, every one before
 * those below it and what is left before what is right. A leaf is its training rows * 2, a node
 * (column * 2 + category) * 2 + 1 and the bits of its threshold. */
#include "detect/heaptree.h"
#include "detect/heaptree_private.h"

#include <math.h>

static void save_node(const struct ad_heaptrees *f, size_t i, size_t k, unsigned level,
                      struct ad_save *out)
{
    uint64_t node = level < f->levels ? ad_heap_tree(f, i)[k].node : AD_HEAP_CHAIN;
    if (ad_heap_is_chain(node)) {
        ad_save_u64(out, 2 * (uint64_t)ad_heap_count(f, i, k, level));
        return;
    }
    float at = ad_heap_value(ad_heap_node_key(node));
    uint32_t bits;
    memcpy(&bits, &at, sizeof bits);
    ad_save_u64(out, 4 * ad_heap_node_col(node) + 2 * (node & AD_HEAP_CATEGORY) + 1);
    ad_save_u64(out, bits);
    save_node(f, i, 2 * k, level + 1, out);
    save_node(f, i, 2 * k + 1, level + 1, out);
}

void ad_heaptrees_save(const struct ad_heaptrees *f, struct ad_save *out)
{
    ad_save_u64(out, f->n);
    ad_save_u64(out, f->cols);
    ad_save_u64(out, f->psi);
    for (size_t i = 0; i < f->n; i++)
        save_node(f, i, 1, 0, out);
}

/* Read node k and all below it. Returns their training rows, or 0 if anything is wrong. */
static size_t load_node(struct ad_heaptrees *f, size_t i, size_t k, unsigned level,
                        struct ad_load *in)
{
    uint64_t head = ad_load_max(in, 4 * (uint64_t)AD_HEAPTREE_COLS);
    if (head % 2 == 0) {
        ad_heap_leaf(f, i, k, level, (size_t)head / 2);
        return (size_t)head / 2;
    }
    uint32_t bits = (uint32_t)ad_load_max(in, UINT32_MAX);
    float at;
    memcpy(&at, &bits, sizeof at);
    bool minus0 = bits == 0x80000000;
    if (in->failed || level == f->levels || head / 4 >= f->cols || !isfinite(at) || minus0)
        return 0;
    ad_heap_split(f, i, k, (size_t)head / 4, at, head & 2);
    size_t left = load_node(f, i, 2 * k, level + 1, in);
    size_t right = left ? load_node(f, i, 2 * k + 1, level + 1, in) : 0;
    return right ? left + right : 0;
}

int ad_heaptrees_load(struct ad_heaptrees *f, struct ad_load *in)
{
    if (ad_load_u64(in) != f->n || ad_load_u64(in) != f->cols || ad_load_u64(in) != f->psi)
        return -1;
    for (size_t i = 0; i < f->n; i++) {
        ad_heap_clear(f, i);
        if (load_node(f, i, 1, 0, in) != f->psi)
            return -1;
    }
    return in->failed ? -1 : 0;
}
