#include "alert/message.h"

#include "alert/text.h"
#include "record/json.h"
#include "record/json_text.h"

const char *const ad_member_name[AD_MEMBERS] = {
    "notice",   "incident", "dedup_key",  "event", "state",   "severity", "title",   "reason",
    "detector", "rule",     "tags",       "group", "score",   "count",    "started", "updated",
    "resolved", "by",       "suppressed", "level", "channel", "record",   "with"};

/* The size of the escape at p: a pair of surrogates is one, a lone one is none. */
static size_t escape_size(const char *p, const char *end)
{
    long unit = ad_json_unit(p, end);
    if (unit < 0)
        return end - p >= 2 ? 2 : 0;
    if (unit < 0xd800 || unit > 0xdfff)
        return 6;
    long low = unit < 0xdc00 ? ad_json_unit(p + 6, end) : -1;
    return low >= 0xdc00 && low <= 0xdfff ? 12 : 0;
}

/* The notice again, without what no JSON may hold; JSON has backslashes in strings only. */
static void clean(struct ad_buf *out, struct ad_str v)
{
    const char *p = v.s, *end = v.len ? v.s + v.len : v.s;
    while (p < end) {
        bool escape = *p == '\\', ascii = (unsigned char)*p < 0x80;
        size_t n = escape ? escape_size(p, end) : ascii ? 1 : ad_json_utf8(p, end);
        if (n)
            ad_buf_add(out, p, n);
        else
            ad_buf_addz(out, "\xEF\xBF\xBD");
        p += n ? n : escape && ad_json_unit(p, end) >= 0 ? 6 : 1;
    }
}

static int nomem(struct ad_err *err)
{
    ad_err_nomem(err);
    return AD_MESSAGE_NOMEM;
}

static struct ad_str literal(const struct ad_json_value *v)
{
    size_t quotes = v->kind == AD_JSON_STRING;
    if (v->kind == AD_JSON_ABSENT)
        return ad_str_of("null");
    return (struct ad_str){v->text.s - quotes, v->text.len + 2 * quotes};
}

static int decode_members(struct ad_message *m, const struct ad_json_value *value,
                          struct ad_err *err)
{
    size_t at[AD_MEMBERS];
    for (int i = 0; i < AD_MEMBERS; i++) {
        at[i] = m->decoded.len;
        if (value[i].kind == AD_JSON_STRING && value[i].escaped)
            ad_json_unescape(value[i].text, &m->decoded);
    }
    if (m->decoded.failed)
        return nomem(err);
    for (int i = 0; i < AD_MEMBERS; i++) {
        size_t end = i + 1 < AD_MEMBERS ? at[i + 1] : m->decoded.len;
        m->json[i] = literal(&value[i]);
        bool nothing = value[i].kind == AD_JSON_NULL || value[i].kind == AD_JSON_ABSENT;
        if (nothing)
            m->text[i] = ad_str_of("");
        else if (value[i].kind == AD_JSON_STRING && value[i].escaped)
            m->text[i] = (struct ad_str){m->decoded.s + at[i], end - at[i]};
        else
            m->text[i] = value[i].text;
    }
    return 0;
}

/* Without blanks and line ends around it. */
static struct ad_str trim(struct ad_str v)
{
    while (v.len && v.s[v.len - 1] && strchr(" \t\r\n", v.s[v.len - 1]))
        v.len--;
    while (v.len && *v.s && strchr(" \t\r\n", *v.s))
        v.s++, v.len--;
    return v;
}

int ad_message_read(struct ad_message *m, struct ad_str notice, struct ad_err *err)
{
    struct ad_str name[AD_MEMBERS];
    struct ad_json_value value[AD_MEMBERS];
    struct ad_json_line line;
    for (int i = 0; i < AD_MEMBERS; i++)
        name[i] = ad_str_of(ad_member_name[i]);
    struct ad_json_set *set = ad_json_set_new(name, AD_MEMBERS);
    clean(&m->clean, notice);
    if (!set || m->clean.failed) {
        ad_json_set_free(set);
        return nomem(err);
    }
    m->doc = trim(ad_buf_str(&m->clean));
    int rc = ad_json_scan(set, m->doc, value, &line);
    ad_json_set_free(set);
    if (rc)
        return ad_err_set(err, "not a notice: %s at byte %zu", line.why, line.at);
    if (decode_members(m, value, err))
        return AD_MESSAGE_NOMEM;
    struct ad_str state = m->text[AD_M_STATE];
    m->over = ad_str_eq(state, ad_str_of("resolved")) || ad_str_eq(state, ad_str_of("expired"));
    m->severity = ad_severity_parse(m->text[AD_M_SEVERITY]);
    return 0;
}

void ad_message_free(struct ad_message *m)
{
    ad_buf_free(&m->clean);
    ad_buf_free(&m->decoded);
    *m = (struct ad_message){0};
}

