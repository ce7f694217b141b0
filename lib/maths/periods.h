/* Which periods a series has. */
#ifndef AD_MATHS_PERIODS_H
#define AD_MATHS_PERIODS_H

#include <stddef.h>

/* The periods, in samples, of n evenly spaced values without a gap: at most `most`, into period[],
 * the shortest first. Each lies between 2 and n/2. Candidates are the hills of the autocorrelation;
 * one counts if its cycles, each without its own mean and slope, resemble each other more than
 * those of a random walk would; the shortest good one is taken out of the series and the rest is
 * asked again. Two are told apart if their cycles, over all values, differ by one. Returns how many
 * there are, or -1 when out of memory. */
int ad_periods_find(const double *x, size_t n, double *period, size_t most);

#endif
