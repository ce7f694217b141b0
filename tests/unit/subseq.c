#include "unit.h"

#include "detect/subseq.h"
#include "detect/subseq_live.h"
#include "maths/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ad_line line = {AD_S0, AD_BOTH};
static const struct ad_verdict plain = {false, -INFINITY, INFINITY};
static const struct ad_subseq_cfg usual = {.profile_max = 30000};

/* --- scores ------------------------------------------------------------------------------------
 */

/* As ticks() of tests/bench/subseq.py, standardized. */
static void make_ticks(double *x, int n)
{
    double mean = 0, squares = 0;
    for (int i = 0; i < n; i++) {
        x[i] =
            (37 * i * i + 11 * i) % 101 + 40 * (i % 24 < 7) + 60 * (i >= 300 && i < 330 && i % 2);
        mean += x[i] / n;
    }
    for (int i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean) / n;
    for (int i = 0; i < n; i++)
        x[i] = (x[i] - mean) / sqrt(squares);
}

/* tests/bench/subseq.py values: the method in NumPy 1.24.2, by all pairs of windows. */
static void test_scores_as_numpy(void **state)
{
    (void)state;
    enum { N = 1600 };
    static const int rows[] = {0, 1, 100, 310, 400, 1599};
    static const struct {
        unsigned long long window;
        size_t base, longest;
        double want[6];
    } cases[] = {
        {0,
         101,
         200,
         {-4.8488854704451185, -4.8488854704451185, -4.875973936577805, 29.82515110275603,
          4.335424505697567, -1.7158460144481604}},
        {30,
         60,
         160,
         {-4.200978997647193, -4.200978997647193, -3.816083964095279, 34.45621982748564,
          0.8920108753576076, -0.291917553895189}},
        {130,
         130,
         200,
         {-5.44721975108761, -5.44721975108761, -5.0327989711218075, 28.12744809708836,
          6.784224222001841, -2.095227682129207}},
    };
    double x[N];
    make_ticks(x, N);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct ad_subseq_cfg cfg = usual;
        struct ad_subseq_plan plan;
        struct ad_subseq_scores s;
        cfg.window = cases[c].window;
        assert_int_equal(ad_subseq_plan(&plan, &cfg, x, N), 0);
        assert_int_equal(plan.base, cases[c].base);
        assert_int_equal(plan.longest, cases[c].longest);
        assert_int_equal(ad_subseq_score(&s, &plan, x, N, NULL, false, NULL), 0);
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
            assert_true(fabs(s.around[rows[k]] - cases[c].want[k]) < 1e-7);
        ad_subseq_scores_free(&s);
    }
}

/* --- a detector at work ------------------------------------------------------------------------
 */

struct rig {
    struct ad_setup setup;
    void *state;
    double row, t;
};

static void open_rig(struct rig *r, const struct ad_subseq_cfg *cfg, struct ad_pool *pool)
{
    *r = (struct rig){.setup = {.nfield = 1, .seed = 1, .pool = pool}, .t = NAN};
    assert_null(ad_subseq.check(cfg));
    r->state = ad_subseq.create(cfg, &r->setup);
    assert_non_null(r->state);
}

static struct ad_sample sample_of(struct rig *r, const double *x)
{
    return (struct ad_sample){
        .t = r->t, .wall = r->t, .elapsed = NAN, .x = x, .n = 1, .row = r->row++};
}

static void learn_all(struct rig *r, const double *x, size_t n)
{
    struct ad_err err = {0};
    for (size_t i = 0; i < n; i++) {
        struct ad_sample in = sample_of(r, &x[i]);
        if (!isnan(x[i]))
            assert_int_equal(ad_subseq.learn(r->state, &in, &line, &plain), 0);
    }
    assert_int_equal(ad_subseq.fit(r->state, &err), 0);
    r->row = 0;
}

