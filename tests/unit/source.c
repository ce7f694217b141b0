#define _XOPEN_SOURCE 700
#include "unit.h"

#include "io/source.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

static char dir[] = "/tmp/adkit-source-XXXXXX";

/* A file of the test folder; the name lives until the fourth call after it. */
static const char *in_dir(const char *name)
{
    static char paths[4][64];
    static int i;
    char *path = paths[i++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

static void put(const char *path, const void *s, size_t len)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(s, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static size_t slurp(const char *path, unsigned char *to, size_t cap)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(to, 1, cap, f);
    fclose(f);
    return n;
}

/* Append a gzip member, written by zlib's own file layer. */
static void put_gzip(const char *path, const char *mode, const void *s, unsigned len)
{
    gzFile f = gzopen(path, mode);
    assert_non_null(f);
    if (len)
        assert_int_equal(gzwrite(f, s, len), len);
    assert_int_equal(gzclose(f), Z_OK);
}

static void assert_failed(struct ad_err *err, const char *path, const char *before,
                          const char *after)
{
    char want[256];
    snprintf(want, sizeof want, "%s%s%s", before, path, after);
    assert_string_equal(err->text, want);
    ad_err_free(err);
}

/* Read the current file by `step` bytes at a time. Returns its length, or what the last read said
 * if that was no end; *len is what came before then. */
static int drain(struct ad_source *src, size_t step, char *to, size_t *len, struct ad_err *err)
{
    ssize_t n;
    *len = 0;
    while ((n = ad_source_read(src, to + *len, step, err)) > 0) {
        assert_true((size_t)n <= step);
        *len += (size_t)n;
    }
    return (int)n;
}

/* A pipe as standard input. Returns the end to write to. */
static int pipe_stdin(void)
{
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    assert_int_equal(dup2(fd[0], STDIN_FILENO), STDIN_FILENO);
    close(fd[0]);
    return fd[1];
}

static void send(int fd, const void *s, size_t len)
{
    assert_int_equal(write(fd, s, len), len);
}

static void in_order(void **state)
{
    const char *names[] = {in_dir("one"), "-", in_dir("none")};
    char got[64];
    size_t len;
    struct ad_err err = {0};
    (void)state;
    put(names[0], "first\n", 6);
    put(names[2], "", 0);
    int fd = pipe_stdin();
    send(fd, "second", 6);
    close(fd);
    struct ad_source *src = ad_source_open(names, 3, NULL, &err);
    assert_int_equal(ad_source_read(src, got, 1, &err), 0);
    assert_string_equal(ad_source_name(src), names[0]);
    assert_int_equal(ad_source_next(src, &err), 1);
    assert_int_equal(drain(src, 4, got, &len, &err), 0);
    assert_int_equal(len, 6);
    assert_memory_equal(got, "first\n", 6);
    assert_int_equal(ad_source_next(src, &err), 1);
    assert_string_equal(ad_source_name(src), "standard input");
    assert_int_equal(drain(src, 64, got, &len, &err), 0);
    assert_memory_equal(got, "second", 6);
    assert_int_equal(ad_source_done(src), 12);
    assert_int_equal(ad_source_total(src), 0); /* a pipe among them */
    assert_int_equal(ad_source_next(src, &err), 1);
    assert_int_equal(drain(src, 64, got, &len, &err), 0);
    assert_int_equal(len, 0);
    assert_int_equal(ad_source_next(src, &err), 0);
    assert_int_equal(ad_source_next(src, &err), 0);
    ad_source_close(src);
}

static void bad_names(void **state)
{
    const char *names[] = {in_dir("missing"), dir, in_dir("good")};
    struct ad_err err = {0};
    char got[8];
    (void)state;
    put(names[2], "x", 1);
    struct ad_source *src = ad_source_open(names, 3, NULL, &err);
    assert_int_equal(ad_source_next(src, &err), -1);
    assert_failed(&err, names[0], "cannot open ", ": No such file or directory");
    assert_int_equal(ad_source_read(src, got, 8, &err), 0);
    assert_int_equal(ad_source_next(src, &err), -1);
    assert_failed(&err, dir, "cannot read ", ": it is a directory");
    assert_int_equal(ad_source_next(src, &err), 1);
    assert_int_equal(ad_source_read(src, got, 8, &err), 1);
    ad_source_close(src);
}

/* The file at path holds `want` whatever the size of the reads, as a file and through a pipe byte
 * for byte. */
static void assert_holds(const char *path, const char *want, size_t want_len)
{
    static const size_t steps[] = {1, 3, 1000, 1 << 20};
    static char got[1 << 21];
    static unsigned char stored[1 << 15];
    size_t len, n = slurp(path, stored, sizeof stored);
    struct ad_err err = {0};
    assert_true(n < sizeof stored);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct ad_source *src = ad_source_open(&path, 1, NULL, &err);
        assert_int_equal(ad_source_next(src, &err), 1);
        assert_int_equal(drain(src, steps[i], got, &len, &err), 0);
        assert_int_equal(len, want_len);
        assert_memory_equal(got, want, len);
        assert_int_equal(ad_source_done(src), n);
        assert_int_equal(ad_source_total(src), n);
        ad_source_close(src);
    }
    struct ad_source *src = ad_source_open(NULL, 0, NULL, &err);
    int fd = pipe_stdin();
    assert_int_equal(ad_source_next(src, &err), 1);
    len = 0;
    for (size_t i = 0; i < n; i++) {
        send(fd, stored + i, 1);
        while (ad_source_wait(src, 0) == 1) /* so no read here waits */
            len += (size_t)ad_source_read(src, got + len, 100, &err);
    }
    close(fd);
    assert_int_equal(ad_source_wait(src, -1), 1);
    size_t rest;
    assert_int_equal(drain(src, 1000, got + len, &rest, &err), 0);
    assert_int_equal(len + rest, want_len);
    assert_memory_equal(got, want, want_len);
    ad_source_close(src);
}

static char sample[20000];

static void fill_sample(void)
{
    for (size_t i = 0; i < sizeof sample; i++)
        sample[i] = (char)('a' + i * i / 7 % 26);
}

static void gzip(void **state)
{
    const char *path = in_dir("x.gz");
    (void)state;
    put_gzip(path, "wb", sample, sizeof sample);
    assert_holds(path, sample, sizeof sample);
    /* concatenated members, an empty one among them */
    put_gzip(path, "wb", sample, 5);
    put_gzip(path, "ab", "", 0);
    put_gzip(path, "ab", sample + 5, 9000);
    assert_holds(path, sample, 9005);
    /* padding */
    unsigned char stored[32768];
    size_t n = slurp(path, stored, sizeof stored - 600);
    memset(stored + n, 0, 600);
    put(path, stored, n + 600);
    assert_holds(path, sample, 9005);
}

static void almost_gzip(void **state)
{
    const char *path = in_dir("plain");
    (void)state;
    put(path, "\x1f", 1);
    assert_holds(path, "\x1f", 1);
    put(path, "\x1f\x8c\x08zzz", 6);
    assert_holds(path, "\x1f\x8c\x08zzz", 6);
    put(path, "\x8b\x1f", 2);
    assert_holds(path, "\x8b\x1f", 2);
}

/* Read the bytes as a file: what comes out is a beginning of `sample`, then the error. */
static size_t assert_breaks(const void *stored, size_t n, const char *why)
{
    const char *path = in_dir("broken.gz");
    static char got[sizeof sample + 1000];
    size_t len;
    struct ad_err err = {0};
    put(path, stored, n);
    struct ad_source *src = ad_source_open(&path, 1, NULL, &err);
    assert_int_equal(ad_source_next(src, &err), 1);
    assert_int_equal(drain(src, 700, got, &len, &err), -1);
    assert_failed(&err, path, "", why);
    assert_int_equal(ad_source_read(src, got + len, 1, &err), -1); /* and stays broken */
    assert_failed(&err, path, "", why);
    assert_memory_equal(got, sample, len);
    ad_source_close(src);
    return len;
}

static void truncated(void **state)
{
    unsigned char stored[32768];
    const char *path = in_dir("whole.gz");
    (void)state;
    put_gzip(path, "wb", sample, 300);
    size_t first = slurp(path, stored, sizeof stored);
    put_gzip(path, "ab", sample + 300, 3000);
    size_t n = slurp(path, stored, sizeof stored);
    for (size_t cut = 2; cut < n; cut++)
        if (cut != first) /* there it is a whole file */
            assert_true(assert_breaks(stored, cut, ": truncated gzip") >= (cut > first ? 300 : 0));
    /* All data is there, half of the trailer is not. */
    assert_int_equal(assert_breaks(stored, n - 4, ": truncated gzip"), 3300);
}

static void corrupt(void **state)
{
    unsigned char stored[32768];
    const char *path = in_dir("whole.gz");
    (void)state;
    put_gzip(path, "wb", sample, 300);
    size_t n = slurp(path, stored, sizeof stored);
    stored[n - 8] ^= 1;
    assert_int_equal(assert_breaks(stored, n, ": corrupt gzip: incorrect data check"), 300);
    stored[n - 8] ^= 1;
    stored[n - 1] ^= 1;
    assert_int_equal(assert_breaks(stored, n, ": corrupt gzip: incorrect length check"), 300);
    stored[n - 1] ^= 1;
    stored[2] = 7;
    assert_breaks(stored, n, ": corrupt gzip: unknown compression method");
    stored[2] = 8;
    static const char garbage[] = ": garbage after the end of the gzip data";
    stored[n] = 'x';
    assert_int_equal(assert_breaks(stored, n + 1, garbage), 300);
    stored[n] = 0;
    stored[n + 1] = 0x1f;
    assert_int_equal(assert_breaks(stored, n + 2, garbage), 300);
}

static void live(void **state)
{
    char got[64];
    struct ad_err err = {0};
    (void)state;
    int fd = pipe_stdin();
    struct ad_source *src = ad_source_open(NULL, 0, NULL, &err);
    assert_true(ad_source_ready(src)); /* nothing is open: nothing to wait for */
    assert_int_equal(ad_source_next(src, &err), 1);
    assert_false(ad_source_ready(src));
    assert_int_equal(ad_source_wait(src, 10), 0);
    send(fd, "abc", 3);
    assert_true(ad_source_ready(src));
    assert_int_equal(ad_source_read(src, got, 2, &err), 2);
    assert_true(ad_source_ready(src));
    assert_int_equal(ad_source_read(src, got, 64, &err), 1);
    assert_false(ad_source_ready(src));
    close(fd);
    assert_true(ad_source_ready(src));
    assert_int_equal(ad_source_wait(src, -1), 1);
    assert_int_equal(ad_source_read(src, got, 64, &err), 0);
    assert_true(ad_source_ready(src));
    ad_source_close(src);
}

/* Compressed bytes that make no byte of output yet do not make it ready. */
static void live_gzip(void **state)
{
    unsigned char stored[512];
    char got[64];
    struct ad_err err = {0};
    (void)state;
    z_stream z = {.next_in = (unsigned char *)sample, .avail_in = 20};
    z.next_out = stored;
    z.avail_out = sizeof stored;
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_SYNC_FLUSH), Z_OK);
    size_t n = sizeof stored - z.avail_out;
    int fd = pipe_stdin();
    struct ad_source *src = ad_source_open(NULL, 0, NULL, &err);
    assert_int_equal(ad_source_next(src, &err), 1);
    send(fd, stored, 2);
    assert_false(ad_source_ready(src));
    send(fd, stored + 2, n - 2);
    assert_int_equal(ad_source_read(src, got, 20, &err), 20); /* fills the caller's buffer */
    assert_false(ad_source_ready(src));
    z.next_in = (unsigned char *)sample + 20;
    z.avail_in = 5;
    z.next_out = stored;
    z.avail_out = sizeof stored;
    deflate(&z, Z_FINISH);
    deflateEnd(&z);
    n = sizeof stored - z.avail_out;
    send(fd, stored, n);
    assert_int_equal(ad_source_wait(src, 10), 1);
    assert_int_equal(ad_source_read(src, got + 20, 3, &err), 3);
    assert_true(ad_source_ready(src));
    assert_int_equal(ad_source_read(src, got + 23, 41, &err), 2);
    assert_memory_equal(got, sample, 25);
    assert_false(ad_source_ready(src)); /* another member may follow */
    close(fd);
    assert_true(ad_source_ready(src));
    assert_int_equal(ad_source_read(src, got, 1, &err), 0);
    ad_source_close(src);
}

