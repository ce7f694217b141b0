#include "unit.h"

#include "detect/seasonal.h"
#include "maths/rng.h"

#include <stdlib.h>

enum { DAY = 86400 };
#define TURN 6.283185307179586

static const struct ad_setup one = {.nfield = 1};
static const struct ad_verdict plain = {false, -INFINITY, INFINITY};

static struct ad_seasonal_cfg config(double seconds, double more)
{
    struct ad_seasonal_cfg cfg = {.phases = 2016, .warmup = 10, .min_scale = NAN};
    cfg.period[cfg.nperiod++].seconds = seconds;
    if (more > 0)
        cfg.period[cfg.nperiod++].seconds = more;
    return cfg;
}

static struct ad_seasonal_cfg rows(double n)
{
    struct ad_seasonal_cfg cfg = {.phases = 2016, .warmup = 10, .min_scale = NAN};
    cfg.period[cfg.nperiod++].rows = n;
    return cfg;
}

/* A detector and what lib/run does around it: judge, learn flagged values clipped. */
struct rig {
    struct ad_line line;
    void *state;
    struct ad_score last;
    size_t scored, flagged;
};

static void rig_open(struct rig *rig, const struct ad_seasonal_cfg *cfg, struct ad_line line)
{
    assert_null(ad_seasonal.check(cfg));
    *rig = (struct rig){.line = line, .state = ad_seasonal.create(cfg, &one)};
    assert_non_null(rig->state);
}

static const struct ad_score *feed_at(struct rig *rig, const struct ad_sample *in)
{
    struct ad_verdict verdict = plain;
    struct ad_score *s = &rig->last;
    ad_score_init(s);
    ad_seasonal.score(rig->state, in, &rig->line, s);
    if (s->state == AD_OK) {
        assert_true(s->surprise >= 0 && s->surprise <= AD_SURPRISE_MAX);
        assert_true(isfinite(s->expected));
        rig->scored++;
        if (s->surprise >= rig->line.s0) {
            verdict.flagged = true;
            rig->flagged++;
            ad_seasonal.bounds(rig->state, in, &rig->line, s);
            verdict.clip_lo = s->lower;
            verdict.clip_hi = s->upper;
        }
    }
    assert_int_equal(ad_seasonal.learn(rig->state, in, &rig->line, &verdict), 0);
    return s;
}

static const struct ad_score *feed(struct rig *rig, double i, double step, double x)
{
    struct ad_sample in = {i * step, i * step, i > 0 ? step : 0, &x, 1, i};
    return feed_at(rig, &in);
}

static double rhythm(double t)
{
    double day = floor(t / DAY), weekend = fmod(day, 7) >= 5;
    return 100 + 40 * sin(TURN * t / DAY) - 25 * weekend;
}

/* Gaussian values with a daily and a weekly rhythm, their scale half by night: flagged as often as
 * alpha says, within 20 %, once the first weeks are over. */
static void assert_false_alarms(double step, enum ad_direction direction)
{
    bool full = getenv("AD_FULL") != NULL;
    double alpha = full ? 0.0027 : 0.01;
    size_t n = full ? 1000000 : 150000;
    struct ad_seasonal_cfg cfg = config(DAY, 7 * DAY);
    struct ad_rng rng;
    struct rig rig;
    rig_open(&rig, &cfg, (struct ad_line){-log(alpha), direction});
    ad_rng_seed(&rng, 11);
    for (size_t i = 0; i < n; i++) {
        double t = (double)i * step, sd = fmod(t, DAY) < DAY / 3.0 ? 2 : 4;
        feed(&rig, (double)i, step, rhythm(t) + sd * ad_rng_normal(&rng));
        if (t < 28 * DAY)
            rig.flagged = rig.scored = 0;
    }
    assert_close((double)rig.flagged / (double)rig.scored, alpha, 0.2);
    ad_seasonal.destroy(rig.state);
}

static void test_false_alarms(void **state)
{
    (void)state;
    assert_false_alarms(300, AD_BOTH);
    assert_false_alarms(1800, AD_BOTH);
    assert_false_alarms(1800, AD_UP);
    assert_false_alarms(1800, AD_DOWN);
}

/* A season that is not in the data costs nothing: as sharp as without. */
static void test_needless_season(void **state)
{
    (void)state;
    struct ad_seasonal_cfg none = {.phases = 2016, .warmup = 10, .min_scale = NAN}, some = rows(50);
    none.half_life.rows = some.half_life.rows = 50;
    struct rig a, b;
    struct ad_rng rng;
    struct ad_line line = {AD_S0, AD_BOTH};
    rig_open(&a, &none, line);
    rig_open(&b, &some, line);
    ad_rng_seed(&rng, 5);
    double left = 0, right = 0;
    for (int i = 0; i < 5000; i++) {
        double x = 10 + ad_rng_normal(&rng);
        double e = feed(&a, i, 1, x)->expected, f = feed(&b, i, 1, x)->expected;
        left += i > 500 ? (x - e) * (x - e) : 0;
        right += i > 500 ? (x - f) * (x - f) : 0;
    }
    assert_close(right, left, 0.02);
    ad_seasonal.destroy(a.state);
    ad_seasonal.destroy(b.state);
}

