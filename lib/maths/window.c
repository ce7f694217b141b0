#include "maths/window.h"

#include <math.h>

void ad_window_init(struct ad_window *w, double rows, double seconds)
{
    *w = (struct ad_window){0};
    ad_recent_init(&w->last, rows, seconds);
}

void ad_window_free(struct ad_window *w)
{
    ad_recent_free(&w->last);
}

static void sum_around(struct ad_window *w, double k)
{
    w->k = k;
    w->sum = w->squares = w->doubt = 0;
    for (size_t i = 0; i < w->last.len; i++)
        ad_window_enter(w, ad_recent_at(&w->last, i));
}

/* The first pass is around a value of the window, so that equal values give sums of exactly 0. */
struct ad_window ad_window_sum_anew(struct ad_window w)
{
    sum_around(&w, ad_recent_at(&w.last, 0));
    sum_around(&w, w.k + w.sum / (double)w.last.len);
    ad_window_summarize(&w);
    return w;
}

int ad_window_add_any(struct ad_window *w, double x, double t)
{
    if (ad_recent_reserve(&w->last, t) == -1)
        return -1;
    double before = w->squares, steps = 1;
    for (; ad_recent_due(&w->last); steps++)
        ad_window_leave(w, ad_recent_pop(&w->last));
    x = ad_moments_limit(x);
    if (w->last.len == 0)
        sum_around(w, x);
    ad_recent_push(&w->last, x);
    ad_window_enter(w, x);
    if (!ad_window_settle(w, before, steps))
        *w = ad_window_sum_anew(*w);
    return 0;
}

void ad_window_save(const struct ad_window *w, struct ad_save *save)
{
    ad_recent_save(&w->last, save);
    ad_save_f64s(save, (double[]){w->k, w->sum, w->squares, w->doubt}, 4);
}

int ad_window_load(struct ad_window *w, struct ad_load *load)
{
    double sums[4];
    if (ad_recent_load(&w->last, load) == -1)
        return -1;
    ad_load_f64s(load, sums, 4);
    for (int i = 0; i < 4; i++)
        if (!isfinite(sums[i]))
            return -1;
    w->k = sums[0];
    w->sum = sums[1];
    w->squares = sums[2];
    w->doubt = sums[3];
    if (w->last.len > 0)
        ad_window_summarize(w);
    bool sound = ad_moments_holds(w->mean) && ad_window_variance(w) <= AD_MOMENTS_VARIANCE;
    return sound && !load->failed ? 0 : -1;
}
