#include "alert/sign.h"
#include "alert/text.h"
#include "alert/web.h"

#include <stdlib.h>

enum { KEY = 32, DEDUP = 255, SUMMARY = 1024, SHORT = 255, BODY = 512000 };

/* PagerDuty Events API v2. */
struct pagerduty {
    struct ad_web web;
    struct ad_buf key;
    struct ad_wording wording;
    struct ad_template *source, *component, *group, *class, *client_url, *link, *link_text;
};

static int open_pagerduty(struct ad_channel *ch, const struct ad_setup *su)
{
    static const struct ad_web_need need = {
        .usual = "https://events.pagerduty.com", .base = true, .secret = true};
    struct pagerduty *p = ch->own = calloc(1, sizeof *p);
    if (!p)
        return ad_err_nomem(su->err);
    if (ad_setup_secret(su, "key", &p->key))
        return -1;
    if (p->key.len != KEY)
        return ad_setup_fail(su, NULL,
                             "needs key-file or key-env: an integration key, %d characters", KEY);
    return ad_web_open(&p->web, su, &need, ch->timeout) || ad_wording_open(&p->wording, su) ||
                   ad_setup_template(su, "source", NULL, AD_AS_TEXT, &p->source) ||
                   ad_setup_template(su, "component", NULL, AD_AS_TEXT, &p->component) ||
                   ad_setup_template(su, "group", NULL, AD_AS_TEXT, &p->group) ||
                   ad_setup_template(su, "class", "{{detector}}", AD_AS_TEXT, &p->class) ||
                   ad_setup_template(su, "client-url", NULL, AD_AS_URL, &p->client_url) ||
                   ad_setup_template(su, "link", NULL, AD_AS_URL, &p->link) ||
                   ad_setup_template(su, "link-text", NULL, AD_AS_TEXT, &p->link_text)
               ? -1
               : 0;
}

static void close_pagerduty(struct ad_channel *ch)
{
    struct pagerduty *p = ch->own;
    struct ad_template *all[] = {p->source,     p->component, p->group,    p->class,
                                 p->client_url, p->link,      p->link_text};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ad_template_free(all[i]);
    ad_web_close(&p->web);
    ad_wording_close(&p->wording);
    ad_buf_free(&p->key);
    free(p);
}

static const char *action(const struct ad_message *m)
{
    bool known = ad_str_eq(m->text[AD_M_EVENT], ad_str_of("acknowledge"));
    return m->over ? "resolve" : known ? "acknowledge" : "trigger";
}

static const char *severity(const struct ad_message *m)
{
    static const char *const name[] = {"info", "info", "warning", "error", "critical"};
    return name[m->severity];
}

static bool add_pair(void *arg, struct ad_str name, struct ad_str text)
{
    struct ad_buf *out = arg;
    if (out->len)
        ad_buf_addz(out, " ");
    ad_text_add(out, name, AD_AS_LINE, SHORT);
    ad_buf_addz(out, "=");
    return ad_text_add(out, text, AD_AS_LINE, SHORT) == 0;
}

/* What is affected: the group, or what found it. */
static void put_source(struct ad_buf *b, const struct pagerduty *p, const struct ad_message *m)
{
    struct ad_buf text = {0};
    if (p->source && ad_template_render(p->source, m->doc, &text))
        b->failed = true;
    if (!text.len)
        ad_message_members(m->text[AD_M_GROUP], add_pair, &text);
    if (!text.len)
        ad_buf_addz(&text, m->text[AD_M_DETECTOR].len ? "" : "adkit");
    if (!text.len)
        ad_buf_add(&text, m->text[AD_M_DETECTOR].s, m->text[AD_M_DETECTOR].len);
    ad_put_member(b, "source", ad_buf_str(&text), SUMMARY);
    ad_buf_free(&text);
}

static void put_details(struct ad_buf *b, const struct ad_message *m, bool all)
{
    static const enum ad_member members[] = {
        AD_M_GROUP,   AD_M_SCORE,    AD_M_COUNT, AD_M_RULE,   AD_M_TAGS,      AD_M_STARTED,
        AD_M_UPDATED, AD_M_INCIDENT, AD_M_LEVEL, AD_M_RECORD, AD_M_SUPPRESSED};
    ad_put_open(b, "custom_details", '{');
    ad_put_member(b, "reason", m->text[AD_M_REASON], SUMMARY);
    if (!all)
        ad_put_z(b, "cut", "the rest was too long to be sent");
    for (size_t i = 0; all && i < sizeof members / sizeof *members; i++)
        if (m->text[members[i]].len)
            ad_put_raw(b, ad_member_name[members[i]], m->json[members[i]]);
    ad_put_close(b, '}');
}

