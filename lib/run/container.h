/* State and model files: who made it, with which options, and a payload.
 *
 *     magic "adkit" 1a 0d 0a
 *     values as of base/pack.h: format version, detector, detector version, number of options and
 *       key and value of each, created, updated, records, unpacked size of the payload
 *     payload, deflated by zlib
 *     CRC-32 of every byte before it, little-endian (in all format versions) */
#ifndef AD_RUN_CONTAINER_H
#define AD_RUN_CONTAINER_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>
#include <sys/types.h>

/* Version of the format that is written; older ones load, newer ones are refused. */
enum { AD_CONTAINER_FORMAT = 1 };

/* An option that shapes the payload, as text: the name of the long option without dashes. */
struct ad_container_option {
    struct ad_str key, value;
};

struct ad_container {
    struct ad_str detector;
    uint64_t version; /* of the detector's payload */
    const struct ad_container_option *options;
    size_t noption;
    int64_t created, updated; /* seconds since the epoch */
    uint64_t records;         /* learnt or fitted from */
    struct ad_str payload;
    void *owned; /* what ad_container_free() releases; NULL in one to be written */
};

/* Replace the file at path by c (see io/atomic.h). Returns 0, or -1. */
int ad_container_write(const char *path, mode_t mode, const struct ad_container *c,
                       struct ad_err *err);

/* Read and check the file. A payload of more than `most` bytes is refused. Returns 0, 1 if there
 * is no such file, or -1; after 0 only is there something to free. */
int ad_container_read(const char *path, size_t most, struct ad_container *c, struct ad_err *err);

/* ad_container_read() from memory, for bytes that may be anything. The texts in c, but not the
 * payload, are views into them. `name` is for messages. */
int ad_container_parse(struct ad_str bytes, const char *name, size_t most, struct ad_container *c,
                       struct ad_err *err);

/* Whether c, read from the file `name`, can be used where `want` would be written: the same
 * detector, no newer a version of it, the same options whatever their order. Returns 0, or -1 with
 * the first difference. */
int ad_container_match(const struct ad_container *c, const struct ad_container *want,
                       const char *name, struct ad_err *err);

void ad_container_free(struct ad_container *c);

#endif
