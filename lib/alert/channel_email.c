#include "alert/channel_private.h"
#include "alert/mail.h"
#include "alert/net.h"
#include "alert/program.h"
#include "alert/smtp.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <sysexits.h>

extern char **environ;

/* Mail, by the sendmail of this machine or by SMTP. */
struct email {
    struct ad_wording wording;
    struct ad_template *html;
    char *from, *to, *sendmail, *smtp, *user;
    struct ad_buf password;
    char *sender;      /* the address in from */
    char **recipients; /* those in to; NULL ends them */
    size_t n;
    struct ad_net *net;
};

static char *copy(struct ad_str v)
{
    return v.s ? strndup(v.s, v.len) : NULL;
}

static int read_recipients(struct email *e, const struct ad_setup *su)
{
    enum { MOST = 100 };
    e->recipients = calloc(MOST + 1, sizeof *e->recipients);
    if (!e->recipients)
        return ad_err_nomem(su->err);
    for (char *p = e->to; p; p = *p ? p + 1 : NULL) {
        size_t len = strcspn(p, ",");
        struct ad_str address = ad_mail_address((struct ad_str){p, len});
        if (!address.s || e->n == MOST)
            return ad_setup_fail(su, "to", "not up to %d addresses with commas between them", MOST);
        e->recipients[e->n] = copy(address);
        if (!e->recipients[e->n++])
            return ad_err_nomem(su->err);
        p += len;
    }
    return 0;
}

static int read_addresses(struct email *e, const struct ad_setup *su)
{
    if (ad_setup_text(su, "from", NULL, &e->from) || ad_setup_text(su, "to", NULL, &e->to))
        return -1;
    if (!e->from || !e->to)
        return ad_setup_fail(su, NULL, "needs from and to");
    struct ad_str sender = ad_mail_address(ad_str_of(e->from));
    if (!sender.s)
        return ad_setup_fail(su, "from", "not an address: user@host, or Name <user@host>");
    e->sender = copy(sender);
    return e->sender ? read_recipients(e, su) : ad_err_nomem(su->err);
}

static bool begins(const char *v, const char *with)
{
    return strncmp(v, with, strlen(with)) == 0;
}

static int read_smtp(struct email *e, const struct ad_setup *su, double timeout)
{
    struct ad_net_cfg cfg = {.connect = timeout < 10 ? timeout : 10, .total = timeout};
    char *ca_file;
    if (!begins(e->smtp, "smtp://") && !begins(e->smtp, "smtps://"))
        return ad_setup_fail(su, "smtp", "is smtps://HOST:465, or smtp://HOST:587 with STARTTLS");
    if (strchr(e->smtp, '@'))
        return ad_setup_fail(su, "smtp", "who logs in is for user, key-file and key-env to say");
    if (ad_setup_text(su, "user", NULL, &e->user) || ad_setup_secret(su, "key", &e->password) ||
        ad_setup_seconds(su, "connect-timeout", 0.01, timeout, &cfg.connect) ||
        ad_setup_path(su, "ca-file", &ca_file))
        return -1;
    if (!e->user != !e->password.len) {
        free(ca_file);
        return ad_setup_fail(su, NULL, "user and key-file (or key-env) go together");
    }
    cfg.ca_file = ca_file;
    e->net = ad_net_new(&cfg, su->err);
    free(ca_file);
    return e->net ? 0 : -1;
}

static int open_email(struct ad_channel *ch, const struct ad_setup *su)
{
    struct email *e = ch->own = calloc(1, sizeof *e);
    if (!e)
        return ad_err_nomem(su->err);
    if (read_addresses(e, su) || ad_wording_open(&e->wording, su) ||
        ad_setup_template_file(su, "html-file", AD_AS_HTML, &e->html) ||
        ad_setup_text(su, "smtp", NULL, &e->smtp) ||
        ad_setup_text(su, "sendmail", e->smtp ? NULL : "/usr/sbin/sendmail", &e->sendmail))
        return -1;
    if (e->smtp && e->sendmail)
        return ad_setup_fail(su, "sendmail", "there is smtp too, but only one can be it");
    return e->smtp ? read_smtp(e, su, ch->timeout) : 0;
}

static void close_email(struct ad_channel *ch)
{
    struct email *e = ch->own;
    char *all[] = {e->from, e->to, e->sendmail, e->smtp, e->user, e->sender};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    for (size_t i = 0; i < e->n; i++)
        free(e->recipients[i]);
    free(e->recipients);
    ad_wording_close(&e->wording);
    ad_template_free(e->html);
    ad_buf_free(&e->password);
    ad_net_free(e->net);
    free(e);
}

