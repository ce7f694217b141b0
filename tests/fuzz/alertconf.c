/* The policy from hostile bytes: a configuration, what a database kept of the policy and of an
 * incident (the parts of the input, between lines of `%%`). No text does harm; what is taken works,
 * leaves nothing due in the past, and what the policy keeps itself can be read again. */
#include "alert/policy.h"

#include <stdint.h>
#include <stdlib.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

struct heard {
    struct ad_incident in;
    struct ad_buf more;
    unsigned incidents;
};

static int hear_incident(void *arg, const struct ad_incident *in)
{
    struct heard *h = arg;
    h->incidents++;
    h->in = *in;
    h->more.len = 0;
    ad_buf_add(&h->more, in->more.s, in->more.len);
    h->in.more = (struct ad_str){h->more.s, h->more.len};
    h->in.key = h->in.detector = h->in.rule = h->in.tags = h->in.reason = h->in.route =
        h->in.acknowledged_by = (struct ad_str){"x", 1};
    h->in.group = h->in.record = (struct ad_str){"{}", 2};
    return 0;
}

static int hear_notice(void *arg, const struct ad_notice *n)
{
    struct heard *h = arg;
    require(h->incidents > 0 && n->doc.len > 2 && n->doc.s[0] == '{');
    require(n->doc.s[n->doc.len - 1] == '}');
    return 0;
}

static struct ad_str part(struct ad_str *rest)
{
    struct ad_str v = *rest;
    for (size_t i = 0; i + 4 <= rest->len; i++)
        if (memcmp(rest->s + i, "\n%%\n", 4) == 0) {
            v.len = i;
            *rest = (struct ad_str){rest->s + i + 4, rest->len - i - 4};
            return v;
        }
    rest->len = 0;
    return v;
}

static struct ad_event event(const struct ad_str *group, struct ad_str *field, double t)
{
    return (struct ad_event){.t = t,
                             .key = {"host=a", 6},
                             .score = 0.95,
                             .flagged = true,
                             .severity = AD_CRITICAL,
                             .detector = {"zscore", 6},
                             .rule = {"", 0},
                             .tags = {"a,b", 3},
                             .reason = {"", 0},
                             .group = group,
                             .field = field,
                             .record = {"{\"x\":1}", 7}};
}

/* Some records, an hour of time, and the end. */
static void live(struct ad_policy *p, struct heard *h, struct ad_str *field)
{
    const struct ad_alert_sink sink = {hear_incident, hear_notice, NULL, h};
    struct ad_str group = {"a", 1};
    double wall = 1.7e9;
    for (int i = 0; i < 20; i++, wall += 30) {
        struct ad_event ev = event(&group, field, wall);
        ev.flagged = i < 12;
        ev.score = ev.flagged ? 0.9 : 0.1;
        require(ad_policy_event(p, &ev, wall, &sink) == 0);
    }
    for (int i = 0; i < 50; i++, wall += 72) {
        require(ad_policy_tick(p, wall, wall, &sink) == 0);
        require(ad_policy_deadline(p) > wall);
    }
    require(ad_policy_flush(p, &sink) == 0);
    require(h->incidents > 0);
}

static struct ad_policy *make(struct ad_config *c, struct ad_str text, struct ad_names *group)
{
    struct ad_err err = {0};
    struct ad_policy_cfg cfg = AD_POLICY_UNSET;
    struct ad_policy *p = NULL;
    cfg.group = *group;
    if (ad_config_parse(c, "fuzz", text, &err) == 0)
        p = ad_policy_new(c, &cfg, &err);
    require(p || err.text);
    ad_err_free(&err);
    return p;
}

/* What the policy itself has kept can be read again. */
static void reload(struct ad_policy *p, struct ad_config *c, struct ad_names *group,
                   const struct heard *h)
{
    struct ad_buf state = {0};
    struct ad_err err = {0};
    struct ad_policy_cfg cfg = AD_POLICY_UNSET;
    cfg.group = *group;
    ad_policy_save(p, &state);
    struct ad_policy *q = ad_policy_new(c, &cfg, &err);
    require(q && ad_policy_load(q, (struct ad_str){state.s, state.len}, &err) == 0);
    require(ad_policy_restore(q, &h->in, &err) == 0);
    ad_policy_free(q);
    ad_buf_free(&state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ad_str rest = {(const char *)data, size}, name = {"host", 4}, field[64] = {{0}};
    struct ad_names group = {&name, 1};
    struct ad_config c = {0};
    struct heard h = {0};
    struct ad_err err = {0};
    struct ad_str text = part(&rest);
    struct ad_policy *p = make(&c, text, &group);
    if (p) {
        ad_policy_load(p, part(&rest), &err);
        struct ad_incident in = {.state = AD_INCIDENT_FIRING, .worst = AD_HIGH, .count = 3};
        memset(in.id, 'a', AD_INCIDENT_ID);
        in.key = in.detector = in.route = (struct ad_str){"k", 1};
        in.started = in.updated = 1.69e9;
        in.resolved = in.notified = in.level_since = in.cleared = in.score = NAN;
        in.more = part(&rest);
        in.group = rest;
        in.record = rest;
        require(ad_policy_restore(p, &in, &err) == 0);
        if (ad_policy_names(p)->n < sizeof field / sizeof *field)
            live(p, &h, field);
        if (h.incidents)
            reload(p, &c, &group, &h);
    }
    ad_policy_free(p);
    ad_config_free(&c);
    ad_buf_free(&h.more);
    ad_err_free(&err);
    return 0;
}
