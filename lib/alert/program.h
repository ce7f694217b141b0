/* Running another program: input in, status and last words out, never longer than allowed. */
#ifndef AD_ALERT_PROGRAM_H
#define AD_ALERT_PROGRAM_H

#include "base/str.h"

#include <stdbool.h>

struct ad_program {
    char *const *argv; /* found by PATH; no shell */
    char *const *envp;
    struct ad_str input;
    double timeout; /* seconds, then SIGTERM to it and all it has started, later SIGKILL */
};

/* How it ended. */
struct ad_program_end {
    int error;      /* errno: it could not be started; else 0 */
    bool timed_out; /* and was killed */
    int status;     /* of waitpid(2) */
    char said[4096];
    size_t len; /* of what it said first, on standard output and standard error */
};

/* Run it and wait, in a process group of its own. Files of ours
 * that close on exec are not open there. What it does not read of the input is no failure. */
void ad_program_run(const struct ad_program *program, struct ad_program_end *end);

/* Split a command line at blanks into words, which '...' and "..." hold together; a backslash makes
 * the next character a plain one, but not within '...'. There is no other expansion. Returns an
 * array that NULL ends, to be freed as one piece, or NULL with *why, a string literal. */
char **ad_program_words(struct ad_str line, const char **why);

#endif
