/* A forest is one string of bytes per tree, empty before it is grown: little-endian words of four
 * bytes, of each node in preorder its two columns, the top bit set if the child of the same index
 * is a leaf, then as floats coef, usual, cut and, for fair cuts, reach; then of each leaf, from
 * left to right, its rows. Where the children are follows from the order, so nothing that can be
 * read is other than a tree. */
#include "detect/obliquetree_private.h"

#include <stdlib.h>
#include <string.h>

enum { WORD = 4, NODE_WORDS = 7 }; /* of a node without reach */

static void put_word(struct ad_buf *out, uint32_t word)
{
    unsigned char bytes[WORD];
    for (int i = 0; i < WORD; i++)
        bytes[i] = (unsigned char)(word >> (8 * i));
    ad_buf_add(out, bytes, WORD);
}

static void put_float(struct ad_buf *out, float x)
{
    uint32_t word;
    memcpy(&word, &x, sizeof word);
    put_word(out, word);
}

static void put_tree(struct ad_buf *out, const struct ad_oblique_tree *t, bool reach)
{
    for (size_t n = 0; n < t->nodes; n++) {
        const struct ad_oblique_node *k = t->node + n;
        for (int i = 0; i < 2; i++)
            put_word(out, k->col[i] | (k->child[i] & AD_OBLIQUE_LEAF));
        for (int i = 0; i < 2; i++)
            put_float(out, k->coef[i]);
        for (int i = 0; i < 2; i++)
            put_float(out, t->rest[n].usual[i]);
        put_float(out, k->cut);
        if (reach)
            put_float(out, k->reach);
    }
    for (size_t i = 0; i < t->leaves; i++)
        put_word(out, t->leaf[i].rows);
}

void ad_obliquetrees_save(const struct ad_obliquetrees *f, struct ad_save *out)
{
    struct ad_buf bytes = {0};
    for (size_t i = 0; i < f->n; i++) {
        bytes.len = 0;
        put_tree(&bytes, f->tree + i, f->kind == AD_OBLIQUE_FCF);
        ad_save_str(out, (struct ad_str){bytes.s, bytes.len});
    }
    out->out->failed |= bytes.failed;
    ad_buf_free(&bytes);
}

static uint32_t get_word(const char **from)
{
    const unsigned char *bytes = (const unsigned char *)*from;
    uint32_t word = 0;
    for (int i = 0; i < WORD; i++)
        word |= (uint32_t)bytes[i] << (8 * i);
    *from += WORD;
    return word;
}

/* A float of at most `most` in size; anything else sets *wrong. */
static float get_float(const char **from, float most, bool *wrong)
{
    uint32_t word = get_word(from);
    float x;
    memcpy(&x, &word, sizeof x);
    *wrong |= !(fabsf(x) <= most);
    return x;
}

/* Node n, with nothing but AD_OBLIQUE_LEAF in its children. */
static void get_node(const char **from, const struct ad_obliquetrees *f, struct ad_oblique_tree *t,
                     size_t n, bool *wrong)
{
    struct ad_oblique_node *k = t->node + n;
    for (int i = 0; i < 2; i++) {
        uint32_t word = get_word(from);
        k->child[i] = word & AD_OBLIQUE_LEAF;
        k->col[i] = word & ~AD_OBLIQUE_LEAF;
        *wrong |= k->col[i] >= f->cols;
    }
    for (int i = 0; i < 2; i++)
        k->coef[i] = get_float(from, 1, wrong);
    for (int i = 0; i < 2; i++)
        t->rest[n].usual[i] = get_float(from, FLT_MAX, wrong);
    k->cut = get_float(from, FLT_MAX, wrong);
    k->reach = f->kind == AD_OBLIQUE_FCF ? get_float(from, FLT_MAX, wrong) : INFINITY;
    *wrong |= k->reach < 0;
}

/* A child to come and how deep it is. */
struct link {
    uint32_t *child, depth;
};

/* Number the children and tell the leaves their depth. Returns whether this is a whole tree, none
 * of it deeper than `most`. */
static bool link_up(struct ad_oblique_tree *t, struct link *todo, size_t most)
{
    uint32_t root = t->nodes == 0 ? AD_OBLIQUE_LEAF : 0, nodes = 0, leaves = 0;
    size_t ntodo = 0;
    todo[ntodo++] = (struct link){&root, 0};
    while (ntodo > 0) {
        struct link at = todo[--ntodo];
        if (at.depth > most)
            return false;
        if (*at.child & AD_OBLIQUE_LEAF) {
            t->leaf[leaves].depth = at.depth;
            *at.child |= leaves++;
            continue;
        }
        if (nodes == t->nodes)
            return false;
        struct ad_oblique_node *k = t->node + nodes;
        *at.child = nodes++;
        todo[ntodo++] = (struct link){k->child + 1, at.depth + 1};
        todo[ntodo++] = (struct link){k->child, at.depth + 1};
    }
    return nodes == t->nodes;
}

/* Fill in a tree whose sizes are set from bytes that are as many as it needs. */
static bool get_tree(const char *from, const struct ad_obliquetrees *f, struct ad_oblique_tree *t)
{
    bool wrong = false;
    for (size_t i = 0; i < t->nodes; i++)
        get_node(&from, f, t, i, &wrong);
    uint64_t rows = 0;
    for (size_t i = 0; i < t->leaves; i++) {
        rows += t->leaf[i].rows = get_word(&from);
        wrong |= t->leaf[i].rows == 0 && f->kind == AD_OBLIQUE_FCF;
    }
    struct link *todo = malloc((t->nodes + 2) * sizeof *todo);
    bool whole = todo && rows == f->psi && !wrong && link_up(t, todo, f->most_depth);
    free(todo);
    return whole;
}

int ad_obliquetrees_load(struct ad_obliquetrees *f, struct ad_load *in)
{
    size_t node_size = f->kind == AD_OBLIQUE_FCF ? WORD * (NODE_WORDS + 1) : WORD * NODE_WORDS;
    for (size_t i = 0; i < f->n; i++) {
        struct ad_oblique_tree *tree = f->tree + i;
        struct ad_str bytes = ad_load_str(in);
        size_t nodes = bytes.len / (node_size + WORD);
        ad_oblique_tree_clear(tree);
        if (in->failed)
            return -1;
        if (bytes.len == 0)
            continue;
        if (bytes.len != nodes * (node_size + WORD) + WORD || nodes >= AD_OBLIQUE_LEAF ||
            ad_oblique_tree_make(tree, nodes))
            return -1;
        if (!get_tree(bytes.s, f, tree)) {
            ad_oblique_tree_clear(tree);
            return -1;
        }
    }
    return 0;
}
