#define _XOPEN_SOURCE 700
#include "unit.h"

#include "io/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char byte_at(size_t i)
{
    return (char)('a' + i * i / 7 % 26);
}

/* A temporary file without a name. */
static int scratch(void)
{
    char path[] = "/tmp/adkit-sink-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    return fd;
}

/* The file holds byte_at(0..len). */
static void assert_bytes(int fd, size_t len)
{
    char chunk[4096];
    size_t at = 0;
    ssize_t n;
    while ((n = pread(fd, chunk, sizeof chunk, (off_t)at)) > 0)
        for (ssize_t i = 0; i < n; i++, at++)
            assert_int_equal(chunk[i], byte_at(at));
    assert_int_equal(at, len);
}

static void all_sizes(void **state)
{
    static const size_t sizes[] = {
        1, 0, AD_SINK_SIZE - 1, 7, AD_SINK_SIZE, 3 * AD_SINK_SIZE, 50000, 100, AD_SINK_SIZE - 50100,
        2, 1};
    struct ad_sink sink;
    struct ad_err err = {0};
    int file = scratch();
    size_t at = 0;
    (void)state;
    assert_int_equal(ad_sink_open(&sink, dup(file), "out", &err), 0);
    for (int in_place = 0; in_place < 2; in_place++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            size_t n = sizes[i];
            char *own = malloc(n + 1);
            char *to = in_place ? ad_sink_room(&sink, n + 10) : own;
            assert_non_null(to);
            for (size_t k = 0; k < n; k++)
                to[k] = byte_at(at++);
            if (in_place)
                ad_sink_advance(&sink, n);
            else
                ad_sink_write(&sink, own, n);
            free(own);
        }
    assert_int_equal(ad_sink_flush(&sink, &err), 0);
    assert_bytes(file, at);
    ad_sink_write(&sink, &(char){byte_at(at)}, 1);
    assert_int_equal(ad_sink_close(&sink, &err), 0);
    assert_bytes(file, at + 1);
    assert_int_equal(ad_sink_close(&sink, &err), 0);
    close(file);
}

static void full(void **state)
{
    struct ad_sink sink;
    struct ad_err err = {0};
    (void)state;
    assert_int_equal(ad_sink_open(&sink, open("/dev/full", O_WRONLY), "standard output", &err), 0);
    ad_sink_write(&sink, "x", 1);
    assert_int_equal(sink.error, 0);
    assert_int_equal(ad_sink_flush(&sink, &err), -1);
    assert_int_equal(sink.error, ENOSPC);
    assert_string_equal(err.text, "cannot write standard output: No space left on device");
    ad_err_free(&err);
    for (int i = 0; i < 5; i++) { /* dropped, and no trouble */
        memset(ad_sink_room(&sink, AD_SINK_SIZE), 'x', AD_SINK_SIZE);
        ad_sink_advance(&sink, AD_SINK_SIZE);
    }
    assert_int_equal(ad_sink_close(&sink, &err), -1); /* the first error sticks */
    assert_string_equal(err.text, "cannot write standard output: No space left on device");
    ad_err_free(&err);
}

static void full_at_close(void **state)
{
    struct ad_sink sink;
    struct ad_err err = {0};
    (void)state;
    assert_int_equal(ad_sink_open(&sink, open("/dev/full", O_WRONLY), "f", &err), 0);
    ad_sink_write(&sink, "x", 1);
    assert_int_equal(ad_sink_close(&sink, &err), -1);
    assert_string_equal(err.text, "cannot write f: No space left on device");
    ad_err_free(&err);
}

static void closed(void **state)
{
    struct ad_sink sink;
    struct ad_err err = {0};
    (void)state;
    int fd = scratch();
    close(fd);
    assert_int_equal(ad_sink_open(&sink, fd, "f", &err), 0);
    assert_int_equal(ad_sink_close(&sink, &err), 0); /* nothing to write: nothing lost */
    assert_int_equal(ad_sink_open(&sink, fd, "f", &err), 0);
    ad_sink_write(&sink, "x", 1);
    assert_int_equal(ad_sink_close(&sink, &err), -1);
    assert_string_equal(err.text, "cannot write f: Bad file descriptor");
    ad_err_free(&err);
}

static void broken_pipe(void **state)
{
    struct ad_sink sink;
    struct ad_err err = {0};
    int fd[2];
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(fd), 0);
    close(fd[0]);
    assert_int_equal(ad_sink_open(&sink, fd[1], "f", &err), 0);
    ad_sink_write(&sink, "x", 1);
    assert_int_equal(ad_sink_close(&sink, &err), -1);
    assert_int_equal(sink.error, EPIPE);
    ad_err_free(&err);
}

/* A reader slower than the writer, on a descriptor that does not block: partial writes and
 * EAGAIN. */
static void nonblocking(void **state)
{
    enum { TOTAL = 3 * AD_SINK_SIZE + 12345 };
    struct ad_sink sink;
    struct ad_err err = {0};
    int fd[2], status;
    (void)state;
    assert_int_equal(pipe(fd), 0);
    pid_t child = fork();
    if (child == 0) {
        close(fd[1]);
        char c[1000];
        size_t at = 0;
        for (ssize_t n; (n = read(fd[0], c, sizeof c)) > 0;)
            for (ssize_t i = 0; i < n; i++)
                if (c[i] != byte_at(at++))
                    _exit(1);
        _exit(at == TOTAL ? 0 : 2);
    }
    close(fd[0]);
    assert_int_equal(fcntl(fd[1], F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(ad_sink_open(&sink, fd[1], "pipe", &err), 0);
    for (size_t i = 0; i < TOTAL; i++)
        ad_sink_write(&sink, &(char){byte_at(i)}, 1);
    assert_int_equal(ad_sink_close(&sink, &err), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_sizes), cmocka_unit_test(full),        cmocka_unit_test(full_at_close),
        cmocka_unit_test(closed),    cmocka_unit_test(broken_pipe), cmocka_unit_test(nonblocking),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
