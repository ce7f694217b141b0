#include "io/sink.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int ad_sink_open(struct ad_sink *sink, int fd, const char *name, struct ad_err *err)
{
    *sink = (struct ad_sink){.fd = fd, .name = name};
    sink->buf = malloc(AD_SINK_SIZE);
    if (!sink->buf)
        return ad_err_nomem(err);
    sink->cap = AD_SINK_SIZE;
    return 0;
}

static void put(struct ad_sink *sink, const char *s, size_t len)
{
    while (len && !sink->error) {
        ssize_t n = write(sink->fd, s, len);
        if (n >= 0) {
            sink->used = true;
            s += n;
            len -= (size_t)n;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            /* Somebody who shares the descriptor made it non-blocking. */
            poll(&(struct pollfd){.fd = sink->fd, .events = POLLOUT}, 1, -1);
        } else if (errno != EINTR) {
            sink->error = errno;
        }
    }
}

static void drain(struct ad_sink *sink)
{
    put(sink, sink->buf, sink->len);
    sink->len = 0;
}

char *ad_sink_make_room(struct ad_sink *sink, size_t n)
{
    drain(sink);
    if (n > sink->cap) {
        char *buf = realloc(sink->buf, n);
        if (!buf) {
            if (!sink->error)
                sink->error = ENOMEM;
            return NULL;
        }
        sink->buf = buf;
        sink->cap = n;
    }
    return sink->buf;
}

void ad_sink_write(struct ad_sink *sink, const void *s, size_t len)
{
    if (sink->cap - sink->len < len)
        drain(sink);
    if (len >= sink->cap) {
        put(sink, s, len);
    } else if (len) {
        memcpy(sink->buf + sink->len, s, len);
        sink->len += len;
    }
}

static int report(const struct ad_sink *sink, struct ad_err *err)
{
    if (!sink->error)
        return 0;
    return ad_err_set(err, "cannot write %s: %s", sink->name, strerror(sink->error));
}

int ad_sink_flush(struct ad_sink *sink, struct ad_err *err)
{
    drain(sink);
    return report(sink, err);
}

int ad_sink_close(struct ad_sink *sink, struct ad_err *err)
{
    if (!sink->buf)
        return 0;
    drain(sink);
    /* Nothing is lost where nothing was written to a descriptor that was closed from the start. */
    if (close(sink->fd) < 0 && !sink->error && errno != EINTR && (errno != EBADF || sink->used))
        sink->error = errno;
    free(sink->buf);
    sink->buf = NULL;
    sink->len = sink->cap = 0;
    return report(sink, err);
}
