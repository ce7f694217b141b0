#include "alert/program.h"

#include "alert/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const double grace = 2; /* seconds from SIGTERM to SIGKILL */

struct run {
    pid_t pid;
    int in, out; /* -1: closed */
    struct ad_str left;
    struct ad_program_end *end;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ours: the end that stays here. */
static int make_pipe(int fd[2], int ours)
{
    if (pipe(fd))
        return errno;
    fcntl(fd[0], F_SETFD, FD_CLOEXEC);
    fcntl(fd[1], F_SETFD, FD_CLOEXEC);
    fcntl(fd[ours], F_SETFL, O_NONBLOCK);
    return 0;
}

static int prepare(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attr, int in, int out)
{
    static const int usual[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE, SIGALRM,
                                SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD};
    sigset_t none, back;
    sigemptyset(&none);
    sigemptyset(&back);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        sigaddset(&back, usual[i]);
    int error = posix_spawn_file_actions_adddup2(actions, in, 0);
    if (!error)
        error = posix_spawn_file_actions_adddup2(actions, out, 1);
    if (!error)
        error = posix_spawn_file_actions_adddup2(actions, out, 2);
    posix_spawnattr_setpgroup(attr, 0);
    posix_spawnattr_setsigmask(attr, &none);
    posix_spawnattr_setsigdefault(attr, &back);
    posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                       POSIX_SPAWN_SETSIGDEF);
    return error;
}

/* One at a time: between pipe() and FD_CLOEXEC the program of another thread would inherit. */
static int start(const struct ad_program *p, struct run *r)
{
    static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    if (posix_spawn_file_actions_init(&actions))
        return ENOMEM;
    posix_spawnattr_init(&attr);
    pthread_mutex_lock(&one);
    int error = make_pipe(in, 1);
    if (!error)
        error = make_pipe(out, 0);
    if (!error)
        error = prepare(&actions, &attr, in[0], out[1]);
    if (!error)
        error = posix_spawnp(&r->pid, p->argv[0], &actions, &attr, p->argv, p->envp);
    shut(&in[0]);
    shut(&out[1]);
    pthread_mutex_unlock(&one);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    r->in = in[1];
    r->out = out[0];
    return error;
}

static void feed(struct run *r)
{
    while (r->left.len) {
        ssize_t n = write(r->in, r->left.s, r->left.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            break; /* it reads no further: its status will tell */
        r->left.s += n;
        r->left.len -= (size_t)n;
    }
    shut(&r->in);
}

/* Read what there is; all of it, so that it can go on, though only the beginning is kept. */
static void hear(struct run *r)
{
    char piece[4096];
    enum { AT_ONCE = 16 };
    for (int i = 0; i < AT_ONCE; i++) {
        ssize_t n = read(r->out, piece, sizeof piece);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            shut(&r->out);
            return;
        }
        size_t room = sizeof r->end->said - r->end->len;
        size_t len = (size_t)n < room ? (size_t)n : room;
        memcpy(r->end->said + r->end->len, piece, len);
        r->end->len += len;
    }
}

/* It has ended, and still waits to be reaped: until then its group cannot be another's. */
static bool ended(const struct run *r)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)r->pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid == r->pid;
}

/* Feed and hear until it ends or the time has come. The end of a process wakes no poll, so it is
 * looked for at growing intervals. */
static bool attend(struct run *r, double until)
{
    double step = 0.001;
    while (!ended(r)) {
        double left = until - now();
        if (left <= 0)
            return false;
        struct pollfd fd[] = {{.fd = r->in, .events = POLLOUT}, {.fd = r->out, .events = POLLIN}};
        poll(fd, 2, (int)((left < step ? left : step) * 1000) + 1);
        if (fd[0].revents)
            feed(r);
        if (fd[1].revents)
            hear(r);
        step = step < 0.03 ? step * 1.5 : step;
    }
    return true;
}

void ad_program_run(const struct ad_program *program, struct ad_program_end *end)
{
    struct ad_pipe_guard guard;
    struct run r = {.in = -1, .out = -1, .left = program->input, .end = end};
    *end = (struct ad_program_end){0};
    ad_pipe_guard(&guard);
    end->error = start(program, &r);
    if (!end->error) {
        end->timed_out = !attend(&r, now() + program->timeout);
        if (end->timed_out) {
            kill(-r.pid, SIGTERM);
            attend(&r, now() + grace);
            kill(-r.pid, SIGKILL);
        }
        if (r.out >= 0)
            hear(&r);
        while (waitpid(r.pid, &end->status, 0) < 0)
            if (errno != EINTR) {
                end->error = errno; /* SIGCHLD is ignored: nobody knows how it ended */
                break;
            }
    }
    shut(&r.in);
    shut(&r.out);
    ad_pipe_unguard(&guard);
}

/* One word at *p, written to *to. Returns false if a quote is not closed. */
static bool take_word(const char **p, const char *end, char **to)
{
    char quote = 0;
    for (; *p < end && (quote || (**p != ' ' && **p != '\t')); ++*p) {
        char c = **p;
        if (quote ? c == quote : c == '\'' || c == '"')
            quote = quote ? 0 : c;
        else if (c == '\\' && quote != '\'' && *p + 1 < end)
            *(*to)++ = *++*p;
        else
            *(*to)++ = c;
    }
    *(*to)++ = '\0';
    return !quote;
}

char **ad_program_words(struct ad_str line, const char **why)
{
    line = ad_str_trim(line);
    size_t most = line.len / 2 + 2, n = 0;
    if (!line.len || memchr(line.s, 0, line.len)) {
        *why = line.len ? "there is a NUL in it" : "there is no program in it";
        return NULL;
    }
    char **word = malloc(most * sizeof *word + line.len + 1);
    *why = "out of memory";
    if (!word)
        return NULL;
    char *to = (char *)(word + most);
    for (const char *p = line.s, *end = p + line.len; p < end;) {
        word[n++] = to;
        if (!take_word(&p, end, &to)) {
            *why = "a quote is not closed";
            free(word);
            return NULL;
        }
        while (p < end && (*p == ' ' || *p == '\t'))
            p++;
    }
    word[n] = NULL;
    return word;
}
