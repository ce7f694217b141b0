#include "detect/seasonal_rest.h"

#include "maths/gesd.h"
#include "maths/rank.h"
#include "maths/robust.h"
#include "maths/surprise.h"

#include <math.h>
#include <stdlib.h>

/* Of how many values one may be taken for an outlier, at most: as many as Hochenbaum and others
 * do. What is beyond these is judged by the scale of the rest. */
enum { ONE_IN = 10 };

/* --- laws --------------------------------------------------------------------------------------*/

double ad_seasonal_law_surprise(const struct ad_seasonal_law *law, double x,
                                enum ad_direction direction)
{
    double off = x - law->center, t = off != 0 ? off / law->reach : 0;
    double surprise = ad_surprise_t(t, law->nu);
    if (direction != AD_BOTH)
        surprise = ad_surprise_upper(direction == AD_UP ? t : -t, surprise);
    surprise -= law->crowd;
    surprise = surprise > 0 ? surprise : 0;
    return surprise < AD_SURPRISE_MAX ? surprise : AD_SURPRISE_MAX;
}

double ad_seasonal_law_bound(const struct ad_seasonal_law *law, int sign, double s0,
                             enum ad_direction direction)
{
    if (direction == (sign > 0 ? AD_DOWN : AD_UP))
        return sign * (double)INFINITY;
    double t = direction == AD_BOTH ? ad_surprise_t_at(s0 + law->crowd, law->nu)
                                    : ad_surprise_upper_at(s0 + law->crowd, law->nu);
    return law->center + sign * t * law->reach;
}

/* Of n values, whose fit followed them by the part `leverage`. */
static struct ad_seasonal_law law_of(double center, double scale, double n, double leverage,
                                     double stretch)
{
    struct ad_robust_law law = ad_robust_law((size_t)(n * (1 - leverage)));
    return (struct ad_seasonal_law){center, law.factor * stretch * scale, law.nu > 1 ? law.nu : 1,
                                    0};
}

/* Values in the middle of many are followed by what was fitted to them, those far out are not, the
 * less the more robust it is: so the rest of these is larger, in units of the middle ones', than
 * the Gaussian law says. By simulation: tests/bench/stl-rest.c. */
static double stretch_of(double leverage, bool robust)
{
    if (!robust)
        return 1 / sqrt(1 - leverage);
    double l = leverage < 0.3 ? leverage : 0.3;
    return 1 / (1 - l - 2.2 * l * l);
}

struct ad_seasonal_law ad_seasonal_law_widened(const struct ad_seasonal_law *law, double least,
                                               struct ad_seasonal_more more)
{
    struct ad_seasonal_law wide = *law;
    wide.reach = wide.reach > least ? wide.reach : least;
    if (more.variance > 0) {
        /* The degrees of freedom of a sum: Satterthwaite 1946. */
        double own = wide.reach * wide.reach, sum = own + more.variance;
        wide.nu = sum * sum / (own * own / law->nu + more.variance * more.variance / more.nu);
        wide.reach = sqrt(sum);
    }
    return wide;
}

/* --- the test ----------------------------------------------------------------------------------*/

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static int side_begin(struct ad_seasonal_side *s, size_t n)
{
    s->n = n;
    s->value = calloc(3 * n + 1, sizeof *s->value);
    s->both = s->value + n;
    s->one = s->both + n;
    return s->value ? 0 : -1;
}

/* The k steps, the last of which is about the values that stay, into both sides. */
static int keep_steps(struct ad_seasonal_rest *r, const struct ad_gesd_step *step,
                      const struct ad_seasonal_law *law, size_t k)
{
    size_t n[2] = {0, 0};
    double most = 0, most_of[2] = {0, 0};
    for (size_t i = 0; i + 1 < k; i++)
        n[step[i].value < step[i].center]++;
    if (side_begin(&r->side[0], n[0]) || side_begin(&r->side[1], n[1]))
        return -1;
    n[0] = n[1] = 0;
    for (size_t i = k; i-- > 0;) {
        int below = step[i].value < step[i].center;
        struct ad_seasonal_side *s = &r->side[below];
        double one = ad_seasonal_law_surprise(&law[i], step[i].value, below ? AD_DOWN : AD_UP);
        double both = ad_seasonal_law_surprise(&law[i], step[i].value, AD_BOTH);
        most = both > most ? both : most;
        most_of[below] = one > most_of[below] ? one : most_of[below];
        if (i + 1 == k)
            continue;
        s->value[n[below]] = below ? -step[i].value : step[i].value;
        s->both[n[below]] = most;
        s->one[n[below]++] = most_of[below];
        s->far = law[i];
    }
    return 0;
}

static int test(struct ad_seasonal_rest *r, double *x, size_t n, double leverage, double stretch,
                double least)
{
    size_t k = n / ONE_IN + 1, kept = 1;
    struct ad_gesd_step *step = malloc(k * sizeof *step);
    struct ad_seasonal_law *law = malloc(k * sizeof *law);
    int rc = step && law ? 0 : -1;
    if (rc == 0) {
        qsort(x, n, sizeof *x, by_size);
        ad_gesd(x, n, k, AD_GESD_MEDIAN, step);
        for (size_t i = 0; i < k; i++) {
            double left = (double)(n - i);
            law[i] = law_of(step[i].center, step[i].scale, left, leverage, stretch);
            law[i].reach = law[i].reach > least ? law[i].reach : least;
            law[i].crowd = log(left);
            bool below = step[i].value < step[i].center;
            if (ad_seasonal_law_surprise(&law[i], step[i].value, below ? AD_DOWN : AD_UP) > 0)
                kept = i + 2 < k ? i + 2 : k;
        }
        r->near = law[kept - 1];
        rc = keep_steps(r, step, law, kept);
    }
    free(step);
    free(law);
    return rc;
}

