#include "detect/forest.h"

#include <math.h>

double ad_forest_path(size_t m)
{
    if (m < 2)
        return 0;
    double h = 0;
    if (m <= 256) {
        for (size_t i = m; i > 0; i--)
            h += 1 / (double)i;
    } else { /* Euler and Maclaurin's series, exact to the last digits from here on */
        double x = (double)m, y = 1 / (x * x);
        h = log(x) + 0.57721566490153286 + 1 / (2 * x) - y * (1. / 12 - y * (1. / 120 - y / 252));
    }
    return 2 * (h - 1);
}
