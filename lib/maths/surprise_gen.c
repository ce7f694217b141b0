/* Host program: prints the table behind maths/surprise.c as a C header.
 *
 * Surprise of a two-sided Student tail, S = -ln P(|T| >= t), without its leading terms
 *     (nu - 1)/2 ln(1 + t^2/nu) + 1/2 ln(1 + a t^2),   a = pi/2 + (pi^2/4 - pi/2)/nu,
 * is small, bounded and smooth: it vanishes at t = 0 and tends to a constant within 1/t^2 whatever
 * nu is. So a coarse grid over u = t/(1 + t) and v = 2/(nu + 1) holds all of it. */
#include "maths/surprise_grid.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf.h>
#include <math.h>
#include <stdio.h>

/* Continued fraction of the incomplete beta function (DLMF 8.17.22), evaluated from its tail: far
 * more terms than x < 1/2 and b = 1/2 ever need. */
static double beta_fraction(double a, double b, double x)
{
    double f = 1;
    for (int m = 400; m >= 0; m--) {
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        f = 1 + odd / f;
        if (m > 0)
            f = 1 + m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)) / f;
    }
    return 1 / f;
}

static double surprise(double t, double nu)
{
    if (isinf(nu))
        return -gsl_sf_log_erfc(t / sqrt(2));
    if (t < 1)
        return -log(2 * gsl_cdf_tdist_Q(t, nu));
    double a = nu / 2, b = 0.5, x = nu / (nu + t * t);
    return log(a) + gsl_sf_lnbeta(a, b) - a * log(x) - b * log1p(-x) - log(beta_fraction(a, b, x));
}

/* What surprise() tends to beyond its leading terms as t grows: -ln(2 c sqrt(a)), c the constant of
 * Student's density. */
static double limit(double nu)
{
    double a = AD_SURPRISE_A(1 / nu);
    if (isinf(nu))
        return -0.5 * log(2 * a / AD_PI);
    return gsl_sf_lnbeta(nu / 2, 0.5) + 0.5 * log(nu) - log(2) - 0.5 * log(a);
}

static double remainder_at(double u, double nu)
{
    if (u >= 1)
        return limit(nu);
    double t = u / (1 - u), q = t * t;
    double lead = isinf(nu) ? q : (nu - 1) * log1p(q / nu);
    return surprise(t, nu) - 0.5 * (lead + log1p(AD_SURPRISE_A(1 / nu) * q));
}

static void print_cell(int j, double nu)
{
    double f[4], c[4];
    for (int k = 0; k < 4; k++)
        f[k] = remainder_at((j + ad_cubic_at[k]) / AD_SURPRISE_U, nu);
    ad_cubic_fit(f, c);
    printf("{%.17g, %.17g, %.17g, %.17g},\n", c[0], c[1], c[2], c[3]);
}

int main(void)
{
    printf("static const double surprise_cell[%d][%d][4] = {\n", AD_SURPRISE_U, AD_SURPRISE_V + 1);
    for (int j = 0; j < AD_SURPRISE_U; j++) {
        printf("{\n");
        for (int i = 0; i <= AD_SURPRISE_V; i++)
            print_cell(j, i == 0 ? INFINITY : 2.0 * AD_SURPRISE_V / i - 1);
        printf("},\n");
    }
    printf("};\n");
    return fflush(stdout) != 0;
}
