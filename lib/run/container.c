#include "run/container.h"

#include "base/pack.h"
#include "io/atomic.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static const char magic[] = "adkit\x1a\r\n";

/* MAX_RATIO: deflate cannot do better (zlib's documentation). */
enum { MAGIC_LEN = 8, CRC_LEN = 4, CHUNK = 64 * 1024, HEAD_MOST = 16 << 20, MAX_RATIO = 1032 };

/* What a container that was read owns; the texts are views into the file. */
struct owned {
    char *file, *payload;
    struct ad_container_option *options;
};

/* A file being written, and the checksum so far. */
struct out {
    struct ad_atomic *file;
    uLong crc;
};

static int put(struct out *out, const void *s, size_t len, struct ad_err *err)
{
    out->crc = crc32_z(out->crc, s, len);
    return ad_atomic_write(out->file, s, len, err);
}

static int put_head(struct out *out, const struct ad_container *c, struct ad_err *err)
{
    struct ad_buf buf = {0};
    struct ad_save save = {&buf};
    ad_buf_add(&buf, magic, MAGIC_LEN);
    ad_save_u64(&save, AD_CONTAINER_FORMAT);
    ad_save_str(&save, c->detector);
    ad_save_u64(&save, c->version);
    ad_save_u64(&save, c->noption);
    for (size_t i = 0; i < c->noption; i++) {
        ad_save_str(&save, c->options[i].key);
        ad_save_str(&save, c->options[i].value);
    }
    ad_save_u64(&save, (uint64_t)c->created);
    ad_save_u64(&save, (uint64_t)c->updated);
    ad_save_u64(&save, c->records);
    ad_save_u64(&save, c->payload.len);
    int bad = buf.failed ? ad_err_nomem(err) : put(out, buf.s, buf.len, err);
    ad_buf_free(&buf);
    return bad;
}

static int put_payload(struct out *out, struct ad_str payload, struct ad_err *err)
{
    unsigned char chunk[CHUNK];
    z_stream z = {0};
    if (deflateInit(&z, 1) != Z_OK)
        return ad_err_nomem(err);
    int bad = 0, status = Z_OK;
    while (!bad && status != Z_STREAM_END) {
        if (!z.avail_in && payload.len) {
            z.avail_in = payload.len < CHUNK ? (uInt)payload.len : CHUNK;
            z.next_in = (unsigned char *)(uintptr_t)payload.s;
            payload.s += z.avail_in;
            payload.len -= z.avail_in;
        }
        z.next_out = chunk;
        z.avail_out = CHUNK;
        status = deflate(&z, payload.len ? Z_NO_FLUSH : Z_FINISH);
        bad = put(out, chunk, CHUNK - z.avail_out, err);
    }
    deflateEnd(&z);
    return bad;
}

static int put_crc(struct out *out, struct ad_err *err)
{
    unsigned char bytes[CRC_LEN];
    for (int i = 0; i < CRC_LEN; i++)
        bytes[i] = (unsigned char)(out->crc >> 8 * i);
    return ad_atomic_write(out->file, bytes, sizeof bytes, err);
}

int ad_container_write(const char *path, mode_t mode, const struct ad_container *c,
                       struct ad_err *err)
{
    struct out out = {.file = ad_atomic_open(path, mode, err)};
    if (!out.file)
        return -1;
    if (put_head(&out, c, err) || put_payload(&out, c->payload, err) || put_crc(&out, err)) {
        ad_atomic_abort(out.file);
        return -1;
    }
    return ad_atomic_commit(out.file, err);
}

static int damaged(struct ad_err *err, const char *name, const char *what)
{
    return ad_err_set(err, "%s: damaged: %s; restore it from a copy, or remove it to start anew",
                      name, what);
}

/* Check what holds for files of every format version. Returns 0 or -1. */
static int check_frame(struct ad_str bytes, const char *name, struct ad_err *err)
{
    if (bytes.len < MAGIC_LEN || memcmp(bytes.s, magic, MAGIC_LEN) != 0)
        return ad_err_set(err, "%s is not an adkit state file", name);
    if (bytes.len < MAGIC_LEN + CRC_LEN)
        return damaged(err, name, "it is truncated");
    size_t len = bytes.len - CRC_LEN;
    const unsigned char *end = (const unsigned char *)bytes.s + len;
    uLong crc = 0;
    for (int i = 0; i < CRC_LEN; i++)
        crc |= (uLong)end[i] << 8 * i;
    if (crc32_z(0, (const unsigned char *)bytes.s, len) != crc)
        return damaged(err, name, "checksum does not match");
    struct ad_load in = {{bytes.s + MAGIC_LEN, len - MAGIC_LEN}, false};
    uint64_t format = ad_load_u64(&in);
    if (in.failed || format == 0)
        return damaged(err, name, "no format version");
    if (format > AD_CONTAINER_FORMAT)
        return ad_err_set(err,
                          "%s has format version %" PRIu64 ", this program reads up to %d; use a "
                          "newer one or another file",
                          name, format, AD_CONTAINER_FORMAT);
    return 0;
}

