#include "record/json_text.h"

#include "record/json.h"

size_t ad_json_utf8(const char *p, const char *end)
{
    const unsigned char *u = (const unsigned char *)p;
    size_t n = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
    if (u[0] < 0xc2 || u[0] > 0xf4 || n > (size_t)(end - p))
        return 0;
    unsigned char lo = u[0] == 0xe0 ? 0xa0 : u[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char hi = u[0] == 0xed ? 0x9f : u[0] == 0xf4 ? 0x8f : 0xbf;
    if (u[1] < lo || u[1] > hi)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

long ad_json_unit(const char *p, const char *end)
{
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    long unit = 0;
    for (int i = 2; i < 6; i++) {
        char c = p[i], lower = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            unit = unit * 16 + (c - '0');
        else if (lower >= 'a' && lower <= 'f')
            unit = unit * 16 + (lower - 'a' + 10);
        else
            return -1;
    }
    return unit;
}

static size_t encode(unsigned long c, char out[4])
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[n == 1 ? 0 : n] | c);
    return n;
}

/* What the valid escape at *p stands for; moves *p behind it. Returns its bytes. */
static size_t decode(const char **p, const char *end, char out[4])
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    long unit = ad_json_unit(*p, end);
    if (unit < 0) {
        char c = (*p)[1];
        const char *known = strchr(from, c);
        out[0] = known ? to[known - from] : c;
        *p += 2;
        return 1;
    }
    *p += 6;
    if (unit < 0xd800 || unit > 0xdfff)
        return encode((unsigned long)unit, out);
    long low = ad_json_unit(*p, end);
    *p += 6;
    return encode(0x10000 + ((unsigned long)(unit - 0xd800) << 10) + (unsigned long)(low - 0xdc00),
                  out);
}

bool ad_json_same(struct ad_str raw, struct ad_str text)
{
    const char *p = raw.s, *end = raw.s + raw.len;
    while (p < end) {
        char c[4] = {*p};
        size_t n = 1;
        if (*p == '\\')
            n = decode(&p, end, c);
        else
            p++;
        if (n > text.len || memcmp(c, text.s, n) != 0)
            return false;
        text.s += n;
        text.len -= n;
    }
    return text.len == 0;
}

int ad_json_unescape(struct ad_str raw, struct ad_buf *out)
{
    const char *p = raw.s, *end = raw.s + raw.len;
    while (p < end) {
        const char *slash = memchr(p, '\\', (size_t)(end - p));
        const char *stop = slash ? slash : end;
        if (ad_buf_add(out, p, (size_t)(stop - p)))
            return -1;
        p = stop;
        char c[4];
        if (slash && ad_buf_add(out, c, decode(&p, end, c)))
            return -1;
    }
    return out->failed ? -1 : 0;
}

static void quote_control(struct ad_buf *out, char c)
{
    static const char hex[] = "0123456789abcdef", from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    const char *known = c ? strchr(from, c) : NULL;
    if (known)
        ad_buf_add(out, (char[]){'\\', to[known - from]}, 2);
    else
        ad_buf_add(out, (char[]){'\\', 'u', '0', '0', hex[c >> 4 & 15], hex[c & 15]}, 6);
}

int ad_json_quote(struct ad_buf *out, struct ad_str v)
{
    const char *p = v.s, *end = v.len ? v.s + v.len : v.s;
    ad_buf_add(out, "\"", 1);
    while (p < end) {
        const char *start = p;
        p = ad_json_plain(p, end);
        ad_buf_add(out, start, (size_t)(p - start));
        if (p == end)
            break;
        size_t n = (unsigned char)*p < 0x80 ? 0 : ad_json_utf8(p, end);
        if (n)
            ad_buf_add(out, p, n);
        else if ((unsigned char)*p < 0x80)
            quote_control(out, *p);
        else
            ad_buf_addz(out, "\xEF\xBF\xBD");
        p += n ? n : 1;
    }
    return ad_buf_add(out, "\"", 1);
}
