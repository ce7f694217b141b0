/* Keyed state: one series for each group, the least recently used evicted beyond a limit. */
#ifndef AD_RUN_SERIES_H
#define AD_RUN_SERIES_H

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* One detector state with what is kept around it; see run/judge.h. */
struct ad_track {
    void *state;
    struct ad_held *held;         /* the open run of flags, or NULL */
    struct ad_features *features; /* of the values so far, or NULL */
    double alpha_factor;          /* with -v: as last told, 0 at first */
};

/* Records of a series are counted exactly up to here. */
#define AD_ROWS_MAX 0x1p53

struct ad_series {
    uint64_t used; /* when it was last got: the higher the later */
    uint64_t hash;
    double last; /* time of the newest record; NAN before the first */
    double rows; /* records so far */
    uint32_t key_len;
    uint32_t ntrack;
    struct ad_track track[]; /* [ntrack], then the key's bytes */
};

static inline struct ad_str ad_series_key(const struct ad_series *s)
{
    return (struct ad_str){(const char *)(s->track + s->ntrack), s->key_len};
}

struct ad_keytab {
    struct ad_series **slot; /* open addressing, linear probing */
    size_t nslot, n;
    size_t max; /* series kept at most */
    uint32_t ntrack;
    struct ad_hash_key hash_key;
    uint64_t clock;           /* of `used` */
    struct ad_series **queue; /* [nqueue] by `used` as it was at queue_clock, the oldest first; */
    size_t nqueue, next;      /* those before `next` are gone or known to have been used since */
    uint64_t queue_clock;
    unsigned long long evicted;
    void (*drop)(void *arg, struct ad_track *); /* release what a track holds */
    void *arg;
};

/* Returns 0, or -1. */
int ad_keytab_init(struct ad_keytab *tab, size_t max, uint32_t ntrack, struct ad_err *err);
void ad_keytab_free(struct ad_keytab *tab);

/* The series of the key, made newest; a new one (tracks all zero) if there is none, which may evict
 * the oldest. NULL when out of memory. */
struct ad_series *ad_keytab_get(struct ad_keytab *tab, struct ad_str key);

/* All n series in the order of their last use, the oldest first, in queue[0..n). Returns 0, or -1
 * when out of memory. */
int ad_keytab_sort(struct ad_keytab *tab);

/* The series of the key, or NULL. */
struct ad_series *ad_keytab_find(const struct ad_keytab *tab, struct ad_str key);

#endif
