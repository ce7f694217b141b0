/* Payloads of ad-seasonal: whatever loads is sound enough to go on with, and says the same again.
 * The first byte picks the options. */
#include "detect/seasonal.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ad_seasonal_cfg config(unsigned bits)
{
    struct ad_seasonal_cfg cfg = {.phases = 8, .warmup = 10, .min_scale = NAN, .trend = bits & 8};
    static int32_t first[] = {0};
    static const struct ad_calendar holidays = {first, 1};
    cfg.nperiod = bits & 3;
    cfg.find = bits & 64;
    cfg.holt_winters = bits & 128 ? (int)(bits >> 3 & 3) % 3 : 0;
    cfg.holidays = bits & 16 && !(bits & 4) ? &holidays : NULL;
    for (size_t k = 0; k < cfg.nperiod; k++) {
        double length = k == 0 ? 4 : k == 1 ? 6 : 20;
        if (bits & 4)
            cfg.period[k].rows = length;
        else
            cfg.period[k].seconds = length;
    }
    return cfg;
}

static void go_on(const struct ad_detector *det, void *state, double t)
{
    static const double values[] = {0, 1, 1e300, -5e-324, 3, 3, 3, 1e9};
    struct ad_line line = {AD_S0, AD_UP};
    for (size_t i = 0; i < 24; i++) {
        double at = t + (double)i;
        struct ad_sample in = {at, at, 1, values + i % 8, 1, at};
        struct ad_score s;
        ad_score_init(&s);
        det->score(state, &in, &line, &s);
        if (s.state == AD_OK &&
            (!(s.surprise >= 0 && s.surprise <= AD_SURPRISE_MAX) || !isfinite(s.expected)))
            abort();
        det->bounds(state, &in, &line, &s);
        if (isnan(s.lower) || isnan(s.upper))
            abort();
        if (det->flags & AD_BATCH)
            continue;
        struct ad_verdict verdict = {false, -INFINITY, INFINITY};
        if (i == 12)
            det->shift(state);
        if (det->learn(state, &in, &line, &verdict))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct ad_seasonal_cfg cfg = config(data[0]);
    const struct ad_detector *det = data[0] & 128 ? &ad_seasonal_stl : &ad_seasonal;
    struct ad_buf out = {0}, again = {0};
    const struct ad_setup one = {.nfield = 1};
    void *state = det->create(&cfg, &one), *copy = det->create(&cfg, &one);
    struct ad_load in = {{(const char *)data + 1, size - 1}, false};
    if (det->load(state, &in) == 0) {
        det->save(state, &(struct ad_save){&out});
        if (det->load(copy, &(struct ad_load){{out.s, out.len}, false}))
            abort();
        det->save(copy, &(struct ad_save){&again});
        if (!ad_str_eq((struct ad_str){out.s, out.len}, (struct ad_str){again.s, again.len}))
            abort();
        go_on(det, state, data[0] & 32 ? 1e9 : 30);
    }
    det->destroy(state);
    det->destroy(copy);
    ad_buf_free(&out);
    ad_buf_free(&again);
    return 0;
}
