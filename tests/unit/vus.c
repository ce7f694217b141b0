#include "unit.h"

#include "labelled.h"
#include "maths/vus.h"

#include <stdlib.h>

/* y and s as in labelled.h, with the authors' package, vus 0.0.6:
 *
 *     vus.utils.metrics.metricor().RangeAUC_volume_opt(numpy.array(y), numpy.array(s, float),
 * buffer)
 */
static void test_authors(void **state)
{
    (void)state;
    const struct {
        struct labelled_case series;
        size_t buffer;
        double roc, pr;
    } row[] = {
        {{400, 97, 7, 60, 211}, 0, 0.693740399385561, 0.351649428123958},
        {{400, 97, 7, 60, 211}, 1, 0.693740399385561, 0.351649428123958},
        {{400, 97, 7, 60, 211}, 7, 0.758244803379318, 0.389933021113127},
        {{400, 97, 7, 60, 211}, 20, 0.831602550541243, 0.448489930817285},
        {{400, 97, 7, 60, 211}, 100, 0.937474553134271, 0.671769778782758},
        {{1000, 50, 10, 100, 503}, 0, 0.688785, 0.445362131241821},
        {{1000, 50, 10, 100, 503}, 7, 0.738819135490984, 0.487247194963207},
        {{1000, 50, 10, 100, 503}, 20, 0.815771420353635, 0.584756439194625},
        {{1000, 50, 10, 100, 503}, 100, 0.949575176153016, 0.871848076537389},
        {{120, 11, 3, 20, 7}, 20, 1, 1},
        {{260, 130, 1, 300, 997}, 0, 0.70203488372093, 0.264285714285714},
        {{260, 130, 1, 300, 997}, 7, 0.771479206950891, 0.292383428062393},
        {{260, 130, 1, 300, 997}, 100, 0.971677712177572, 0.548696022084608},
        {{240, 12, 3, 40, 101}, 10, 0.931908529847938, 0.840807766388823},
        {{240, 12, 3, 40, 101}, 11, 0.937014177520144, 0.852243001139367},
        {{240, 12, 3, 40, 101}, 12, 0.941507180546381, 0.862421849676527},
        {{246, 12, 3, 40, 101}, 40, 0.981420120358478, 0.954991810925275},
        {{100, 6, 1, 15, 53}, 30, 0.945286851818323, 0.884749359424449},
        {{90, 30, 29, 5, 13}, 0, 0.559386973180077, 0.97644629539244},
        {{90, 30, 29, 5, 13}, 7, 0.889846743295019, 0.99411157384811},
        {{90, 30, 29, 5, 13}, 100, 0.991274989567922, 0.999533590007771},
    };
    static struct labelled s;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        labelled_make(&s, row[i].series);
        struct ad_vus vus;
        assert_int_equal(ad_vus(s.level, s.n, s.window, s.windows, row[i].buffer, &vus), 0);
        assert_close(vus.roc, row[i].roc, 1e-12);
        assert_close(vus.pr, row[i].pr, 1e-12);
    }
}

/* By hand: 1 2 (3) 0, the third record anomalous, buffers 0, 1 and 2. With 0 and 1 the ranking is
 * perfect, areas of 1. With 2 the records beside it count sqrt(1/2) = r. Recall is measured by 1
 * and the weights found, halved: thresholds 3, 2, 1, 0 find 1 of (1+1)/2 records, then 1+r of
 * (1+1+r)/2, more than all: recall stays 1. False alarms go from 0 of 3 to (3-1-r) of 4-(2+r)/2 and
 * on, beside a recall of 1. So both areas are 1. With the order turned round, 2 1 (0) 3, the edges
 * are found first: with buffer 2 the thresholds 3, 2, 1, 0 find r, r, 2r, 2r+1. */
static void test_by_hand(void **state)
{
    (void)state;
    const struct ad_span window = {2, 2};
    struct ad_vus vus;
    const uint32_t good[] = {1, 2, 3, 0}, bad[] = {2, 1, 0, 3};
    assert_int_equal(ad_vus(good, 4, &window, 1, 2, &vus), 0);
    assert_close(vus.roc, 1, 1e-15);
    assert_close(vus.pr, 1, 1e-15);
    double r = sqrt(0.5), roc = 0, pr = 0, tp[] = {r, r, 2 * r, 2 * r + 1};
    double soft[] = {r, r, 2 * r, 2 * r}, tpr0 = 0, fpr0 = 0;
    for (int k = 0; k < 4; k++) {
        double p = (2 + soft[k]) / 2, tpr = fmin(tp[k] / p, 1), fpr = (k + 1 - tp[k]) / (4 - p);
        pr += (tpr - tpr0) * tp[k] / (k + 1);
        roc += (fpr - fpr0) * (tpr + tpr0) / 2;
        tpr0 = tpr;
        fpr0 = fpr;
    }
    roc += (1 - fpr0) * (1 + tpr0) / 2;
    assert_int_equal(ad_vus(bad, 4, &window, 1, 2, &vus), 0);
    /* Without edges nothing is found before the last threshold: areas of 0 and 1/4. */
    assert_close(vus.roc, roc / 3, 1e-12);
    assert_close(vus.pr, (0.25 + 0.25 + pr) / 3, 1e-12);
}

/* Ranks decide, not values: the same from counting as from sorting the levels. */
static void test_levels(void **state)
{
    (void)state;
    static struct labelled s;
    labelled_make(&s, (struct labelled_case){1000, 50, 10, 100, 503});
    struct ad_vus small, large;
    assert_int_equal(ad_vus(s.level, s.n, s.window, s.windows, 20, &small), 0);
    for (size_t i = 0; i < s.n; i++)
        s.level[i] *= 1000003;
    assert_int_equal(ad_vus(s.level, s.n, s.window, s.windows, 20, &large), 0);
    assert_true(small.roc >= large.roc && small.roc <= large.roc);
    assert_true(small.pr >= large.pr && small.pr <= large.pr);
}

static void test_one_kind(void **state)
{
    (void)state;
    const uint32_t level[] = {1, 2};
    struct ad_vus vus;
    assert_int_equal(ad_vus(level, 2, &(struct ad_span){0, 1}, 1, 10, &vus), 0);
    assert_true(isnan(vus.roc) && isnan(vus.pr));
    assert_int_equal(ad_vus(level, 2, &(struct ad_span){0, 0}, 1, 1000, &vus), 0);
    assert_true(vus.roc >= 0 && vus.roc <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_authors),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_one_kind),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
