#include "maths/recent.h"

#include "maths/moments.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { START = 16 };

void ad_recent_init(struct ad_recent *r, double rows, double seconds)
{
    *r = (struct ad_recent){.seconds = seconds, .now = -DBL_MAX};
    r->rows = seconds > 0 || !(rows < AD_RECENT_MAX) ? AD_RECENT_MAX : (size_t)rows;
}

void ad_recent_free(struct ad_recent *r)
{
    free(r->x);
    free(r->t);
}

/* A copy of the ring's values, oldest first, with room for cap of them. */
static double *unrolled(const struct ad_recent *r, const double *from, size_t cap)
{
    double *to = malloc(cap * sizeof *to);
    if (!to || r->len == 0)
        return to;
    size_t head = r->cap - r->first < r->len ? r->cap - r->first : r->len;
    memcpy(to, from + r->first, head * sizeof *to);
    memcpy(to + head, from, (r->len - head) * sizeof *to);
    return to;
}

static int grow(struct ad_recent *r, size_t need)
{
    size_t cap = r->cap ? r->cap : START;
    while (cap < need)
        cap *= 2;
    if (cap == r->cap)
        return 0;
    double *x = unrolled(r, r->x, cap);
    double *t = r->seconds > 0 ? unrolled(r, r->t, cap) : NULL;
    if (!x || (r->seconds > 0 && !t)) {
        free(x);
        free(t);
        return -1;
    }
    ad_recent_free(r);
    r->x = x;
    r->t = t;
    r->first = 0;
    r->cap = cap;
    return 0;
}

int ad_recent_reserve(struct ad_recent *r, double t)
{
    size_t need = r->len < r->rows ? r->len + 1 : r->rows;
    if (need > r->cap && grow(r, need) == -1)
        return -1;
    if (t > r->now)
        r->now = t;
    return 0;
}

void ad_recent_save(const struct ad_recent *r, struct ad_save *save)
{
    ad_save_f64(save, r->now);
    for (int part = 0; part < (r->seconds > 0 ? 2 : 1); part++) {
        double *values = unrolled(r, part ? r->t : r->x, r->len ? r->len : 1);
        if (values)
            ad_save_f64s(save, values, r->len);
        else
            save->out->failed = true;
        free(values);
    }
}

static bool are_values(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!ad_moments_holds(x[i]))
            return false;
    return true;
}

static bool are_times(const double *t, size_t n, double now)
{
    for (size_t i = 0; i < n; i++)
        if (!(t[i] >= (i > 0 ? t[i - 1] : -DBL_MAX) && t[i] <= now))
            return false;
    return true;
}

int ad_recent_load(struct ad_recent *r, struct ad_load *load)
{
    r->now = ad_load_finite(load);
    size_t n = ad_load_peek(load);
    if (load->failed || n > r->rows || grow(r, n) == -1)
        return -1;
    ad_load_f64s(load, r->x, n);
    if (r->t)
        ad_load_f64s(load, r->t, n);
    r->len = n;
    if (load->failed || !are_values(r->x, n) || (r->t && !are_times(r->t, n, r->now)))
        return -1;
    return 0;
}
