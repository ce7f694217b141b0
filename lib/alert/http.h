/* One POST, and what came back. */
#ifndef AD_ALERT_HTTP_H
#define AD_ALERT_HTTP_H

#include "alert/channel.h"
#include "alert/net.h"
#include "alert/secret.h"

struct ad_http_request {
    const char *url;
    const char *const *header; /* `Name: value`, NULL ends them; NULL: none */
    struct ad_str body;
};

struct ad_http_answer {
    long status;  /* 0: there was none */
    double after; /* of Retry-After, in seconds; 0: it was not there */
    char body[4096];
    size_t len;
    bool cut;            /* the body was longer */
    const char *trouble; /* why there was no answer; lives until the next request */
};

/* Post, wait for the answer, read no more of it than there is room for. */
void ad_http_post(struct ad_net *net, const struct ad_http_request *request,
                  struct ad_http_answer *answer);

/* What that means for the notice; `taken`: the answer is the one that this service gives when all
 * is well. What is neither that nor an error that stays (4xx other than 408 and 429) is tried
 * again: losing a page to a gateway that answers in the place of the service would be worse. */
void ad_http_judge(const struct ad_http_answer *answer, bool taken,
                   const struct ad_secrets *secrets, struct ad_delivery *out);

#endif
