/* What a replay would have come to, as a table. */
#ifndef AD_ALERT_REPLAY_H
#define AD_ALERT_REPLAY_H

#include "alert/policy.h"
#include "base/err.h"

/* Print the policy's summary to standard output: for people on a terminal, else as CSV. Returns 0,
 * or -1. */
int ad_replay_print(const struct ad_policy *p, struct ad_err *err);

#endif