static void nonblocking(void **state)
{
    char got[8];
    struct ad_err err = {0};
    (void)state;
    int fd = pipe_stdin();
    assert_int_equal(fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK), 0);
    struct ad_source *src = ad_source_open(NULL, 0, NULL, &err);
    assert_int_equal(ad_source_next(src, &err), 1);
    pid_t child = fork();
    if (child == 0) {
        nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
        _exit(write(fd, "late", 4) != 4);
    }
    assert_int_equal(ad_source_read(src, got, 8, &err), 4);
    close(fd);
    ad_source_close(src);
}

static volatile sig_atomic_t stop;

static void on_alarm(int sig)
{
    (void)sig;
    stop = 1;
}

static void stops(void **state)
{
    char got[8];
    struct ad_err err = {0};
    (void)state;
    int fd = pipe_stdin();
    struct sigaction act = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &act, NULL);
    struct ad_source *src = ad_source_open(NULL, 0, &stop, &err);
    stop = 0;
    assert_int_equal(ad_source_next(src, &err), 1);
    const struct itimerval soon = {.it_value.tv_usec = 20000};
    setitimer(ITIMER_REAL, &soon, NULL);
    assert_int_equal(ad_source_read(src, got, 8, &err), AD_SOURCE_STOPPED);
    assert_int_equal(ad_source_wait(src, -1), AD_SOURCE_STOPPED);
    assert_true(ad_source_ready(src));
    stop = 0;
    setitimer(ITIMER_REAL, &soon, NULL);
    assert_int_equal(ad_source_wait(src, -1), AD_SOURCE_STOPPED);
    send(fd, "x", 1);
    assert_int_equal(ad_source_read(src, got, 8, &err), AD_SOURCE_STOPPED);
    stop = 0;
    assert_int_equal(ad_source_read(src, got, 8, &err), 1); /* nothing was lost */
    close(fd);
    ad_source_close(src);
}

