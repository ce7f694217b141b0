/* Exponential smoothing of level, slope and season (Holt 1957, Winters 1960), as R's HoltWinters()
 * computes it. */
#ifndef AD_MATHS_HOLTWINTERS_H
#define AD_MATHS_HOLTWINTERS_H

#include <stdbool.h>
#include <stddef.h>

struct ad_holtwinters {
    size_t period;             /* 2 .. n/2 */
    bool multiplicative;       /* the season is a factor, else a term */
    double alpha, beta, gamma; /* of level, slope and season, 0..1 */
    const bool *absent;        /* [n] values of which nothing is learnt, or NULL: none are */
    /* What it ends with: */
    double level, slope, sse; /* sse: sum of squared errors of the fit */
};

/* One step ahead at a time: fitted[i] from y[0..i), NAN for the first period; season[period]
 * becomes the last cycle, that of y[n - period] first. It starts from a classical decomposition of
 * the first two periods, for which an absent value takes that of the other one. Returns 0, or -1
 * when out of memory. */
int ad_holtwinters_run(struct ad_holtwinters *h, const double *y, size_t n, double *fitted,
                       double *season);

/* The same with the alpha, beta and gamma that make the errors least, by the simplex of Nelder and
 * Mead (1965). */
int ad_holtwinters_fit(struct ad_holtwinters *h, const double *y, size_t n, double *fitted,
                       double *season);

/* The variance of what h >= 1 steps ahead is off, in units of that one step ahead (Yar and
 * Chatfield 1990, as in R's predict()). With a multiplicative season the factors of the steps
 * between are left out, as if these had the mean season. */
double ad_holtwinters_spread(const struct ad_holtwinters *h, double steps);

#endif
