/* Input that is read twice, through the source that uses it. */
#define _XOPEN_SOURCE 700
#include "unit.h"

#include "io/keep.h"
#include "io/source.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

enum { BIG = 3 * 1048576 + 12345, MEBI = 1048576 };

static char dir[] = "/tmp/adkit-keep-XXXXXX", tmpdir[64];
static char *big; /* [BIG] that do not repeat */

/* A file of the test folder; the name lives until the eighth call after it. */
static const char *in_dir(const char *name)
{
    static char paths[8][64];
    static int i;
    char *path = paths[i++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

static void put(const char *path, const char *mode, const void *s, size_t len)
{
    FILE *f = fopen(path, mode);
    assert_non_null(f);
    assert_int_equal(fwrite(s, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* Written by zlib's own file layer; without its last `cut` bytes. */
static void put_gzip(const char *path, const void *s, unsigned len, off_t cut)
{
    struct stat st;
    gzFile f = gzopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(gzwrite(f, s, len), len);
    assert_int_equal(gzclose(f), Z_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size - cut), 0);
}

/* A process that writes once into fd, or into the named pipe at path, and ends. */
static void feed(int fd, const char *path, const char *s, size_t len)
{
    if (fork() > 0)
        return;
    if (path)
        fd = open(path, O_WRONLY);
    while (len) {
        ssize_t n = write(fd, s, len);
        if (n <= 0)
            break;
        s += n;
        len -= (size_t)n;
    }
    _exit(0);
}

/* A pipe as standard input, with somebody who writes to it. */
static void feed_stdin(const char *s, size_t len)
{
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    assert_int_equal(dup2(fd[0], STDIN_FILENO), STDIN_FILENO);
    close(fd[0]);
    feed(fd[1], NULL, s, len);
    close(fd[1]);
}

static void feed_fifo(const char *path, const char *s, size_t len)
{
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    feed(-1, path, s, len);
}

static struct ad_source *open_kept(const char *const *names, size_t n, unsigned long long memory)
{
    struct ad_err err = {0};
    struct ad_source *src = ad_source_open(names, n, NULL, &err);
    assert_non_null(src);
    assert_int_equal(ad_source_keep(src, memory, &err), 0);
    return src;
}

/* The next file holds these bytes, read by `step` at a time, and ends well. */
static void assert_next(struct ad_source *src, size_t step, const char *want, size_t len)
{
    static char got[BIG + 1];
    struct ad_err err = {0};
    size_t have = 0;
    ssize_t n;
    assert_int_equal(ad_source_next(src, &err), 1);
    while ((n = ad_source_read(src, got + have, step, &err)) > 0) {
        have += (size_t)n;
        if (have + step > sizeof got)
            step = sizeof got - have;
    }
    assert_int_equal(n, 0);
    assert_int_equal(have, len);
    assert_memory_equal(got, want, len);
}

static void assert_end(struct ad_source *src)
{
    struct ad_err err = {0};
    assert_int_equal(ad_source_next(src, &err), 0);
}

/* Some reads into the next file, as far as they go; then the text of the error. */
static void assert_fails(struct ad_source *src, const char *text)
{
    struct ad_err err = {0};
    char buf[4096];
    ssize_t n = ad_source_next(src, &err);
    while (n > 0)
        n = ad_source_read(src, buf, sizeof buf, &err);
    assert_int_equal(n, -1);
    if (!strstr(err.text, text))
        fail_msg("\"%s\" is not in \"%s\"", text, err.text);
    ad_err_free(&err);
}

static size_t files_in(const char *path)
{
    DIR *d = opendir(path);
    size_t n = 0;
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

/* --- whatever the input is ------------------------------------------------------------------- */

static void plain_and_gzip(void **state)
{
    const char *names[] = {in_dir("plain"), in_dir("zip.gz"), in_dir("empty")};
    (void)state;
    put(names[0], "wb", "some text\n", 10);
    put_gzip(names[1], big, BIG, 0);
    put(names[2], "wb", "", 0);
    struct ad_source *src = open_kept(names, 3, 0);
    for (int pass = 0; pass < 2; pass++) {
        assert_next(src, 3, "some text\n", 10);
        assert_next(src, 4096 + (size_t)pass, big, BIG);
        assert_next(src, 3, "", 0);
        assert_end(src);
        ad_source_rewind(src);
    }
    ad_source_close(src);
    assert_int_equal(files_in(tmpdir), 0);
}

static void pipe_at_each_bound(void **state)
{
    /* all in memory, the rest of a chunk on disk, at and around the ends of chunks, nothing */
    static const unsigned long long bounds[] = {1ull << 40, 4 * MEBI, 3 * MEBI, MEBI + 1,
                                                MEBI,       MEBI - 1, 0};
    static const size_t sizes[] = {BIG, 2 * MEBI, MEBI, MEBI - 1, MEBI + 1, 1, 0};
    (void)state;
    for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            feed_stdin(big, sizes[i]);
            struct ad_source *src = open_kept(NULL, 0, bounds[b]);
            assert_next(src, 65536, big, sizes[i]);
            assert_end(src);
            ad_source_rewind(src);
            assert_next(src, 99991, big, sizes[i]);
            assert_end(src);
            ad_source_close(src);
        }
}

static void several_kinds_in_a_row(void **state)
{
    const char *names[] = {in_dir("first"), in_dir("fifo"), "-", in_dir("zipped"), in_dir("last")};
    static char packed[BIG + 100000];
    (void)state;
    put(names[0], "wb", "first\n", 6);
    put_gzip(in_dir("to-feed"), big, BIG, 0);
    FILE *f = fopen(in_dir("to-feed"), "rb");
    assert_non_null(f);
    size_t npacked = fread(packed, 1, sizeof packed, f);
    fclose(f);
    for (int small = 0; small < 2; small++) {
        feed_fifo(names[1], big + 7, MEBI + 7);
        feed_stdin("between", 7);
        feed_fifo(names[3], packed, npacked);
        put(names[4], "wb", "last", 4);
        struct ad_source *src = open_kept(names, 5, small ? MEBI : 1ull << 30);
        for (int pass = 0; pass < 2; pass++) {
            assert_next(src, 5, "first\n", 6);
            assert_next(src, 8192, big + 7, MEBI + 7);
            assert_next(src, 4, "between", 7);
            assert_next(src, 65536, big, BIG);
            assert_next(src, 4, "last", 4);
            assert_end(src);
            ad_source_rewind(src);
        }
        ad_source_close(src);
    }
}

static void file_entered_in_the_middle(void **state)
{
    (void)state;
    put(in_dir("mid"), "wb", "header\nbody\n", 12);
    int fd = open(in_dir("mid"), O_RDONLY);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    assert_int_equal(lseek(STDIN_FILENO, 7, SEEK_SET), 7);
    struct ad_source *src = open_kept(NULL, 0, 0);
    for (int pass = 0; pass < 2; pass++) {
        assert_next(src, 64, "body\n", 5);
        assert_end(src);
        ad_source_rewind(src);
    }
    ad_source_close(src);
}

/* --- what becomes of it in between ----------------------------------------------------------- */

static void read_in_part(void **state)
{
    /* what the first pass did not see is read as if it were the first */
    const char *names[] = {in_dir("one"), "-", in_dir("three")};
    (void)state;
    put(names[0], "wb", "one", 3);
    put(names[2], "wb", "three", 5);
    feed_stdin("pipe", 4);
    struct ad_source *src = open_kept(names, 3, 0);
    assert_next(src, 64, "one", 3);
    ad_source_rewind(src);
    assert_next(src, 64, "one", 3);
    assert_next(src, 64, "pipe", 4);
    assert_next(src, 64, "three", 5);
    assert_end(src);
    ad_source_close(src);
}

static void grown_file(void **state)
{
    const char *names[] = {in_dir("log")};
    (void)state;
    put(names[0], "wb", "line\n", 5);
    struct ad_source *src = open_kept(names, 1, 0);
    assert_next(src, 64, "line\n", 5);
    put(names[0], "ab", "another\n", 8);
    ad_source_rewind(src);
    assert_next(src, 64, "line\n", 5);
    ad_source_close(src);
}

static void replaced_file(void **state)
{
    const char *names[] = {in_dir("old")};
    (void)state;
    put(names[0], "wb", "line\n", 5);
    put(in_dir("new"), "wb", "line\n", 5);
    struct ad_source *src = open_kept(names, 1, 0);
    assert_next(src, 64, "line\n", 5);
    assert_int_equal(rename(in_dir("new"), names[0]), 0);
    ad_source_rewind(src);
    assert_fails(src, "/old is not the file any more that it was when its reading began");
    ad_source_close(src);
}

static void truncated_file(void **state)
{
    const char *names[] = {in_dir("short")};
    (void)state;
    put(names[0], "wb", "line\n", 5);
    struct ad_source *src = open_kept(names, 1, 0);
    assert_next(src, 64, "line\n", 5);
    assert_int_equal(truncate(names[0], 2), 0);
    ad_source_rewind(src);
    assert_fails(src, "cannot read ");
    ad_source_close(src);
}

static void missing_file(void **state)
{
    const char *names[] = {in_dir("there"), in_dir("not-there"), "-"};
    (void)state;
    put(names[0], "wb", "x", 1);
    feed_stdin("y", 1);
    struct ad_source *src = open_kept(names, 3, 0);
    for (int pass = 0; pass < 2; pass++) {
        assert_next(src, 64, "x", 1);
        assert_fails(src, "cannot open ");
        assert_next(src, 64, "y", 1);
        assert_end(src);
        ad_source_rewind(src);
    }
    ad_source_close(src);
}

static void damaged_gzip(void **state)
{
    static char packed[BIG];
    (void)state;
    put_gzip(in_dir("cut.gz"), big, 100000, 9);
    FILE *f = fopen(in_dir("cut.gz"), "rb");
    assert_non_null(f);
    size_t n = fread(packed, 1, sizeof packed, f);
    fclose(f);
    const char *names[] = {in_dir("cut.gz"), "-"};
    feed_stdin(packed, n);
    struct ad_source *src = open_kept(names, 2, 0);
    for (int pass = 0; pass < 2; pass++) {
        assert_fails(src, "cut.gz: truncated gzip");
        assert_fails(src, "standard input: truncated gzip");
        assert_end(src);
        ad_source_rewind(src);
    }
    ad_source_close(src);
}

static void read_error(void **state)
{
    /* a descriptor for writing only: read(2) fails with EBADF, the second time without a call */
    int fd[2];
    (void)state;
    assert_int_equal(pipe(fd), 0);
    assert_int_equal(dup2(fd[1], STDIN_FILENO), STDIN_FILENO);
    close(fd[0]);
    close(fd[1]);
    struct ad_source *src = open_kept(NULL, 0, 0);
    assert_fails(src, "cannot read standard input: Bad file descriptor");
    feed_stdin("now it would work", 17);
    ad_source_rewind(src);
    assert_fails(src, "cannot read standard input: Bad file descriptor");
    ad_source_close(src);
}

/* --- around it ------------------------------------------------------------------------------- */

static void second_pass_does_not_wait(void **state)
{
    struct ad_err err = {0};
    int fd[2];
    char buf[8];
    (void)state;
    assert_int_equal(pipe(fd), 0);
    assert_int_equal(dup2(fd[0], STDIN_FILENO), STDIN_FILENO);
    close(fd[0]);
    assert_int_equal(write(fd[1], "ab", 2), 2);
    struct ad_source *src = open_kept(NULL, 0, 0);
    assert_int_equal(ad_source_next(src, &err), 1);
    assert_true(ad_source_ready(src));
    assert_int_equal(ad_source_read(src, buf, 8, &err), 2);
    assert_false(ad_source_ready(src));
    /* the other end stays open, but all that came is known */
    ad_source_rewind(src);
    assert_int_equal(ad_source_done(src), 0);
    assert_int_equal(ad_source_next(src, &err), 1);
    assert_true(ad_source_ready(src));
    assert_int_equal(ad_source_read(src, buf, 8, &err), 2);
    assert_int_equal(ad_source_wait(src, -1), 1);
    assert_int_equal(ad_source_read(src, buf, 8, &err), 0);
    assert_int_equal(ad_source_done(src), 2);
    ad_source_close(src);
    close(fd[1]);
}

static void temporary_file_has_no_name(void **state)
{
    (void)state;
    feed_stdin(big, 100000);
    struct ad_source *src = open_kept(NULL, 0, 0);
    assert_next(src, 65536, big, 100000);
    assert_int_equal(files_in(tmpdir), 0);
    ad_source_rewind(src);
    assert_next(src, 65536, big, 100000);
    ad_source_close(src);
}

static void temporary_file_only_beyond_the_bound(void **state)
{
    (void)state;
    setenv("TMPDIR", "/no/such/folder", 1);
    feed_stdin(big, MEBI);
    struct ad_source *src = open_kept(NULL, 0, MEBI);
    assert_next(src, 65536, big, MEBI);
    ad_source_rewind(src);
    assert_next(src, 65536, big, MEBI);
    ad_source_close(src);
    feed_stdin(big, MEBI + 1);
    src = open_kept(NULL, 0, MEBI);
    assert_fails(src, "cannot make a temporary file in /no/such/folder (see TMPDIR): ");
    ad_source_close(src);
    setenv("TMPDIR", tmpdir, 1);
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(tmpdir, sizeof tmpdir, "%s/tmp", dir);
    if (mkdir(tmpdir, 0700) < 0 || setenv("TMPDIR", tmpdir, 1) < 0)
        return -1;
    big = malloc(BIG);
    uint32_t x = 1;
    for (size_t i = 0; big && i < BIG; i++) {
        x = x * 1664525 + 1013904223;
        big[i] = (char)(x >> 24);
    }
    return big ? 0 : -1;
}

static int tear_down(void **state)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    (void)state;
    free(big);
    while (d && (e = readdir(d)))
        unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
    rmdir(tmpdir);
    while (wait(NULL) > 0)
        ;
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_and_gzip),
        cmocka_unit_test(pipe_at_each_bound),
        cmocka_unit_test(several_kinds_in_a_row),
        cmocka_unit_test(file_entered_in_the_middle),
        cmocka_unit_test(read_in_part),
        cmocka_unit_test(grown_file),
        cmocka_unit_test(replaced_file),
        cmocka_unit_test(truncated_file),
        cmocka_unit_test(missing_file),
        cmocka_unit_test(damaged_gzip),
        cmocka_unit_test(read_error),
        cmocka_unit_test(second_pass_does_not_wait),
        cmocka_unit_test(temporary_file_has_no_name),
        cmocka_unit_test(temporary_file_only_beyond_the_bound),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
