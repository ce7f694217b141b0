#include "alert/due.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static bool before(const struct ad_due *a, const struct ad_due *b)
{
    return a->at < b->at || (!(b->at < a->at) && a->order < b->order);
}

static void put(struct ad_dues *h, size_t i, struct ad_due *d)
{
    h->v[i] = d;
    d->place = i + 1;
}

static void rise(struct ad_dues *h, size_t i, struct ad_due *d)
{
    for (; i > 0 && before(d, h->v[(i - 1) / 2]); i = (i - 1) / 2)
        put(h, i, h->v[(i - 1) / 2]);
    put(h, i, d);
}

static void sink(struct ad_dues *h, size_t i, struct ad_due *d)
{
    for (size_t child; (child = 2 * i + 1) < h->n; i = child) {
        if (child + 1 < h->n && before(h->v[child + 1], h->v[child]))
            child++;
        if (!before(h->v[child], d))
            break;
        put(h, i, h->v[child]);
    }
    put(h, i, d);
}

static void settle(struct ad_dues *h, size_t i, struct ad_due *d)
{
    if (i > 0 && before(d, h->v[(i - 1) / 2]))
        rise(h, i, d);
    else
        sink(h, i, d);
}

int ad_due_set(struct ad_dues *h, struct ad_due *d, double at)
{
    d->at = at;
    if (isinf(at) && at > 0) {
        size_t i = d->place;
        d->place = 0;
        struct ad_due *last = i ? h->v[--h->n] : d;
        if (last != d)
            settle(h, i - 1, last);
        return 0;
    }
    if (d->place) {
        settle(h, d->place - 1, d);
        return 0;
    }
    if (h->n == h->cap) {
        size_t cap = h->cap ? 2 * h->cap : 16;
        struct ad_due **v = realloc(h->v, cap * sizeof *v);
        if (!v)
            return -1;
        h->v = v;
        h->cap = cap;
    }
    rise(h, h->n++, d);
    return 0;
}

void ad_dues_free(struct ad_dues *h)
{
    free(h->v);
    *h = (struct ad_dues){0};
}
