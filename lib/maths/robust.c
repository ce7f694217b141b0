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

/* Output of tests/bench/robust-factors.py for 3 to 24 values; even and odd numbers differ. */
static const struct ad_robust_law few[] = {
    {1.691, 1.00}, {1.511, 1.94}, {1.359, 1.92}, {1.340, 2.90},  {1.256, 2.83}, {1.236, 3.78},
    {1.184, 3.67}, {1.148, 4.44}, {1.136, 4.45}, {1.133, 5.33},  {1.107, 5.23}, {1.106, 6.12},
    {1.093, 6.05}, {1.094, 6.97}, {1.088, 6.99}, {1.083, 7.77},  {1.079, 7.83}, {1.068, 8.41},
    {1.061, 8.37}, {1.059, 9.20}, {1.061, 9.33}, {1.057, 10.07},
};

enum { FEWEST = 3, MANY = FEWEST + sizeof few / sizeof *few };

struct ad_robust_law ad_robust_law(size_t n)
{
    if (n < MANY)
        return n < FEWEST ? (struct ad_robust_law){1, 0} : few[n - FEWEST];
    double m = (double)n;
    return (struct ad_robust_law){1 + (0.898 + 10.7 / m) / m, 0.3705 * m + 0.93};
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
