#include "alert/sign.h"
#include "alert/text.h"
#include "alert/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Any URL, the body of one's own, signed as Standard Webhooks 1.0 says. */
struct webhook {
    struct ad_web web;
    struct ad_template *body; /* NULL: the notice itself */
    struct ad_buf type;       /* the header */
    struct ad_buf key;        /* empty: unsigned */
};

/* What must be done to a field so that it stays data in a body of this type. */
static enum ad_as escape_for(struct ad_str type)
{
    static const struct {
        const char *pattern;
        enum ad_as as;
    } known[] = {{"*json*", AD_AS_JSON},
                 {"*html*", AD_AS_HTML},
                 {"*xml*", AD_AS_HTML},
                 {"*x-www-form-urlencoded*", AD_AS_URL}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (ad_str_glob(type, ad_str_of(known[i].pattern)))
            return known[i].as;
    return AD_AS_TEXT;
}

static int read_key(struct webhook *w, const struct ad_setup *su)
{
    struct ad_buf secret = {0};
    struct ad_err err = {0};
    int rc = ad_setup_secret(su, "key", &secret);
    if (rc == 0 && secret.len && ad_sign_key(ad_buf_str(&secret), &w->key, &err))
        rc = ad_setup_fail(su, ad_setup_get(su, "key-env").s ? "key-env" : "key-file", "%s",
                           err.text);
    size_t prefix = strlen("whsec_");
    if (rc == 0 && secret.len > prefix &&
        ad_secrets_hide(su->secrets, (struct ad_str){secret.s + prefix, secret.len - prefix}))
        rc = ad_err_nomem(su->err);
    ad_err_free(&err);
    ad_buf_free(&secret);
    return rc;
}

static int read_type(struct webhook *w, const struct ad_setup *su)
{
    char *type;
    if (ad_setup_text(su, "content-type", "application/json", &type))
        return -1;
    for (const char *p = type; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f) {
            free(type);
            return ad_setup_fail(su, "content-type", "there is a control character in it");
        }
    ad_buf_addz(&w->type, "Content-Type: ");
    ad_buf_add(&w->type, type, strlen(type) + 1);
    int rc = w->type.failed ? ad_err_nomem(su->err)
                            : ad_setup_template_file(su, "template-file",
                                                     escape_for(ad_str_of(type)), &w->body);
    free(type);
    return rc;
}

static int open_webhook(struct ad_channel *ch, const struct ad_setup *su)
{
    struct ad_web_need need = {0};
    struct webhook *w = ch->own = calloc(1, sizeof *w);
    if (!w)
        return ad_err_nomem(su->err);
    need.secret = ad_setup_get(su, "header-file").s || ad_setup_get(su, "header-env").s;
    return ad_web_open(&w->web, su, &need, ch->timeout) || ad_web_headers(&w->web, su) ||
                   read_key(w, su) || read_type(w, su)
               ? -1
               : 0;
}

static void close_webhook(struct ad_channel *ch)
{
    struct webhook *w = ch->own;
    ad_web_close(&w->web);
    ad_template_free(w->body);
    ad_buf_free(&w->type);
    ad_buf_free(&w->key);
    free(w);
}

/* The three headers, one after the other with NULs between them. */
static void sign(const struct webhook *w, struct ad_buf *b, const char *header[3], struct ad_str id,
                 struct ad_str body)
{
    size_t at[3];
    char stamp[64];
    long long now = (long long)time(NULL);
    snprintf(stamp, sizeof stamp, "webhook-timestamp: %lld", now);
    at[0] = b->len;
    ad_buf_addz(b, "webhook-id: ");
    ad_buf_add(b, id.s, id.len);
    ad_buf_add(b, "", 1);
    at[1] = b->len;
    ad_buf_add(b, stamp, strlen(stamp) + 1);
    at[2] = b->len;
    ad_buf_addz(b, "webhook-signature: ");
    ad_sign_webhook(b, ad_buf_str(&w->key), id, now, body);
    ad_buf_add(b, "", 1);
    for (int i = 0; i < 3 && !b->failed; i++)
        header[i] = b->s + at[i];
}

/* The id goes into a header: of what a notice is called by, what may stand there. */
static void clean_id(struct ad_buf *out, struct ad_str v)
{
    for (size_t i = 0; i < v.len && i < 128; i++)
        if (v.s[i] > ' ' && v.s[i] < 0x7f && v.s[i] != '.')
            ad_buf_add(out, v.s + i, 1);
}

static void send_webhook(struct ad_channel *ch, const struct ad_message *m, struct ad_delivery *out)
{
    struct webhook *w = ch->own;
    struct ad_http_answer answer;
    struct ad_buf body = {0}, id = {0}, lines = {0};
    const char *header[5] = {w->type.s};
    if (w->body && ad_template_render(w->body, m->doc, &body))
        body.failed = true;
    if (!w->body)
        ad_buf_add(&body, m->doc.s, m->doc.len);
    clean_id(&id, m->text[AD_M_NOTICE]);
    if (w->key.len)
        sign(w, &lines, header + 1, ad_buf_str(&id), ad_buf_str(&body));
    if (ad_channel_made(ch, &body, out) && ad_channel_made(ch, &id, out) &&
        ad_channel_made(ch, &lines, out)) {
        ad_web_post(&w->web, "", header, ad_buf_str(&body), &answer);
        ad_http_judge(&answer, answer.status / 100 == 2, &ch->secrets, out);
    }
    ad_buf_free(&body);
    ad_buf_free(&id);
    ad_buf_free(&lines);
}

static const char *const keys[] = {
    AD_WEB_KEYS, AD_WEB_HEADER_KEYS, "url",          "url-file",      "url-env",
    "key-file",  "key-env",          "content-type", "template-file", NULL};

const struct ad_channel_kind ad_channel_webhook = {
    .name = "webhook",
    .keys = keys,
    .timeout = 30,
    .open = open_webhook,
    .send = send_webhook,
    .close = close_webhook,
};