/* Values that repeat exactly are expected exactly. */
static void test_exact_season(void **state)
{
    (void)state;
    static const double x[] = {3, 1, 4, 1, 5, 9, 2};
    struct ad_seasonal_cfg cfg = rows(7);
    struct rig rig;
    rig_open(&rig, &cfg, (struct ad_line){AD_S0, AD_BOTH});
    for (int i = 0; i < 140; i++)
        feed(&rig, i, 1, x[i % 7]);
    for (int i = 140; i < 147; i++)
        assert_close(feed(&rig, i, 1, x[i % 7])->expected, x[i % 7], 0.01);
    assert_int_equal(rig.flagged, 0);
    assert_true(feed(&rig, 147, 1, 9)->surprise > AD_S0); /* a 3 was due */
    ad_seasonal.destroy(rig.state);
}

/* Weekdays alone are seen first: what comes at the weekend is then expected of the week after. */
static void test_week_in_a_day(void **state)
{
    (void)state;
    struct ad_seasonal_cfg cfg = config(DAY, 7 * DAY);
    struct rig rig;
    struct ad_rng rng;
    rig_open(&rig, &cfg, (struct ad_line){AD_S0, AD_BOTH});
    ad_rng_seed(&rng, 2);
    for (int i = 0; i < 24 * 30; i++) {
        double t = i * 3600.0;
        feed(&rig, i, 3600, rhythm(t) + ad_rng_normal(&rng));
        if (t >= 21 * DAY)
            assert_true(fabs(rig.last.expected - rhythm(t)) < 4);
    }
    ad_seasonal.destroy(rig.state);
}

static void test_bounds_are_at_the_line(void **state)
{
    (void)state;
    for (enum ad_direction d = AD_BOTH; d <= AD_DOWN; d++) {
        struct ad_seasonal_cfg cfg = rows(10);
        struct ad_rng rng;
        struct rig rig;
        rig_open(&rig, &cfg, (struct ad_line){AD_S0, d});
        ad_rng_seed(&rng, 3);
        for (int i = 0; i < 200; i++)
            feed(&rig, i, 1, i % 10 + 0.1 * ad_rng_normal(&rng));
        double x = 0;
        struct ad_sample in = {NAN, NAN, NAN, &x, 1, 200};
        struct ad_score s = rig.last;
        ad_seasonal.bounds(rig.state, &in, &rig.line, &s);
        for (int side = 0; side < 2; side++) {
            x = side ? s.upper : s.lower;
            assert_int_equal(isinf(x) != 0, side ? d == AD_DOWN : d == AD_UP);
            if (isinf(x))
                continue;
            ad_seasonal.score(rig.state, &in, &rig.line, &s);
            assert_close(s.surprise, AD_S0, 1e-6);
        }
        ad_seasonal.destroy(rig.state);
    }
}

/* A new level is taken over at once and the seasons stay; one more too soon, and they go. */
static void test_shift(void **state)
{
    (void)state;
    struct ad_seasonal_cfg cfg = rows(10);
    struct ad_rng rng;
    struct rig rig;
    rig_open(&rig, &cfg, (struct ad_line){AD_S0, AD_BOTH});
    ad_rng_seed(&rng, 4);
    int i = 0;
    for (; i < 200; i++)
        feed(&rig, i, 1, i % 10 + 0.1 * ad_rng_normal(&rng));
    ad_seasonal.shift(rig.state);
    for (; i < 206; i++) {
        double x = 1000 + i % 10;
        struct ad_sample in = {NAN, NAN, NAN, &x, 1, i};
        assert_int_equal(ad_seasonal.learn(rig.state, &in, &rig.line, &plain), 0);
    }
    assert_close(feed(&rig, i, 1, 1006)->expected, 1006, 0.001);
    ad_seasonal.shift(rig.state);
    i++;
    assert_int_equal(feed(&rig, i, 1, 0)->state, AD_WARMUP);
    ad_seasonal.destroy(rig.state);
}

static void test_huge_and_constant(void **state)
{
    (void)state;
    static const double x[] = {0, 5, 1e308, -1e308};
    for (size_t k = 0; k < 4; k++) {
        struct ad_seasonal_cfg cfg = rows(5);
        struct rig rig;
        rig_open(&rig, &cfg, (struct ad_line){AD_S0, AD_BOTH});
        for (int i = 0; i < 200; i++)
            feed(&rig, i, 1, x[k]);
        assert_int_equal(rig.flagged, k > 1 ? rig.scored : 0); /* beyond 1e140 nothing is learnt */
        assert_true(feed(&rig, 200, 1, 7)->surprise >= (k == 0 ? log(200) : AD_S0));
        ad_seasonal.destroy(rig.state);
    }
}

