#include "alert/web.h"

#include <stdlib.h>

/* A URL of http or https with a host, and nothing else; *scheme is to be freed by curl_free(). */
static int take_apart(const char *url, char **scheme, bool *login)
{
    CURLU *u = curl_url();
    char *part = NULL;
    *scheme = NULL;
    int rc = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
                     curl_url_get(u, CURLUPART_HOST, &part, 0) == CURLUE_OK && *part
                 ? 0
                 : -1;
    curl_free(part);
    part = NULL;
    if (rc == 0 && curl_url_get(u, CURLUPART_SCHEME, scheme, 0) != CURLUE_OK)
        rc = -1;
    *login = rc == 0 && curl_url_get(u, CURLUPART_USER, &part, 0) == CURLUE_OK;
    curl_free(part);
    curl_url_cleanup(u);
    return rc;
}

/* key: where the URL came from; it is not shown where that was secret. */
static int check_url(const struct ad_setup *su, const char *key, const char *url, bool secret,
                     bool hidden)
{
    char *scheme;
    bool login, allowed = false;
    int rc = take_apart(url, &scheme, &login);
    bool https = rc == 0 && strcmp(scheme, "https") == 0,
         http = rc == 0 && strcmp(scheme, "http") == 0;
    curl_free(scheme);
    if (!https && !http)
        return ad_setup_fail(su, key, "not a URL that begins with https:// or http://");
    if (login && !hidden)
        return ad_setup_fail(su, key,
                             "a password in it: put the URL into a file, and that into "
                             "url-file");
    if (ad_setup_flag(su, "allow-http", &allowed))
        return -1;
    if (http && secret && !allowed)
        return ad_setup_fail(su, key,
                             "a secret would travel unencrypted: https://, or allow-http = yes");
    return 0;
}

static int read_url(struct ad_web *web, const struct ad_setup *su, const struct ad_web_need *need)
{
    struct ad_buf hidden = {0};
    const char *key = "url";
    if (ad_setup_secret(su, "url", &hidden))
        goto bad;
    if (hidden.len) {
        key = ad_setup_get(su, "url-file").s ? "url-file" : "url-env";
        if (ad_setup_get(su, "url").s) {
            ad_setup_fail(su, "url", "there is %s too, but only one can be it", key);
            goto bad;
        }
        if (ad_secrets_hide_url(su->secrets, ad_buf_str(&hidden))) {
            ad_err_nomem(su->err);
            goto bad;
        }
        web->url = hidden.s;
        return check_url(su, key, web->url, true, true);
    }
    if (need->secret_url)
        return ad_setup_fail(su, ad_setup_get(su, "url").s ? key : NULL,
                             "its URL is a secret, and comes from url-file or url-env");
    if (ad_setup_text(su, key, need->usual, &web->url))
        return -1;
    if (!web->url)
        return ad_setup_fail(su, NULL, "needs url, url-file or url-env");
    return check_url(su, key, web->url, need->secret, false);
bad:
    ad_buf_free(&hidden);
    return -1;
}

int ad_web_open(struct ad_web *web, const struct ad_setup *su, const struct ad_web_need *need,
                double timeout)
{
    struct ad_net_cfg cfg = {.connect = timeout < 10 ? timeout : 10, .total = timeout};
    char *ca_file;
    if (ad_setup_seconds(su, "connect-timeout", 0.01, timeout, &cfg.connect) ||
        ad_setup_path(su, "ca-file", &ca_file))
        return -1;
    cfg.ca_file = ca_file;
    web->net = ad_net_new(&cfg, su->err);
    free(ca_file);
    if (!web->net || read_url(web, su, need))
        return -1;
    size_t len = strlen(web->url);
    while (need->base && len && web->url[len - 1] == '/')
        web->url[--len] = '\0';
    return 0;
}

void ad_web_close(struct ad_web *web)
{
    ad_net_free(web->net);
    free(web->url);
    for (size_t i = 0; i < web->nheader; i++)
        free(web->header[i]);
    free(web->header);
}

static bool is_header(struct ad_str line)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t name = 0;
    while (name < line.len && line.s[name] && strchr(token, line.s[name]))
        name++;
    for (size_t i = name; i < line.len; i++)
        if (((unsigned char)line.s[i] < 0x20 && line.s[i] != '\t') || line.s[i] == 0x7f)
            return false;
    return name && name < line.len && line.s[name] == ':';
}

static bool is_ours(struct ad_str line)
{
    static const char *const ours[] = {"content-length", "transfer-encoding", "host"};
    struct ad_str name = {line.s, (size_t)((const char *)memchr(line.s, ':', line.len) - line.s)};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (ad_str_caseeq(name, ours[i]))
            return true;
    return name.len > 8 && ad_str_caseeq((struct ad_str){name.s, 8}, "webhook-");
}

static int add_header(struct ad_web *web, const struct ad_setup *su, const char *key,
                      struct ad_str line)
{
    enum { MOST = 32 };
    if (!is_header(line))
        return ad_setup_fail(su, key, "not a header: Name: value");
    if (is_ours(line))
        return ad_setup_fail(su, key, "this header has its value already");
    if (web->nheader == MOST)
        return ad_setup_fail(su, key, "more than %d headers", MOST);
    char **more = realloc(web->header, (web->nheader + 1) * sizeof *more);
    if (!more)
        return ad_err_nomem(su->err);
    web->header = more;
    more[web->nheader] = strndup(line.s, line.len);
    if (!more[web->nheader])
        return ad_err_nomem(su->err);
    web->nheader++;
    return 0;
}

int ad_web_headers(struct ad_web *web, const struct ad_setup *su)
{
    struct ad_buf secret = {0};
    int rc = ad_setup_secret(su, "header", &secret);
    if (rc == 0 && secret.len)
        rc = add_header(web, su, ad_setup_get(su, "header-env").s ? "header-env" : "header-file",
                        ad_buf_str(&secret));
    const struct ad_section *s = su->section;
    for (size_t i = 0; rc == 0 && i < s->n; i++)
        if (ad_str_eq(s->pair[i].key, ad_str_of("header")))
            rc = add_header(web, su, "header", s->pair[i].value);
    ad_buf_free(&secret);
    return rc;
}

void ad_web_post(struct ad_web *web, const char *append, const char *const *header,
                 struct ad_str body, struct ad_http_answer *answer)
{
    enum { MOST = 64 };
    const char *all[MOST + 1];
    size_t n = 0;
    for (size_t i = 0; i < web->nheader && n < MOST; i++)
        all[n++] = web->header[i];
    for (; header && *header && n < MOST; header++)
        all[n++] = *header;
    all[n] = NULL;
    struct ad_buf url = {0};
    ad_buf_addz(&url, web->url);
    ad_buf_addz(&url, append);
    if (ad_buf_add(&url, "", 1)) {
        *answer = (struct ad_http_answer){.trouble = "out of memory"};
        return;
    }
    struct ad_http_request request = {.url = url.s, .header = all, .body = body};
    ad_http_post(web->net, &request, answer);
    ad_buf_free(&url);
}
