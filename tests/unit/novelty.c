#include "unit.h"

#include "detect/novelty.h"
#include "maths/rng.h"

#include <stdlib.h>

static const struct ad_line both = {AD_S0, AD_BOTH};
static const struct ad_verdict plain = {false, -INFINITY, INFINITY};
static const struct ad_setup one = {.nfield = 1};
static const struct ad_novelty_cfg usual = {.sketch = 128, .rows_per_day = 288, .warmup = 100};

/* A detector that learns all it is given. */
struct rig {
    const struct ad_novelty_cfg *cfg;
    struct ad_line line;
    void *state;
    double t, every; /* time of the next value, and between two */
    struct ad_score last;
    size_t flagged;
};

static void rig_open(struct rig *rig, const struct ad_novelty_cfg *cfg)
{
    assert_null(ad_novelty.check(cfg));
    *rig = (struct rig){.cfg = cfg, .line = both, .t = 1700000000, .every = 300};
    rig->state = ad_novelty.create(cfg, &one);
    assert_non_null(rig->state);
}

static double raw_of(const struct ad_score *s)
{
    return s->surprise * 0.022 / AD_S0;
}

/* Judge x and learn it; its raw novelty, NAN in the warm-up. */
static double feed(struct rig *rig, double x)
{
    struct ad_sample in = {rig->t, rig->t, rig->every, &x, 1};
    struct ad_score *s = &rig->last;
    ad_score_init(s);
    ad_novelty.score(rig->state, &in, &rig->line, s);
    rig->t += rig->every;
    if (s->state == AD_MISSING)
        return NAN;
    if (s->state == AD_OK) {
        assert_true(s->surprise >= 0 && s->surprise <= AD_SURPRISE_MAX);
        assert_true(isfinite(s->expected));
        rig->flagged += s->surprise >= rig->line.s0;
    }
    assert_int_equal(ad_novelty.learn(rig->state, &in, &rig->line, &plain), 0);
    return s->state == AD_OK ? raw_of(s) : NAN;
}

static void rig_close(struct rig *rig)
{
    ad_novelty.destroy(rig->state);
}

/* The series of `tests/bench/novelty-steps.py --fixture=288`. */
static double course(uint64_t *seed, int t)
{
    *seed = (1103515245 * *seed + 12345) % 2147483648;
    double x = 8 * abs(t % 288 - 144) + (double)(*seed / 65536 % 400);
    return (x + (t >= 9000 && t < 9005 ? 3000 : t >= 15000 ? -1500 : 0)) / 8;
}

/* What that program prints. */
static void test_steps(void **state)
{
    (void)state;
    static const struct {
        int t;
        double raw;
    } want[] = {{138, 0.0301525222},
                {250, 0.0987236306},
                {718, 0.100372075},
                {2447, 0.0247338011},
                {5039, 0.0713273929},
                {6768, 0.0683535031},
                {9000, 0.508991033},
                {15000, 0.464897345},
                {15256, 0.0262879183},
                {16703, 0.0238682253},
                {-1, 0}};
    struct rig rig;
    uint64_t seed = 12345;
    double sum = 0;
    size_t k = 0;
    rig_open(&rig, &usual);
    for (int t = 0; t < 20000; t++) {
        double raw = feed(&rig, course(&seed, t));
        assert_int_equal(isnan(raw), t < 100);
        if (isnan(raw))
            continue;
        sum += raw;
        if (t == want[k].t)
            assert_close(raw, want[k++].raw, 1e-8);
        else
            assert_true(raw <= 0.022);
    }
    assert_int_equal(want[k].t, -1);
    assert_close(sum, 5.83879538, 1e-8);
    assert_int_equal(rig.flagged, k);
    rig_close(&rig);
}

/* Another scale, or the other sign, gives the same flags. */
static void test_scale_does_not_matter(void **state)
{
    (void)state;
    static const double by[] = {-1, 0.37, 1e-60, 1e60, -12345.678};
    for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
        struct rig a, b;
        uint64_t seed = 12345;
        rig_open(&a, &usual);
        rig_open(&b, &usual);
        for (int t = 0; t < 20000; t++) {
            double x = course(&seed, t), raw = feed(&a, x), scaled = feed(&b, by[i] * x);
            assert_true(isnan(raw) || fabs(raw - scaled) < 0.003);
            assert_int_equal(a.flagged, b.flagged);
        }
        rig_close(&a);
        rig_close(&b);
    }
}

