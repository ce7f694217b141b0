#include "maths/rank.h"

#include "maths/rng.h"

#include <math.h>

static void swap(double *x, size_t i, size_t j)
{
    double y = x[i];
    x[i] = x[j];
    x[j] = y;
}

double ad_rank(double *x, size_t n, size_t k)
{
    size_t from = 0, to = n - 1;
    struct ad_rng rng;
    ad_rng_seed(&rng, n);
    while (from < to) {
        /* At random lest an order of the values make it quadratic; never the last, which might be
         * the largest, so that both parts get shorter. */
        double pivot = x[from + ad_rng_below(&rng, to - from)];
        size_t i = from, j = to;
        for (;;) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i >= j)
                break;
            swap(x, i++, j--);
        }
        /* Up to j none is larger than the pivot, from j + 1 on none is smaller. */
        if (k <= j)
            to = j;
        else
            from = j + 1;
    }
    return x[k];
}

double ad_rank_median(double *x, size_t n)
{
    double high = ad_rank(x, n, n / 2), low = high;
    if (n % 2)
        return high;
    low = x[0];
    for (size_t i = 1; i < n / 2; i++)
        low = x[i] > low ? x[i] : low;
    return low / 2 + high / 2;
}

double ad_rank_quantile(double *x, size_t n, double q)
{
    double rank = q * (double)(n - 1);
    size_t k = (size_t)rank;
    double low = ad_rank(x, n, k), high = INFINITY, part = rank - (double)k;
    for (size_t i = k + 1; i < n; i++)
        high = x[i] < high ? x[i] : high;
    return part > 0 ? low + (high - low) * part : low;
}
