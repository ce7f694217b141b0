/* libcurl as all channels use it: TLS verified, no redirects, no signals, a limit on time. */
#ifndef AD_ALERT_NET_H
#define AD_ALERT_NET_H

#include "base/err.h"
#include "base/str.h"

#include <curl/curl.h>

struct ad_net_cfg {
    double connect, total; /* seconds */
    const char *ca_file;   /* certificates to trust instead of the system's, or NULL */
};

/* A transfer, and the connections it keeps; for one thread at a time. */
struct ad_net;

struct ad_net *ad_net_new(const struct ad_net_cfg *cfg, struct ad_err *err);
void ad_net_free(struct ad_net *net);

/* Its handle, all options of the transfer before taken back. */
CURL *ad_net_begin(struct ad_net *net);

/* Transfer, without SIGPIPE. */
CURLcode ad_net_perform(struct ad_net *net);

/* In words why a transfer failed; lives until the next one. */
const char *ad_net_trouble(const struct ad_net *net, CURLcode code);

#endif
