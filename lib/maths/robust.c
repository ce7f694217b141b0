#include "maths/robust.h"

#include "maths/moments.h"

/* 1 / Phi^-1(3/4). */
#define SCALE_OF_MAD 1.4826022185056018

void ad_robust_init(struct ad_robust *r, double rows, double seconds)
{
    *r = (struct ad_robust){0};
    ad_recent_init(&r->last, rows, seconds);
}

void ad_robust_free(struct ad_robust *r)
{
    ad_recent_free(&r->last);
    ad_order_free(&r->order);
}

static void summarize(struct ad_robust *r)
{
    r->median = ad_order_median(&r->order);
    r->scale = SCALE_OF_MAD * ad_order_mad(&r->order);
}

int ad_robust_add(struct ad_robust *r, double x, double t)
{
    x = ad_moments_limit(x);
    if (ad_recent_reserve(&r->last, t) == -1 || ad_order_add(&r->order, x) == -1)
        return -1;
    while (ad_recent_due(&r->last))
        ad_order_remove(&r->order, ad_recent_pop(&r->last));
    ad_recent_push(&r->last, x);
    summarize(r);
    return 0;
}

void ad_robust_save(const struct ad_robust *r, struct ad_save *save)
{
    ad_recent_save(&r->last, save);
}

int ad_robust_load(struct ad_robust *r, struct ad_load *load)
{
    if (ad_recent_load(&r->last, load) == -1)
        return -1;
    for (size_t i = 0; i < r->last.len; i++)
        if (ad_order_add(&r->order, ad_recent_at(&r->last, i)) == -1)
            return -1;
    if (r->last.len > 0)
        summarize(r);
    return 0;
}
