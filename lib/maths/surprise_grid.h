/* What maths/surprise.c and the generator of its table must agree on. */
#ifndef AD_MATHS_SURPRISE_GRID_H
#define AD_MATHS_SURPRISE_GRID_H

#define AD_PI 3.14159265358979323846

/* Cells over u = t/(1 + t) and over v = 2/(nu + 1). */
enum { AD_SURPRISE_U = 48, AD_SURPRISE_V = 24 };

/* The leading terms' a, of 1/nu: exact for nu = 1 and for the Gaussian, so that nothing is left of
 * S there as t grows. */
#define AD_SURPRISE_A(inv_nu) (AD_PI / 2 + (AD_PI * AD_PI / 4 - AD_PI / 2) * (inv_nu))

/* Where in a cell, 0 to 1, the values of its cubic are taken: at both ends, so that cells join, and
 * at two points that balance the error between them. */
static const double ad_cubic_at[4] = {0, 0.25, 0.75, 1};

/* Coefficients, lowest first, of the cubic with the values f there (Newton's divided differences).
 */
static inline void ad_cubic_fit(const double f[4], double c[4])
{
    const double *at = ad_cubic_at;
    double d[4] = {f[0], f[1], f[2], f[3]};
    for (int order = 1; order < 4; order++)
        for (int k = 3; k >= order; k--)
            d[k] = (d[k] - d[k - 1]) / (at[k] - at[k - order]);
    c[0] = d[0];
    c[1] = d[1] - d[2] * at[1] + d[3] * at[1] * at[2];
    c[2] = d[2] - d[3] * (at[1] + at[2]);
    c[3] = d[3];
}

#endif
