#include "alert/ctl.h"

#include "alert/policy.h"
#include "base/number.h"

#include <math.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Who is at the keyboard, as far as is known. */
static const char *author(const struct ad_ctl *c)
{
    const char *name = c->set.by;
    static const char *const from[] = {"SUDO_USER", "LOGNAME", "USER"};
    for (size_t i = 0; !name && i < sizeof from / sizeof *from; i++)
        name = getenv(from[i]);
    const struct passwd *me = name && *name ? NULL : getpwuid(getuid());
    return name && *name ? name : me ? me->pw_name : "somebody";
}

static struct ad_str given(const char *text)
{
    return ad_str_of(text ? text : "");
}

/* All changes of a command are made, or none. */
static int all(struct ad_ctl *c, int n, char **arg, int (*one)(struct ad_ctl *, const char *, int),
               int how)
{
    int rc = ad_store_begin(c->store, &c->err);
    for (int i = 0; rc == 0 && i < n; i++)
        rc = one(c, arg[i], how);
    if (rc == 0)
        rc = ad_store_commit(c->store, &c->err);
    if (rc)
        ad_store_rollback(c->store);
    return rc;
}

static int ask_one(struct ad_ctl *c, const char *arg, int what)
{
    static const char *const to_be[] = {"acknowledged", "unacknowledged", "resolved"};
    struct ad_request r = {.what = (enum ad_request_what)what,
                           .by = ad_str_of(author(c)),
                           .note = given(c->set.note),
                           .made = c->now};
    struct ad_incident in;
    int rc = ad_ctl_incident_id(c, arg, r.incident);
    if (rc == 0)
        rc = ad_store_get_incident(c->store, r.incident, &in, &c->err);
    if (rc < 0)
        return rc;
    if (!(1 << in.state & AD_INCIDENTS_OPEN))
        return ad_err_set(&c->err, "%.*s is %s already", AD_CTL_ID, in.id,
                          ad_incident_state_name(in.state));
    struct ad_buf group = {0};
    ad_ctl_add_group(&group, in.group);
    ad_buf_add(&group, "", 1);
    ad_ctl_say(c, "%.*s to be %s: %s: %.*s %s", AD_CTL_ID, in.id, to_be[what],
               ad_severity_name(in.severity), (int)in.detector.len, in.detector.s,
               group.failed ? "" : group.s);
    ad_buf_free(&group);
    return ad_store_ask(c->store, &r, &c->err);
}

int ad_ctl_acknowledge(struct ad_ctl *c, int n, char **arg)
{
    return all(c, n, arg, ask_one, AD_REQUEST_ACKNOWLEDGE);
}

int ad_ctl_unacknowledge(struct ad_ctl *c, int n, char **arg)
{
    return all(c, n, arg, ask_one, AD_REQUEST_UNACKNOWLEDGE);
}

int ad_ctl_resolve(struct ad_ctl *c, int n, char **arg)
{
    return all(c, n, arg, ask_one, AD_REQUEST_RESOLVE);
}

static int read_time(struct ad_ctl *c, const char *option, const char *text, double *t)
{
    if (!text || ad_clock_parse(c->clock, ad_str_of(text), t) == 0)
        return 0;
    return ad_err_set(&c->err, "--%s=%s: not a time; give one such as 2026-12-24T18:00", option,
                      text);
}

static int read_span(struct ad_ctl *c, struct ad_silence *s)
{
    const struct ad_ctl_settings *set = &c->set;
    s->from = c->now;
    s->until = NAN;
    if (read_time(c, "from", set->from, &s->from) || read_time(c, "until", set->until, &s->until))
        return -1;
    if ((set->last > 0) == (set->until != NULL))
        return ad_err_set(&c->err, "say how long: --for=DURATION, or --until=TIME");
    if (set->last > 0)
        s->until = s->from + set->last;
    if (s->until <= s->from || s->until <= c->now)
        return ad_err_set(&c->err, "a silence that is over before it begins");
    return 0;
}

