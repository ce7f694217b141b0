/* flock(2) is not in POSIX. */
#define _DEFAULT_SOURCE
#include "alert/channel_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A file that grows by a line of JSON for each notice. It is opened anew each time, so it may be
 * moved away at any time (logrotate). */
struct file {
    char *path;
};

static int open_file(struct ad_channel *ch, const struct ad_setup *su)
{
    struct file *f = ch->own = calloc(1, sizeof *f);
    if (!f)
        return ad_err_nomem(su->err);
    if (ad_setup_path(su, "path", &f->path))
        return -1;
    return f->path ? 0 : ad_setup_fail(su, NULL, "needs path");
}

static void close_file(struct ad_channel *ch)
{
    struct file *f = ch->own;
    free(f->path);
    free(f);
}

/* One line, whatever line ends JSON had between its members. */
static void write_line(struct ad_buf *line, struct ad_str doc, bool torn)
{
    if (torn)
        ad_buf_addz(line, "\n");
    for (size_t i = 0; i < doc.len; i++)
        ad_buf_add(line, doc.s[i] == '\n' || doc.s[i] == '\r' ? " " : doc.s + i, 1);
    ad_buf_addz(line, "\n");
}

/* Wait for others that append, but not forever. */
static int lock(int fd, double timeout)
{
    const struct timespec step = {.tv_nsec = 10000000};
    for (double waited = 0; flock(fd, LOCK_EX | LOCK_NB); waited += 0.01) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || waited >= timeout)
            return -1;
        nanosleep(&step, NULL);
    }
    return 0;
}

/* Append, and make sure of it; what does not fit is taken back. Returns 0, or errno. */
static int append(int fd, struct ad_str doc)
{
    struct stat before;
    struct ad_buf line = {0};
    char last = '\n';
    if (fstat(fd, &before))
        return errno;
    if (S_ISREG(before.st_mode) && before.st_size > 0 &&
        pread(fd, &last, 1, before.st_size - 1) != 1)
        return errno;
    write_line(&line, doc, last != '\n');
    int failure = line.failed ? ENOMEM : 0;
    for (size_t done = 0; !failure && done < line.len;) {
        ssize_t n = write(fd, line.s + done, line.len - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            failure = errno;
    }
    if (!failure && fsync(fd) && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
        failure = errno;
    if (failure && S_ISREG(before.st_mode) && ftruncate(fd, before.st_size))
        failure = errno;
    ad_buf_free(&line);
    return failure;
}

/* A new name is on the disk when its folder is. */
static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
}

static void send_file(struct ad_channel *ch, const struct ad_message *m, struct ad_delivery *out)
{
    const struct file *f = ch->own;
    bool there = access(f->path, F_OK) == 0;
    int fd = open(f->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
    if (fd < 0 && errno == EACCES)
        fd = open(f->path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
    int failure = fd < 0 || lock(fd, ch->timeout) ? errno : append(fd, m->doc);
    if (fd >= 0)
        close(fd);
    if (failure)
        ad_channel_refuse(ch, out, AD_DELIVER_LATER, "%s: %s", f->path, strerror(failure));
    else if (!there)
        sync_folder(f->path);
}

static const char *const keys[] = {AD_CHANNEL_KEYS, "path", NULL};

const struct ad_channel_kind ad_channel_file = {
    .name = "file",
    .keys = keys,
    .timeout = 10,
    .open = open_file,
    .send = send_file,
    .close = close_file,
};
