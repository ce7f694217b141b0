#include "unit.h"

#include "maths/rng.h"
#include "maths/surprise.h"

#include <gsl/gsl_cdf.h>

#define LN2 0.69314718055994530942

/* Rscript -e 'for (nu in c(1,1.5,2,3,9.25,29,99,5000,1e7,Inf)) for (t in c(.001,.3,1,3,8,40,1000))
 *     cat(sprintf("{%g, %g, %.15g},\n", t, nu, -pt(-t, nu, log.p=TRUE) - log(2)))'
 * without the one of 500000 (R 4.2.2). */
static const struct {
    double t, nu, s;
} r[] = {
    {0.001, 1, 0.000636822288438421},   {0.3, 1, 0.205238750904096},
    {1, 1, 0.693147180559946},          {3, 1, 1.58556141473035},
    {8, 1, 2.53619764959547},           {40, 1, 4.14067043633472},
    {1000, 1, 7.35933831760478},        {0.001, 1.5, 0.00068170207935192},
    {0.3, 1.5, 0.222553479436386},      {1, 1.5, 0.795987835342903},
    {3, 1.5, 2.01329615533009},         {8, 1.5, 3.41372499735303},
    {40, 1.5, 5.81595802972061},        {1000, 1.5, 10.643770549289},
    {0.001, 2, 0.00070735672219846},    {0.3, 2, 0.232580866971455},
    {1, 2, 0.86121150251649},           {3, 2, 2.3489854691824},
    {8, 2, 4.18199141753591},           {40, 2, 7.37869587154536},
    {1000, 2, 13.8155120579629},        {0.001, 3, 0.000735375352726941},
    {0.3, 3, 0.243648227638251},        {1, 3, 0.939042043934177},
    {3, 3, 2.85303749489096},           {8, 3, 5.50249746910107},
    {40, 3, 10.2780157563104},          {1000, 3, 19.9323988173368},
    {0.001, 9.25, 0.00077695085365026}, {0.3, 9.25, 0.260313546311122},
    {1, 9.25, 1.07075230969707},        {3, 9.25, 4.23268818779679},
    {8, 9.25, 10.8804073436939},        {40, 9.25, 25.2226215835348},
    {1000, 9.25, 54.9729696064616},     {0.001, 29, 0.000791350056514872},
    {0.3, 29, 0.266159234939843},       {1, 29, 1.12214096574451},
    {3, 29, 5.20315408227717},          {8, 29, 18.6422535732925},
    {40, 29, 60.3218345779855},         {1000, 29, 153.417578736575},
    {0.001, 99, 0.00079618901723566},   {0.3, 99, 0.268132860608654},
    {1, 99, 1.14022061057741},          {3, 99, 5.67942906449221},
    {8, 99, 26.7554257944797},          {40, 99, 143.208896031675},
    {1000, 99, 458.940068264957},       {0.001, 5000, 0.000798162981914707},
    {0.3, 5000, 0.268939318165833},     {1, 5000, 1.14772197017548},
    {3, 5000, 5.90966006023522},        {8, 5000, 34.1109060435705},
    {40, 5000, 697.855870211934},       {0.001, 1e+07, 0.000798202887056787},
    {0.3, 1e+07, 0.268955629448899},    {1, 1e+07, 1.14787438819256},
    {3, 1e+07, 5.91457657862783},       {8, 1e+07, 34.3201844020163},
    {40, 1e+07, 803.851221690316},      {0.001, INFINITY, 0.000798202907019929},
    {0.3, INFINITY, 0.268955637608906}, {1, INFINITY, 1.14787446444932},
    {3, INFINITY, 5.9145790409504},     {8, INFINITY, 34.3202899793546},
    {40, INFINITY, 803.915294833194},
};

/* The promise: 1e-7, absolute below 1 and relative above. */
static void assert_surprise(double got, double want)
{
    assert_close(got, want, want < 1 ? 1e-7 / (want > 0 ? want : 1) : 1e-7);
}

static void test_matches_r_in_the_far_tail(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof r / sizeof *r; i++) {
        assert_surprise(ad_surprise_t(r[i].t, r[i].nu), r[i].s);
        assert_surprise(ad_surprise_t(-r[i].t, r[i].nu), r[i].s);
    }
}

static void test_matches_gsl_everywhere(void **state)
{
    (void)state;
    struct ad_rng rng;
    ad_rng_seed(&rng, 1);
    for (int i = 0; i < 100000; i++) {
        double nu = exp(16 * ad_rng_unit(&rng) * ad_rng_unit(&rng));
        double u = ad_rng_unit(&rng), t = 2 * u / (1 - u), p = 2 * gsl_cdf_tdist_Q(t, nu);
        if (p > 1e-250)
            assert_surprise(ad_surprise_t(t, nu), -log(p));
        if (p > 1e-250 && i % 100 == 0)
            assert_surprise(ad_surprise_t_again(t, nu), -log(p));
    }
}

static void test_grows_with_distance(void **state)
{
    (void)state;
    for (double nu = 1; nu < 1e8; nu *= 3.7) {
        double before = ad_surprise_t(0, nu);
        assert_close(before, 0, 0);
        for (double t = 0.001; t < 1e6; t *= 1.003) {
            double s = ad_surprise_t(t, nu);
            assert_true(s > before);
            before = s;
        }
    }
}

