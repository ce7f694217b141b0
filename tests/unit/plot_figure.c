/* Traces keep what a picture shows, findings keep the worst, and axes hold what is drawn. */
#include "unit.h"

#include "maths/rng.h"
#include "plot/range.h"

#include <float.h>
#include <stdlib.h>

enum { SLICES = 256 };

static struct ad_point plain(double at, double value)
{
    return (struct ad_point){at, value, NAN, NAN, NAN, NAN, false, false, false, false};
}

static struct ad_point flagged(double at, double value, double score)
{
    struct ad_point p = plain(at, value);
    p.score = score;
    p.flagged = true;
    return p;
}

static void add(struct ad_trace *t, double at, double value)
{
    struct ad_point p = plain(at, value);
    assert_int_equal(ad_trace_add(t, &p), 0);
}

static void few_points_are_kept_as_they_are(void **state)
{
    (void)state;
    struct ad_trace t;
    ad_trace_init(&t, SLICES);
    for (int i = 0; i < SLICES; i++)
        add(&t, i * 60, i % 7);
    assert_int_equal(t.n, SLICES);
    for (int i = 0; i < SLICES; i++) {
        assert_true(t.slice[i].first.at == i * 60 && t.slice[i].last.value == i % 7);
        assert_int_equal(t.slice[i].n, 1);
    }
    ad_trace_free(&t);
}

/* What lies in the same slice of a plain loop over all points. */
static void check_slices(const struct ad_trace *t, const struct ad_spot *all, size_t n)
{
    size_t seen = 0;
    for (size_t k = 0; k < t->n; k++) {
        const struct ad_slice *s = t->slice + k;
        double least = INFINITY, most = -INFINITY, first = INFINITY, last = -INFINITY;
        uint64_t count = 0;
        for (size_t i = 0; i < n; i++) {
            if (floor(all[i].at / t->width) < s->index || floor(all[i].at / t->width) > s->index)
                continue;
            least = fmin(least, all[i].value);
            most = fmax(most, all[i].value);
            first = fmin(first, all[i].at);
            last = fmax(last, all[i].at);
            count++;
        }
        assert_true(s->n == count && s->least.value == least && s->most.value == most);
        assert_true(s->first.at == first && s->last.at == last);
        assert_true(k == 0 || t->slice[k - 1].index < s->index);
        seen += count;
    }
    assert_int_equal(seen, n);
}

/* Whatever the order in which they come. */
static void slices_hold_the_extremes_of_all_points(void **state)
{
    (void)state;
    enum { N = 5000 };
    static struct ad_spot all[N];
    struct ad_rng rng;
    ad_rng_seed(&rng, 7);
    for (int order = 0; order < 3; order++) {
        struct ad_trace t;
        ad_trace_init(&t, SLICES);
        for (size_t i = 0; i < N; i++) {
            double at = order == 0 ? (double)i : order == 1 ? (double)(N - i) : 0;
            all[i] = (struct ad_spot){order == 2 ? 1e9 + 1e5 * ad_rng_unit(&rng) : at * 10,
                                      ad_rng_unit(&rng) * 2 - 1};
        }
        all[N / 3].value = 1e300;
        for (size_t i = 0; i < N; i++)
            add(&t, all[i].at, all[i].value);
        assert_true(t.n <= SLICES && t.n > SLICES / 8);
        assert_true(t.largest == 1e300);
        check_slices(&t, all, N);
        ad_trace_free(&t);
    }
}

static void missing_values_break_the_line(void **state)
{
    (void)state;
    struct ad_trace t;
    ad_trace_init(&t, SLICES);
    add(&t, 0, 1);
    add(&t, 1, NAN);
    add(&t, 2, 3);
    add(&t, 3, 4);
    assert_int_equal(t.n, 4);
    assert_true(isnan(t.slice[1].first.at));
    assert_int_equal(ad_trace_settle(&t), 0);
    assert_true(!t.slice[0].apart && t.slice[2].apart && !t.slice[3].apart);
    ad_trace_free(&t);
}

