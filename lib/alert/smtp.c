#include "alert/smtp.h"

static size_t give(char *to, size_t size, size_t n, void *arg)
{
    struct ad_str *left = arg;
    size_t len = size * n < left->len ? size * n : left->len;
    if (len)
        memcpy(to, left->s, len);
    left->s += len;
    left->len -= len;
    return len;
}

static struct curl_slist *recipients(const char *const *to)
{
    struct curl_slist *list = NULL;
    for (; *to; to++) {
        struct curl_slist *more = curl_slist_append(list, *to);
        if (!more)
            curl_slist_free_all(list);
        list = more;
        if (!list)
            break;
    }
    return list;
}

static void set_request(CURL *c, const struct ad_smtp_request *r)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
#else
    curl_easy_setopt(c, CURLOPT_PROTOCOLS, (long)(CURLPROTO_SMTP | CURLPROTO_SMTPS));
#endif
    curl_easy_setopt(c, CURLOPT_URL, r->url);
    curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, r->from);
    /* One address that has gone must not keep the others from knowing. */
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->mail.len);
    if (r->user) {
        curl_easy_setopt(c, CURLOPT_USERNAME, r->user);
        curl_easy_setopt(c, CURLOPT_PASSWORD, r->password ? r->password : "");
    }
}

const char *ad_smtp_send(struct ad_net *net, const struct ad_smtp_request *request, bool *for_good)
{
    CURL *c = ad_net_begin(net);
    struct ad_str left = request->mail;
    struct curl_slist *list = recipients(request->to);
    long status = 0;
    *for_good = false;
    if (!list)
        return "out of memory";
    set_request(c, request);
    curl_easy_setopt(c, CURLOPT_READDATA, &left);
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, list);
    CURLcode code = ad_net_perform(net);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(list);
    if (!code)
        return NULL;
    /* A server that lets nobody in, or speaks no TLS, is one to be mended, then tried again. Of
     * several recipients who are refused only the last answer is known. */
    bool unsure = code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED ||
                  (code == CURLE_SEND_ERROR && request->to[1]);
    *for_good = status >= 500 && !unsure;
    return ad_net_trouble(net, code);
}
