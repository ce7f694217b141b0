/* Payloads of ad-threshold: whatever loads is sound enough to go on with, and says the same again.
 * The first byte picks the options. */
#include "detect/threshold.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void go_on(void *state)
{
    static const double values[] = {0, 1, 1e300, -5e-324, 1, 20};
    static const struct ad_verdict plain = {false, -INFINITY, INFINITY};
    const struct ad_line line = {AD_S0, AD_BOTH};
    for (size_t i = 0; i < 300; i++) {
        struct ad_sample in = {1e9 + (double)i, 1e9 + (double)i, 1, &values[i % 6], 1};
        struct ad_score s;
        ad_score_init(&s);
        ad_threshold.score(state, &in, &line, &s);
        if (s.state == AD_OK && !(s.surprise >= 0 && s.surprise <= AD_SURPRISE_MAX))
            abort();
        ad_threshold.bounds(state, &in, &line, &s);
        if (ad_threshold.learn(state, &in, &line, &plain))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct ad_threshold_cfg cfg = {.min = NAN,
                                         .max = 10,
                                         .low = data[0] & 1 ? 0.01 : (double)NAN,
                                         .high = data[0] & 1 ? 0.99 : (double)NAN,
                                         .window = data[0] & 2 ? 50 : 0,
                                         .warmup = 20,
                                         .max_rate = 3,
                                         .max_delta = NAN,
                                         .max_pct = 50,
                                         .margin = NAN,
                                         .stuck = {.rows = 3}};
    const struct ad_setup one = {.nfield = 1};
    struct ad_buf out = {0}, again = {0};
    void *state = ad_threshold.create(&cfg, &one), *copy = ad_threshold.create(&cfg, &one);
    struct ad_load in = {{(const char *)data + 1, size - 1}, false};
    if (ad_threshold.load(state, &in) == 0) {
        ad_threshold.save(state, &(struct ad_save){&out});
        if (ad_threshold.load(copy, &(struct ad_load){{out.s, out.len}, false}))
            abort();
        ad_threshold.save(copy, &(struct ad_save){&again});
        if (!ad_str_eq((struct ad_str){out.s, out.len}, (struct ad_str){again.s, again.len}))
            abort();
        go_on(state);
        out.len = 0;
        ad_threshold.save(state, &(struct ad_save){&out});
        ad_threshold.destroy(copy);
        copy = ad_threshold.create(&cfg, &one);
        if (ad_threshold.load(copy, &(struct ad_load){{out.s, out.len}, false}))
            abort();
    }
    ad_threshold.destroy(state);
    ad_threshold.destroy(copy);
    ad_buf_free(&out);
    ad_buf_free(&again);
    return 0;
}
