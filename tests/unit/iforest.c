#include "unit.h"

#include "base/pool.h"
#include "detect/iforest.h"
#include "maths/rng.h"

#include <stdlib.h>
#include <string.h>

static const struct ad_line line = {AD_S0, AD_BOTH};
static const struct ad_verdict plain = {false, -INFINITY, INFINITY};

static struct ad_iforest_cfg config(int mode)
{
    return (struct ad_iforest_cfg){
        .mode = mode, .sample = 256, .max_sample = 100000, .window = 2048};
}

static struct ad_sample sample(const double *x, size_t n)
{
    return (struct ad_sample){.t = NAN, .wall = NAN, .elapsed = NAN, .x = x, .n = n};
}

/* A batch detector that was fitted on rows. */
struct forest {
    struct ad_iforest_cfg cfg;
    struct ad_setup setup;
    void *state;
};

static struct forest *fit(struct ad_iforest_cfg cfg, struct ad_setup setup, const double *x,
                          size_t rows)
{
    struct forest *f = malloc(sizeof *f);
    struct ad_err err = {0};
    assert_non_null(f);
    f->cfg = cfg;
    f->setup = setup;
    assert_null(ad_iforest.check(&f->cfg));
    f->state = ad_iforest.create(&f->cfg, &f->setup);
    assert_non_null(f->state);
    for (size_t i = 0; i < rows; i++) {
        struct ad_sample s = sample(x + i * setup.nfield, setup.nfield);
        assert_int_equal(ad_iforest.learn(f->state, &s, &line, &plain), 0);
    }
    assert_int_equal(ad_iforest.fit(f->state, &err), 0);
    return f;
}

static void forest_free(struct forest *f)
{
    ad_iforest.destroy(f->state);
    free(f);
}

static struct ad_score score(const struct forest *f, const double *x)
{
    struct ad_score out;
    struct ad_sample s = sample(x, f->setup.nfield);
    ad_score_init(&out);
    ad_iforest.score(f->state, &s, &line, &out);
    return out;
}

static double surprise(const struct forest *f, const double *x)
{
    struct ad_score s = score(f, x);
    assert_int_equal(s.state, AD_OK);
    assert_true(s.surprise >= 0 && s.surprise <= 700);
    return s.surprise;
}

/* Rows of three Gaussian fields, the second one the sum of the first and noise. */
static double *gaussian(size_t rows, uint64_t seed)
{
    double *x = malloc(rows * 3 * sizeof *x);
    struct ad_rng rng;
    assert_non_null(x);
    ad_rng_seed(&rng, seed);
    for (size_t i = 0; i < rows; i++) {
        x[3 * i] = ad_rng_normal(&rng);
        x[3 * i + 1] = 100 + x[3 * i] + 0.5 * ad_rng_normal(&rng);
        x[3 * i + 2] = 1e-3 * ad_rng_normal(&rng);
    }
    return x;
}

static const struct ad_setup three = {.nfield = 3, .seed = 1};

static double rate_above(const struct forest *f, const double *x, size_t rows, double alpha)
{
    size_t n = 0;
    for (size_t i = 0; i < rows; i++)
        n += surprise(f, x + i * f->setup.nfield) >= -log(alpha);
    return (double)n / (double)rows;
}

static void assert_between(double x, double lo, double hi)
{
    if (!(x >= lo && x <= hi))
        fail_msg("%g is not in %g .. %g", x, lo, hi);
}

/* --- what is anomalous -------------------------------------------------------------------------
 */

static void test_options(void **state)
{
    (void)state;
    struct ad_iforest_cfg cfg = config(AD_IFOREST_CLASSIC);
    assert_null(ad_iforest.check(&cfg));
    cfg.sample = 257;
    assert_non_null(ad_iforest.check(&cfg));
    cfg.mode = AD_IFOREST_FCF;
    assert_null(ad_iforest.check(&cfg));
    cfg.sample = 1;
    assert_non_null(ad_iforest.check(&cfg));
    cfg.sample = 70000;
    assert_non_null(ad_iforest.check(&cfg));
    cfg = config(AD_IFOREST_EIF);
    cfg.max_sample = 9;
    assert_non_null(ad_iforest.check(&cfg));
    cfg.sliding = true;
    assert_null(ad_iforest.check(&cfg));
    cfg.window = 9;
    assert_non_null(ad_iforest.check(&cfg));
    cfg = config(AD_IFOREST_EIF);
    cfg.trees = 1000000;
    assert_non_null(ad_iforest.check(&cfg));
}

