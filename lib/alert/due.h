/* What is due when: a heap of times, each part of what waits for it. */
#ifndef AD_ALERT_DUE_H
#define AD_ALERT_DUE_H

#include <stddef.h>
#include <stdint.h>

struct ad_due {
    double at;      /* INFINITY: not in the heap */
    uint64_t order; /* of those that are due at the same time */
    size_t place;   /* in the heap, from 1; 0: not in it */
    unsigned kind;  /* of what waits, for its owner */
};

/* {0} is empty; what is in it belongs to others and stays where it is. */
struct ad_dues {
    struct ad_due **v;
    size_t n, cap;
};

/* Move, put in or take out (INFINITY). Returns 0, or -1 when out of memory; out always works. */
int ad_due_set(struct ad_dues *h, struct ad_due *d, double at);

/* The first, or NULL. */
static inline struct ad_due *ad_due_first(const struct ad_dues *h)
{
    return h->n ? h->v[0] : NULL;
}

void ad_dues_free(struct ad_dues *h);

#endif