static void put_payload(struct ad_buf *b, const struct pagerduty *p, const struct ad_message *m,
                        bool all)
{
    struct ad_buf summary = {0};
    ad_wording_title(&p->wording, m, &summary);
    if (!p->wording.title && m->text[AD_M_REASON].len) {
        ad_buf_addz(&summary, ": ");
        ad_buf_add(&summary, m->text[AD_M_REASON].s, m->text[AD_M_REASON].len);
    }
    ad_put_open(b, "payload", '{');
    ad_put_member(b, "summary", summary.len ? ad_buf_str(&summary) : ad_str_of("anomaly"), SUMMARY);
    put_source(b, p, m);
    ad_put_z(b, "severity", severity(m));
    if (m->text[AD_M_UPDATED].len)
        ad_put_member(b, "timestamp", m->text[AD_M_UPDATED], SHORT);
    ad_put_template(b, "component", p->component, m, SHORT);
    ad_put_template(b, "group", p->group, m, SHORT);
    ad_put_template(b, "class", p->class, m, SHORT);
    put_details(b, m, all);
    ad_put_close(b, '}');
    ad_buf_free(&summary);
}

static void put_links(struct ad_buf *b, const struct pagerduty *p, const struct ad_message *m)
{
    ad_put_z(b, "client", "adkit");
    ad_put_template(b, "client_url", p->client_url, m, SUMMARY);
    if (!p->link)
        return;
    ad_put_open(b, "links", '[');
    ad_put_open(b, NULL, '{');
    ad_put_template(b, "href", p->link, m, SUMMARY);
    ad_put_template(b, "text", p->link_text, m, SHORT);
    ad_put_close(b, '}');
    ad_put_close(b, ']');
}

/* To acknowledge and to resolve need no more than which one. */
static void write_event(struct ad_buf *b, const struct pagerduty *p, const struct ad_message *m,
                        bool all)
{
    struct ad_buf hash = {0};
    struct ad_str key = m->text[AD_M_DEDUP_KEY];
    if (key.len > DEDUP) {
        b->failed = ad_sign_hash(&hash, key) != 0;
        key = ad_buf_str(&hash);
    }
    ad_put_open(b, NULL, '{');
    ad_put_member(b, "routing_key", ad_buf_str(&p->key), AD_NO_LIMIT);
    ad_put_z(b, "event_action", action(m));
    ad_put_member(b, "dedup_key", key, DEDUP);
    if (strcmp(action(m), "trigger") == 0) {
        put_payload(b, p, m, all);
        put_links(b, p, m);
    }
    ad_put_close(b, '}');
    ad_buf_free(&hash);
}

static void send_one(struct ad_channel *ch, const struct ad_message *m, struct ad_delivery *out)
{
    static const char *const json[] = {"Content-Type: application/json", NULL};
    struct pagerduty *p = ch->own;
    struct ad_http_answer answer;
    struct ad_buf body = {0};
    write_event(&body, p, m, true);
    if (body.len > BODY) {
        body.len = 0;
        write_event(&body, p, m, false);
    }
    if (ad_channel_made(ch, &body, out)) {
        ad_web_post(&p->web, "/v2/enqueue", json, ad_buf_str(&body), &answer);
        ad_http_judge(&answer, answer.status == 202, &ch->secrets, out);
    }
    ad_buf_free(&body);
}

static void send_pagerduty(struct ad_channel *ch, const struct ad_message *m,
                           struct ad_delivery *out)
{
    ad_channel_send_each(ch, m, send_one, out);
}

static const char *const keys[] = {
    AD_WEB_KEYS, "url",           "url-file", "url-env",   "key-file",
    "key-env",   AD_WORDING_KEYS, "source",   "component", "group",
    "class",     "client-url",    "link",     "link-text", NULL};

const struct ad_channel_kind ad_channel_pagerduty = {
    .name = "pagerduty",
    .keys = keys,
    .timeout = 30,
    .open = open_pagerduty,
    .send = send_pagerduty,
    .close = close_pagerduty,
};
