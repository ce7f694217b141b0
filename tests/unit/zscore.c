#include "unit.h"

#include "detect/zscore.h"
#include "maths/rng.h"

#include <stdlib.h>

static const struct ad_line both = {AD_S0, AD_BOTH};

static struct ad_zscore_cfg config(int method, double rows)
{
    struct ad_zscore_cfg cfg = {
        .method = method, .warmup = 10, .min_scale = NAN, .window = {rows, 0}};
    /* The half-life whose effective number of values is that of the window. */
    if (method == AD_ZSCORE_EWMA)
        cfg.half_life.rows = rows * log(2) / 2;
    return cfg;
}

/* A detector and what lib/run does around it: judge, learn flagged values clipped. */
static const struct ad_setup one = {.nfield = 1};

struct rig {
    const struct ad_zscore_cfg *cfg;
    struct ad_line line;
    void *state;
    double t, every; /* time of the next value, and between two */
    struct ad_score last;
    size_t scored, flagged;
};

static void rig_open(struct rig *rig, const struct ad_zscore_cfg *cfg, struct ad_line line)
{
    assert_null(ad_zscore.check(cfg));
    *rig = (struct rig){.cfg = cfg, .line = line, .state = ad_zscore.create(cfg, &one), .every = 1};
    assert_non_null(rig->state);
}

static const struct ad_score *feed(struct rig *rig, double x)
{
    struct ad_sample in = {rig->t, rig->t, 1, &x, 1};
    struct ad_verdict verdict = {false, -INFINITY, INFINITY};
    struct ad_score *s = &rig->last;
    *s = (struct ad_score){.expected = NAN, .alpha_factor = 1};
    ad_zscore.score(rig->state, &in, &rig->line, s);
    rig->t += rig->every;
    if (s->state == AD_MISSING)
        return s;
    if (s->state == AD_OK) {
        assert_true(s->surprise >= 0 && s->surprise <= AD_SURPRISE_MAX);
        assert_true(isfinite(s->expected));
        verdict.flagged = s->surprise >= rig->line.s0 - log(s->alpha_factor);
        if (verdict.flagged) {
            ad_zscore.bounds(rig->state, &in, &rig->line, s);
            verdict.clip_lo = s->lower;
            verdict.clip_hi = s->upper;
        }
        rig->scored++;
        rig->flagged += verdict.flagged;
    }
    assert_int_equal(ad_zscore.learn(rig->state, &in, &rig->line, &verdict), 0);
    return s;
}

static void rig_close(struct rig *rig)
{
    ad_zscore.destroy(rig->state);
}

/* False alarms on Gaussian noise against alpha, within 10 %. AD_FULL in the environment takes the
 * million values that make 10 % five standard errors; else alpha is larger to get there sooner. */
static void assert_false_alarms(int method, double rows, enum ad_direction direction, bool adaptive)
{
    bool full = getenv("AD_FULL") != NULL;
    double alpha = full ? 0.0027 : 0.02;
    size_t n = full ? 1000000 : 100000;
    struct ad_zscore_cfg cfg = config(method, rows);
    struct ad_rng rng;
    struct rig rig;
    cfg.adaptive = adaptive;
    rig_open(&rig, &cfg, (struct ad_line){-log(alpha), direction});
    ad_rng_seed(&rng, 11);
    for (size_t i = 0; i < n; i++)
        feed(&rig, 60 + 4 * ad_rng_normal(&rng));
    assert_close((double)rig.flagged / (double)rig.scored, alpha, 0.1);
    rig_close(&rig);
}

static void test_false_alarms(void **state)
{
    (void)state;
    for (int method = AD_ZSCORE_WINDOW; method <= AD_ZSCORE_ROBUST; method++) {
        assert_false_alarms(method, 30, AD_BOTH, false);
        assert_false_alarms(method, 100, AD_BOTH, false);
        assert_false_alarms(method, 1000, AD_BOTH, false);
        assert_false_alarms(method, 30, AD_UP, false);
        assert_false_alarms(method, 30, AD_DOWN, false);
        assert_false_alarms(method, 100, AD_BOTH, true);
    }
}

/* Rscript -e 'x <- c(3,5,4,6,5,7,4,5); v <- 9.5; n <- 8
 *     t <- (v-mean(x))/(sd(x)*sqrt(1+1/n))
 *     sprintf("%.12g", -log(c(2*pt(-t,n-1), pt(-t,n-1), pt(t,n-1))))' */
