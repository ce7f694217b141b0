/* Groups, and what they keep from run to run. */
#include "decide/bucket_private.h"

#include <math.h>
#include <stdlib.h>

struct ad_bucket_cell *ad_bucket_take_cells(struct ad_buckets *b)
{
    return b->nspare ? b->spare[--b->nspare] : calloc(b->cfg.aggs->n, sizeof **b->spare);
}

void ad_bucket_give_cells(struct ad_buckets *b, struct ad_bucket_cell **cells)
{
    if (!*cells)
        return;
    if (b->nspare == b->spare_room) {
        size_t room = 2 * b->spare_room + 16;
        struct ad_bucket_cell **grown = realloc(b->spare, room * sizeof *grown);
        if (grown) {
            b->spare = grown;
            b->spare_room = room;
        }
    }
    bool keep = b->nspare < b->spare_room;
    for (size_t i = 0; i < b->cfg.aggs->n; i++) {
        if (keep)
            ad_bucket_cell_clear(&(*cells)[i]);
        else
            ad_bucket_cell_free(&(*cells)[i]);
    }
    if (keep)
        b->spare[b->nspare++] = *cells;
    else
        free(*cells);
    *cells = NULL;
}

struct ad_bucket_group *ad_bucket_group_new(struct ad_buckets *b)
{
    struct ad_bucket_group *g = calloc(1, sizeof *g + b->room * sizeof *g->pane);
    if (!g)
        return NULL;
    if (b->ngroup == b->group_room) {
        size_t room = 2 * b->group_room + 16;
        struct ad_bucket_group **grown = realloc(b->group, room * sizeof *grown);
        if (!grown) {
            free(g);
            return NULL;
        }
        b->group = grown;
        b->group_room = room;
    }
    g->all = b;
    g->from = UINT64_MAX;
    g->at = b->ngroup;
    b->group[b->ngroup++] = g;
    b->sorted = false;
    return g;
}

void ad_bucket_group_free(struct ad_bucket_group *g)
{
    if (!g)
        return;
    struct ad_buckets *b = g->all;
    for (uint64_t i = 0; i < b->room; i++)
        ad_bucket_give_cells(b, &g->pane[i]);
    b->group[g->at] = b->group[--b->ngroup];
    b->group[g->at]->at = g->at;
    b->sorted = false;
    ad_names_free(&g->key);
    free(g);
}

/* What is common to all groups is saved with each of them. */
void ad_bucket_group_save(const struct ad_bucket_group *g, struct ad_save *out)
{
    const struct ad_buckets *b = g->all;
    ad_save_u64(out, b->begun);
    ad_save_u64(out, b->low);
    ad_save_u64(out, b->high);
    ad_save_u64(out, b->first);
    ad_save_u64(out, b->note);
    ad_save_f64(out, b->begun ? b->newest : 0);
    ad_save_f64(out, b->begun ? *ad_bucket_start(b, b->low) : 0);
    ad_save_u64(out, g->from);
    ad_save_u64(out, g->key.n);
    for (size_t i = 0; i < g->key.n; i++)
        ad_save_str(out, g->key.v[i]);
    for (uint64_t pane = b->low; pane < b->high; pane++) {
        const struct ad_bucket_cell *cells = g->pane[pane % b->room];
        ad_save_u64(out, cells != NULL);
        for (size_t i = 0; cells && i < b->cfg.aggs->n; i++)
            ad_bucket_cell_save(&cells[i], b->cfg.aggs->agg[i].kind, out);
    }
}

/* The part that is common. */
static int load_common(struct ad_buckets *b, bool first, struct ad_load *in)
{
    const uint64_t most = UINT64_C(1) << 53;
    bool begun = ad_load_max(in, 1);
    uint64_t low = ad_load_max(in, most), high = ad_load_max(in, most), pane = ad_load_u64(in);
    unsigned note = (unsigned)ad_load_max(in, 12 * 10000);
    double newest = ad_load_finite(in), start = ad_load_finite(in);
    if (in->failed || high < low || high - low > b->room ||
        (begun && (high - low < b->width || fabs(newest) > 1e12 || fabs(start) > 1e12)))
        return -1;
    if (first) {
        b->begun = begun;
        b->low = low;
        b->high = high;
        b->first = pane;
        b->note = note;
        b->newest = begun ? newest : NAN;
        b->low_start = start;
    }
    return begun == b->begun && low == b->low && high == b->high ? 0 : -1;
}

int ad_bucket_group_load(struct ad_bucket_group *g, struct ad_load *in)
{
    enum { FIELDS = 10000 };
    struct ad_buckets *b = g->all;
    if (load_common(b, b->ngroup == 1, in))
        return -1;
    g->from = ad_load_u64(in);
    uint64_t n = ad_load_max(in, FIELDS);
    for (uint64_t i = 0; i < n && !in->failed; i++)
        if (ad_names_add(&g->key, ad_load_str(in)))
            return -1;
    for (uint64_t pane = b->low; pane < b->high && !in->failed; pane++) {
        if (!ad_load_max(in, 1))
            continue;
        struct ad_bucket_cell *cells = *ad_bucket_pane(g, pane) = ad_bucket_take_cells(b);
        for (size_t i = 0; cells && i < b->cfg.aggs->n; i++)
            if (ad_bucket_cell_load(&cells[i], b->cfg.aggs->agg[i].kind, in))
                return -1;
        if (!cells)
            return -1;
    }
    return in->failed ? -1 : 0;
}
