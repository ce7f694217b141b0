/* The payload of state and model files: a sequence of typed values, little-endian whatever the
 * machine, each led by one byte that tells its type, so that a reader that has lost its way
 * notices at once. Reading treats its input as hostile: every length is checked before it is used
 * and nothing is allocated from a length that the remaining bytes cannot hold. */
#ifndef AD_BASE_PACK_H
#define AD_BASE_PACK_H

#include "base/str.h"

#include <stdint.h>

/* Writing: {.out = &buffer}; a failed allocation shows in out->failed. */
struct ad_save {
    struct ad_buf *out;
};

void ad_save_u64(struct ad_save *, uint64_t); /* LEB128 */
void ad_save_f64(struct ad_save *, double);   /* all bits kept, NaN too */
void ad_save_f64s(struct ad_save *, const double *, size_t n);
void ad_save_str(struct ad_save *, struct ad_str);

/* Reading: {.in = bytes}. The first value that is not there, of another type or malformed sets
 * `failed`; from then on every call returns zeros. Check once at the end. */
struct ad_load {
    struct ad_str in;
    bool failed;
};

uint64_t ad_load_u64(struct ad_load *);
/* A u64 that must be at most `max`, else the load has failed and 0 is returned. */
uint64_t ad_load_max(struct ad_load *, uint64_t max);
double ad_load_f64(struct ad_load *);
/* A finite double; NaN or infinity makes the load fail. */
double ad_load_finite(struct ad_load *);
/* An array of exactly n doubles into out. */
void ad_load_f64s(struct ad_load *, double *out, size_t n);
/* The number of doubles in the array that comes next, without consuming it (0 on failure). */
size_t ad_load_peek(const struct ad_load *);
/* A view into the input. */
struct ad_str ad_load_str(struct ad_load *);

#endif
