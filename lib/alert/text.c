#include "alert/text.h"

#include "record/json.h"
#include "record/json_text.h"

static const char ellipsis[] = "\xE2\x80\xA6", unknown[] = "\xEF\xBF\xBD";

/* The bytes of the valid UTF-8 character at p, 0 if there is none. */
static size_t char_size(const char *p, const char *end)
{
    return (unsigned char)*p < 0x80 ? 1 : ad_json_utf8(p, end);
}

/* C0, DEL, C1, and the two line ends of Unicode. */
static bool is_control(const char *c, size_t n)
{
    const unsigned char *u = (const unsigned char *)c;
    return n == 1   ? u[0] < 0x20 || u[0] == 0x7f
           : n == 2 ? u[0] == 0xc2 && u[1] < 0xa0
                    : n == 3 && u[0] == 0xe2 && u[1] == 0x80 && (u[2] == 0xa8 || u[2] == 0xa9);
}

static bool is_unreserved(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c && strchr("-._~", c));
}

static size_t percent(const char *c, size_t n, char *to)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < n; i++) {
        to[3 * i] = '%';
        to[3 * i + 1] = hex[(unsigned char)c[i] >> 4];
        to[3 * i + 2] = hex[(unsigned char)c[i] & 15];
    }
    return 3 * n;
}

/* Slack knows three of them. */
static const char *entity(char c, enum ad_as as)
{
    bool quote = c == '"' || c == '\'';
    return as == AD_AS_SLACK && quote ? NULL : ad_str_entity(c);
}

static size_t json_control(char c, char *to)
{
    static const char hex[] = "0123456789abcdef", from[] = "\b\f\n\r\t", name[] = "bfnrt";
    const char *known = c ? strchr(from, c) : NULL;
    to[0] = '\\';
    if (known) {
        to[1] = name[known - from];
        return 2;
    }
    memcpy(to + 1, "u00", 3);
    to[4] = hex[c >> 4 & 15];
    to[5] = hex[c & 15];
    return 6;
}

/* One character as it is to be written; up to 12 bytes. */
static size_t write_char(const char *c, size_t n, enum ad_as as, char to[12])
{
    const char *named = as == AD_AS_HTML || as == AD_AS_SLACK ? entity(*c, as) : NULL;
    if (named)
        n = strlen(c = named);
    else if (as == AD_AS_URL && !is_unreserved(*c))
        return percent(c, n, to);
    else if (as == AD_AS_JSON && (*c == '"' || *c == '\\'))
        return to[0] = '\\', to[1] = *c, 2;
    else if (as == AD_AS_JSON && (unsigned char)*c < 0x20)
        return json_control(*c, to);
    else if (as == AD_AS_LINE && is_control(c, n))
        return to[0] = ' ', 1;
    else if (as == AD_AS_HTML && is_control(c, n) && (n > 1 || !strchr("\t\n", *c) || !*c))
        n = strlen(c = unknown);
    memcpy(to, c, n);
    return n;
}

int ad_text_add(struct ad_buf *out, struct ad_str v, enum ad_as as, size_t most)
{
    size_t tail = as == AD_AS_URL ? 9 : 3, start = out->len, fits = start;
    for (size_t i = 0; i < v.len;) {
        size_t n = char_size(v.s + i, v.s + v.len);
        char to[12];
        size_t size = n ? write_char(v.s + i, n, as, to) : write_char(unknown, 3, as, to);
        if (size > most - (out->len - start)) {
            out->len = fits;
            size = write_char(ellipsis, 3, as, to);
            return ad_buf_add(out, to, size);
        }
        if (ad_buf_add(out, to, size))
            return -1;
        if (out->len - start <= most - tail)
            fits = out->len;
        i += n ? n : 1;
    }
    return out->failed ? -1 : 0;
}

int ad_text_add_said(struct ad_buf *out, struct ad_str v)
{
    enum { MOST = 200 };
    static const char hex[] = "0123456789ABCDEF";
    size_t end = out->len + MOST;
    while (v.len && strchr(" \t\r\n", v.s[v.len - 1]) && v.s[v.len - 1])
        v.len--;
    for (size_t i = 0; i < v.len;) {
        size_t n = char_size(v.s + i, v.s + v.len);
        bool visible = n && !is_control(v.s + i, n);
        char escape[] = {'\\', 'x', hex[(unsigned char)v.s[i] >> 4], hex[v.s[i] & 15]};
        if ((visible ? n : sizeof escape) > end - out->len)
            break;
        if (visible ? ad_buf_add(out, v.s + i, n) : ad_buf_add(out, escape, sizeof escape))
            return -1;
        i += visible ? n : 1;
    }
    return out->failed ? -1 : 0;
}

/* A comma, if anything is before it: no value ends like that. */
static void separate(struct ad_buf *b)
{
    if (b->len && !strchr("{[:,", b->s[b->len - 1]))
        ad_buf_addz(b, ",");
}

static void put_key(struct ad_buf *b, const char *key)
{
    separate(b);
    if (key) {
        ad_json_quote(b, ad_str_of(key));
        ad_buf_addz(b, ":");
    }
}

void ad_put_open(struct ad_buf *b, const char *key, char bracket)
{
    put_key(b, key);
    ad_buf_add(b, &bracket, 1);
}

void ad_put_close(struct ad_buf *b, char bracket)
{
    ad_buf_add(b, &bracket, 1);
}

static void put_string(struct ad_buf *b, struct ad_str v, size_t most)
{
    struct ad_buf cut = {0};
    if (ad_text_add(&cut, v, AD_AS_TEXT, most))
        b->failed = true;
    ad_json_quote(b, ad_buf_str(&cut));
    ad_buf_free(&cut);
}

void ad_put_text(struct ad_buf *b, struct ad_str key, struct ad_str v, size_t most)
{
    separate(b);
    ad_json_quote(b, key);
    ad_buf_addz(b, ":");
    put_string(b, v, most);
}

void ad_put_member(struct ad_buf *b, const char *key, struct ad_str v, size_t most)
{
    put_key(b, key);
    put_string(b, v, most);
}

void ad_put_z(struct ad_buf *b, const char *key, const char *v)
{
    ad_put_member(b, key, ad_str_of(v), AD_NO_LIMIT);
}

void ad_put_raw(struct ad_buf *b, const char *key, struct ad_str json)
{
    put_key(b, key);
    ad_buf_add(b, json.s, json.len);
}
