#include "decide/bucket_private.h"

#include <math.h>
#include <stdlib.h>

enum { DAY = 86400 };

/* Days may have 23 hours, and each may end in a pane that is cut short. */
static double panes_kept(const struct ad_buckets_cfg *cfg)
{
    return cfg->every / cfg->slide + ceil(cfg->late / cfg->slide * 25 / 24) + cfg->late / DAY + 8;
}

const char *ad_buckets_check(const struct ad_buckets_cfg *cfg)
{
    double n = cfg->every / cfg->slide;
    if (!ad_bucket_grid_has(cfg->slide))
        return cfg->slide == cfg->every
                   ? "--every: must go into a day, such as 10s, 5m, 1h, or be whole days"
                   : "--slide: must go into a day, such as 10s, 5m, 1h, or be whole days";
    if (cfg->every < cfg->slide || fabs(n - nearbyint(n)) > 1e-9)
        return "--every: must be a multiple of --slide";
    if (!(panes_kept(cfg) <= AD_BUCKET_PANES))
        return "--late, --every: too many times --slide (10000)";
    return NULL;
}

struct ad_buckets *ad_buckets_new(const struct ad_buckets_cfg *cfg)
{
    struct ad_buckets *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->cfg = *cfg;
    b->grid.every = cfg->slide;
    b->width = (size_t)nearbyint(cfg->every / cfg->slide);
    b->room = (size_t)panes_kept(cfg);
    b->newest = NAN;
    b->start = calloc(b->room + 1, sizeof *b->start);
    b->sum = calloc(cfg->aggs->n, sizeof *b->sum);
    if (!b->start || !b->sum) {
        ad_buckets_free(b);
        return NULL;
    }
    return b;
}

void ad_buckets_free(struct ad_buckets *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->nspare; i++) {
        for (size_t k = 0; k < b->cfg.aggs->n; k++)
            ad_bucket_cell_free(&b->spare[i][k]);
        free(b->spare[i]);
    }
    for (size_t k = 0; b->sum && k < b->cfg.aggs->n; k++)
        ad_bucket_cell_free(&b->sum[k]);
    free(b->spare);
    free(b->sum);
    free(b->start);
    free(b->group);
    ad_buf_free(&b->row);
    free(b);
}

/* Print the bucket that ends with the first open pane, and drop the oldest pane. */
static int close_pane(struct ad_buckets *b)
{
    uint64_t pane = ad_bucket_open_pane(b);
    if (pane >= b->first && ad_bucket_rows(b, pane))
        return -1;
    for (size_t i = 0; i < b->ngroup; i++)
        ad_bucket_give_cells(b, ad_bucket_pane(b->group[i], b->low));
    b->low++;
    return 0;
}

static int append_pane(struct ad_buckets *b)
{
    if (b->high - b->low == b->room && close_pane(b))
        return -1;
    ad_bucket_grid_find(&b->grid, *ad_bucket_start(b, b->high));
    *ad_bucket_start(b, ++b->high) = b->grid.to;
    return 0;
}

/* The first panes: so many that what is late now, and the buckets that it is in, has some. */
static int begin(struct ad_buckets *b, double t)
{
    double from = ad_bucket_grid_find(&b->grid, t - b->cfg.late);
    for (size_t i = 1; i < b->width; i++)
        from = ad_bucket_grid_find(&b->grid, nextafter(from, -INFINITY));
    b->low = b->high;
    *ad_bucket_start(b, b->low) = from;
    while (*ad_bucket_start(b, b->high) <= t)
        if (append_pane(b))
            return -1;
    b->first = b->high - 1;
    b->newest = t;
    b->begun = true;
    return 0;
}

int ad_buckets_end(struct ad_buckets *b)
{
    if (!b->begun)
        return 0;
    for (uint64_t last = b->high + b->width - 1; ad_bucket_open_pane(b) < last;)
        if ((ad_bucket_open_pane(b) == b->high && append_pane(b)) || close_pane(b))
            return -1;
    return 0;
}

