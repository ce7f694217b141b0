#include "alert/channel.h"

#include "alert/channel_private.h"
#include "alert/program.h"
#include "alert/setup.h"
#include "base/names.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

static const struct ad_channel_kind *const kinds[] = {
    &ad_channel_pagerduty, &ad_channel_slack,   &ad_channel_teams, &ad_channel_alertmanager,
    &ad_channel_opsgenie,  &ad_channel_webhook, &ad_channel_email, &ad_channel_exec,
    &ad_channel_syslog,    &ad_channel_file};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* The kind that `type` names; without one, that which the channel is called by. */
static const struct ad_channel_kind *find_kind(const struct ad_setup *su)
{
    struct ad_str type = ad_setup_get(su, "type"), name[KINDS];
    const char *key = type.s ? "type" : NULL;
    if (!type.s)
        type = su->section->name;
    for (size_t i = 0; i < KINDS; i++) {
        name[i] = ad_str_of(kinds[i]->name);
        if (ad_str_eq(type, name[i]))
            return kinds[i];
    }
    struct ad_buf list = {0};
    ad_names_list(&(struct ad_names){name, KINDS}, &list);
    ad_setup_fail(su, key, "%s %.*s", key ? "is one of" : "needs type:", (int)list.len,
                  list.len ? list.s : "");
    ad_buf_free(&list);
    return NULL;
}

/* Where SIGCHLD is ignored nobody learns how a program has ended. */
static void mind_children(void)
{
    struct sigaction sa;
    if (sigaction(SIGCHLD, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN) {
        sa.sa_handler = SIG_DFL;
        sigaction(SIGCHLD, &sa, NULL);
    }
}

static int open_channel(struct ad_channel *ch, const struct ad_setup *su)
{
    enum { MOST = 600 };
    ch->kind = find_kind(su);
    if (!ch->kind || ad_section_check(su->config, su->section, ch->kind->keys, su->err))
        return -1;
    ch->timeout = ch->kind->timeout;
    if (ad_setup_seconds(su, "timeout", 0.01, MOST, &ch->timeout) || ch->kind->open(ch, su))
        return -1;
    if (ch->warning.len && ad_buf_add(&ch->warning, "", 1))
        return ad_err_nomem(su->err);
    return 0;
}

struct ad_channel *ad_channel_new(const struct ad_config *c, const struct ad_section *s,
                                  struct ad_err *err)
{
    struct ad_channel *ch = calloc(1, sizeof *ch);
    if (!ch) {
        ad_err_nomem(err);
        return NULL;
    }
    struct ad_setup su = {c, s, err, &ch->secrets, &ch->warning};
    mind_children();
    if (open_channel(ch, &su)) {
        ad_channel_free(ch);
        return NULL;
    }
    return ch;
}

void ad_channel_free(struct ad_channel *ch)
{
    if (!ch)
        return;
    if (ch->own)
        ch->kind->close(ch);
    ad_secrets_free(&ch->secrets);
    ad_buf_free(&ch->warning);
    ad_buf_free(&ch->notice);
    ad_err_free(&ch->refusal);
    free(ch);
}

const char *ad_channel_warning(const struct ad_channel *ch)
{
    return ch->warning.len ? ch->warning.s : NULL;
}

double ad_channel_refresh(const struct ad_channel *ch)
{
    return ch->refresh;
}

double ad_channel_timeout(const struct ad_channel *ch)
{
    enum { FAREWELL = 2 }; /* from SIGTERM to SIGKILL, say */
    return ch->timeout + FAREWELL;
}

void ad_channel_refuse(const struct ad_channel *ch, struct ad_delivery *out, enum ad_delivered what,
                       const char *fmt, ...)
{
    struct ad_buf text = {0};
    va_list ap;
    va_start(ap, fmt);
    ad_err_vset(&out->why, fmt, ap);
    va_end(ap);
    out->what = what;
    ad_buf_addz(&text, out->why.text);
    ad_secrets_redact(&ch->secrets, &text);
    ad_err_set(&out->why, "%.*s", (int)text.len, text.len ? text.s : "");
    ad_buf_free(&text);
}

void ad_channel_ended(const struct ad_channel *ch, const char *program,
                      const struct ad_program_end *end, bool (*is_refusal)(int status),
                      struct ad_delivery *out)
{
    bool exited = WIFEXITED(end->status);
    int status = exited ? WEXITSTATUS(end->status) : WTERMSIG(end->status);
    if (!end->error && !end->timed_out && exited && status == 0)
        return;
    struct ad_buf hidden = {0}, said = {0};
    ad_buf_add(&hidden, end->said, end->len);
    ad_secrets_redact(&ch->secrets, &hidden);
    ad_text_add_said(&said, ad_buf_str(&hidden));
    ad_buf_add(&said, "", 1);
    const char *what = said.failed ? "" : said.s, *colon = said.len > 1 ? ": " : "";
    if (end->error)
        ad_channel_refuse(ch, out, AD_DELIVER_LATER, "%s: %s", program, strerror(end->error));
    else if (end->timed_out)
        ad_channel_refuse(ch, out, AD_DELIVER_LATER, "%s: not done in time, killed%s%s", program,
                          colon, what);
    else
        ad_channel_refuse(
            ch, out, exited && is_refusal(status) ? AD_DELIVER_NEVER : AD_DELIVER_LATER,
            "%s: %s %d%s%s", program, exited ? "status" : "killed by signal", status, colon, what);
    ad_buf_free(&hidden);
    ad_buf_free(&said);
}

bool ad_channel_made(const struct ad_channel *ch, const struct ad_buf *b, struct ad_delivery *out)
{
    if (b->failed)
        ad_channel_refuse(ch, out, AD_DELIVER_LATER, "out of memory");
    return !b->failed;
}

void ad_channel_send(struct ad_channel *ch, struct ad_str notice, struct ad_delivery *out)
{
    struct ad_message m = {0};
    struct ad_err err = {0};
    *out = (struct ad_delivery){.what = AD_DELIVERED};
    int rc = ad_message_read(&m, notice, &err);
    if (rc)
        ad_channel_refuse(ch, out, rc == AD_MESSAGE_NOMEM ? AD_DELIVER_LATER : AD_DELIVER_NEVER,
                          "%s", err.text);
    else
        ch->kind->send(ch, &m, out);
    ad_err_free(&err);
    ad_message_free(&m);
}
