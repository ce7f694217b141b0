#include "detect/seasonal_days.h"

#include "maths/rank.h"
#include "maths/robust.h"

#include <stdlib.h>

static int by_phase(const void *a, const void *b)
{
    const struct ad_seasonal_day_cell *c = a, *d = b;
    if (c->phase != d->phase)
        return c->phase < d->phase ? -1 : 1;
    if (c->left != d->left)
        return c->left < d->left ? -1 : 1;
    return c->cell < d->cell ? -1 : c->cell > d->cell;
}

/* The median of m sorted cells without the i-th, m > 1; with all of them for i = m. */
static double median_without(const struct ad_seasonal_day_cell *c, size_t m, size_t i)
{
    size_t n = i < m ? m - 1 : m, low = (n - 1) / 2, high = n / 2;
    return (c[low + (low >= i)].left + c[high + (high >= i)].left) / 2;
}

/* Distances of the m cells of a phase from what the others expect there. */
static void compare(struct ad_seasonal_days *d, struct ad_seasonal_day_cell *c, size_t m,
                    double *off)
{
    d->usual[c->phase] = median_without(c, m, m);
    d->count[c->phase] = (double)m;
    for (size_t i = 0; i < m; i++)
        off[i] = m > 1 ? median_without(c, m, i) : 0;
    for (size_t i = 0; i < m; i++) {
        double expected = off[i];
        off[i] = fabs(c[i].left - expected);
        c[i].left = expected;
    }
}

static int begin(struct ad_seasonal_days *d, size_t phases)
{
    d->usual = calloc(phases + 1, sizeof *d->usual);
    d->count = calloc(phases + 1, sizeof *d->count);
    d->n = phases;
    return d->usual && d->count ? 0 : -1;
}

int ad_seasonal_days_fit(struct ad_seasonal_days *d, size_t phases,
                         struct ad_seasonal_day_cell *cell, size_t n, double least, double spread)
{
    double *off = malloc((n + 1) * sizeof *off);
    size_t compared = 0, days = 1;
    if (!off || begin(d, phases)) {
        free(off);
        return -1;
    }
    qsort(cell, n, sizeof *cell, by_phase);
    for (size_t i = 0, m; i < n; i += m) {
        for (m = 1; i + m < n && cell[i + m].phase == cell[i].phase;)
            m++;
        compare(d, cell + i, m, off + compared);
        compared += m > 1 ? m : 0;
        days = m > days ? m : days;
    }
    /* The values of a day go up and down together: what is known is known from days, not values. */
    struct ad_robust_law law = ad_robust_law(days > 3 ? days + 1 : 4);
    double scale = compared ? 1.4826 * ad_rank_median(off, compared) : 0;
    scale = law.factor * (scale > least ? scale : least);
    d->known = (struct ad_seasonal_law){0, scale, law.nu, 0};
    d->unknown = (struct ad_seasonal_law){0, spread > scale ? spread : scale, 1, 0};
    free(off);
    return 0;
}

void ad_seasonal_days_free(struct ad_seasonal_days *d)
{
    free(d->usual);
    free(d->count);
    *d = (struct ad_seasonal_days){0};
}

void ad_seasonal_days_save(const struct ad_seasonal_days *d, struct ad_save *out)
{
    ad_seasonal_law_save(&d->known, out);
    ad_seasonal_law_save(&d->unknown, out);
    ad_save_f64s(out, d->usual, d->n);
    ad_save_f64s(out, d->count, d->n);
}

int ad_seasonal_days_load(struct ad_seasonal_days *d, struct ad_load *in)
{
    ad_seasonal_law_load(&d->known, in);
    ad_seasonal_law_load(&d->unknown, in);
    size_t n = ad_load_peek(in);
    if (in->failed || n > in->in.len / 8 || begin(d, n))
        return -1;
    ad_load_f64s(in, d->usual, n);
    ad_load_f64s(in, d->count, n);
    for (size_t i = 0; i < n && !in->failed; i++)
        in->failed |= !(fabs(d->usual[i]) <= 1e150) || !(d->count[i] >= 0);
    return in->failed ? -1 : 0;
}
