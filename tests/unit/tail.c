#include "unit.h"

#include "maths/rng.h"
#include "maths/tail.h"

#include <stdlib.h>
#include <string.h>

/* Laws that scores may follow: how to draw one, and how many are above x. */
enum law { EXPONENTIAL, GAUSSIAN, UNIFORM, SKEWED, LAWS };

static double draw(enum law law, struct ad_rng *rng)
{
    switch (law) {
    case EXPONENTIAL:
        return -log(1 - ad_rng_unit(rng));
    case GAUSSIAN:
        return ad_rng_normal(rng);
    case UNIFORM:
        return ad_rng_unit(rng);
    default:
        return exp(0.5 * ad_rng_normal(rng));
    }
}

static double above(enum law law, double x)
{
    switch (law) {
    case EXPONENTIAL:
        return exp(-x);
    case GAUSSIAN:
        return erfc(x / sqrt(2)) / 2;
    case UNIFORM:
        return x < 1 ? 1 - x : 0;
    default:
        return erfc(log(x) / 0.5 / sqrt(2)) / 2;
    }
}

/* Fit to n scores of a law, of which `strange` are replaced by what lies far out. */
static struct ad_tail fit(enum law law, size_t n, size_t strange, uint64_t seed)
{
    struct ad_tail tail;
    struct ad_rng rng;
    double *score = malloc(n * sizeof *score);
    assert_non_null(score);
    ad_rng_seed(&rng, seed);
    for (size_t i = 0; i < n; i++)
        score[i] = i < strange ? 15 + ad_rng_unit(&rng) * 10 : draw(law, &rng);
    ad_tail_fit(&tail, score, n);
    for (size_t i = 1; i < n; i++)
        assert_true(score[i] >= score[i - 1]);
    free(score);
    return tail;
}

/* The score from which on the surprise is at least s. */
static double line_of(const struct ad_tail *tail, double s)
{
    double lo = -100, hi = 100;
    for (int i = 0; i < 200; i++) {
        double mid = (lo + hi) / 2;
        if (ad_tail_surprise(tail, mid) >= s)
            hi = mid;
        else
            lo = mid;
    }
    return hi;
}

/* What is above the line of alpha, in units of alpha, on average over samples. */
static double rate(enum law law, size_t n, size_t strange, double alpha)
{
    double sum = 0;
    enum { SAMPLES = 20 };
    for (uint64_t seed = 0; seed < SAMPLES; seed++) {
        struct ad_tail tail = fit(law, n, strange, seed);
        sum += above(law, line_of(&tail, -log(alpha))) / alpha / SAMPLES;
    }
    return sum;
}

static void test_false_alarms(void **state)
{
    (void)state;
    for (enum law law = 0; law < LAWS; law++) {
        assert_in_range((long)(100 * rate(law, 5000, 0, 0.05)), 90, 110);
        assert_in_range((long)(100 * rate(law, 5000, 0, 0.01)), 75, 140);
        /* The uniform law ends before the line of an exponential tail. */
        assert_in_range((long)(100 * rate(law, 5000, 0, 0.0027)), law == UNIFORM ? 0 : 50, 200);
    }
}

static void test_few_scores_give_no_more_alarms(void **state)
{
    (void)state;
    for (enum law law = 0; law < LAWS; law++)
        for (size_t n = 25; n <= 400; n *= 2)
            assert_true(rate(law, n, 0, 0.01) < 1.7);
}

static void test_anomalies_among_the_sample(void **state)
{
    (void)state;
    for (enum law law = 0; law < LAWS; law++) {
        for (uint64_t seed = 0; seed < 10; seed++) {
            struct ad_tail tail = fit(law, 5000, 50, seed);
            assert_true(ad_tail_surprise(&tail, 15) > 5.914504);
        }
        assert_in_range((long)(100 * rate(law, 5000, 50, 0.01)), law == UNIFORM ? 0 : 50, 140);
    }
}

/* The same where a fifth may be anomalies: up to an eighth of them are flagged, and the others are
 * as rarely as alpha says or more so. */
static void test_many_anomalies_among_the_sample(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    static double score[MANY];
    for (enum law law = 0; law < LAWS; law++)
        for (size_t strange = 0; strange <= MANY / 8; strange += MANY / 8) {
            struct ad_rng rng;
            struct ad_tail tail;
            ad_rng_seed(&rng, strange + 1);
            for (size_t i = 0; i < MANY; i++)
                score[i] = i < strange ? 30 + ad_rng_unit(&rng) : draw(law, &rng);
            ad_tail_fit_top(&tail, score, MANY, 0.2, 1);
            assert_true(ad_tail_surprise(&tail, 30) > 5.914504);
            double share = above(law, line_of(&tail, -log(0.0027))) / 0.0027;
            /* Its tail is that of no law that a fifth before tells of. */
            assert_true(share < (law == SKEWED ? 3 : 1.3));
        }
}

/* Where ten scores tell as much as one, what is far out is judged as by a tenth of them. */
static void test_scores_that_follow_each_other(void **state)
{
    (void)state;
    struct ad_tail alone, tenfold;
    double score[2][2000];
    struct ad_rng rng;
    ad_rng_seed(&rng, 1);
    for (size_t i = 0; i < 2000; i++)
        score[0][i] = score[1][i] = i % 10 ? score[0][i - 1] : draw(EXPONENTIAL, &rng);
    ad_tail_fit_top(&alone, score[0], 2000, 0.2, 1);
    ad_tail_fit_top(&tenfold, score[1], 2000, 0.2, 10);
    assert_close(tenfold.known, alone.known / 10, 1e-12);
    assert_true(ad_tail_surprise(&tenfold, 15) < ad_tail_surprise(&alone, 15) - 0.1);
    assert_close(ad_tail_surprise(&tenfold, 0.5), ad_tail_surprise(&alone, 0.5), 1e-12);
}

