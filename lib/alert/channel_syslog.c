/* openlog(3) wants more than POSIX has of <syslog.h>; so does the path of its socket. */
#define _DEFAULT_SOURCE
#include "alert/channel_private.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#ifndef _PATH_LOG
#define _PATH_LOG "/dev/log"
#endif

enum { LINE = 2000 };

/* The system's log, by syslog(3). */
struct log {
    struct ad_wording wording;
    int facility;
};

static int read_facility(struct log *l, const struct ad_setup *su)
{
    static const struct {
        const char *name;
        int facility;
    } known[] = {{"user", LOG_USER},     {"daemon", LOG_DAEMON}, {"local0", LOG_LOCAL0},
                 {"local1", LOG_LOCAL1}, {"local2", LOG_LOCAL2}, {"local3", LOG_LOCAL3},
                 {"local4", LOG_LOCAL4}, {"local5", LOG_LOCAL5}, {"local6", LOG_LOCAL6},
                 {"local7", LOG_LOCAL7}};
    struct ad_str v = ad_setup_get(su, "facility");
    l->facility = LOG_DAEMON;
    for (size_t i = 0; v.s && i < sizeof known / sizeof *known; i++)
        if (ad_str_caseeq(v, known[i].name)) {
            l->facility = known[i].facility;
            return 0;
        }
    return v.s ? ad_setup_fail(su, "facility", "is user, daemon, or local0 to local7") : 0;
}

static int open_syslog(struct ad_channel *ch, const struct ad_setup *su)
{
    struct log *l = ch->own = calloc(1, sizeof *l);
    if (!l)
        return ad_err_nomem(su->err);
    if (read_facility(l, su) || ad_wording_open(&l->wording, su))
        return -1;
    openlog("ad-alert", LOG_PID | LOG_NDELAY, LOG_DAEMON);
    return 0;
}

static void close_syslog(struct ad_channel *ch)
{
    struct log *l = ch->own;
    ad_wording_close(&l->wording);
    free(l);
}

/* syslog(3) does not tell whether anybody listens. */
static bool is_there(void)
{
    static const int types[] = {SOCK_DGRAM, SOCK_STREAM};
    struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = _PATH_LOG};
    bool there = false;
    for (size_t i = 0; i < sizeof types / sizeof *types && !there; i++) {
        int fd = socket(AF_UNIX, types[i] | SOCK_CLOEXEC, 0);
        there = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
        if (fd >= 0)
            close(fd);
    }
    return there;
}

/* RFC 5424, table 2. */
static int priority(const struct ad_message *m)
{
    static const int of[] = {LOG_INFO, LOG_NOTICE, LOG_WARNING, LOG_ERR, LOG_CRIT};
    return m->over ? LOG_NOTICE : of[m->severity];
}

static void send_syslog(struct ad_channel *ch, const struct ad_message *m, struct ad_delivery *out)
{
    const struct log *l = ch->own;
    struct ad_str reason = m->text[AD_M_REASON], id = m->text[AD_M_INCIDENT];
    struct ad_buf line = {0}, text = {0};
    ad_wording_title(&l->wording, m, &text);
    if (l->wording.text) {
        ad_buf_addz(&text, ": ");
        ad_wording_text(&l->wording, m, &text);
    } else if (reason.len) {
        ad_buf_addz(&text, ": ");
        ad_buf_add(&text, reason.s, reason.len);
    }
    ad_text_add(&line, ad_buf_str(&text), AD_AS_LINE, LINE);
    ad_buf_addz(&line, " incident=");
    ad_text_add(&line, id, AD_AS_LINE, 64);
    ad_buf_add(&line, "", 1);
    line.failed = line.failed || text.failed;
    if (!is_there())
        ad_channel_refuse(ch, out, AD_DELIVER_LATER, "nobody listens at " _PATH_LOG);
    else if (ad_channel_made(ch, &line, out))
        syslog(l->facility | priority(m), "%s", line.s);
    ad_buf_free(&line);
    ad_buf_free(&text);
}

static const char *const keys[] = {AD_CHANNEL_KEYS, AD_WORDING_KEYS, "facility", NULL};

const struct ad_channel_kind ad_channel_syslog = {
    .name = "syslog",
    .keys = keys,
    .timeout = 5,
    .open = open_syslog,
    .send = send_syslog,
    .close = close_syslog,
};
