/* Models and states of ad-iforest: whatever loads is sound enough to go on with, and says the same
 * again. The first byte picks the options. */
#include "detect/iforest.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COLS = 3 };

static const bool category[COLS] = {false, true, false};

struct target {
    struct ad_iforest_cfg cfg;
    struct ad_setup setup;
    const struct ad_detector *detector;
};

static struct target target_of(unsigned bits)
{
    struct target t = {.cfg = {.mode = (int)((bits & 3) % 3), .trees = 2, .sample = 8},
                       .setup = {.nfield = COLS, .seed = 1}};
    t.cfg.max_sample = t.cfg.window = 12;
    t.cfg.sliding = bits & 4;
    t.setup.category = bits & 8 ? category : NULL;
    t.detector = t.cfg.sliding ? &ad_iforest_sliding : &ad_iforest;
    return t;
}

static void judge(const struct target *t, void *state, const struct ad_sample *in)
{
    struct ad_line line = {AD_S0 / 4, AD_BOTH};
    struct ad_score s;
    double contrib[COLS];
    ad_score_init(&s);
    t->detector->score(state, in, &line, &s);
    if (s.state == AD_WARMUP)
        return;
    if (s.state != AD_OK || !(s.surprise >= 0 && s.surprise <= AD_SURPRISE_MAX))
        abort();
    t->detector->explain(state, in, contrib);
    for (s.field = 0; s.field < COLS; s.field++) {
        if (isnan(contrib[s.field]))
            abort();
        t->detector->bounds(state, in, &line, &s);
        if (isnan(s.lower) != isnan(s.upper) || s.lower > s.upper)
            abort();
    }
}

static void go_on(const struct target *t, void *state)
{
    static const double rows[][COLS] = {{0, 0, 0},       {1, 1, NAN},     {1e308, 2, -1e308},
                                        {NAN, NAN, 0.5}, {-3, 7, 5e-324}, {0.5, 1, 0.5},
                                        {0.2, 1, 0.7},   {0.5, 0, 0.1},   {0.5, 1, 0.5}};
    static const struct ad_verdict plain = {false, -INFINITY, INFINITY};
    struct ad_line line = {AD_S0, AD_BOTH};
    double share[COLS];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ad_sample in = {.t = NAN, .wall = NAN, .elapsed = NAN, .x = rows[i], .n = COLS};
        judge(t, state, &in);
        if (t->detector->learn(state, &in, &line, &plain))
            abort();
    }
    if (t->detector->importance(state, share))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct target t = target_of(data[0]);
    struct ad_buf out = {0}, again = {0};
    void *state = t.detector->create(&t.cfg, &t.setup);
    void *copy = t.detector->create(&t.cfg, &t.setup);
    struct ad_load in = {{(const char *)data + 1, size - 1}, false};
    if (t.detector->load(state, &in) == 0) {
        t.detector->save(state, &(struct ad_save){&out});
        if (t.detector->load(copy, &(struct ad_load){{out.s, out.len}, false}))
            abort();
        t.detector->save(copy, &(struct ad_save){&again});
        if (!ad_str_eq((struct ad_str){out.s, out.len}, (struct ad_str){again.s, again.len}))
            abort();
        go_on(&t, state);
    }
    t.detector->destroy(state);
    t.detector->destroy(copy);
    ad_buf_free(&out);
    ad_buf_free(&again);
    return 0;
}
