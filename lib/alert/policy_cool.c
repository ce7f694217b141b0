#include "alert/policy_private.h"

#include <stdlib.h>

static void release(struct ad_policy *p, struct ad_ghost *g)
{
    ad_chains_remove(&p->ghosts, &g->chain);
    ad_buf_free(&g->key);
    free(g);
}

static void drop_oldest(struct ad_policy *p)
{
    struct ad_ghost *g = p->oldest;
    p->oldest = g->next;
    if (!p->oldest)
        p->youngest = NULL;
    release(p, g);
}

int ad_ghost_leave(struct ad_policy *p, struct ad_str key, double wall, double until,
                   enum ad_severity severity)
{
    while (p->oldest && p->oldest->until <= p->wall)
        drop_oldest(p);
    if (until <= p->wall)
        return 0;
    struct ad_ghost *g = calloc(1, sizeof *g);
    if (!g)
        return -1;
    *g = (struct ad_ghost){.wall = wall, .until = until, .severity = severity};
    g->chain.hash = ad_hash(&p->key, key.s, key.len);
    if (ad_buf_add(&g->key, key.s, key.len) || ad_chains_add(&p->ghosts, &g->chain)) {
        ad_buf_free(&g->key);
        free(g);
        return -1;
    }
    if (p->youngest)
        p->youngest->next = g;
    else
        p->oldest = g;
    p->youngest = g;
    return 0;
}

const struct ad_ghost *ad_ghost_find(struct ad_policy *p, struct ad_str key)
{
    const struct ad_ghost *latest = NULL;
    uint64_t hash = ad_hash(&p->key, key.s, key.len);
    struct ad_chain *c = ad_chains_find(&p->ghosts, hash);
    for (; c; c = ad_chain_like(c->next, hash)) {
        const struct ad_ghost *g = AD_OF(c, struct ad_ghost, chain);
        if (ad_str_eq((struct ad_str){g->key.s, g->key.len}, key) &&
            (!latest || g->wall > latest->wall))
            latest = g;
    }
    return latest;
}

void ad_ghosts_free(struct ad_policy *p)
{
    while (p->oldest)
        drop_oldest(p);
    ad_chains_free(&p->ghosts);
}
