#include "alert/pipe.h"

#include <pthread.h>
#include <time.h>

static bool pending(void)
{
    sigset_t set;
    sigemptyset(&set);
    return sigpending(&set) == 0 && sigismember(&set, SIGPIPE) == 1;
}

void ad_pipe_guard(struct ad_pipe_guard *guard)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    guard->pending = pending();
    pthread_sigmask(SIG_BLOCK, &set, &guard->mask);
}

void ad_pipe_unguard(const struct ad_pipe_guard *guard)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    if (!guard->pending && pending())
        while (sigtimedwait(&set, NULL, &(struct timespec){0}) == -1 && pending())
            ;
    pthread_sigmask(SIG_SETMASK, &guard->mask, NULL);
}
