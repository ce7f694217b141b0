#include "maths/rangescore.h"

/* What the record at place i of 1..length counts. */
static double bias_at(enum ad_range_bias bias, double i, double length)
{
    switch (bias) {
    case AD_BIAS_FRONT:
        return length - i + 1;
    case AD_BIAS_MIDDLE:
        return i <= length / 2 ? i : length - i + 1;
    case AD_BIAS_BACK:
        return i;
    case AD_BIAS_FLAT:
        break;
    }
    return 1;
}

/* What records first to last of `range` count. */
static double weight(enum ad_range_bias bias, struct ad_span range, size_t first, size_t last)
{
    double sum = 0, length = (double)(range.last - range.first + 1);
    for (size_t i = first; i <= last; i++)
        sum += bias_at(bias, (double)(i - range.first + 1), length);
    return sum;
}

double ad_range_cover(const struct ad_span *range, size_t n, const struct ad_span *by, size_t m,
                      double existence, enum ad_range_bias bias)
{
    double sum = 0;
    for (size_t i = 0, from = 0; i < n; i++) {
        double covered = 0, others = 0;
        while (from < m && by[from].last < range[i].first)
            from++;
        for (size_t k = from; k < m && by[k].first <= range[i].last; k++) {
            size_t first = by[k].first > range[i].first ? by[k].first : range[i].first;
            size_t last = by[k].last < range[i].last ? by[k].last : range[i].last;
            covered += weight(bias, range[i], first, last);
            others++;
        }
        if (others > 0)
            sum += existence + (1 - existence) * covered /
                                   weight(bias, range[i], range[i].first, range[i].last) / others;
    }
    return sum;
}