static void test_stays_finite(void **state)
{
    (void)state;
    static const double nu[] = {1, 2.5, 100, 1e5, 1e15, 1e300, INFINITY};
    for (size_t i = 0; i < sizeof nu / sizeof *nu; i++) {
        assert_true(isfinite(ad_surprise_t(1e300, nu[i])));
        assert_true(isfinite(ad_surprise_t(INFINITY, nu[i])));
        assert_true(isfinite(ad_surprise_t_at(1e6, nu[i])));
    }
    /* Of Cauchy's law p = 2/(pi t) far out. */
    assert_close(ad_surprise_t(1e100, 1), log(3.14159265358979323846 / 2) + 100 * log(10), 1e-7);
}

static void test_the_table_for_one_nu_agrees(void **state)
{
    (void)state;
    static const double nu[] = {1, 2, 9.5, 99, 99, 1e6, INFINITY, 1};
    for (size_t i = 0; i < sizeof nu / sizeof *nu; i++)
        for (double t = -10; t < 10; t += 0.0037)
            assert_close(ad_surprise_t_again(t, nu[i]) - ad_surprise_t(t, nu[i]), 0, 5e-8);
    /* Student's quartile of one degree is 1, to the printed digits. */
    assert_close(ad_surprise_t_again(1, 1), LN2, 1e-7);
}

static void test_one_side(void **state)
{
    (void)state;
    for (double nu = 1; nu < 1e6; nu *= 4.3)
        for (double t = -30; t < 30; t += 0.11) {
            double got = ad_surprise_upper(t, ad_surprise_t(t, nu));
            assert_surprise(got, -log(gsl_cdf_tdist_Q(t, nu)));
        }
    assert_close(ad_surprise_upper(0, 0), LN2, 1e-15);
    /* Rscript -e 'cat(sprintf("%.15g", -pnorm(5, log.p=TRUE)))' */
    assert_close(ad_surprise_upper(-5, ad_surprise_t(-5, INFINITY)), 2.86651612963764e-07, 1e-6);
}

static void test_inverse(void **state)
{
    (void)state;
    for (double nu = 1; nu < 1e8; nu *= 2.9)
        for (double s = 0.001; s < 300; s *= 1.31) {
            assert_close(ad_surprise_t(ad_surprise_t_at(s, nu), nu), s, 1e-9);
            double up = ad_surprise_upper_at(s + LN2, nu);
            assert_close(ad_surprise_upper(up, ad_surprise_t(up, nu)), s + LN2, 1e-9);
        }
    /* -qnorm(.0027/2) and -qt(.0027/2, 29) in R */
    assert_close(ad_surprise_t_at(-log(0.0027), INFINITY), 2.99997699270339, 1e-7);
    assert_close(ad_surprise_t_at(-log(0.0027), 29), 3.28039677468323, 1e-7);
    assert_close(ad_surprise_t_at(0, 5), 0, 0);
    assert_close(ad_surprise_upper_at(0.5, 5), 0, 0);
}

/* For c in the first column, in R:
 * p <- function(a,b) integrate(function(z) pmin(z^2,c^2)*dnorm(z), a, b, rel.tol=1e-13)$value
 * f <- function(k) integrate(function(z) z^k*dnorm(z), -Inf, c, rel.tol=1e-13)$value +
 * c^k*pnorm(-c) sprintf("%.17g, %.12g, %.12g, %.12g", c, p(-Inf,-c)+p(-c,c)+p(c,Inf), f(1),
 * f(2)-f(1)^2) */
static const struct {
    double c, both, upper_mean, upper_var;
} clipped[] = {
    {0.5, 0.185128365147, -0.197796557401, 0.553440704454},
    {1.2815515655446004, 0.678654558953, -0.047343175378, 0.837085903222},
    {1.6448536269514722, 0.831268281131, -0.0208929590278, 0.915197624828},
    {2.7821504537845998, 0.990104174133, -0.000807976768694, 0.99505143424},
    {3, 0.995007278034, -0.000382154317048, 0.997503492975},
    {5, 0.99999889208, -5.34616552413e-08, 0.99999944604},
};

static void test_moments_of_clipped_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof clipped / sizeof *clipped; i++) {
        struct ad_clipped both = ad_clipped_both(clipped[i].c);
        struct ad_clipped upper = ad_clipped_upper(clipped[i].c);
        assert_close(both.mean, 0, 0);
        assert_close(both.var, clipped[i].both, 1e-11);
        assert_close(upper.mean - clipped[i].upper_mean, 0, 1e-12);
        assert_close(upper.var, clipped[i].upper_var, 1e-11);
    }
    assert_close(ad_clipped_both(INFINITY).var, 1, 0);
    assert_close(ad_clipped_upper(INFINITY).mean, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches_r_in_the_far_tail),
        cmocka_unit_test(test_matches_gsl_everywhere),
        cmocka_unit_test(test_grows_with_distance),
        cmocka_unit_test(test_stays_finite),
        cmocka_unit_test(test_the_table_for_one_nu_agrees),
        cmocka_unit_test(test_one_side),
        cmocka_unit_test(test_inverse),
        cmocka_unit_test(test_moments_of_clipped_values),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
