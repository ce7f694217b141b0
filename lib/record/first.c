/* The first records of a table, looked at without taking them. */
#include "record/reader_private.h"

#include <stdlib.h>

/* The record `*skip` bytes ahead; *skip is then after it. Returns 1, 2 if it was a repeated header
 * (not in *rec then), 0 if there is none so near, -1 or AD_SOURCE_STOPPED. */
static int peek(struct ad_reader *r, size_t *skip, struct ad_record *rec, struct ad_err *err)
{
    while (*skip < r->cfg.max_record) {
        struct ad_reader before = *r;
        if (r->csv && ad_csv_reset(r->csv, r->cap))
            return ad_err_nomem(err);
        r->beg += *skip;
        int got = ad_reader_take(r, rec);
        size_t next = r->beg - before.beg;
        r->beg = before.beg, r->line = before.line, r->headers = before.headers;
        r->over = before.over, r->row_seen = 0, r->row_open = false;
        if (got) {
            *skip = next;
            return got;
        }
        int rc = r->eof ? 0 : ad_reader_fill(r, err);
        if (rc < 0 || before.eof)
            return rc;
    }
    return 0;
}

int ad_reader_width(struct ad_reader *r, struct ad_str row, size_t *n, struct ad_err *err)
{
    struct ad_csv_slots none = {NULL, 0};
    bool quoted = row.len && memchr(row.s, '"', row.len);
    if (quoted && ad_csv_reset(r->csv, row.len))
        return ad_err_nomem(err);
    *n = quoted ? ad_csv_quoted(r->csv, row, none, NULL)
                : ad_csv_split(row, r->format.delim, none, NULL);
    return 0;
}

int ad_reader_find_width(struct ad_reader *r, size_t skip, size_t *n, struct ad_err *err)
{
    struct ad_record rec = {0};
    int got;
    *n = 0;
    while ((got = peek(r, &skip, &rec, err)) > 0) {
        /* Without any columns yet a row that is right has too many fields. */
        if (rec.kind == AD_RECORD_BAD && rec.pad != AD_PAD_NONE && ad_str_trim(rec.body).len)
            return ad_reader_width(r, rec.body, n, err);
    }
    return got;
}

/* Names and values of the members of a record: the latter decoded, of duplicates the last. */
static int keep_members(struct ad_reader *r, struct ad_str body, struct ad_err *err)
{
    struct ad_json_member m;
    size_t count = 0, n = 0;
    for (size_t at = 0; ad_json_next(body, &at, &m);)
        count++;
    struct ad_str *name = calloc(count + 1, sizeof *name),
                  *value = calloc(count + 1, sizeof *value);
    struct ad_buf text = {0};
    int rc = name && value && ad_buf_room(&text, body.len + 1) ? 0 : -1;
    for (size_t at = 0; !rc && ad_json_next(body, &at, &m);) {
        struct ad_names so_far = {name, n};
        struct ad_str key = {text.s + text.len, 0};
        ad_json_unescape(m.key, &text);
        key.len = (size_t)(text.s + text.len - key.s);
        ptrdiff_t i = ad_names_find(&so_far, key);
        if (i < 0)
            i = (ptrdiff_t)n++;
        name[i] = key;
        value[i] = m.value.text;
        if (m.value.kind == AD_JSON_NULL)
            value[i].len = 0;
        if (m.value.kind == AD_JSON_STRING && m.value.escaped) {
            value[i].s = text.s + text.len;
            ad_json_unescape(m.value.text, &text);
            value[i].len = (size_t)(text.s + text.len - value[i].s);
        }
    }
    if (!rc)
        rc = ad_names_set(&r->columns, name, n) || ad_names_set(&r->first, value, n) ? -1 : 0;
    free(name);
    free(value);
    ad_buf_free(&text);
    return rc ? ad_err_nomem(err) : 0;
}

int ad_reader_find_first(struct ad_reader *r, struct ad_err *err)
{
    struct ad_str *value = calloc(r->columns.n + 1, sizeof *value);
    struct ad_record rec = {.value = value};
    size_t skip = 0;
    int got;
    if (!value)
        return ad_err_nomem(err);
    while ((got = peek(r, &skip, &rec, err)) > 0) {
        if (got == 2 || rec.kind != AD_RECORD_DATA || rec.empty)
            continue;
        if (r->csv)
            got = ad_names_set(&r->first, value, r->columns.n) ? ad_err_nomem(err) : 0;
        else
            got = keep_members(r, rec.body, err);
        break;
    }
    free(value);
    return got;
}
