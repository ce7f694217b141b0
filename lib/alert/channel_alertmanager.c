#include "alert/text.h"
#include "alert/web.h"
#include "base/time.h"

#include <stdlib.h>
#include <time.h>

enum { LABEL = 1024, ANNOTATION = 4000 };

/* Prometheus Alertmanager, API v2. It forgets an alert that is not told of again, so each post says
 * until when it holds. */
struct alertmanager {
    struct ad_web web;
    struct ad_wording wording;
    struct ad_template *alertname, *generator;
    struct ad_buf labels; /* those of the section, as JSON members */
    struct ad_buf names;  /* theirs, each between NULs */
};

static bool is_name_char(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

/* `label = name=value` of the section. */
static int add_label(struct alertmanager *a, const struct ad_setup *su, struct ad_str v)
{
    const char *equals = v.len ? memchr(v.s, '=', v.len) : NULL;
    struct ad_str name = {v.s, equals ? (size_t)(equals - v.s) : 0};
    name = ad_str_trim(name);
    for (size_t i = 0; i < name.len; i++)
        if (!is_name_char(name.s[i], i == 0))
            name.len = 0;
    if (!name.len)
        return ad_setup_fail(su, "label",
                             "not a label: name=value, the name of letters, digits and _");
    struct ad_str value = {equals + 1, (size_t)(v.s + v.len - equals - 1)};
    ad_put_text(&a->labels, name, ad_str_trim(value), LABEL);
    ad_buf_add(&a->names, name.s, name.len);
    ad_buf_add(&a->names, "", 1);
    return a->labels.failed || a->names.failed ? ad_err_nomem(su->err) : 0;
}

static int open_alertmanager(struct ad_channel *ch, const struct ad_setup *su)
{
    struct ad_web_need need = {.base = true};
    struct alertmanager *a = ch->own = calloc(1, sizeof *a);
    if (!a)
        return ad_err_nomem(su->err);
    need.secret = ad_setup_get(su, "header-file").s || ad_setup_get(su, "header-env").s;
    ch->refresh = 900;
    if (ad_setup_seconds(su, "am-ttl", 10, 86400, &ch->refresh) ||
        ad_web_open(&a->web, su, &need, ch->timeout) || ad_web_headers(&a->web, su) ||
        ad_wording_open(&a->wording, su) ||
        ad_setup_template(su, "alertname", "{{detector}}", AD_AS_TEXT, &a->alertname) ||
        ad_setup_template(su, "generator-url", NULL, AD_AS_URL, &a->generator))
        return -1;
    for (size_t i = 0; i < su->section->n; i++)
        if (ad_str_eq(su->section->pair[i].key, ad_str_of("label")) &&
            add_label(a, su, su->section->pair[i].value))
            return -1;
    return 0;
}

static void close_alertmanager(struct ad_channel *ch)
{
    struct alertmanager *a = ch->own;
    ad_web_close(&a->web);
    ad_wording_close(&a->wording);
    ad_template_free(a->alertname);
    ad_template_free(a->generator);
    ad_buf_free(&a->labels);
    ad_buf_free(&a->names);
    free(a);
}

/* The labels of one alert: `names` are those there are, each with a NUL behind it. */
struct labels {
    struct ad_buf *b, names;
};

static bool is_taken(const struct ad_buf *names, struct ad_str name)
{
    for (size_t i = 0; i < names->len; i += strlen(names->s + i) + 1)
        if (ad_str_eq(ad_str_of(names->s + i), name))
            return true;
    return false;
}

/* What is no letter or digit becomes _, and so does the end of a name that is taken. */
static bool put_label(void *arg, struct ad_str name, struct ad_str value)
{
    struct labels *l = arg;
    struct ad_buf safe = {0};
    for (size_t i = 0; i < name.len; i++) {
        if (i == 0 && !is_name_char(name.s[0], true) && is_name_char(name.s[0], false))
            ad_buf_addz(&safe, "_");
        ad_buf_add(&safe, is_name_char(name.s[i], false) ? name.s + i : "_", 1);
    }
    while (!safe.failed && (!safe.len || is_taken(&l->names, ad_buf_str(&safe))))
        ad_buf_addz(&safe, "_");
    ad_buf_add(&l->names, safe.s, safe.len);
    ad_buf_add(&l->names, "", 1);
    ad_put_text(l->b, ad_buf_str(&safe), value, LABEL);
    l->b->failed = l->b->failed || safe.failed || l->names.failed;
    ad_buf_free(&safe);
    return !l->b->failed;
}

/* Only what never changes while the incident lasts: together they are its identity. */
static void put_labels(struct ad_buf *b, const struct alertmanager *a, const struct ad_message *m)
{
    struct labels l = {.b = b};
    struct ad_buf alertname = {0};
    if (ad_template_render(a->alertname, m->doc, &alertname))
        b->failed = true;
    ad_put_open(b, "labels", '{');
    put_label(&l, ad_str_of("alertname"),
              alertname.len ? ad_buf_str(&alertname) : ad_str_of("adkit"));
    put_label(&l, ad_str_of("dedup_key"), m->text[AD_M_DEDUP_KEY]);
    if (a->labels.len)
        ad_put_raw(b, NULL, ad_buf_str(&a->labels));
    ad_buf_add(&l.names, a->names.s, a->names.len);
    ad_message_members(m->text[AD_M_GROUP], put_label, &l);
    ad_put_close(b, '}');
    ad_buf_free(&l.names);
    ad_buf_free(&alertname);
}

static void put_annotations(struct ad_buf *b, const struct alertmanager *a,
                            const struct ad_message *m)
{
    static const enum ad_member members[] = {AD_M_SEVERITY, AD_M_REASON, AD_M_RULE,    AD_M_SCORE,
                                             AD_M_COUNT,    AD_M_STATE,  AD_M_INCIDENT};
    struct ad_buf title = {0}, text = {0};
    if (a->wording.title)
        ad_wording_title(&a->wording, m, &title);
    else
        ad_buf_add(&title, m->text[AD_M_TITLE].s, m->text[AD_M_TITLE].len);
    ad_wording_text(&a->wording, m, &text);
    b->failed = b->failed || title.failed || text.failed;
    ad_put_open(b, "annotations", '{');
    ad_put_member(b, "summary", ad_buf_str(&title), ANNOTATION);
    ad_put_member(b, "description", ad_buf_str(&text), ANNOTATION);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (m->text[members[i]].len)
            ad_put_member(b, ad_member_name[members[i]], m->text[members[i]], ANNOTATION);
    ad_put_close(b, '}');
    ad_buf_free(&title);
    ad_buf_free(&text);
}

/* The earlier of the notice's time and `now`; times of this form compare as texts, to the second.
 */
static struct ad_str not_after(struct ad_str t, struct ad_str now)
{
    enum { SECONDS = 19 };
    bool time = t.len >= 20 && t.s[4] == '-' && t.s[10] == 'T';
    return time && memcmp(t.s, now.s, SECONDS) <= 0 ? t : now;
}

static void put_alert(struct ad_buf *b, const struct alertmanager *a, const struct ad_message *m,
                      double ttl)
{
    char clock[32], until[32];
    double t = (double)time(NULL);
    struct ad_str now = {clock, ad_time_print(clock, t)};
    struct ad_str later = {until, ad_time_print(until, t + ttl)};
    struct ad_str start = not_after(m->text[AD_M_STARTED], now);
    struct ad_str end = m->over ? not_after(m->text[AD_M_RESOLVED], now) : later;
    if (not_after(end, start).s == end.s)
        end = start; /* an alert that ends before it begins is refused */
    ad_put_open(b, NULL, '{');
    put_labels(b, a, m);
    put_annotations(b, a, m);
    ad_put_member(b, "startsAt", start, AD_NO_LIMIT);
    ad_put_member(b, "endsAt", end, AD_NO_LIMIT);
    ad_put_template(b, "generatorURL", a->generator, m, LABEL);
    ad_put_close(b, '}');
}

/* Incidents that share the message are alerts of their own. */
static void write_body(struct ad_buf *b, const struct alertmanager *a, const struct ad_message *m,
                       double ttl)
{
    struct ad_str json;
    ad_put_open(b, NULL, '[');
    put_alert(b, a, m, ttl);
    for (size_t at = 0; ad_message_element(m->text[AD_M_WITH], &at, &json);) {
        struct ad_message other = {0};
        struct ad_err err = {0};
        int rc = ad_message_read(&other, json, &err);
        if (rc == 0)
            put_alert(b, a, &other, ttl);
        else if (rc == AD_MESSAGE_NOMEM)
            b->failed = true;
        ad_err_free(&err);
        ad_message_free(&other);
    }
    ad_put_close(b, ']');
}

static void send_alertmanager(struct ad_channel *ch, const struct ad_message *m,
                              struct ad_delivery *out)
{
    static const char *const json[] = {"Content-Type: application/json", NULL};
    struct alertmanager *a = ch->own;
    struct ad_http_answer answer;
    struct ad_buf body = {0};
    write_body(&body, a, m, ch->refresh);
    if (ad_channel_made(ch, &body, out)) {
        ad_web_post(&a->web, "/api/v2/alerts", json, ad_buf_str(&body), &answer);
        ad_http_judge(&answer, answer.status == 200, &ch->secrets, out);
    }
    ad_buf_free(&body);
}

static const char *const keys[] = {AD_WEB_KEYS, AD_WEB_HEADER_KEYS, "url",    "url-file",
                                   "url-env",   AD_WORDING_KEYS,    "am-ttl", "alertname",
                                   "label",     "generator-url",    NULL};

const struct ad_channel_kind ad_channel_alertmanager = {
    .name = "alertmanager",
    .keys = keys,
    .timeout = 30,
    .open = open_alertmanager,
    .send = send_alertmanager,
    .close = close_alertmanager,
};