/* Surprises; NAN: warm-up. */
static void score_all(struct rig *r, const double *x, size_t n, double *surprise)
{
    for (size_t i = 0; i < n; i++) {
        struct ad_score s;
        struct ad_sample in = sample_of(r, &x[i]);
        surprise[i] = NAN;
        ad_score_init(&s);
        if (isnan(x[i]))
            continue;
        ad_subseq.score_rows(r->state, &in, 1, &line, &s);
        if (s.state != AD_WARMUP) {
            assert_int_equal(s.state, AD_OK);
            assert_true(s.surprise >= 0 && s.surprise <= AD_SURPRISE_MAX);
            surprise[i] = s.surprise;
        }
    }
}

/* Learn, score, and let go. */
static void run(const struct ad_subseq_cfg *cfg, struct ad_pool *pool, const double *x, size_t n,
                double *surprise)
{
    struct rig r;
    open_rig(&r, cfg, pool);
    learn_all(&r, x, n);
    score_all(&r, x, n, surprise);
    ad_subseq.destroy(r.state);
}

/* A rhythm of 40 values with noise; from `at` on, for 60 values, twice as fast. */
static void make_rhythm(double *x, size_t n, size_t at, uint64_t seed)
{
    struct ad_rng rng;
    double phase = 0;
    ad_rng_seed(&rng, seed);
    for (size_t i = 0; i < n; i++) {
        phase += i >= at && i < at + 60 ? 2.0 / 40 : 1.0 / 40;
        x[i] = 50 + 10 * sin(6.283185307179586 * phase) + ad_rng_normal(&rng);
    }
}

static size_t largest(const double *x, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > x[best] || isnan(x[best]))
            best = i;
    return best;
}

enum { N = 3000 };
static double x[N], s[N], other[N];

static void test_finds_a_stretch(void **state)
{
    (void)state;
    make_rhythm(x, N, 2000, 1);
    run(&usual, NULL, x, N, s);
    size_t top = largest(s, N);
    assert_true(top >= 2000 && top < 2060 && s[top] > AD_S0);
    for (size_t i = 0; i < N; i++)
        assert_true(s[i] < AD_S0 || (i > 1850 && i < 2210));
}

static void test_one_direction_or_another_unit_does_not_matter(void **state)
{
    (void)state;
    make_rhythm(x, N, 2000, 1);
    run(&usual, NULL, x, N, s);
    for (size_t i = 0; i < N; i++)
        x[i] = 1e6 + 1024 * x[i];
    run(&usual, NULL, x, N, other);
    for (size_t i = 0; i < N; i++)
        assert_true(fabs(s[i] - other[i]) < 1e-4);
}

static void test_threads_change_nothing(void **state)
{
    (void)state;
    struct ad_pool *pool = ad_pool_new(3);
    assert_non_null(pool);
    make_rhythm(x, N, 700, 2);
    run(&usual, NULL, x, N, s);
    run(&usual, pool, x, N, other);
    assert_memory_equal(s, other, sizeof s);
    ad_pool_free(pool);
}

static void test_options_change_something(void **state)
{
    (void)state;
    struct ad_subseq_cfg discord = usual, window = usual, none = usual;
    discord.discord = true;
    window.window = 77;
    none.profile_max = 0;
    make_rhythm(x, N, 700, 2);
    run(&usual, NULL, x, N, s);
    const struct ad_subseq_cfg *cfg[] = {&discord, &window, &none};
    for (size_t i = 0; i < 3; i++) {
        run(cfg[i], NULL, x, N, other);
        assert_memory_not_equal(s, other, sizeof s);
        size_t top = largest(other, N);
        assert_true(top > 650 && top < 810);
    }
}

/* Each chunk by itself; what is left over at the end together with what came before it. */
static void test_chunks(void **state)
{
    (void)state;
    struct ad_subseq_cfg cfg = usual;
    cfg.chunk = 1200;
    make_rhythm(x, N, 1500, 3);
    run(&cfg, NULL, x, N, s);
    run(&usual, NULL, x, 1200, other);
    assert_memory_equal(s, other, 1200 * sizeof *s);
    run(&usual, NULL, x + 1200, 1200, other);
    assert_memory_equal(s + 1200, other, 1200 * sizeof *s);
    run(&usual, NULL, x + 1800, 1200, other);
    assert_memory_equal(s + 2400, other + 600, 600 * sizeof *s);
    cfg.chunk = N;
    run(&cfg, NULL, x, N, s);
    run(&usual, NULL, x, N, other);
    assert_memory_equal(s, other, sizeof s);
}

