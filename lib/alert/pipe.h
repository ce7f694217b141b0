/* Writing where nobody may read any more, in one thread of several. */
#ifndef AD_ALERT_PIPE_H
#define AD_ALERT_PIPE_H

#include <signal.h>
#include <stdbool.h>

/* What was before. */
struct ad_pipe_guard {
    sigset_t mask;
    bool pending;
};

/* Between guard and unguard a write to a closed pipe or socket only fails with EPIPE: this thread
 * gets no SIGPIPE, and none that it caused is left over. Other threads notice nothing. */
void ad_pipe_guard(struct ad_pipe_guard *guard);
void ad_pipe_unguard(const struct ad_pipe_guard *guard);

#endif