/* CRCs: python3 -c 'import zlib; b = bytes(i % 251 for i in range(10000));
 * print(zlib.crc32(b[904:5000]), zlib.crc32(b[:100]), zlib.crc32(b""))' */
static void resume(void **state)
{
    const char *path = in_dir("data");
    unsigned char data[10000], got[64];
    struct ad_err err = {0};
    struct ad_source_stat st;
    struct stat want;
    uint32_t crc;
    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i % 251);
    put(path, data, sizeof data);
    struct ad_source *src = ad_source_open(&path, 1, NULL, &err);
    assert_int_equal(ad_source_next(src, &err), 1);
    assert_int_equal(ad_source_stat(src, &st, &err), 0);
    assert_int_equal(stat(path, &want), 0);
    assert_int_equal(st.dev, want.st_dev);
    assert_int_equal(st.inode, want.st_ino);
    assert_int_equal(st.size, 10000);
    assert_true(st.regular);
    assert_int_equal(ad_source_crc(src, 5000, &crc, &err), 0);
    assert_int_equal(crc, 2565732442);
    assert_int_equal(ad_source_crc(src, 100, &crc, &err), 0);
    assert_int_equal(crc, 1489580789);
    assert_int_equal(ad_source_crc(src, 0, &crc, &err), 0);
    assert_int_equal(crc, 0);
    assert_int_equal(ad_source_crc(src, 10001, &crc, &err), -1);
    assert_failed(&err, path, "", " is shorter than before");
    assert_int_equal(ad_source_read(src, got, 3, &err), 3);
    assert_memory_equal(got, data, 3);
    assert_int_equal(ad_source_seek(src, 5000, &err), 0);
    assert_int_equal(ad_source_read(src, got, 64, &err), 64);
    assert_memory_equal(got, data + 5000, 64);
    assert_int_equal(ad_source_seek(src, 9990, &err), 0);
    size_t len;
    assert_int_equal(drain(src, 64, (char *)got, &len, &err), 0);
    assert_int_equal(len, 10);
    assert_int_equal(ad_source_done(src), 10000);
    assert_int_equal(ad_source_seek(src, 9999, &err), 0); /* even after the end was seen */
    assert_int_equal(ad_source_read(src, got, 64, &err), 1);
    ad_source_close(src);
}

