/* Lines of known kinds. */
#include "record/log_private.h"

enum { TIME };
enum { IP = 1, USER, METHOD, PATH, STATUS, BYTES, REFERER, AGENT, LEVEL, TEXT };
enum { HOST = 1, PROGRAM, PID, MESSAGE, EVENT, LOGIN, FROM, PORT, HOW };

static const char *const none[] = {NULL};
static const char *const web[] = {"ip",      "user",  "method", "path",    "status", "bytes",
                                  "referer", "agent", "level",  "message", NULL};
static const char *const syslog[] = {"host", "program", "pid", "message", NULL};
static const char *const sshd[] = {"host", "program", "pid",  "message", "event",
                                   "user", "ip",      "port", "method",  NULL};
const char *const *const ad_log_columns[] = {none, web, syslog, sshd, none};

bool ad_span_until(struct ad_span *in, char c, struct ad_str *out)
{
    const char *to = in->p < in->end ? memchr(in->p, c, (size_t)(in->end - in->p)) : NULL;
    if (!to)
        return false;
    *out = (struct ad_str){in->p, (size_t)(to - in->p)};
    in->p = to + 1;
    return true;
}

/* Up to a blank, or to the end. */
static struct ad_str take_word(struct ad_span *in)
{
    struct ad_str word = {in->p, (size_t)(in->end - in->p)};
    if (!ad_span_until(in, ' ', &word))
        in->p = in->end;
    return word;
}

/* A sign for nothing. */
static struct ad_str or_nothing(struct ad_str v)
{
    return v.len == 1 && *v.s == '-' ? (struct ad_str){"", 0} : v;
}

static struct ad_str rest_of(const struct ad_span *in)
{
    return (struct ad_str){in->p, (size_t)(in->end - in->p)};
}

static bool begins(struct ad_str v, const char *with)
{
    size_t n = strlen(with);
    return v.len >= n && memcmp(v.s, with, n) == 0;
}

/* What stands between quotes, in which a backslash may stand before another. */
static bool take_quoted(struct ad_span *in, struct ad_str *out)
{
    if (!ad_span_skip(in, '"'))
        return false;
    const char *from = in->p;
    for (; in->p < in->end && *in->p != '"'; in->p++)
        in->p += *in->p == '\\' && in->p + 1 < in->end;
    *out = (struct ad_str){from, (size_t)(in->p - from)};
    return ad_span_skip(in, '"');
}

static bool take_stamp(struct ad_log *log, struct ad_span *in, char close, struct ad_str *out)
{
    if (log->cfg.own_time && close)
        return ad_span_until(in, close, out);
    return ad_log_take_time(log, in, true, out) && (!close || ad_span_skip(in, close));
}

/* 192.0.2.1:4711 without the port. */
static struct ad_str without_port(struct ad_str v)
{
    const char *colon = v.len ? memchr(v.s, ':', v.len) : NULL;
    bool one = colon && !memchr(colon + 1, ':', (size_t)(v.s + v.len - colon - 1));
    return one ? (struct ad_str){v.s, (size_t)(colon - v.s)} : v;
}

/* [core:error] [pid 1] [client 192.0.2.1:4711] text */
static void split_notes(struct ad_span *in, struct ad_str *out)
{
    struct ad_str note;
    while (ad_span_skip(in, '[') && ad_span_until(in, ']', &note)) {
        if (!out[LEVEL].len)
            out[LEVEL] = note;
        else if (begins(note, "client "))
            out[IP] = without_port((struct ad_str){note.s + 7, note.len - 7});
        ad_span_skip(in, ' ');
    }
    out[TEXT] = rest_of(in);
    const char *colon = out[LEVEL].len ? memchr(out[LEVEL].s, ':', out[LEVEL].len) : NULL;
    if (colon) {
        out[LEVEL].len -= (size_t)(colon + 1 - out[LEVEL].s);
        out[LEVEL].s = colon + 1;
    }
}

static enum ad_log_line split_error(struct ad_log *log, struct ad_span in, bool bracket,
                                    struct ad_str *out)
{
    if (!take_stamp(log, &in, bracket ? ']' : '\0', &out[TIME]) || !ad_span_skip(&in, ' '))
        return AD_LOG_BAD;
    split_notes(&in, out);
    const struct ad_str mark = {", client: ", 10};
    const char *client = ad_log_find(out[TEXT], mark);
    if (client) {
        out[IP] = (struct ad_str){client + mark.len, 0};
        while (out[IP].s + out[IP].len < in.end && out[IP].s[out[IP].len] != ',')
            out[IP].len++;
    }
    return out[LEVEL].len ? AD_LOG_RECORD : AD_LOG_BAD;
}

