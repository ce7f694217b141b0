#include "unit.h"

#include "detect/zscore.h"
#include "maths/rng.h"

#include <stdlib.h>

/* advance() against score() and learn(), which other tests hold to their oracles. */

enum { N = 20000, CHUNK = 50 };

static double noise(struct ad_rng *rng, double last, size_t i)
{
    (void)last, (void)i;
    return 60 + 2 * ad_rng_normal(rng);
}

static double walk(struct ad_rng *rng, double last, size_t i)
{
    (void)i;
    return last + ad_rng_normal(rng);
}

/* Every thousandth value is far off. */
static double spikes(struct ad_rng *rng, double last, size_t i)
{
    (void)last;
    return i % 1000 == 999 ? 1e12 : 1e6 + 0.01 * ad_rng_normal(rng);
}

static double seldom(struct ad_rng *rng, double last, size_t i)
{
    return i > N / 2 && ad_rng_unit(rng) < 0.01 ? ad_rng_unit(rng) : last;
}

/* Squares of these are 0. */
static double tiny(struct ad_rng *rng, double last, size_t i)
{
    (void)last, (void)i;
    return 1e-170 * ad_rng_normal(rng);
}

typedef double series(struct ad_rng *rng, double last, size_t i);

static struct ad_zscore_cfg config(int method, struct ad_extent length)
{
    return (struct ad_zscore_cfg){
        .method = method, .warmup = 10, .min_scale = NAN, .window = length, .half_life = length};
}

static void step(void *state, const struct ad_sample *in, const struct ad_line *line,
                 struct ad_score *s)
{
    struct ad_verdict verdict = {false, -INFINITY, INFINITY};
    *s = (struct ad_score){.alpha_factor = 1};
    ad_zscore.score(state, in, line, s);
    verdict.flagged = s->state == AD_OK && s->surprise >= line->s0;
    if (verdict.flagged) {
        ad_zscore.bounds(state, in, line, s);
        verdict.clip_lo = s->lower;
        verdict.clip_hi = s->upper;
    }
    assert_int_equal(ad_zscore.learn(state, in, line, &verdict), 0);
}

static void assert_same_state(void *a, void *b)
{
    struct ad_buf saved[2] = {{0}, {0}};
    ad_zscore.save(a, &(struct ad_save){&saved[0]});
    ad_zscore.save(b, &(struct ad_save){&saved[1]});
    assert_int_equal(saved[0].len, saved[1].len);
    assert_memory_equal(saved[0].s, saved[1].s, saved[0].len);
    ad_buf_free(&saved[0]);
    ad_buf_free(&saved[1]);
}

/* Returns how many values advance() took. */
static size_t compare(const struct ad_zscore_cfg *cfg, series *next, struct ad_line line)
{
    static double x[N], surprise[N];
    static struct ad_sample in[N];
    static const struct ad_setup one = {.nfield = 1};
    void *slow = ad_zscore.create(cfg, &one), *fast = ad_zscore.create(cfg, &one);
    struct ad_rng rng;
    ad_rng_seed(&rng, 1);
    assert_true(slow && fast);
    for (size_t i = 0; i < N; i++) {
        x[i] = next(&rng, i ? x[i - 1] : 0, i);
        in[i] = (struct ad_sample){(double)i, NAN, 1, &x[i], 1};
    }
    double most = line.s0 * 0.9999;
    size_t taken = 0;
    for (size_t i = 0; i < N;) {
        size_t n = N - i < CHUNK ? N - i : CHUNK;
        size_t took = ad_zscore.advance(fast, in + i, n, &line, most, surprise);
        struct ad_score s, again;
        for (size_t k = 0; k < took; k++) {
            step(slow, &in[i + k], &line, &s);
            assert_int_equal(s.state, AD_OK);
            assert_true(s.surprise < most * (1 + 1e-6));
            assert_memory_equal(&surprise[k], &s.surprise, sizeof s.surprise);
        }
        taken += took;
        i += took;
        if (took == n)
            continue;
        step(slow, &in[i], &line, &s);
        step(fast, &in[i++], &line, &again);
        assert_true(s.state != AD_OK || s.surprise == again.surprise);
    }
    assert_same_state(slow, fast);
    ad_zscore.destroy(slow);
    ad_zscore.destroy(fast);
    return taken;
}

static void test_single_steps(void **state)
{
    static series *const kinds[] = {noise, walk, spikes, seldom, tiny};
    static const struct ad_extent lengths[] = {{3, 0}, {64, 0}, {100, 0}, {0, 50}};
    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
            for (int direction = AD_BOTH; direction <= AD_DOWN; direction++) {
                struct ad_line line = {l % 2 ? AD_S0 : 2.5, (enum ad_direction)direction};
                for (int method = AD_ZSCORE_WINDOW; method <= AD_ZSCORE_ROBUST; method++) {
                    struct ad_zscore_cfg cfg = config(method, lengths[l]);
                    compare(&cfg, kinds[k], line);
                }
            }
}

/* It is of use: it stops for little else than alarms and the warm-up. */
static void test_takes_what_it_can(void **state)
{
    (void)state;
    for (int method = AD_ZSCORE_WINDOW; method <= AD_ZSCORE_ROBUST; method++) {
        struct ad_zscore_cfg cfg = config(method, (struct ad_extent){100, 0});
        assert_true(compare(&cfg, noise, (struct ad_line){AD_S0, AD_BOTH}) > N / 100 * 99);
        assert_true(compare(&cfg, walk, (struct ad_line){20, AD_BOTH}) > N / 100 * 99);
    }
}

static void test_leaves_what_is_not_its_own(void **state)
{
    struct ad_zscore_cfg cfg = config(AD_ZSCORE_WINDOW, (struct ad_extent){100, 0});
    (void)state;
    cfg.adaptive = true;
    assert_int_equal(compare(&cfg, noise, (struct ad_line){AD_S0, AD_BOTH}), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_steps),
        cmocka_unit_test(test_takes_what_it_can),
        cmocka_unit_test(test_leaves_what_is_not_its_own),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