static void test_matches_r(void **state)
{
    (void)state;
    static const double x[] = {3, 5, 4, 6, 5, 7, 4, 5};
    struct ad_zscore_cfg cfg = config(AD_ZSCORE_WINDOW, 100);
    cfg.warmup = 8;
    /* A line so far out that nothing is taken as clipped at it. */
    for (enum ad_direction d = AD_BOTH; d <= AD_DOWN; d++) {
        struct rig rig;
        rig_open(&rig, &cfg, (struct ad_line){600, d});
        for (size_t i = 0; i < 8; i++)
            assert_int_equal(feed(&rig, x[i])->state, AD_WARMUP);
        assert_int_equal(feed(&rig, 9.5)->state, AD_OK);
        assert_close(rig.last.expected, 4.875, 1e-15);
        assert_close(rig.last.surprise,
                     d == AD_BOTH ? 4.60371486079
                     : d == AD_UP ? 5.29686204135
                                  : 0.00501986036639,
                     1e-6);
        rig_close(&rig);
    }
}

static void test_bounds_are_at_the_line(void **state)
{
    (void)state;
    for (int method = AD_ZSCORE_WINDOW; method <= AD_ZSCORE_ROBUST; method++)
        for (enum ad_direction d = AD_BOTH; d <= AD_DOWN; d++) {
            struct ad_zscore_cfg cfg = config(method, 40);
            struct ad_rng rng;
            struct rig rig;
            rig_open(&rig, &cfg, (struct ad_line){AD_S0, d});
            ad_rng_seed(&rng, 3);
            for (int i = 0; i < 60; i++)
                feed(&rig, ad_rng_normal(&rng));
            struct ad_score s = rig.last;
            double x = 0;
            struct ad_sample in = {60, 60, 1, &x, 1};
            ad_zscore.score(rig.state, &in, &rig.line, &s);
            ad_zscore.bounds(rig.state, &in, &rig.line, &s);
            double at[2] = {s.lower, s.upper};
            assert_true(!isfinite(at[0]) == (d == AD_UP));
            assert_true(!isfinite(at[1]) == (d == AD_DOWN));
            for (int k = 0; k < 2; k++)
                if (isfinite(at[k])) {
                    x = at[k];
                    ad_zscore.score(rig.state, &in, &rig.line, &s);
                    assert_close(s.surprise, AD_S0, 1e-6);
                }
            rig_close(&rig);
        }
}

/* Dust, 1e-9 of the level, is no change; more than that is, also the first time. */
static void test_change_after_constant_values(void **state)
{
    (void)state;
    static const double level[] = {0.1, -7e20};
    for (int method = AD_ZSCORE_WINDOW; method <= AD_ZSCORE_ROBUST; method++)
        for (size_t k = 0; k < 2; k++) {
            struct ad_zscore_cfg cfg = config(method, 50);
            struct rig rig;
            rig_open(&rig, &cfg, both);
            for (int i = 0; i < 1000; i++)
                feed(&rig, level[k]);
            assert_close(rig.last.surprise, 0, 0);
            assert_close(rig.last.expected, level[k], 1e-15);
            feed(&rig, level[k] * (1 + 1e-9));
            assert_int_equal(rig.flagged, 0);
            feed(&rig, level[k] * 1.5);
            assert_int_equal(rig.flagged, 1);
            rig_close(&rig);
        }
}

/* All 0 so far: the first change is one value in count + 1, whatever its size. */
static void test_first_change_from_zero(void **state)
{
    (void)state;
    for (int method = AD_ZSCORE_WINDOW; method <= AD_ZSCORE_ROBUST; method++) {
        struct ad_zscore_cfg cfg = config(method, 50);
        struct rig rig;
        rig_open(&rig, &cfg, both);
        for (int i = 0; i < 1000; i++)
            feed(&rig, 0);
        assert_close(feed(&rig, 1e-5)->surprise, log(1001), 1e-14);
        assert_int_equal(rig.flagged, 1);
        rig_close(&rig);
    }
}

/* ... but not yet after a handful, and from then on the change is the unit. */
static void test_mostly_zeros(void **state)
{
    (void)state;
    for (int method = AD_ZSCORE_WINDOW; method <= AD_ZSCORE_ROBUST; method++) {
        struct ad_zscore_cfg cfg = config(method, 50);
        struct rig rig;
        rig_open(&rig, &cfg, both);
        for (int i = 0; i < 100; i++)
            feed(&rig, 0);
        assert_close(feed(&rig, 1)->surprise, log(101), 1e-14);
        assert_int_equal(rig.flagged, 0);
        for (int i = 0; i < 5000; i++)
            feed(&rig, i % 200 == 199);
        assert_int_equal(rig.flagged, 0);
        for (int i = 0; i < 100; i++)
            feed(&rig, 0);
        feed(&rig, 9);
        assert_int_equal(rig.flagged, 1);
        rig_close(&rig);
    }
}

