/* What maths/surprise.c and the generator of its table must agree on. */
#ifndef AD_MATHS_SURPRISE_GRID_H
#define AD_MATHS_SURPRISE_GRID_H

#define AD_PI 3.14159265358979323846

/* Cells over u = t/(1 + t) and over v = 2/(nu + 1). */
enum { AD_SURPRISE_U = 48, AD_SURPRISE_V = 20 };

/* The leading terms' a, of 1/nu: exact for nu = 1 and for the Gaussian, so that nothing is left of
 * S there as t grows. */
#define AD_SURPRISE_A(inv_nu) (AD_PI / 2 + (AD_PI * AD_PI / 4 - AD_PI / 2) * (inv_nu))

#endif
