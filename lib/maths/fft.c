#include "maths/fft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TURN 6.283185307179586477

static void swap(double *a, double *b)
{
    double t = *a;
    *a = *b;
    *b = t;
}

/* To the order of reversed bits. */
static void reverse(double *re, double *im, size_t n)
{
    for (size_t i = 1, j = 0; i < n; i++) {
        size_t bit = n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j |= bit;
        if (i < j) {
            swap(&re[i], &re[j]);
            swap(&im[i], &im[j]);
        }
    }
}

void ad_fft(double *re, double *im, size_t n)
{
    reverse(re, im, n);
    for (size_t half = 1; half < n; half *= 2)
        for (size_t k = 0; k < half; k++) {
            double angle = -TURN * (double)k / (double)(2 * half), c = cos(angle), s = sin(angle);
            for (size_t i = k; i < n; i += 2 * half) {
                size_t j = i + half;
                double x = c * re[j] - s * im[j], y = c * im[j] + s * re[j];
                re[j] = re[i] - x;
                im[j] = im[i] - y;
                re[i] += x;
                im[i] += y;
            }
        }
}

int ad_fft_autocovariance(const double *x, size_t n, double *out, size_t nlag)
{
    size_t size = 1;
    while (size < n + nlag)
        size *= 2;
    double *re = calloc(2 * size, sizeof *re);
    if (!re)
        return -1;
    double *im = re + size;
    memcpy(re, x, n * sizeof *re);
    ad_fft(re, im, size);
    for (size_t k = 0; k < size; k++) {
        re[k] = re[k] * re[k] + im[k] * im[k];
        im[k] = 0;
    }
    ad_fft(re, im, size);
    for (size_t lag = 0; lag < nlag; lag++)
        out[lag] = re[lag] / (double)size;
    free(re);
    return 0;
}