static void test_missing(void **state)
{
    (void)state;
    struct ad_seasonal_cfg cfg = config(DAY, 0);
    struct rig rig;
    rig_open(&rig, &cfg, (struct ad_line){AD_S0, AD_BOTH});
    for (int i = 0; i < 50; i++)
        feed(&rig, i, 3600, i);
    double x = NAN;
    struct ad_sample in = {5e4, 5e4, 1, &x, 1, 50};
    ad_seasonal.score(rig.state, &in, &rig.line, &rig.last);
    assert_int_equal(rig.last.state, AD_MISSING);
    ad_seasonal.destroy(rig.state);
}

static struct ad_str saved(const void *state, struct ad_buf *out)
{
    out->len = 0;
    ad_seasonal.save(state, &(struct ad_save){out});
    assert_false(out->failed);
    return (struct ad_str){out->s, out->len};
}

/* Two rigs, one of which is saved and loaded every few values, never differ. */
static void go_on_after_loading(const struct ad_seasonal_cfg *cfg, double step)
{
    struct ad_rng rng;
    struct ad_buf out = {0}, again = {0};
    struct rig a, b;
    rig_open(&a, cfg, (struct ad_line){AD_S0, AD_BOTH});
    rig_open(&b, cfg, (struct ad_line){AD_S0, AD_BOTH});
    ad_rng_seed(&rng, 6);
    for (int i = 0; i < 1500; i++) {
        double x = rhythm(i * step) + ad_rng_normal(&rng) + (ad_rng_below(&rng, 99) ? 0 : 1e9);
        feed(&a, i, step, x);
        feed(&b, i, step, x);
        assert_int_equal(a.last.state, b.last.state);
        assert_close(b.last.surprise, a.last.surprise, 0);
        assert_close(b.last.expected, a.last.expected, 0);
        if (i == 900) {
            ad_seasonal.shift(a.state);
            ad_seasonal.shift(b.state);
        }
        if (ad_rng_below(&rng, 20))
            continue;
        void *fresh = ad_seasonal.create(cfg, &one);
        assert_int_equal(ad_seasonal.load(fresh, &(struct ad_load){saved(b.state, &out), false}),
                         0);
        ad_seasonal.destroy(b.state);
        b.state = fresh;
        assert_true(ad_str_eq(saved(a.state, &again), saved(b.state, &out)));
    }
    /* No shorter payload loads, not even by a byte. */
    for (size_t n = 0; n < out.len; n += 1 + out.len / 300) {
        void *fresh = ad_seasonal.create(cfg, &one);
        assert_int_equal(ad_seasonal.load(fresh, &(struct ad_load){{out.s, n}, false}), -1);
        ad_seasonal.destroy(fresh);
    }
    ad_seasonal.destroy(a.state);
    ad_seasonal.destroy(b.state);
    ad_buf_free(&out);
    ad_buf_free(&again);
}

static void test_saved_and_loaded(void **state)
{
    (void)state;
    struct ad_seasonal_cfg cfg = config(DAY, 7 * DAY);
    go_on_after_loading(&cfg, 3600);
    cfg.trend = true;
    go_on_after_loading(&cfg, 1800);
    cfg = rows(12);
    go_on_after_loading(&cfg, 7200);
    cfg.nperiod = 0;
    go_on_after_loading(&cfg, 7200);
}

static void test_wrong_options(void **state)
{
    (void)state;
    struct ad_seasonal_cfg good = config(DAY, 7 * DAY), bad = good;
    assert_null(ad_seasonal.check(&good));
    bad.warmup = 9;
    assert_non_null(ad_seasonal.check(&bad));
    bad = good;
    bad.min_scale = 0;
    assert_non_null(ad_seasonal.check(&bad));
    bad = good;
    bad.period[1] = (struct ad_extent){288, 0};
    assert_non_null(ad_seasonal.check(&bad));
    bad = good;
    bad.period[1].seconds = DAY;
    assert_non_null(ad_seasonal.check(&bad));
    bad = good;
    bad.half_life.rows = 5;
    assert_non_null(ad_seasonal.check(&bad));
    bad = rows(1);
    assert_non_null(ad_seasonal.check(&bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_false_alarms),           cmocka_unit_test(test_needless_season),
        cmocka_unit_test(test_exact_season),           cmocka_unit_test(test_week_in_a_day),
        cmocka_unit_test(test_bounds_are_at_the_line), cmocka_unit_test(test_shift),
        cmocka_unit_test(test_huge_and_constant),      cmocka_unit_test(test_missing),
        cmocka_unit_test(test_saved_and_loaded),       cmocka_unit_test(test_wrong_options),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
