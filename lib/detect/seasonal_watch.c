#include "detect/seasonal_watch.h"

#include "maths/moments.h"
#include "maths/periods.h"

#include <math.h>
#include <stdlib.h>

void ad_seasonal_watch_init(struct ad_seasonal_watch *w, double start, double width)
{
    *w = (struct ad_seasonal_watch){.start = start, .width = width, .due = AD_WATCH_FIRST};
}

static void add_to(struct ad_seasonal_watch *w, size_t i, double x, double count)
{
    if (!(count > 0))
        return;
    w->count[i] += count;
    w->mean[i] += (x - w->mean[i]) * (count / w->count[i]);
}

static void halve(struct ad_seasonal_watch *w)
{
    size_t n = w->n;
    for (size_t i = 0; i < n; i++) {
        double mean = w->mean[i], count = w->count[i];
        w->mean[i] = w->count[i] = 0;
        add_to(w, i / 2, mean, count);
    }
    w->n = (n + 1) / 2;
    w->width *= 2;
}

bool ad_seasonal_watch_add(struct ad_seasonal_watch *w, double at, double x)
{
    double i = floor((at - w->start) / w->width);
    if (!(i >= 0 && i < 1e15))
        return false;
    for (; i >= AD_WATCH_CELLS; i = floor(i / 2))
        halve(w);
    w->n = i >= (double)w->n ? (size_t)i + 1 : w->n;
    add_to(w, (size_t)i, ad_moments_limit(x), 1);
    if (w->n < w->due)
        return false;
    while (w->due <= w->n)
        w->due = w->due < AD_WATCH_CELLS ? w->due * 2 : AD_WATCH_CELLS + 1;
    /* It is full when the cell after the last is asked for. */
    if (w->due > AD_WATCH_CELLS) {
        halve(w);
        w->due = AD_WATCH_CELLS;
    }
    return true;
}

/* The cells without the empty ones, which take what lies between their neighbours. Returns how many
 * had to. */
static size_t fill(const struct ad_seasonal_watch *w, double *x)
{
    size_t empty = 0, last = SIZE_MAX;
    for (size_t i = 0; i < w->n; i++) {
        if (!(w->count[i] > 0)) {
            empty++;
            continue;
        }
        x[i] = w->mean[i];
        size_t from = last == SIZE_MAX ? 0 : last + 1;
        double before = last == SIZE_MAX ? x[i] : x[last];
        for (size_t k = from; k < i; k++)
            x[k] = before + (x[i] - before) * (double)(k - from + 1) / (double)(i - from + 1);
        last = i;
    }
    for (size_t i = last == SIZE_MAX ? 0 : last + 1; i < w->n; i++)
        x[i] = last == SIZE_MAX ? 0 : x[last];
    return empty;
}

/* The length that is meant by one that was measured in cells of `width`. */
static double meant(double length, double width, bool clocked)
{
    static const double common[] = {3600, 43200, 86400, 604800};
    for (size_t i = 0; clocked && i < sizeof common / sizeof *common; i++)
        if (fabs(length / common[i] - 1) < 0.03)
            return common[i];
    double whole = floor(length / width + 0.5) * width;
    return fabs(length - whole) < 0.26 * width ? whole : length;
}

int ad_seasonal_watch_look(const struct ad_seasonal_watch *w, bool clocked, double *length)
{
    double *x = calloc(AD_WATCH_CELLS, sizeof *x);
    if (!x)
        return -1;
    int found = 0, kept = 0;
    if (fill(w, x) < w->n / 3)
        found = ad_periods_find(x, w->n, length, AD_SEASONAL_MOST);
    free(x);
    for (int k = 0; k < found; k++) {
        double season = meant(length[k] * w->width, w->width, clocked);
        if (season >= 2 && (kept == 0 || season > length[kept - 1] * 1.05))
            length[kept++] = season;
    }
    return found < 0 ? -1 : kept;
}

void ad_seasonal_watch_save(const struct ad_seasonal_watch *w, struct ad_save *out)
{
    ad_save_f64s(out, (double[]){w->start, w->width}, 2);
    ad_save_u64(out, w->n);
    ad_save_u64(out, w->due);
    ad_save_f64s(out, w->mean, w->n);
    ad_save_f64s(out, w->count, w->n);
}

int ad_seasonal_watch_load(struct ad_seasonal_watch *w, struct ad_load *in)
{
    double v[2];
    ad_load_f64s(in, v, 2);
    size_t n = (size_t)ad_load_max(in, AD_WATCH_CELLS - 1);
    size_t due = (size_t)ad_load_max(in, AD_WATCH_CELLS);
    ad_load_f64s(in, w->mean, n);
    ad_load_f64s(in, w->count, n);
    if (in->failed || !(fabs(v[0]) <= 1e15) || !(v[1] > 0 && v[1] <= 1e300) || due <= n)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (!ad_moments_holds(w->mean[i]) || !(w->count[i] >= 0 && w->count[i] <= 0x1p53))
            return -1;
    w->start = v[0];
    w->width = v[1];
    w->n = n;
    w->due = due;
    return 0;
}
