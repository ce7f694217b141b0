/* Payloads of ad-novelty: whatever loads is sound enough to go on with, and says the same again.
 * The first byte picks the options. */
#include "detect/novelty.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void go_on(void *state, double t)
{
    static const double values[] = {0, 1, 1e300, -5e-324, 1, 20};
    static const struct ad_verdict plain = {false, -INFINITY, INFINITY};
    struct ad_line line = {AD_S0, AD_UP};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct ad_sample in = {t + (double)i, t + (double)i, 1, values + i, 1};
        struct ad_score s;
        ad_score_init(&s);
        ad_novelty.score(state, &in, &line, &s);
        if (s.state == AD_OK && (!(s.surprise >= 0 && s.surprise <= AD_SURPRISE_MAX) ||
                                 !isfinite(s.expected) || !s.why))
            abort();
        if (s.state == AD_OK && i % 3 == 0)
            ad_novelty.bounds(state, &in, &line, &s);
        if (s.lower > s.upper || isnan(s.lower) != isnan(s.upper))
            abort();
        if (ad_novelty.learn(state, &in, &line, &plain))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct ad_novelty_cfg cfg = {16, data[0] & 1 ? 288 : 30, 5};
    struct ad_buf out = {0}, again = {0};
    const struct ad_setup one = {.nfield = 1};
    void *state = ad_novelty.create(&cfg, &one), *copy = ad_novelty.create(&cfg, &one);
    struct ad_load in = {{(const char *)data + 1, size - 1}, false};
    if (ad_novelty.load(state, &in) == 0) {
        ad_novelty.save(state, &(struct ad_save){&out});
        if (ad_novelty.load(copy, &(struct ad_load){{out.s, out.len}, false}))
            abort();
        ad_novelty.save(copy, &(struct ad_save){&again});
        if (!ad_str_eq((struct ad_str){out.s, out.len}, (struct ad_str){again.s, again.len}))
            abort();
        go_on(state, data[0] & 2 ? 1e9 : (double)NAN);
        /* What it has learnt is sound, too. */
        out.len = 0;
        ad_novelty.save(state, &(struct ad_save){&out});
        ad_novelty.destroy(copy);
        copy = ad_novelty.create(&cfg, &one);
        if (ad_novelty.load(copy, &(struct ad_load){{out.s, out.len}, false}))
            abort();
    }
    ad_novelty.destroy(state);
    ad_novelty.destroy(copy);
    ad_buf_free(&out);
    ad_buf_free(&again);
    return 0;
}