/* Within what some taken for anomalies make of it. The sample is that of the exponential law
 * itself, whose -ln P(X >= x) is x however far out: scipy.stats.expon.ppf((i + 0.5) / n) = -ln(1 -
 * (i + 0.5) / n). */
static void test_exponential_quantiles(void **state)
{
    (void)state;
    enum { SIZE = 10000 };
    double *score = malloc(SIZE * sizeof *score);
    struct ad_tail tail;
    for (int i = 0; i < SIZE; i++)
        score[i] = -log(1 - (i + 0.5) / SIZE);
    ad_tail_fit(&tail, score, SIZE);
    for (double x = 0.05; x < 12; x += 0.05)
        assert_close(ad_tail_surprise(&tail, x), x, 0.06);
    free(score);
}

static void test_nothing_surprises_where_all_are_equal(void **state)
{
    (void)state;
    for (size_t n = 1; n < 300; n += 37) {
        double score[300];
        struct ad_tail tail;
        for (size_t i = 0; i < n; i++)
            score[i] = 0.4 + (i % 2 ? 1e-16 : 0);
        ad_tail_fit(&tail, score, n);
        for (double x = -1; x < 2; x += 0.1)
            assert_close(ad_tail_surprise(&tail, x), 0, 0);
    }
}

/* Ties count with all that are equal: of ten scores in each hundred at 2, P(score >= 2) = 0.1. */
static void test_equal_scores(void **state)
{
    (void)state;
    double score[1000];
    struct ad_tail tail;
    for (int i = 0; i < 1000; i++)
        score[i] = i % 10 ? 1 : 2;
    ad_tail_fit(&tail, score, 1000);
    assert_close(ad_tail_surprise(&tail, 1), 0, 0);
    assert_close(ad_tail_surprise(&tail, 2), -log(0.1), 0.001);
    assert_true(ad_tail_surprise(&tail, 3) > 5.914504);
}

static void test_a_few_scores(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 50; n++) {
        struct ad_tail tail = fit(GAUSSIAN, n, 0, n);
        double far = ad_tail_surprise(&tail, 3);
        assert_true(far >= 0 && far <= (n < 3 ? 0 : 3 * log((double)n + 1)));
    }
}

static void test_rises_with_the_score_up_to_the_limit(void **state)
{
    (void)state;
    for (enum law law = 0; law < LAWS; law++)
        for (size_t n = 3; n <= 3000; n *= 10) {
            struct ad_tail tail = fit(law, n, n / 100, 5);
            double last = 0;
            for (double x = -5; x < 30; x += 0.001) {
                double s = ad_tail_surprise(&tail, x);
                assert_true(s >= last && s <= 700);
                last = s;
            }
            assert_true(ad_tail_surprise(&tail, 1e300) <= 700);
            assert_true(ad_tail_surprise(&tail, INFINITY) <= 700);
            assert_close(ad_tail_surprise(&tail, -INFINITY), 0, 0);
            assert_close(ad_tail_surprise(&tail, NAN), 0, 0);
        }
}

static int load(struct ad_tail *tail, const struct ad_buf *from, size_t len)
{
    return ad_tail_load(tail, &(struct ad_load){{from->s, len}, false});
}

static void test_save_and_load(void **state)
{
    (void)state;
    struct ad_tail tail = fit(SKEWED, 1000, 0, 1), copy;
    struct ad_buf out = {0};
    ad_tail_save(&tail, &(struct ad_save){&out});
    assert_int_equal(load(&copy, &out, out.len), 0);
    assert_memory_equal(&copy, &tail, sizeof tail);
    for (size_t len = 0; len < out.len; len++)
        assert_int_equal(load(&copy, &out, len), -1);
    ad_buf_free(&out);
}

static void assert_rejected(const struct ad_tail *tail)
{
    struct ad_tail copy;
    struct ad_buf out = {0};
    ad_tail_save(tail, &(struct ad_save){&out});
    assert_int_equal(load(&copy, &out, out.len), -1);
    ad_buf_free(&out);
}

static void test_unsound_ones_are_rejected(void **state)
{
    (void)state;
    static const double rates[] = {-1, 1e200, INFINITY, NAN}, known[] = {0, 1e10, INFINITY, NAN};
    const struct ad_tail sound = fit(GAUSSIAN, 1000, 0, 1);
    struct ad_tail t;
    for (int i = 0; i < 4; i++) {
        t = sound;
        t.rate = rates[i];
        assert_rejected(&t);
        t = sound;
        t.known = known[i];
        assert_rejected(&t);
        t = sound;
        t.knot[10] = i < 2 ? -rates[i + 1] : rates[i];
        assert_rejected(&t);
        t = sound;
        t.surprise[i == 0 ? 0 : 63] = i == 1 ? 701 : rates[i];
        assert_rejected(&t);
    }
    t = sound;
    t.surprise[20] = t.surprise[22];
    assert_rejected(&t);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_false_alarms),
    cmocka_unit_test(test_few_scores_give_no_more_alarms),
    cmocka_unit_test(test_anomalies_among_the_sample),
    cmocka_unit_test(test_many_anomalies_among_the_sample),
    cmocka_unit_test(test_scores_that_follow_each_other),
    cmocka_unit_test(test_exponential_quantiles),
    cmocka_unit_test(test_nothing_surprises_where_all_are_equal),
    cmocka_unit_test(test_equal_scores),
    cmocka_unit_test(test_a_few_scores),
    cmocka_unit_test(test_rises_with_the_score_up_to_the_limit),
    cmocka_unit_test(test_save_and_load),
    cmocka_unit_test(test_unsound_ones_are_rejected),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
