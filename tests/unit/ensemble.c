#include "unit.h"

#include "decide/ensemble.h"
#include "decide/ensemble_combine.h"
#include "decide/ensemble_labels.h"
#include "decide/ensemble_options.h"
#include "decide/ensemble_report.h"
#include "decide/ensemble_trust.h"
#include "maths/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ad_line both = {AD_S0, AD_BOTH};
static const struct ad_verdict plain = {false, -INFINITY, INFINITY};

enum { N = 3 };

static struct ad_ensemble_cfg usual(int strategy)
{
    return (struct ad_ensemble_cfg){.strategy = strategy,
                                    .quorum = 0.5,
                                    .half_life = {.rows = 5000},
                                    .recent = 16,
                                    .line_range = 10,
                                    .folds = 5};
}

/* --- combined -----------------------------------------------------------------------------------
 */

/* Surprise of one combination as a score. */
static double combine(const struct ad_ensemble_cfg *cfg, const double *x, const double *w,
                      const double *cov)
{
    size_t rank[N];
    struct ad_votes v = {x, w, N, AD_S0, cov, rank};
    return ad_votes_score(ad_votes_combine(&v, cfg), AD_S0);
}

/* Without weights and correlations Fisher's method is the chi-squared law. scipy 1.10:
 * chi2.logsf(2 * S.sum(), 6), S = s * x / (1 - x), s = -log(.0027) */
static void test_fisher(void **state)
{
    (void)state;
    struct ad_ensemble_cfg cfg = usual(AD_ENSEMBLE_FISHER);
    const double one[N] = {1, 1, 1}, x[N] = {0.2, 0.4, 0.9};
    size_t rank[N];
    struct ad_votes v = {x, one, N, AD_S0, NULL, rank};
    assert_close(ad_votes_combine(&v, &cfg), 51.16796525040082, 1e-12);
}

/* Detectors that always say the same are one. */
static void test_same(void **state)
{
    (void)state;
    static const double all[N * N] = {0, 0, 0, 1, 0, 0, 1, 1, 0}, one[N] = {1, 1, 1};
    for (int strategy = AD_ENSEMBLE_FISHER; strategy <= AD_ENSEMBLE_STOUFFER; strategy++) {
        struct ad_ensemble_cfg cfg = usual(strategy);
        for (double s = 0.3; s < 0.99; s += 0.1) {
            const double x[N] = {s, s, s};
            assert_close(combine(&cfg, x, one, all), s, 1e-6);
        }
    }
}

/* Half of the weights, where sums of them are not exact. */
static void test_median(void **state)
{
    (void)state;
    struct ad_ensemble_cfg cfg = usual(AD_ENSEMBLE_MEDIAN);
    const double x[N] = {0.1, 0.2, 0.6}, w[N] = {0.1, 0.2, 0.3};
    assert_close(combine(&cfg, x, w, NULL), 0.4, 1e-12);
}

/* Whatever the scores are, the result lies between them (where it is a mean of a kind) and is
 * finite. */
static void test_range(void **state)
{
    (void)state;
    struct ad_rng rng;
    ad_rng_seed(&rng, 3);
    for (int round = 0; round < 2000; round++) {
        double x[N], w[N], lo = 1, hi = 0;
        for (size_t i = 0; i < N; i++) {
            x[i] = round % 3 ? ad_rng_unit(&rng) : round % 2 ? 0 : 0.999999;
            x[i] = fmin(x[i], 0.999999);
            w[i] = i < 2 && round % 5 == 0 ? 0 : 1e-3 + ad_rng_unit(&rng);
            lo = w[i] > 0 ? fmin(lo, x[i]) : lo;
            hi = w[i] > 0 ? fmax(hi, x[i]) : hi;
        }
        for (int strategy = 0; strategy < AD_ENSEMBLE_STACKING; strategy++) {
            struct ad_ensemble_cfg cfg = usual(strategy);
            double m = combine(&cfg, x, w, NULL);
            assert_true(m >= 0 && m < 1);
            bool mean = strategy < AD_ENSEMBLE_FISHER && strategy != AD_ENSEMBLE_CONFIDENCE;
            assert_true(!mean || (m >= lo - 1e-5 && m <= hi + 1e-6));
        }
    }
}

/* --- trust --------------------------------------------------------------------------------------
 */

