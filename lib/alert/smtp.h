/* A mail by SMTP, encrypted or not at all. */
#ifndef AD_ALERT_SMTP_H
#define AD_ALERT_SMTP_H

#include "alert/net.h"

struct ad_smtp_request {
    const char *url; /* smtps://host:465, or smtp://host:587, where STARTTLS is required */
    const char *user, *password; /* or NULL */
    const char *from;            /* addresses */
    const char *const *to;       /* NULL ends them */
    struct ad_str mail;
};

/* Send it to all recipients that the server takes. Returns NULL when at least one was taken, else
 * why not, until the next request; *for_good: the server has refused, and will again. */
const char *ad_smtp_send(struct ad_net *net, const struct ad_smtp_request *request, bool *for_good);

#endif
