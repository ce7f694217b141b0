#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE
#include "io/atomic.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_NAMES = 1000, LOCK_POLL_MS = 20 };

struct ad_atomic {
    char *name;   /* as the caller gave it, for messages */
    char *target; /* without symbolic links */
    char *temp;   /* NULL until it exists */
    int fd;
};

static int fail(struct ad_err *err, const char *what, const char *name)
{
    int error = errno;
    return error == ENOMEM ? ad_err_nomem(err)
                           : ad_err_set(err, "cannot %s %s: %s", what, name, strerror(error));
}

/* a[0..len) and b, joined. NULL when out of memory. */
static char *join(const char *a, size_t len, const char *b)
{
    size_t rest = strlen(b) + 1;
    char *s = malloc(len + rest);
    if (!s)
        return NULL;
    memcpy(s, a, len);
    memcpy(s + len, b, rest);
    return s;
}

/* Bytes of the path up to the last slash, with it. */
static size_t folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* The folder of the path, without symbolic links, and the last part of it. */
static char *resolve_folder(const char *path)
{
    size_t len = folder_len(path);
    char *folder = join(path, len, len ? "." : "./");
    char *real = folder ? realpath(folder, NULL) : NULL;
    char *dir = real ? join(real, strlen(real), strcmp(real, "/") ? "/" : "") : NULL;
    char *result = dir ? join(dir, strlen(dir), path + len) : NULL;
    free(folder);
    free(real);
    free(dir);
    return result;
}

/* What the link at path says, from where the link is. NULL with EINVAL or ENOENT if it is none. */
static char *follow(const char *path)
{
    char text[PATH_MAX];
    ssize_t n = readlink(path, text, sizeof text - 1);
    if (n < 0)
        return NULL;
    text[n] = '\0';
    return join(path, text[0] == '/' ? 0 : folder_len(path), text);
}

/* The file that path leads to, which need not exist. The caller frees; NULL with errno set. */
static char *resolve(const char *path)
{
    char *at = join(path, strlen(path), ""), *real = NULL;
    while (at && !real) {
        real = realpath(at, NULL);
        /* A link to nothing yet: one step on. Loops are not ENOENT but ELOOP. */
        char *next = real || errno != ENOENT ? NULL : follow(at);
        if (!real && !next && (errno == ENOENT || errno == EINVAL))
            real = resolve_folder(at);
        int error = errno;
        free(at);
        errno = error;
        at = next;
    }
    return real;
}

static bool replaceable(const char *target)
{
    struct stat st;
    if (stat(target, &st) < 0 || S_ISREG(st.st_mode))
        return true;
    errno = S_ISDIR(st.st_mode) ? EISDIR : 0;
    return false;
}

static void release(struct ad_atomic *a)
{
    if (a->fd >= 0)
        close(a->fd);
    if (a->temp)
        unlink(a->temp);
    free(a->name);
    free(a->target);
    free(a->temp);
    free(a);
}

/* A file of its own beside the target. Returns 0, or -1 with errno set. */
static int open_temp(struct ad_atomic *a, mode_t mode)
{
    for (int i = 0; i < MAX_NAMES; i++) {
        char name[64];
        snprintf(name, sizeof name, ".adkit-%ld-%d.tmp", (long)getpid(), i);
        char *temp = join(a->target, folder_len(a->target), name);
        if (!temp)
            return -1;
        a->fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (a->fd >= 0) {
            a->temp = temp;
            return 0;
        }
        int error = errno;
        free(temp);
        errno = error;
        if (error != EEXIST)
            return -1;
    }
    return -1;
}

struct ad_atomic *ad_atomic_open(const char *path, mode_t mode, struct ad_err *err)
{
    struct ad_atomic *a = calloc(1, sizeof *a);
    if (!a) {
        ad_err_nomem(err);
        return NULL;
    }
    a->fd = -1;
    a->name = join(path, strlen(path), "");
    a->target = a->name ? resolve(path) : NULL;
    if (!a->target || !replaceable(a->target)) {
        if (errno)
            fail(err, "write", path);
        else
            ad_err_set(err, "cannot write %s: it is not a regular file", path);
    } else if (open_temp(a, mode) < 0) {
        fail(err, "write", path);
    } else {
        return a;
    }
    release(a);
    return NULL;
}

int ad_atomic_write(struct ad_atomic *a, const void *s, size_t len, struct ad_err *err)
{
    const char *p = s;
    while (len) {
        ssize_t n = write(a->fd, p, len);
        if (n < 0 && errno != EINTR)
            return fail(err, "write", a->name);
        if (n > 0) {
            p += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

static int open_folder(const char *target)
{
    char *folder = join(target, folder_len(target), ".");
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int error = errno;
    free(folder);
    errno = error;
    return fd;
}

/* Rename, and make that durable. File systems that cannot sync a folder say EINVAL. */
static int replace(struct ad_atomic *a, int folder, struct ad_err *err)
{
    if (rename(a->temp, a->target) < 0)
        return fail(err, "replace", a->name);
    free(a->temp);
    a->temp = NULL;
    if (fsync(folder) < 0 && errno != EINVAL)
        return fail(err, "sync the folder of", a->name);
    return 0;
}

static int commit(struct ad_atomic *a, struct ad_err *err)
{
    if (fsync(a->fd) < 0)
        return fail(err, "sync", a->name);
    int fd = a->fd;
    a->fd = -1;
    if (close(fd) < 0 && errno != EINTR)
        return fail(err, "write", a->name);
    /* Before the rename, after which nothing but the sync may fail. */
    int folder = open_folder(a->target);
    if (folder < 0)
        return fail(err, "open the folder of", a->name);
    int bad = replace(a, folder, err);
    close(folder);
    return bad;
}

int ad_atomic_commit(struct ad_atomic *a, struct ad_err *err)
{
    int bad = commit(a, err);
    release(a);
    return bad;
}

void ad_atomic_abort(struct ad_atomic *a)
{
    if (a)
        release(a);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Returns 0, AD_LOCK_BUSY, or -1 with errno set. */
static int wait_lock(int fd, double wait, const volatile sig_atomic_t *stop)
{
    double until = now() + wait;
    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return -1;
        if ((stop && *stop) || now() >= until)
            return AD_LOCK_BUSY;
        nanosleep(&(struct timespec){.tv_nsec = LOCK_POLL_MS * 1000000L}, NULL);
    }
    return 0;
}

int ad_lock_take(const char *path, double wait, const volatile sig_atomic_t *stop, int *fd,
                 struct ad_err *err)
{
    char *target = resolve(path);
    char *name = target ? join(target, strlen(target), ".lock") : NULL;
    *fd = name ? open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
    int result = *fd < 0 ? -1 : wait_lock(*fd, wait, stop);
    if (result == AD_LOCK_BUSY)
        ad_err_set(err, "%s is in use by another run", path);
    else if (result)
        fail(err, "lock", path);
    if (result && *fd >= 0) {
        close(*fd);
        *fd = -1;
    }
    free(target);
    free(name);
    return result;
}

void ad_lock_release(int fd)
{
    if (fd >= 0)
        close(fd);
}