static void test_false_alarms(void **state)
{
    (void)state;
    static const size_t rows[] = {300, 4000};
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++)
        for (int i = 0; i < 2; i++) {
            double *x = gaussian(rows[i] + 5000, 3);
            struct forest *f = fit(config(mode), three, x, rows[i]);
            assert_between(rate_above(f, x + 3 * rows[i], 5000, 0.05), 0.035, 0.07);
            assert_between(rate_above(f, x + 3 * rows[i], 5000, 0.01), 0.004, 0.02);
            forest_free(f);
            free(x);
        }
}

static void test_anomalies_among_the_fit(void **state)
{
    (void)state;
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++) {
        double *x = gaussian(3000, 4);
        struct ad_rng rng;
        ad_rng_seed(&rng, 9);
        for (size_t i = 0; i < 3 * 3000; i += 300) {
            x[i] = 6 + 10 * ad_rng_unit(&rng);
            x[i + 1] = 60 + 30 * ad_rng_unit(&rng);
            x[i + 2] = 0.02 + 0.01 * ad_rng_unit(&rng);
        }
        struct forest *f = fit(config(mode), three, x, 3000);
        size_t found = 0;
        for (size_t i = 0; i < 3 * 3000; i += 300)
            found += surprise(f, x + i) >= AD_S0;
        assert_in_range(found, 29, 30);
        assert_between(rate_above(f, x, 3000, 0.01), 0.01, 0.025);
        forest_free(f);
        free(x);
    }
}

/* Ordinary points on a ring, strange ones on a square around it, all of irrational steps. */
static double *ring(void)
{
    static const double by[] = {0.6180339887498949, 0.7548776662466927, 0.5698402909980532,
                                0.8191725133961645};
    double *x = malloc(1050 * 2 * sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < 1000; i++) {
        double angle = 2 * acos(-1) * fmod((i + 1) * by[0], 1);
        double radius = 0.9 + 0.2 * fmod((i + 1) * by[1], 1);
        x[2 * i] = radius * cos(angle);
        x[2 * i + 1] = radius * sin(angle);
    }
    for (int i = 0; i < 50; i++) {
        x[2000 + 2 * i] = 4 * fmod((i + 1) * by[2], 1) - 2;
        x[2001 + 2 * i] = 4 * fmod((i + 1) * by[3], 1) - 2;
    }
    return x;
}

/* P(a strange point surprises more than an ordinary one). */
static double auroc(const struct forest *f, const double *x)
{
    double s[1050], sum = 0;
    for (int i = 0; i < 1050; i++)
        s[i] = surprise(f, x + 2 * i);
    for (int i = 0; i < 1000; i++)
        for (int k = 1000; k < 1050; k++)
            sum += s[k] > s[i] ? 1 : s[k] < s[i] ? 0 : 0.5;
    return sum / 50000;
}

/* scikit-learn 1.2.1 on the same points: IsolationForest(n_estimators=300, max_samples=256,
 * random_state=s).fit(X), mean over s = 0 .. 19: roc_auc_score(y, -score_samples(X)) is 0.95112
 * (standard deviation 0.0052), and -score_samples of the points below is as told there (0.004 to
 * 0.01). */
static void test_ranks_as_scikit_learn(void **state)
{
    (void)state;
    static const struct {
        double x[2], score;
    } point[] = {{{1, 0}, 0.4603},
                 {{0.5, 0}, 0.5086},
                 {{1.5, 0}, 0.6022},
                 {{1.2, 1.2}, 0.6455},
                 {{-3, 3}, 0.7578}};
    double *x = ring(), sum = 0;
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct forest *f =
            fit(config(AD_IFOREST_CLASSIC), (struct ad_setup){.nfield = 2, .seed = seed}, x, 1050);
        sum += auroc(f, x) / 10;
        for (size_t i = 1; i < sizeof point / sizeof *point; i++)
            assert_true(surprise(f, point[i].x) > surprise(f, point[i - 1].x));
        forest_free(f);
    }
    assert_between(sum, 0.945, 0.957);
    free(x);
}

/* --- what must not matter ----------------------------------------------------------------------
 */