int ad_seasonal_rest_fit(struct ad_seasonal_rest *r, double *x, size_t n, double leverage,
                         bool robust, bool gesd, double least)
{
    *r = (struct ad_seasonal_rest){0};
    leverage = leverage < 0.75 ? leverage : 0.75;
    double stretch = stretch_of(leverage, robust);
    if (gesd)
        return test(r, x, n, leverage, stretch, least);
    for (size_t i = 0; i < n; i++)
        x[i] = fabs(x[i]);
    r->near = law_of(0, 1.4826 * ad_rank_median(x, n), (double)n, leverage, stretch);
    return 0;
}

void ad_seasonal_rest_free(struct ad_seasonal_rest *r)
{
    for (int k = 0; k < 2; k++)
        free(r->side[k].value);
    *r = (struct ad_seasonal_rest){0};
}

/* --- asking ------------------------------------------------------------------------------------*/

/* The first of the values, none of which are smaller than those before, that is not below u. */
static size_t first_from(const struct ad_seasonal_side *s, const double *value, double u)
{
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (value[mid] < u)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

double ad_seasonal_rest_surprise(const struct ad_seasonal_rest *r, double x,
                                 enum ad_direction direction, double least,
                                 struct ad_seasonal_more more)
{
    int below = x < r->near.center;
    const struct ad_seasonal_side *s = &r->side[below];
    const struct ad_seasonal_law near = ad_seasonal_law_widened(&r->near, least, more);
    double surprise = ad_seasonal_law_surprise(&near, x, direction), u = below ? -x : x;
    if (s->n == 0 || more.variance > 0 || direction == (below ? AD_UP : AD_DOWN))
        return surprise;
    const double *of = direction == AD_BOTH ? s->both : s->one;
    size_t i = first_from(s, s->value, u), last = s->n - 1;
    if (i > last) {
        surprise = ad_seasonal_law_surprise(&s->far, x, direction);
        return surprise > of[last] ? surprise : of[last];
    }
    if (s->value[i] > u && i == 0)
        return surprise < of[0] ? surprise : of[0];
    if (s->value[i] <= u)
        return of[i];
    return of[i - 1] +
           (of[i] - of[i - 1]) * (u - s->value[i - 1]) / (s->value[i] - s->value[i - 1]);
}

double ad_seasonal_rest_bound(const struct ad_seasonal_rest *r, int sign, double s0,
                              enum ad_direction direction, double least,
                              struct ad_seasonal_more more)
{
    const struct ad_seasonal_side *s = &r->side[sign < 0];
    const struct ad_seasonal_law near = ad_seasonal_law_widened(&r->near, least, more);
    double bound = ad_seasonal_law_bound(&near, sign, s0, direction);
    if (s->n == 0 || more.variance > 0 || isinf(bound))
        return bound;
    const double *of = direction == AD_BOTH ? s->both : s->one;
    size_t i = first_from(s, of, s0);
    if (i == 0)
        return sign * fmin(sign * bound, s->value[0]);
    if (i == s->n)
        return sign *
               fmax(sign * ad_seasonal_law_bound(&s->far, sign, s0, direction), s->value[s->n - 1]);
    double part = (s0 - of[i - 1]) / (of[i] - of[i - 1]);
    return sign * (s->value[i - 1] + part * (s->value[i] - s->value[i - 1]));
}

/* --- saving ------------------------------------------------------------------------------------*/

void ad_seasonal_law_save(const struct ad_seasonal_law *l, struct ad_save *out)
{
    ad_save_f64s(out, (double[]){l->center, l->reach, l->nu, l->crowd}, 4);
}

void ad_seasonal_rest_save(const struct ad_seasonal_rest *r, struct ad_save *out)
{
    ad_seasonal_law_save(&r->near, out);
    for (int k = 0; k < 2; k++) {
        const struct ad_seasonal_side *s = &r->side[k];
        ad_seasonal_law_save(&s->far, out);
        ad_save_f64s(out, s->value, s->n);
        ad_save_f64s(out, s->both, s->n);
        ad_save_f64s(out, s->one, s->n);
    }
}

void ad_seasonal_law_load(struct ad_seasonal_law *l, struct ad_load *in)
{
    double v[4];
    ad_load_f64s(in, v, 4);
    in->failed |= !(fabs(v[0]) <= 1e150) || !(v[1] >= 0 && v[1] <= 1e150) ||
                  !(v[2] >= 0 && v[2] <= 1e15) || !(v[3] >= 0 && v[3] <= 100);
    *l = (struct ad_seasonal_law){v[0], v[1], v[2], v[3]};
}

/* Values that never fall. */
static void load_rising(struct ad_load *in, double *x, size_t n, double most)
{
    ad_load_f64s(in, x, n);
    for (size_t i = 0; i < n && !in->failed; i++)
        in->failed |= !(fabs(x[i]) <= most) || (i > 0 && x[i] < x[i - 1]);
}

int ad_seasonal_rest_load(struct ad_seasonal_rest *r, struct ad_load *in)
{
    ad_seasonal_law_load(&r->near, in);
    for (int k = 0; k < 2 && !in->failed; k++) {
        struct ad_seasonal_side *s = &r->side[k];
        ad_seasonal_law_load(&s->far, in);
        size_t n = ad_load_peek(in);
        if (in->failed || n > in->in.len / 8 || side_begin(s, n))
            return -1;
        load_rising(in, s->value, s->n, 1e150);
        load_rising(in, s->both, s->n, AD_SURPRISE_MAX);
        load_rising(in, s->one, s->n, AD_SURPRISE_MAX);
    }
    return in->failed ? -1 : 0;
}
