#include "run/labels.h"

#include "base/pack.h"
#include "io/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

double ad_label_parse(struct ad_str text)
{
    static const char *const words[][4] = {{"0", "false", "no", "normal"},
                                           {"1", "true", "yes", "anomaly"}};
    for (int label = 0; label < 2; label++)
        for (int i = 0; i < 4; i++)
            if (ad_str_caseeq(text, words[label][i]))
                return label;
    return NAN;
}

/* Take what stands before the next `end`, or all there is. */
static struct ad_str next_part(struct ad_str *rest, char end)
{
    const char *at = rest->len ? memchr(rest->s, end, rest->len) : NULL;
    struct ad_str part = {rest->s, at ? (size_t)(at - rest->s) : rest->len};
    size_t used = part.len + (at != NULL);
    *rest = (struct ad_str){rest->s + used, rest->len - used};
    return part;
}

/* A time, or two of them with a / between. */
static int parse_times(struct ad_clock *clock, struct ad_str text, struct ad_label *l)
{
    if (ad_clock_parse(clock, text, &l->from) == 0) {
        l->to = l->from;
        return 0;
    }
    struct ad_str from = next_part(&text, '/');
    return ad_clock_parse(clock, from, &l->from) || ad_clock_parse(clock, text, &l->to) ||
                   l->from > l->to
               ? -1
               : 0;
}

/* The key of the series, as the driver packs it; l->key.len is set, its bytes move. */
static int parse_key(struct ad_labels *l, struct ad_str *rest, struct ad_label *label)
{
    size_t before = l->keys.len;
    struct ad_save pack = {.out = &l->keys};
    if (l->ngroup == 0 && !(rest->len && memchr(rest->s, '\t', rest->len)))
        return 0;
    struct ad_str part = next_part(rest, '\t');
    if (l->ngroup == 1)
        ad_buf_add(&l->keys, part.s, part.len);
    for (size_t i = 0; l->ngroup > 1 && i < l->ngroup; i++) {
        ad_save_str(&pack, part);
        if (i + 1 < l->ngroup)
            part = next_part(rest, '\t');
    }
    label->key.len = l->keys.len - before;
    return l->keys.failed ? -1 : 0;
}

/* What is wrong with a line that is no comment, or NULL. */
static const char *parse_line(struct ad_labels *l, struct ad_clock *clock, struct ad_str line,
                              struct ad_label *out)
{
    struct ad_str time = next_part(&line, '\t');
    if (parse_times(clock, time, out))
        return "not a time, nor FROM/TO";
    size_t before = l->keys.len;
    if (parse_key(l, &line, out))
        return "out of memory";
    out->label = ad_label_parse(ad_str_trim(next_part(&line, '\t')));
    if (!isnan(out->label))
        return NULL;
    l->keys.len = before;
    return "want time, key and label (0 or 1), with tabs between";
}

static int by_key(const void *a, const void *b)
{
    const struct ad_label *p = a, *q = b;
    size_t len = p->key.len < q->key.len ? p->key.len : q->key.len;
    int order = len ? memcmp(p->key.s, q->key.s, len) : 0;
    if (order || p->key.len != q->key.len)
        return order ? order : p->key.len < q->key.len ? -1 : 1;
    if (p->from != q->from)
        return p->from < q->from ? -1 : 1;
    return p->line < q->line ? -1 : p->line > q->line;
}

/* Point the keys to their bytes, which no longer move, and sort. */
static int arrange(struct ad_labels *l)
{
    const char *s = l->keys.s ? l->keys.s : "";
    for (size_t i = 0; i < l->n; s += l->v[i++].key.len)
        l->v[i].key.s = s;
    if (l->n)
        qsort(l->v, l->n, sizeof *l->v, by_key);
    free(l->reach);
    l->reach = calloc(l->n + 1, sizeof *l->reach);
    for (size_t i = 0; l->reach && i < l->n; i++) {
        bool same = i > 0 && ad_str_eq(l->v[i].key, l->v[i - 1].key);
        l->reach[i] = same ? fmax(l->reach[i - 1], l->v[i].to) : l->v[i].to;
    }
    return l->reach ? 0 : -1;
}

static int parse(struct ad_labels *l, struct ad_clock *clock, struct ad_str text)
{
    size_t cap = 0, number = 0;
    while (text.len) {
        bool whole = memchr(text.s, '\n', text.len);
        struct ad_str line = next_part(&text, '\n');
        struct ad_str bare = ad_str_trim(line);
        line.len -= line.len && line.s[line.len - 1] == '\r';
        number++;
        if (!bare.len || *bare.s == '#' || *bare.s == '\r')
            continue;
        if (l->n == cap) {
            cap = cap ? 2 * cap : 64;
            struct ad_label *v = realloc(l->v, cap * sizeof *v);
            if (!v)
                return -1;
            l->v = v;
        }
        struct ad_label *label = &l->v[l->n];
        *label = (struct ad_label){.line = number};
        const char *wrong = parse_line(l, clock, line, label);
        l->n += !wrong;
        if (wrong && whole) {
            l->wrong++;
            ad_err_set(&l->what, "%s:%zu: %s", l->path, number, wrong);
        }
    }
    return l->keys.failed ? -1 : arrange(l);
}

int ad_labels_read(struct ad_labels *l, struct ad_clock *clock, struct ad_err *err)
{
    enum { MOST = 256 << 20 };
    struct stat now;
    bool known = l->seen.st_ino != 0;
    /* An editor may replace it just now. */
    if (stat(l->path, &now) && known)
        return 0;
    if (known && now.st_ino == l->seen.st_ino && now.st_dev == l->seen.st_dev &&
        now.st_size == l->seen.st_size && now.st_mtim.tv_sec == l->seen.st_mtim.tv_sec &&
        now.st_mtim.tv_nsec == l->seen.st_mtim.tv_nsec)
        return 0;
    struct ad_buf text = {0};
    int rc = ad_file_read(l->path, MOST, &text, &l->seen, err);
    l->n = l->keys.len = l->wrong = 0;
    if (rc == 0 && parse(l, clock, (struct ad_str){text.s, text.len}))
        rc = ad_err_nomem(err);
    ad_buf_free(&text);
    return rc ? -1 : 1;
}

double ad_labels_find(const struct ad_labels *l, struct ad_str key, double t)
{
    const struct ad_label wanted = {.key = key, .from = t, .line = SIZE_MAX};
    size_t lo = 0, hi = l->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (by_key(&l->v[mid], &wanted) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (size_t i = lo; i-- > 0 && ad_str_eq(l->v[i].key, key) && l->reach[i] >= t;)
        if (l->v[i].to >= t)
            return l->v[i].label;
    return NAN;
}

void ad_labels_free(struct ad_labels *l)
{
    ad_buf_free(&l->keys);
    free(l->v);
    free(l->reach);
    ad_err_free(&l->what);
    *l = (struct ad_labels){0};
}
