/* Ways to tell somebody: a notice goes out, and what became of it. */
#ifndef AD_ALERT_CHANNEL_H
#define AD_ALERT_CHANNEL_H

#include "alert/config.h"

enum ad_delivered {
    AD_DELIVERED,
    AD_DELIVER_LATER, /* not now: try again, not before `after` seconds if that is more than 0 */
    AD_DELIVER_NEVER  /* and never: the other side has refused it */
};

struct ad_delivery {
    enum ad_delivered what;
    double after;
    struct ad_err why; /* for AD_DELIVER_LATER and _NEVER: one line without secrets; the caller's to
                          free */
};

struct ad_channel;

/* A channel as its section says: all keys are checked, secrets are read (`key-env`, `url-file`) and
 * never stand in a message. The configuration may be freed afterwards. Call it before there are
 * other threads: it sets up libcurl, and SIGCHLD if that was ignored. Returns NULL, with what to
 * mend. */
struct ad_channel *ad_channel_new(const struct ad_config *c, const struct ad_section *s,
                                  struct ad_err *err);
void ad_channel_free(struct ad_channel *ch);

/* What its owner should know, in a line: a file with a secret that others can read. NULL: nothing.
 */
const char *ad_channel_warning(const struct ad_channel *ch);

/* The seconds after which it forgets a firing incident unless told again; 0: never. */
double ad_channel_refresh(const struct ad_channel *ch);

/* The seconds that sending one notice takes at most, or up to half as many again where a service is
 * told of several incidents one by one: what a lease is twice of. */
double ad_channel_timeout(const struct ad_channel *ch);

/* Send one notice, a JSON object as README.md describes, and wait for the answer. *out is set, so
 * what is in it must have been freed before. Different channels may be used by different threads.
 */
void ad_channel_send(struct ad_channel *ch, struct ad_str notice, struct ad_delivery *out);

#endif