static void test_threads_and_blocks_do_not_matter(void **state)
{
    (void)state;
    enum { ROWS = 3000 };
    double *x = gaussian(ROWS, 6);
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++) {
        struct ad_setup many = three;
        many.pool = ad_pool_new(3);
        struct forest *f = fit(config(mode), three, x, ROWS), *g = fit(config(mode), many, x, ROWS);
        struct ad_sample *s = calloc(ROWS, sizeof *s);
        struct ad_score *out = calloc(ROWS, sizeof *out);
        for (size_t i = 0; i < ROWS; i++) {
            s[i] = sample(x + 3 * i, 3);
            ad_score_init(&out[i]);
        }
        for (size_t n = 1; n <= ROWS; n = 5 * n + 13) {
            ad_iforest.score_rows(g->state, s, n, &line, out);
            for (size_t i = 0; i < n; i++)
                assert_close(out[i].surprise, surprise(f, s[i].x), 0);
        }
        double a[3], b[3];
        assert_int_equal(ad_iforest.importance(f->state, a), 0);
        assert_int_equal(ad_iforest.importance(g->state, b), 0);
        assert_memory_equal(a, b, sizeof a);
        forest_free(f);
        forest_free(g);
        free(s);
        free(out);
        ad_pool_free(many.pool);
    }
    free(x);
}

static void test_seeds_matter(void **state)
{
    (void)state;
    double *x = gaussian(500, 6);
    const double far[] = {4, 100, 0};
    struct forest *f = fit(config(0), three, x, 500), *g = fit(config(0), three, x, 500);
    struct forest *h = fit(config(0), (struct ad_setup){.nfield = 3, .seed = 2}, x, 500);
    assert_close(surprise(f, far), surprise(g, far), 0);
    assert_true(fabs(surprise(f, far) - surprise(h, far)) > 0);
    forest_free(f);
    forest_free(g);
    forest_free(h);
    free(x);
}

/* Multiples of 2^-10 around 2^40 and 0 differ by the same numbers. */
static void test_offsets_and_units_do_not_matter(void **state)
{
    (void)state;
    double *x = gaussian(1000, 6), *y = malloc(3000 * sizeof *y);
    assert_non_null(y);
    for (int i = 0; i < 3000; i++) {
        x[i] = round(x[i] * 1024) / 1024;
        y[i] = (x[i] + 0x1p40) * 4;
    }
    struct forest *f = fit(config(0), three, x, 1000), *g = fit(config(0), three, y, 1000);
    for (int i = 0; i < 3000; i += 3)
        assert_close(surprise(f, x + i), surprise(g, y + i), 0);
    forest_free(f);
    forest_free(g);
    free(x);
    free(y);
}

static void test_one_value_far_out_hides_nothing(void **state)
{
    (void)state;
    for (int side = -1; side <= 1; side += 2) {
        double *x = gaussian(1000, 6);
        for (int i = 0; i < 1000; i++)
            x[i] = x[3 * i];
        x[0] = side * 1e300;
        struct forest *f = fit(config(0), (struct ad_setup){.nfield = 1, .seed = 1}, x, 1000);
        assert_true(surprise(f, &(double){12}) > 4);
        assert_true(surprise(f, &(double){-12}) > 4);
        assert_true(surprise(f, &(double){0}) < 1);
        forest_free(f);
        free(x);
    }
}

/* --- odd rows ----------------------------------------------------------------------------------
 */

static void test_too_few_rows_are_warm_up(void **state)
{
    (void)state;
    double *x = gaussian(20, 7);
    struct forest *f = fit(config(0), three, x, 0);
    assert_int_equal(score(f, x).state, AD_WARMUP);
    forest_free(f);
    f = fit(config(0), three, x, 9);
    assert_int_equal(score(f, x).state, AD_WARMUP);
    forest_free(f);
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++)
        for (size_t rows = 10; rows <= 20; rows++) {
            f = fit(config(mode), three, x, rows);
            for (size_t i = 0; i < rows; i++)
                assert_true(surprise(f, x + 3 * i) < AD_S0);
            forest_free(f);
        }
    free(x);
}

