/* Models of ad-subseq: whatever loads is sound enough to go on with, and says the same again. The
 * first byte picks the options. */
#include "detect/subseq.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(void *state, double x, double t, double row)
{
    const struct ad_line line = {AD_S0 / 4, AD_BOTH};
    struct ad_sample in = {.t = t, .wall = t, .elapsed = NAN, .x = &x, .n = 1, .row = row};
    struct ad_score s;
    ad_score_init(&s);
    ad_subseq.score_rows(state, &in, 1, &line, &s);
    if (s.state == AD_WARMUP)
        return;
    if (s.state != AD_OK || !(s.surprise >= 0 && s.surprise <= AD_SURPRISE_MAX))
        abort();
    ad_subseq.bounds(state, &in, &line, &s);
}

/* Values of many sizes, some rows left out. */
static void go_on(void *state, bool timed)
{
    static const double odd[] = {0, 1, -1e308, 1e308, 5e-324, 0.1, 1e9, -3};
    double row = 7;
    for (int i = 0; i < 700; i++) {
        double x = i % 50 < 8 ? odd[i % 50] : sin(i / 3.0);
        judge(state, x, timed ? 1e9 + 10 * row : (double)NAN, row);
        row += i % 100 == 99 ? 5 : 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct ad_subseq_cfg cfg = {.profile_max = 30000, .window = data[0] & 2 ? 40 : 0};
    struct ad_setup setup = {.nfield = 1, .seed = 1};
    struct ad_buf out = {0}, again = {0};
    void *state = ad_subseq.create(&cfg, &setup), *copy = ad_subseq.create(&cfg, &setup);
    struct ad_load in = {{(const char *)data + 1, size - 1}, false};
    if (ad_subseq.load(state, &in) == 0) {
        ad_subseq.save(state, &(struct ad_save){&out});
        if (ad_subseq.load(copy, &(struct ad_load){{out.s, out.len}, false}))
            abort();
        ad_subseq.save(copy, &(struct ad_save){&again});
        if (!ad_str_eq((struct ad_str){out.s, out.len}, (struct ad_str){again.s, again.len}))
            abort();
        go_on(state, data[0] & 1);
    }
    ad_subseq.destroy(state);
    ad_subseq.destroy(copy);
    ad_buf_free(&out);
    ad_buf_free(&again);
    return 0;
}
