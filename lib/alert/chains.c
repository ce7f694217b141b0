#include "alert/chains.h"

#include <stdlib.h>

static int grow(struct ad_chains *t)
{
    size_t buckets = t->buckets ? 2 * t->buckets : 16;
    struct ad_chain **to = calloc(buckets, sizeof(struct ad_chain *));
    if (!to)
        return -1;
    for (size_t i = 0; i < t->buckets; i++)
        for (struct ad_chain *c = t->bucket[i], *next; c; c = next) {
            next = c->next;
            c->next = to[c->hash & (buckets - 1)];
            to[c->hash & (buckets - 1)] = c;
        }
    free(t->bucket);
    t->bucket = to;
    t->buckets = buckets;
    return 0;
}

int ad_chains_add(struct ad_chains *t, struct ad_chain *c)
{
    if (t->n == t->buckets && grow(t))
        return -1;
    struct ad_chain **at = &t->bucket[c->hash & (t->buckets - 1)];
    c->next = *at;
    *at = c;
    t->n++;
    return 0;
}

void ad_chains_remove(struct ad_chains *t, struct ad_chain *c)
{
    struct ad_chain **at = &t->bucket[c->hash & (t->buckets - 1)];
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    t->n--;
}

void ad_chains_free(struct ad_chains *t)
{
    free(t->bucket);
    *t = (struct ad_chains){0};
}
