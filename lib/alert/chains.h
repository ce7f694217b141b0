/* A hash table of things that carry their own links. */
#ifndef AD_ALERT_CHAINS_H
#define AD_ALERT_CHAINS_H

#include <stddef.h>
#include <stdint.h>

struct ad_chain {
    struct ad_chain *next;
    uint64_t hash;
};

/* {0} is empty; what is in it belongs to others. Several may have the same hash. */
struct ad_chains {
    struct ad_chain **bucket;
    size_t buckets, n; /* buckets: a power of 2, or 0 */
};

/* Put in what has its hash set. Returns 0, or -1 when out of memory. */
int ad_chains_add(struct ad_chains *t, struct ad_chain *c);
/* Take out what is in it. */
void ad_chains_remove(struct ad_chains *t, struct ad_chain *c);
void ad_chains_free(struct ad_chains *t);

/* The first with this hash, and the next one after it, or NULL. */
static inline struct ad_chain *ad_chain_like(struct ad_chain *c, uint64_t hash)
{
    while (c && c->hash != hash)
        c = c->next;
    return c;
}
static inline struct ad_chain *ad_chains_find(const struct ad_chains *t, uint64_t hash)
{
    return t->n ? ad_chain_like(t->bucket[hash & (t->buckets - 1)], hash) : NULL;
}

#endif
