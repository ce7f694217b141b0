#include "io/source.h"

#include "io/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum { RAW_SIZE = 64 * 1024, AHEAD_SIZE = 512, STOP_CHECK_MS = 1000 };

/* What the current file is; known once its first two bytes are. */
enum form { UNKNOWN, PLAIN, GZIP };

struct ad_source {
    const char *const *names;
    size_t n, next;
    const volatile sig_atomic_t *stop;
    const char *name;
    int fd; /* -1: no file is open */
    bool regular;
    struct ad_keep *keep; /* NULL: nothing is read twice */
    bool ended;           /* the system has no more bytes of this file */
    enum form form;
    uint64_t done, done_before, total; /* all files, those before this one, all at the start */
    z_stream z;
    bool inflating; /* z needs inflateEnd() */
    bool between;   /* behind the end of a gzip member */
    bool padded;    /* and behind zeros there */
    size_t at, len, ahead_at, ahead_len;
    unsigned char raw[RAW_SIZE];     /* [at..len): read, not yet delivered or inflated */
    unsigned char ahead[AHEAD_SIZE]; /* [ahead_at..ahead_len): inflated to see if there is any */
};

static const char *const only_stdin[] = {"-"};

static bool is_stdin(const char *name)
{
    return strcmp(name, "-") == 0;
}

static bool stopped(const struct ad_source *src)
{
    return src->stop && *src->stop;
}

static uint64_t total_size(const char *const *names, size_t n)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++) {
        struct stat st;
        if ((is_stdin(names[i]) ? fstat(STDIN_FILENO, &st) : stat(names[i], &st)) ||
            !S_ISREG(st.st_mode))
            return 0;
        total += (uint64_t)st.st_size;
    }
    return total;
}

struct ad_source *ad_source_open(const char *const *names, size_t n,
                                 const volatile sig_atomic_t *stop, struct ad_err *err)
{
    struct ad_source *src = calloc(1, sizeof *src);
    if (!src && ad_err_nomem(err))
        return NULL;
    src->names = n ? names : only_stdin;
    src->n = n ? n : 1;
    src->total = total_size(src->names, src->n);
    src->stop = stop;
    src->fd = -1;
    return src;
}

static void close_file(struct ad_source *src)
{
    if (src->fd > STDERR_FILENO)
        close(src->fd);
    src->fd = -1;
    if (src->inflating)
        inflateEnd(&src->z);
    src->inflating = false;
}

void ad_source_close(struct ad_source *src)
{
    if (!src)
        return;
    close_file(src);
    ad_keep_free(src->keep);
    free(src);
}

int ad_source_keep(struct ad_source *src, unsigned long long memory, struct ad_err *err)
{
    src->keep = ad_keep_new(memory, err);
    return src->keep ? 0 : -1;
}

void ad_source_rewind(struct ad_source *src)
{
    close_file(src);
    ad_keep_rewind(src->keep);
    src->next = 0;
    src->done = 0;
}

static int open_file(const struct ad_source *src, const char *name)
{
    int fd;
    do
        fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    while (fd < 0 && errno == EINTR && !stopped(src));
    return fd;
}