int ad_buckets_advance(struct ad_buckets *b, double t)
{
    if (!b->begun || !(t > b->newest))
        return 0;
    if (t - *ad_bucket_start(b, b->high) > AD_BUCKET_SILENCE * b->cfg.slide) {
        b->silences++;
        return ad_buckets_end(b) || begin(b, t) ? -1 : 0;
    }
    b->newest = t;
    for (;;) {
        while (ad_bucket_open_pane(b) < b->high && ad_buckets_due(b) <= t)
            if (close_pane(b))
                return -1;
        if (*ad_bucket_start(b, b->high) > t)
            return 0;
        if (append_pane(b))
            return -1;
    }
}

/* The open pane that t is in. */
static uint64_t find_pane(const struct ad_buckets *b, double t)
{
    uint64_t lo = ad_bucket_open_pane(b), hi = b->high - 1;
    if (t >= *ad_bucket_start(b, hi))
        return hi;
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo + 1) / 2;
        if (*ad_bucket_start(b, mid) <= t)
            lo = mid;
        else
            hi = mid - 1;
    }
    return lo;
}

int ad_buckets_add(struct ad_buckets *b, struct ad_bucket_group *g, const struct ad_str *key,
                   double t, const double *x, const struct ad_str *text, bool *late)
{
    if (b->begun ? ad_buckets_advance(b, t) : begin(b, t))
        return -1;
    *late = t < *ad_bucket_start(b, ad_bucket_open_pane(b));
    if (*late)
        return 0;
    uint64_t pane = find_pane(b, t);
    if (!g->key.n && b->name->n && ad_names_set(&g->key, key, b->name->n))
        return -1;
    b->first = pane < b->first ? pane : b->first;
    g->from = pane < g->from ? pane : g->from;
    struct ad_bucket_cell **cells = ad_bucket_pane(g, pane);
    if (!*cells && !(*cells = ad_bucket_take_cells(b)))
        return -1;
    for (size_t i = 0; i < b->cfg.aggs->n; i++) {
        const struct ad_bucket_agg *agg = &b->cfg.aggs->agg[i];
        bool none = agg->field == SIZE_MAX;
        bool missing =
            !none && (agg->kind == AD_BUCKET_DISTINCT ? !text[agg->field].s : isnan(x[agg->field]));
        if (!missing && ad_bucket_cell_add(&(*cells)[i], agg->kind, none ? 0 : x[agg->field],
                                           none ? (struct ad_str){"", 0} : text[agg->field]))
            return -1;
    }
    return 0;
}

double ad_buckets_newest(const struct ad_buckets *b)
{
    return b->newest;
}

double ad_buckets_due(const struct ad_buckets *b)
{
    return *ad_bucket_start(b, ad_bucket_open_pane(b) + 1) + b->cfg.late;
}

unsigned long long ad_buckets_silences(const struct ad_buckets *b)
{
    return b->silences;
}

unsigned ad_buckets_note(const struct ad_buckets *b)
{
    return b->note;
}

void ad_buckets_set_note(struct ad_buckets *b, unsigned note)
{
    b->note = note;
}

int ad_buckets_open(struct ad_buckets *b, struct ad_clock *clock, const struct ad_names *group,
                    struct ad_sink *sink, struct ad_format out, bool resumed)
{
    b->grid.clock = clock;
    b->name = group;
    b->sink = sink;
    b->out = out;
    if (b->begun) { /* only where they begin was loaded */
        uint64_t high = b->high;
        b->high = b->low;
        double from = ad_bucket_grid_find(&b->grid, b->low_start);
        if (from != b->low_start)
            return -1;
        *ad_bucket_start(b, b->low) = from;
        while (b->high < high)
            if (append_pane(b))
                return -1;
    }
    return resumed ? 0 : ad_bucket_header(b);
}
