/* usage: measure COMMAND [ARGUMENT]...
 *
 * Runs the command with its standard output to /dev/null and prints what it and its children took:
 * seconds of wall time, seconds of processor time (user and system) and the largest resident set in
 * bytes. Exits with the command's status, 126 if it died by a signal. */
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Darwin counts bytes, all others kibibytes. */
#ifdef __APPLE__
#define RSS_UNIT 1.0
#else
#define RSS_UNIT 1024.0
#endif

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static void run(char **argv)
{
    int null = open("/dev/null", O_WRONLY);
    if (null < 0 || dup2(null, STDOUT_FILENO) < 0) {
        perror("measure: /dev/null");
        _exit(126);
    }
    close(null);
    execvp(argv[0], argv);
    perror(argv[0]);
    _exit(127);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: measure COMMAND [ARGUMENT]...\n", stderr);
        return 2;
    }
    double start = now();
    pid_t child = fork();
    if (child == 0)
        run(argv + 1);
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("measure");
        return 126;
    }
    double wall = now() - start;
    struct rusage used;
    getrusage(RUSAGE_CHILDREN, &used);
    printf("%.6f %.6f %.0f\n", wall, seconds(used.ru_utime) + seconds(used.ru_stime),
           RSS_UNIT * (double)used.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