/* Nor does it matter where 0 is, if it is far away. */
static void test_far_from_zero(void **state)
{
    (void)state;
    struct rig a, b;
    rig_open(&a, &usual);
    rig_open(&b, &usual);
    for (int t = 0; t < 3000; t++) {
        double x = 10 * (t % 10) + (t % 50 == 0);
        double near = feed(&a, 1e7 + x), far = feed(&b, -1e10 + x);
        assert_true(isnan(near) || fabs(near - far) < 0.001);
    }
    double near = feed(&a, 1e7 + 55), far = feed(&b, -1e10 + 55);
    assert_true(near > 0.03);
    assert_close(far, near, 0.01);
    rig_close(&a);
    rig_close(&b);
}

/* Judging twice, judging something else, asking for bounds: what is learnt is all that counts. */
static void test_scores_change_nothing(void **state)
{
    (void)state;
    struct rig a, b;
    uint64_t seed = 12345;
    rig_open(&a, &usual);
    rig_open(&b, &usual);
    for (int t = 0; t < 3000; t++) {
        double x = course(&seed, t), y = 1e3;
        struct ad_sample in = {b.t, b.t, 300, &x, 1}, other = {b.t, b.t, 300, &y, 1};
        struct ad_score s;
        ad_score_init(&s);
        if (t % 2)
            ad_novelty.score(b.state, &in, &both, &s);
        ad_novelty.score(b.state, &other, &both, &s);
        if (t % 3)
            ad_novelty.bounds(b.state, t % 5 ? &other : &in, &both, &s);
        double raw = feed(&a, x);
        assert_close(feed(&b, x), raw, 0);
    }
    rig_close(&a);
    rig_close(&b);
}

/* Without a time there are no bins: a daily wave of a single peak is judged by the mean of all. */
static void test_hours(void **state)
{
    (void)state;
    struct rig with, without;
    rig_open(&with, &usual);
    rig_open(&without, &usual);
    without.t = NAN;
    for (int t = 0; t < 288 * 21; t++) {
        double x = 10000 + 5000 * sin(2 * 3.14159265358979 * t / 288) + t % 7;
        feed(&with, x);
        feed(&without, x);
    }
    /* 1700000000 was 22:13:20; an hour and a half later the wave is here: */
    for (int t = 0; t < 18; t++)
        feed(&with, 10000 + 5000 * sin(2 * 3.14159265358979 * t / 288) + t % 7);
    assert_close(with.last.expected, 10000 + 5000 * sin(2 * 3.14159265358979 * 15 / 288), 0.03);
    assert_close(without.last.expected, 9500, 0.03);
    rig_close(&with);
    rig_close(&without);
}

/* Just inside of the bounds nothing is flagged, just outside it is. */
static void test_bounds_are_at_the_line(void **state)
{
    (void)state;
    static const double probes[] = {0, 20, 40, 55, 90, 400, -300};
    struct rig rig;
    uint64_t seed = 12345;
    size_t inside = 0, outside = 0;
    rig_open(&rig, &usual);
    for (int t = 0; t < 8000; t++)
        feed(&rig, course(&seed, t));
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        double x = probes[i], edge;
        struct ad_sample in = {rig.t, rig.t, 300, &x, 1}, at = {rig.t, rig.t, 300, &edge, 1};
        struct ad_score s, e;
        ad_score_init(&s);
        ad_novelty.score(rig.state, &in, &both, &s);
        ad_novelty.bounds(rig.state, &in, &both, &s);
        bool flagged = s.surprise >= both.s0;
        inside += !flagged;
        outside += flagged;
        assert_int_equal(flagged, x < s.lower || x > s.upper);
        for (int side = -1; side <= 1; side += 2)
            for (int out = 0; out <= 1; out++) {
                double limit = side < 0 ? s.lower : s.upper;
                edge = limit + side * (out ? 1e-3 : -1e-3);
                ad_novelty.score(rig.state, &at, &both, &e);
                assert_int_equal(e.surprise >= both.s0, out);
            }
    }
    assert_true(inside >= 2 && outside >= 2);
    rig_close(&rig);
}

static void test_directions(void **state)
{
    (void)state;
    for (enum ad_direction d = AD_UP; d <= AD_DOWN; d++) {
        struct rig rig;
        uint64_t seed = 12345;
        rig_open(&rig, &usual);
        rig.line.direction = d;
        for (int t = 0; t < 16000; t++) {
            double raw = feed(&rig, course(&seed, t));
            if (t == 9000)
                assert_close(raw, d == AD_UP ? 0.508991033 : 0, 1e-8);
            if (t == 15000)
                assert_close(raw, d == AD_UP ? 0 : 0.464897345, 1e-8);
        }
        rig_close(&rig);
    }
}

/* Windows, and how long an event keeps others quiet: --fixture=1440 prints this sum, --fixture=12
 * the other. */