/* --- odd series --------------------------------------------------------------------------------
 */

static void test_too_few_values_are_warm_up(void **state)
{
    (void)state;
    make_rhythm(x, 60, 60, 1);
    for (size_t n = 0; n <= 60; n++) {
        run(&usual, NULL, x, n, s);
        for (size_t i = 0; i < n; i++)
            assert_true(n < 20 ? isnan(s[i]) : s[i] >= 0);
    }
}

static void test_warmup(void **state)
{
    (void)state;
    struct ad_subseq_cfg cfg = usual;
    cfg.warmup = 5;
    make_rhythm(x, 100, 60, 1);
    run(&cfg, NULL, x, 100, s);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(isnan(s[i]) != 0, i < 5);
}

static void test_equal_values_never_surprise(void **state)
{
    (void)state;
    for (size_t i = 0; i < 500; i++)
        x[i] = 0.1;
    run(&usual, NULL, x, 500, s);
    for (size_t i = 0; i < 500; i++)
        assert_close(s[i], 0, 0);
}

static void test_one_spike_of_1e300(void **state)
{
    (void)state;
    make_rhythm(x, N, N, 4);
    x[1234] = 1e300;
    run(&usual, NULL, x, N, s);
    size_t top = largest(s, N);
    assert_true(s[1234] > AD_S0 && top > 1234 - 20 && top < 1234 + 20);
}

/* Mostly 0: whatever most windows agree in, the others are far from. */
static void test_rare_activity(void **state)
{
    (void)state;
    struct ad_rng rng;
    ad_rng_seed(&rng, 5);
    for (size_t i = 0; i < N; i++)
        x[i] = i >= 900 && i < 940 ? ad_rng_normal(&rng) : 0;
    run(&usual, NULL, x, N, s);
    size_t top = largest(s, N);
    assert_true(top > 850 && top < 990 && s[top] > AD_S0);
}

/* Missing values have no score; a hole of many is passed over, not an anomaly by itself, where rows
 * tell of it and where times do. */
static void test_holes(void **state)
{
    (void)state;
    make_rhythm(x, N, N, 6);
    for (size_t i = 1000; i < 1100; i++)
        x[i] = NAN;
    x[500] = x[77] = NAN;
    run(&usual, NULL, x, N, s);
    for (size_t i = 0; i < N; i++)
        assert_true(isnan(x[i]) ? isnan(s[i]) : s[i] < AD_S0 || i > 1500);

    struct rig r;
    struct ad_err err = {0};
    open_rig(&r, &usual, NULL);
    for (size_t i = 0; i < N; i++) {
        r.t = 1e9 + 30 * (double)i;
        if (isnan(x[i]))
            continue;
        struct ad_sample in = sample_of(&r, &x[i]);
        assert_int_equal(ad_subseq.learn(r.state, &in, &line, &plain), 0);
    }
    assert_int_equal(ad_subseq.fit(r.state, &err), 0);
    r.row = 0;
    for (size_t i = 0; i < N; i++) {
        struct ad_score score;
        ad_score_init(&score);
        if (isnan(x[i]))
            continue;
        struct ad_sample in = sample_of(&r, &x[i]);
        ad_subseq.score(r.state, &in, &line, &score);
        assert_close(score.surprise, s[i], 0);
    }
    ad_subseq.destroy(r.state);
}

/* The same values, but the rhythm breaks where the hole was left out: that is an anomaly. */
static void test_what_a_hole_hides_is_one_where_nothing_tells_of_it(void **state)
{
    (void)state;
    make_rhythm(x, N, N, 6);
    memmove(x + 1000, x + 1020, (N - 1020) * sizeof *x);
    run(&usual, NULL, x, N - 20, s);
    size_t top = largest(s, N - 20);
    assert_true(top > 950 && top < 1050 && s[top] > AD_S0);
}

/* --- reasons -----------------------------------------------------------------------------------
 */