int ad_message_value(struct ad_str json, struct ad_buf *out)
{
    if (json.len >= 2 && json.s[0] == '"')
        return ad_json_unescape((struct ad_str){json.s + 1, json.len - 2}, out);
    return ad_str_eq(json, ad_str_of("null")) ? 0 : ad_buf_add(out, json.s, json.len);
}

void ad_message_members(struct ad_str object, bool (*each)(void *, struct ad_str, struct ad_str),
                        void *arg)
{
    struct ad_json_member m;
    struct ad_buf key = {0}, text = {0};
    bool more = true;
    for (size_t at = 0; more && object.len && ad_json_next(object, &at, &m);) {
        key.len = text.len = 0;
        ad_json_unescape(m.key, &key);
        if (m.value.kind == AD_JSON_STRING)
            ad_json_unescape(m.value.text, &text);
        else
            ad_message_value(m.value.text, &text);
        if (key.failed || text.failed)
            break;
        more = each(arg, ad_buf_str(&key), ad_buf_str(&text));
    }
    ad_buf_free(&key);
    ad_buf_free(&text);
}

/* Behind the value that begins at p: up to the comma or bracket that ends it. */
static const char *value_end(const char *p, const char *end)
{
    bool quoted = false;
    for (int depth = 0; p < end; p++) {
        if (quoted && *p == '\\')
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (!quoted && (*p == '[' || *p == '{'))
            depth++;
        else if (!quoted && depth == 0 && (*p == ',' || *p == ']'))
            break;
        else if (!quoted && (*p == ']' || *p == '}'))
            depth--;
    }
    return p;
}

bool ad_message_element(struct ad_str array, size_t *at, struct ad_str *json)
{
    if (array.len < 2 || array.s[0] != '[' || *at >= array.len - 1)
        return false;
    const char *p = array.s + *at + 1, *end = array.s + array.len, *stop = value_end(p, end);
    while (p < stop && strchr(" \t\r\n", *p))
        p++;
    *at = (size_t)(stop - array.s);
    while (stop > p && strchr(" \t\r\n", stop[-1]))
        stop--;
    *json = (struct ad_str){p, (size_t)(stop - p)};
    return json->len > 0;
}

/* The titles of other incidents in the same message. */
static bool also(const struct ad_message *m, bool (*each)(void *, struct ad_str, struct ad_str),
                 void *arg)
{
    struct ad_str json;
    bool more = true;
    for (size_t at = 0; more && ad_message_element(m->text[AD_M_WITH], &at, &json);) {
        struct ad_message other = {0};
        struct ad_err ignored = {0};
        if (ad_message_read(&other, json, &ignored) == 0)
            more = each(arg, ad_str_of("also"), other.text[AD_M_TITLE]);
        ad_err_free(&ignored);
        ad_message_free(&other);
    }
    return more;
}

void ad_message_facts(const struct ad_message *m,
                      bool (*each)(void *, struct ad_str, struct ad_str), void *arg)
{
    static const struct {
        enum ad_member member;
        const char *label, *unless;
    } facts[] = {
        {AD_M_SEVERITY, "severity", ""},     {AD_M_STATE, "state", ""},
        {AD_M_SCORE, "score", ""},           {AD_M_COUNT, "anomalies", ""},
        {AD_M_STARTED, "started", ""},       {AD_M_UPDATED, "last seen", ""},
        {AD_M_RESOLVED, "resolved", ""},     {AD_M_BY, "acknowledged by", ""},
        {AD_M_DETECTOR, "detector", ""},     {AD_M_RULE, "rule", ""},
        {AD_M_SUPPRESSED, "held back", "0"}, {AD_M_LEVEL, "level", "1"},
        {AD_M_INCIDENT, "incident", ""},
    };
    ad_message_members(m->text[AD_M_GROUP], each, arg);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct ad_str text = m->text[facts[i].member];
        bool zero = text.len == 1 && *text.s == '0';
        if (text.len && !zero && !ad_str_eq(text, ad_str_of(facts[i].unless)) &&
            !each(arg, ad_str_of(facts[i].label), text))
            return;
    }
    also(m, each, arg);
}

static bool add_line(void *arg, struct ad_str label, struct ad_str text)
{
    struct ad_buf *out = arg;
    if (out->len)
        ad_buf_addz(out, "\n");
    ad_text_add(out, label, AD_AS_LINE, 100);
    ad_buf_addz(out, ": ");
    return ad_text_add(out, text, AD_AS_LINE, 1000) == 0;
}

int ad_message_lines(const struct ad_message *m, struct ad_buf *out)
{
    struct ad_buf lines = {0};
    ad_message_facts(m, add_line, &lines);
    if (lines.failed)
        out->failed = true;
    ad_buf_add(out, lines.s, lines.len);
    ad_buf_free(&lines);
    return out->failed ? -1 : 0;
}