int ad_ctl_silence(struct ad_ctl *c, int n, char **arg)
{
    struct ad_silence s = {
        .by = ad_str_of(author(c)), .comment = given(c->set.comment), .made = c->now};
    struct ad_buf matchers = {0}, until = {0};
    if (read_span(c, &s))
        return -1;
    for (int i = 0; i < n; i++) {
        ad_buf_addz(&matchers, i ? "\n" : "");
        ad_buf_addz(&matchers, arg[i]);
    }
    s.matchers = (struct ad_str){matchers.s, matchers.len};
    int rc = matchers.failed ? ad_err_nomem(&c->err) : ad_silence_check(&s, &c->err);
    if (rc == 0)
        rc = ad_store_add_silence(c->store, &s, &c->err);
    ad_ctl_add_time(c, &until, s.until);
    if (rc == 0)
        ad_ctl_say(c, "silence %lld until %.*s", (long long)s.id, (int)until.len, until.s);
    ad_buf_free(&until);
    ad_buf_free(&matchers);
    return rc;
}

static int expire_one(struct ad_ctl *c, const char *arg, int how)
{
    (void)how;
    unsigned long long id;
    if (ad_number_parse_u64(ad_str_of(arg), &id) || id > INT64_MAX)
        return ad_err_set(&c->err, "%s: not the number of a silence", arg);
    int rc = ad_store_expire_silence(c->store, (int64_t)id, c->now, author(c), &c->err);
    if (rc == 0)
        return ad_err_set(&c->err, "no silence %s is in force or to come", arg);
    if (rc > 0)
        ad_ctl_say(c, "silence %llu expired", id);
    return rc < 0 ? rc : 0;
}

int ad_ctl_expire(struct ad_ctl *c, int n, char **arg)
{
    return all(c, n, arg, expire_one, 0);
}

enum { RETRY, DROP };

static int change(struct ad_ctl *c, const char *id, int how)
{
    int rc = how == RETRY ? ad_store_retry(c->store, id, c->now, &c->err)
                          : ad_store_drop(c->store, id, c->now, &c->err);
    if (rc > 0)
        ad_ctl_say(c, "%.*s %s", AD_CTL_ID, id, how == RETRY ? "to be sent again" : "dropped");
    return rc;
}

static int change_one(struct ad_ctl *c, const char *arg, int how)
{
    char id[AD_INCIDENT_ID + 1];
    int rc = ad_ctl_notice_id(c, arg, id);
    if (rc == 0 && (rc = change(c, id, how)) == 0)
        return ad_err_set(&c->err, "%.*s has been delivered or dropped, or is just being sent",
                          AD_CTL_ID, id);
    return rc < 0 ? rc : 0;
}

static int add_id(void *arg, const struct ad_outgoing *n)
{
    return ad_buf_add(arg, n->id, sizeof n->id) ? -1 : 0;
}

/* All that wait or have failed; what is just being sent is left alone. */
static int change_all(struct ad_ctl *c, const char *arg, int how)
{
    (void)arg;
    struct ad_buf ids = {0};
    int rc = ad_store_each_outgoing(c->store, 1 << AD_OUTBOX_WAITING | 1 << AD_OUTBOX_FAILED,
                                    add_id, &ids, &c->err);
    if (ids.failed)
        rc = ad_err_nomem(&c->err);
    for (size_t at = 0; rc >= 0 && at < ids.len; at += AD_INCIDENT_ID + 1)
        rc = change(c, ids.s + at, how);
    ad_buf_free(&ids);
    return rc < 0 ? rc : 0;
}

static int change_outbox(struct ad_ctl *c, int n, char **arg, int how)
{
    bool every = n == 1 && strcmp(arg[0], "all") == 0;
    return all(c, n, arg, every ? change_all : change_one, how);
}

int ad_ctl_retry(struct ad_ctl *c, int n, char **arg)
{
    return change_outbox(c, n, arg, RETRY);
}

int ad_ctl_drop(struct ad_ctl *c, int n, char **arg)
{
    return change_outbox(c, n, arg, DROP);
}
