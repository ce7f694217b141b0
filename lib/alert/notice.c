#include "alert/policy_private.h"
#include "base/number.h"
#include "base/time.h"
#include "record/json.h"

#include <nettle/sha2.h>

/* `"name":` with a comma before all but the first. */
static void member(struct ad_buf *out, const char *name)
{
    if (out->len && out->s[out->len - 1] != '{')
        ad_buf_addz(out, ",");
    ad_buf_addz(out, "\"");
    ad_buf_addz(out, name);
    ad_buf_addz(out, "\":");
}

static void text(struct ad_buf *out, const char *name, struct ad_str v)
{
    member(out, name);
    ad_json_quote(out, v);
}

static void number(struct ad_buf *out, const char *name, double x)
{
    char print[AD_NUMBER_MAX];
    member(out, name);
    if (isfinite(x))
        ad_buf_add(out, print, ad_number_print(print, x));
    else
        ad_buf_addz(out, "null");
}

static void count(struct ad_buf *out, const char *name, unsigned long long n)
{
    char digits[24];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + n % 10);
    while (n /= 10);
    member(out, name);
    ad_buf_add(out, digits + at, sizeof digits - at);
}

static void instant(struct ad_buf *out, const char *name, double t)
{
    char print[32];
    size_t n = isnan(t) ? 0 : ad_time_print(print, t);
    member(out, name);
    ad_buf_addz(out, n ? "\"" : "null");
    ad_buf_add(out, print, n);
    ad_buf_addz(out, n ? "\"" : "");
}

static void list(struct ad_buf *out, const char *name, struct ad_str items)
{
    struct ad_str item;
    bool any = false;
    member(out, name);
    ad_buf_addz(out, "[");
    while (ad_plan_item(&items, &item)) {
        ad_buf_addz(out, any ? "," : "");
        ad_json_quote(out, item);
        any = true;
    }
    ad_buf_addz(out, "]");
}

static void object(struct ad_buf *out, const char *name, struct ad_str json)
{
    member(out, name);
    ad_buf_add(out, json.s, json.len);
}

/* `critical: ensemble on host=web1`, values as a message may show them. */
static void title(struct ad_buf *out, const struct ad_open *o)
{
    const struct ad_incident *in = &o->in;
    struct ad_buf line = {0}, group = {0};
    struct ad_json_member m;
    ad_buf_addz(&line, ad_severity_name(in->worst));
    ad_buf_addz(&line, ": ");
    ad_buf_add_visible(&line, in->rule.len ? in->rule : in->detector);
    const char *between = " on ";
    for (size_t at = 0; ad_json_next(in->group, &at, &m); between = ", ") {
        ad_buf_addz(&line, between);
        for (int i = 0; i < 2; i++) {
            struct ad_str part = i ? m.value.text : m.key;
            group.len = 0;
            ad_json_unescape(part, &group);
            ad_buf_add_visible(&line, (struct ad_str){group.s, group.len});
            ad_buf_addz(&line, i ? "" : "=");
        }
    }
    text(out, "title", (struct ad_str){line.s, line.len});
    out->failed |= line.failed || group.failed;
    ad_buf_free(&line);
    ad_buf_free(&group);
}

static void write_one(struct ad_buf *out, const struct ad_telling *v, struct ad_str channel,
                      unsigned long long suppressed, const char *id)
{
    const struct ad_incident *in = &v->o->in;
    enum ad_incident_state state = ad_open_is_over(v->o) ? AD_INCIDENT_RESOLVED : in->state;
    text(out, "notice", ad_str_of(id));
    text(out, "incident", ad_str_of(in->id));
    text(out, "dedup_key", in->key);
    text(out, "event", ad_str_of(ad_notice_event_name(v->event)));
    text(out, "state", ad_str_of(ad_incident_state_name(state)));
    text(out, "severity", ad_str_of(ad_severity_name(in->worst)));
    title(out, v->o);
    text(out, "reason", in->reason);
    text(out, "detector", in->detector);
    text(out, "rule", in->rule);
    list(out, "tags", in->tags);
    object(out, "group", in->group);
    number(out, "score", in->score);
    count(out, "count", in->count);
    instant(out, "started", in->started);
    instant(out, "updated", in->updated);
    instant(out, "resolved", in->resolved);
    text(out, "by", in->acknowledged_by);
    count(out, "suppressed", suppressed);
    count(out, "level", in->level);
    text(out, "channel", channel);
}

