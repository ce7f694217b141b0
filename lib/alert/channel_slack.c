#include "alert/text.h"
#include "alert/web.h"

#include <stdlib.h>

enum { TEXT = 4000, HEADER = 150, SECTION = 3000 };

/* Slack, by an incoming webhook. */
struct slack {
    struct ad_web web;
    struct ad_wording wording;
};

static int open_slack(struct ad_channel *ch, const struct ad_setup *su)
{
    static const struct ad_web_need need = {.secret_url = true};
    struct slack *s = ch->own = calloc(1, sizeof *s);
    if (!s)
        return ad_err_nomem(su->err);
    return ad_web_open(&s->web, su, &need, ch->timeout) || ad_wording_open(&s->wording, su) ? -1
                                                                                            : 0;
}

static void close_slack(struct ad_channel *ch)
{
    struct slack *s = ch->own;
    ad_web_close(&s->web);
    ad_wording_close(&s->wording);
    free(s);
}

/* A text that may be `most` bytes long as it is sent. */
static void put_escaped(struct ad_buf *b, const char *key, struct ad_str v, size_t most)
{
    struct ad_buf text = {0};
    if (ad_text_add(&text, v, AD_AS_SLACK, most))
        b->failed = true;
    ad_put_member(b, key, ad_buf_str(&text), AD_NO_LIMIT);
    ad_buf_free(&text);
}

/* As plain text: neither *bold*, :smile: nor an address in it means anything. */
static void put_block(struct ad_buf *b, const char *type, struct ad_str v, size_t most)
{
    ad_put_open(b, NULL, '{');
    ad_put_z(b, "type", type);
    ad_put_open(b, "text", '{');
    ad_put_z(b, "type", "plain_text");
    put_escaped(b, "text", v, most);
    ad_put_raw(b, "emoji", ad_str_of("false"));
    ad_put_close(b, '}');
    ad_put_close(b, '}');
}

static void write_body(struct ad_buf *b, const struct slack *s, const struct ad_message *m)
{
    struct ad_buf title = {0}, line = {0}, text = {0};
    ad_wording_title(&s->wording, m, &title);
    ad_wording_text(&s->wording, m, &text);
    ad_text_add(&line, title.len ? ad_buf_str(&title) : ad_str_of("anomaly"), AD_AS_LINE, TEXT);
    b->failed = title.failed || text.failed || line.failed;
    ad_put_open(b, NULL, '{');
    put_escaped(b, "text", ad_buf_str(&line), TEXT);
    ad_put_raw(b, "mrkdwn", ad_str_of("false"));
    ad_put_raw(b, "unfurl_links", ad_str_of("false"));
    ad_put_raw(b, "unfurl_media", ad_str_of("false"));
    ad_put_open(b, "blocks", '[');
    put_block(b, "header", ad_buf_str(&line), HEADER);
    if (text.len)
        put_block(b, "section", ad_buf_str(&text), SECTION);
    ad_put_close(b, ']');
    ad_put_close(b, '}');
    ad_buf_free(&title);
    ad_buf_free(&line);
    ad_buf_free(&text);
}

static void send_slack(struct ad_channel *ch, const struct ad_message *m, struct ad_delivery *out)
{
    static const char *const json[] = {"Content-Type: application/json; charset=utf-8", NULL};
    struct slack *s = ch->own;
    struct ad_http_answer answer;
    struct ad_buf body = {0};
    write_body(&body, s, m);
    if (ad_channel_made(ch, &body, out)) {
        ad_web_post(&s->web, "", json, ad_buf_str(&body), &answer);
        bool ok = answer.status == 200 && answer.len == 2 && memcmp(answer.body, "ok", 2) == 0;
        ad_http_judge(&answer, ok, &ch->secrets, out);
    }
    ad_buf_free(&body);
}

static const char *const keys[] = {AD_WEB_KEYS, "url",           "url-file",
                                   "url-env",   AD_WORDING_KEYS, NULL};

const struct ad_channel_kind ad_channel_slack = {
    .name = "slack",
    .keys = keys,
    .timeout = 30,
    .open = open_slack,
    .send = send_slack,
    .close = close_slack,
};
