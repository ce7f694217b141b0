/* A library to preload (glibc): system calls and allocations that fail on demand.
 *
 *     AD_FAULT=CALL:N   the N-th call of malloc (any allocation), read, write, fsync or rename
 *                       fails; AD_FAULT_FIRED names a file that is then made
 *     AD_FAULT=die:N    the process kills itself in place of the N-th write, fsync or rename of
 *                       a file other than standard output and error
 *     AD_FAULT=short:N  reads and writes move at most N bytes
 *     AD_FAULT=eintr:N  every N-th read, write or poll is interrupted
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static char what[16];
static unsigned long at, calls;

__attribute__((constructor)) static void begin(void)
{
    const char *env = getenv("AD_FAULT");
    if (env)
        sscanf(env, "%15[a-z]:%lu", what, &at);
}

static int is(const char *name)
{
    return strcmp(what, name) == 0;
}

/* Whether this call of `name` is the one that fails. */
static int fires(const char *name)
{
    if (!is(name) || __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) != at)
        return 0;
    const char *path = getenv("AD_FAULT_FIRED");
    if (path)
        close((int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    return 1;
}

static void perhaps_die(int fd)
{
    if (fd > 2 && fires("die"))
        raise(SIGKILL);
}

static int interrupted(void)
{
    if (!is("eintr") || __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) % at != 0)
        return 0;
    errno = EINTR;
    return 1;
}

static size_t shortened(size_t n)
{
    return is("short") && n > at ? at : n;
}

static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

void *malloc(size_t n)
{
    return fires("malloc") ? no_memory() : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fires("malloc") ? no_memory() : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    return fires("malloc") ? no_memory() : __libc_realloc(p, n);
}

void *aligned_alloc(size_t align, size_t n)
{
    return fires("malloc") ? no_memory() : __libc_memalign(align, n);
}

int posix_memalign(void **p, size_t align, size_t n)
{
    if (fires("malloc"))
        return ENOMEM;
    *p = __libc_memalign(align, n);
    return *p ? 0 : ENOMEM;
}

ssize_t read(int fd, void *buf, size_t n)
{
    if (fires("read")) {
        errno = EIO;
        return -1;
    }
    return interrupted() ? -1 : syscall(SYS_read, fd, buf, shortened(n));
}

ssize_t pread(int fd, void *buf, size_t n, off_t offset)
{
    return interrupted() ? -1 : syscall(SYS_pread64, fd, buf, shortened(n), offset);
}

ssize_t pread64(int fd, void *buf, size_t n, off_t offset) __attribute__((alias("pread")));

ssize_t write(int fd, const void *buf, size_t n)
{
    if (fd != 2) {
        perhaps_die(fd == 1 ? -1 : fd);
        if (fires("write")) {
            errno = ENOSPC;
            return -1;
        }
    }
    return interrupted() ? -1 : syscall(SYS_write, fd, buf, shortened(n));
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    if (fires("write")) {
        errno = ENOSPC;
        return -1;
    }
    return interrupted() ? -1 : syscall(SYS_writev, fd, v, n);
}

int poll(struct pollfd *p, nfds_t n, int timeout)
{
    static int (*next)(struct pollfd *, nfds_t, int);
    if (interrupted())
        return -1;
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "poll");
    return next(p, n, timeout);
}

int fsync(int fd)
{
    perhaps_die(fd);
    if (fires("fsync")) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}

int rename(const char *from, const char *to)
{
    perhaps_die(3);
    if (fires("rename")) {
        errno = EACCES;
        return -1;
    }
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
