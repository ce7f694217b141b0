/* Lines of logs: no line does harm, all fields are views of it or short times, and what is read
 * does not depend on what is kept of other lines. The first byte chooses kind and pattern. */
#include "base/time.h"
#include "record/log.h"

#include <stdint.h>
#include <stdlib.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const patterns[] = {NULL, "a(?<x>[^ ]*)", "from (?<ip>[0-9.]+)|b", "ab?c"};
    if (size < 1)
        return 0;
    const struct ad_log_cfg cfg = {.kind = (enum ad_log_kind)(data[0] % 5),
                                   .pattern = patterns[data[0] / 5 % 4],
                                   .year = 2024,
                                   .block = 2};
    struct ad_err err = {0};
    struct ad_log *log = ad_log_open(&cfg, &err);
    require(log != NULL);
    /* Exactly as long as it is, so that a byte too many is noticed. */
    char *copy = malloc(size);
    require(copy != NULL);
    memcpy(copy, data + 1, size - 1);
    struct ad_str line = {copy, size - 1}, out[2][16];
    const char *why = NULL;
    enum ad_log_line is = ad_log_split(log, line, out[0], &why);
    ad_log_set_month(log, 0);
    require(ad_log_split(log, line, out[1], &why) == is);
    for (size_t i = 0; is == AD_LOG_RECORD && i < ad_log_names(log)->n; i++) {
        struct ad_str v = out[0][i];
        require(ad_str_eq(v, out[1][i]));
        uintptr_t at = (uintptr_t)v.s, from = (uintptr_t)copy;
        bool within = at >= from && at + v.len <= from + line.len;
        require(v.len == 0 || within || v.len < 56);
    }
    free(copy);
    ad_log_close(log);
    return 0;
}
