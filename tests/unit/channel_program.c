#include "unit.h"

#include "alert/pipe.h"
#include "alert/program.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void assert_words(const char *line, const char *const *want)
{
    const char *why = NULL;
    char **words = ad_program_words(ad_str_of(line), &why);
    assert_non_null(words);
    size_t n = 0;
    for (; want[n]; n++) {
        assert_non_null(words[n]);
        assert_string_equal(words[n], want[n]);
    }
    assert_null(words[n]);
    free(words);
}

#define words(line, ...) assert_words(line, (const char *const[]){__VA_ARGS__, NULL})

/* As POSIX (XCU 2.2, quoting) has it, but without any expansion. */
static void command_lines(void **state)
{
    const char *why = NULL;
    (void)state;
    words("a", "a");
    words("  a \t b  ", "a", "b");
    words("a 'b  c' \"d  e\"f", "a", "b  c", "d  ef");
    words("a '' \"\"", "a", "", "");
    words("a\\ b 'c\\d' \"e\\\"f\" \\'", "a b", "c\\d", "e\"f", "'");
    words("$(x) `y` $HOME *.c ; | > &", "$(x)", "`y`", "$HOME", "*.c", ";", "|", ">", "&");
    assert_null(ad_program_words(ad_str_of("a 'b"), &why));
    assert_string_equal(why, "a quote is not closed");
    assert_null(ad_program_words(ad_str_of(" \t"), &why));
    assert_string_equal(why, "there is no program in it");
    assert_null(ad_program_words((struct ad_str){"a\0b", 3}, &why));
}

static struct ad_program_end run(const char *script, const char *input, double timeout)
{
    char sh[] = "/bin/sh", c[] = "-c", *argv[] = {sh, c, strdup(script), NULL}, *envp[] = {NULL};
    struct ad_program p = {argv, envp, ad_str_of(input), timeout};
    struct ad_program_end end;
    ad_program_run(&p, &end);
    free(argv[2]);
    return end;
}

static void programs(void **state)
{
    (void)state;
    struct ad_program_end end = run("read x; echo \"$x\"; echo err >&2; exit 7", "in\n", 10);
    assert_int_equal(end.error, 0);
    assert_false(end.timed_out);
    assert_true(WIFEXITED(end.status));
    assert_int_equal(WEXITSTATUS(end.status), 7);
    assert_int_equal(end.len, 7);
    assert_memory_equal(end.said, "in\nerr\n", 7);
    end = run("i=0; while [ $i -lt 9999 ]; do echo 0123456789; i=$((i+1)); done", "", 60);
    assert_int_equal(end.status, 0);
    assert_int_equal(end.len, sizeof end.said);
    end = run("sleep 60", "", 0.05);
    assert_true(end.timed_out);
    assert_true(WIFSIGNALED(end.status));
    assert_int_equal(WTERMSIG(end.status), SIGTERM);
}

/* Neither our files nor the other ends of its pipes are open there. */
static void nothing_is_inherited(void **state)
{
    enum { FILES = 256 };
    int open_there = 4; /* 0, 1, 2, and the folder that ls reads */
    (void)state;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (int i = 3; i < FILES; i++) /* what whoever started the test has left open */
        open_there += fcntl(i, F_GETFD) == 0;
    struct ad_program_end end = run("ls /proc/self/fd | wc -l", "", 10);
    assert_int_equal(strtol(end.said, NULL, 10), open_there);
    close(fd);
}

static volatile sig_atomic_t got;

static void count(int sig)
{
    (void)sig;
    got++;
}

static void broken_pipes_stay_within(void **state)
{
    struct ad_pipe_guard guard;
    int fd[2];
    (void)state;
    signal(SIGPIPE, count);
    assert_int_equal(pipe(fd), 0);
    close(fd[0]);
    ad_pipe_guard(&guard);
    assert_int_equal(write(fd[1], "x", 1), -1);
    ad_pipe_unguard(&guard);
    assert_int_equal(got, 0);
    ad_pipe_guard(&guard);
    ad_pipe_unguard(&guard);
    assert_int_equal(write(fd[1], "x", 1), -1);
    assert_int_equal(got, 1);
    close(fd[1]);
    signal(SIGPIPE, SIG_DFL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command_lines),
        cmocka_unit_test(programs),
        cmocka_unit_test(nothing_is_inherited),
        cmocka_unit_test(broken_pipes_stay_within),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
