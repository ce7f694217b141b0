/* Output: a buffered writer on a file descriptor. The first error sticks, what is written after it
 * is dropped; look at `error` once in a while and at the result of ad_sink_close(). */
#ifndef AD_IO_SINK_H
#define AD_IO_SINK_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { AD_SINK_SIZE = 256 * 1024 };

struct ad_sink {
    char *buf;
    size_t len, cap;
    int fd;
    int error;        /* errno of the first failure, else 0; EPIPE: the reader went away */
    bool used;        /* something was handed to the system */
    const char *name; /* for messages, borrowed */
};

/* A writer on fd, which it owns from now on. Returns 0, or -1 when out of memory. */
int ad_sink_open(struct ad_sink *sink, int fd, const char *name, struct ad_err *err);

/* ad_sink_room() when the buffer is too full. */
char *ad_sink_make_room(struct ad_sink *sink, size_t n);

/* Where the next n bytes go. Write up to n there, then tell ad_sink_advance() how many. NULL only
 * if n > AD_SINK_SIZE and there is no memory for it. */
static inline char *ad_sink_room(struct ad_sink *sink, size_t n)
{
    return sink->cap - sink->len >= n ? sink->buf + sink->len : ad_sink_make_room(sink, n);
}

static inline void ad_sink_advance(struct ad_sink *sink, size_t n)
{
    sink->len += n;
}

/* Append bytes; a failure shows in `error`. */
void ad_sink_write(struct ad_sink *sink, const void *s, size_t len);

/* Hand everything to the system. Returns 0, or -1 if this or an earlier write failed. */
int ad_sink_flush(struct ad_sink *sink, struct ad_err *err);

/* Flush, close and release. Returns 0, or -1 if anything ever failed. May be called again, and on
 * a zeroed sink that was never opened: then it does nothing. */
int ad_sink_close(struct ad_sink *sink, struct ad_err *err);

#endif