static const char *reason_of(struct rig *r, const double *value, double row)
{
    struct ad_score score;
    ad_score_init(&score);
    r->row = row;
    struct ad_sample in = sample_of(r, value);
    ad_subseq.score_rows(r->state, &in, 1, &line, &score);
    assert_null(score.why);
    ad_subseq.bounds(r->state, &in, &line, &score);
    return score.why;
}

static void test_reasons_name_rows_and_what_is_strange(void **state)
{
    (void)state;
    struct rig r;
    make_rhythm(x, N, 2000, 1);
    open_rig(&r, &usual, NULL);
    learn_all(&r, x, N);
    const char *why = reason_of(&r, &x[2030], 2030);
    assert_non_null(why);
    unsigned from = 0, to = 0;
    assert_int_equal(sscanf(why, "rows %u-%u: ", &from, &to), 2);
    assert_true(from <= 2031 && to >= 2031 && to - from < 200);
    assert_non_null(strchr(why, ':'));
    assert_null(reason_of(&r, &x[100], 100));
    ad_subseq.destroy(r.state);
}

static void text_is(const struct ad_subseq_reason *reason, const char *want)
{
    struct ad_buf out = {0};
    ad_subseq_reason_text(reason, &out);
    ad_buf_add(&out, "", 1);
    assert_string_equal(out.s, want);
    ad_buf_free(&out);
}

static void test_words(void **state)
{
    (void)state;
    static const struct ad_subseq_units units = {100, 10};
    struct ad_subseq_part part = {.kind = AD_SUBSEQ_FEATURES, .w = 96};
    struct ad_subseq_anchor a = {.feature = AD_SUBSEQ_BANDS + 3, .value = log(8), .usual = 0};
    struct ad_subseq_reason r = ad_subseq_reason_of(&part, &a, &units);
    r.from = 4000;
    r.to = 4095;
    text_is(&r, "rows 4001-4096: energy at periods of 12 to 19.2 is 8 x the usual");
    a.feature = AD_SUBSEQ_BANDS;
    a.value = -log(2.5);
    r = ad_subseq_reason_of(&part, &a, &units);
    text_is(&r, "rows 1-1: energy at period 96 is 1/2.5 of the usual");
    a = (struct ad_subseq_anchor){.feature = AD_SUBSEQ_HIGH, .value = 3.21, .usual = 1};
    r = ad_subseq_reason_of(&part, &a, &units);
    text_is(&r, "rows 1-1: highest value 132 (usually 110)");
    a = (struct ad_subseq_anchor){.feature = AD_SUBSEQ_SLOPE, .value = 0.01, .usual = -1};
    r = ad_subseq_reason_of(&part, &a, &units);
    text_is(&r, "rows 1-1: slope over the window 0.1 (usually -10)");
    part.kind = AD_SUBSEQ_SHAPE;
    r = ad_subseq_reason_of(&part, &a, &units);
    text_is(&r, "rows 1-1: shape unlike the others");
    r.like = 499;
    text_is(&r, "rows 1-1: shape unlike the others, nearest at row 500");
}

/* --- models ------------------------------------------------------------------------------------
 */

static void save_model(const struct ad_subseq_cfg *cfg, const double *values, size_t n,
                       struct ad_buf *bytes)
{
    struct rig r;
    open_rig(&r, cfg, NULL);
    r.setup.fitting = true;
    learn_all(&r, values, n);
    ad_subseq.save(r.state, &(struct ad_save){bytes});
    assert_false(bytes->failed);
    ad_subseq.destroy(r.state);
}

static void load_model(struct rig *r, const struct ad_subseq_cfg *cfg, const struct ad_buf *bytes)
{
    open_rig(r, cfg, NULL);
    assert_int_equal(ad_subseq.load(r->state, &(struct ad_load){{bytes->s, bytes->len}, false}), 0);
}