int ad_source_next(struct ad_source *src, struct ad_err *err)
{
    close_file(src);
    if (src->next == src->n)
        return 0;
    const char *name = src->names[src->next++];
    bool named = !is_stdin(name);
    src->name = named ? name : "standard input";
    bool kept = src->keep && ad_keep_has(src->keep, src->next - 1);
    src->fd = named && !kept ? open_file(src, name) : STDIN_FILENO;
    if (src->fd < 0 && errno == EINTR)
        return AD_SOURCE_STOPPED;
    struct stat st;
    if (src->fd < 0 || fstat(src->fd, &st) < 0) {
        ad_err_set(err, "cannot open %s: %s", src->name, strerror(errno));
        close_file(src);
        return -1;
    }
    if (S_ISDIR(st.st_mode)) {
        close_file(src);
        return ad_err_set(err, "cannot read %s: it is a directory", src->name);
    }
    src->regular = !kept && S_ISREG(st.st_mode);
    if (src->keep && ad_keep_open(src->keep, src->next - 1, src->fd, src->name, err)) {
        close_file(src);
        return -1;
    }
    src->ended = src->between = src->padded = false;
    src->form = UNKNOWN;
    src->at = src->len = src->ahead_at = src->ahead_len = 0;
    src->done_before = src->done;
    if (src->regular)
        posix_fadvise(src->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return 1;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Wait until the descriptor is readable (or broken: the read will tell), until the time `until`
 * (negative: for ever). Returns 1, 0 or AD_SOURCE_STOPPED. */
static int wait_readable(const struct ad_source *src, int64_t until)
{
    for (;;) {
        if (stopped(src))
            return AD_SOURCE_STOPPED;
        int64_t left = until < 0 ? STOP_CHECK_MS : until - now_ms();
        left = left < 0 ? 0 : left > STOP_CHECK_MS ? STOP_CHECK_MS : left;
        struct pollfd p = {.fd = src->fd, .events = POLLIN};
        int n = poll(&p, 1, until < 0 && !src->stop ? -1 : (int)left);
        if (n > 0 || (n < 0 && errno != EINTR))
            return 1;
        if (until >= 0 && now_ms() >= until)
            return 0;
    }
}

/* Whether the bytes of the current file were read before. */
static bool is_again(const struct ad_source *src)
{
    return src->keep && ad_keep_again(src->keep);
}

/* One successful read(2), its end noted in `ended`. */
static ssize_t get(struct ad_source *src, void *buf, size_t cap, struct ad_err *err)
{
    /* With a stop flag never sleep in read(2) itself: a signal that comes just before it would go
     * unnoticed until there is input. */
    bool again = is_again(src), wait = src->stop && !src->regular && !again;
    for (;;) {
        if (stopped(src) || (wait && wait_readable(src, -1) == AD_SOURCE_STOPPED))
            return AD_SOURCE_STOPPED;
        ssize_t n = again ? ad_keep_read(src->keep, src->fd, buf, cap) : read(src->fd, buf, cap);
        bool over = n >= 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK);
        if (over && src->keep && !again && ad_keep_add(src->keep, buf, n, errno, err))
            return -1;
        if (n >= 0) {
            src->done += (uint64_t)n;
            src->ended = n == 0;
            return n;
        }
        if (over)
            return ad_err_set(err, "cannot read %s: %s", src->name, strerror(errno));
        wait = wait || errno != EINTR;
    }
}

/* get() into raw, behind what is there. */
static ssize_t refill(struct ad_source *src, struct ad_err *err)
{
    if (src->at == src->len)
        src->at = src->len = 0;
    ssize_t n = get(src, src->raw + src->len, RAW_SIZE - src->len, err);
    if (n > 0)
        src->len += (size_t)n;
    return n;
}

/* Whether the bytes at hand leave open what the file is. */
static bool undecided(const struct ad_source *src)
{
    return !src->ended && (src->len == 0 || (src->len == 1 && src->raw[0] == 0x1f));
}

/* Settle the form by the bytes at hand. Returns 0 or -1. */
static int decide(struct ad_source *src, struct ad_err *err)
{
    src->form = PLAIN;
    if (src->len < 2 || src->raw[0] != 0x1f || src->raw[1] != 0x8b)
        return 0;
    src->form = UNKNOWN;
    src->z = (z_stream){0};
    if (inflateInit2(&src->z, 15 + 16) != Z_OK)
        return ad_err_nomem(err);
    src->inflating = true;
    src->form = GZIP;
    return 0;
}

/* Find out the form. Returns 0, -1 or AD_SOURCE_STOPPED. */
static int sniff(struct ad_source *src, struct ad_err *err)
{
    if (src->form != UNKNOWN)
        return 0;
    while (undecided(src)) {
        ssize_t n = refill(src, err);
        if (n < 0)
            return (int)n;
    }
    return decide(src, err);
}

/* Behind a member: on to the next one, if that begins in raw. Returns 1 if so, 0 when more input
 * would tell, or -1. */
static int next_member(struct ad_source *src, struct ad_err *err)
{
    for (; src->at < src->len && src->raw[src->at] == 0; src->at++)
        src->padded = true;
    if (src->at == src->len)
        return 0;
    if (src->padded || src->raw[src->at] != 0x1f)
        return ad_err_set(err, "%s: garbage after the end of the gzip data", src->name);
    inflateReset(&src->z);
    src->between = false;
    return 1;
}

/* Inflate from raw. Returns the number of bytes, 0 when that takes more input, or -1. */
static ssize_t unzip(struct ad_source *src, void *buf, size_t cap, struct ad_err *err)
{
    z_stream *z = &src->z;
    uInt room = cap > RAW_SIZE * 16 ? RAW_SIZE * 16 : (uInt)cap;
    for (;;) {
        int more = src->between ? next_member(src, err) : 1;
        if (more <= 0)
            return more;
        z->next_in = src->raw + src->at;
        z->avail_in = (uInt)(src->len - src->at);
        z->next_out = buf;
        z->avail_out = room;
        int status = inflate(z, Z_NO_FLUSH);
        src->at = src->len - z->avail_in;
        src->between = status == Z_STREAM_END;
        if (z->avail_out < room)
            return (ssize_t)(room - z->avail_out);
        if (status == Z_MEM_ERROR)
            return ad_err_nomem(err);
        if (status != Z_OK && status != Z_BUF_ERROR && status != Z_STREAM_END)
            return ad_err_set(err, "%s: corrupt gzip: %s", src->name, z->msg ? z->msg : "bad data");
        if (!src->between && src->at == src->len)
            return 0;
    }
}

static ssize_t read_gzip(struct ad_source *src, void *buf, size_t cap, struct ad_err *err)
{
    size_t n = src->ahead_len - src->ahead_at;
    if (n) {
        n = n < cap ? n : cap;
        memcpy(buf, src->ahead + src->ahead_at, n);
        src->ahead_at += n;
        return (ssize_t)n;
    }
    for (;;) {
        ssize_t got = unzip(src, buf, cap, err);
        if (got != 0)
            return got;
        if (src->ended)
            return src->between ? 0 : ad_err_set(err, "%s: truncated gzip", src->name);
        got = refill(src, err);
        if (got < 0)
            return got;
    }
}

ssize_t ad_source_read(struct ad_source *src, void *buf, size_t cap, struct ad_err *err)
{
    if (stopped(src))
        return AD_SOURCE_STOPPED;
    if (src->fd < 0)
        return 0;
    int bad = sniff(src, err);
    if (bad)
        return bad;
    if (src->form == GZIP)
        return read_gzip(src, buf, cap, err);
    size_t n = src->len - src->at;
    if (n) {
        n = n < cap ? n : cap;
        memcpy(buf, src->raw + src->at, n);
        src->at += n;
        return (ssize_t)n;
    }
    return src->ended ? 0 : get(src, buf, cap, err);
}

/* Whether the next ad_source_read() has something to return already. Stored bytes alone do not mean
 * so: those of gzip are inflated to see. */
static bool ahead(struct ad_source *src)
{
    if (src->fd < 0 || src->ended || src->regular || is_again(src) ||
        src->ahead_at < src->ahead_len)
        return true;
    if (src->form == UNKNOWN && undecided(src))
        return false;
    struct ad_err err = {0};
    ssize_t n = src->form == UNKNOWN ? decide(src, &err) : 0;
    if (n == 0 && src->form == PLAIN)
        return src->at < src->len;
    if (n == 0)
        n = unzip(src, src->ahead, sizeof src->ahead, &err);
    ad_err_free(&err); /* the next read runs into it again */
    src->ahead_at = 0;
    src->ahead_len = n > 0 ? (size_t)n : 0;
    return n != 0;
}

static int wait_ready(struct ad_source *src, int64_t until)
{
    while (!ahead(src)) {
        int ready = wait_readable(src, until);
        if (ready <= 0 || src->form == PLAIN)
            return ready;
        struct ad_err err = {0};
        ssize_t n = refill(src, &err);
        ad_err_free(&err);
        if (n == -1)
            return 1;
    }
    return 1;
}

bool ad_source_ready(struct ad_source *src)
{
    return wait_ready(src, 0) != 0;
}

int ad_source_wait(struct ad_source *src, int timeout_ms)
{
    return stopped(src) ? AD_SOURCE_STOPPED
                        : wait_ready(src, timeout_ms < 0 ? -1 : now_ms() + timeout_ms);
}

const char *ad_source_name(const struct ad_source *src)
{
    if (src->name)
        return src->name;
    return is_stdin(src->names[0]) ? "standard input" : src->names[0];
}

int ad_source_stat(const struct ad_source *src, struct ad_source_stat *out, struct ad_err *err)
{
    struct stat st;
    if (fstat(src->fd, &st) < 0)
        return ad_err_set(err, "cannot examine %s: %s", ad_source_name(src), strerror(errno));
    *out = (struct ad_source_stat){.dev = (uint64_t)st.st_dev,
                                   .inode = (uint64_t)st.st_ino,
                                   .size = (uint64_t)st.st_size,
                                   .regular = S_ISREG(st.st_mode),
                                   .gzip = src->inflating};
    return 0;
}

int ad_source_seek(struct ad_source *src, uint64_t offset, struct ad_err *err)
{
    int bad = sniff(src, err);
    if (bad)
        return -1;
    if (!src->regular || src->form == GZIP)
        return ad_err_set(err, "cannot resume in %s: it is %s", src->name,
                          src->regular ? "compressed" : "not a regular file");
    if (offset > INT64_MAX || lseek(src->fd, (off_t)offset, SEEK_SET) < 0)
        return ad_err_set(err, "cannot resume in %s: %s", src->name,
                          offset > INT64_MAX ? "bad offset" : strerror(errno));
    src->at = src->len = 0;
    src->ended = false;
    src->done = src->done_before + offset;
    return 0;
}

int ad_source_crc(const struct ad_source *src, uint64_t offset, uint32_t *crc, struct ad_err *err)
{
    unsigned char span[AD_SOURCE_CRC_SPAN];
    size_t want = offset < sizeof span ? (size_t)offset : sizeof span, have = 0;
    while (have < want) {
        ssize_t n = pread(src->fd, span + have, want - have, (off_t)(offset - want + have));
        if (n == 0)
            return ad_err_set(err, "%s is shorter than before", src->name);
        if (n < 0 && errno != EINTR)
            return ad_err_set(err, "cannot read %s: %s", ad_source_name(src), strerror(errno));
        have += n > 0 ? (size_t)n : 0;
    }
    *crc = (uint32_t)crc32(0, span, (uInt)want);
    return 0;
}

uint64_t ad_source_done(const struct ad_source *src)
{
    return src->done;
}

uint64_t ad_source_total(const struct ad_source *src)
{
    return src->total;
}
