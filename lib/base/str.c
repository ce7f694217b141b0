#include "base/str.h"

#include <stdint.h>
#include <stdlib.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

struct ad_str ad_str_trim(struct ad_str v)
{
    while (v.len && is_blank(v.s[0]))
        v.s++, v.len--;
    while (v.len && is_blank(v.s[v.len - 1]))
        v.len--;
    return v;
}

bool ad_str_caseeq(struct ad_str v, const char *z)
{
    for (size_t i = 0; i < v.len; i++)
        if (z[i] == '\0' || lower(v.s[i]) != lower(z[i]))
            return false;
    return z[v.len] == '\0';
}

bool ad_str_is_missing(struct ad_str v)
{
    return v.len == 0 || (v.len <= 4 && (ad_str_caseeq(v, "na") || ad_str_caseeq(v, "n/a") ||
                                         ad_str_caseeq(v, "nan") || ad_str_caseeq(v, "null")));
}

bool ad_str_glob(struct ad_str v, struct ad_str pattern)
{
    size_t i = 0, p = 0;
    size_t star = SIZE_MAX, resume = 0; /* only the last star can ever need to take more */
    while (i < v.len) {
        if (p < pattern.len && pattern.s[p] == '*') {
            star = p++;
            resume = i;
        } else if (p < pattern.len && (pattern.s[p] == '?' || pattern.s[p] == v.s[i])) {
            p++, i++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            i = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.s[p] == '*')
        p++;
    return p == pattern.len;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* One row of the table: cur from prev and prev2, the columns within `most` of the diagonal i. */
static size_t distance_row(struct ad_str a, struct ad_str b, size_t i, size_t most,
                           size_t *const row[3])
{
    size_t *cur = row[0], *prev = row[1], *prev2 = row[2];
    size_t lo = i > most ? i - most : 1, hi = least(b.len, i + most);
    cur[lo - 1] = lo == 1 ? i : most + 1;
    size_t best = cur[lo - 1];
    for (size_t j = lo; j <= hi; j++) {
        char x = lower(a.s[i - 1]), y = lower(b.s[j - 1]);
        size_t d = least(least(prev[j], cur[j - 1]) + 1, prev[j - 1] + (x != y));
        if (i > 1 && j > 1 && x == lower(b.s[j - 2]) && y == lower(a.s[i - 2]))
            d = least(d, prev2[j - 2] + 1);
        cur[j] = d;
        best = least(best, d);
    }
    if (hi < b.len)
        cur[hi + 1] = most + 1; /* the next row's band reaches one column further */
    return best;
}

size_t ad_str_distance(struct ad_str a, struct ad_str b, size_t most)
{
    size_t longer = a.len > b.len ? a.len : b.len, shorter = least(a.len, b.len);
    most = least(most, longer);
    if (longer - shorter > most)
        return most + 1;
    if (b.len >= SIZE_MAX / (3 * sizeof(size_t)))
        return most + 1;
    size_t width = b.len + 1, *cells = malloc(3 * width * sizeof *cells);
    if (!cells)
        return most + 1;
    size_t *row[3] = {cells, cells + width, cells + 2 * width};
    for (size_t j = 0; j <= b.len; j++)
        row[0][j] = j;
    size_t best = 0; /* in a row; from there on it never falls, not even by a swap */
    for (size_t i = 1; i <= a.len && best <= most; i++) {
        size_t *oldest = row[2];
        row[2] = row[1];
        row[1] = row[0];
        row[0] = oldest;
        best = distance_row(a, b, i, most, row);
    }
    size_t d = best > most ? most + 1 : row[0][b.len];
    free(cells);
    return d;
}

const char *ad_str_entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

char *ad_buf_room(struct ad_buf *b, size_t more)
{
    if (b->failed)
        return NULL;
    if (b->s && more <= b->cap - b->len)
        return b->s + b->len;
    size_t cap = b->cap < 64 ? 64 : b->cap;
    while (cap - b->len < more && cap <= SIZE_MAX / 2)
        cap *= 2;
    char *s = cap - b->len < more ? NULL : realloc(b->s, cap);
    if (!s) {
        b->failed = true;
        return NULL;
    }
    b->s = s;
    b->cap = cap;
    return s + b->len;
}

int ad_buf_add(struct ad_buf *b, const void *s, size_t len)
{
    char *to = ad_buf_room(b, len);
    if (!to)
        return -1;
    if (len)
        memcpy(to, s, len);
    b->len += len;
    return 0;
}

int ad_buf_addz(struct ad_buf *b, const char *z)
{
    return ad_buf_add(b, z, strlen(z));
}

/* Bytes of the UTF-8 character at s that a terminal shows as such; 0 for control characters
 * (U+0080..U+009F too) and for what is not UTF-8. */
static size_t visible_char(const unsigned char *s, size_t len)
{
    if (s[0] < 0x80)
        return s[0] >= 0x20 && s[0] != 0x7f;
    size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || n > len)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    unsigned pair = (unsigned)s[0] << 8 | s[1];
    bool overlong = (pair >= 0xe080 && pair < 0xe0a0) || (pair >= 0xf080 && pair < 0xf090);
    bool surrogate = pair >= 0xeda0 && pair < 0xee00, beyond = pair >= 0xf490;
    return overlong || surrogate || beyond || pair < 0xc2a0 ? 0 : n;
}

int ad_buf_add_visible_most(struct ad_buf *b, struct ad_str v, size_t most)
{
    static const char hex[] = "0123456789ABCDEF";
    const unsigned char *s = (const unsigned char *)v.s;
    for (size_t i = 0; i < v.len && i < most;) {
        size_t n = visible_char(s + i, v.len - i);
        if (i + n > most)
            break;
        char escape[] = {'\\', 'x', hex[s[i] >> 4], hex[s[i] & 15]};
        if (n ? ad_buf_add(b, s + i, n) : ad_buf_add(b, escape, sizeof escape))
            return -1;
        i += n ? n : 1;
    }
    return b->failed ? -1 : 0;
}

int ad_buf_add_visible(struct ad_buf *b, struct ad_str v)
{
    return ad_buf_add_visible_most(b, v, 60);
}

void ad_buf_free(struct ad_buf *b)
{
    free(b->s);
    *b = (struct ad_buf){0};
}
