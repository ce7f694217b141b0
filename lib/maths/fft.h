/* The discrete Fourier transform, for lengths that are powers of two. */
#ifndef AD_MATHS_FFT_H
#define AD_MATHS_FFT_H

#include <stddef.h>

/* Replace z[k] = re[k] + i im[k] by the sum over j of z[j] exp(-2 pi i jk/n); n is a power of two
 * (Cooley and Tukey 1965). */
void ad_fft(double *re, double *im, size_t n);

/* Autocovariances of x about 0 at the lags 0 .. nlag - 1: sums of x[i] x[i + lag], not divided by
 * anything. Returns 0, or -1 when out of memory. */
int ad_fft_autocovariance(const double *x, size_t n, double *out, size_t nlag);

#endif
