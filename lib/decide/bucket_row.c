/* Buckets as rows of CSV or NDJSON. */
#include "decide/bucket_private.h"

#include "base/number.h"
#include "record/csv.h"
#include "record/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_json(const struct ad_buckets *b)
{
    return b->out.kind == AD_FORMAT_NDJSON;
}

/* What stands before the i-th value of a row. */
static void begin_value(struct ad_buckets *b, size_t i, struct ad_str name)
{
    if (!is_json(b)) {
        ad_buf_add(&b->row, &b->out.delim, i > 0);
        return;
    }
    ad_buf_addz(&b->row, i ? "," : "{");
    ad_json_quote(&b->row, name);
    ad_buf_addz(&b->row, ":");
}

static int end_row(struct ad_buckets *b)
{
    ad_buf_addz(&b->row, is_json(b) ? "}\n" : "\n");
    if (b->row.failed)
        return -1;
    ad_sink_write(b->sink, b->row.s, b->row.len);
    return 0;
}

int ad_bucket_header(struct ad_buckets *b)
{
    if (is_json(b))
        return 0;
    const struct ad_names *lists[] = {b->name, &b->cfg.aggs->name};
    b->row.len = 0;
    ad_buf_addz(&b->row, "time");
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->n; i++) {
            ad_buf_add(&b->row, &b->out.delim, 1);
            ad_csv_quote(&b->row, lists[l]->v[i], b->out.delim);
        }
    return end_row(b);
}

/* ISO 8601 with the zone's offset. */
static void add_time(struct ad_buckets *b, double t)
{
    char text[48];
    int offset = (int)nearbyint((ad_clock_wall(b->grid.clock, t) - t) / 60);
    size_t len = ad_time_print(text, t + 60.0 * offset);
    if (offset && len && text[len - 1] == 'Z')
        len += (size_t)snprintf(text + len - 1, sizeof text - len, "%c%02d:%02d",
                                offset < 0 ? '-' : '+', abs(offset) / 60, abs(offset) % 60) -
               1;
    ad_buf_addz(&b->row, is_json(b) ? "\"" : "");
    ad_buf_add(&b->row, text, len);
    ad_buf_addz(&b->row, is_json(b) ? "\"" : "");
}

static void add_key(struct ad_buckets *b, struct ad_str v)
{
    if (!is_json(b))
        ad_csv_quote(&b->row, v, b->out.delim);
    else if (ad_number_is_json(v))
        ad_buf_add(&b->row, v.s, v.len);
    else
        ad_json_quote(&b->row, v);
}

static void add_number(struct ad_buckets *b, double x)
{
    char text[AD_NUMBER_MAX];
    if (isfinite(x))
        ad_buf_add(&b->row, text, ad_number_print(text, x));
    else
        ad_buf_addz(&b->row, is_json(b) ? "null" : "");
}

/* The cells of a group's bucket from pane `from` to `last`: those of its only pane, or their sum.
 * NULL when out of memory. */
static struct ad_bucket_cell *put_together(struct ad_buckets *b, struct ad_bucket_group *g,
                                           uint64_t from, uint64_t last, bool *any)
{
    struct ad_bucket_cell *only = *ad_bucket_pane(g, last);
    *any = only != NULL;
    if (b->width == 1 && only)
        return only;
    for (size_t i = 0; i < b->cfg.aggs->n; i++)
        ad_bucket_cell_clear(&b->sum[i]);
    for (uint64_t pane = from; b->width > 1 && pane <= last; pane++) {
        const struct ad_bucket_cell *cells = *ad_bucket_pane(g, pane);
        for (size_t i = 0; cells && i < b->cfg.aggs->n; i++)
            if (ad_bucket_cell_merge(&b->sum[i], b->cfg.aggs->agg[i].kind, &cells[i]))
                return NULL;
        *any |= cells != NULL;
    }
    return b->sum;
}

static int add_row(struct ad_buckets *b, struct ad_bucket_group *g, uint64_t last)
{
    const struct ad_bucket_aggs *aggs = b->cfg.aggs;
    uint64_t from = last + 1 - b->width;
    double start = *ad_bucket_start(b, from), end = *ad_bucket_start(b, last + 1);
    bool any;
    struct ad_bucket_cell *cells = put_together(b, g, from, last, &any);
    if (!cells)
        return -1;
    if (!any && !b->cfg.empty)
        return 0;
    size_t n = 0;
    b->row.len = 0;
    begin_value(b, n++, ad_str_of("time"));
    add_time(b, start);
    for (size_t i = 0; i < g->key.n; i++) {
        begin_value(b, n++, b->name->v[i]);
        add_key(b, g->key.v[i]);
    }
    for (size_t i = 0; i < aggs->n; i++) {
        begin_value(b, n++, aggs->name.v[i]);
        add_number(b, ad_bucket_cell_result(&cells[i], &aggs->agg[i], end - start));
    }
    return end_row(b);
}

static int by_key(const void *a, const void *b)
{
    const struct ad_bucket_group *const *g = a, *const *h = b;
    for (size_t i = 0; i < (*g)->key.n && i < (*h)->key.n; i++) {
        struct ad_str x = (*g)->key.v[i], y = (*h)->key.v[i];
        int order = memcmp(x.len ? x.s : "", y.len ? y.s : "", x.len < y.len ? x.len : y.len);
        if (order || x.len != y.len)
            return order ? order : x.len < y.len ? -1 : 1;
    }
    return 0;
}

static void sort_groups(struct ad_buckets *b)
{
    /* A group without an event yet has no key. */
    if (b->ngroup)
        qsort(b->group, b->ngroup, sizeof *b->group, by_key);
    b->sorted = true;
    for (size_t i = 0; i < b->ngroup; i++) {
        b->group[i]->at = i;
        b->sorted &= b->group[i]->from != UINT64_MAX;
    }
}

int ad_bucket_rows(struct ad_buckets *b, uint64_t last)
{
    if (!b->sorted)
        sort_groups(b);
    for (size_t i = 0; i < b->ngroup; i++)
        if (last >= b->group[i]->from && add_row(b, b->group[i], last))
            return -1;
    return 0;
}
