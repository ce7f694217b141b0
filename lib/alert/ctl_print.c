#include "alert/ctl.h"

#include "base/number.h"
#include "record/json.h"

#include <math.h>
#include <stdio.h>

int ad_ctl_table(struct ad_ctl *c, struct ad_table *t)
{
    int rc = !t         ? -1
             : c->table ? ad_table_people(t, &c->out, c->colour)
                        : ad_table_rows(t, &c->out, &c->format);
    ad_table_free(t);
    return rc ? ad_err_nomem(&c->err) : 0;
}

/* Local time without its fraction, for people: `2024-03-31 00:30:00`. */
static size_t print_local(struct ad_ctl *c, char out[32], double time)
{
    size_t n = ad_time_print(out, floor(ad_clock_wall(c->clock, time)));
    if (n == 20 && out[10] == 'T')
        out[10] = ' ';
    return n == 20 ? n - 1 : n;
}

void ad_ctl_add_time(struct ad_ctl *c, struct ad_buf *b, double time)
{
    char text[32];
    if (!isnan(time))
        ad_buf_add(b, text, print_local(c, text, time));
}

void ad_ctl_time(struct ad_ctl *c, struct ad_table *t, double time)
{
    char text[32];
    if (isnan(time))
        ad_table_empty(t);
    else
        ad_table_text(t, (struct ad_str){text, c->table ? print_local(c, text, time)
                                                        : ad_time_print(text, time)});
}

void ad_ctl_id(struct ad_ctl *c, struct ad_table *t, const char *id)
{
    struct ad_str v = ad_str_of(id);
    v.len = c->table && v.len > AD_CTL_ID ? AD_CTL_ID : v.len;
    ad_table_text(t, v);
}

/* Whether it is one JSON object. */
static bool is_object(struct ad_str text)
{
    struct ad_json_line line;
    return text.len && ad_json_scan(NULL, text, NULL, &line) == 0;
}

void ad_ctl_add_group(struct ad_buf *b, struct ad_str object)
{
    if (!is_object(object)) {
        ad_buf_add(b, object.s, object.len);
        return;
    }
    struct ad_json_member m;
    for (size_t at = 0, n = 0; ad_json_next(object, &at, &m); n++) {
        ad_buf_addz(b, n ? " " : "");
        ad_json_unescape(m.key, b);
        ad_buf_addz(b, "=");
        if (m.value.kind == AD_JSON_STRING)
            ad_json_unescape(m.value.text, b);
        else
            ad_buf_add(b, m.value.text.s, m.value.text.len);
    }
}

void ad_ctl_group(struct ad_ctl *c, struct ad_table *t, struct ad_str object)
{
    struct ad_buf b = {0};
    ad_ctl_add_group(&b, object);
    if (b.failed)
        ad_err_nomem(&c->err);
    ad_table_text(t, (struct ad_str){b.len ? b.s : "", b.len});
    ad_buf_free(&b);
}

void ad_ctl_add_visible(struct ad_buf *b, struct ad_str text)
{
    enum { PIECE = 60 }; /* as much as ad_buf_add_visible() takes */
    while (text.len) {
        size_t n = text.len < PIECE ? text.len : PIECE;
        /* Not in the middle of a character, if it is one. */
        for (size_t back = 0; n < text.len && back < 3 && ((unsigned char)text.s[n] & 0xc0) == 0x80;
             back++)
            n--;
        ad_buf_add_visible(b, (struct ad_str){text.s, n});
        text.s += n;
        text.len -= n;
    }
}

static void add_name(struct ad_buf *b, const char *name)
{
    bool first = b->len == 0 || b->s[b->len - 1] == '{';
    ad_buf_addz(b, first ? "" : ",");
    ad_json_quote(b, ad_str_of(name));
    ad_buf_addz(b, ":");
}

void ad_ctl_json_text(struct ad_buf *b, const char *name, struct ad_str text)
{
    add_name(b, name);
    ad_json_quote(b, text);
}

void ad_ctl_json_number(struct ad_buf *b, const char *name, double x)
{
    char text[AD_NUMBER_MAX];
    add_name(b, name);
    if (isfinite(x))
        ad_buf_add(b, text, ad_number_print(text, x));
    else
        ad_buf_addz(b, "null");
}

void ad_ctl_json_time(struct ad_buf *b, const char *name, double time)
{
    char text[32];
    size_t n = ad_time_print(text, time);
    add_name(b, name);
    if (n)
        ad_json_quote(b, (struct ad_str){text, n});
    else
        ad_buf_addz(b, "null");
}

void ad_ctl_json_object(struct ad_buf *b, const char *name, struct ad_str json)
{
    add_name(b, name);
    if (is_object(json))
        ad_buf_add(b, json.s, json.len);
    else
        ad_json_quote(b, json);
}

int ad_ctl_write(struct ad_ctl *c, struct ad_buf *b)
{
    bool failed = b->failed;
    if (!failed)
        ad_sink_write(&c->out, b->s, b->len);
    ad_buf_free(b);
    return failed ? ad_err_nomem(&c->err) : 0;
}

void ad_ctl_say(struct ad_ctl *c, const char *fmt, ...)
{
    struct ad_err text = {0};
    struct ad_buf b = {0};
    va_list ap;
    va_start(ap, fmt);
    ad_err_vset(&text, fmt, ap);
    va_end(ap);
    ad_ctl_add_visible(&b, ad_str_of(text.text));
    ad_buf_addz(&b, "\n");
    if (!c->set.quiet && !b.failed)
        ad_sink_write(&c->out, b.s, b.len);
    ad_buf_free(&b);
    ad_err_free(&text);
}

static int id_of(struct ad_ctl *c, int found, const char *what, const char *given)
{
    if (found == 0)
        return ad_err_set(&c->err, "no %s %s", what, given);
    if (found > 1)
        return ad_err_set(&c->err, "%s is short for several %ss; give more of it", given, what);
    return found < 0 ? found : 0;
}

int ad_ctl_incident_id(struct ad_ctl *c, const char *given, char id[AD_INCIDENT_ID + 1])
{
    return id_of(c, ad_store_find_incident(c->store, given, id, &c->err), "incident", given);
}

int ad_ctl_notice_id(struct ad_ctl *c, const char *given, char id[AD_INCIDENT_ID + 1])
{
    return id_of(c, ad_store_find_notice(c->store, given, id, &c->err), "notice", given);
}

int ad_ctl_words(struct ad_ctl *c, const char *list, const struct ad_ctl_word *word, unsigned *set)
{
    *set = 0;
    for (size_t len; *list; list += len + (list[len] == ',')) {
        len = strcspn(list, ",");
        const struct ad_ctl_word *w = word;
        while (w->name && !(strlen(w->name) == len && memcmp(w->name, list, len) == 0))
            w++;
        if (!w->name) {
            struct ad_buf names = {0};
            for (w = word; w->name; w++) {
                ad_buf_addz(&names, w > word ? ", " : "");
                ad_buf_addz(&names, w->name);
            }
            ad_buf_add(&names, "", 1);
            ad_err_set(&c->err, "--state=%.*s: there are %s", (int)len, list,
                       names.failed ? "others" : names.s);
            ad_buf_free(&names);
            return -1;
        }
        *set |= w->set;
    }
    return *set ? 0 : ad_err_set(&c->err, "--state names nothing");
}