static void test_a_model_judges_other_values(void **state)
{
    (void)state;
    struct rig r;
    struct ad_buf bytes = {0};
    make_rhythm(x, N, N, 1);
    save_model(&usual, x, N, &bytes);
    load_model(&r, &usual, &bytes);
    make_rhythm(x, N, 2000, 2);
    r.row = 5000; /* its rows count on from those of the fit */
    score_all(&r, x, N, s);
    size_t top = largest(s, N), warm = 0;
    while (isnan(s[warm]))
        warm++;
    assert_int_equal(warm, 256 - 1); /* the longest window */
    assert_true(top > 2000 && top < 2200 && s[top] > AD_S0);
    for (size_t i = warm; i < N; i++)
        assert_true(s[i] < AD_S0 || (i > 2000 && i < 2330));
    ad_subseq.destroy(r.state);
    ad_buf_free(&bytes);
}

/* They name rows of what is scored, the last of them the row itself or a few before. */
static void test_reasons_of_a_model(void **state)
{
    (void)state;
    struct rig r;
    struct ad_buf bytes = {0};
    size_t told = 0;
    make_rhythm(x, N, N, 1);
    save_model(&usual, x, N, &bytes);
    load_model(&r, &usual, &bytes);
    make_rhythm(x, N, 2000, 2);
    for (size_t i = 0; i < N; i++) {
        const char *why = reason_of(&r, &x[i], 5000 + (double)i);
        unsigned from = 0, to = 0;
        if (!why)
            continue;
        told++;
        assert_int_equal(sscanf(why, "rows %u-%u: ", &from, &to), 2);
        assert_true(from > 1700 && from < to && to <= i + 1 && to + 40 > i);
    }
    assert_true(told > 10);
    ad_subseq.destroy(r.state);
    ad_buf_free(&bytes);
}

static double surprise_of(const struct ad_subseq_model *m, size_t part, double distance)
{
    const struct ad_subseq_part *p = &m->plan.part[part];
    return p->weight * (distance - p->mean) / p->sd;
}

/* Of each row what its windows say: of features the last one that ends at a hop. */
static void test_a_model_looks_at_windows_that_end_at_a_row(void **state)
{
    (void)state;
    enum { LONG = 100, SHORT = 60, TOTAL = 1600 };
    struct ad_subseq_model m = {.units = {0, 1}, .x = x, .n = TOTAL};
    struct ad_subseq_scores scores;
    struct ad_subseq_window t;
    struct ad_profile p;
    struct ad_profile_walk w;
    make_ticks(x, TOTAL);
    make_ticks(other, 400);
    m.plan = (struct ad_subseq_plan){.n = 2, .base = SHORT, .longest = LONG};
    m.plan.part[0] = (struct ad_subseq_part){.kind = AD_SUBSEQ_FEATURES, .w = LONG, .weight = 1};
    m.plan.part[1] =
        (struct ad_subseq_part){.kind = AD_SUBSEQ_LEVEL, .w = SHORT, .weight = 2, .q = 0.2};
    assert_int_equal(ad_subseq_score(&scores, &m.plan, x, TOTAL, NULL, true, NULL), 0);
    ad_tail_fit(&m.tail, scores.until + LONG - 1, TOTAL - LONG + 1);
    assert_int_equal(ad_subseq_window_init(&t, LONG), 0);
    assert_int_equal(ad_profile_init(&p, AD_PROFILE_LEVEL, x, TOTAL, SHORT), 0);
    assert_int_equal(ad_profile_walk_init(&w, &p), 0);
    struct ad_subseq_live *live = ad_subseq_live_new(&m);
    assert_non_null(live);
    for (size_t i = 0; i < 400; i++) {
        struct ad_subseq_value v = {other[i], NAN, (double)i};
        double got = ad_subseq_live_next(live, &v), room[LONG], f[AD_SUBSEQ_MOST], far = 0;
        if (i + 1 >= SHORT)
            far =
                ad_profile_find(&p, &w, other + i + 1 - SHORT, i + 1 - SHORT, AD_PROFILE_NONE, 0.2)
                    .distance;
        assert_int_equal(isnan(got) != 0, i + 1 < LONG);
        if (isnan(got))
            continue;
        size_t start = i + 1 - LONG;
        ad_subseq_window_features(&t, other + start - start % t.hop, room, f);
        double sum = surprise_of(&m, 0, ad_spread_distance(&m.plan.part[0].spread, f, NULL)) +
                     surprise_of(&m, 1, far > 0 ? sqrt(far) : 0);
        assert_close(got, ad_tail_surprise(&m.tail, sum), 1e-12);
    }
    ad_subseq_live_free(live);
    ad_profile_walk_free(&w);
    ad_profile_free(&p);
    ad_subseq_window_free(&t);
    ad_subseq_scores_free(&scores);
}