static void test_equal_rows_never_surprise(void **state)
{
    (void)state;
    static const size_t rows[] = {10, 300, 1000};
    double *x = malloc(3000 * sizeof *x);
    for (int i = 0; i < 3000; i++)
        x[i] = 7;
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++)
        for (int i = 0; i < 3; i++) {
            struct forest *f = fit(config(mode), three, x, rows[i]);
            assert_close(surprise(f, x), 0, 0);
            assert_close(surprise(f, (const double[]){8, -7, 1e9}), 0, 0);
            double share[3];
            assert_int_equal(ad_iforest.importance(f->state, share), 0);
            assert_close(share[0] + share[1] + share[2], 0, 0);
            forest_free(f);
        }
    free(x);
}

static void test_huge_values(void **state)
{
    (void)state;
    struct ad_rng rng;
    double *x = malloc(3000 * sizeof *x);
    ad_rng_seed(&rng, 1);
    for (int i = 0; i < 3000; i++)
        x[i] = (2 * ad_rng_unit(&rng) - 1) * (i % 3 == 0 ? 1.7e308 : i % 3 == 1 ? 1e-300 : 1e-320);
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++) {
        struct forest *f = fit(config(mode), three, x, 1000);
        const double far[] = {1.7e308, -1.7e308, 1.7e308}, mid[] = {0, 0, 0};
        struct ad_sample s = sample(far, 3);
        struct ad_score out = score(f, far);
        double contrib[3];
        assert_true(surprise(f, far) > surprise(f, mid));
        ad_iforest.explain(f->state, &s, contrib);
        for (size_t i = 0; i < 3; i++) {
            assert_true(isfinite(contrib[i]));
            out.field = i;
            ad_iforest.bounds(f->state, &s, &line, &out);
            assert_true(isfinite(out.expected));
        }
        forest_free(f);
    }
    free(x);
}

static void test_missing_values(void **state)
{
    (void)state;
    double *x = gaussian(3000, 8);
    struct ad_rng rng;
    ad_rng_seed(&rng, 5);
    for (int i = 0; i < 6000; i++)
        if (i % 3 && ad_rng_unit(&rng) < 0.3)
            x[i] = NAN;
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++) {
        struct forest *f = fit(config(mode), three, x, 1500);
        assert_between(rate_above(f, x + 4500, 1500, 0.05), 0.03, 0.08);
        assert_true(surprise(f, (const double[]){8, NAN, 0.01}) > 4);
        assert_true(surprise(f, (const double[]){NAN, 100, NAN}) < 2);
        double contrib[3];
        const double far[] = {NAN, 50, 0};
        struct ad_sample s = sample(far, 3);
        ad_iforest.explain(f->state, &s, contrib);
        assert_close(contrib[0], 0, 0);
        assert_true(contrib[1] > contrib[2]);
        forest_free(f);
    }
    free(x);
}

static void test_columns_without_values(void **state)
{
    (void)state;
    double *x = gaussian(1000, 8);
    for (int i = 0; i < 1000; i++)
        x[3 * i + 1] = NAN;
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++) {
        struct forest *f = fit(config(mode), three, x, 1000);
        const double far[] = {9, 5, 0.02};
        struct ad_score out = score(f, far);
        struct ad_sample s = sample(far, 3);
        assert_true(surprise(f, far) >= AD_S0);
        out.field = 1;
        ad_iforest.bounds(f->state, &s, &line, &out);
        assert_true(isnan(out.expected) && isnan(out.lower) && isnan(out.upper));
        forest_free(f);
    }
    free(x);
}

static void test_categories(void **state)
{
    (void)state;
    static const bool category[] = {true, false, true};
    double *x = gaussian(2000, 8);
    for (int i = 0; i < 2000; i++) {
        x[3 * i] = i % 3;
        x[3 * i + 2] = i % 50 == 0 ? 9 : 4;
    }
    struct ad_setup setup = {.nfield = 3, .category = category, .seed = 1};
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++) {
        struct forest *f = fit(config(mode), setup, x, 2000);
        const double usual[] = {1, 100, 4}, rare[] = {1, 100, 9}, unseen[] = {17, 100, 4};
        assert_true(surprise(f, usual) < 2);
        assert_true(surprise(f, rare) > surprise(f, usual) + 0.5);
        assert_true(surprise(f, unseen) < 700);
        struct ad_sample s = sample(rare, 3);
        struct ad_score out = score(f, rare);
        double contrib[3];
        ad_iforest.explain(f->state, &s, contrib);
        assert_true(contrib[2] > contrib[0] && contrib[2] > contrib[1]);
        out.field = 2;
        ad_iforest.bounds(f->state, &s, &line, &out);
        assert_close(out.expected, 4, 0);
        assert_true(isnan(out.lower) && isnan(out.upper));
        forest_free(f);
    }
    free(x);
}

