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
    for (struct ad_series *s = tab->oldest, *next; s; s = next) {
        next = s->newer;
        release(tab, s);
    }
    free(tab->slot);
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

static void unlink_series(struct ad_keytab *tab, struct ad_series *s)
{
    *(s->older ? &s->older->newer : &tab->oldest) = s->newer;
    *(s->newer ? &s->newer->older : &tab->newest) = s->older;
}

static void make_newest(struct ad_keytab *tab, struct ad_series *s)
{
    s->newer = NULL;
    s->older = tab->newest;
    *(tab->newest ? &tab->newest->newer : &tab->oldest) = s;
    tab->newest = s;
}

static void evict(struct ad_keytab *tab)
{
    struct ad_series *s = tab->oldest;
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
    unlink_series(tab, s);
    release(tab, s);
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
        if (s != tab->newest) {
            unlink_series(tab, s);
            make_newest(tab, s);
        }
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
    if (tab->n >= tab->max)
        evict(tab);
    if ((tab->n + 1) * 3 > tab->nslot * 2 && grow(tab)) {
        free(s);
        return NULL;
    }
    tab->slot[slot_of(tab, hash, key)] = s;
    tab->n++;
    make_newest(tab, s);
    return s;
}