static bool add_row(void *arg, struct ad_str label, struct ad_str text)
{
    struct ad_buf *out = arg;
    ad_buf_addz(out, "<tr><th align=\"left\">");
    ad_text_add(out, label, AD_AS_HTML, 300);
    ad_buf_addz(out, "</th><td>");
    ad_text_add(out, text, AD_AS_HTML, 3000);
    return ad_buf_addz(out, "</td></tr>\n") == 0;
}

/* The page: the template's, or the text as it is, or a table. */
static void write_html(struct ad_buf *out, const struct email *e, const struct ad_message *m,
                       struct ad_str title, struct ad_str text)
{
    if (e->html) {
        if (ad_template_render(e->html, m->doc, out))
            out->failed = true;
        return;
    }
    ad_buf_addz(out, "<!DOCTYPE html>\n<html><body>\n");
    if (e->wording.text) {
        ad_buf_addz(out, "<pre>");
        ad_text_add(out, text, AD_AS_HTML, AD_NO_LIMIT);
        ad_buf_addz(out, "</pre>\n");
    } else {
        ad_buf_addz(out, "<h3>");
        ad_text_add(out, title, AD_AS_HTML, 3000);
        ad_buf_addz(out, "</h3>\n<p>");
        ad_text_add(out, m->text[AD_M_REASON], AD_AS_HTML, 3000);
        ad_buf_addz(out, "</p>\n<table>\n");
        ad_message_facts(m, add_row, out);
        ad_buf_addz(out, "</table>\n");
    }
    ad_buf_addz(out, "</body></html>\n");
}

static void write_mail(struct ad_buf *out, const struct email *e, const struct ad_message *m)
{
    struct ad_buf title = {0}, text = {0}, html = {0};
    ad_wording_title(&e->wording, m, &title);
    ad_wording_text(&e->wording, m, &text);
    ad_buf_addz(&text, "\n");
    write_html(&html, e, m, ad_buf_str(&title), ad_buf_str(&text));
    struct ad_mail mail = {.from = e->from,
                           .to = e->to,
                           .subject = title.len ? ad_buf_str(&title) : ad_str_of("anomaly"),
                           .id = m->text[AD_M_NOTICE],
                           .thread = m->text[AD_M_INCIDENT],
                           .date = time(NULL),
                           .text = ad_buf_str(&text),
                           .html = ad_buf_str(&html),
                           .eol = e->smtp ? "\r\n" : "\n"};
    ad_mail_write(out, &mail);
    out->failed = out->failed || title.failed || text.failed || html.failed;
    ad_buf_free(&title);
    ad_buf_free(&text);
    ad_buf_free(&html);
}

static void by_smtp(struct ad_channel *ch, struct ad_str mail, struct ad_delivery *out)
{
    const struct email *e = ch->own;
    struct ad_smtp_request request = {.url = e->smtp,
                                      .user = e->user,
                                      .password = e->password.s,
                                      .from = e->sender,
                                      .to = (const char *const *)e->recipients,
                                      .mail = mail};
    bool for_good;
    const char *why = ad_smtp_send(e->net, &request, &for_good);
    if (why)
        ad_channel_refuse(ch, out, for_good ? AD_DELIVER_NEVER : AD_DELIVER_LATER, "SMTP: %s", why);
}

/* Statuses that say that the mail itself will not do; anything else may be mended. */
static bool is_refusal(int status)
{
    return status == EX_USAGE || status == EX_DATAERR || status == EX_NOUSER ||
           status == EX_NOHOST || status == EX_NOPERM;
}

static void by_sendmail(struct ad_channel *ch, struct ad_str mail, struct ad_delivery *out)
{
    const struct email *e = ch->own;
    char t[] = "-t", oi[] = "-oi", *argv[] = {e->sendmail, t, oi, NULL};
    struct ad_program program = {argv, environ, mail, ch->timeout};
    struct ad_program_end end;
    ad_program_run(&program, &end);
    ad_channel_ended(ch, e->sendmail, &end, is_refusal, out);
}

static void send_email(struct ad_channel *ch, const struct ad_message *m, struct ad_delivery *out)
{
    const struct email *e = ch->own;
    struct ad_buf mail = {0};
    write_mail(&mail, e, m);
    if (ad_channel_made(ch, &mail, out)) {
        if (e->smtp)
            by_smtp(ch, ad_buf_str(&mail), out);
        else
            by_sendmail(ch, ad_buf_str(&mail), out);
    }
    ad_buf_free(&mail);
}

static const char *const keys[] = {
    AD_CHANNEL_KEYS, "connect-timeout", "ca-file", "from",          "to",        "sendmail", "smtp",
    "user",          "key-file",        "key-env", AD_WORDING_KEYS, "html-file", NULL};

const struct ad_channel_kind ad_channel_email = {
    .name = "email",
    .keys = keys,
    .timeout = 30,
    .open = open_email,
    .send = send_email,
    .close = close_email,
};
