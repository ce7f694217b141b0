/* Surprise: -ln of a tail probability, exact however far out.
 *
 * Degrees of freedom nu are any real number from 1 to INFINITY, which is the Gaussian. Errors are
 * below 1e-7: absolute for S < 1, relative beyond. |t| is limited to 1e150. */
#ifndef AD_MATHS_SURPRISE_H
#define AD_MATHS_SURPRISE_H

#include <math.h>

/* -ln P(|T| >= |t|), T Student with nu degrees of freedom. */
double ad_surprise_t(double t, double nu);

/* The same within the same error and five times as fast, for one nu that is asked for again and
 * again: cubics in |t| up to 8. */
enum { AD_SURPRISE_CELLS_PER_UNIT = 16, AD_SURPRISE_CELLS = 8 * AD_SURPRISE_CELLS_PER_UNIT };
struct ad_surprise_table {
    double nu;
    double cell[AD_SURPRISE_CELLS][4];
};

/* The table of nu. Each thread keeps one, that of its last call: making it takes 20 microseconds.
 */
const struct ad_surprise_table *ad_surprise_table(double nu);

static inline double ad_surprise_table_at(const struct ad_surprise_table *table, double t)
{
    double u = fabs(t) * AD_SURPRISE_CELLS_PER_UNIT;
    if (!(u < AD_SURPRISE_CELLS))
        return ad_surprise_t(t, table->nu);
    int j = (int)u;
    const double *c = table->cell[j];
    u -= j;
    return ((c[3] * u + c[2]) * u + c[1]) * u + c[0];
}

/* Both steps in one. */
static inline double ad_surprise_t_again(double t, double nu)
{
    return ad_surprise_table_at(ad_surprise_table(nu), t);
}

/* -ln P(T >= t), from s = -ln P(|T| >= |t|) as either function above gives it. */
double ad_surprise_upper(double t, double s);

/* The t >= 0 at which ad_surprise_t(t, nu) reaches s: half a microsecond, next to
 * nothing for the arguments of the thread's last call. */
double ad_surprise_t_at(double s, double nu);

/* The t at which the surprise of T >= t reaches s; 0 for s below ln 2. */
double ad_surprise_upper_at(double s, double nu);

/* Mean and variance of a standard Gaussian whose values beyond c are learnt as c: beyond +c and -c
 * (the variance is then beta(c) = E[min(Z^2, c^2)]), or beyond +c alone. */
struct ad_clipped {
    double mean, var;
};
struct ad_clipped ad_clipped_both(double c);
struct ad_clipped ad_clipped_upper(double c);

#endif