static void test_trust(void **state)
{
    (void)state;
    struct ad_trust quiet, loud, silent;
    ad_trust_init(&quiet);
    ad_trust_init(&loud);
    ad_trust_init(&silent);
    for (int i = 0; i < 1000; i++) {
        ad_trust_learn(&quiet, i == 500 ? 0.9 : 0.01, NAN, 1);
        ad_trust_learn(&loud, i % 10 ? 0.1 : 0.6, NAN, 1);
        ad_trust_learn(&silent, 0, NAN, 1);
    }
    assert_true(ad_trust_weight(&quiet) > 10 * ad_trust_weight(&loud));
    assert_true(ad_trust_weight(&silent) < ad_trust_weight(&loud));
    /* It was loud when it mattered. */
    double before = ad_trust_weight(&loud);
    for (int i = 0; i < 50; i++)
        ad_trust_learn(&loud, 0.9, 1, 1);
    assert_true(ad_trust_weight(&loud) > 2 * before);
    /* And the other was not. */
    before = ad_trust_weight(&quiet);
    for (int i = 0; i < 50; i++)
        ad_trust_learn(&quiet, 0.01, 1, 1);
    assert_true(ad_trust_weight(&quiet) < before / 2);
}

/* The formula of the manual page, by hand: 100 scores of .1 with squares of .02, one of .5; 20 of
 * .5. n = 10.5 / 101, v = (2 + .25) / 101 - n^2, a = .5. */
static void test_weight(void **state)
{
    (void)state;
    struct ad_trust t;
    ad_trust_init(&t);
    ad_trust_learn(&t, 0.5, NAN, 1);
    double n = 10.5 / 101, v = 2.25 / 101 - n * n;
    assert_close(ad_trust_weight(&t), (0.5 - n) * (0.5 - n) / (v * n), 1e-12);
}

/* --- labels -------------------------------------------------------------------------------------
 */

static size_t heard;
static double heard_sum;

static void hear(void *arg, const float *x, double label)
{
    (void)arg;
    (void)label;
    heard++;
    heard_sum += (double)x[0];
}

/* The newest sixteen are kept, in order or not, and each is told once. */
static void test_recall(void **state)
{
    (void)state;
    struct ad_recall r;
    struct ad_tuning tuning = {0};
    ad_recall_init(&r, 1, 16);
    for (int i = 0; i < 40; i++) {
        double x = i;
        assert_int_equal(ad_recall_add(&r, i, &x, 1, i == 30), 0);
    }
    heard = 0;
    heard_sum = 0;
    ad_recall_label(&r, 0, 25, 0, &tuning, AD_S0, 10, hear, NULL);
    assert_int_equal(heard, 2); /* 24, 25 */
    assert_close(heard_sum, 49, 1e-12);
    ad_recall_label(&r, 25, 31, 0, &tuning, AD_S0, 10, hear, NULL);
    assert_int_equal(heard, 7); /* 26 to 29 and 31 */
    ad_recall_label(&r, 0, 100, 1, &tuning, AD_S0, 10, hear, NULL);
    assert_int_equal(heard, 15);
    ad_recall_label(&r, 0, 100, 1, &tuning, AD_S0, 10, hear, NULL);
    assert_int_equal(heard, 15);
    ad_recall_free(&r);
}

/* What is loaded hears what was saved, wherever the ring has its seam. */
static void test_recall_saved(void **state)
{
    (void)state;
    for (int n = 0; n < 60; n += 7) {
        struct ad_recall r, copy;
        struct ad_buf out = {0};
        ad_recall_init(&r, 2, 16);
        ad_recall_init(&copy, 2, 16);
        for (int i = 0; i < n; i++)
            assert_int_equal(ad_recall_add(&r, i, (double[]){0.25, NAN}, i % 5, i % 3 == 0), 0);
        ad_recall_save(&r, &(struct ad_save){&out});
        struct ad_load in = {{out.s, out.len}, false};
        assert_int_equal(ad_recall_load(&copy, &in), 0);
        for (int i = n; i < n + 9; i++) {
            assert_int_equal(ad_recall_add(&r, i, (double[]){0.5, 0}, 1, false), 0);
            assert_int_equal(ad_recall_add(&copy, i, (double[]){0.5, 0}, 1, false), 0);
        }
        struct ad_tuning a = {0}, b = {0};
        heard = 0;
        ad_recall_label(&r, 0, n + 4, 1, &a, 0.9, 10, hear, NULL);
        size_t first = heard;
        ad_recall_label(&copy, 0, n + 4, 1, &b, 0.9, 10, hear, NULL);
        assert_int_equal(heard, 2 * first);
        assert_close(a.shift, b.shift, 1e-15);
        ad_recall_free(&r);
        ad_recall_free(&copy);
        ad_buf_free(&out);
    }
}

