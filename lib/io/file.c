#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int ad_file_read(const char *path, size_t most, struct ad_buf *out, struct stat *seen,
                 struct ad_err *err)
{
    enum { PIECE = 65536 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 || (seen && fstat(fd, seen)) ? -1 : 0, failure = errno;
    for (ssize_t got = 1; rc == 0 && got > 0 && out->len <= most;) {
        char *to = ad_buf_room(out, PIECE);
        do
            got = to ? read(fd, to, PIECE) : 0;
        while (got < 0 && errno == EINTR);
        failure = errno;
        rc = got < 0 ? -1 : 0;
        out->len += got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0)
        close(fd);
    if (rc)
        return ad_err_set(err, "%s: %s", path, strerror(failure));
    if (rc == 0 && ad_buf_add(out, "", 1) == 0)
        out->len--;
    if (out->failed)
        return ad_err_set(err, "%s: out of memory", path);
    if (out->len > most)
        return ad_err_set(err, "%s: longer than %zu bytes", path, most);
    return 0;
}

int ad_file_calendar(const char *path, struct ad_calendar *cal, struct ad_err *err)
{
    enum { MOST = 4 << 20 };
    struct ad_buf text = {0};
    struct ad_err why = {0};
    int rc = ad_file_read(path, MOST, &text, NULL, err);
    ad_calendar_free(cal);
    if (rc == 0 && ad_calendar_parse(cal, (struct ad_str){text.s, text.len}, &why))
        rc = ad_err_set(err, "%s: %s", path, why.text);
    ad_err_free(&why);
    ad_buf_free(&text);
    return rc;
}
