#include "decide/windows.h"

#include "io/file.h"
#include "record/csv.h"

#include <jansson.h>
#include <stdlib.h>

struct ad_windows {
    const char *path; /* borrowed */
    json_t *root;
};

/* Whether it is a list of pairs of times. */
static bool is_list(const json_t *list)
{
    size_t i, k;
    const json_t *pair, *time;
    if (!json_is_array(list))
        return false;
    json_array_foreach(list, i, pair)
    {
        if (!json_is_array(pair) || json_array_size(pair) != 2)
            return false;
        json_array_foreach(pair, k,
                           time) if (!json_is_string(time) && !json_is_number(time)) return false;
    }
    return true;
}

static bool is_windows(json_t *root)
{
    const char *key;
    json_t *list;
    if (!json_is_object(root))
        return is_list(root);
    json_object_foreach(root, key, list) if (!is_list(list)) return false;
    return true;
}

static int read_json(struct ad_windows *w, struct ad_str text, struct ad_err *err)
{
    json_error_t wrong;
    w->root = json_loadb(text.s, text.len, JSON_REJECT_DUPLICATES, &wrong);
    if (w->root && is_windows(w->root))
        return 0;
    if (w->root)
        return ad_err_set(
            err, "%s: want pairs [from, to] of times in a list, or lists of them by name", w->path);
    return ad_err_set(err, "%s:%d: %s", w->path, wrong.line, wrong.text);
}

/* The first two fields of a row. Returns how many it has, 0 if its quotes are wrong. */
static size_t split_row(struct ad_csv *csv, struct ad_str row, struct ad_str at[2])
{
    static const int columns[] = {0, 1};
    const struct ad_csv_slots slots = {columns, 2};
    if (!memchr(row.s, '"', row.len))
        return ad_csv_split(row, ',', slots, at);
    return ad_csv_reset(csv, row.len) ? 0 : ad_csv_quoted(csv, row, slots, at);
}

/* Add the windows of all lines to the list. */
static int read_rows(struct ad_windows *w, struct ad_csv *csv, struct ad_str text,
                     struct ad_err *err)
{
    for (size_t line = 1; text.len; line++) {
        const char *end = memchr(text.s, '\n', text.len);
        struct ad_str row = {text.s, end ? (size_t)(end - text.s) : text.len}, at[2];
        size_t used = row.len + (end != NULL);
        text = (struct ad_str){text.s + used, text.len - used};
        row.len -= row.len && row.s[row.len - 1] == '\r';
        row = ad_str_trim(row);
        if (row.len == 0)
            continue;
        if (split_row(csv, row, at) < 2)
            return ad_err_set(err, "%s:%zu: want from,to in each line, or JSON", w->path, line);
        if (line == 1 && !(at[0].len && at[0].s[0] >= '0' && at[0].s[0] <= '9'))
            continue;
        json_t *pair = json_pack("[s%s%]", at[0].s, at[0].len, at[1].s, at[1].len);
        if (!pair || json_array_append_new(w->root, pair))
            return ad_err_set(err, "%s:%zu: not a time", w->path, line);
    }
    return 0;
}

/* Lines of from,to and whatever else, as such a list; a first one without a digit in front names
 * the columns. */
static int read_table(struct ad_windows *w, struct ad_str text, struct ad_err *err)
{
    struct ad_csv *csv = ad_csv_new(',', err);
    if (!csv)
        return -1;
    w->root = json_array();
    int rc = w->root ? read_rows(w, csv, text, err) : ad_err_nomem(err);
    ad_csv_free(csv);
    return rc;
}

struct ad_windows *ad_windows_read(const char *path, struct ad_err *err)
{
    enum { MOST = 256 << 20 };
    struct ad_buf text = {0};
    struct ad_windows *w = calloc(1, sizeof *w);
    int rc = w ? ad_file_read(path, MOST, &text, NULL, err) : ad_err_nomem(err);
    if (rc == 0) {
        const struct ad_str all = {text.s, text.len};
        size_t blank = strspn(text.s, " \t\r\n");
        w->path = path;
        rc = memchr("[{", text.s[blank], 2) ? read_json(w, all, err) : read_table(w, all, err);
    }
    ad_buf_free(&text);
    if (rc == 0)
        return w;
    ad_windows_free(w);
    return NULL;
}

void ad_windows_free(struct ad_windows *w)
{
    if (!w)
        return;
    json_decref(w->root);
    free(w);
}

static bool ends_in(const char *name, struct ad_str part)
{
    size_t len = strlen(name);
    return len > part.len && name[len - part.len - 1] == '/' &&
           memcmp(name + len - part.len, part.s, part.len) == 0;
}

static json_t *find_ending(json_t *root, struct ad_str key)
{
    const char *name;
    json_t *list, *found = NULL;
    size_t n = 0;
    json_object_foreach(root, name, list)
    {
        if (ends_in(name, key)) {
            found = list;
            n++;
        }
    }
    return n == 1 ? found : NULL;
}

