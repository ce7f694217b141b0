/* The beginning of a table: byte-order mark, format, delimiter, header. */
#include "record/reader_private.h"

#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>

static const char bom[] = "\xef\xbb\xbf";
enum { BOM = sizeof bom - 1 };

/* Read until the buffer holds `want` bytes or the file ends. Returns 0, -1 or AD_SOURCE_STOPPED. */
static int fill_to(struct ad_reader *r, size_t want, struct ad_err *err)
{
    int rc = 1;
    while (!r->eof && r->end - r->beg < want && rc > 0)
        rc = ad_reader_fill(r, err);
    return rc < 0 ? rc : 0;
}

/* Where the first `n` records from `at` on that are not empty end (quotes respected), 0 if they are
 * not whole yet; at the end of the file all that is there. */
static size_t first_records(const struct ad_reader *r, size_t at, int n)
{
    const char *s = r->buf + r->beg;
    size_t len = r->end - r->beg;
    while (n > 0) {
        size_t seen = 0, left = len - at, most = (size_t)r->cfg.max_record + 2;
        bool open = false;
        size_t row = ad_csv_extent(s + at, left, &seen, &open);
        if (!row && !r->eof && left <= most)
            return 0;
        if (!row || row > most) /* over-long or unclosed: it shows what may be held of it */
            return at + (left < most ? left : most);
        n -= row > 2 || (row == 2 && s[at] != '\r');
        at += row;
    }
    return at;
}

