#include "unit.h"

#include "labelled.h"
#include "maths/bootstrap.h"
#include "maths/events.h"
#include "maths/ranking.h"
#include "maths/rng.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 2000 };

/* Counts of a series by level, the highest first. */
static double pos[LEVELS], neg[LEVELS];

static struct ad_ranking ranking_of(const struct labelled *s)
{
    memset(pos, 0, sizeof pos);
    memset(neg, 0, sizeof neg);
    for (size_t i = 0, w = 0; i < s->n; i++) {
        bool is = w < s->windows && i >= s->window[w].first;
        (is ? pos : neg)[LEVELS - 1 - s->level[i]]++;
        w += is && i == s->window[w].last;
    }
    return (struct ad_ranking){LEVELS, pos, neg};
}

/* y and s as in labelled.h, with scikit-learn 1.2.1:
 *
 *     sklearn.metrics.roc_auc_score(y, s), sklearn.metrics.average_precision_score(y, s)
 */
static void test_scikit_learn(void **state)
{
    (void)state;
    const struct {
        struct labelled_case series;
        double auroc, ap;
    } row[] = {
        {{400, 97, 7, 60, 211}, 0.694220430107527, 0.356229595041867},
        {{1000, 50, 10, 100, 503}, 0.690209375, 0.458567497817538},
        {{120, 11, 3, 20, 7}, 1, 1},
        {{260, 130, 1, 300, 997}, 0.800387596899225, 0.509523809523809},
        {{90, 30, 29, 5, 13}, 0.559386973180077, 0.97644629539244},
    };
    static struct labelled s;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        labelled_make(&s, row[i].series);
        struct ad_ranking r = ranking_of(&s);
        assert_close(ad_ranking_auroc(&r), row[i].auroc, 1e-12);
        assert_close(ad_ranking_ap(&r), row[i].ap, 1e-12);
    }
}

static void test_one_kind(void **state)
{
    (void)state;
    const double some[] = {1, 2}, none[] = {0, 0};
    assert_true(isnan(ad_ranking_auroc(&(struct ad_ranking){2, some, none})));
    assert_true(isnan(ad_ranking_auroc(&(struct ad_ranking){2, none, some})));
    assert_true(isnan(ad_ranking_ap(&(struct ad_ranking){2, none, some})));
    assert_close(ad_ranking_ap(&(struct ad_ranking){2, some, none}), 1, 0);
    assert_close(ad_ranking_auroc(&(struct ad_ranking){2, some, some}), 0.5, 1e-15);
}

/* Many scores in few places rank as before but for a little; few keep their own. */
static void test_places(void **state)
{
    (void)state;
    enum { N = 100000, MOST = 600 };
    double *v[4];
    uint16_t *place = calloc(N, sizeof *place);
    for (int k = 0; k < 4; k++)
        v[k] = calloc(N, sizeof *v[k]);
    struct ad_rng rng;
    ad_rng_seed(&rng, 5);
    for (size_t i = 0; i < N; i++)
        v[ad_rng_unit(&rng) > (i < N / 20 ? 0.5 : 0.01)][i] = 1;
    struct ad_ranking all = {N, v[0], v[1]}, few = {N, v[2], v[3]};
    few.n = ad_ranking_places(&all, MOST, place);
    assert_true(few.n <= MOST && few.n > MOST / 2);
    for (size_t i = 0; i < N; i++) {
        assert_true(place[i] < few.n && (i == 0 || place[i] - place[i - 1] <= 1));
        v[2][place[i]] += v[0][i];
        v[3][place[i]] += v[1][i];
    }
    assert_close(ad_ranking_auroc(&few), ad_ranking_auroc(&all), 1e-3);
    assert_close(ad_ranking_ap(&few), ad_ranking_ap(&all), 1e-2);
    assert_int_equal(ad_ranking_places(&(struct ad_ranking){50, v[0], v[1]}, 50, place), 50);
    for (size_t i = 0; i < 50; i++)
        assert_int_equal(place[i], i);
    for (int k = 0; k < 4; k++)
        free(v[k]);
    free(place);
}

struct score {
    double x;
    bool anomalous;
    size_t unit;
};

static int by_score(const void *a, const void *b)
{
    const struct score *p = a, *q = b;
    return p->x > q->x ? -1 : p->x < q->x;
}

