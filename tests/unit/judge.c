#include "unit.h"

#include "run/judge.h"

#include <stdlib.h>
#include <string.h>

/* A detector to whom 0 is normal and |x| the surprise, and that writes down what it is taught. */
struct pupil {
    size_t n, nfield, warmup;
    double x[64];
    bool flagged[64];
};

static int created, broken; /* states there are; calls until one fails, 0: none does */
static double alpha_factor = 1, expected_value;

static bool breaks(void)
{
    return broken > 0 && --broken == 0;
}

static void *pupil_create(const void *cfg, const struct ad_setup *setup)
{
    struct pupil *s = breaks() ? NULL : calloc(1, sizeof *s);
    if (s) {
        s->nfield = setup->nfield;
        s->warmup = *(const size_t *)cfg;
        created++;
    }
    return s;
}

static void pupil_destroy(void *state)
{
    created -= state != NULL;
    free(state);
}

static void pupil_score(void *state, const struct ad_sample *in, const struct ad_line *line,
                        struct ad_score *out)
{
    struct pupil *s = state;
    (void)line;
    for (size_t i = 1; i < s->nfield; i++)
        if (fabs(in->x[i]) > fabs(in->x[out->field]))
            out->field = i;
    double x = in->x[out->field];
    out->state = isnan(x) ? AD_MISSING : s->n < s->warmup ? AD_WARMUP : AD_OK;
    out->surprise = fabs(x - expected_value);
    out->expected = expected_value;
    out->alpha_factor = alpha_factor;
}

static void pupil_bounds(void *state, const struct ad_sample *in, const struct ad_line *line,
                         struct ad_score *out)
{
    (void)state;
    (void)in;
    out->lower = out->expected - line->s0;
    out->upper = out->expected + line->s0;
}

static int pupil_learn(void *state, const struct ad_sample *in, const struct ad_line *line,
                       const struct ad_verdict *v)
{
    struct pupil *s = state;
    (void)line;
    if (breaks())
        return -1;
    assert_true(s->n < 64);
    assert_int_equal(in->n, s->nfield);
    s->flagged[s->n] = v->flagged;
    s->x[s->n++] = fmin(fmax(in->x[0], v->clip_lo), v->clip_hi);
    return 0;
}

static void pupil_save(const void *state, struct ad_save *out)
{
    const struct pupil *s = state;
    ad_save_f64s(out, s->x, s->n);
}

static int pupil_load(void *state, struct ad_load *in)
{
    struct pupil *s = state;
    s->n = ad_load_peek(in);
    if (s->n > 64)
        return -1;
    ad_load_f64s(in, s->x, s->n);
    return in->failed ? -1 : 0;
}

static const struct ad_detector pupil = {.name = "pupil",
                                         .create = pupil_create,
                                         .destroy = pupil_destroy,
                                         .score = pupil_score,
                                         .bounds = pupil_bounds,
                                         .learn = pupil_learn,
                                         .save = pupil_save,
                                         .load = pupil_load};

static size_t warmup;

static const struct ad_judge_cfg plain = {.detector = &pupil,
                                          .cfg = &warmup,
                                          .setup = {.nfield = 1},
                                          .nvalue = 1,
                                          .shift_after = 5,
                                          .learn = true};

/* A judge with one track, its line at surprise 6. */
struct rig {
    struct ad_judge j;
    struct ad_track track;
    struct ad_result res;
};

static void rig_open(struct rig *rig, const struct ad_judge_cfg *cfg)
{
    struct ad_err err = {0};
    *rig = (struct rig){0};
    created = broken = 0;
    alpha_factor = 1;
    expected_value = 0;
    warmup = 0;
    assert_int_equal(ad_judge_init(&rig->j, cfg, 6, &err), 0);
}

static void rig_close(struct rig *rig)
{
    ad_judge_drop(&rig->j, &rig->track);
    assert_null(rig->track.state);
    assert_null(rig->track.held);
    assert_int_equal(created, 0);
    ad_judge_free(&rig->j);
}