static int fill_records(struct ad_reader *r, size_t at, int n, size_t *end, struct ad_err *err)
{
    while (!(*end = first_records(r, at, n)) && !r->eof) {
        int rc = ad_reader_fill(r, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* How many bytes of blank lines the file begins with: nothing can be told from them. */
static int leading_blank(struct ad_reader *r, size_t *skip, struct ad_err *err)
{
    *skip = 0;
    for (size_t at = 0;; at++) {
        int rc = fill_to(r, at + 1, err);
        bool end = r->end - r->beg == at;
        char c = end ? '\n' : r->buf[r->beg + at];
        bool blank = c == ' ' || c == '\r' || (c == '\t' && r->format.delim != '\t');
        if (rc < 0 || (c != '\n' && !blank))
            return rc;
        if (c == '\n')
            *skip = at + !end;
        if (end || at > *skip + r->cfg.max_record)
            return 0;
    }
}

static void skip_row(struct ad_reader *r, size_t len)
{
    for (size_t i = 0; i < len; i++)
        r->line += r->buf[r->beg + i] == '\n';
    r->beg += len;
}

/* Blank lines before the first record are printed as they are. */
static int keep_blank(struct ad_reader *r, size_t len, struct ad_err *err)
{
    return ad_buf_add(&r->lead, r->buf + r->beg, len) ? ad_err_nomem(err) : 0;
}

/* Before a header blank lines are not records. Elsewhere they are left to be taken like all
 * others. */
static int skip_blank(struct ad_reader *r, size_t *skip, struct ad_err *err)
{
    if (r->format.kind != AD_FORMAT_CSV || !r->format.header)
        return 0;
    if (r->columns.n == 0 && keep_blank(r, *skip, err))
        return -1;
    skip_row(r, *skip);
    *skip = 0;
    return 0;
}

static int find_format(struct ad_reader *r, size_t *skip, struct ad_err *err)
{
    char c = r->end - r->beg > *skip ? r->buf[r->beg + *skip] : '\0';
    if (r->format.kind == AD_FORMAT_ANY && c == '[')
        return ad_err_set(err, "%s: a JSON array, not one record a line: use jq -c '.[]'",
                          ad_source_name(r->src));
    if (r->format.kind == AD_FORMAT_ANY)
        r->format.kind = c == '{' ? AD_FORMAT_NDJSON : AD_FORMAT_CSV;
    if (skip_blank(r, skip, err))
        return -1;
    if (r->format.kind == AD_FORMAT_NDJSON)
        return 0;
    if (!r->format.delim) {
        size_t end;
        int rc = fill_records(r, *skip, 2, &end, err);
        if (rc < 0)
            return rc;
        r->format.delim = ad_csv_sniff((struct ad_str){r->buf + r->beg + *skip, end - *skip}, err);
        if (!r->format.delim)
            return -1;
    }
    r->csv = ad_csv_new(r->format.delim, err);
    return r->csv ? 0 : -1;
}

/* The fields of the first row in the buffer, as names. Returns 0, or -1. */
static int row_names(struct ad_reader *r, struct ad_str row, struct ad_names *names,
                     struct ad_err *err)
{
    size_t n;
    if (ad_reader_width(r, row, &n, err))
        return -1;
    if (n == 0)
        return ad_err_set(err, "%s:%llu: the quotes of the first row do not match",
                          ad_source_name(r->src), r->line + 1);
    int *slot = malloc(n * sizeof *slot);
    struct ad_str *v = calloc(n, sizeof *v);
    int rc = -1;
    if (slot && v) {
        for (size_t i = 0; i < n; i++)
            slot[i] = (int)i;
        struct ad_csv_slots all = {slot, n};
        if (memchr(row.s, '"', row.len))
            ad_csv_quoted(r->csv, row, all, v);
        else
            ad_csv_split(row, r->format.delim, all, v);
        rc = ad_names_set(names, v, n);
    }
    free(slot);
    free(v);
    return rc ? ad_err_nomem(err) : 0;
}

/* Columns 1, 2, ... of a table without a header: as many as its first good row has fields, one if
 * it has none. */
static int number_columns(struct ad_reader *r, struct ad_str row, size_t skip, struct ad_err *err)
{
    size_t n = 0;
    int rc = ad_reader_width(r, row, &n, err);
    if (rc == 0 && n == 0)
        rc = ad_reader_find_width(r, skip, &n, err);
    if (rc < 0)
        return rc;
    n += n == 0;
    struct ad_str *v = calloc(n, sizeof *v);
    char(*text)[24] = calloc(n, sizeof *text);
    rc = -1;
    if (v && text) {
        for (size_t i = 0; i < n; i++) {
            snprintf(text[i], sizeof text[i], "%zu", i + 1);
            v[i] = ad_str_of(text[i]);
        }
        rc = ad_names_set(&r->columns, v, n);
    }
    free(v);
    free(text);
    return rc ? ad_err_nomem(err) : 0;
}

static bool same_names(const struct ad_names *a, const struct ad_str *b, size_t n)
{
    if (a->n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!ad_str_eq(a->v[i], b[i]))
            return false;
    return true;
}

/* Whether a first row is data of a table whose column names are known: as many fields, and a number
 * where a name that is none would be. */
static bool is_continuation(const struct ad_reader *r, const struct ad_names *row)
{
    double x;
    if (row->n != r->cfg.ncolumn)
        return false;
    for (size_t i = 0; i < row->n; i++)
        if (ad_number_parse(row->v[i], &x) == 0 && ad_number_parse(r->cfg.columns[i], &x))
            return true;
    return false;
}

static int keep_header(struct ad_reader *r, size_t len, struct ad_err *err)
{
    size_t eol = ad_reader_line_ending(r->buf + r->beg, len);
    r->header = malloc(len + 1);
    if (!r->header)
        return ad_err_nomem(err);
    memcpy(r->header, r->buf + r->beg, len);
    r->header_len = len - eol;
    r->header_eol = eol;
    return 0;
}

static int name_columns(struct ad_reader *r, struct ad_str row, size_t len, struct ad_err *err)
{
    struct ad_names names = {0};
    if (row_names(r, row, &names, err))
        return -1;
    if (is_continuation(r, &names) && !same_names(&names, r->cfg.columns, r->cfg.ncolumn)) {
        ad_names_free(&names);
        return ad_names_set(&r->columns, r->cfg.columns, r->cfg.ncolumn) ? ad_err_nomem(err) : 0;
    }
    r->columns = names;
    int rc = keep_header(r, len, err);
    skip_row(r, len);
    return rc;
}

static int name_log_columns(struct ad_reader *r, struct ad_err *err)
{
    const struct ad_names *names = ad_log_names(r->cfg.log);
    r->line_field = calloc(names->n, sizeof *r->line_field);
    return !r->line_field || ad_names_set(&r->columns, names->v, names->n) ? ad_err_nomem(err) : 0;
}

static int number_slots(struct ad_reader *r, struct ad_err *err)
{
    r->slot = malloc((r->columns.n + 1) * sizeof *r->slot);
    if (!r->slot)
        return ad_err_nomem(err);
    for (size_t i = 0; i < r->columns.n; i++)
        r->slot[i] = (int)i;
    r->slots = (struct ad_csv_slots){r->slot, r->columns.n};
    return 0;
}

static int find_columns(struct ad_reader *r, size_t skip, struct ad_err *err)
{
    size_t end;
    int rc = r->cfg.log ? name_log_columns(r, err) : fill_records(r, skip, 1, &end, err);
    if (rc < 0 || r->cfg.log)
        return rc < 0 ? rc : number_slots(r, err);
    const char *s = r->buf + r->beg + skip;
    size_t len = end - skip;
    struct ad_str row = {s, len - ad_reader_line_ending(s, len)};
    if (r->format.header && row.len > r->cfg.max_record)
        return ad_err_set(err, "%s:%llu: the header is longer than --max-record",
                          ad_source_name(r->src), r->line + 1);
    rc = r->format.header ? name_columns(r, row, len, err) : number_columns(r, row, skip, err);
    if (rc < 0)
        return rc;
    return number_slots(r, err);
}

/* A later file must be like the first. */
static int check_like_first(struct ad_reader *r, size_t *skip, struct ad_err *err)
{
    const char *name = ad_source_name(r->src);
    if (r->end - r->beg == *skip)
        return 0;
    if (r->cfg.log)
        return 0;
    bool json = r->buf[r->beg + *skip] == '{';
    if (json != (r->format.kind == AD_FORMAT_NDJSON))
        return ad_err_set(err, "%s: not the format of the files before it", name);
    if (json || !r->format.header)
        return 0;
    if (skip_blank(r, skip, err))
        return -1;
    size_t len;
    int rc = fill_records(r, *skip, 1, &len, err);
    if (rc < 0)
        return rc;
    struct ad_names names = {0};
    struct ad_str row = {r->buf + r->beg, len - ad_reader_line_ending(r->buf + r->beg, len)};
    if (row_names(r, row, &names, err))
        return -1;
    bool same = same_names(&names, r->columns.v, r->columns.n);
    ad_names_free(&names);
    if (!same && r->header)
        return ad_err_set(err, "%s: its header is not that of the files before it", name);
    if (same)
        skip_row(r, len);
    return 0;
}

int ad_reader_next_file(struct ad_reader *r, struct ad_err *err)
{
    for (;;) {
        int rc = ad_source_next(r->src, err);
        if (rc <= 0)
            return rc;
        r->beg = r->end = 0;
        r->base = 0;
        r->line = 0;
        r->eof = r->over = r->row_open = false;
        r->row_seen = 0;
        if ((rc = fill_to(r, BOM, err)) < 0)
            return rc;
        if (r->end >= BOM && memcmp(r->buf, bom, BOM) == 0)
            r->beg = BOM;
        size_t skip;
        if ((rc = leading_blank(r, &skip, err)) < 0)
            return rc;
        uint64_t offset = 0;
        bool first = r->columns.n == 0 && !r->json;
        bool mute = r->format.kind == AD_FORMAT_NDJSON ? first : r->format.header;
        if (r->end - r->beg == skip && (mute || skip == 0)) {
            if (first && keep_blank(r, skip, err))
                return -1;
            if (r->lead.len && r->lead.s[r->lead.len - 1] != '\n')
                ad_buf_addz(&r->lead, "\n");
            if (r->cfg.leave && r->cfg.leave(r->cfg.arg, r->src, offset, err))
                return -1;
            continue;
        }
        if (first)
            rc = find_format(r, &skip, err);
        else
            rc = check_like_first(r, &skip, err);
        if (rc == 0 && first && r->format.kind == AD_FORMAT_CSV)
            rc = find_columns(r, skip, err);
        if (rc == 0 && !r->first.v && first) {
            unsigned month = r->cfg.log ? ad_log_month(r->cfg.log) : 0;
            rc = ad_reader_find_first(r, err);
            if (r->cfg.log) /* the same lines come again */
                ad_log_set_month(r->cfg.log, month);
        }
        if (rc < 0)
            return rc;
        rc = r->cfg.enter ? r->cfg.enter(r->cfg.arg, r->src, &offset, err) : 0;
        if (rc > 0 && offset > ad_reader_offset(r)) {
            if (ad_source_seek(r->src, offset, err))
                return -1;
            r->beg = r->end = 0;
            r->base = offset;
            r->eof = false;
        }
        return rc < 0 ? -1 : 1;
    }
}

int ad_reader_start(struct ad_reader *r, struct ad_err *err)
{
    int rc = ad_reader_next_file(r, err);
    r->done = rc == 0;
    return rc;
}

struct ad_format ad_reader_format(const struct ad_reader *r)
{
    return r->format;
}

const struct ad_names *ad_reader_columns(const struct ad_reader *r)
{
    return &r->columns;
}

const struct ad_str *ad_reader_first(const struct ad_reader *r)
{
    return r->first.v;
}

struct ad_str ad_reader_lead(const struct ad_reader *r)
{
    return (struct ad_str){r->lead.s, r->lead.len};
}

struct ad_record ad_reader_header(const struct ad_reader *r)
{
    struct ad_record rec = {.kind = AD_RECORD_DATA, .line = 1};
    if (!r->header)
        return rec;
    rec.body = (struct ad_str){r->header, r->header_len};
    rec.eol = (struct ad_str){r->header + r->header_len, r->header_eol};
    return rec;
}
