#include "io/keep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 20 };

struct file {
    struct stat st;
    off_t start;          /* where a regular file was entered */
    uint64_t begin, size; /* of what was read: where it is kept, and how much it was */
    int error;            /* how reading it ended, 0: well */
};

struct ad_keep {
    struct file *file;
    size_t nfile, at; /* at: the current one */
    size_t nread;     /* those that an earlier pass got to */
    uint64_t offset;  /* of the second pass in the current file */
    uint64_t size;    /* of all that is kept: chunks first, then the file */
    unsigned long long memory;
    char **chunk;
    size_t nchunk;
    int fd; /* -1: not needed yet */
};

struct ad_keep *ad_keep_new(unsigned long long memory, struct ad_err *err)
{
    struct ad_keep *k = calloc(1, sizeof *k);
    if (!k) {
        ad_err_nomem(err);
        return NULL;
    }
    k->memory = memory / CHUNK * CHUNK;
    k->fd = -1;
    return k;
}

void ad_keep_free(struct ad_keep *k)
{
    if (!k)
        return;
    while (k->nchunk)
        free(k->chunk[--k->nchunk]);
    free(k->chunk);
    free(k->file);
    if (k->fd >= 0)
        close(k->fd);
    free(k);
}

static int changed(const char *name, struct ad_err *err)
{
    return ad_err_set(err, "%s is not the file any more that it was when its reading began", name);
}

bool ad_keep_has(const struct ad_keep *k, size_t i)
{
    /* One that could not be opened has no mode. */
    return i < k->nread && k->file[i].st.st_mode && !S_ISREG(k->file[i].st.st_mode);
}

int ad_keep_open(struct ad_keep *k, size_t i, int fd, const char *name, struct ad_err *err)
{
    struct file f = {.begin = k->size};
    k->at = i;
    k->offset = 0;
    if (ad_keep_has(k, i))
        return 0;
    if (fstat(fd, &f.st) < 0)
        return ad_err_set(err, "cannot examine %s: %s", name, strerror(errno));
    if (i < k->nread) {
        const struct file *was = &k->file[i];
        if (was->st.st_dev != f.st.st_dev || was->st.st_ino != f.st.st_ino ||
            lseek(fd, was->start, SEEK_SET) < 0)
            return changed(name, err);
        return 0;
    }
    if (S_ISREG(f.st.st_mode))
        f.start = lseek(fd, 0, SEEK_CUR);
    struct file *more = realloc(k->file, (i + 1) * sizeof *more);
    if (!more)
        return ad_err_nomem(err);
    k->file = more;
    memset(more + k->nfile, 0, (i - k->nfile) * sizeof *more);
    k->file[i] = f;
    k->nfile = i + 1;
    return 0;
}

static int open_temporary(struct ad_keep *k, struct ad_err *err)
{
    const char *dir = getenv("TMPDIR");
    if (!dir || !*dir)
        dir = "/tmp";
    size_t size = strlen(dir) + sizeof "/adkit.XXXXXX";
    char *path = malloc(size);
    if (!path)
        return ad_err_nomem(err);
    snprintf(path, size, "%s/adkit.XXXXXX", dir);
    k->fd = mkstemp(path);
    if (k->fd >= 0)
        unlink(path);
    else
        ad_err_set(err, "cannot make a temporary file in %s (see TMPDIR): %s", dir,
                   strerror(errno));
    free(path);
    return k->fd < 0 ? -1 : 0;
}

static int add_to_file(struct ad_keep *k, const char *s, size_t n, struct ad_err *err)
{
    if (k->fd < 0 && open_temporary(k, err))
        return -1;
    while (n) {
        ssize_t done = pwrite(k->fd, s, n, (off_t)(k->size - (uint64_t)k->nchunk * CHUNK));
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return ad_err_set(err, "cannot write to a temporary file (see TMPDIR): %s",
                              strerror(errno));
        s += done;
        n -= (size_t)done;
        k->size += (size_t)done;
    }
    return 0;
}

/* Room for the next byte in memory: a chunk more, if the bound allows it. Returns 1, 0 or -1. */
static int has_room(struct ad_keep *k, struct ad_err *err)
{
    uint64_t have = (uint64_t)k->nchunk * CHUNK;
    if (k->size < have)
        return 1;
    if (k->size > have || have >= k->memory)
        return 0;
    char **more = realloc(k->chunk, (k->nchunk + 1) * sizeof *more);
    if (!more)
        return ad_err_nomem(err);
    k->chunk = more;
    k->chunk[k->nchunk] = malloc(CHUNK);
    if (!k->chunk[k->nchunk])
        return ad_err_nomem(err);
    k->nchunk++;
    return 1;
}

int ad_keep_add(struct ad_keep *k, const void *bytes, ssize_t n, int error, struct ad_err *err)
{
    struct file *f = &k->file[k->at];
    const char *s = bytes;
    if (n < 0) {
        f->error = error;
        return 0;
    }
    size_t left = (size_t)n;
    f->size += left;
    if (S_ISREG(f->st.st_mode))
        return 0;
    while (left) {
        int room = has_room(k, err);
        if (room <= 0)
            return room < 0 ? -1 : add_to_file(k, s, left, err);
        size_t at = k->size % CHUNK, part = left < CHUNK - at ? left : CHUNK - at;
        memcpy(k->chunk[k->size / CHUNK] + at, s, part);
        s += part;
        left -= part;
        k->size += part;
    }
    return 0;
}

void ad_keep_rewind(struct ad_keep *k)
{
    k->nread = k->nfile;
    k->at = 0;
}

bool ad_keep_again(const struct ad_keep *k)
{
    return k->at < k->nread;
}

ssize_t ad_keep_read(struct ad_keep *k, int fd, void *buf, size_t cap)
{
    const struct file *f = &k->file[k->at];
    uint64_t left = f->size - k->offset, from = f->begin + k->offset;
    uint64_t in_memory = (uint64_t)k->nchunk * CHUNK;
    if (left < cap)
        cap = (size_t)left;
    if (cap == 0) {
        errno = f->error;
        return f->error ? -1 : 0;
    }
    ssize_t n;
    if (S_ISREG(f->st.st_mode)) {
        n = read(fd, buf, cap);
    } else if (from < in_memory) {
        size_t at = from % CHUNK;
        n = (ssize_t)(cap < CHUNK - at ? cap : CHUNK - at);
        memcpy(buf, k->chunk[from / CHUNK] + at, (size_t)n);
    } else {
        n = pread(k->fd, buf, cap, (off_t)(from - in_memory));
    }
    if (n == 0) { /* it was cut off meanwhile */
        errno = EIO;
        return -1;
    }
    k->offset += n > 0 ? (uint64_t)n : 0;
    return n;
}
