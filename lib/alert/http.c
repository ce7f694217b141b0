#include "alert/http.h"

#include "alert/text.h"

enum { LONGEST_WAIT = 86400 };

static size_t keep(char *data, size_t size, size_t n, void *arg)
{
    struct ad_http_answer *a = arg;
    size_t len = size * n, room = sizeof a->body - a->len;
    memcpy(a->body + a->len, data, len < room ? len : room);
    a->len += len < room ? len : room;
    a->cut = len > room;
    return a->cut ? 0 : len; /* enough: the transfer ends */
}

static struct curl_slist *headers(const char *const *header)
{
    /* Without asking for leave to send more than a megabyte: not every server knows that. */
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    for (; list && header && *header; header++) {
        struct curl_slist *more = curl_slist_append(list, *header);
        if (!more)
            curl_slist_free_all(list);
        list = more;
    }
    return list;
}

static void set_request(CURL *c, const struct ad_http_request *request,
                        struct ad_http_answer *answer)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(c, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    curl_easy_setopt(c, CURLOPT_URL, request->url);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "adkit/" AD_VERSION);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_POST, 1L);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, request->body.len ? request->body.s : "");
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, answer);
}

void ad_http_post(struct ad_net *net, const struct ad_http_request *request,
                  struct ad_http_answer *answer)
{
    CURL *c = ad_net_begin(net);
    struct curl_slist *list = headers(request->header);
    *answer = (struct ad_http_answer){0};
    if (!list) {
        answer->trouble = "out of memory";
        return;
    }
    set_request(c, request, answer);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
    CURLcode code = ad_net_perform(net);
    if (code && !answer->cut)
        answer->trouble = ad_net_trouble(net, code);
    else
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &answer->status);
    curl_off_t after = 0;
    curl_easy_getinfo(c, CURLINFO_RETRY_AFTER, &after);
    answer->after = after < LONGEST_WAIT ? (double)after : LONGEST_WAIT;
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(list);
}

/* The text, less its end where that could be the beginning of a secret. */
static struct ad_str whole(const struct ad_http_answer *a, const struct ad_secrets *secrets)
{
    size_t longest = ad_secrets_longest(secrets), off = !a->cut            ? 0
                                                        : a->len > longest ? longest
                                                                           : a->len;
    return (struct ad_str){a->body, a->len - off};
}

void ad_http_judge(const struct ad_http_answer *answer, bool taken,
                   const struct ad_secrets *secrets, struct ad_delivery *out)
{
    long status = answer->status;
    if (taken) {
        out->what = AD_DELIVERED;
        return;
    }
    struct ad_str text = answer->trouble ? ad_str_of(answer->trouble) : whole(answer, secrets);
    struct ad_buf hidden = {0}, said = {0};
    ad_buf_add(&hidden, text.s, text.len);
    ad_secrets_redact(secrets, &hidden);
    ad_text_add_said(&said, ad_buf_str(&hidden));
    bool for_good = status >= 400 && status < 500 && status != 408 && status != 429;
    out->what = for_good ? AD_DELIVER_NEVER : AD_DELIVER_LATER;
    out->after = for_good ? 0 : answer->after;
    if (answer->trouble)
        ad_err_set(&out->why, "no answer: %.*s", (int)said.len, said.len ? said.s : "");
    else
        ad_err_set(&out->why, "HTTP status %ld%s%.*s%s", status,
                   said.len            ? ": "
                   : status / 100 == 3 ? " (redirects are not followed)"
                                       : "",
                   (int)said.len, said.len ? said.s : "",
                   said.len && status / 100 == 3 ? " (redirects are not followed)" : "");
    ad_buf_free(&hidden);
    ad_buf_free(&said);
}
