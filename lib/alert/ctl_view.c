#include "alert/ctl.h"

#include <math.h>
#include <stdio.h>

/* What is being filled. */
struct view {
    struct ad_ctl *c;
    struct ad_table *t;
    struct ad_buf json;
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static int begin(struct view *v, struct ad_ctl *c, const struct ad_column *column, size_t n)
{
    *v = (struct view){.c = c, .t = ad_table_new(column, n)};
    return v->t ? 0 : ad_err_nomem(&c->err);
}

/* Print the table, unless what filled it has failed. */
static int finish(struct view *v, int rc)
{
    if (rc == 0)
        return ad_ctl_table(v->c, v->t);
    ad_table_free(v->t);
    return rc;
}

static const struct ad_ctl_word incident_states[] = {
    {"open", AD_INCIDENTS_OPEN},
    {"all", AD_INCIDENTS_ALL},
    {"pending", 1 << AD_INCIDENT_PENDING},
    {"firing", 1 << AD_INCIDENT_FIRING},
    {"acknowledged", 1 << AD_INCIDENT_ACKNOWLEDGED},
    {"resolved", 1 << AD_INCIDENT_RESOLVED},
    {"expired", 1 << AD_INCIDENT_EXPIRED},
    {NULL, 0},
};

static int add_incident(void *arg, const struct ad_incident *in)
{
    struct view *v = arg;
    v->c->found = true;
    ad_ctl_id(v->c, v->t, in->id);
    ad_table_text(v->t, ad_str_of(ad_incident_state_name(in->state)));
    ad_table_text(v->t, ad_str_of(ad_severity_name(in->severity)));
    ad_ctl_time(v->c, v->t, in->started);
    ad_ctl_time(v->c, v->t, in->updated);
    ad_table_number(v->t, (double)in->count, 0);
    ad_table_number(v->t, in->score, 2);
    ad_table_text(v->t, in->detector);
    ad_ctl_group(v->c, v->t, in->group);
    ad_table_text(v->t, in->acknowledged_by);
    ad_table_text(v->t, in->reason);
    return 0;
}

static int add_incident_json(void *arg, const struct ad_incident *in)
{
    struct view *v = arg;
    v->c->found = true;
    ad_buf_addz(&v->json, "{");
    ad_ctl_json_incident(&v->json, in);
    ad_buf_addz(&v->json, "}\n");
    return ad_ctl_write(v->c, &v->json);
}

int ad_ctl_list(struct ad_ctl *c, int n, char **arg)
{
    static const struct ad_column column[] = {
        {"incident"}, {"state"},    {"severity"}, {"started"}, {"updated"}, {"count"},
        {"score"},    {"detector"}, {"group"},    {"by"},      {"reason"},
    };
    (void)n, (void)arg;
    unsigned states = AD_INCIDENTS_OPEN;
    struct view v;
    if ((c->set.state && ad_ctl_words(c, c->set.state, incident_states, &states)) ||
        begin(&v, c, column, COUNT(column)))
        return -1;
    bool json = !c->table && c->format.kind == AD_FORMAT_NDJSON;
    int rc = ad_store_each_incident(c->store, states, json ? add_incident_json : add_incident, &v,
                                    &c->err);
    return finish(&v, rc);
}

static int add_happened(void *arg, const struct ad_happened *h)
{
    struct view *v = arg;
    v->c->found = true;
    ad_ctl_time(v->c, v->t, h->wall);
    ad_ctl_id(v->c, v->t, h->incident);
    ad_table_text(v->t, h->what);
    ad_table_text(v->t, h->by);
    ad_table_text(v->t, h->note);
    return 0;
}

int ad_ctl_history(struct ad_ctl *c, int n, char **arg)
{
    static const struct ad_column column[] = {{"time"}, {"incident"}, {"what"}, {"by"}, {"note"}};
    char id[AD_INCIDENT_ID + 1];
    struct view v;
    int rc = n ? ad_ctl_incident_id(c, arg[0], id) : 0;
    if (rc || (rc = begin(&v, c, column, COUNT(column))) != 0)
        return rc;
    rc = ad_store_each_happened(c->store, n ? id : NULL, add_happened, &v, &c->err);
    return finish(&v, rc);
}

static const struct ad_ctl_word outbox_states[] = {
    {"open", 1 << AD_OUTBOX_WAITING | 1 << AD_OUTBOX_FAILED},
    {"all", (2 << AD_OUTBOX_DROPPED) - 1},
    {"waiting", 1 << AD_OUTBOX_WAITING},
    {"delivered", 1 << AD_OUTBOX_DELIVERED},
    {"failed", 1 << AD_OUTBOX_FAILED},
    {"dropped", 1 << AD_OUTBOX_DROPPED},
    {NULL, 0},
};

static int add_outgoing(void *arg, const struct ad_outgoing *n)
{
    static const char *const state[] = {"waiting", "delivered", "failed", "dropped"};
    struct view *v = arg;
    bool waiting = n->state == AD_OUTBOX_WAITING, sending = waiting && n->owner != 0;
    v->c->found = true;
    ad_ctl_id(v->c, v->t, n->id);
    ad_table_text(v->t, ad_str_of(sending ? "sending" : state[n->state]));
    ad_table_text(v->t, n->channel);
    ad_table_text(v->t, ad_str_of(ad_notice_event_name(n->event)));
    ad_ctl_id(v->c, v->t, n->incident);
    ad_ctl_time(v->c, v->t, n->made);
    ad_table_number(v->t, (double)n->attempts, 0);
    ad_ctl_time(v->c, v->t, waiting ? n->ready : n->done);
    ad_table_text(v->t, n->why);
    return 0;
}

int ad_ctl_outbox(struct ad_ctl *c, int n, char **arg)
{
    static const struct ad_column column[] = {
        {"notice"}, {"state"},    {"channel"}, {"event"}, {"incident"},
        {"made"},   {"attempts"}, {"at"},      {"why"},
    };
    (void)n, (void)arg;
    unsigned states = 0;
    struct view v;
    if (ad_ctl_words(c, c->set.state ? c->set.state : "open", outbox_states, &states) ||
        begin(&v, c, column, COUNT(column)))
        return -1;
    return finish(&v, ad_store_each_outgoing(c->store, states, add_outgoing, &v, &c->err));
}

static int add_silence(void *arg, const struct ad_silence *s)
{
    struct view *v = arg;
    struct ad_buf b = {0};
    v->c->found = true;
    for (size_t i = 0; i < s->matchers.len; i++)
        ad_buf_add(&b, s->matchers.s[i] == '\n' ? " " : s->matchers.s + i, 1);
    ad_table_number(v->t, (double)s->id, 0);
    ad_table_text(v->t, ad_str_of(s->from > v->c->now ? "to come" : "in force"));
    ad_ctl_time(v->c, v->t, s->from);
    ad_ctl_time(v->c, v->t, s->until);
    ad_table_text(v->t, (struct ad_str){b.len ? b.s : "", b.len});
    ad_table_text(v->t, s->by);
    ad_table_text(v->t, s->comment);
    int rc = b.failed ? ad_err_nomem(&v->c->err) : 0;
    ad_buf_free(&b);
    return rc;
}

int ad_ctl_silences(struct ad_ctl *c, int n, char **arg)
{
    static const struct ad_column column[] = {
        {"silence"}, {"state"}, {"from"}, {"until"}, {"matchers"}, {"by"}, {"comment"},
    };
    (void)n, (void)arg;
    struct view v;
    int rc = begin(&v, c, column, COUNT(column));
    return rc ? rc : finish(&v, ad_store_each_silence(c->store, c->now, add_silence, &v, &c->err));
}

static int add_count(void *arg, const char *what, struct ad_str of, double n)
{
    struct view *v = arg;
    v->c->found = true;
    ad_table_text(v->t, ad_str_of(what));
    ad_table_text(v->t, of);
    ad_table_number(v->t, n, 0);
    return 0;
}

int ad_ctl_stats(struct ad_ctl *c, int n, char **arg)
{
    static const struct ad_column column[] = {{"what"}, {"of"}, {"count"}};
    (void)n, (void)arg;
    struct view v;
    int rc = begin(&v, c, column, COUNT(column));
    return rc ? rc : finish(&v, ad_store_each_count(c->store, c->now, add_count, &v, &c->err));
}
