/* What the tests of the policy share: a store in memory that keeps what the sink is told, and can
 * give the policy up and make it anew from what it kept. */
#ifndef AD_UNIT_POLICY_H
#define AD_UNIT_POLICY_H

#include "alert/policy.h"
#include "base/time.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct kept {
    struct ad_incident in;
    struct ad_names texts;
};

struct notice {
    double wall;
    enum ad_notice_event event;
    char id[AD_INCIDENT_ID + 1], incident[AD_INCIDENT_ID + 1];
    json_t *doc;
};

struct rig {
    struct ad_config config;
    struct ad_policy_cfg cfg;
    struct ad_policy *policy;
    struct ad_alert_sink sink;
    double wall, origin;
    struct kept *kept;
    size_t nkept;
    struct notice *notice;
    size_t nnotice, checked;
    struct ad_silence *silence;
    size_t nsilence;
    double refresh;
    int number;    /* of a run, for messages */
    bool restarts; /* give up the policy after each step */
};

static inline void *rig_grow(void *v, size_t n, size_t size)
{
    void *more = (n & (n - 1)) ? v : realloc(v, (n ? 2 * n : 1) * size);
    assert_non_null(more);
    return more;
}

static inline struct kept *rig_find(struct rig *r, const char *id)
{
    for (size_t i = 0; i < r->nkept; i++)
        if (strcmp(r->kept[i].in.id, id) == 0)
            return &r->kept[i];
    return NULL;
}

static inline struct kept *rig_find_key(struct rig *r, const char *key)
{
    struct kept *last = NULL;
    for (size_t i = 0; i < r->nkept; i++)
        if (ad_str_eq(r->kept[i].in.key, ad_str_of(key)))
            last = &r->kept[i];
    return last;
}

static inline int rig_incident(void *arg, const struct ad_incident *in)
{
    struct rig *r = arg;
    struct kept *k = rig_find(r, in->id);
    if (!k) {
        r->kept = rig_grow(r->kept, r->nkept, sizeof *k);
        k = &r->kept[r->nkept++];
        k->texts = (struct ad_names){0};
    }
    const struct ad_str text[] = {
        in->key,    in->detector,        in->rule, in->tags, in->reason, in->route, in->group,
        in->record, in->acknowledged_by, in->more};
    assert_int_equal(ad_names_set(&k->texts, text, 10), 0);
    const struct ad_str *v = k->texts.v;
    k->in = *in;
    k->in.key = v[0], k->in.detector = v[1], k->in.rule = v[2], k->in.tags = v[3];
    k->in.reason = v[4], k->in.route = v[5], k->in.group = v[6], k->in.record = v[7];
    k->in.acknowledged_by = v[8], k->in.more = v[9];
    return 0;
}

static inline int rig_notice(void *arg, const struct ad_notice *n)
{
    struct rig *r = arg;
    assert_non_null(rig_find(r, n->incident)); /* the incident is told of first */
    for (size_t i = 0; i < r->nnotice; i++)
        assert_string_not_equal(r->notice[i].id, n->id);
    r->notice = rig_grow(r->notice, r->nnotice, sizeof *r->notice);
    struct notice *to = &r->notice[r->nnotice++];
    *to = (struct notice){.wall = n->due, .event = n->event};
    memcpy(to->id, n->id, sizeof to->id);
    memcpy(to->incident, n->incident, sizeof to->incident);
    json_error_t why;
    to->doc = json_loadb(n->doc.s, n->doc.len, JSON_REJECT_DUPLICATES, &why);
    if (!to->doc)
        fail_msg("%s: %.*s", why.text, (int)n->doc.len, n->doc.s);
    assert_string_equal(json_string_value(json_object_get(to->doc, "notice")), n->id);
    assert_string_equal(json_string_value(json_object_get(to->doc, "incident")), n->incident);
    return 0;
}

static inline int rig_known(void *arg, const struct ad_incident *first)
{
    struct rig *r = arg;
    for (size_t i = 0; i < r->nkept; i++) {
        const struct ad_incident *in = &r->kept[i].in;
        bool over = in->state == AD_INCIDENT_RESOLVED || in->state == AD_INCIDENT_EXPIRED;
        bool spans = ad_str_eq(in->key, first->key) && in->started <= first->started &&
                     in->updated >= first->started;
        if (over && (strcmp(in->id, first->id) == 0 || spans))
            return 1;
    }
    return 0;
}

static inline void rig_make(struct rig *r)
{
    struct ad_err err = {0};
    r->policy = ad_policy_new(r->config.n ? &r->config : NULL, &r->cfg, &err);
    if (!r->policy)
        fail_msg("%s", err.text);
    r->sink = (struct ad_alert_sink){rig_incident, rig_notice, rig_known, r};
    if (r->refresh > 0)
        ad_policy_refresh(r->policy, ad_str_of("am"), r->refresh);
    ad_err_free(&err);
}

static inline void rig_silences(struct rig *r)
{
    struct ad_err err = {0};
    if (ad_policy_silences(r->policy, r->silence, r->nsilence, &err))
        fail_msg("%s", err.text);
    ad_policy_names(r->policy);
}

/* The end of a step: what a program does before it commits; and perhaps its end and another run. */
static inline void rig_commit(struct rig *r)
{
    struct ad_buf state = {0};
    struct ad_err err = {0};
    if (ad_policy_deadline(r->policy) <= r->wall)
        assert_int_equal(ad_policy_tick(r->policy, r->wall, NAN, &r->sink), 0);
    assert_int_equal(ad_policy_flush(r->policy, &r->sink), 0);
    if (!r->restarts)
        return;
    ad_policy_save(r->policy, &state);
    ad_policy_free(r->policy);
    rig_make(r);
    if (ad_policy_load(r->policy, (struct ad_str){state.s, state.len}, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < r->nkept; i++)
        if (ad_policy_restore(r->policy, &r->kept[i].in, &err))
            fail_msg("%s", err.text);
    rig_silences(r);
    ad_buf_free(&state);
    assert_int_equal(ad_policy_tick(r->policy, r->wall, NAN, &r->sink), 0);
    assert_int_equal(ad_policy_flush(r->policy, &r->sink), 0);
}

static inline void rig_tick(struct rig *r, double wall, double t)
{
    r->wall = wall;
    assert_int_equal(ad_policy_tick(r->policy, wall, t, &r->sink), 0);
    rig_commit(r);
}

/* Time passes, as a program sees it that waits for its deadlines. */
static inline void rig_wait(struct rig *r, double wall)
{
    for (double at; (at = ad_policy_deadline(r->policy)) <= wall && at < wall;)
        rig_tick(r, at > r->wall ? at : r->wall, NAN);
}

static inline void rig_free(struct rig *r)
{
    ad_policy_free(r->policy);
    ad_config_free(&r->config);
    for (size_t i = 0; i < r->nkept; i++)
        ad_names_free(&r->kept[i].texts);
    for (size_t i = 0; i < r->nnotice; i++)
        json_decref(r->notice[i].doc);
    free(r->kept);
    free(r->notice);
}

#endif