/* --- the reservoir -----------------------------------------------------------------------------
 */

/* The median of rows 0, 1, 2 ... that were kept, as bounds() tells it. */
static double median_kept(struct ad_iforest_cfg cfg, uint64_t seed, size_t rows)
{
    double *x = malloc(rows * sizeof *x), at = 0;
    for (size_t i = 0; i < rows; i++)
        x[i] = (double)i;
    struct forest *f = fit(cfg, (struct ad_setup){.nfield = 1, .seed = seed}, x, rows);
    struct ad_sample s = sample(&at, 1);
    struct ad_score out = score(f, &at);
    ad_iforest.bounds(f->state, &s, &line, &out);
    forest_free(f);
    free(x);
    return out.expected;
}

/* The median of 51 of 1001 uniform ones has the standard deviation 1001 / (2 sqrt(53)) = 69, the
 * mean of 100 of those 6.9. */
static void test_keeps_a_random_choice(void **state)
{
    (void)state;
    struct ad_iforest_cfg cfg = config(AD_IFOREST_CLASSIC);
    double sum = 0, squares = 0;
    cfg.trees = 1;
    cfg.sample = 16;
    cfg.max_sample = 51;
    for (uint64_t seed = 0; seed < 100; seed++) {
        double median = median_kept(cfg, seed, 1001);
        sum += median / 100;
        squares += (median - 500) * (median - 500) / 100;
    }
    assert_between(sum, 500 - 28, 500 + 28);
    assert_between(sqrt(squares), 50, 88);
    cfg.max_sample = 1001;
    assert_close(median_kept(cfg, 1, 1001), 500, 0);
    assert_close(median_kept(cfg, 1, 1000), 499.5, 0);
}

/* --- reasons -----------------------------------------------------------------------------------
 */

static void test_explains_by_the_field_that_was_changed(void **state)
{
    (void)state;
    double *x = gaussian(3000, 11);
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++) {
        struct forest *f = fit(config(mode), three, x, 2000);
        size_t named = 0, flagged = 0;
        for (size_t i = 2000; i < 3000; i++) {
            static const double far[] = {9, 108, 0.009};
            double row[3], contrib[3];
            size_t field = i % 3;
            memcpy(row, x + 3 * i, sizeof row);
            row[field] = far[field];
            struct ad_sample s = sample(row, 3);
            if (surprise(f, row) < 3)
                continue;
            ad_iforest.explain(f->state, &s, contrib);
            flagged++;
            named += contrib[field] >= contrib[(field + 1) % 3] &&
                     contrib[field] >= contrib[(field + 2) % 3];
        }
        assert_true(flagged > 200);
        assert_true((double)named >= 0.95 * (double)flagged);
        forest_free(f);
    }
    free(x);
}

static void test_bounds_are_the_nearest_that_passes(void **state)
{
    (void)state;
    double *x = gaussian(2000, 12);
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++) {
        struct forest *f = fit(config(mode), three, x, 2000);
        struct ad_line loose = {3, AD_BOTH};
        for (int side = -1; side <= 1; side += 2) {
            double row[] = {side * 30.0, 100 + side * 1.5, 0};
            struct ad_sample s = sample(row, 3);
            struct ad_score out = score(f, row);
            assert_true(out.surprise >= 3);
            out.field = 0;
            ad_iforest.bounds(f->state, &s, &loose, &out);
            assert_between(out.expected, -0.1, 0.1);
            double bound = side > 0 ? out.upper : out.lower;
            assert_true(isinf(side > 0 ? out.lower : out.upper));
            assert_between(side * bound, 0.1, 6);
            row[0] = bound;
            assert_true(surprise(f, row) < 3);
            row[0] = bound + side * 0.5;
            assert_true(surprise(f, row) > 2.5);
        }
        double both[] = {20, 160, 0};
        struct ad_sample s = sample(both, 3);
        struct ad_score out = score(f, both);
        struct ad_line tight = {1, AD_BOTH};
        ad_iforest.bounds(f->state, &s, &tight, &out);
        assert_true(isnan(out.lower) && isnan(out.upper) && isfinite(out.expected));
        forest_free(f);
    }
    free(x);
}