static void long_silence_breaks_the_line(void **state)
{
    (void)state;
    for (int n = 100; n <= 100000; n *= 10) {
        struct ad_trace t;
        size_t apart = 0;
        ad_trace_init(&t, SLICES);
        for (int i = 0; i < n; i++)
            add(&t, i < n / 2 ? i * 60 : (i + n / 5) * 60 + (i % 3 ? 7 : 0), 1);
        assert_int_equal(ad_trace_settle(&t), 0);
        for (size_t i = 0; i < t.n; i++)
            if (t.slice[i].apart) {
                assert_true(t.slice[i].from == (n / 2 + n / 5) * 60 + (n / 2 % 3 ? 7 : 0));
                apart++;
            }
        assert_int_equal(apart, 1);
        ad_trace_free(&t);
    }
}

static void the_worst_findings_are_kept(void **state)
{
    (void)state;
    const struct ad_figure_cfg cfg = {
        .panels = 4, .slices = 1 << 20, .findings = 2, .low = NAN, .high = NAN};
    struct ad_figure *f = ad_figure_new(&cfg, NULL);
    struct ad_panel *p = ad_figure_panel(f, ad_str_of("web\x1b[31m"));
    static const double score[] = {.6, 0, .9, .95, 0, .7, 0, .55};
    for (size_t i = 0; i < sizeof score / sizeof *score; i++) {
        struct ad_point one = score[i] > 0 ? flagged((double)i, 10, score[i]) : plain((double)i, 1);
        assert_int_equal(ad_figure_add(f, p, &one, AD_SEVERITY_NONE, ad_str_of("because")), 0);
    }
    assert_int_equal(ad_figure_settle(f), 0);
    assert_int_equal(f->findings.all, 3);
    assert_int_equal(f->nfound, 3); /* two, and the one that is still open */
    assert_true(f->found[0]->from == 2 && f->found[0]->to == 3 && f->found[0]->peak.score == .95);
    assert_int_equal(f->found[0]->severity, AD_CRITICAL);
    assert_int_equal(f->found[0]->n, 2);
    assert_true(f->found[1]->from == 5 && f->found[1]->severity == AD_HIGH);
    assert_true(f->found[2]->from == 7);
    assert_memory_equal(f->found[1]->reason.s, "because", 7);
    assert_memory_equal(p->title.s, "web\\x1B[31m", 11);
    ad_figure_free(f);
}

static void panels_with_most_flags_are_shown_in_order(void **state)
{
    (void)state;
    const struct ad_figure_cfg cfg = {
        .panels = 2, .slices = 1 << 20, .findings = 9, .low = NAN, .high = NAN};
    struct ad_figure *f = ad_figure_new(&cfg, NULL);
    struct ad_panel *p[4];
    static const char *const name[] = {"a", "b", "c", "d"};
    for (int i = 0; i < 4; i++) {
        p[i] = ad_figure_panel(f, ad_str_of(name[i]));
        for (int k = 0; k < 5; k++) {
            struct ad_point one = k < (i * 3) % 4 ? flagged(k, 2, .6) : plain(k, 1);
            assert_int_equal(ad_figure_add(f, p[i], &one, AD_SEVERITY_NONE, ad_str_of("")), 0);
        }
    }
    assert_int_equal(ad_figure_settle(f), 0); /* 0, 3, 2, 1 flags */
    assert_int_equal(f->nshown, 2);
    assert_true(f->shown[0] == p[1] && f->shown[1] == p[2]);
    ad_figure_drop(f, p[1]);
    assert_int_equal(ad_figure_settle(f), 0);
    assert_true(f->shown[0] == p[2] && f->shown[1] == p[3]);
    assert_int_equal(f->nfound, 2);
    ad_figure_free(f);
}