/* With a model of the first n of a rhythm, which is in x. */
static void teach(struct rig *r, size_t n)
{
    struct ad_buf bytes = {0};
    make_rhythm(x, N, N, 1);
    save_model(&usual, x, n, &bytes);
    load_model(r, &usual, &bytes);
    ad_buf_free(&bytes);
}

static void test_a_model_begins_anew_after_a_long_silence(void **state)
{
    (void)state;
    struct rig r;
    teach(&r, N);
    make_rhythm(x, N, N, 2);
    for (size_t i = 1000; i < 1003; i++)
        x[i] = NAN;
    for (size_t i = 2000; i < 2256; i++)
        x[i] = NAN;
    score_all(&r, x, N, s);
    for (size_t i = 0; i < N; i++) {
        bool warm = i < 255 || (i >= 2256 && i < 2256 + 255);
        assert_true(warm || isnan(x[i]) ? isnan(s[i]) : s[i] < AD_S0);
    }
    ad_subseq.destroy(r.state);
}

static void test_a_short_series_makes_no_model(void **state)
{
    (void)state;
    struct rig r;
    teach(&r, 255);
    score_all(&r, x, N, s);
    for (size_t i = 0; i < N; i++)
        assert_true(isnan(s[i]));
    ad_subseq.destroy(r.state);
}

static void test_far_values_and_a_model(void **state)
{
    (void)state;
    struct rig r;
    teach(&r, N);
    make_rhythm(x, N, N, 2);
    x[1000] = 1e300;
    x[1500] = -1e300;
    score_all(&r, x, N, s);
    assert_true(s[1000] > AD_S0 && s[1500] > AD_S0);
    for (size_t i = 2000; i < N; i++)
        assert_true(s[i] < AD_S0);
    ad_subseq.destroy(r.state);
}

static void test_a_cut_model_is_rejected(void **state)
{
    (void)state;
    struct ad_buf bytes = {0};
    struct ad_subseq_cfg cfg = usual;
    cfg.profile_max = 0;
    make_rhythm(x, 400, 400, 1);
    save_model(&cfg, x, 400, &bytes);
    for (size_t len = 0; len < bytes.len; len += 7) {
        struct rig r;
        open_rig(&r, &cfg, NULL);
        assert_int_equal(ad_subseq.load(r.state, &(struct ad_load){{bytes.s, len}, false}), -1);
        ad_subseq.destroy(r.state);
    }
    ad_buf_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores_as_numpy),
        cmocka_unit_test(test_finds_a_stretch),
        cmocka_unit_test(test_one_direction_or_another_unit_does_not_matter),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_options_change_something),
        cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_too_few_values_are_warm_up),
        cmocka_unit_test(test_warmup),
        cmocka_unit_test(test_equal_values_never_surprise),
        cmocka_unit_test(test_one_spike_of_1e300),
        cmocka_unit_test(test_rare_activity),
        cmocka_unit_test(test_holes),
        cmocka_unit_test(test_what_a_hole_hides_is_one_where_nothing_tells_of_it),
        cmocka_unit_test(test_reasons_name_rows_and_what_is_strange),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_a_model_judges_other_values),
        cmocka_unit_test(test_reasons_of_a_model),
        cmocka_unit_test(test_a_model_looks_at_windows_that_end_at_a_row),
        cmocka_unit_test(test_a_model_begins_anew_after_a_long_silence),
        cmocka_unit_test(test_a_short_series_makes_no_model),
        cmocka_unit_test(test_far_values_and_a_model),
        cmocka_unit_test(test_a_cut_model_is_rejected),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
