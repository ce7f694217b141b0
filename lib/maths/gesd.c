#include "maths/gesd.h"

#include "maths/surprise.h"

#include <math.h>
#include <stdbool.h>

/* 1 / Phi^-1(3/4). */
#define SCALE_OF_MAD 1.4826022185056018

static double median(const double *x, size_t n)
{
    return (x[n / 2] + x[(n - 1) / 2]) / 2;
}

/* The distance from `center` of rank k: that of the farther end of the k + 1 nearest values, which
 * stand side by side. */
static double distance_of_rank(const double *x, size_t n, double center, size_t k)
{
    size_t from = 0, to = n - 1 - k;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (center - x[mid] > x[mid + k + 1] - center)
            from = mid + 1;
        else
            to = mid;
    }
    return fmax(center - x[from], x[from + k] - center);
}

static double mad(const double *x, size_t n, double center)
{
    double low = distance_of_rank(x, n, center, (n - 1) / 2);
    return n % 2 ? low : (low + distance_of_rank(x, n, center, n / 2)) / 2;
}

/* Mean and sum of squares about it. */
struct sums {
    double mean, squares;
};

static struct sums sums_of(const double *x, size_t n)
{
    struct sums s = {0, 0};
    for (size_t i = 0; i < n; i++)
        s.mean += (x[i] - s.mean) / (double)(i + 1);
    for (size_t i = 0; i < n; i++)
        s.squares += (x[i] - s.mean) * (x[i] - s.mean);
    return s;
}

/* The sums of n values without one of them. */
static void take_away(struct sums *s, double x, size_t n)
{
    double off = x - s->mean;
    s->mean -= off / (double)(n - 1);
    s->squares = fmax(0, s->squares - off * (x - s->mean));
}

void ad_gesd(const double *x, size_t n, size_t k, enum ad_gesd_kind kind, struct ad_gesd_step *step)
{
    struct sums s = kind == AD_GESD_MEAN ? sums_of(x, n) : (struct sums){0, 0};
    for (size_t i = 0; i < k; i++, n--) {
        bool by_mean = kind == AD_GESD_MEAN;
        double center = by_mean ? s.mean : median(x, n);
        double scale =
            by_mean ? sqrt(s.squares / (double)(n - 1)) : SCALE_OF_MAD * mad(x, n, center);
        bool upper = x[n - 1] - center > center - x[0];
        step[i] = (struct ad_gesd_step){upper ? x[n - 1] : x[0], center, scale};
        take_away(&s, step[i].value, n);
        x += !upper;
    }
}

double ad_gesd_critical(size_t n, double alpha)
{
    double m = (double)n, t = ad_surprise_t_at(log(m / alpha), m - 2);
    return (m - 1) * t / sqrt((m - 2 + t * t) * m);
}
