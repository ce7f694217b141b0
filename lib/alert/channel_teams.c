#include "alert/text.h"
#include "alert/web.h"

#include <stdlib.h>

enum { BODY = 20000, TEXT = 8000, LEAST = 64, FACT = 300, FACTS = 30 };

/* Microsoft Teams, by a workflow that takes webhook requests and posts cards. */
struct teams {
    struct ad_web web;
    struct ad_wording wording;
};

static int open_teams(struct ad_channel *ch, const struct ad_setup *su)
{
    static const struct ad_web_need need = {.secret_url = true};
    struct teams *t = ch->own = calloc(1, sizeof *t);
    if (!t)
        return ad_err_nomem(su->err);
    return ad_web_open(&t->web, su, &need, ch->timeout) || ad_wording_open(&t->wording, su) ? -1
                                                                                            : 0;
}

static void close_teams(struct ad_channel *ch)
{
    struct teams *t = ch->own;
    ad_web_close(&t->web);
    ad_wording_close(&t->wording);
    free(t);
}

/* In a run of text, unlike in a TextBlock or a fact, nothing is Markdown. */
static void put_run(struct ad_buf *b, struct ad_str text, size_t most, const char *weight,
                    const char *more)
{
    ad_put_open(b, NULL, '{');
    ad_put_z(b, "type", "TextRun");
    ad_put_member(b, "text", text, most);
    if (weight)
        ad_put_z(b, "weight", weight);
    if (more) {
        ad_put_z(b, "size", "large");
        ad_put_z(b, "color", more);
    }
    ad_put_close(b, '}');
}

static void open_block(struct ad_buf *b, const char *spacing)
{
    ad_put_open(b, NULL, '{');
    ad_put_z(b, "type", "RichTextBlock");
    if (spacing)
        ad_put_z(b, "spacing", spacing);
    ad_put_open(b, "inlines", '[');
}

static void close_block(struct ad_buf *b)
{
    ad_put_close(b, ']');
    ad_put_close(b, '}');
}

struct facts {
    struct ad_buf *b;
    size_t most, n;
};

static bool put_fact(void *arg, struct ad_str label, struct ad_str text)
{
    struct facts *f = arg;
    struct ad_buf line = {0};
    ad_text_add(&line, label, AD_AS_LINE, LEAST);
    ad_buf_addz(&line, ": ");
    open_block(f->b, f->n ? "none" : "medium");
    put_run(f->b, ad_buf_str(&line), AD_NO_LIMIT, "bolder", NULL);
    line.len = 0;
    ad_text_add(&line, text, AD_AS_LINE, f->most);
    put_run(f->b, ad_buf_str(&line), AD_NO_LIMIT, NULL, NULL);
    close_block(f->b);
    ad_buf_free(&line);
    return ++f->n < FACTS;
}

static const char *colour(const struct ad_message *m)
{
    return m->over ? "good" : m->severity >= AD_HIGH ? "attention" : "warning";
}

/* No text longer than `most`. */
static void write_card(struct ad_buf *b, const struct teams *t, const struct ad_message *m,
                       size_t most)
{
    struct ad_buf title = {0}, text = {0}, line = {0};
    ad_wording_title(&t->wording, m, &title);
    ad_text_add(&line, title.len ? ad_buf_str(&title) : ad_str_of("anomaly"), AD_AS_LINE, most);
    open_block(b, NULL);
    put_run(b, ad_buf_str(&line), AD_NO_LIMIT, "bolder", colour(m));
    close_block(b);
    if (t->wording.text)
        ad_wording_text(&t->wording, m, &text);
    else
        ad_buf_add(&text, m->text[AD_M_REASON].s, m->text[AD_M_REASON].len);
    if (text.len) {
        open_block(b, NULL);
        put_run(b, ad_buf_str(&text), most, NULL, NULL);
        close_block(b);
    }
    if (!t->wording.text)
        ad_message_facts(m, put_fact, &(struct facts){b, most < FACT ? most : FACT, 0});
    b->failed = b->failed || title.failed || line.failed || text.failed;
    ad_buf_free(&title);
    ad_buf_free(&line);
    ad_buf_free(&text);
}

static void write_body(struct ad_buf *b, const struct teams *t, const struct ad_message *m,
                       size_t most)
{
    ad_put_open(b, NULL, '{');
    ad_put_z(b, "type", "message");
    ad_put_open(b, "attachments", '[');
    ad_put_open(b, NULL, '{');
    ad_put_z(b, "contentType", "application/vnd.microsoft.card.adaptive");
    ad_put_open(b, "content", '{');
    ad_put_z(b, "$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
    ad_put_z(b, "type", "AdaptiveCard");
    ad_put_z(b, "version", "1.2");
    ad_put_open(b, "body", '[');
    write_card(b, t, m, most);
    ad_buf_addz(b, "]}}]}");
}

static void send_teams(struct ad_channel *ch, const struct ad_message *m, struct ad_delivery *out)
{
    static const char *const json[] = {"Content-Type: application/json", NULL};
    struct teams *t = ch->own;
    struct ad_http_answer answer;
    struct ad_buf body = {0};
    size_t most = TEXT;
    write_body(&body, t, m, most);
    /* How long a text becomes in JSON depends on what is in it. */
    while (body.len > BODY && most > LEAST) {
        body.len = 0;
        write_body(&body, t, m, most /= 2);
    }
    if (ad_channel_made(ch, &body, out)) {
        ad_web_post(&t->web, "", json, ad_buf_str(&body), &answer);
        ad_http_judge(&answer, answer.status / 100 == 2, &ch->secrets, out);
    }
    ad_buf_free(&body);
}

static const char *const keys[] = {AD_WEB_KEYS, "url",           "url-file",
                                   "url-env",   AD_WORDING_KEYS, NULL};

const struct ad_channel_kind ad_channel_teams = {
    .name = "teams",
    .keys = keys,
    .timeout = 30,
    .open = open_teams,
    .send = send_teams,
    .close = close_teams,
};
