/* How notices leave: standard output, and the channels of the configuration. */
#include "alert/engine_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum { SEND_TIMEOUT = 30 };

static void send_line(void *arg, struct ad_str doc, struct ad_delivery *out)
{
    (void)arg;
    char *line = malloc(doc.len + 1);
    out->what = AD_DELIVER_LATER;
    if (!line) {
        ad_err_nomem(&out->why);
        return;
    }
    memcpy(line, doc.s, doc.len);
    line[doc.len] = '\n';
    size_t done = 0;
    while (done <= doc.len) {
        ssize_t n = write(STDOUT_FILENO, line + done, doc.len + 1 - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        done += (size_t)n;
    }
    if (done > doc.len)
        out->what = AD_DELIVERED;
    else
        ad_err_set(&out->why, "standard output: %s", strerror(errno));
    free(line);
}

static void send_by_channel(void *arg, struct ad_str doc, struct ad_delivery *out)
{
    ad_channel_send(arg, doc, out);
}

int ad_engine_open_channels(struct ad_engine *e, struct ad_err *err)
{
    e->channel = calloc(e->config.n + 1, sizeof(struct ad_channel *));
    e->way = calloc(e->config.n + 1, sizeof *e->way);
    if (!e->channel || !e->way)
        return ad_err_nomem(err);
    e->way[e->nway++] = (struct ad_courier_channel){"", SEND_TIMEOUT, send_line, NULL};
    for (size_t i = 0; i < e->config.n; i++) {
        const struct ad_section *s = &e->config.section[i];
        if (!ad_str_eq(s->kind, ad_str_of("channel")))
            continue;
        struct ad_channel *ch = e->channel[i] = ad_channel_new(&e->config, s, err);
        char *name = ch ? strndup(s->name.s, s->name.len) : NULL;
        if (!ch)
            return -1;
        if (!name)
            return ad_err_nomem(err);
        e->way[e->nway++] =
            (struct ad_courier_channel){name, ad_channel_timeout(ch), send_by_channel, ch};
        if (ad_policy_refresh(e->policy, s->name, ad_channel_refresh(ch)))
            return ad_err_nomem(err);
    }
    return 0;
}

static void say_failure(void *arg, const char *channel, const char *why, bool for_good)
{
    struct ad_engine *e = arg;
    struct ad_err text = {0};
    ad_err_set(&text, "channel %s: %s%s", *channel ? channel : "standard output", why,
               for_good ? "; given up" : "; to be tried again");
    e->cfg.say(e->cfg.arg, text.text);
    ad_err_free(&text);
}

/* All that send share a lock. Whoever has it alone knows that what was claimed before is nobody's:
 * its sender was killed. */
static int free_claims(struct ad_engine *e, struct ad_err *err)
{
    struct ad_buf name = {0};
    ad_buf_addz(&name, e->cfg.db);
    ad_buf_add(&name, ".sending", 9);
    e->sending = name.failed ? -1 : open(name.s, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int failure = name.failed ? ENOMEM : errno;
    ad_buf_free(&name);
    if (e->sending < 0)
        return ad_err_set(err, "%s.sending: %s", e->cfg.db, strerror(failure));
    int rc = 0;
    if (flock(e->sending, LOCK_EX | LOCK_NB) == 0)
        rc = ad_store_reclaim(e->store, ad_engine_clock(CLOCK_REALTIME), err);
    while (rc == 0 && flock(e->sending, LOCK_SH) && errno == EINTR)
        ;
    return rc;
}

int ad_engine_start_courier(struct ad_engine *e, struct ad_err *err)
{
    for (size_t i = 1; i < e->nway; i++) {
        const char *warning = ad_channel_warning(e->way[i].arg);
        if (warning)
            e->cfg.say(e->cfg.arg, warning);
    }
    int rc = e->cfg.db ? free_claims(e, err) : 0;
    if (rc)
        return rc;
    const struct ad_courier_cfg cfg = {
        .channel = e->way, .n = e->nway, .seed = (uint64_t)getpid(), .say = say_failure, .arg = e};
    e->courier = ad_courier_start(e->store, &cfg, err);
    return e->courier ? 0 : -1;
}

void ad_engine_close_channels(struct ad_engine *e)
{
    for (size_t i = 1; i < e->nway; i++)
        free((void *)(uintptr_t)e->way[i].name);
    for (size_t i = 0; e->channel && i < e->config.n; i++)
        ad_channel_free(e->channel[i]);
    free(e->channel);
    free(e->way);
}
