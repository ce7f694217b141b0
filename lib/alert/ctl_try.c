#include "alert/ctl.h"

#include "alert/channel.h"
#include "alert/engine.h"
#include "base/hash.h"
#include "record/json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

int ad_ctl_verify(struct ad_ctl *c, int n, char **arg)
{
    (void)n, (void)arg;
    int rc = ad_store_check(c->store, &c->err);
    if (rc == 0)
        ad_ctl_say(c, "the database is whole");
    return rc;
}

int ad_ctl_check(struct ad_ctl *c, int n, char **arg)
{
    (void)n;
    const struct ad_engine_cfg cfg = {.config = arg[0], .policy = AD_POLICY_UNSET};
    if (ad_engine_check(&cfg, &c->err))
        return -1;
    ad_ctl_say(c, "%s is good", arg[0]);
    return 0;
}

/* A notice as lib/alert/README.md has it, of an incident that is none. */
static void sample(struct ad_ctl *c, const char *channel, const char *id, bool resolve,
                   struct ad_buf *b)
{
    char title[128], notice[AD_INCIDENT_ID + 1];
    snprintf(notice, sizeof notice, "%d%s", resolve, id + 1);
    snprintf(title, sizeof title, "low: test of the channel %.80s", channel);
    b->len = 0;
    ad_buf_addz(b, "{");
    ad_ctl_json_text(b, "notice", ad_str_of(notice));
    ad_ctl_json_text(b, "incident", ad_str_of(id));
    ad_ctl_json_text(b, "dedup_key", ad_str_of(id));
    ad_ctl_json_text(b, "event", ad_str_of(resolve ? "resolve" : "trigger"));
    ad_ctl_json_text(b, "state", ad_str_of(resolve ? "resolved" : "firing"));
    ad_ctl_json_text(b, "severity", ad_str_of("low"));
    ad_ctl_json_text(b, "title", ad_str_of(title));
    ad_ctl_json_text(b, "reason", ad_str_of("ad-alertctl test-channel: there is nothing to do"));
    ad_ctl_json_text(b, "detector", ad_str_of("test"));
    ad_ctl_json_text(b, "rule", ad_str_of(""));
    ad_buf_addz(b, ",\"tags\":[\"test\"],\"group\":{");
    ad_ctl_json_text(b, "channel", ad_str_of(channel));
    ad_buf_addz(b, "}");
    ad_ctl_json_number(b, "score", 0.3);
    ad_ctl_json_number(b, "count", 1);
    ad_ctl_json_time(b, "started", floor(c->now));
    ad_ctl_json_time(b, "updated", floor(c->now));
    ad_ctl_json_time(b, "resolved", resolve ? floor(c->now) : NAN);
    ad_ctl_json_number(b, "suppressed", 0);
    ad_ctl_json_number(b, "level", 1);
    ad_ctl_json_text(b, "channel", ad_str_of(channel));
    ad_buf_addz(b, ",\"record\":{\"test\":true},\"with\":[]}");
}

/* Returns 0, or -1 or AD_STORE_AGAIN. */
static int send_sample(struct ad_ctl *c, struct ad_channel *channel, const char *name,
                       struct ad_str doc, const char *event)
{
    struct ad_delivery out = {.what = AD_DELIVER_LATER};
    ad_channel_send(channel, doc, &out);
    if (out.what == AD_DELIVERED)
        ad_ctl_say(c, "%s: %s delivered", name, event);
    else
        ad_err_set(&c->err, "%s: %s: %s", name, event, out.why.text ? out.why.text : "not taken");
    ad_err_free(&out.why);
    return out.what == AD_DELIVERED ? 0 : out.what == AD_DELIVER_LATER ? AD_STORE_AGAIN : -1;
}

static int try_channel(struct ad_ctl *c, struct ad_channel *channel, const char *name)
{
    struct ad_hash_key key;
    char id[AD_INCIDENT_ID + 1];
    if (ad_hash_key_random(&key))
        return ad_err_set(&c->err, "no random numbers: %s", strerror(errno));
    snprintf(id, sizeof id, "%016" PRIx64 "%016" PRIx64, key.k0, key.k1);
    struct ad_buf doc = {0};
    int rc = 0;
    for (int i = 0; rc == 0 && i < 2; i++) {
        sample(c, name, id, i == 1, &doc);
        rc = doc.failed ? ad_err_nomem(&c->err)
                        : send_sample(c, channel, name, (struct ad_str){doc.s, doc.len},
                                      i ? "resolve" : "trigger");
    }
    ad_buf_free(&doc);
    return rc;
}

int ad_ctl_test(struct ad_ctl *c, int n, char **arg)
{
    (void)n;
    struct ad_config config = {0};
    int rc = ad_config_read(&config, arg[0], &c->err);
    const struct ad_section *section =
        rc ? NULL : ad_config_find(&config, "channel", ad_str_of(arg[1]));
    if (rc == 0 && !section)
        rc = ad_err_set(&c->err, "%s has no [channel %s]", arg[0], arg[1]);
    struct ad_channel *channel = rc ? NULL : ad_channel_new(&config, section, &c->err);
    if (channel)
        rc = try_channel(c, channel, arg[1]);
    else
        rc = -1;
    ad_channel_free(channel);
    ad_config_free(&config);
    return rc;
}