static void test_importance(void **state)
{
    (void)state;
    double *x = gaussian(2000, 13);
    for (int i = 0; i < 2000; i++)
        x[3 * i + 2] = 5;
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++) {
        struct forest *f = fit(config(mode), three, x, 2000);
        double share[3];
        assert_int_equal(ad_iforest.importance(f->state, share), 0);
        assert_close(share[0] + share[1] + share[2], 1, 1e-12);
        assert_close(share[2], 0, 0);
        assert_between(share[0], 0.3, 0.7);
        forest_free(f);
    }
    free(x);
}

/* --- models ------------------------------------------------------------------------------------
 */

static struct forest *copy_of(const struct forest *f, struct ad_buf *out)
{
    struct forest *g = malloc(sizeof *g);
    *g = *f;
    g->state = ad_iforest.create(&g->cfg, &g->setup);
    ad_iforest.save(f->state, &(struct ad_save){out});
    struct ad_load in = {{out->s, out->len}, false};
    assert_int_equal(ad_iforest.load(g->state, &in), 0);
    assert_int_equal(in.in.len, 0);
    return g;
}

static void test_a_model_scores_the_same(void **state)
{
    (void)state;
    double *x = gaussian(1000, 14);
    x[3] = NAN;
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++)
        for (size_t rows = 0; rows <= 600; rows += 600) {
            struct ad_buf out = {0}, again = {0};
            struct forest *f = fit(config(mode), three, x, rows), *g = copy_of(f, &out);
            ad_iforest.save(g->state, &(struct ad_save){&again});
            assert_int_equal(out.len, again.len);
            assert_memory_equal(out.s, again.s, out.len);
            for (size_t i = 0; rows && i < 3000; i += 15) {
                struct ad_sample s = sample(x + i, 3);
                struct ad_score a = score(f, x + i), b = score(g, x + i);
                double c[3], d[3];
                assert_close(a.surprise, b.surprise, 0);
                if (i % 90)
                    continue;
                ad_iforest.explain(f->state, &s, c);
                ad_iforest.explain(g->state, &s, d);
                assert_memory_equal(c, d, sizeof c);
                ad_iforest.bounds(f->state, &s, &line, &a);
                ad_iforest.bounds(g->state, &s, &line, &b);
                assert_close(a.expected, b.expected, 0);
                assert_close(a.lower, b.lower, 0);
                assert_close(a.upper, b.upper, 0);
            }
            double share[2][3];
            assert_int_equal(ad_iforest.importance(f->state, share[0]), 0);
            assert_int_equal(ad_iforest.importance(g->state, share[1]), 0);
            assert_memory_equal(share[0], share[1], sizeof share[0]);
            forest_free(f);
            forest_free(g);
            ad_buf_free(&out);
            ad_buf_free(&again);
        }
    free(x);
}

static void test_a_cut_model_is_rejected(void **state)
{
    (void)state;
    double *x = gaussian(100, 14);
    struct ad_iforest_cfg cfg = config(AD_IFOREST_CLASSIC);
    struct ad_buf out = {0};
    cfg.trees = 3;
    cfg.sample = 8;
    struct forest *f = fit(cfg, three, x, 100);
    ad_iforest.save(f->state, &(struct ad_save){&out});
    for (size_t len = 0; len < out.len; len += 1 + len / 50) {
        void *s = ad_iforest.create(&f->cfg, &f->setup);
        assert_int_equal(ad_iforest.load(s, &(struct ad_load){{out.s, len}, false}), -1);
        ad_iforest.destroy(s);
    }
    forest_free(f);
    ad_buf_free(&out);
    free(x);
}

/* --- along the stream --------------------------------------------------------------------------
 */

struct stream {
    struct ad_iforest_cfg cfg;
    void *state;
    size_t rows, scored, flagged;
};

static void stream_open(struct stream *s, int mode)
{
    *s = (struct stream){.cfg = config(mode)};
    s->cfg.sliding = true;
    assert_null(ad_iforest_sliding.check(&s->cfg));
    s->state = ad_iforest_sliding.create(&s->cfg, &three);
    assert_non_null(s->state);
}