enum { MOST = 400, DRAWS = 200, SIMULATIONS = 600 };

/* Rank n scores of a field, each in a unit of its own. */
static struct ad_drawn rank(struct score *v, size_t n, size_t field, struct ad_units *units)
{
    double p[MOST] = {0}, q[MOST] = {0};
    qsort(v, n, sizeof *v, by_score);
    for (size_t i = 0; i < n; i++) {
        (v[i].anomalous ? p : q)[i] = 1;
        ad_units_at(units, field, v[i].anomalous, v[i].unit)[i] = 1;
    }
    struct ad_ranking r = {n, p, q};
    return (struct ad_drawn){ad_ranking_auroc(&r), ad_ranking_ap(&r)};
}

/* What is simulated: Gaussian scores, the anomalous ones higher by `lift`. Another score of the
 * same records, higher by `other`, has half of its variance in common with the first. */
struct world {
    size_t anomalous, normal;
    double lift, auroc, ap;
    double other, behind; /* its AUROC less that of the first */
};

/* Which of the intervals of a sample hold the truth. */
struct held {
    int auroc, ap, behind;
};

static void simulate(struct ad_rng *rng, const struct world *w, struct held *held)
{
    struct score v[2][MOST];
    size_t n = w->anomalous + w->normal;
    struct ad_units units;
    static struct ad_drawn drawn[2 * DRAWS];
    for (size_t i = 0; i < n; i++) {
        bool is = i < w->anomalous;
        double x = ad_rng_normal(rng), y = sqrt(0.5) * (x + ad_rng_normal(rng));
        v[0][i] = (struct score){x + (is ? w->lift : 0), is, is ? i : i - w->anomalous};
        v[1][i] = (struct score){y + (is ? w->other : 0), is, v[0][i].unit};
    }
    assert_int_equal(ad_units_init(&units, 2, n, w->normal, w->anomalous), 0);
    struct ad_drawn a = rank(v[0], n, 0, &units), b = rank(v[1], n, 1, &units);
    assert_int_equal(ad_bootstrap(&units, DRAWS, ad_rng_u64(rng), NULL, drawn), 0);
    ad_units_free(&units);
    double few = (double)w->anomalous, many = (double)w->normal;
    struct ad_interval in = ad_bootstrap_interval(&drawn->auroc, 4, DRAWS, a.auroc, a.auroc,
                                                  1 / (few * many), w->anomalous);
    held->auroc += in.low <= w->auroc && w->auroc <= in.high;
    in = ad_bootstrap_interval(&drawn->ap, 4, DRAWS, a.ap, a.ap, 1 / (few * (few + 1)),
                               w->anomalous);
    held->ap += in.low <= w->ap && w->ap <= in.high;
    in = ad_bootstrap_difference(&drawn[1].auroc, &drawn[0].auroc, 4, DRAWS, b.auroc - a.auroc,
                                 w->anomalous);
    held->behind += in.low <= w->behind && w->behind <= in.high;
}

/* Of 95 % intervals 92 to 98 % hold the truth: that of the Gaussians,
 *
 *     auroc = scipy.stats.norm.cdf(lift / 2**0.5)
 *     ap = scipy.integrate.quad(lambda t: norm.pdf(t - lift) * k * norm.sf(t - lift)
 *         / (k * norm.sf(t - lift) + (1 - k) * norm.sf(t)), -10, 15)[0]
 *
 * with k the share of anomalous records. */
static void test_coverage(void **state)
{
    (void)state;
    const struct world row[] = {{40, 360, 1.5, 0.8555778168, 0.4780716561, 1.2, -0.0536497714},
                                {50, 350, 2, 0.9213503965, 0.7056466385, 1.5, -0.0657725796}};
    struct ad_rng rng;
    ad_rng_seed(&rng, 7);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct held held = {0, 0, 0};
        for (int k = 0; k < SIMULATIONS; k++)
            simulate(&rng, &row[i], &held);
        print_message("# %zu of %zu: AUROC %d, AP %d, difference %d\n", row[i].anomalous,
                      row[i].anomalous + row[i].normal, held.auroc, held.ap, held.behind);
        assert_in_range(held.auroc, 0.92 * SIMULATIONS, 0.98 * SIMULATIONS);
        assert_in_range(held.ap, 0.92 * SIMULATIONS, 0.98 * SIMULATIONS);
        assert_in_range(held.behind, 0.92 * SIMULATIONS, 0.98 * SIMULATIONS);
    }
}