/* Texts with their lengths before them, so that no two lists are the same bytes. */
static void add_text(struct sha256_ctx *hash, struct ad_str v)
{
    uint8_t length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)((uint64_t)v.len >> (8 * i));
    sha256_update(hash, sizeof length, length);
    sha256_update(hash, v.len, (const uint8_t *)v.s);
}

static void add_number(struct sha256_ctx *hash, uint64_t x)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(x >> (8 * i));
    sha256_update(hash, sizeof bytes, bytes);
}

static void finish(struct sha256_ctx *hash, char id[AD_INCIDENT_ID + 1])
{
    uint8_t digest[AD_INCIDENT_ID / 2];
    sha256_digest(hash, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        id[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        id[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    id[AD_INCIDENT_ID] = '\0';
}

void ad_incident_id(char id[AD_INCIDENT_ID + 1], struct ad_str key, double t, struct ad_str record)
{
    struct sha256_ctx hash;
    uint64_t bits;
    memcpy(&bits, &t, sizeof bits);
    sha256_init(&hash);
    add_text(&hash, key);
    add_number(&hash, bits);
    add_text(&hash, record);
    finish(&hash, id);
}

static void notice_id(char id[AD_INCIDENT_ID + 1], const char *incident, enum ad_notice_event event,
                      struct ad_str channel, unsigned long long n)
{
    struct sha256_ctx hash;
    sha256_init(&hash);
    add_text(&hash, ad_str_of(incident));
    add_text(&hash, ad_str_of(ad_notice_event_name(event)));
    add_text(&hash, channel);
    add_number(&hash, n);
    finish(&hash, id);
}

static unsigned long long number_of(const struct ad_telling *v)
{
    switch (v->event) {
    case AD_NOTICE_WORSE:
        return (unsigned long long)v->o->in.worst;
    case AD_NOTICE_REPEAT:
        return v->link->repeats;
    case AD_NOTICE_ESCALATE:
        return v->link->wanted;
    case AD_NOTICE_ACKNOWLEDGE:
        return v->o->acknowledged;
    case AD_NOTICE_REFRESH:
        return v->link->last > 0 ? (unsigned long long)(1000 * v->link->last) : 0;
    case AD_NOTICE_TRIGGER:
    case AD_NOTICE_RESOLVE:
        break;
    }
    return 0;
}

void ad_telling_id(char id[AD_INCIDENT_ID + 1], const struct ad_telling *v, struct ad_str channel)
{
    notice_id(id, v->o->in.id, v->event, channel, number_of(v));
}

int ad_notice_write(struct ad_buf *out, const struct ad_telling *v, size_t n,
                    unsigned long long suppressed, struct ad_str channel)
{
    char id[AD_INCIDENT_ID + 1];
    out->len = 0;
    for (size_t i = 0; i < n; i++) {
        ad_telling_id(id, &v[i], channel);
        ad_buf_addz(out, i > 1 ? ",{" : "{");
        write_one(out, &v[i], channel, i ? 0 : suppressed, id);
        if (i > 0) {
            ad_buf_addz(out, "}");
            continue;
        }
        object(out, "record", v[i].o->in.record);
        member(out, "with");
        ad_buf_addz(out, "[");
    }
    return ad_buf_addz(out, "]}");
}

int ad_group_write(struct ad_buf *out, const struct ad_names *name, const struct ad_str *value)
{
    ad_buf_addz(out, "{");
    for (size_t i = 0; i < name->n; i++) {
        ad_buf_addz(out, i ? "," : "");
        ad_json_quote(out, name->v[i]);
        ad_buf_addz(out, ":");
        ad_json_quote(out, value[i].s ? value[i] : (struct ad_str){"", 0});
    }
    return ad_buf_addz(out, "}");
}