static void split_request(struct ad_str request, struct ad_str *out)
{
    const char *blank = request.len ? memchr(request.s, ' ', request.len) : NULL;
    if (!blank) {
        out[PATH] = or_nothing(request);
        return;
    }
    out[METHOD] = (struct ad_str){request.s, (size_t)(blank - request.s)};
    out[PATH] = (struct ad_str){blank + 1, (size_t)(request.s + request.len - blank - 1)};
    for (size_t i = out[PATH].len; i-- > 0;)
        if (out[PATH].s[i] == ' ') {
            out[PATH].len = i;
            break;
        }
}

enum ad_log_line ad_log_split_web(struct ad_log *log, struct ad_str line, struct ad_str *out)
{
    struct ad_span in = {line.s, line.s + line.len};
    struct ad_str skipped, request;
    if (ad_span_skip(&in, '['))
        return split_error(log, in, true, out);
    if (line.len > 10 && line.s[4] == '/' && line.s[7] == '/')
        return split_error(log, in, false, out);
    if (!ad_span_until(&in, ' ', &out[IP]) || !ad_span_until(&in, ' ', &skipped) ||
        !ad_span_until(&in, '[', &out[USER]) || !out[USER].len ||
        !take_stamp(log, &in, ']', &out[TIME]) || !ad_span_skip(&in, ' ') ||
        !take_quoted(&in, &request) || !ad_span_skip(&in, ' '))
        return AD_LOG_BAD;
    out[USER].len--;
    out[USER] = or_nothing(out[USER]);
    split_request(request, out);
    out[STATUS] = take_word(&in);
    out[BYTES] = or_nothing(take_word(&in));
    if (take_quoted(&in, &out[REFERER]) && ad_span_skip(&in, ' '))
        take_quoted(&in, &out[AGENT]);
    out[REFERER] = or_nothing(out[REFERER]);
    out[AGENT] = or_nothing(out[AGENT]);
    return out[STATUS].len == 3 ? AD_LOG_RECORD : AD_LOG_BAD;
}

/* RFC 5424, after its version: time host program pid id [data] message */
static void split_5424(struct ad_span *in, struct ad_str *out)
{
    out[HOST] = or_nothing(take_word(in));
    out[PROGRAM] = or_nothing(take_word(in));
    out[PID] = or_nothing(take_word(in));
    take_word(in);
    if (!ad_span_skip(in, '-')) {
        while (ad_span_skip(in, '[')) {
            struct ad_str quoted;
            while (in->p < in->end && *in->p != ']')
                if (*in->p != '"' || !take_quoted(in, &quoted))
                    in->p += in->p < in->end;
            ad_span_skip(in, ']');
        }
    }
    ad_span_skip(in, ' ');
    out[MESSAGE] = rest_of(in);
}

/* program[pid]: message */
static void split_3164(struct ad_span *in, struct ad_str *out)
{
    struct ad_span tag = *in;
    out[MESSAGE] = rest_of(in);
    while (tag.p < tag.end && *tag.p != '[' && *tag.p != ':' && *tag.p != ' ')
        tag.p++;
    struct ad_str program = {in->p, (size_t)(tag.p - in->p)}, pid = {"", 0};
    if (ad_span_skip(&tag, '[') && !ad_span_until(&tag, ']', &pid))
        return;
    if (!ad_span_skip(&tag, ':'))
        return;
    ad_span_skip(&tag, ' ');
    out[PROGRAM] = program;
    out[PID] = pid;
    out[MESSAGE] = rest_of(&tag);
}

enum ad_log_line ad_log_split_syslog(struct ad_log *log, struct ad_str line, struct ad_str *out)
{
    struct ad_span in = {line.s, line.s + line.len};
    struct ad_str priority;
    bool modern = false;
    if (ad_span_skip(&in, '<') && ad_span_until(&in, '>', &priority))
        modern = ad_span_skip(&in, '1') && ad_span_skip(&in, ' ');
    if (!ad_log_take_time(log, &in, false, &out[TIME]) || !ad_span_skip(&in, ' '))
        return AD_LOG_BAD;
    if (modern) {
        split_5424(&in, out);
    } else {
        out[HOST] = take_word(&in);
        split_3164(&in, out);
    }
    if (log->cfg.kind != AD_LOG_SSHD)
        return AD_LOG_RECORD;
    if (!begins(out[PROGRAM], "sshd"))
        return AD_LOG_OTHER;
    ad_log_split_sshd(out[MESSAGE], out);
    return AD_LOG_RECORD;
}

