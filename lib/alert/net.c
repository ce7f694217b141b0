#include "alert/net.h"

#include "alert/pipe.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>

struct ad_net {
    CURL *curl;
    struct ad_net_cfg cfg;
    char *ca_file;
    char trouble[CURL_ERROR_SIZE];
};

static CURLcode started;

static void start(void)
{
    started = curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct ad_net *ad_net_new(const struct ad_net_cfg *cfg, struct ad_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
    struct ad_net *net = calloc(1, sizeof *net);
    if (net) {
        net->cfg = *cfg;
        net->ca_file = cfg->ca_file ? strdup(cfg->ca_file) : NULL;
        net->curl = started ? NULL : curl_easy_init();
    }
    if (!net || !net->curl || (cfg->ca_file && !net->ca_file)) {
        ad_err_set(err, "libcurl cannot be used: %s",
                   started ? curl_easy_strerror(started) : "out of memory");
        ad_net_free(net);
        return NULL;
    }
    return net;
}

void ad_net_free(struct ad_net *net)
{
    struct ad_pipe_guard guard;
    if (!net)
        return;
    ad_pipe_guard(&guard); /* TLS says goodbye */
    curl_easy_cleanup(net->curl);
    ad_pipe_unguard(&guard);
    free(net->ca_file);
    free(net);
}

/* Programs that are started meanwhile must not hold on to the connection. */
static int close_on_exec(void *arg, curl_socket_t fd, curlsocktype purpose)
{
    (void)arg;
    (void)purpose;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return CURL_SOCKOPT_OK;
}

CURL *ad_net_begin(struct ad_net *net)
{
    CURL *c = net->curl;
    net->trouble[0] = '\0';
    curl_easy_reset(c);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, net->trouble);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, close_on_exec);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(net->cfg.connect * 1000));
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(net->cfg.total * 1000));
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (net->ca_file) {
        curl_easy_setopt(c, CURLOPT_CAINFO, net->ca_file);
        curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
    }
    return c;
}

CURLcode ad_net_perform(struct ad_net *net)
{
    struct ad_pipe_guard guard;
    ad_pipe_guard(&guard);
    CURLcode code = curl_easy_perform(net->curl);
    ad_pipe_unguard(&guard);
    return code;
}

const char *ad_net_trouble(const struct ad_net *net, CURLcode code)
{
    return net->trouble[0] ? net->trouble : curl_easy_strerror(code);
}