static void no_resume(void **state)
{
    const char *path = in_dir("y.gz");
    struct ad_err err = {0};
    struct ad_source_stat st;
    (void)state;
    put_gzip(path, "wb", sample, 10);
    const char *names[] = {path, "-"};
    struct ad_source *src = ad_source_open(names, 2, NULL, &err);
    int fd = pipe_stdin();
    send(fd, "abc", 3);
    assert_int_equal(ad_source_next(src, &err), 1);
    assert_int_equal(ad_source_seek(src, 0, &err), -1);
    assert_failed(&err, path, "cannot resume in ", ": it is compressed");
    assert_int_equal(ad_source_next(src, &err), 1);
    assert_int_equal(ad_source_seek(src, 0, &err), -1);
    assert_failed(&err, "standard input", "cannot resume in ", ": it is not a regular file");
    assert_int_equal(ad_source_stat(src, &st, &err), 0);
    assert_false(st.regular);
    close(fd);
    ad_source_close(src);
}

static int set_up(void **state)
{
    (void)state;
    fill_sample();
    return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"one",       "none",     "good", "x.gz", "plain",
                                        "broken.gz", "whole.gz", "data", "y.gz"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(in_dir(names[i]));
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order),    cmocka_unit_test(bad_names), cmocka_unit_test(gzip),
        cmocka_unit_test(almost_gzip), cmocka_unit_test(truncated), cmocka_unit_test(corrupt),
        cmocka_unit_test(live),        cmocka_unit_test(live_gzip), cmocka_unit_test(nonblocking),
        cmocka_unit_test(stops),       cmocka_unit_test(resume),    cmocka_unit_test(no_resume),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
