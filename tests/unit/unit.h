/* What every unit test includes first: cmocka with the headers it wants, and a comparison of
 * doubles. */
#ifndef AD_UNIT_H
#define AD_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

/* Fail unless got is within rel * |want| of want (within rel of it where want is 0). A NaN matches
 * a NaN and an infinity its own sign only. */
#define assert_close(got, want, rel) ad_assert_close(got, want, rel, #got, __FILE__, __LINE__)

static inline void ad_assert_close(double got, double want, double rel, const char *what,
                                   const char *file, int line)
{
    if ((isnan(got) && isnan(want)) || (isinf(want) && !(got < want) && !(got > want)))
        return;
    double unit = fabs(want) > 0 ? fabs(want) : 1;
    if (isfinite(want) && fabs(got - want) <= rel * unit)
        return;
    print_error("%s is %.17g, expected %.17g, off by %.3g, allowed %.3g\n", what, got, want,
                fabs(got - want) / unit, rel);
    _fail(file, line);
}

#endif