static void test_tuning(void **state)
{
    (void)state;
    struct ad_tuning t = {0};
    /* An alarm of three records is one. */
    for (int i = 0; i < 3; i++)
        ad_tuning_next(&t, 6.5, 0, AD_S0, 10);
    assert_close(t.shift, 0.25, 1e-12);
    /* One that no line would have kept silent is none of the line's business. */
    ad_tuning_next(&t, 1, 0, AD_S0, 10);
    ad_tuning_next(&t, 9, 0, AD_S0, 10);
    assert_close(t.shift, 0.25, 1e-12);
    /* A fault is over when its label is, and was found if one record reached the line. */
    ad_tuning_next(&t, 4, 1, AD_S0, 10);
    ad_tuning_next(&t, 7, 1, AD_S0, 10);
    ad_tuning_next(&t, 4, NAN, AD_S0, 10);
    assert_close(t.shift, 0.25, 1e-12);
    ad_tuning_next(&t, 4, 1, AD_S0, 10);
    ad_tuning_next(&t, 5, 1, AD_S0, 10);
    ad_tuning_next(&t, 5, NAN, AD_S0, 10);
    assert_close(t.shift, 0, 1e-12);
    /* What is out of reach does not move it. */
    ad_tuning_next(&t, 3, 1, AD_S0, 10);
    ad_tuning_next(&t, 3, 0, AD_S0, 10);
    assert_close(t.shift, 0, 1e-12);
    /* The bound. */
    for (int i = 0; i < 100; i++) {
        ad_tuning_next(&t, AD_S0 + 2.3, 0, AD_S0, 10);
        ad_tuning_next(&t, 0, 0, AD_S0, 10);
    }
    assert_true(t.shift <= log(10));
    assert_true(t.shift > log(10) - 0.25);
}

/* --- states -------------------------------------------------------------------------------------
 */

static void draw(struct ad_rng *rng, double *x)
{
    for (size_t i = 0; i < N; i++) {
        double s = -log(ad_rng_unit(rng) + 1e-12) * (double)(i + 1);
        x[i] = ad_rng_unit(rng) < 0.05 ? (double)NAN : ad_votes_score(s, AD_S0);
    }
}

/* A state that was saved and loaded goes on to the bit, for every strategy. */
static void test_exact(void **state)
{
    (void)state;
    for (int strategy = 0; strategy < AD_ENSEMBLE_STACKING; strategy++) {
        struct ad_ensemble_cfg cfg = usual(strategy);
        const struct ad_setup setup = {.nfield = N, .s0 = AD_S0, .labelled = AD_LABELLED_LATE};
        void *a = ad_ensemble.create(&cfg, &setup), *b = NULL;
        struct ad_rng rng;
        ad_rng_seed(&rng, 11);
        for (int i = 0; i < 600; i++) {
            double x[N];
            draw(&rng, x);
            struct ad_sample in = {.t = i,
                                   .elapsed = 1,
                                   .x = x,
                                   .n = N,
                                   .row = i,
                                   .label = i % 7 ? (double)NAN : i % 21 == 0};
            struct ad_score s, other;
            ad_score_init(&s);
            ad_score_init(&other);
            ad_ensemble.score(a, &in, &both, &s);
            assert_int_equal(ad_ensemble.learn(a, &in, &both, &plain), 0);
            if (i % 50 == 0)
                assert_int_equal(ad_ensemble.feedback(a, i - 9, i - 3, i % 100 == 0), 0);
            if (b) {
                ad_ensemble.score(b, &in, &both, &other);
                assert_int_equal(ad_ensemble.learn(b, &in, &both, &plain), 0);
                if (i % 50 == 0)
                    assert_int_equal(ad_ensemble.feedback(b, i - 9, i - 3, i % 100 == 0), 0);
                assert_int_equal(s.state, other.state);
                assert_true(s.state != AD_OK ||
                            (s.surprise == other.surprise && s.alpha_factor == other.alpha_factor));
            }
            if (i != 299)
                continue;
            struct ad_buf out = {0};
            ad_ensemble.save(a, &(struct ad_save){&out});
            b = ad_ensemble.create(&cfg, &setup);
            struct ad_load load = {{out.s, out.len}, false};
            assert_int_equal(ad_ensemble.load(b, &load), 0);
            ad_buf_free(&out);
        }
        ad_ensemble.destroy(a);
        ad_ensemble.destroy(b);
    }
}

enum { ROWS = 400, FOLDS = 5 };

/* Fit to random scores of which the first tells the label, and score them: p[ROWS]. Labels of the
 * rows from `from` to `to` are turned around. */