/* The head from `in` into c, then how long the payload will be. Returns 0, or -1 when it is
 * malformed (in->failed) or out of memory. */
static int load_head(struct ad_load *in, struct ad_container *c, struct owned *own, uint64_t *size)
{
    ad_load_u64(in); /* the format version */
    c->detector = ad_load_str(in);
    c->version = ad_load_u64(in);
    c->noption = (size_t)ad_load_max(in, in->in.len / 4); /* each takes four bytes or more */
    own->options = calloc(c->noption + 1, sizeof *own->options);
    if (!own->options)
        return -1;
    for (size_t i = 0; i < c->noption; i++) {
        own->options[i].key = ad_load_str(in);
        own->options[i].value = ad_load_str(in);
    }
    c->options = own->options;
    c->created = (int64_t)ad_load_u64(in);
    c->updated = (int64_t)ad_load_u64(in);
    c->records = ad_load_u64(in);
    *size = ad_load_u64(in);
    return in->failed ? -1 : 0;
}

/* Inflate all of `packed` to exactly size bytes. Returns 0 or -1. */
static int unpack(struct ad_str packed, char *to, size_t size)
{
    z_stream z = {0};
    if (inflateInit(&z) != Z_OK)
        return -1;
    z.next_out = (unsigned char *)to;
    z.next_in = (unsigned char *)(uintptr_t)packed.s;
    const size_t step = 1 << 30; /* zlib counts in unsigned int */
    size_t in = packed.len, out = size;
    int status = Z_OK;
    while (status == Z_OK) {
        uInt give = (uInt)(in < step ? in : step), room = (uInt)(out < step ? out : step);
        z.avail_in = give;
        z.avail_out = room;
        status = inflate(&z, Z_NO_FLUSH);
        in -= give - z.avail_in;
        out -= room - z.avail_out;
    }
    inflateEnd(&z);
    return status == Z_STREAM_END && in == 0 && out == 0 ? 0 : -1;
}

/* What follows a good frame. Returns 0 or -1. */
static int load_body(struct ad_str body, const char *name, size_t most, struct ad_container *c,
                     struct ad_err *err)
{
    struct owned *own = c->owned;
    struct ad_load in = {body, false};
    uint64_t size = 0;
    if (load_head(&in, c, own, &size))
        return in.failed ? damaged(err, name, "malformed header") : ad_err_nomem(err);
    if (size > most)
        return ad_err_set(err, "%s: its content of %" PRIu64 " bytes is above the limit of %zu",
                          name, size, most);
    if (size / MAX_RATIO > in.in.len)
        return damaged(err, name, "malformed content");
    own->payload = malloc(size ? (size_t)size : 1);
    if (!own->payload)
        return ad_err_nomem(err);
    c->payload = (struct ad_str){own->payload, (size_t)size};
    return unpack(in.in, own->payload, (size_t)size) ? damaged(err, name, "malformed content") : 0;
}

int ad_container_parse(struct ad_str bytes, const char *name, size_t most, struct ad_container *c,
                       struct ad_err *err)
{
    if (check_frame(bytes, name, err))
        return -1;
    *c = (struct ad_container){.owned = calloc(1, sizeof(struct owned))};
    if (!c->owned)
        return ad_err_nomem(err);
    struct ad_str body = {bytes.s + MAGIC_LEN, bytes.len - MAGIC_LEN - CRC_LEN};
    if (load_body(body, name, most, c, err) == 0)
        return 0;
    ad_container_free(c);
    return -1;
}

/* All of the file into *bytes, which are the caller's then. Returns 0, or -1 with errno, which is 0
 * if the file is not a regular one or too large. */
