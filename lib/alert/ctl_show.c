#include "alert/ctl.h"

#include "record/json.h"

#include <math.h>
#include <stdio.h>

static void add_tags(struct ad_buf *b, struct ad_str tags)
{
    ad_buf_addz(b, ",\"tags\":[");
    for (size_t at = 0, n = 0; at < tags.len; n++) {
        const char *comma = memchr(tags.s + at, ',', tags.len - at);
        size_t end = comma ? (size_t)(comma - tags.s) : tags.len;
        ad_buf_addz(b, n ? "," : "");
        ad_json_quote(b, (struct ad_str){tags.s + at, end - at});
        at = end + 1;
    }
    ad_buf_addz(b, "]");
}

void ad_ctl_json_incident(struct ad_buf *b, const struct ad_incident *in)
{
    ad_ctl_json_text(b, "incident", ad_str_of(in->id));
    ad_ctl_json_text(b, "dedup_key", in->key);
    ad_ctl_json_text(b, "state", ad_str_of(ad_incident_state_name(in->state)));
    ad_ctl_json_text(b, "severity", ad_str_of(ad_severity_name(in->severity)));
    ad_ctl_json_text(b, "worst", ad_str_of(ad_severity_name(in->worst)));
    ad_ctl_json_text(b, "detector", in->detector);
    ad_ctl_json_text(b, "rule", in->rule);
    add_tags(b, in->tags);
    ad_ctl_json_text(b, "reason", in->reason);
    ad_ctl_json_text(b, "route", in->route);
    ad_ctl_json_object(b, "group", in->group);
    ad_ctl_json_number(b, "score", in->score);
    ad_ctl_json_number(b, "count", (double)in->count);
    ad_ctl_json_time(b, "started", in->started);
    ad_ctl_json_time(b, "updated", in->updated);
    ad_ctl_json_time(b, "resolved", in->resolved);
    ad_ctl_json_time(b, "notified", in->notified);
    ad_ctl_json_number(b, "level", in->level);
    ad_ctl_json_number(b, "suppressed", (double)in->held);
    ad_ctl_json_text(b, "acknowledged_by", in->acknowledged_by);
    ad_ctl_json_object(b, "record", in->record);
}

/* `name        text` */
static void add_line(struct ad_buf *b, const char *name, struct ad_str text)
{
    char left[32];
    if (text.len == 0)
        return;
    snprintf(left, sizeof left, "%-14s ", name);
    ad_buf_addz(b, left);
    ad_ctl_add_visible(b, text);
    ad_buf_addz(b, "\n");
}

static void add_time(struct ad_ctl *c, struct ad_buf *b, const char *name, double time)
{
    struct ad_buf text = {0};
    ad_ctl_add_time(c, &text, time);
    add_line(b, name, (struct ad_str){text.s, text.len});
    b->failed |= text.failed;
    ad_buf_free(&text);
}

static void add_number(struct ad_buf *b, const char *name, double x)
{
    char text[32];
    if (isnan(x))
        return;
    snprintf(text, sizeof text, "%.6g", x);
    add_line(b, name, ad_str_of(text));
}

static void add_people(struct ad_ctl *c, struct ad_buf *b, const struct ad_incident *in)
{
    struct ad_buf group = {0};
    ad_ctl_add_group(&group, in->group);
    add_line(b, "incident", ad_str_of(in->id));
    add_line(b, "state", ad_str_of(ad_incident_state_name(in->state)));
    add_line(b, "acknowledged", in->acknowledged_by);
    add_line(b, "severity", ad_str_of(ad_severity_name(in->severity)));
    if (in->worst != in->severity)
        add_line(b, "worst", ad_str_of(ad_severity_name(in->worst)));
    add_line(b, "group", (struct ad_str){group.s, group.len});
    add_line(b, "detector", in->detector);
    add_line(b, "rule", in->rule);
    add_line(b, "tags", in->tags);
    add_line(b, "reason", in->reason);
    add_number(b, "score", in->score);
    add_number(b, "records", (double)in->count);
    add_time(c, b, "started", in->started);
    add_time(c, b, "updated", in->updated);
    add_time(c, b, "resolved", in->resolved);
    add_time(c, b, "notified", in->notified);
    add_line(b, "route", in->route);
    if (in->level)
        add_number(b, "level", in->level);
    if (in->held)
        add_number(b, "suppressed", (double)in->held);
    add_line(b, "record", in->record);
    b->failed |= group.failed;
    ad_buf_free(&group);
}

struct story {
    struct ad_ctl *c;
    struct ad_buf *b;
    const char *id;
    size_t n;
};

static int add_happened(void *arg, const struct ad_happened *h)
{
    struct story *s = arg;
    ad_buf_addz(s->b, s->n++ ? ",{" : "{");
    ad_ctl_json_time(s->b, "time", h->wall);
    ad_ctl_json_text(s->b, "what", h->what);
    ad_ctl_json_text(s->b, "by", h->by);
    ad_ctl_json_text(s->b, "note", h->note);
    ad_buf_addz(s->b, "}");
    return 0;
}

static int show_json(struct ad_ctl *c, const struct ad_incident *in)
{
    struct ad_buf b = {0};
    ad_buf_addz(&b, "{");
    ad_ctl_json_incident(&b, in);
    ad_buf_addz(&b, ",\"history\":[");
    struct story s = {c, &b, in->id, 0};
    int rc = ad_store_each_happened(c->store, in->id, add_happened, &s, &c->err);
    ad_buf_addz(&b, "]}\n");
    if (rc == 0)
        return ad_ctl_write(c, &b);
    ad_buf_free(&b);
    return rc;
}

int ad_ctl_show(struct ad_ctl *c, int n, char **arg)
{
    (void)n;
    char id[AD_INCIDENT_ID + 1];
    struct ad_incident in;
    int rc = ad_ctl_incident_id(c, arg[0], id);
    if (rc == 0)
        rc = ad_store_get_incident(c->store, id, &in, &c->err);
    if (rc <= 0)
        return rc ? rc : ad_err_set(&c->err, "no incident %s", arg[0]);
    if (!c->table)
        return show_json(c, &in);
    struct ad_buf b = {0};
    add_people(c, &b, &in);
    ad_buf_addz(&b, "\n");
    rc = ad_ctl_write(c, &b);
    char *whole = id;
    return rc ? rc : ad_ctl_history(c, 1, &whole);
}
