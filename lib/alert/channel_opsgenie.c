#include "alert/sign.h"
#include "alert/text.h"
#include "alert/web.h"

#include <stdlib.h>

enum { MESSAGE = 130, DESCRIPTION = 15000, ENTITY = 512, TAG = 50, TAGS = 20, DETAIL = 500 };

/* Opsgenie's Alert API v2. */
struct opsgenie {
    struct ad_web web;
    struct ad_buf key; /* the header with it */
    struct ad_wording wording;
    char *team;
};

static int read_key(struct opsgenie *o, const struct ad_setup *su)
{
    struct ad_buf key = {0};
    if (ad_setup_secret(su, "key", &key)) {
        ad_buf_free(&key);
        return -1;
    }
    if (!key.len)
        return ad_setup_fail(su, NULL, "needs key-file or key-env: the key of an API integration");
    ad_buf_addz(&o->key, "Authorization: GenieKey ");
    ad_buf_add(&o->key, key.s, key.len + 1);
    ad_buf_free(&key);
    return o->key.failed ? ad_err_nomem(su->err) : 0;
}

static int open_opsgenie(struct ad_channel *ch, const struct ad_setup *su)
{
    static const struct ad_web_need need = {
        .usual = "https://api.opsgenie.com", .base = true, .secret = true};
    struct opsgenie *o = ch->own = calloc(1, sizeof *o);
    if (!o)
        return ad_err_nomem(su->err);
    return read_key(o, su) || ad_web_open(&o->web, su, &need, ch->timeout) ||
                   ad_wording_open(&o->wording, su) || ad_setup_text(su, "team", NULL, &o->team)
               ? -1
               : 0;
}

static void close_opsgenie(struct ad_channel *ch)
{
    struct opsgenie *o = ch->own;
    ad_web_close(&o->web);
    ad_wording_close(&o->wording);
    ad_buf_free(&o->key);
    free(o->team);
    free(o);
}

static const char *priority(const struct ad_message *m)
{
    static const char *const name[] = {"P5", "P4", "P3", "P2", "P1"};
    return name[m->severity];
}

/* All details together may have 8000 characters. */
static bool put_detail(void *arg, struct ad_str label, struct ad_str text)
{
    struct ad_buf *b = arg;
    enum { ALL = 8000 };
    bool listed = ad_str_eq(label, ad_str_of("also")); /* the description has them all */
    if (!listed && b->len + label.len + DETAIL < ALL)
        ad_put_text(b, label, text, DETAIL);
    return !b->failed;
}

static void put_tags(struct ad_buf *b, const struct ad_message *m)
{
    struct ad_str json;
    ad_put_open(b, "tags", '[');
    size_t at = 0;
    for (int i = 0; i < TAGS && ad_message_element(m->text[AD_M_TAGS], &at, &json); i++) {
        struct ad_buf tag = {0};
        if (ad_message_value(json, &tag))
            b->failed = true;
        ad_put_member(b, NULL, ad_buf_str(&tag), TAG);
        ad_buf_free(&tag);
    }
    ad_put_close(b, ']');
}

static void put_words(struct ad_buf *b, const struct opsgenie *o, const struct ad_message *m)
{
    struct ad_buf title = {0}, text = {0};
    ad_wording_title(&o->wording, m, &title);
    ad_wording_text(&o->wording, m, &text);
    b->failed = b->failed || title.failed || text.failed;
    ad_put_member(b, "message", title.len ? ad_buf_str(&title) : ad_str_of("anomaly"), MESSAGE);
    ad_put_member(b, "description", ad_buf_str(&text), DESCRIPTION);
    ad_buf_free(&title);
    ad_buf_free(&text);
}

static void write_alert(struct ad_buf *b, const struct opsgenie *o, const struct ad_message *m,
                        struct ad_str alias)
{
    struct ad_buf details = {0};
    ad_put_open(b, NULL, '{');
    put_words(b, o, m);
    ad_put_member(b, "alias", alias, AD_NO_LIMIT);
    ad_put_z(b, "priority", priority(m));
    ad_put_z(b, "source", "adkit");
    ad_put_member(b, "entity", m->text[AD_M_DEDUP_KEY], ENTITY);
    put_tags(b, m);
    ad_message_facts(m, put_detail, &details);
    b->failed = b->failed || details.failed;
    ad_put_open(b, "details", '{');
    ad_buf_add(b, details.s, details.len);
    ad_put_close(b, '}');
    ad_buf_free(&details);
    if (o->team) {
        ad_put_open(b, "responders", '[');
        ad_put_open(b, NULL, '{');
        ad_put_z(b, "name", o->team);
        ad_put_z(b, "type", "team");
        ad_buf_addz(b, "}]");
    }
    ad_put_close(b, '}');
}

/* Where to, and what: an alert, or word that one is over or seen to. */
static void write_request(struct ad_buf *path, struct ad_buf *b, const struct opsgenie *o,
                          const struct ad_message *m)
{
    bool known = ad_str_eq(m->text[AD_M_EVENT], ad_str_of("acknowledge"));
    struct ad_buf alias = {0};
    if (ad_sign_hash(&alias, m->text[AD_M_DEDUP_KEY]))
        b->failed = true;
    ad_buf_addz(path, "/v2/alerts");
    if (m->over || known) {
        ad_buf_addz(path, "/");
        ad_buf_add(path, alias.s, alias.len);
        ad_buf_addz(path, m->over ? "/close" : "/acknowledge");
        ad_buf_addz(path, "?identifierType=alias");
        ad_put_open(b, NULL, '{');
        ad_put_z(b, "source", "adkit");
        ad_put_close(b, '}');
    } else {
        write_alert(b, o, m, ad_buf_str(&alias));
    }
    ad_buf_add(path, "", 1);
    b->failed = b->failed || path->failed;
    ad_buf_free(&alias);
}

static void send_one(struct ad_channel *ch, const struct ad_message *m, struct ad_delivery *out)
{
    struct opsgenie *o = ch->own;
    struct ad_http_answer answer;
    struct ad_buf path = {0}, body = {0};
    write_request(&path, &body, o, m);
    if (ad_channel_made(ch, &body, out)) {
        const char *const header[] = {"Content-Type: application/json", o->key.s, NULL};
        ad_web_post(&o->web, path.s, header, ad_buf_str(&body), &answer);
        ad_http_judge(&answer, answer.status == 202, &ch->secrets, out);
    }
    ad_buf_free(&path);
    ad_buf_free(&body);
}

static void send_opsgenie(struct ad_channel *ch, const struct ad_message *m,
                          struct ad_delivery *out)
{
    ad_channel_send_each(ch, m, send_one, out);
}

static const char *const keys[] = {AD_WEB_KEYS, "url",           "url-file", "url-env", "key-file",
                                   "key-env",   AD_WORDING_KEYS, "team",     NULL};

const struct ad_channel_kind ad_channel_opsgenie = {
    .name = "opsgenie",
    .keys = keys,
    .timeout = 30,
    .open = open_opsgenie,
    .send = send_opsgenie,
    .close = close_opsgenie,
};
