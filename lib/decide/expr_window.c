#include "decide/expr_window.h"

#include <math.h>
#include <stdlib.h>

enum { FEWEST = 4 };

static struct ad_tally_entry *entry(const struct ad_tally *w, uint32_t i)
{
    return &w->ring[(w->head + i) & (w->cap - 1)];
}

static void add(struct ad_tally *w, double x)
{
    double sum = w->sum + x;
    w->rest += fabs(w->sum) >= fabs(x) ? (w->sum - sum) + x : (x - sum) + w->sum;
    w->sum = sum;
}

/* The sum anew, after an overflow has left it. */
static void recount(struct ad_tally *w)
{
    w->sum = w->rest = 0;
    for (uint32_t i = 0; i < w->n; i++)
        add(w, entry(w, i)->sum);
}

static void forget(struct ad_tally *w, double span, double t)
{
    uint32_t n = w->n;
    while (w->n && t - entry(w, 0)->last >= span) {
        add(w, -entry(w, 0)->sum);
        w->head = (w->head + 1) & (w->cap - 1);
        w->n--;
    }
    if (w->n < n && (w->n == 0 || !isfinite(w->sum + w->rest)))
        recount(w);
}

/* Those within the same part of the span, by a grid of the clock, become one. */
static void merge(struct ad_tally *w, double span)
{
    double part = span / AD_TALLY_PARTS;
    uint32_t n = 1;
    for (uint32_t i = 1; i < w->n; i++) {
        struct ad_tally_entry *from = entry(w, i), *to = entry(w, n - 1);
        if (floor(from->last / part) <= floor(to->first / part)) {
            to->last = from->last;
            to->sum += from->sum;
        } else {
            *entry(w, n++) = *from;
        }
    }
    w->n = n;
}

static int grow(struct ad_tally *w)
{
    uint32_t cap = w->cap ? 2 * w->cap : FEWEST;
    struct ad_tally_entry *ring = malloc(cap * sizeof *ring);
    if (!ring)
        return -1;
    for (uint32_t i = 0; i < w->n; i++)
        ring[i] = *entry(w, i);
    free(w->ring);
    w->ring = ring;
    w->cap = cap;
    w->head = 0;
    return 0;
}

int ad_tally_add(struct ad_tally *w, double span, double t, double x)
{
    forget(w, span, t);
    if (x == 0)
        return 0;
    if (w->n == AD_TALLY_MOST && entry(w, w->n - 1)->last < t)
        merge(w, span);
    if (w->n == AD_TALLY_MOST || (w->n && entry(w, w->n - 1)->last >= t)) {
        entry(w, w->n - 1)->last = t;
        entry(w, w->n - 1)->sum += x;
    } else {
        if (w->n == w->cap && grow(w))
            return -1;
        w->n++;
        *entry(w, w->n - 1) = (struct ad_tally_entry){t, t, x};
    }
    add(w, x);
    return 0;
}

double ad_tally_sum(const struct ad_tally *w)
{
    return w->sum + w->rest;
}

void ad_tally_free(struct ad_tally *w)
{
    free(w->ring);
    *w = (struct ad_tally){0};
}

static void save_entry(const struct ad_tally_entry *e, struct ad_save *out)
{
    ad_save_f64(out, e->first);
    ad_save_f64(out, e->last);
    ad_save_f64(out, e->sum);
}

void ad_tally_save(const struct ad_tally *w, struct ad_save *out)
{
    ad_save_u64(out, w->n);
    for (uint32_t i = 0; i < w->n; i++)
        save_entry(entry(w, i), out);
    ad_save_f64(out, w->sum);
    ad_save_f64(out, w->rest);
}

int ad_tally_load(struct ad_tally *w, struct ad_load *in)
{
    enum { ENTRY_BYTES = 3 * 9 };
    uint64_t n = ad_load_max(in, AD_TALLY_MOST);
    if (n > in->in.len / ENTRY_BYTES)
        in->failed = true;
    while (!in->failed && w->cap < n)
        if (grow(w))
            return -1;
    double before = -INFINITY;
    for (uint64_t i = 0; i < n && !in->failed; i++) {
        struct ad_tally_entry *e = entry(w, w->n++);
        e->first = ad_load_finite(in);
        e->last = ad_load_finite(in);
        e->sum = ad_load_f64(in);
        if (!(e->first > before) || !(e->last >= e->first))
            in->failed = true;
        before = e->last;
    }
    w->sum = ad_load_f64(in);
    w->rest = ad_load_f64(in);
    return in->failed ? -1 : 0;
}
