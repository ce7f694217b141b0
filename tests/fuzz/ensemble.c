/* States and models of ad-ensemble: whatever loads is sound enough to go on with, and says the same
 * again. The first byte picks the options. */
#include "decide/ensemble.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N = 3 };

static void go_on(const struct ad_detector *det, void *state, double t)
{
    static const double scores[][N] = {{0, 0.5, 0.999999}, {NAN, 0.2, 1}, {-1, NAN, NAN},
                                       {0.7, 0.7, 0.1},    {0, 0, 0},     {NAN, NAN, NAN}};
    static const double labels[] = {NAN, 1, 0, NAN, 1, 0};
    static const struct ad_verdict plain = {false, -INFINITY, INFINITY};
    const struct ad_line line = {AD_S0, AD_BOTH};
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++) {
        struct ad_sample in = {.t = t + (double)i,
                               .elapsed = 1,
                               .x = scores[i],
                               .n = N,
                               .row = (double)i,
                               .label = labels[i]};
        struct ad_score s;
        double part[N];
        ad_score_init(&s);
        det->score(state, &in, &line, &s);
        if (s.state == AD_OK && (!(s.surprise >= 0 && s.surprise <= AD_SURPRISE_MAX) ||
                                 !(s.alpha_factor > 0) || s.confidence > 1 || s.confidence < -1e-9))
            abort();
        if (s.state == AD_OK)
            det->explain(state, &in, part);
        for (size_t j = 0; s.state == AD_OK && j < N; j++)
            if (!isfinite(part[j]))
                abort();
        if (!(det->flags & AD_BATCH) && det->learn(state, &in, &line, &plain))
            abort();
    }
    if (det->feedback && (det->feedback(state, t, t + 3, 1) || det->feedback(state, 0, 1e18, 0)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const unsigned way = data[0];
    struct ad_ensemble_cfg cfg = {.strategy = (int)(way % (AD_ENSEMBLE_STACKING + 1)),
                                  .quorum = 0.5,
                                  .half_life = {.rows = 5000},
                                  .recent = 8,
                                  .line_range = 10,
                                  .folds = 3};
    cfg.calibrate = cfg.strategy == AD_ENSEMBLE_STACKING ? 0 : (int)(way / 16 % 3);
    const struct ad_detector *det =
        cfg.calibrate || cfg.strategy == AD_ENSEMBLE_STACKING ? &ad_ensemble_fitted : &ad_ensemble;
    const struct ad_setup setup = {.nfield = N, .s0 = AD_S0, .labelled = AD_LABELLED_LATE};
    struct ad_buf out = {0}, again = {0};
    void *state = det->create(&cfg, &setup), *copy = det->create(&cfg, &setup);
    struct ad_load in = {{(const char *)data + 1, size - 1}, false};
    if (det->load(state, &in) == 0) {
        det->save(state, &(struct ad_save){&out});
        if (det->load(copy, &(struct ad_load){{out.s, out.len}, false}))
            abort();
        det->save(copy, &(struct ad_save){&again});
        if (!ad_str_eq((struct ad_str){out.s, out.len}, (struct ad_str){again.s, again.len}))
            abort();
        go_on(det, state, way & 128 ? (double)NAN : 1e9);
        /* What it has learnt is sound, too. */
        out.len = 0;
        det->save(state, &(struct ad_save){&out});
        det->destroy(copy);
        copy = det->create(&cfg, &setup);
        if (det->load(copy, &(struct ad_load){{out.s, out.len}, false}))
            abort();
    }
    det->destroy(state);
    det->destroy(copy);
    ad_buf_free(&out);
    ad_buf_free(&again);
    return 0;
}
