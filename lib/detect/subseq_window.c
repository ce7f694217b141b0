#include "detect/subseq_window.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TURN 6.283185307179586477

/* Values that share the table of waves; bins that are summed side by side; where bands begin. */
enum { RUN = 64, GROUP = 8, BINS = 32 };

static const size_t edge[] = {1, 2, 3, 5, 9, 17, 33};
enum { EDGES = sizeof edge / sizeof *edge };

/* One more than the highest frequency. */
static size_t end_of(size_t w)
{
    return w / 2 + 1;
}

/* Cosine and sine of 2 pi bin i / w, of `runs` rows i = 0, step, 2 step ..., in groups of bins. */
static void fill(double *table, const struct ad_subseq_window *t, size_t rows, size_t step)
{
    for (size_t g = 0; g < t->bins; g += GROUP)
        for (size_t i = 0; i < rows; i++)
            for (size_t k = 0; k < GROUP; k++) {
                size_t phase = (g + k + 1) * (i * step) % t->w;
                double angle = TURN * (double)phase / (double)t->w;
                double *at = table + (g * rows + i * GROUP) * 2 + k;
                at[0] = cos(angle);
                at[GROUP] = sin(angle);
            }
}

int ad_subseq_window_init(struct ad_subseq_window *t, size_t w)
{
    *t = (struct ad_subseq_window){.w = w, .hop = w / 8 > 1 ? w / 8 : 1};
    size_t last = end_of(w), bands = 1;
    while (bands < EDGES && edge[bands] < last)
        bands++;
    t->features = AD_SUBSEQ_BANDS + bands;
    size_t bins = last - 1 < BINS ? last - 1 : BINS, runs = (w + RUN - 1) / RUN;
    t->bins = (bins + GROUP - 1) / GROUP * GROUP;
    t->taper = malloc(w * sizeof *t->taper);
    t->wave = malloc(RUN * t->bins * 2 * sizeof *t->wave);
    t->turn = malloc(runs * t->bins * 2 * sizeof *t->turn);
    if (!t->taper || !t->wave || !t->turn)
        return -1;
    for (size_t i = 0; i < w; i++)
        t->taper[i] = 0.5 - 0.5 * cos(TURN * (double)i / (double)(w - 1));
    fill(t->wave, t, RUN, 1);
    fill(t->turn, t, runs, RUN);
    return 0;
}

void ad_subseq_window_free(struct ad_subseq_window *t)
{
    free(t->taper);
    free(t->wave);
    free(t->turn);
    *t = (struct ad_subseq_window){0};
}

/* Sums of y with the cosines and sines of one group of bins: RUN values at a time by the same
 * table, the result of each run turned to where it stands. */
static void transform(const struct ad_subseq_window *t, const double *y, size_t group,
                      double *energy)
{
    size_t runs = (t->w + RUN - 1) / RUN;
    const double *wave = t->wave + group * RUN * 2, *turn = t->turn + group * runs * 2;
    double re[GROUP] = {0}, im[GROUP] = {0};
    for (size_t r = 0; r < runs; r++, turn += 2 * GROUP) {
        double c[GROUP] = {0}, s[GROUP] = {0};
        size_t n = t->w - r * RUN < RUN ? t->w - r * RUN : RUN;
        for (size_t i = 0; i < n; i++) {
            const double *at = wave + i * 2 * GROUP;
            double v = y[r * RUN + i];
            for (size_t k = 0; k < GROUP; k++) {
                c[k] += v * at[k];
                s[k] += v * at[GROUP + k];
            }
        }
        for (size_t k = 0; k < GROUP; k++) {
            re[k] += c[k] * turn[k] - s[k] * turn[GROUP + k];
            im[k] += c[k] * turn[GROUP + k] + s[k] * turn[k];
        }
    }
    for (size_t k = 0; k < GROUP; k++)
        energy[k] = re[k] * re[k] + im[k] * im[k];
}

/* Energies of the bands of y. That of all higher frequencies together is what is left of the
 * whole (Parseval). */
static void add_bands(const struct ad_subseq_window *t, const double *y, double *out)
{
    double energy[BINS + 1] = {0}, sum = 0, other = 0, squares = 0;
    size_t last = end_of(t->w), bands = t->features - AD_SUBSEQ_BANDS;
    for (size_t g = 0; g < t->bins; g += GROUP)
        transform(t, y, g, energy + 1 + g);
    for (size_t i = 0; i < t->w; i++) {
        sum += y[i];
        other += i % 2 ? -y[i] : y[i];
        squares += y[i] * y[i];
    }
    double rest = (double)t->w * squares - sum * sum;
    rest = (rest + (t->w % 2 ? 0 : other * other)) / 2;
    for (size_t b = 0; b < bands; b++) {
        size_t to = b + 1 < bands ? edge[b + 1] : last;
        double all = 0;
        for (size_t k = edge[b]; k < to && k <= BINS; k++)
            all += energy[k];
        rest -= all;
        bool beyond = to > BINS + 1;
        double e = beyond ? rest : all;
        out[b] = log((e > 0 ? e : 0) / (double)t->w + 1e-3);
    }
}

void ad_subseq_window_features(const struct ad_subseq_window *t, const double *x, double *y,
                               double *out)
{
    size_t w = t->w;
    double n = (double)w, mean = 0, squares = 0, slope = 0, steps = 0, high = x[0], low = x[0];
    double middle = (n - 1) / 2, around = n * (n * n - 1) / 12;
    for (size_t i = 0; i < w; i++)
        mean += x[i];
    mean /= n;
    for (size_t i = 0; i < w; i++) {
        double off = x[i] - mean, step = x[i] - x[i ? i - 1 : 0];
        squares += off * off;
        slope += off * ((double)i - middle);
        steps += step * step;
        high = x[i] > high ? x[i] : high;
        low = x[i] < low ? x[i] : low;
        y[i] = off * t->taper[i];
    }
    out[AD_SUBSEQ_MEAN] = mean;
    out[AD_SUBSEQ_SPREAD] = log(sqrt(squares / n) + 0.02);
    out[AD_SUBSEQ_SLOPE] = slope / around * n;
    out[AD_SUBSEQ_STEPS] = log(sqrt(steps / n) + 0.02);
    out[AD_SUBSEQ_HIGH] = high;
    out[AD_SUBSEQ_LOW] = low;
    add_bands(t, y, out + AD_SUBSEQ_BANDS);
}

void ad_subseq_window_periods(size_t w, size_t feature, double *shortest, double *longest)
{
    size_t b = feature - AD_SUBSEQ_BANDS, last = end_of(w);
    size_t to = b + 1 < EDGES && edge[b + 1] < last ? edge[b + 1] : last;
    *longest = (double)w / (double)edge[b];
    *shortest = (double)w / (double)(to - 1);
}
