#include "maths/evidence.h"

#include <math.h>

/* -ln Q from the series of 1 - Q, for x < shape + 1. */
static double from_below(double x, double a, double lead)
{
    double term = 1 / a, sum = term;
    for (double n = a + 1; term > sum * 1e-17; n++)
        sum += term *= x / n;
    return -log1p(-exp(lead) * sum);
}

/* The same from the continued fraction of Q (Lentz's method), for the x above. */
static double from_above(double x, double a, double lead)
{
    enum { STEPS = 100000 };
    const double tiny = 1e-300;
    double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
    for (int i = 1; i < STEPS; i++) {
        double n = -i * (i - a);
        b += 2;
        d = n * d + b;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = b + n / c;
        c = fabs(c) < tiny ? tiny : c;
        h *= d * c;
        if (fabs(d * c - 1) < 1e-15)
            break;
    }
    return -lead - log(h);
}

double ad_surprise_gamma(double x, double shape)
{
    if (!(x > 0))
        return 0;
    double lead = shape * log(x) - x - lgamma(shape);
    return x < shape + 1 ? from_below(x, shape, lead) : from_above(x, shape, lead);
}

static double ratio(const double a[8], const double b[8], double r)
{
    double num = 0, den = 0;
    for (int i = 7; i >= 0; i--) {
        num = num * r + a[i];
        den = den * r + b[i];
    }
    return num / den;
}

/* The coefficients as published. */
static double central(double q)
{
    static const double a[8] = {3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427,
                                13731.693765509461125, 45921.953931549871457, 67265.770927008700853,
                                33430.575583588128105, 2509.0809287301226727};
    static const double b[8] = {1,
                                42.313330701600911252,
                                687.18700749205790830,
                                5394.1960214247511077,
                                21213.794301586595867,
                                39307.895800092710610,
                                28729.085735721942674,
                                5226.4952788528545610};
    return q * ratio(a, b, 0.180625 - q * q);
}

static double outer(double r)
{
    static const double c[8] = {1.42343711074968357734,   4.63033784615654529590,
                                5.76949722146069140550,   3.64784832476320460504,
                                1.27045825245236838258,   0.241780725177450611770,
                                0.0227238449892691845833, 7.74545014278341407640e-4};
    static const double d[8] = {1,
                                2.05319162663775882187,
                                1.67638483018380384940,
                                0.689767334985100004550,
                                0.148103976427480074590,
                                0.0151986665636164571966,
                                5.47593808499534494600e-4,
                                1.05075007164441684324e-9};
    static const double e[8] = {6.65790464350110377720,    5.46378491116411436990,
                                1.78482653991729133580,    0.296560571828504891230,
                                0.0265321895265761230930,  1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[8] = {1,
                                0.599832206555887937690,
                                0.136929880922735805310,
                                0.0148753612908506148525,
                                7.86869131145613259100e-4,
                                1.84631831751005468180e-5,
                                1.42151175831644588870e-7,
                                2.04426310338993978564e-15};
    return r <= 5 ? ratio(c, d, r - 1.6) : ratio(e, f, r - 5);
}

double ad_normal_at_surprise(double s)
{
    if (s > 700) /* -ln of the tail is z^2 / 2 + ln(z sqrt(2 pi)) and 1 / z^2 */
        return sqrt(2 * s - log(4 * acos(-1) * s) + log(2 * s) / (2 * s));
    double q = exp(-s) - 0.5;
    if (fabs(q) <= 0.425)
        return -central(q);
    return q < 0 ? outer(sqrt(s)) : -outer(sqrt(-log(-expm1(-s))));
}
