#include "maths/surprise.h"

#include "gen/surprise.h"
#include "maths/surprise_grid.h"

#include <math.h>

#define LN2 0.69314718055994530942

/* Farther out t * t would overflow. */
#define T_MAX 1e150

/* What the leading terms leave: cubic in u within its cell, cubic (Lagrange) over four nodes in v.
 * See surprise_gen.c. */
static double remainder_at(double t, double inv)
{
    double u = t / (1 + t) * AD_SURPRISE_U, v = 2 * AD_SURPRISE_V * inv / (1 + inv);
    int j = u < AD_SURPRISE_U ? (int)u : AD_SURPRISE_U - 1;
    int i = v < 1 ? 0 : v < AD_SURPRISE_V - 2 ? (int)v - 1 : AD_SURPRISE_V - 3;
    const double(*c)[4] = &surprise_cell[j][i];
    u -= j;
    v -= i;
    double w0 = (1 - v) * (v - 2) * (v - 3) / 6, w1 = v * (v - 2) * (v - 3) / 2;
    double w2 = v * (1 - v) * (v - 3) / 2, w3 = v * (v - 1) * (v - 2) / 6;
    double p[4];
    for (int k = 0; k < 4; k++)
        p[k] = w0 * c[0][k] + w1 * c[1][k] + w2 * c[2][k] + w3 * c[3][k];
    return ((p[3] * u + p[2]) * u + p[1]) * u + p[0];
}

/* (nu - 1) ln(1 + q/nu). The plain logarithm is the faster one, and its error grows with nu; past
 * 1e15 the limit is as good. */
static double leading(double q, double nu, double inv)
{
    if (nu < 1e5)
        return (nu - 1) * log(1 + q * inv);
    return nu < 1e15 ? (nu - 1) * log1p(q * inv) : q;
}

double ad_surprise_t(double t, double nu)
{
    t = fabs(t) < T_MAX ? fabs(t) : T_MAX;
    double q = t * t, inv = 1 / nu;
    double lead = leading(q, nu, inv) + log(1 + AD_SURPRISE_A(inv) * q);
    double s = 0.5 * lead + remainder_at(t, inv);
    return s > 0 ? s : 0;
}

static void fill(double (*cell)[4], double nu)
{
    for (int j = 0; j < AD_SURPRISE_CELLS; j++) {
        double f[4];
        for (int k = 0; k < 4; k++)
            f[k] = ad_surprise_t((j + ad_cubic_at[k]) / AD_SURPRISE_CELLS_PER_UNIT, nu);
        ad_cubic_fit(f, cell[j]);
    }
}

const struct ad_surprise_table *ad_surprise_table(double nu)
{
    static _Thread_local struct ad_surprise_table table;
    if (nu < table.nu || nu > table.nu) {
        fill(table.cell, nu);
        table.nu = nu;
    }
    return &table;
}

double ad_surprise_upper(double t, double s)
{
    return t >= 0 ? s + LN2 : -log1p(-0.5 * exp(-s));
}

/* False position with the Illinois rule (Dowell and Jarratt 1971): an end that stays twice has its
 * weight halved, so that both ends close in. */
static double solve(double s, double nu)
{
    double lo = 0, hi = 1, below = -s, above;
    for (; (above = ad_surprise_t(hi, nu) - s) < 0 && hi < T_MAX; hi *= 2) {
        lo = hi;
        below = above;
    }
    double t = hi, off = above;
    for (int last = 0, i = 0; i < 100 && fabs(off) > 1e-13 * s && hi > lo; i++) {
        t = above > 0 ? hi - above * (hi - lo) / (above - below) : hi;
        off = ad_surprise_t(t, nu) - s;
        if (off < 0) {
            above *= last < 0 ? 0.5 : 1;
            lo = t;
            below = off;
            last = -1;
        } else {
            below *= last > 0 ? 0.5 : 1;
            hi = t;
            above = off;
            last = 1;
        }
    }
    return t;
}

double ad_surprise_t_at(double s, double nu)
{
    static _Thread_local struct {
        double s, nu, t;
    } last;
    if (s != last.s || nu != last.nu) {
        last.t = solve(s, nu);
        last.s = s;
        last.nu = nu;
    }
    return last.t;
}

double ad_surprise_upper_at(double s, double nu)
{
    return s > LN2 ? ad_surprise_t_at(s - LN2, nu) : 0;
}

static double density(double c)
{
    return exp(-0.5 * c * c) / sqrt(2 * AD_PI);
}

static double upper_tail(double c)
{
    return 0.5 * erfc(c / sqrt(2));
}

struct ad_clipped ad_clipped_both(double c)
{
    double q = upper_tail(c);
    return (struct ad_clipped){0, isinf(c) ? 1 : 1 - 2 * q - 2 * c * density(c) + 2 * c * c * q};
}

struct ad_clipped ad_clipped_upper(double c)
{
    if (isinf(c))
        return (struct ad_clipped){0, 1};
    double q = upper_tail(c), mean = c * q - density(c);
    return (struct ad_clipped){mean, 1 - q - c * density(c) + c * c * q - mean * mean};
}