static const struct ad_result *judge(struct rig *rig, double x)
{
    struct ad_sample in = {1, 2, 3, &x, 1};
    rig->res.score = rig->res.surprise = NAN;
    assert_int_equal(ad_judge_score(&rig->j, &rig->track, &in, 1, &rig->res), 0);
    assert_int_equal(ad_judge_learn(&rig->j, &rig->track, &in, 1, &rig->res), 0);
    return &rig->res;
}

static void feed(struct rig *rig, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        judge(rig, x[i]);
}

#define FEED(rig, ...)                                                                             \
    feed(rig, (const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

/* What the present state was taught, in order. */
static void taught(const struct rig *rig, const double *x, size_t n)
{
    const struct pupil *s = rig->track.state;
    assert_int_equal(s->n, n);
    for (size_t i = 0; i < n; i++)
        assert_close(s->x[i], x[i], 0);
}

#define TAUGHT(rig, ...)                                                                           \
    taught(rig, (const double[]){__VA_ARGS__},                                                     \
           sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

/* score = S / (S + S0): contract of the score. */
static void scores(void **state)
{
    struct rig rig;
    (void)state;
    rig_open(&rig, &plain);
    const struct ad_result *r = judge(&rig, 3);
    assert_close(r->score, 1.0 / 3, 1e-15);
    assert_close(r->line, 6, 0);
    assert_true(!r->flagged && r->side == 1);
    assert_close(judge(&rig, 0)->score, 0, 0);
    assert_int_equal(r->side, 0);
    judge(&rig, 5.99998); /* 0.4999992 is printed 0.499999, 0.4999996 0.5 */
    assert_false(r->flagged);
    assert_true(judge(&rig, 5.99999)->flagged);
    assert_close(judge(&rig, -6)->score, 0.5, 0);
    assert_true(r->flagged && r->side == -1);
    assert_close(judge(&rig, 18)->score, 0.75, 1e-15);
    ad_judge_set_line(&rig.j, 20);
    assert_false(judge(&rig, 18)->flagged);
    assert_close(r->line, 20, 0);
    alpha_factor = exp(-2); /* an adaptive line: S0 - ln factor */
    judge(&rig, 22);
    assert_close(r->line, 22, 1e-15);
    assert_close(r->score, 0.5, 1e-15);
    rig_close(&rig);
}

/* Surprise of the most surprising of k, and the line for one of them. Wanted values by python3 with
 * mpmath (mp.dps = 500): -log(1-(1-exp(-s))**k) and -log(1-(1-exp(-s))**(1/k)). */
static void several_fields(void **state)
{
    static const struct {
        double s;
        size_t k;
        double surprise, line;
    } cases[] = {
        {0.5, 3, 0.062850543084311195, 1.319662099907487072},
        {3, 3, 1.951587727400042667, 4.081685820882152360},
        {5.914503505971854, 1, 5.914503505971854, 5.914503505971854},
        {5.914503505971854, 2, 5.222707237482864964, 6.606975002067323072},
        {5.914503505971854, 10, 3.624054692603911960, 8.215872257283877684},
        {20, 7, 18.05408985712814756, 21.94591014817196175},
        {35.9, 100, 31.29482981401192132, 40.50517018598809124},
        {36.1, 100, 31.49482981401191902, 40.70517018598809126},
        {1000, 5, 998.39056208756589962, 1001.6094379124341003},
    };
    struct ad_judge_cfg cfg = plain;
    struct rig rig;
    (void)state;
    cfg.nvalue = 100;
    rig_open(&rig, &cfg);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ad_sample in = {.x = &cases[i].s, .n = 1};
        assert_int_equal(ad_judge_score(&rig.j, &rig.track, &in, cases[i].k, &rig.res), 0);
        assert_close(rig.res.surprise, cases[i].surprise, 1e-14);
        ad_judge_set_line(&rig.j, cases[i].s);
        assert_close(rig.j.line[cases[i].k].s0, cases[i].line, 1e-14);
        ad_judge_set_line(&rig.j, 6);
    }
    rig_close(&rig);
}

static void guards(void **state)
{
    struct ad_judge_cfg cfg = plain;
    struct rig rig;
    double x = 12;
    struct ad_sample in = {.x = &x, .n = 1};
    (void)state;
    cfg.min_delta = 10;
    rig_open(&rig, &cfg);
    assert_false(judge(&rig, -9.9)->flagged);
    assert_close(rig.res.score, 0.499999, 0);
    assert_null(rig.track.held);
    TAUGHT(&rig, -9.9); /* as normal */
    assert_true(judge(&rig, 10)->flagged);
    ad_judge_score(&rig.j, &rig.track, &in, 1, &rig.res);
    ad_judge_bounds(&rig.j, &rig.track, &in, 1, &rig.res);
    assert_close(rig.res.s.lower, -10, 0);
    assert_close(rig.res.s.upper, 10, 0);
    rig_close(&rig);
    cfg.min_delta = 0;
    cfg.min_pct = 25;
    rig_open(&rig, &cfg);
    assert_true(judge(&rig, 7)->flagged); /* a percentage of 0 is ignored */
    expected_value = -40;
    assert_false(judge(&rig, -49.9)->flagged);
    assert_true(judge(&rig, -50)->flagged);
    expected_value = NAN;
    rig_close(&rig);
}

/* A run that ends early is learnt clipped to the line, in its order; tolerated records in it
 * wait as well, and teach what they are. */
static void runs_that_end(void **state)
{
    struct rig rig;
    (void)state;
    rig_open(&rig, &plain);
    FEED(&rig, 1, 50, 2, 60);
    TAUGHT(&rig, 1);
    FEED(&rig, 3); /* the second of five that is not flagged: one is tolerated */
    TAUGHT(&rig, 1, 6, 2, 6, 3);
    const struct pupil *s = rig.track.state;
    static const bool flagged[] = {false, true, false, true, false};
    assert_memory_equal(s->flagged, flagged, sizeof flagged);
    assert_null(rig.track.held);
    FEED(&rig, 4, -50);
    TAUGHT(&rig, 1, 6, 2, 6, 3, 4);
    FEED(&rig, 1, 2);
    TAUGHT(&rig, 1, 6, 2, 6, 3, 4, -6, 1, 2);
    rig_close(&rig);
}

static void other_side(void **state)
{
    struct rig rig;
    (void)state;
    rig_open(&rig, &plain);
    FEED(&rig, 50, 60, 1, 70, -80);
    TAUGHT(&rig, 6, 6, 1, 6);
    assert_non_null(rig.track.held);
    FEED(&rig, -80, -80, -80);
    TAUGHT(&rig, 6, 6, 1, 6);
    assert_int_equal(judge(&rig, -81)->s.state, AD_SHIFT);
    TAUGHT(&rig, -80, -80, -80, -80, -81);
    rig_close(&rig);
}

static void shifts(void **state)
{
    struct rig rig;
    (void)state;
    rig_open(&rig, &plain);
    FEED(&rig, 1, 2, 50, 51, 3, 52);
    assert_int_equal(rig.res.s.state, AD_OK);
    const void *before = rig.track.state;
    assert_int_equal(judge(&rig, 53)->s.state, AD_SHIFT);
    assert_true(rig.res.flagged); /* scored by what was */
    assert_close(rig.res.surprise, 53, 0);
    assert_true(rig.track.state != before || created == 1);
    TAUGHT(&rig, 50, 51, 3, 52, 53); /* raw */
    assert_null(rig.track.held);
    FEED(&rig, 60, 61, 62, 63);
    assert_int_equal(judge(&rig, 4)->s.state, AD_SHIFT); /* four of five: 80 % */
    assert_false(rig.res.flagged);
    TAUGHT(&rig, 60, 61, 62, 63, 4);
    rig_close(&rig);
}

static void shift_lengths(void **state)
{
    struct ad_judge_cfg cfg = plain;
    struct rig rig;
    (void)state;
    cfg.shift_after = 20;
    rig_open(&rig, &cfg);
    for (int i = 0; i < 19; i++)
        assert_int_equal(judge(&rig, i % 5 == 4 ? 0 : 100)->s.state, AD_OK); /* 4 of 20 */
    assert_int_equal(judge(&rig, 100)->s.state, AD_SHIFT);
    rig_close(&rig);
    rig_open(&rig, &cfg);
    FEED(&rig, 100, 0, 0, 0, 0);
    assert_non_null(rig.track.held);
    FEED(&rig, 0);
    assert_null(rig.track.held);
    TAUGHT(&rig, 6, 0, 0, 0, 0, 0);
    rig_close(&rig);
    cfg.shift_after = 1;
    rig_open(&rig, &cfg);
    FEED(&rig, 1, 2);
    assert_int_equal(judge(&rig, 100)->s.state, AD_SHIFT);
    TAUGHT(&rig, 100);
    rig_close(&rig);
    cfg.shift_after = 0;
    rig_open(&rig, &cfg);
    FEED(&rig, 1, 100, -100, 7);
    TAUGHT(&rig, 1, 6, -6, 6); /* at once, clipped */
    rig_close(&rig);
}

static void not_learnt(void **state)
{
    struct ad_judge_cfg cfg = plain;
    struct rig rig;
    (void)state;
    rig_open(&rig, &plain);
    FEED(&rig, 1, 50, NAN, 51, NAN, NAN, 2); /* missing ones neither end a run nor count */
    assert_int_equal(judge(&rig, NAN)->s.state, AD_MISSING);
    assert_false(rig.res.flagged);
    assert_non_null(rig.track.held);
    FEED(&rig, 52, 53);
    TAUGHT(&rig, 50, 51, 2, 52, 53);
    rig_close(&rig);
    cfg.learn = false;
    rig_open(&rig, &cfg);
    FEED(&rig, 1, 50, 2);
    assert_int_equal(((struct pupil *)rig.track.state)->n, 0);
    assert_null(rig.track.held);
    rig_close(&rig);
    rig_open(&rig, &plain);
    warmup = 2;
    FEED(&rig, 100, 101); /* nothing is abnormal yet */
    assert_int_equal(rig.res.s.state, AD_WARMUP);
    TAUGHT(&rig, 100, 101);
    assert_true(judge(&rig, 100)->flagged);
    rig_close(&rig);
}

/* One state of several fields: its values are held and learnt together. */
static void several_values(void **state)
{
    struct ad_judge_cfg cfg = plain;
    struct rig rig;
    (void)state;
    cfg.setup.nfield = 3;
    rig_open(&rig, &cfg);
    for (int i = 0; i < 5; i++) {
        double x[] = {20 + i, 0, i == 1 ? 99 : 1};
        struct ad_sample in = {1, 2, 3, x, 3};
        assert_int_equal(ad_judge_score(&rig.j, &rig.track, &in, 1, &rig.res), 0);
        assert_int_equal(rig.res.s.field, i == 1 ? 2 : 0);
        assert_int_equal(ad_judge_learn(&rig.j, &rig.track, &in, 1, &rig.res), 0);
    }
    assert_int_equal(rig.res.s.state, AD_SHIFT);
    TAUGHT(&rig, 20, 21, 22, 23, 24);
    rig_close(&rig);
}

static void pupil_explain(const void *state, const struct ad_sample *in, double *contrib)
{
    (void)state;
    for (size_t i = 0; i < in->n; i++)
        contrib[i] = fabs(in->x[i]);
}

/* Judge three values by a detector that is asked what mattered. */
static struct ad_result *judge_three(struct rig *rig, double a, double b, double c)
{
    double x[] = {a, b, c};
    struct ad_sample in = {1, 2, 3, x, 3};
    assert_int_equal(ad_judge_score(&rig->j, &rig->track, &in, 1, &rig->res), 0);
    if (rig->res.flagged)
        ad_judge_bounds(&rig->j, &rig->track, &in, 1, &rig->res);
    return &rig->res;
}

/* Of several fields the guards look at the one that mattered most, and the explanation is its. */
static void several_explained(void **state)
{
    struct ad_detector scholar = pupil;
    struct ad_judge_cfg cfg = plain;
    struct rig rig;
    (void)state;
    scholar.explain = pupil_explain;
    cfg.detector = &scholar;
    cfg.multi = true;
    cfg.setup.nfield = 3;
    rig_open(&rig, &cfg);
    assert_true(judge_three(&rig, 1, -9, 2)->flagged);
    assert_int_equal(rig.res.s.field, 1);
    assert_int_equal(rig.res.side, -1);
    assert_close(rig.res.s.lower, -6, 0);
    assert_close(rig.j.contrib[1], 9, 0);
    assert_false(judge_three(&rig, 1, 5, 2)->explained);
    rig_close(&rig);

    cfg.direction = AD_UP;
    rig_open(&rig, &cfg);
    assert_false(judge_three(&rig, 8, -9, 2)->flagged);
    assert_close(rig.res.score, 0.499999, 0);
    assert_true(judge_three(&rig, 8, 9, 2)->flagged);
    rig_close(&rig);

    cfg.direction = AD_BOTH;
    cfg.min_delta = 9.5;
    rig_open(&rig, &cfg);
    assert_false(judge_three(&rig, 8, -9, 9)->flagged);
    assert_true(judge_three(&rig, 8, -9, 10)->flagged);
    assert_int_equal(rig.res.s.field, 2);
    assert_close(rig.res.s.upper, 9.5, 0);
    rig_close(&rig);
}

/* Saved and loaded anywhere, the rest of the stream is judged and learnt as if nothing was. */
static void saved(void **state)
{
    static const double x[] = {1,  50, 2,  60, 3,  4, -70, -71, 1, -72, -73,
                               80, 81, 82, 1,  83, 5, 90,  1,   2, 99};
    enum { N = sizeof x / sizeof *x };
    (void)state;
    for (size_t cut = 0; cut <= N; cut++) {
        struct rig whole, part;
        struct ad_buf b = {0}, again = {0};
        rig_open(&whole, &plain);
        rig_open(&part, &plain);
        feed(&whole, x, N);
        feed(&part, x, cut);
        struct ad_save out = {&b}, out2 = {&again};
        ad_judge_save(&part.j, &part.track, &out);
        ad_judge_drop(&part.j, &part.track);
        struct ad_load in = {{b.s, b.len}, false};
        part.track = (struct ad_track){0};
        assert_int_equal(ad_judge_load(&part.j, &part.track, &in), 0);
        assert_false(in.failed);
        assert_int_equal(in.in.len, 0);
        ad_judge_save(&part.j, &part.track, &out2);
        assert_int_equal(again.len, b.len);
        assert_memory_equal(again.s, b.s, b.len);
        feed(&part, x + cut, N - cut);
        const struct pupil *s = whole.track.state, *p = part.track.state;
        taught(&part, s->x, s->n);
        assert_int_equal(p->n, s->n);
        assert_int_equal(part.res.s.state, whole.res.s.state);
        assert_int_equal(part.track.held != NULL, whole.track.held != NULL);
        ad_buf_free(&b);
        ad_buf_free(&again);
        ad_judge_drop(&whole.j, &whole.track);
        rig_close(&part);
        ad_judge_free(&whole.j);
    }
}

/* A run as ad_judge_save() writes it, of n samples that are all alike. */
static int load_run(const struct ad_judge_cfg *cfg, uint64_t n, uint64_t side, uint64_t flagged,
                    double lo, double hi, double x)
{
    struct rig rig;
    struct ad_buf b = {0};
    struct ad_save out = {&b};
    rig_open(&rig, cfg);
    ad_save_u64(&out, 1);
    ad_save_f64s(&out, &x, 0);
    ad_save_u64(&out, n);
    ad_save_u64(&out, side);
    for (uint64_t i = 0; i < n && i < 100; i++) {
        const double v[] = {1, 2, 3, 4, lo, hi};
        ad_save_u64(&out, flagged);
        ad_save_f64s(&out, v, 6);
        ad_save_f64s(&out, &x, 1);
    }
    struct ad_load in = {{b.s, b.len}, false};
    int rc = ad_judge_load(&rig.j, &rig.track, &in);
    assert_true(rc == -1 || in.in.len == 0);
    ad_buf_free(&b);
    rig_close(&rig);
    return rc;
}

static void refuses(void **state)
{
    struct rig rig;
    (void)state;
    assert_int_equal(load_run(&plain, 4, 2, 1, -6, 6, 50), 0);
    assert_int_equal(load_run(&plain, 4, 0, 1, -INFINITY, INFINITY, -50), 0);
    assert_int_equal(load_run(&plain, 5, 2, 1, -6, 6, 50), -1); /* it would have been a shift */
    assert_int_equal(load_run(&plain, UINT64_MAX, 2, 1, -6, 6, 50), -1);
    assert_int_equal(load_run(&plain, 4, 3, 1, -6, 6, 50), -1);
    assert_int_equal(load_run(&plain, 4, 2, 2, -6, 6, 50), -1);
    assert_int_equal(load_run(&plain, 1, 2, 0, -6, 6, 50), 0);
    assert_int_equal(load_run(&plain, 2, 2, 0, -6, 6, 50), -1); /* more than tolerated */
    assert_int_equal(load_run(&plain, 4, 2, 1, 6, -6, 50), -1);
    assert_int_equal(load_run(&plain, 4, 2, 1, NAN, 6, 50), -1);
    assert_int_equal(load_run(&plain, 4, 2, 1, -6, NAN, 50), -1);
    assert_int_equal(load_run(&plain, 4, 2, 1, -6, 6, INFINITY), -1);
    struct ad_judge_cfg none = plain;
    none.shift_after = 0;
    assert_int_equal(load_run(&none, 1, 2, 1, -6, 6, 50), -1);
    rig_open(&rig, &plain); /* a track without a state */
    struct ad_buf b = {0};
    struct ad_save out = {&b};
    ad_judge_save(&rig.j, &rig.track, &out);
    struct ad_load in = {{b.s, b.len}, false};
    assert_int_equal(ad_judge_load(&rig.j, &rig.track, &in), 0);
    assert_null(rig.track.state);
    in = (struct ad_load){{b.s, 0}, false};
    assert_int_equal(ad_judge_load(&rig.j, &rig.track, &in), -1);
    ad_buf_free(&b);
    rig_close(&rig);
}

/* Wherever memory runs out, it is told, and nothing is lost or freed twice. */
static void out_of_memory(void **state)
{
    static const double x[] = {1, 50, 51, 3, 52, 53, 1, 60, -60, 1, 1, 1};
    bool failed = true;
    (void)state;
    for (int at = 1; failed && at < 50; at++) {
        struct rig rig;
        rig_open(&rig, &plain);
        broken = at;
        failed = false;
        for (size_t i = 0; i < sizeof x / sizeof *x && !failed; i++) {
            struct ad_sample in = {1, 2, 3, &x[i], 1};
            failed = ad_judge_score(&rig.j, &rig.track, &in, 1, &rig.res) ||
                     ad_judge_learn(&rig.j, &rig.track, &in, 1, &rig.res);
        }
        assert_int_equal(failed, broken == 0);
        rig_close(&rig);
    }
    assert_false(failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores),         cmocka_unit_test(several_fields),
        cmocka_unit_test(guards),         cmocka_unit_test(runs_that_end),
        cmocka_unit_test(other_side),     cmocka_unit_test(shifts),
        cmocka_unit_test(shift_lengths),  cmocka_unit_test(not_learnt),
        cmocka_unit_test(several_values), cmocka_unit_test(several_explained),
        cmocka_unit_test(saved),          cmocka_unit_test(refuses),
        cmocka_unit_test(out_of_memory),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