/* The surprise of the row, NAN while warming up; then it is learnt. */
static double feed(struct stream *s, const double *x)
{
    struct ad_sample in = sample(x, 3);
    struct ad_score out;
    ad_score_init(&out);
    ad_iforest_sliding.score(s->state, &in, &line, &out);
    assert_int_equal(out.state, s->rows < 256 ? AD_WARMUP : AD_OK);
    assert_int_equal(ad_iforest_sliding.learn(s->state, &in, &line, &plain), 0);
    s->rows++;
    if (out.state == AD_WARMUP)
        return NAN;
    s->scored++;
    s->flagged += out.surprise >= -log(0.01);
    return out.surprise;
}

static double feed_all(struct stream *s, const double *x, size_t rows)
{
    s->scored = s->flagged = 0;
    for (size_t i = 0; i < rows; i++)
        feed(s, x + 3 * i);
    return (double)s->flagged / (double)s->scored;
}

static void test_sliding_false_alarms(void **state)
{
    (void)state;
    enum { ROWS = 8000 };
    double *x = gaussian(ROWS, 21);
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++) {
        struct stream s;
        stream_open(&s, mode);
        assert_between(feed_all(&s, x, ROWS), 0.006, 0.016);
        assert_true(feed(&s, (const double[]){12, 80, 0.02}) >= AD_S0);
        ad_iforest_sliding.destroy(s.state);
    }
    free(x);
}

static void test_sliding_goes_along(void **state)
{
    (void)state;
    enum { WINDOW = 2048, ROWS = 6 * WINDOW };
    double *x = gaussian(ROWS, 22);
    for (size_t i = 3 * 2 * WINDOW; i < 3 * ROWS; i++)
        x[i] = i % 3 == 2 ? 40 * x[i] : x[i] + 30;
    struct stream s;
    stream_open(&s, AD_IFOREST_CLASSIC);
    feed_all(&s, x, 2 * WINDOW);
    double first = feed_all(&s, x + 3 * 2 * WINDOW, 100);
    assert_true(first > 0.9);
    feed_all(&s, x + 3 * (2 * WINDOW + 100), 2 * WINDOW - 100);
    assert_between(feed_all(&s, x + 3 * 4 * WINDOW, 2 * WINDOW), 0.005, 0.018);
    assert_true(feed(&s, (const double[]){-40, 300, 1}) >= AD_S0);
    ad_iforest_sliding.destroy(s.state);
    free(x);
}

static void test_sliding_goes_on_after_loading(void **state)
{
    (void)state;
    static const size_t cuts[] = {0, 1, 255, 256, 300, 383, 384, 1000, 2048, 2500};
    enum { ROWS = 3000 };
    double *x = gaussian(ROWS, 23), *want = malloc(ROWS * sizeof *want);
    x[300] = x[301] = NAN;
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++) {
        struct stream s;
        stream_open(&s, mode);
        for (size_t i = 0; i < ROWS; i++)
            want[i] = feed(&s, x + 3 * i);
        struct ad_buf end = {0};
        ad_iforest_sliding.save(s.state, &(struct ad_save){&end});
        ad_iforest_sliding.destroy(s.state);
        for (size_t k = mode ? 7 : 0; k < sizeof cuts / sizeof *cuts; k++) {
            struct stream a, b;
            struct ad_buf out = {0}, last = {0};
            stream_open(&a, mode);
            stream_open(&b, mode);
            feed_all(&a, x, cuts[k]);
            ad_iforest_sliding.save(a.state, &(struct ad_save){&out});
            struct ad_load in = {{out.s, out.len}, false};
            assert_int_equal(ad_iforest_sliding.load(b.state, &in), 0);
            assert_int_equal(in.in.len, 0);
            b.rows = a.rows;
            for (size_t i = cuts[k]; i < ROWS; i++)
                assert_close(feed(&b, x + 3 * i), want[i], 0);
            ad_iforest_sliding.save(b.state, &(struct ad_save){&last});
            assert_int_equal(last.len, end.len);
            assert_memory_equal(last.s, end.s, end.len);
            ad_iforest_sliding.destroy(a.state);
            ad_iforest_sliding.destroy(b.state);
            ad_buf_free(&out);
            ad_buf_free(&last);
        }
        ad_buf_free(&end);
    }
    free(x);
    free(want);
}

/* Scoring other rows in between, or a row twice, changes nothing; nor does a state remember what
 * older trees said of a row. */