/* What no draw can show. */
static void test_limits(void **state)
{
    (void)state;
    double one[4] = {1, 1, 1, 1}, mixed[4] = {0.8, 0.9, 0.85, 0.95};
    struct ad_interval in = ad_bootstrap_interval(one, 1, 4, 1, 1, 0.01, 10);
    /* scipy.stats.beta.ppf(0.025, 10, 1) */
    assert_close(in.low, 0.6915028921812392, 1e-9);
    assert_close(in.high, 1, 0);
    in = ad_bootstrap_interval(mixed, 1, 4, 0.88, 0.88, 0.01, 1);
    assert_true(isnan(in.low) && isnan(in.high));
    in = ad_bootstrap_interval(mixed, 1, 4, 0.88, 0.88, 0.01, 5);
    assert_true(in.low > 0 && in.low < 0.88 && in.high > 0.88 && in.high < 1);
    /* scipy.stats.t.ppf(0.975, 4) * numpy.std([0.1, 0.05, 0.1, 0.05], ddof=1) */
    const double from[] = {0.7, 0.85, 0.75, 0.9};
    in = ad_bootstrap_difference(mixed, from, 1, 4, 0.08, 5);
    assert_close(in.high - 0.08, 0.0801490664438084, 1e-6);
    assert_close(0.08 - in.low, 0.0801490664438084, 1e-6);
}

/* Threads change nothing, and the fields of a draw have the same units. */
static void test_draws(void **state)
{
    (void)state;
    enum { N = 60, SOME = 50 };
    struct ad_units units;
    struct ad_drawn a[SOME * 2], b[SOME * 2];
    assert_int_equal(ad_units_init(&units, 2, N, N / 2, N / 2), 0);
    for (size_t i = 0; i < N; i++)
        for (size_t f = 0; f < 2; f++)
            ad_units_at(&units, f, i * 7 % 3 == 0 || i % 4 == 0, i / 2)[i * 17 % N]++;
    struct ad_pool *pool = ad_pool_new(3);
    assert_int_equal(ad_bootstrap(&units, SOME, 1, NULL, a), 0);
    assert_int_equal(ad_bootstrap(&units, SOME, 1, pool, b), 0);
    assert_memory_equal(a, b, sizeof a);
    for (size_t i = 0; i < SOME; i++)
        assert_memory_equal(&a[2 * i], &a[2 * i + 1], sizeof *a);
    assert_int_equal(ad_bootstrap(&units, SOME, 1000, NULL, b), 0);
    assert_memory_not_equal(a, b, sizeof a);
    ad_pool_free(pool);
    ad_units_free(&units);
}

/* Against counting at each threshold. */
static void test_events(void **state)
{
    (void)state;
    const struct labelled_case series[] = {
        {400, 97, 7, 20, 211}, {300, 9, 3, 1, 7}, {90, 30, 29, 5, 13}};
    static struct labelled s;
    for (size_t c = 0; c < sizeof series / sizeof *series; c++) {
        double found[LEVELS] = {0}, runs[LEVELS] = {0};
        labelled_make(&s, series[c]);
        ad_events_add(&(struct ad_events){found, runs}, s.level, s.n, s.window, s.windows);
        for (uint32_t line = LEVELS - 1; line-- > 0;) {
            found[line] += found[line + 1];
            runs[line] += runs[line + 1];
            double hits = 0, outside = 0;
            for (size_t w = 0; w < s.windows; w++)
                hits += ad_events_hit(s.level, s.window[w], line) != SIZE_MAX;
            for (size_t i = 0, w = 0; i < s.n; i++) {
                bool touches = false, alarm = s.level[i] >= line;
                for (; i < s.n && s.level[i] >= line; i++) {
                    while (w < s.windows && s.window[w].last < i)
                        w++;
                    touches |= w < s.windows && s.window[w].first <= i;
                }
                outside += alarm && !touches;
            }
            assert_close(found[line], hits, 0);
            assert_close(runs[line], outside, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scikit_learn), cmocka_unit_test(test_one_kind),
        cmocka_unit_test(test_places),       cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_limits),       cmocka_unit_test(test_draws),
        cmocka_unit_test(test_events),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
