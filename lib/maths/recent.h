/* The last values of a series: so many, or those of the last so many seconds. */
#ifndef AD_MATHS_RECENT_H
#define AD_MATHS_RECENT_H

#include "base/pack.h"

#include <stdbool.h>
#include <stddef.h>

/* No window holds more values than this. */
enum { AD_RECENT_MAX = 1000000 };

/* A ring, oldest value first, that grows by doubling until it holds the window. */
struct ad_recent {
    double *x, *t; /* t: when each was learnt; NULL in windows of rows */
    size_t first, len;
    size_t cap;          /* 0 or a power of two */
    size_t rows;         /* most values held */
    double seconds, now; /* age at which values leave, 0: never; the newest time seen */
};

/* seconds = 0: the last `rows` values, at most AD_RECENT_MAX; else rows is ignored. */
void ad_recent_init(struct ad_recent *r, double rows, double seconds);
void ad_recent_free(struct ad_recent *r);

/* Adding a value of time t is three steps, so that the caller can account for what leaves:
 *     if (ad_recent_reserve(r, t) == -1) out of memory, nothing has changed
 *     while (ad_recent_due(r)) ... ad_recent_pop(r) ...
 *     ad_recent_push(r, x);
 * Time does not run backwards: a t that is NAN or older than the newest counts as the newest. */
int ad_recent_reserve(struct ad_recent *r, double t);

/* Whether the oldest value has to leave. */
static inline bool ad_recent_due(const struct ad_recent *r)
{
    return r->len > 0 && (r->len == r->rows || (r->t && r->t[r->first] <= r->now - r->seconds));
}

static inline double ad_recent_pop(struct ad_recent *r)
{
    double x = r->x[r->first];
    r->first = (r->first + 1) & (r->cap - 1);
    r->len--;
    return x;
}

static inline void ad_recent_push(struct ad_recent *r, double x)
{
    size_t i = (r->first + r->len++) & (r->cap - 1);
    r->x[i] = x;
    if (r->t)
        r->t[i] = r->now;
}

/* The i-th oldest value. */
static inline double ad_recent_at(const struct ad_recent *r, size_t i)
{
    return r->x[(r->first + i) & (r->cap - 1)];
}

/* Loading goes into a freshly initialised ring. Returns 0, or -1. */
void ad_recent_save(const struct ad_recent *r, struct ad_save *save);
int ad_recent_load(struct ad_recent *r, struct ad_load *load);

#endif
