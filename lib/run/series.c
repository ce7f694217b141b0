#include "run/series.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

int ad_keytab_init(struct ad_keytab *tab, size_t max, uint32_t ntrack, struct ad_err *err)
{
    *tab = (struct ad_keytab){.max = max, .ntrack = ntrack, .nslot = 16};
    tab->slot = calloc(tab->nslot, sizeof *tab->slot);
    if (!tab->slot)
        return ad_err_nomem(err);
    if (ad_hash_key_random(&tab->hash_key))
        return ad_err_set(err, "no random numbers: %s", strerror(errno));
    return 0;
}

static void release(struct ad_keytab *tab, struct ad_series *s)
{
    for (uint32_t i = 0; i < s->ntrack; i++)
        tab->drop(tab->arg, &s->track[i]);
    free(s);
}

void ad_keytab_free(struct ad_keytab *tab)
{
    for (size_t i = 0; tab->slot && i < tab->nslot; i++)
        if (tab->slot[i])
            release(tab, tab->slot[i]);
    free(tab->slot);
    free(tab->queue);
    *tab = (struct ad_keytab){0};
}

/* The slot that holds the key, or the empty one where it would go. */
static size_t slot_of(const struct ad_keytab *tab, uint64_t hash, struct ad_str key)
{
    size_t mask = tab->nslot - 1, i = (size_t)hash & mask;
    while (tab->slot[i] &&
           (tab->slot[i]->hash != hash || !ad_str_eq(ad_series_key(tab->slot[i]), key)))
        i = (i + 1) & mask;
    return i;
}

static int grow(struct ad_keytab *tab)
{
    size_t nslot = tab->nslot * 2;
    struct ad_series **slot = calloc(nslot, sizeof *slot);
    if (!slot)
        return -1;
    for (size_t i = 0; i < tab->nslot; i++) {
        if (!tab->slot[i])
            continue;
        size_t j = (size_t)tab->slot[i]->hash & (nslot - 1);
        while (slot[j])
            j = (j + 1) & (nslot - 1);
        slot[j] = tab->slot[i];
    }
    free(tab->slot);
    tab->slot = slot;
    tab->nslot = nslot;
    return 0;
}

static int by_use(const void *a, const void *b)
{
    const struct ad_series *const *s = a, *const *t = b;
    return (*s)->used < (*t)->used ? -1 : (*s)->used > (*t)->used;
}

int ad_keytab_sort(struct ad_keytab *tab)
{
    struct ad_series **queue = realloc(tab->queue, (tab->n + 1) * sizeof *queue);
    if (!queue)
        return -1;
    tab->queue = queue;
    tab->nqueue = tab->next = 0;
    tab->queue_clock = tab->clock;
    for (size_t i = 0; i < tab->nslot; i++)
        if (tab->slot[i])
            queue[tab->nqueue++] = tab->slot[i];
    qsort(queue, tab->nqueue, sizeof *queue, by_use);
    return 0;
}

/* The least recently used series. To keep all of them in order at every use would cost more than
 * all else: the order is made when it is asked for, and holds for those not used since. */
static struct ad_series *take_oldest(struct ad_keytab *tab)
{
    for (;;) {
        while (tab->next < tab->nqueue) {
            struct ad_series *s = tab->queue[tab->next++];
            if (s->used <= tab->queue_clock)
                return s;
        }
        if (ad_keytab_sort(tab))
            return NULL;
    }
}

static int evict(struct ad_keytab *tab)
{
    struct ad_series *s = take_oldest(tab);
    if (!s)
        return -1;
    size_t mask = tab->nslot - 1, hole = slot_of(tab, s->hash, ad_series_key(s));
    /* Close the gap in the probe sequences that ran over it. */
    for (size_t i = (hole + 1) & mask; tab->slot[i]; i = (i + 1) & mask) {
        size_t home = (size_t)tab->slot[i]->hash & mask;
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            tab->slot[hole] = tab->slot[i];
            hole = i;
        }
    }
    tab->slot[hole] = NULL;
    tab->n--;
    tab->evicted++;
    release(tab, s);
    return 0;
}

struct ad_series *ad_keytab_find(const struct ad_keytab *tab, struct ad_str key)
{
    return tab->slot[slot_of(tab, ad_hash(&tab->hash_key, key.s, key.len), key)];
}

struct ad_series *ad_keytab_get(struct ad_keytab *tab, struct ad_str key)
{
    uint64_t hash = ad_hash(&tab->hash_key, key.s, key.len);
    size_t i = slot_of(tab, hash, key);
    struct ad_series *s = tab->slot[i];
    if (s) {
        s->used = ++tab->clock;
        return s;
    }
    if (key.len > UINT32_MAX)
        return NULL;
    s = calloc(1, sizeof *s + tab->ntrack * sizeof *s->track + key.len);
    if (!s)
        return NULL;
    s->hash = hash;
    s->last = NAN;
    s->ntrack = tab->ntrack;
    s->key_len = (uint32_t)key.len;
    memcpy(s->track + s->ntrack, key.s, key.len);
    if ((tab->n >= tab->max && evict(tab)) || ((tab->n + 1) * 3 > tab->nslot * 2 && grow(tab))) {
        free(s);
        return NULL;
    }
    tab->slot[slot_of(tab, hash, key)] = s;
    tab->n++;
    s->used = ++tab->clock;
    return s;
}
