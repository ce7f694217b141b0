/* What bucket.c (time), bucket_group.c (states) and bucket_row.c (output) share. */
#ifndef AD_DECIDE_BUCKET_PRIVATE_H
#define AD_DECIDE_BUCKET_PRIVATE_H

#include "decide/bucket.h"

struct ad_bucket_group {
    struct ad_buckets *all;
    size_t at;                     /* of it in all->group */
    uint64_t from;                 /* the pane of its first event; UINT64_MAX: there was none */
    struct ad_names key;           /* values of the group fields */
    struct ad_bucket_cell *pane[]; /* [all->room]: pane k at k % room, all->cfg.aggs->n cells, NULL
                                      where there is no event */
};

/* Panes are numbered; [low, high) are kept, of which the last are open. */
struct ad_buckets {
    struct ad_buckets_cfg cfg;
    struct ad_bucket_grid grid; /* of the panes */
    size_t width, room;         /* panes of a bucket; that may be kept */
    bool begun;
    uint64_t low, high, first; /* first: the pane of the first event */
    double *start;             /* [room + 1]: of pane k at k % (room + 1), up to that of `high` */
    double low_start;          /* as loaded */
    double newest;
    unsigned note;
    unsigned long long silences;

    struct ad_bucket_group **group;
    size_t ngroup, group_room;
    bool sorted;
    struct ad_bucket_cell **spare; /* panes to be used again */
    size_t nspare, spare_room;
    struct ad_bucket_cell *sum; /* of the panes of a bucket */

    const struct ad_names *name; /* of the group fields */
    struct ad_sink *sink;
    struct ad_format out;
    struct ad_buf row;
};

static inline uint64_t ad_bucket_open_pane(const struct ad_buckets *b)
{
    return b->low + b->width - 1;
}

static inline double *ad_bucket_start(const struct ad_buckets *b, uint64_t pane)
{
    return &b->start[pane % (b->room + 1)];
}

static inline struct ad_bucket_cell **ad_bucket_pane(struct ad_bucket_group *g, uint64_t pane)
{
    return &g->pane[pane % g->all->room];
}

/* bucket_group.c: cells for a pane; give them back. */
struct ad_bucket_cell *ad_bucket_take_cells(struct ad_buckets *b);
void ad_bucket_give_cells(struct ad_buckets *b, struct ad_bucket_cell **cells);

/* bucket_row.c */
int ad_bucket_header(struct ad_buckets *b);
/* The rows of all groups for the bucket whose last pane this is. */
int ad_bucket_rows(struct ad_buckets *b, uint64_t last);

#endif