static void test_rows_per_day(void **state)
{
    (void)state;
    static const double rows[] = {1440, 12}, want[] = {2.25042727, 32.7839771};
    for (size_t i = 0; i < 2; i++) {
        struct ad_novelty_cfg cfg = usual;
        struct rig rig;
        uint64_t seed = 12345;
        double sum = 0;
        cfg.rows_per_day = rows[i];
        rig_open(&rig, &cfg);
        for (int t = 0; t < 20000; t++) {
            double raw = feed(&rig, course(&seed, t));
            sum += t < 100 ? 0 : raw;
        }
        assert_close(sum, want[i], 1e-8);
        rig_close(&rig);
    }
}

static void test_missing_and_extreme_values(void **state)
{
    (void)state;
    static const double x[] = {1.7e308, -1.7e308, 5e-324, 0, 1e200, -1e-200};
    struct ad_rng rng;
    struct rig rig;
    rig_open(&rig, &usual);
    feed(&rig, NAN);
    assert_int_equal(rig.last.state, AD_MISSING);
    ad_rng_seed(&rng, 1);
    for (int i = 0; i < 30000; i++) {
        feed(&rig, x[ad_rng_below(&rng, 6)]);
        rig.t += 1e5 * ad_rng_normal(&rng);
    }
    rig_close(&rig);
}

/* Constant values are never strange, and the first other one is. */
static void test_constant_values(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, &usual);
    for (int i = 0; i < 20000; i++)
        assert_false(feed(&rig, 0.1) > 0);
    assert_true(feed(&rig, 0.1000001) > 0.25);
    rig_close(&rig);
}

static struct ad_str saved(struct rig *rig, struct ad_buf *out)
{
    out->len = 0;
    ad_novelty.save(rig->state, &(struct ad_save){out});
    assert_false(out->failed);
    return (struct ad_str){out->s, out->len};
}

/* Two rigs, one of which is saved and loaded now and then, never differ. */
static void test_saved_and_loaded(void **state)
{
    (void)state;
    struct ad_novelty_cfg cfg = {.sketch = 32, .rows_per_day = 400, .warmup = 5};
    struct ad_rng rng;
    struct ad_buf out = {0}, again = {0};
    struct rig a, b;
    rig_open(&a, &cfg);
    rig_open(&b, &cfg);
    ad_rng_seed(&rng, 6);
    for (int i = 0; i < 15000; i++) {
        double x = ad_rng_normal(&rng) + (ad_rng_below(&rng, 999) ? 0 : 100);
        double raw = feed(&a, x);
        assert_close(feed(&b, x), raw, 0);
        assert_close(b.last.expected, a.last.expected, 0);
        if (ad_rng_below(&rng, 30))
            continue;
        void *fresh = ad_novelty.create(&cfg, &one);
        assert_int_equal(ad_novelty.load(fresh, &(struct ad_load){saved(&b, &out), false}), 0);
        ad_novelty.destroy(b.state);
        b.state = fresh;
        assert_true(ad_str_eq(saved(&a, &again), saved(&b, &out)));
    }
    /* No shorter payload loads, not even by a byte. */
    for (size_t n = 0; n < out.len; n += 1 + out.len / 300) {
        void *fresh = ad_novelty.create(&cfg, &one);
        assert_int_equal(ad_novelty.load(fresh, &(struct ad_load){{out.s, n}, false}), -1);
        ad_novelty.destroy(fresh);
    }
    rig_close(&a);
    rig_close(&b);
    ad_buf_free(&out);
    ad_buf_free(&again);
}

static void test_wrong_options(void **state)
{
    (void)state;
    struct ad_novelty_cfg bad = usual;
    assert_null(ad_novelty.check(&usual));
    bad.sketch = 15;
    assert_non_null(ad_novelty.check(&bad));
    bad = usual;
    bad.rows_per_day = NAN;
    assert_non_null(ad_novelty.check(&bad));
    bad = usual;
    bad.warmup = 4;
    assert_non_null(ad_novelty.check(&bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_scale_does_not_matter),
        cmocka_unit_test(test_far_from_zero),
        cmocka_unit_test(test_scores_change_nothing),
        cmocka_unit_test(test_hours),
        cmocka_unit_test(test_bounds_are_at_the_line),
        cmocka_unit_test(test_directions),
        cmocka_unit_test(test_rows_per_day),
        cmocka_unit_test(test_missing_and_extreme_values),
        cmocka_unit_test(test_constant_values),
        cmocka_unit_test(test_saved_and_loaded),
        cmocka_unit_test(test_wrong_options),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
