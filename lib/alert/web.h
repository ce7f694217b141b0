/* What channels over HTTP have in common: where to, with which headers, and how long. */
#ifndef AD_ALERT_WEB_H
#define AD_ALERT_WEB_H

#include "alert/channel_private.h"
#include "alert/http.h"
#include "alert/setup.h"

/* Keys of all of them. */
#define AD_WEB_KEYS AD_CHANNEL_KEYS, "connect-timeout", "ca-file", "allow-http"

/* And of those that take headers of the user's. */
#define AD_WEB_HEADER_KEYS "header", "header-file", "header-env"

struct ad_web {
    struct ad_net *net;
    char *url;     /* without what a channel appends */
    char **header; /* [nheader] */
    size_t nheader;
};

/* Where a channel of this kind sends to. */
struct ad_web_need {
    const char *usual; /* the URL where the section has none; NULL: it must */
    bool base;         /* a path is appended to it */
    bool secret_url; /* it lets everybody send who knows it: only from a file or the environment */
    bool secret;     /* a secret goes with each request: https, unless allow-http */
};

int ad_web_open(struct ad_web *web, const struct ad_setup *su, const struct ad_web_need *need,
                double timeout);
void ad_web_close(struct ad_web *web);

/* Read the headers of the section, `Name: value`, to be sent with each request: those of `header`
 * (as often as there are), and the secret one of `header-file` or `header-env`. */
int ad_web_headers(struct ad_web *web, const struct ad_setup *su);

/* POST to the URL and what is appended to it, with more headers (NULL, or ended by NULL). */
void ad_web_post(struct ad_web *web, const char *append, const char *const *header,
                 struct ad_str body, struct ad_http_answer *answer);

#endif