static int complain(const struct ad_windows *w, struct ad_str key, struct ad_err *err)
{
    struct ad_buf b = {0};
    ad_buf_add_visible(&b, key);
    ad_buf_add(&b, "", 1);
    if (key.len)
        ad_err_set(err, "%s: has no windows for \"%s\"", w->path, b.failed ? "" : b.s);
    else
        ad_err_set(err,
                   "%s: has windows of %zu series: choose one by --key=NAME, or group the records "
                   "(-g) by the field that names them",
                   w->path, json_object_size(w->root));
    ad_buf_free(&b);
    return -1;
}

static json_t *find_list(const struct ad_windows *w, struct ad_str key, struct ad_err *err)
{
    const char *name;
    json_t *list;
    if (!json_is_object(w->root))
        return w->root;
    json_object_foreach(w->root, name, list)
    {
        if (key.len == 0 ? json_object_size(w->root) == 1 : ad_str_eq(ad_str_of(name), key))
            return list;
    }
    list = key.len ? find_ending(w->root, key) : NULL;
    if (!list)
        complain(w, key, err);
    return list;
}

static int parse_time(const struct ad_windows *w, struct ad_clock *clock, const json_t *time,
                      double *t, struct ad_err *err)
{
    char *text = json_is_string(time) ? NULL : json_dumps(time, JSON_ENCODE_ANY);
    if (!text && !json_is_string(time))
        return ad_err_nomem(err);
    struct ad_str s = ad_str_of(text ? text : json_is_string(time) ? json_string_value(time) : "");
    int rc = ad_clock_parse(clock, s, t);
    if (rc) {
        struct ad_buf b = {0};
        ad_buf_add_visible(&b, s);
        ad_buf_add(&b, "", 1);
        ad_err_set(err, "%s: not a time: \"%s\"", w->path, b.failed ? "" : b.s);
        ad_buf_free(&b);
    }
    free(text);
    return rc;
}

static int by_from(const void *a, const void *b)
{
    const struct ad_stretch *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* The windows of a list, in order; those that overlap are one. Returns how many, or -1. */
static ptrdiff_t parse_list(const struct ad_windows *w, const json_t *list, struct ad_clock *clock,
                            struct ad_stretch *v, struct ad_err *err)
{
    size_t i, n = 0, used = 0;
    const json_t *pair;
    json_array_foreach(list, i, pair)
    {
        struct ad_stretch *at = v + n++;
        if (parse_time(w, clock, json_array_get(pair, 0), &at->from, err) ||
            parse_time(w, clock, json_array_get(pair, 1), &at->to, err))
            return -1;
        if (at->to < at->from)
            return ad_err_set(err, "%s: a window ends before it begins", w->path);
    }
    if (n)
        qsort(v, n, sizeof *v, by_from);
    for (i = 0; i < n; i++) {
        if (used && v[i].from <= v[used - 1].to)
            v[used - 1].to = fmax(v[used - 1].to, v[i].to);
        else
            v[used++] = v[i];
    }
    return (ptrdiff_t)used;
}

/* The window that a time lies in, or n. */
static size_t window_at(const struct ad_stretch *v, size_t n, double t)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (v[mid].to < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && v[lo].from <= t ? lo : n;
}

/* Late records neither open a window again that is over, nor do they end one. */
static int mark(struct ad_scored *s, const struct ad_stretch *v, size_t n)
{
    size_t open = n;
    for (size_t i = 0; i < s->n; i++) {
        size_t k = window_at(v, n, s->t[i]);
        if (k == n || (open < n && k < open))
            continue;
        if (k == open)
            s->window[s->windows - 1].last = i;
        else if (ad_scored_window(s, i, i))
            return -1;
        open = k;
    }
    return 0;
}

ptrdiff_t ad_windows_of(const struct ad_windows *w, struct ad_str key, struct ad_clock *clock,
                        struct ad_stretch **v, struct ad_err *err)
{
    *v = NULL;
    json_t *list = find_list(w, key, err);
    if (!list)
        return -1;
    *v = calloc(json_array_size(list) + 1, sizeof **v);
    return *v ? parse_list(w, list, clock, *v, err) : ad_err_nomem(err);
}

int ad_windows_mark(const struct ad_windows *w, struct ad_str key, struct ad_clock *clock,
                    struct ad_scored *s, struct ad_err *err)
{
    struct ad_stretch *v;
    ptrdiff_t n = ad_windows_of(w, key, clock, &v, err);
    int rc = n < 0 ? -1 : 0;
    if (n > 0 && s->n > 0 && mark(s, v, (size_t)n))
        rc = ad_err_nomem(err);
    free(v);
    return rc;
}