static int slurp(int fd, size_t most, struct ad_str *bytes)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -1;
    errno = 0;
    if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > most)
        return -1;
    size_t size = (size_t)st.st_size, len = 0;
    char *s = malloc(size + 1);
    while (s && len < size) {
        ssize_t n = read(fd, s + len, size - len);
        if (n < 0 && errno != EINTR) {
            int error = errno;
            free(s);
            errno = error;
            return -1;
        }
        if (n == 0)
            break; /* cut short just now: its checksum will tell */
        len += n > 0 ? (size_t)n : 0;
    }
    *bytes = (struct ad_str){s, len};
    return s ? 0 : -1;
}

int ad_container_read(const char *path, size_t most, struct ad_container *c, struct ad_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return 1;
    struct ad_str bytes = {NULL, 0};
    /* Deflated bytes may be a little more than plain ones. */
    size_t limit = most < SIZE_MAX / 2 ? most + most / 1000 + HEAD_MOST : SIZE_MAX;
    int bad = fd < 0 || slurp(fd, limit, &bytes);
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (bad)
        return ad_err_set(err, "cannot read %s: %s", path,
                          error ? strerror(error) : "not a regular file, or too large");
    bad = ad_container_parse(bytes, path, most, c, err);
    if (bad)
        free((char *)(uintptr_t)bytes.s);
    else
        ((struct owned *)c->owned)->file = (char *)(uintptr_t)bytes.s;
    return bad;
}

static const struct ad_str *find(const struct ad_container *c, struct ad_str key)
{
    for (size_t i = 0; i < c->noption; i++)
        if (ad_str_eq(c->options[i].key, key))
            return &c->options[i].value;
    return NULL;
}

/* The text as a message may show it, NUL-terminated; the caller frees. NULL when out of memory. */
static char *visible(struct ad_str v)
{
    struct ad_buf buf = {0};
    if (ad_buf_add_visible(&buf, v) || ad_buf_add(&buf, "", 1)) {
        ad_buf_free(&buf);
        return NULL;
    }
    return buf.s;
}

/* Say how the option, or what has a name of several words, differs; was or now is NULL where it is
 * not given. */
static int differs(const char *name, struct ad_str key, const struct ad_str *was,
                   const struct ad_str *now, struct ad_err *err)
{
    char *k = visible(key), *a = was ? visible(*was) : NULL, *b = now ? visible(*now) : NULL;
    if (!k || (was && !a) || (now && !b))
        ad_err_nomem(err);
    else if (strchr(k, ' '))
        ad_err_set(err, "%s: %s was %s, not %s; use another state file", name, k, a ? a : "nothing",
                   b ? b : "nothing");
    else
        ad_err_set(err, "%s was made with%s --%s=%s%s%s; use the same option or another state file",
                   name, a ? "" : "out", k, a ? a : b, a ? ", not " : "",
                   a ? (b ? b : "without it") : "");
    free(k);
    free(a);
    free(b);
    return -1;
}

static int match_detector(const struct ad_container *c, const struct ad_container *want,
                          const char *name, struct ad_err *err)
{
    if (ad_str_eq(c->detector, want->detector) && c->version <= want->version)
        return 0;
    char *was = visible(c->detector), *now = visible(want->detector);
    if (!was || !now)
        ad_err_nomem(err);
    else if (!ad_str_eq(c->detector, want->detector))
        ad_err_set(err, "%s was made by %s, not %s; use another state file", name, was, now);
    else
        ad_err_set(err,
                   "%s was made by version %" PRIu64 " of %s, this program has version %" PRIu64
                   "; use a newer one or another state file",
                   name, c->version, was, want->version);
    free(was);
    free(now);
    return -1;
}

int ad_container_match(const struct ad_container *c, const struct ad_container *want,
                       const char *name, struct ad_err *err)
{
    if (match_detector(c, want, name, err))
        return -1;
    for (size_t i = 0; i < want->noption; i++) {
        const struct ad_container_option *o = &want->options[i];
        const struct ad_str *was = find(c, o->key);
        if (!was || !ad_str_eq(*was, o->value))
            return differs(name, o->key, was, &o->value, err);
    }
    for (size_t i = 0; i < c->noption; i++)
        if (!find(want, c->options[i].key))
            return differs(name, c->options[i].key, &c->options[i].value, NULL, err);
    return 0;
}

void ad_container_free(struct ad_container *c)
{
    struct owned *own = c->owned;
    if (own) {
        free(own->file);
        free(own->payload);
        free(own->options);
        free(own);
    }
    *c = (struct ad_container){.owned = NULL};
}
