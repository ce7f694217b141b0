/* Payloads of ad-zscore: whatever loads is sound enough to go on with, and says the same again.
 * The first byte picks the options. */
#include "detect/zscore.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ad_zscore_cfg config(unsigned bits)
{
    struct ad_zscore_cfg cfg = {.method = (int)(bits & 3), .warmup = 3, .min_scale = NAN};
    struct ad_extent length = bits & 4 ? (struct ad_extent){0, 60} : (struct ad_extent){20, 0};
    cfg.window = cfg.half_life = length;
    cfg.adaptive = bits & 8;
    cfg.seasonal = bits & 16 ? 100 : 0;
    cfg.phases = 5;
    return cfg;
}

static void go_on(void *state, double t)
{
    static const double values[] = {0, 1, 1e300, -5e-324};
    struct ad_line line = {AD_S0, AD_UP};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct ad_sample in = {t + (double)i, t + (double)i, 1, values + i, 1};
        struct ad_score s = {.alpha_factor = 1};
        ad_zscore.score(state, &in, &line, &s);
        if (s.state == AD_OK && (!(s.surprise >= 0 && s.surprise <= AD_SURPRISE_MAX) ||
                                 !isfinite(s.expected) || !isfinite(s.alpha_factor)))
            abort();
        ad_zscore.bounds(state, &in, &line, &s);
        if (isnan(s.lower) || isnan(s.upper))
            abort();
        struct ad_verdict verdict = {false, -INFINITY, INFINITY};
        if (ad_zscore.learn(state, &in, &line, &verdict))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct ad_zscore_cfg cfg = config(data[0]);
    struct ad_buf out = {0}, again = {0};
    const struct ad_setup one = {.nfield = 1};
    void *state = ad_zscore.create(&cfg, &one), *copy = ad_zscore.create(&cfg, &one);
    struct ad_load in = {{(const char *)data + 1, size - 1}, false};
    if (ad_zscore.load(state, &in) == 0) {
        ad_zscore.save(state, &(struct ad_save){&out});
        if (ad_zscore.load(copy, &(struct ad_load){{out.s, out.len}, false}))
            abort();
        ad_zscore.save(copy, &(struct ad_save){&again});
        if (!ad_str_eq((struct ad_str){out.s, out.len}, (struct ad_str){again.s, again.len}))
            abort();
        go_on(state, data[0] & 32 ? 1e9 : 30);
    }
    ad_zscore.destroy(state);
    ad_zscore.destroy(copy);
    ad_buf_free(&out);
    ad_buf_free(&again);
    return 0;
}