static void test_sliding_scoring_does_not_learn(void **state)
{
    (void)state;
    enum { ROWS = 256 + 9 * 128 };
    double *x = gaussian(ROWS, 24);
    struct stream a, b;
    struct ad_sample in;
    struct ad_score out[2];
    stream_open(&a, AD_IFOREST_CLASSIC);
    stream_open(&b, AD_IFOREST_CLASSIC);
    for (size_t i = 0; i < ROWS; i++) {
        in = sample(x + 3 * ((i * 7) % ROWS), 3);
        ad_iforest_sliding.score(b.state, &in, &line, out);
        assert_close(feed(&a, x + 3 * i), feed(&b, x + 3 * i), 0);
        if (i < ROWS - 1)
            ad_iforest_sliding.score(b.state, &in, &line, out);
    }
    in = sample(x + 3 * (ROWS - 1), 3);
    ad_iforest_sliding.score(a.state, &in, &line, &out[0]);
    struct ad_buf saved = {0};
    ad_iforest_sliding.save(a.state, &(struct ad_save){&saved});
    ad_iforest_sliding.destroy(b.state);
    stream_open(&b, AD_IFOREST_CLASSIC);
    assert_int_equal(
        ad_iforest_sliding.load(b.state, &(struct ad_load){{saved.s, saved.len}, false}), 0);
    ad_iforest_sliding.score(b.state, &in, &line, &out[1]);
    assert_close(out[0].surprise, out[1].surprise, 0);
    ad_iforest_sliding.destroy(a.state);
    ad_iforest_sliding.destroy(b.state);
    ad_buf_free(&saved);
    free(x);
}

static void test_sliding_explains(void **state)
{
    (void)state;
    double *x = gaussian(1000, 25), contrib[3], share[3];
    for (int mode = AD_IFOREST_CLASSIC; mode <= AD_IFOREST_FCF; mode++) {
        struct stream s;
        stream_open(&s, mode);
        feed_all(&s, x, 1000);
        const double far[] = {2, 102, 0.02};
        struct ad_sample in = sample(far, 3);
        struct ad_line loose = {4, AD_BOTH};
        struct ad_score out;
        ad_score_init(&out);
        ad_iforest_sliding.score(s.state, &in, &loose, &out);
        assert_true(out.surprise >= 4);
        ad_iforest_sliding.explain(s.state, &in, contrib);
        assert_true(contrib[2] > contrib[0] && contrib[2] > contrib[1]);
        out.field = 2;
        ad_iforest_sliding.bounds(s.state, &in, &loose, &out);
        assert_between(out.expected, -2e-4, 2e-4);
        assert_between(out.upper, 1e-4, 6e-3);
        assert_int_equal(ad_iforest_sliding.importance(s.state, share), 0);
        assert_close(share[0] + share[1] + share[2], 1, 1e-12);
        ad_iforest_sliding.destroy(s.state);
    }
    free(x);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_options),
    cmocka_unit_test(test_false_alarms),
    cmocka_unit_test(test_anomalies_among_the_fit),
    cmocka_unit_test(test_ranks_as_scikit_learn),
    cmocka_unit_test(test_threads_and_blocks_do_not_matter),
    cmocka_unit_test(test_seeds_matter),
    cmocka_unit_test(test_offsets_and_units_do_not_matter),
    cmocka_unit_test(test_one_value_far_out_hides_nothing),
    cmocka_unit_test(test_too_few_rows_are_warm_up),
    cmocka_unit_test(test_equal_rows_never_surprise),
    cmocka_unit_test(test_huge_values),
    cmocka_unit_test(test_missing_values),
    cmocka_unit_test(test_columns_without_values),
    cmocka_unit_test(test_categories),
    cmocka_unit_test(test_keeps_a_random_choice),
    cmocka_unit_test(test_explains_by_the_field_that_was_changed),
    cmocka_unit_test(test_bounds_are_the_nearest_that_passes),
    cmocka_unit_test(test_importance),
    cmocka_unit_test(test_a_model_scores_the_same),
    cmocka_unit_test(test_a_cut_model_is_rejected),
    cmocka_unit_test(test_sliding_false_alarms),
    cmocka_unit_test(test_sliding_goes_along),
    cmocka_unit_test(test_sliding_goes_on_after_loading),
    cmocka_unit_test(test_sliding_scoring_does_not_learn),
    cmocka_unit_test(test_sliding_explains),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