static void test_min_scale(void **state)
{
    (void)state;
    struct ad_zscore_cfg cfg = config(AD_ZSCORE_WINDOW, 50);
    struct rig rig;
    cfg.min_scale = 2;
    rig_open(&rig, &cfg, both);
    for (int i = 0; i < 1000; i++)
        feed(&rig, 0);
    /* -log(2*pt(-3/sqrt(1+1/50), 49)) in R */
    assert_close(feed(&rig, 6)->surprise, 5.38259938548, 1e-6);
    rig_close(&rig);
}

static void test_huge_and_tiny_values(void **state)
{
    (void)state;
    static const double x[] = {1.7e308, -1.7e308, 5e-324, 0, 1e200, -1e-200};
    for (int method = AD_ZSCORE_WINDOW; method <= AD_ZSCORE_ROBUST; method++) {
        struct ad_zscore_cfg cfg = config(method, 5);
        struct ad_rng rng;
        struct rig rig;
        rig_open(&rig, &cfg, both);
        ad_rng_seed(&rng, 1);
        for (int i = 0; i < 3000; i++) {
            feed(&rig, x[ad_rng_below(&rng, 6)]);
            assert_true(rig.last.surprise >= 0);
        }
        rig_close(&rig);
    }
}

static void test_missing(void **state)
{
    (void)state;
    struct ad_zscore_cfg cfg = config(AD_ZSCORE_WINDOW, 50);
    struct rig rig;
    rig_open(&rig, &cfg, both);
    assert_int_equal(feed(&rig, NAN)->state, AD_MISSING);
    rig_close(&rig);
    cfg.seasonal = 86400;
    cfg.phases = 24;
    rig_open(&rig, &cfg, both);
    rig.t = NAN;
    assert_int_equal(feed(&rig, 1)->state, AD_MISSING);
    rig_close(&rig);
}

/* A daily wave that fills the whole range: no hour is odd, but a midday value at night is. */
static void test_seasons(void **state)
{
    (void)state;
    struct ad_zscore_cfg cfg = config(AD_ZSCORE_WINDOW, 200);
    struct ad_rng rng;
    struct rig rig;
    cfg.seasonal = 86400;
    cfg.phases = 24;
    rig_open(&rig, &cfg, both);
    rig.every = 3600;
    rig.t = -86400 * 7;
    ad_rng_seed(&rng, 8);
    for (int i = 0; i < 24 * 40; i++) {
        feed(&rig, 100 * (i % 24) + ad_rng_normal(&rng));
        assert_int_equal(rig.last.state, i < 240 ? AD_WARMUP : AD_OK);
    }
    assert_in_range(rig.flagged, 0, 6);
    assert_close(feed(&rig, 1200)->expected, 0, 1);
    assert_true(rig.last.surprise > 50);
    rig_close(&rig);
}

static double factor_after(double scale)
{
    struct ad_zscore_cfg cfg = config(AD_ZSCORE_GLOBAL, 0);
    struct ad_rng rng;
    struct rig rig;
    cfg.adaptive = true;
    rig_open(&rig, &cfg, both);
    ad_rng_seed(&rng, 8);
    for (int i = 0; i < 3000; i++)
        feed(&rig, ad_rng_normal(&rng));
    for (int i = 0; i < 60; i++)
        feed(&rig, scale * ad_rng_normal(&rng));
    rig_close(&rig);
    return rig.last.alpha_factor;
}

static void test_adaptive_line(void **state)
{
    (void)state;
    assert_close(factor_after(0.1), 2, 0);
    assert_close(factor_after(1), 1, 0.3);
    assert_in_range((int)(1000 * factor_after(1.8)), 500, 700);
}

static void test_windows_of_time(void **state)
{
    (void)state;
    for (int method = AD_ZSCORE_WINDOW; method <= AD_ZSCORE_ROBUST; method += 3) {
        struct ad_zscore_cfg cfg = config(method, 0);
        struct rig rig;
        cfg.window.seconds = 5;
        rig_open(&rig, &cfg, both);
        for (int i = 0; i < 100; i++)
            feed(&rig, i);
        assert_close(feed(&rig, 1)->expected, 97, 1e-12);
        /* After a long gap a window of one value is nothing to judge by. */
        rig.t += 1000;
        feed(&rig, 97);
        assert_int_equal(feed(&rig, 97)->state, AD_WARMUP);
        rig_close(&rig);
    }
}