static void fit_and_score(const struct ad_ensemble_cfg *cfg, bool fitting, int from, int to,
                          double *p)
{
    const struct ad_setup setup = {
        .nfield = N, .s0 = AD_S0, .labelled = AD_LABELLED, .fitting = fitting};
    static double x[ROWS][N];
    struct ad_rng rng;
    struct ad_err err = {0};
    ad_rng_seed(&rng, 5);
    void *s = ad_ensemble_fitted.create(cfg, &setup);
    for (int i = 0; i < ROWS; i++) {
        draw(&rng, x[i]);
        bool label = (x[i][0] > 0.2) != (i >= from && i < to);
        struct ad_sample in = {.t = i, .x = x[i], .n = N, .row = i, .label = label};
        assert_int_equal(ad_ensemble_fitted.learn(s, &in, &both, &plain), 0);
    }
    assert_int_equal(ad_ensemble_fitted.fit(s, &err), 0);
    for (int i = 0; i < ROWS; i++) {
        struct ad_sample in = {.t = i, .x = x[i], .n = N, .row = i, .label = NAN};
        struct ad_score score;
        ad_score_init(&score);
        ad_ensemble_fitted.score(s, &in, &both, &score);
        p[i] = score.state == AD_OK ? score.surprise : -1;
    }
    ad_ensemble_fitted.destroy(s);
}

/* What a record's label is, or that of one near it, has no part in its own score; in that of
 * others, and in the model, it has. */
static void test_folds(void **state)
{
    (void)state;
    const int length = ROWS / FOLDS, margin = length / 4;
    for (int way = 0; way < 3; way++) {
        struct ad_ensemble_cfg cfg = usual(way ? AD_ENSEMBLE_MEAN : AD_ENSEMBLE_STACKING);
        double p[ROWS], turned[ROWS];
        cfg.calibrate = way;
        for (int fold = 0; fold < FOLDS; fold++) {
            int from = fold * length, to = from + length;
            fit_and_score(&cfg, false, 0, 0, p);
            fit_and_score(&cfg, false, from - margin, to + margin, turned);
            size_t same = 0;
            for (int i = from; i < to; i++)
                assert_true(p[i] == turned[i]);
            for (int i = 0; i < ROWS; i++)
                same += p[i] == turned[i];
            assert_true(same < ROWS / 2);
        }
        fit_and_score(&cfg, true, 0, 0, p);
        fit_and_score(&cfg, true, 0, length, turned);
        assert_true(p[0] != turned[0]);
    }
}

/* --- names --------------------------------------------------------------------------------------
 */

static void test_names(void **state)
{
    (void)state;
    struct ad_str v[] = {ad_str_of("a_score"), ad_str_of("b_score"), ad_str_of("plain")};
    struct ad_names field = {v, 3};
    struct ad_ensemble_cfg cfg = usual(AD_ENSEMBLE_MEAN);
    struct ad_err err = {0};
    struct ad_ensemble_options o = {.weights = "b=2, plain=1e-1",
                                    .order = "plain,b_score",
                                    .context = "env=p*:a=1; dc = x :a=2,b=3;env=q:plain=1;"};
    assert_int_equal(ad_ensemble_options_parse(&o, &err), 0);
    assert_int_equal(ad_ensemble_options_bind(&o, &field, &cfg, &err), 0);
    static const double want[4][3] = {{0, 2, 0.1}, {1, 0, 0}, {2, 3, 0}, {0, 0, 1}};
    assert_int_equal(cfg.ncontext, 4);
    assert_memory_equal(cfg.weight, want, sizeof want);
    assert_int_equal(cfg.order[0], 2);
    assert_int_equal(cfg.order[1], 1);
    assert_int_equal(cfg.order[2], 0);
    assert_int_equal(o.more.n, 2);
    struct ad_str text[] = {ad_str_of("prod"), ad_str_of("x")};
    assert_int_equal(ad_ensemble_context(&o, text), 1);
    text[0] = ad_str_of("q");
    assert_int_equal(ad_ensemble_context(&o, text), 2);
    text[1] = (struct ad_str){0};
    assert_int_equal(ad_ensemble_context(&o, text), 3);
    text[0] = (struct ad_str){0};
    assert_int_equal(ad_ensemble_context(&o, text), 0);
    static const char *const bad[] = {"env", "env=", "env=p", "env=p:", "=p:a=1", "env=p:z=1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        o.context = bad[i];
        assert_int_equal(ad_ensemble_options_parse(&o, &err) ||
                             ad_ensemble_options_bind(&o, &field, &cfg, &err),
                         1);
    }
    ad_ensemble_options_free(&o);
    ad_err_free(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fisher), cmocka_unit_test(test_same),
        cmocka_unit_test(test_median), cmocka_unit_test(test_range),
        cmocka_unit_test(test_trust),  cmocka_unit_test(test_weight),
        cmocka_unit_test(test_recall), cmocka_unit_test(test_recall_saved),
        cmocka_unit_test(test_tuning), cmocka_unit_test(test_exact),
        cmocka_unit_test(test_folds),  cmocka_unit_test(test_names),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