/* Whether it looks like an address of either kind. */
static bool is_address(struct ad_str v)
{
    size_t points = 0, colons = 0;
    for (size_t i = 0; i < v.len; i++) {
        char c = v.s[i], lower = (char)(c | 0x20);
        points += c == '.';
        colons += c == ':';
        if (c != '.' && c != ':' && !(c >= '0' && c <= '9') && !(lower >= 'a' && lower <= 'f'))
            return false;
    }
    return colons > 1 || (points == 3 && v.s[0] >= '0' && v.s[0] <= '9');
}

/* The last place of a mark: what comes before it is chosen by whoever logs in. */
static const char *find_last(struct ad_str v, const char *mark)
{
    size_t n = strlen(mark);
    for (size_t i = v.len; i-- > 0;)
        if (v.len - i >= n && v.s[i] == *mark && memcmp(v.s + i, mark, n) == 0)
            return v.s + i;
    return NULL;
}

/* The word after the last such mark, if it is an address. */
static bool take_address(struct ad_str v, const char *mark, struct ad_str *out)
{
    const char *at = find_last(v, mark);
    if (!at)
        return false;
    at += strlen(mark);
    struct ad_str word = {at, 0};
    while (at + word.len < v.s + v.len && !strchr(" ]", at[word.len]))
        word.len++;
    word.len -= word.len && at[word.len - 1] == ':';
    if (!is_address(word))
        return false;
    *out = word;
    return true;
}

/* ... 192.0.2.1 port 4711 */
static bool take_port(struct ad_str v, struct ad_str *out)
{
    const char *at = find_last(v, " port ");
    if (!at)
        return false;
    struct ad_str word = {at, 0};
    while (word.s > v.s && word.s[-1] != ' ') {
        word.s--;
        word.len++;
    }
    if (!is_address(word))
        return false;
    out[FROM] = word;
    struct ad_span in = {at + 6, v.s + v.len};
    out[PORT] = take_word(&in);
    return true;
}

void ad_log_split_sshd(struct ad_str v, struct ad_str *out)
{
    static const struct {
        const char *begins, *event;
    } kinds[] = {
        {"Failed ", "failed"},        {"Accepted ", "accepted"},   {"Invalid user ", "invalid"},
        {"Connection closed", "end"}, {"Connection reset", "end"}, {"Received disconnect", "end"},
        {"Disconnected from", "end"}, {"Disconnecting", "end"},    {"", "other"},
    };
    size_t k = 0;
    while (!begins(v, kinds[k].begins))
        k++;
    out[EVENT] = ad_str_of(kinds[k].event);
    if (!take_port(v, out) && !take_address(v, " from ", &out[FROM]) &&
        !take_address(v, " by ", &out[FROM]) && !take_address(v, " rhost=", &out[FROM]))
        take_address(v, "[", &out[FROM]);
    struct ad_span in = {v.s, v.s + v.len};
    if (k > 2)
        return;
    take_word(&in);
    if (k < 2) {
        out[HOW] = take_word(&in);
        take_word(&in); /* for */
    }
    if (begins(rest_of(&in), "invalid user "))
        in.p += 13;
    else if (k == 2)
        take_word(&in);
    const char *from = find_last(rest_of(&in), " from ");
    if (from)
        out[LOGIN] = (struct ad_str){in.p, (size_t)(from - in.p)};
}

static bool is_time_key(struct ad_str key)
{
    static const char *const names[] = {"time", "ts", "timestamp", "@timestamp", "t", "date"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (ad_str_eq(key, ad_str_of(names[i])))
            return true;
    return false;
}

enum ad_log_line ad_log_split_logfmt(struct ad_log *log, struct ad_str line, struct ad_str *out)
{
    struct ad_span in = {line.s, line.s + line.len};
    struct ad_str time = {"", 0};
    while (in.p < in.end) {
        struct ad_str key = {in.p, 0}, value = {"", 0};
        while (in.p < in.end && *in.p != '=' && *in.p != ' ')
            in.p++;
        key.len = (size_t)(in.p - key.s);
        if (ad_span_skip(&in, '=')) {
            if (in.p < in.end && *in.p == '"')
                take_quoted(&in, &value);
            else
                value = take_word(&in);
        }
        ad_span_skip(&in, ' ');
        ptrdiff_t column = key.len ? ad_names_find(&log->names, key) : -1;
        if (column > 0)
            out[column] = value;
        if (!time.len && is_time_key(key))
            time = value;
    }
    struct ad_span at = {time.s, time.s + time.len};
    if (log->cfg.own_time || !ad_log_take_time(log, &at, true, &out[TIME]))
        out[TIME] = time;
    return time.len ? AD_LOG_RECORD : AD_LOG_BAD;
}
