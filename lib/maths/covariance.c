#include "maths/covariance.h"

#include "maths/rank.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAD_TO_SD 1.4826
#define CLIP      4.0
#define NEAREST   0.9 /* part of the rows that the covariance is of */
#define RIDGE     0.1 /* of the mean variance, added to each */

enum { STEPS = 2 };

void ad_cholesky(double *a, size_t d)
{
    for (size_t j = 0; j < d; j++) {
        for (size_t i = j; i < d; i++) {
            double sum = a[i * d + j];
            for (size_t k = 0; k < j; k++)
                sum -= a[i * d + k] * a[j * d + k];
            if (i == j)
                a[i * d + i] = sum > 0 ? sqrt(sum) : 0;
            else
                a[i * d + j] = a[j * d + j] > 0 ? sum / a[j * d + j] : 0;
        }
        for (size_t k = j + 1; k < d; k++)
            a[j * d + k] = 0;
    }
}

/* One number of a row in units of what is usual. */
static double scaled(const struct ad_spread *s, const double *row, size_t k)
{
    return (row[k] - s->median[k]) / s->scale[k];
}

double ad_spread_distance(const struct ad_spread *s, const double *row, double *part)
{
    double z[AD_SPREAD_MOST] = {0}, y[AD_SPREAD_MOST], sum = 0;
    const double *l = s->factor;
    size_t d = s->d;
    for (size_t i = 0; i < d; i++) {
        z[i] = scaled(s, row, i) - s->mean[i];
        y[i] = z[i];
        for (size_t k = 0; k < i; k++)
            y[i] -= l[i * d + k] * y[k];
        y[i] = l[i * d + i] > 0 ? y[i] / l[i * d + i] : 0;
        sum += y[i] * y[i];
    }
    for (size_t i = d; part && i-- > 0;) {
        for (size_t k = i + 1; k < d; k++)
            y[i] -= l[k * d + i] * y[k];
        y[i] = l[i * d + i] > 0 ? y[i] / l[i * d + i] : 0;
        part[i] = z[i] * y[i];
    }
    return sqrt(sum);
}

/* Median and scale of each number. room[n]. */
static void find_scales(struct ad_spread *s, const double *rows, size_t n, double *room)
{
    for (size_t k = 0; k < s->d; k++) {
        double mean = 0, squares = 0;
        for (size_t i = 0; i < n; i++) {
            room[i] = rows[i * s->d + k];
            mean += room[i] / (double)n;
        }
        s->median[k] = ad_rank_median(room, n);
        for (size_t i = 0; i < n; i++) {
            double off = room[i] - mean;
            squares += off * off / (double)n;
            room[i] = fabs(room[i] - s->median[k]);
        }
        s->scale[k] = MAD_TO_SD * ad_rank_median(room, n) + 0.25 * sqrt(squares) + 1e-6;
    }
}

static double clipped(double z, double most)
{
    return z < -most ? -most : z > most ? most : z;
}

/* Mean and covariance of the rows whose distance is at most `reach`, numbers clipped to +-`clip`,
 * into mean[] and the factor. */
static void find_covariance(struct ad_spread *s, const double *rows, size_t n, double clip,
                            const double *distance, double reach)
{
    size_t d = s->d, used = 0;
    double mean[AD_SPREAD_MOST] = {0}, *c = s->factor, trace = 0;
    for (size_t i = 0; i < n; i++)
        if (distance[i] <= reach) {
            used++;
            for (size_t k = 0; k < d; k++)
                mean[k] += clipped(scaled(s, rows + i * d, k), clip);
        }
    for (size_t k = 0; k < d; k++)
        mean[k] /= (double)used;
    memset(c, 0, d * d * sizeof *c);
    for (size_t i = 0; i < n; i++) {
        double z[AD_SPREAD_MOST];
        if (!(distance[i] <= reach))
            continue;
        for (size_t k = 0; k < d; k++)
            z[k] = clipped(scaled(s, rows + i * d, k), clip) - mean[k];
        for (size_t k = 0; k < d; k++)
            for (size_t j = 0; j <= k; j++)
                c[k * d + j] += z[k] * z[j];
    }
    for (size_t k = 0; k < d * d; k++)
        c[k] /= used > 1 ? (double)(used - 1) : 1;
    for (size_t k = 0; k < d; k++)
        trace += c[k * d + k];
    for (size_t k = 0; k < d; k++)
        c[k * d + k] += RIDGE * trace / (double)d + 1e-9;
    ad_cholesky(c, d);
    memcpy(s->mean, mean, sizeof mean);
}

int ad_spread_fit(struct ad_spread *s, const double *rows, size_t n, size_t d, double *distance)
{
    double *own = malloc((distance ? 1 : 2) * n * sizeof *own), *room = own;
    if (!own)
        return -1;
    if (!distance)
        distance = own + n;
    *s = (struct ad_spread){.d = d};
    find_scales(s, rows, n, room);
    memset(distance, 0, n * sizeof *distance);
    find_covariance(s, rows, n, CLIP, distance, 0);
    memset(s->mean, 0, sizeof s->mean);
    for (int step = 0;; step++) {
        for (size_t i = 0; i < n; i++)
            distance[i] = ad_spread_distance(s, rows + i * d, NULL);
        if (step == STEPS)
            break;
        memcpy(room, distance, n * sizeof *room);
        find_covariance(s, rows, n, INFINITY, distance, ad_rank_quantile(room, n, NEAREST));
    }
    free(own);
    return 0;
}

void ad_spread_save(const struct ad_spread *s, struct ad_save *out)
{
    ad_save_u64(out, s->d);
    ad_save_f64s(out, s->median, s->d);
    ad_save_f64s(out, s->scale, s->d);
    ad_save_f64s(out, s->mean, s->d);
    ad_save_f64s(out, s->factor, s->d * s->d);
}

static bool all_within(const double *x, size_t n, double least, double most)
{
    for (size_t i = 0; i < n; i++)
        if (!(x[i] >= least && x[i] <= most))
            return false;
    return true;
}

int ad_spread_load(struct ad_spread *s, struct ad_load *in)
{
    const double most = 1e30;
    *s = (struct ad_spread){.d = (size_t)ad_load_max(in, AD_SPREAD_MOST)};
    ad_load_f64s(in, s->median, s->d);
    ad_load_f64s(in, s->scale, s->d);
    ad_load_f64s(in, s->mean, s->d);
    ad_load_f64s(in, s->factor, s->d * s->d);
    bool sound = !in->failed && all_within(s->median, s->d, -most, most) &&
                 all_within(s->scale, s->d, 1e-7, most) && all_within(s->mean, s->d, -most, most) &&
                 all_within(s->factor, s->d * s->d, -most, most);
    for (size_t k = 0; sound && k < s->d; k++)
        sound = !(s->factor[k * s->d + k] > 0) || s->factor[k * s->d + k] > 1e-30;
    return sound ? 0 : -1;
}
