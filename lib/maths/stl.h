/* Seasonal-trend decomposition by loess (Cleveland, Cleveland, McRae and Terpenning 1990), as R's
 * stl() and forecast::mstl() compute it. */
#ifndef AD_MATHS_STL_H
#define AD_MATHS_STL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Windows are numbers of values, made odd; 0 takes R's default, which for the season is to be the
 * same in every cycle ("periodic"). */
struct ad_stl_cfg {
    size_t period;        /* 2 .. n/2 */
    size_t season, trend; /* s.window, t.window */
    bool robust;          /* 15 rounds of robust weights */
    const bool *absent;   /* [n] values of no weight, or NULL: none are */
};

/* Decompose y[0..n) into season[] + trend[] + the rest. An absent value is a number, too, which
 * only counts where so many are absent that no others are near. Returns 0, or -1 when out of
 * memory. */
int ad_stl(const double *y, size_t n, const struct ad_stl_cfg *cfg, double *season, double *trend);

/* A window of ad_mstl() for seasons that are the same in every cycle. */
#define AD_STL_PERIODIC SIZE_MAX

/* The same for `nperiod` periods, the shortest first: season[k] (n values each) and one trend. With
 * several periods the seasons are refined once, and `window` 0 means 7 + 4k for the k-th, k from 1,
 * as in mstl(). `absent` as above, or NULL. Returns 0, or -1 when out of memory. */
int ad_mstl(const double *y, size_t n, const size_t *period, size_t nperiod, size_t window,
            const bool *absent, bool robust, double *const *season, double *trend);

#endif
