/* Input that is read twice: what the system will not give again is kept, in memory up to a bound
 * and then in a temporary file without a name (in TMPDIR, else /tmp). */
#ifndef AD_IO_KEEP_H
#define AD_IO_KEEP_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct ad_keep;

/* Returns NULL when out of memory. */
struct ad_keep *ad_keep_new(unsigned long long memory, struct ad_err *err);
void ad_keep_free(struct ad_keep *k);

/* Whether the second pass has file number i here and needs no descriptor of it. */
bool ad_keep_has(const struct ad_keep *k, size_t i);

/* File number i, from 0 on, was opened as fd: in the first pass remember what it is, in the second
 * make sure that it still is. A second pass over files that the first did not get to is like a
 * first. Returns 0, or -1. */
int ad_keep_open(struct ad_keep *k, size_t i, int fd, const char *name, struct ad_err *err);

/* n bytes were read from the current file; or, with n < 0, reading it failed with this errno.
 * Returns 0, or -1 when they cannot be kept. */
int ad_keep_add(struct ad_keep *k, const void *s, ssize_t n, int error, struct ad_err *err);

/* From now on it is the second pass. */
void ad_keep_rewind(struct ad_keep *k);

/* Whether the current file was read before: then ad_keep_read() stands in for read(2), also in how
 * it fails. */
bool ad_keep_again(const struct ad_keep *k);
ssize_t ad_keep_read(struct ad_keep *k, int fd, void *buf, size_t cap);

#endif
