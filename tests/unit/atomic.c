#define _XOPEN_SOURCE 700
#include "unit.h"

#include "io/atomic.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Each test runs in an empty folder of its own, the current one. */
static int in_folder(void **state)
{
    char dir[] = "/tmp/adkit-atomic-XXXXXX";
    *state = mkdtemp(dir) ? strdup(dir) : NULL;
    return *state && chdir(*state) == 0 ? 0 : -1;
}

static int out_of_folder(void **state)
{
    static const char *const files[] = {"sub/real", "sub/link", "sub/real.lock", "f",
                                        "link",     "loop",     "f.lock"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        unlink(files[i]);
    rmdir("sub");
    int bad = chdir("/") || rmdir(*state); /* fails if a temporary file stayed behind */
    free(*state);
    return bad;
}

static void assert_file(const char *path, const char *want)
{
    char got[64] = "";
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(got, 1, sizeof got - 1, f);
    got[n] = '\0';
    fclose(f);
    assert_string_equal(got, want);
}

static void replace(const char *path, mode_t mode, const char *text)
{
    struct ad_err err = {0};
    struct ad_atomic *a = ad_atomic_open(path, mode, &err);
    assert_non_null(a);
    assert_int_equal(ad_atomic_write(a, text, strlen(text), &err), 0);
    assert_int_equal(ad_atomic_commit(a, &err), 0);
}

static void assert_refused(const char *path, const char *why)
{
    struct ad_err err = {0};
    assert_null(ad_atomic_open(path, 0600, &err));
    assert_string_equal(err.text, why);
    ad_err_free(&err);
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode;
}

static void replaces(void **state)
{
    (void)state;
    umask(022);
    replace("f", 0600, "one");
    assert_file("f", "one");
    assert_int_equal(mode_of("f") & 0777, 0600);
    replace("./f", 0666, "two");
    assert_file("f", "two");
    assert_int_equal(mode_of("f") & 0777, 0644);
    assert_int_equal(mkdir("sub", 0700), 0);
    replace("sub/real", 0600, "three");
    assert_file("sub/real", "three");
}

/* Until the commit, and after an abort, the old contents are there. */
static void aborts(void **state)
{
    struct ad_err err = {0};
    (void)state;
    replace("f", 0600, "old");
    struct ad_atomic *a = ad_atomic_open("f", 0600, &err);
    assert_int_equal(ad_atomic_write(a, "new", 3, &err), 0);
    assert_file("f", "old");
    struct ad_atomic *b = ad_atomic_open("f", 0600, &err); /* two at once do not collide */
    assert_non_null(b);
    ad_atomic_abort(a);
    ad_atomic_abort(b);
    ad_atomic_abort(NULL);
    assert_file("f", "old");
}

static void follows_links(void **state)
{
    (void)state;
    assert_int_equal(mkdir("sub", 0700), 0);
    assert_int_equal(symlink("sub/link", "link"), 0);
    assert_int_equal(symlink("real", "sub/link"), 0);
    replace("link", 0600, "new"); /* the last link leads nowhere yet */
    assert_file("sub/real", "new");
    assert_true(S_ISLNK(mode_of("link")));
    assert_true(S_ISLNK(mode_of("sub/link")));
    replace("link", 0600, "newer");
    assert_file("sub/real", "newer");
    assert_true(S_ISLNK(mode_of("link")));
    assert_int_equal(symlink("loop", "loop"), 0);
    assert_refused("loop", "cannot write loop: Too many levels of symbolic links");
}

static void refuses(void **state)
{
    (void)state;
    assert_refused("no/f", "cannot write no/f: No such file or directory");
    assert_refused("/dev/null", "cannot write /dev/null: it is not a regular file");
    assert_int_equal(mkdir("sub", 0700), 0);
    assert_refused("sub", "cannot write sub: Is a directory");
}

static void locks(void **state)
{
    int fd, other;
    struct ad_err err = {0};
    (void)state;
    assert_int_equal(mkdir("sub", 0700), 0);
    assert_int_equal(symlink("sub/real", "link"), 0);
    assert_int_equal(ad_lock_take("link", 0, NULL, &fd, &err), 0);
    assert_int_equal(mode_of("sub/real.lock") & 0777, 0600);
    assert_int_equal(ad_lock_take("sub/real", 0.05, NULL, &other, &err), AD_LOCK_BUSY);
    assert_string_equal(err.text, "sub/real is in use by another run");
    assert_int_equal(other, -1);
    ad_err_free(&err);
    volatile sig_atomic_t stop = 1;
    assert_int_equal(ad_lock_take("link", 1e6, &stop, &other, &err), AD_LOCK_BUSY);
    ad_err_free(&err);
    ad_lock_release(fd);
    ad_lock_release(-1);
    assert_int_equal(ad_lock_take("sub/real", 0, NULL, &fd, &err), 0);
    ad_lock_release(fd);
    assert_int_equal(access("sub/real.lock", F_OK), 0);
}

/* The lock of a process that ends while we wait is ours. */
static void waits(void **state)
{
    int fd, ready[2], status;
    char c;
    struct ad_err err = {0};
    (void)state;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        if (ad_lock_take("f", 0, NULL, &fd, &err) || write(ready[1], "x", 1) != 1)
            _exit(1);
        nanosleep(&(struct timespec){.tv_nsec = 30 * 1000 * 1000}, NULL);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &c, 1), 1);
    assert_int_equal(ad_lock_take("f", 60, NULL, &fd, &err), 0);
    ad_lock_release(fd);
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    close(ready[0]);
    close(ready[1]);
}

static void no_lock(void **state)
{
    int fd;
    struct ad_err err = {0};
    (void)state;
    assert_int_equal(symlink("f", "f.lock"), 0); /* a trap: it must not be followed */
    assert_int_equal(ad_lock_take("f", 0, NULL, &fd, &err), -1);
    assert_string_equal(err.text, "cannot lock f: Too many levels of symbolic links");
    assert_int_equal(access("f", F_OK), -1);
    ad_err_free(&err);
    assert_int_equal(ad_lock_take("no/f", 0, NULL, &fd, &err), -1);
    assert_string_equal(err.text, "cannot lock no/f: No such file or directory");
    ad_err_free(&err);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, in_folder, out_of_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(replaces), IN_FOLDER(aborts), IN_FOLDER(follows_links), IN_FOLDER(refuses),
        IN_FOLDER(locks),    IN_FOLDER(waits),  IN_FOLDER(no_lock),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
