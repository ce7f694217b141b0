#include "alert/template.h"

#include "alert/message.h"
#include "base/names.h"
#include "record/json.h"

#include <stdlib.h>

/* Text, and the field that follows it; the last has none. */
struct piece {
    struct ad_str before;
    struct ad_str field; /* .s NULL: none */
    enum ad_as first;    /* its own escape; AD_AS_TEXT: none */
};

struct ad_template {
    char *text;    /* a copy, for the views */
    enum ad_as as; /* the escape of all fields */
    struct piece *piece;
    size_t n;
    struct ad_json_set *set;
    struct ad_json_value *value; /* of piece i */
};

static int parse_escape(struct ad_str name, enum ad_as *as, struct ad_err *err)
{
    static const struct {
        const char *name;
        enum ad_as as;
    } known[] = {
        {"json", AD_AS_JSON}, {"url", AD_AS_URL}, {"html", AD_AS_HTML}, {"value", AD_AS_VALUE}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (ad_str_eq(name, ad_str_of(known[i].name))) {
            *as = known[i].as;
            return 0;
        }
    struct ad_buf shown = {0};
    ad_buf_add_visible(&shown, name);
    ad_err_set(err, "no escape \"%.*s\": it is one of json, url, html, value", (int)shown.len,
               shown.len ? shown.s : "");
    ad_buf_free(&shown);
    return -1;
}

/* What is called so is known; what lies below a record or group is not. */
static int check_field(struct ad_str field, struct ad_err *err)
{
    const char *dot = memchr(field.s, '.', field.len);
    struct ad_str top = {field.s, dot ? (size_t)(dot - field.s) : field.len};
    struct ad_str name[AD_MEMBERS];
    for (int i = 0; i < AD_MEMBERS; i++) {
        name[i] = ad_str_of(ad_member_name[i]);
        if (ad_str_eq(top, name[i]))
            return 0;
    }
    const struct ad_str *near = ad_names_nearest(&(struct ad_names){name, AD_MEMBERS}, top);
    struct ad_buf shown = {0};
    ad_buf_add_visible(&shown, field);
    ad_err_set(err, "notices have no \"%.*s\"%s%.*s%s", (int)shown.len, shown.s,
               near ? "; did you mean \"" : ", but perhaps record.",
               near ? (int)near->len : (int)shown.len, near ? near->s : shown.s, near ? "\"?" : "");
    ad_buf_free(&shown);
    return -1;
}

/* What stands between {{ and }}. */
static int parse_field(struct ad_str inside, struct piece *p, struct ad_err *err)
{
    const char *bar = inside.len ? memchr(inside.s, '|', inside.len) : NULL;
    size_t len = bar ? (size_t)(bar - inside.s) : inside.len;
    p->field = ad_str_trim((struct ad_str){inside.s, len});
    if (!p->field.len)
        return ad_err_set(err, "no field between the braces");
    if (bar &&
        parse_escape(ad_str_trim((struct ad_str){bar + 1, inside.len - len - 1}), &p->first, err))
        return -1;
    return check_field(p->field, err);
}

static const char *find(const char *p, const char *end, char twice)
{
    for (; end - p >= 2; p++)
        if (p[0] == twice && p[1] == twice)
            return p;
    return NULL;
}

static int parse(struct ad_template *t, size_t len, size_t *at, struct ad_err *err)
{
    const char *p = t->text, *end = p + len;
    for (;;) {
        struct piece *piece = &t->piece[t->n++];
        const char *open = find(p, end, '{'), *close = open ? find(open + 2, end, '}') : NULL;
        *piece =
            (struct piece){.before = {p, (size_t)((open ? open : end) - p)}, .first = AD_AS_TEXT};
        if (!open)
            return 0;
        *at = (size_t)(open - t->text);
        if (!close)
            return ad_err_set(err, "\"{{\" without \"}}\"");
        if (parse_field((struct ad_str){open + 2, (size_t)(close - open - 2)}, piece, err))
            return -1;
        p = close + 2;
    }
}

static int prepare(struct ad_template *t, struct ad_err *err)
{
    struct ad_str *names = calloc(t->n, sizeof *names);
    t->value = calloc(t->n, sizeof *t->value);
    for (size_t i = 0; names && i + 1 < t->n; i++)
        names[i] = t->piece[i].field;
    t->set = names ? ad_json_set_new(names, t->n - 1) : NULL;
    free(names);
    return t->set && t->value ? 0 : ad_err_nomem(err);
}

struct ad_template *ad_template_new(struct ad_str text, enum ad_as as, size_t *at,
                                    struct ad_err *err)
{
    size_t pieces = 1;
    for (size_t i = 0; i + 1 < text.len; i++)
        pieces += text.s[i] == '{' && text.s[i + 1] == '{';
    struct ad_template *t = calloc(1, sizeof *t);
    *at = 0;
    if (t) {
        t->text = malloc(text.len + 1);
        t->piece = calloc(pieces, sizeof *t->piece);
    }
    if (!t || !t->text || !t->piece) {
        ad_err_nomem(err);
        ad_template_free(t);
        return NULL;
    }
    if (text.len)
        memcpy(t->text, text.s, text.len);
    t->as = as;
    if (parse(t, text.len, at, err) || prepare(t, err)) {
        ad_template_free(t);
        return NULL;
    }
    return t;
}

void ad_template_free(struct ad_template *t)
{
    if (!t)
        return;
    ad_json_set_free(t->set);
    free(t->value);
    free(t->piece);
    free(t->text);
    free(t);
}

/* The value as its text stands in the notice, with the quotes of a string. */
static struct ad_str literal(const struct ad_json_value *v)
{
    if (v->kind == AD_JSON_ABSENT)
        return ad_str_of("null");
    bool string = v->kind == AD_JSON_STRING;
    return (struct ad_str){v->text.s - string, v->text.len + 2U * string};
}

/* Append a value: as text, or as it is, then its own escape, then that of the template. */
static void add_value(struct ad_buf *out, struct ad_str v, enum ad_as first, enum ad_as as)
{
    struct ad_buf text = {0}, inner = {0};
    struct ad_str from = v;
    if (first != AD_AS_VALUE) {
        ad_message_value(v, &text);
        from = ad_buf_str(&text);
    }
    if (first == AD_AS_JSON || first == AD_AS_URL || first == AD_AS_HTML) {
        ad_text_add(&inner, from, first, AD_NO_LIMIT);
        from = ad_buf_str(&inner);
    }
    bool done = first == as || (first == AD_AS_VALUE && as == AD_AS_JSON);
    ad_text_add(out, from, done ? AD_AS_TEXT : as, AD_NO_LIMIT);
    out->failed = out->failed || text.failed || inner.failed;
    ad_buf_free(&text);
    ad_buf_free(&inner);
}

int ad_template_render(struct ad_template *t, struct ad_str doc, struct ad_buf *out)
{
    struct ad_json_line line;
    if (ad_json_scan(t->set, doc, t->value, &line))
        return -1;
    for (size_t i = 0; i < t->n; i++) {
        const struct piece *p = &t->piece[i];
        ad_buf_add(out, p->before.s, p->before.len);
        if (p->field.s)
            add_value(out, literal(&t->value[i]), p->first, t->as);
    }
    return out->failed ? -1 : 0;
}
