#include "maths/rank.h"

static void swap(double *x, size_t i, size_t j)
{
    double y = x[i];
    x[i] = x[j];
    x[j] = y;
}

/* The middle one of the first, the middle and the last value. */
static double pivot_of(const double *x, size_t from, size_t to)
{
    double a = x[from], b = x[from + (to - from) / 2], c = x[to];
    if (a > b)
        return b > c ? b : a < c ? a : c;
    return a > c ? a : b < c ? b : c;
}

double ad_rank(double *x, size_t n, size_t k)
{
    size_t from = 0, to = n - 1;
    while (from < to) {
        double pivot = pivot_of(x, from, to);
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
    return (low + high) / 2;
}