static void test_half_life_in_time(void **state)
{
    (void)state;
    struct ad_zscore_cfg cfg = config(AD_ZSCORE_EWMA, 0);
    struct rig rig;
    cfg.half_life = (struct ad_extent){0, 100};
    rig_open(&rig, &cfg, (struct ad_line){600, AD_BOTH});
    for (int i = 0; i < 2000; i++)
        feed(&rig, 10 + i % 2);
    rig.t += 99;
    feed(&rig, 50);
    /* The old weight, W = 1/(1 - 2^-.01) about, has halved when the 50 comes. */
    double w = 1 / (1 - exp2(-0.01)) / 2;
    assert_close(feed(&rig, 10)->expected, (10.5 * w + 50) / (w + 1), 1e-3);
    rig_close(&rig);
}

static struct ad_str saved(struct rig *rig, struct ad_buf *out)
{
    out->len = 0;
    ad_zscore.save(rig->state, &(struct ad_save){out});
    assert_false(out->failed);
    return (struct ad_str){out->s, out->len};
}

/* Two rigs, one of which is saved and loaded every few values, never differ. */
static void go_on_after_loading(const struct ad_zscore_cfg *cfg)
{
    struct ad_rng rng;
    struct ad_buf out = {0}, again = {0};
    struct rig a, b;
    rig_open(&a, cfg, both);
    rig_open(&b, cfg, both);
    ad_rng_seed(&rng, 6);
    for (int i = 0; i < 1500; i++) {
        double x = 1e4 + (double)ad_rng_below(&rng, 40) + (ad_rng_below(&rng, 99) ? 0 : 1e9);
        feed(&a, x);
        feed(&b, x);
        assert_int_equal(a.last.state, b.last.state);
        assert_close(b.last.surprise, a.last.surprise, 0);
        assert_close(b.last.expected, a.last.expected, 0);
        assert_close(b.last.alpha_factor, a.last.alpha_factor, 0);
        if (ad_rng_below(&rng, 20))
            continue;
        void *fresh = ad_zscore.create(cfg, &one);
        assert_int_equal(ad_zscore.load(fresh, &(struct ad_load){saved(&b, &out), false}), 0);
        ad_zscore.destroy(b.state);
        b.state = fresh;
        assert_true(ad_str_eq(saved(&a, &again), saved(&b, &out)));
    }
    /* No shorter payload loads, not even by a byte. */
    for (size_t n = 0; n < out.len; n += 1 + out.len / 300) {
        void *fresh = ad_zscore.create(cfg, &one);
        assert_int_equal(ad_zscore.load(fresh, &(struct ad_load){{out.s, n}, false}), -1);
        ad_zscore.destroy(fresh);
    }
    rig_close(&a);
    rig_close(&b);
    ad_buf_free(&out);
    ad_buf_free(&again);
}

static void test_saved_and_loaded(void **state)
{
    (void)state;
    for (int method = AD_ZSCORE_WINDOW; method <= AD_ZSCORE_ROBUST; method++) {
        struct ad_zscore_cfg cfg = config(method, 60);
        cfg.adaptive = true;
        go_on_after_loading(&cfg);
        cfg.seasonal = 50;
        cfg.phases = 7;
        go_on_after_loading(&cfg);
        cfg.window = cfg.half_life = (struct ad_extent){0, 90};
        go_on_after_loading(&cfg);
    }
}

static void test_wrong_options(void **state)
{
    (void)state;
    struct ad_zscore_cfg good = config(AD_ZSCORE_WINDOW, 100), bad = good;
    assert_null(ad_zscore.check(&good));
    bad.warmup = 2;
    assert_non_null(ad_zscore.check(&bad));
    bad = good;
    bad.min_scale = 0;
    assert_non_null(ad_zscore.check(&bad));
    bad = good;
    bad.window.rows = 2;
    assert_non_null(ad_zscore.check(&bad));
    bad = good;
    bad.window.rows = 2e6;
    assert_non_null(ad_zscore.check(&bad));
    bad = config(AD_ZSCORE_EWMA, 1);
    assert_non_null(ad_zscore.check(&bad));
    bad = good;
    bad.seasonal = 60;
    assert_non_null(ad_zscore.check(&bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_false_alarms),
        cmocka_unit_test(test_matches_r),
        cmocka_unit_test(test_bounds_are_at_the_line),
        cmocka_unit_test(test_change_after_constant_values),
        cmocka_unit_test(test_first_change_from_zero),
        cmocka_unit_test(test_mostly_zeros),
        cmocka_unit_test(test_min_scale),
        cmocka_unit_test(test_huge_and_tiny_values),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_seasons),
        cmocka_unit_test(test_adaptive_line),
        cmocka_unit_test(test_windows_of_time),
        cmocka_unit_test(test_half_life_in_time),
        cmocka_unit_test(test_saved_and_loaded),
        cmocka_unit_test(test_wrong_options),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