static void axes_are_finite_and_hold_all_values(void **state)
{
    (void)state;
    static const double series[][3] = {
        {0, 0, 0},           {5, 5, 5},       {-1, 0, 1},  {DBL_MAX, -DBL_MAX, 0}, {1e-310, 0, 0},
        {1e9, 1e9 + 1, 1e9}, {NAN, NAN, NAN}, {3, NAN, 4}, {1e300, 1e-300, 1}};
    for (size_t i = 0; i < sizeof series / sizeof *series; i++)
        for (int log = 0; log < 2; log++) {
            const struct ad_figure_cfg cfg = {
                .panels = 4, .slices = 1 << 20, .findings = 1, .log = log, .low = NAN, .high = NAN};
            struct ad_figure *f = ad_figure_new(&cfg, NULL);
            struct ad_panel *p = ad_figure_panel(f, ad_str_of(""));
            for (int k = 0; k < 3; k++) {
                struct ad_point one = plain(k, series[i][k]);
                one.lower = -INFINITY;
                one.upper = 7;
                assert_int_equal(ad_figure_add(f, p, &one, AD_SEVERITY_NONE, ad_str_of("")), 0);
            }
            assert_int_equal(ad_figure_settle(f), 0);
            assert_true(isfinite(p->low) && isfinite(p->high) && p->low < p->high);
            for (int k = 0; k < 3; k++) {
                double up = ad_figure_up(f, p, series[i][k]);
                if (isnan(series[i][k]) || (log && series[i][k] <= 0))
                    assert_true(isnan(up));
                else
                    assert_true(up >= 0 && up <= 1 + 1e-12);
            }
            assert_true(ad_figure_up(f, p, -INFINITY) <= -1);
            assert_true(ad_figure_along(f, 0) > 0 && ad_figure_along(f, 0) < 0.01);
            assert_true(ad_figure_along(f, 2) < 1 && ad_figure_along(f, 2) > 0.99);
            ad_figure_free(f);
        }
}

static void many_panels_share_the_slices(void **state)
{
    (void)state;
    enum { PANELS = 40, N = 9000, ALL = 8 * AD_TRACE_MOST };
    const struct ad_figure_cfg cfg = {
        .panels = 4, .slices = ALL, .findings = 1, .low = NAN, .high = NAN};
    struct ad_figure *f = ad_figure_new(&cfg, NULL);
    for (int i = 0; i < PANELS; i++) {
        struct ad_panel *p = ad_figure_panel(f, ad_str_of("x"));
        for (int k = 0; k < N; k++) {
            struct ad_point one = plain(k, k == 77 ? 9 : sin(k * 0.01));
            assert_int_equal(ad_figure_add(f, p, &one, AD_SEVERITY_NONE, ad_str_of("")), 0);
        }
    }
    size_t n = 0, room = 0;
    for (int i = 0; i < PANELS; i++) {
        double most = 0;
        uint64_t points = 0;
        const struct ad_trace *t = &f->panel[i]->trace;
        for (size_t k = 0; k < t->n; k++) {
            most = fmax(most, t->slice[k].most.value);
            points += t->slice[k].n;
        }
        assert_true(most == 9 && points == N && t->n >= AD_TRACE_LEAST);
        n += t->n;
        room += t->room;
    }
    assert_true(n <= ALL && room <= ALL);
    ad_figure_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_points_are_kept_as_they_are),
        cmocka_unit_test(slices_hold_the_extremes_of_all_points),
        cmocka_unit_test(missing_values_break_the_line),
        cmocka_unit_test(long_silence_breaks_the_line),
        cmocka_unit_test(the_worst_findings_are_kept),
        cmocka_unit_test(panels_with_most_flags_are_shown_in_order),
        cmocka_unit_test(many_panels_share_the_slices),
        cmocka_unit_test(axes_are_finite_and_hold_all_values),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
