#include "record/reader_private.h"

#include "base/number.h"

#include <stdlib.h>

enum { BUFFER = 256 * 1024 };

/* What ad_csv_rows() needs after the last byte. */
static const char sentinel[1 + AD_CSV_SLACK] = "\"";

struct ad_reader *ad_reader_open(struct ad_source *src, const struct ad_reader_cfg *cfg,
                                 struct ad_err *err)
{
    struct ad_reader *r = calloc(1, sizeof *r);
    if (r) {
        r->src = src;
        r->cfg = *cfg;
        r->format = cfg->format;
        r->cap = cfg->buffer ? cfg->buffer : BUFFER;
        r->buf = malloc(r->cap + sizeof sentinel);
    }
    if (!r || !r->buf) {
        ad_reader_close(r);
        ad_err_nomem(err);
        return NULL;
    }
    return r;
}

void ad_reader_close(struct ad_reader *r)
{
    if (!r)
        return;
    ad_csv_free(r->csv);
    ad_json_set_free(r->json);
    ad_buf_free(&r->text);
    ad_buf_free(&r->lead);
    ad_names_free(&r->columns);
    ad_names_free(&r->first);
    free(r->slot);
    free(r->line_field);
    free(r->found);
    free(r->value);
    free(r->seen);
    free(r->header);
    free(r->buf);
    free(r);
}

int ad_reader_fill(struct ad_reader *r, struct ad_err *err)
{
    if (r->beg) {
        memmove(r->buf, r->buf + r->beg, r->end - r->beg);
        r->base += r->beg;
        r->end -= r->beg;
        r->beg = 0;
    }
    if (r->end == r->cap) {
        char *bigger = realloc(r->buf, r->cap * 2 + sizeof sentinel);
        if (!bigger)
            return ad_err_nomem(err);
        r->buf = bigger;
        r->cap *= 2;
    }
    ssize_t n = ad_source_read(r->src, r->buf + r->end, r->cap - r->end, err);
    if (n < 0)
        return (int)n;
    r->end += (size_t)n;
    memcpy(r->buf + r->end, sentinel, sizeof sentinel);
    r->eof = n == 0;
    return n > 0;
}

static bool is_blank_line(const struct ad_reader *r, struct ad_str v)
{
    for (size_t i = 0; i < v.len; i++)
        if (v.s[i] != ' ' && (v.s[i] != '\t' || r->format.delim == '\t') && v.s[i] != '\r')
            return false;
    return true;
}

static int bad(struct ad_record *rec, const char *why, size_t pad)
{
    rec->kind = AD_RECORD_BAD;
    rec->why = why;
    rec->pad = pad;
    return 1;
}

/* Take `len` bytes, of which the last `eol` are the line ending, as the next record. */
static void consume(struct ad_reader *r, struct ad_record *rec, size_t len, size_t eol)
{
    const char *s = r->buf + r->beg;
    rec->body = (struct ad_str){s, len - eol};
    rec->eol = (struct ad_str){s + len - eol, eol};
    rec->line = ++r->line;
    rec->kind = AD_RECORD_DATA;
    r->beg += len;
    r->row_seen = 0;
    r->row_open = false;
}

size_t ad_reader_line_ending(const char *s, size_t len)
{
    if (len == 0 || s[len - 1] != '\n')
        return 0;
    return len > 1 && s[len - 2] == '\r' ? 2 : 1;
}

static bool is_header(const struct ad_reader *r, struct ad_str row)
{
    return row.len == r->header_len && row.len && memcmp(row.s, r->header, row.len) == 0;
}

/* What a row is, given the number of its fields. */
static int judge_row(struct ad_reader *r, struct ad_record *rec, size_t n)
{
    if (is_header(r, rec->body)) {
        r->headers++;
        return 2;
    }
    if (n == r->columns.n && (n > 1 || rec->body.len))
        return 1;
    if (r->columns.n > 1 && is_blank_line(r, rec->body)) {
        rec->kind = AD_RECORD_BLANK;
        return 1;
    }
    if (n == r->columns.n)
        return 1;
    return n < r->columns.n ? bad(rec, "too few fields", r->columns.n - n)
                            : bad(rec, "too many fields", 0);
}

/* Whether a record is too long of which there are len bytes, perhaps with its line ending. */
static bool is_too_long(const struct ad_reader *r, size_t len)
{
    const char *s = r->buf + r->beg;
    len -= len && s[len - 1] == '\n';
    len -= len && s[len - 1] == '\r';
    return len > r->cfg.max_record;
}

/* The next row when it has quotes, `line` bytes being its first physical line (0: not known yet).
 * Returns 1, or 0 when more input is needed. */
static int take_quoted(struct ad_reader *r, struct ad_record *rec, size_t line)
{
    const char *s = r->buf + r->beg;
    size_t have = r->end - r->beg;
    bool ended = r->eof && !r->cfg.enter, known = line && r->row_seen >= line;
    size_t len = ad_csv_extent(s, have, &r->row_seen, &r->row_open);
    if (!len && ended && !r->row_open)
        len = have;
    bool give_up = is_too_long(r, len ? len : have) || (!len && ended);
    /* That a quote is stray shows as soon as its line is there, whatever may follow. */
    struct ad_str first = {s, line ? line : have};
    bool stray = give_up || (!len && line && !known) ? !ad_csv_plausible(r->csv, first) : len > 0;
    if (!len && !give_up && !stray)
        return 0;
    if (!give_up && len) {
        /* Room for all that this block can need, so that what is already there never moves. */
        if (!r->copied && ad_csv_reset(r->csv, r->cap))
            return bad(rec, "out of memory", AD_PAD_NONE);
        r->copied = true;
        size_t eol = ad_reader_line_ending(s, len);
        size_t n = ad_csv_quoted(r->csv, (struct ad_str){s, len - eol}, r->slots,
                                 (struct ad_str *)rec->value);
        if (n) {
            consume(r, rec, len, eol);
            for (const char *p = s; (p = memchr(p, '\n', (size_t)(s + len - eol - p))); p++)
                r->line++;
            return judge_row(r, rec, n);
        }
    }
    consume(r, rec, first.len, ad_reader_line_ending(s, first.len));
    return bad(rec, stray ? "stray quote" : "unclosed quote", AD_PAD_NONE);
}

static int take_csv(struct ad_reader *r, struct ad_record *rec, const char *nl)
{
    const char *s = r->buf + r->beg;
    size_t line = nl ? (size_t)(nl - s) + 1 : 0, len = line ? line : r->end - r->beg;
    if (memchr(s, '"', len))
        return take_quoted(r, rec, line);
    if (!line && !r->eof)
        return 0;
    consume(r, rec, len, ad_reader_line_ending(s, len));
    return judge_row(
        r, rec, ad_csv_split(rec->body, r->format.delim, r->slots, (struct ad_str *)rec->value));
}

static int take_string(struct ad_reader *r, struct ad_str raw, struct ad_str *out)
{
    /* Room for all that this block can need, so that what is already there never moves. */
    if (r->text.len == 0 && !ad_buf_room(&r->text, r->cap + AD_NUMBER_PAD))
        return -1;
    size_t at = r->text.len;
    if (ad_json_unescape(raw, &r->text))
        return -1;
    *out = (struct ad_str){r->text.s + at, r->text.len - at};
    return 0;
}

static int take_json(struct ad_reader *r, struct ad_record *rec, const char *nl)
{
    const char *s = r->buf + r->beg;
    if (!nl && !r->eof)
        return 0;
    size_t len = nl ? (size_t)(nl - s) + 1 : r->end - r->beg;
    consume(r, rec, len, ad_reader_line_ending(s, len));
    struct ad_json_line info;
    if (ad_json_scan(r->json, rec->body, r->found, &info)) {
        if (is_blank_line(r, rec->body)) {
            rec->kind = AD_RECORD_BLANK;
            return 1;
        }
        rec->at = info.at;
        return bad(rec, info.why, AD_PAD_NONE);
    }
    rec->close = info.close;
    rec->empty = info.empty;
    struct ad_str *value = (struct ad_str *)rec->value;
    for (size_t i = 0; i < r->nslot; i++) {
        const struct ad_json_value *v = &r->found[i];
        r->seen[i] |= v->kind != AD_JSON_ABSENT;
        value[i] = v->text;
        if (v->kind == AD_JSON_ABSENT)
            value[i] = (struct ad_str){NULL, 0};
        if (v->kind == AD_JSON_NULL)
            value[i].len = 0;
        if (v->kind == AD_JSON_STRING && v->escaped && take_string(r, v->text, &value[i]))
            return bad(rec, "out of memory", AD_PAD_NONE);
    }
    return 1;
}

/* A line of a log, its fields to the slots that are wanted. */
static int take_line(struct ad_reader *r, struct ad_record *rec, const char *nl)
{
    const char *s = r->buf + r->beg;
    if (!nl && !r->eof)
        return 0;
    size_t len = nl ? (size_t)(nl - s) + 1 : r->end - r->beg;
    consume(r, rec, len, ad_reader_line_ending(s, len));
    const char *why;
    enum ad_log_line is = ad_log_split(r->cfg.log, rec->body, r->line_field, &why);
    if (is == AD_LOG_BAD && !is_blank_line(r, rec->body))
        return bad(rec, why, AD_PAD_NONE);
    if (is != AD_LOG_RECORD)
        rec->kind = AD_RECORD_BLANK;
    struct ad_str *value = (struct ad_str *)rec->value;
    for (size_t c = 0; is == AD_LOG_RECORD && c < r->slots.n; c++)
        if (r->slot[c] >= 0)
            value[r->slot[c]] = r->line_field[c];
    return 1;
}

/* Part of a record that is too long to hold. */
static int take_piece(struct ad_reader *r, struct ad_record *rec, const char *nl)
{
    const char *s = r->buf + r->beg;
    size_t len = nl ? (size_t)(nl - s) + 1 : r->end - r->beg;
    bool first = !r->over;
    r->over = !nl && !r->eof;
    consume(r, rec, len, ad_reader_line_ending(s, len));
    r->line -= !first;
    rec->kind = AD_RECORD_PIECE;
    if (first)
        bad(rec, "longer than --max-record", AD_PAD_NONE);
    return 1;
}

int ad_reader_take(struct ad_reader *r, struct ad_record *rec)
{
    if (r->beg == r->end)
        return 0;
    bool csv = r->format.kind == AD_FORMAT_CSV;
    const char *s = r->buf + r->beg;
    const char *nl = memchr(s, '\n', r->end - r->beg);
    if (r->over || is_too_long(r, nl ? (size_t)(nl - s) + 1 : r->end - r->beg))
        return take_piece(r, rec, nl);
    if (!nl && r->eof && r->cfg.enter)
        return 0;
    if (r->cfg.log)
        return take_line(r, rec, nl);
    return csv ? take_csv(r, rec, nl) : take_json(r, rec, nl);
}

int ad_reader_want(struct ad_reader *r, const struct ad_str *name, size_t n, struct ad_err *err)
{
    r->nslot = n;
    r->block = r->cfg.block ? r->cfg.block : AD_READER_BLOCK;
    while (r->block > 1 && r->block > 65536 / (n + 1))
        r->block /= 2;
    r->seen = calloc(n + 1, sizeof *r->seen);
    r->value = calloc((n + 1) * r->block, sizeof *r->value);
    r->found = calloc(n + 1, sizeof *r->found);
    if (!r->seen || !r->value || !r->found)
        return ad_err_nomem(err);
    if (r->format.kind == AD_FORMAT_NDJSON) {
        r->json = ad_json_set_new(name, n);
        return r->json ? 0 : ad_err_nomem(err);
    }
    for (size_t c = 0; c < r->columns.n; c++)
        r->slot[c] = -1;
    /* From the last: a name wanted twice is two columns of that name, in their order. */
    for (size_t i = n; i-- > 0;) {
        struct ad_names left = r->columns;
        ptrdiff_t c = ad_names_find(&left, name[i]);
        r->seen[i] = c >= 0;
        for (; c >= 0 && r->slot[c] >= 0; c = ad_names_find(&left, name[i]))
            left.n = (size_t)c;
        if (c >= 0)
            r->slot[c] = (int)i;
    }
    return 0;
}

/* Take ordinary rows of CSV, as many as follow each other. */
static size_t take_rows(struct ad_reader *r, struct ad_record *out, size_t max)
{
    if (r->format.kind != AD_FORMAT_CSV || r->cfg.log || r->over || r->row_seen || r->beg == r->end)
        return 0;
    const struct ad_csv_plain plain = {.delim = r->format.delim,
                                       .want = r->slots,
                                       .longest = r->cfg.max_record,
                                       .unlike = r->header_len};
    size_t n = ad_csv_rows(&plain, r->buf + r->beg, r->line + 1, out, max);
    r->line += n;
    if (n)
        r->beg = (size_t)(out[n - 1].eol.s + out[n - 1].eol.len - r->buf);
    return n;
}

static int take_block(struct ad_reader *r, struct ad_record *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < max; i++)
        out[i].value = r->value + i * r->nslot;
    while (n < max) {
        n += take_rows(r, out + n, max - n);
        if (n == max)
            break;
        int got = ad_reader_take(r, &out[n]);
        if (!got)
            break;
        n += got == 1;
    }
    return (int)n;
}

int ad_reader_block(struct ad_reader *r, struct ad_record *out, size_t max, struct ad_err *err)
{
    if (max > r->block)
        max = r->block;
    while (!r->done) {
        r->text.len = 0;
        r->copied = false;
        int n = take_block(r, out, max);
        if (n)
            return n;
        int more = r->eof ? 0 : ad_reader_fill(r, err);
        if (more == 0 && r->eof && (r->beg == r->end || r->cfg.enter)) {
            if (r->cfg.leave && r->cfg.leave(r->cfg.arg, r->src, ad_reader_offset(r), err))
                return -1;
            more = ad_reader_next_file(r, err);
            r->done = more == 0;
        }
        if (more < 0)
            return more;
    }
    return 0;
}

bool ad_reader_idle(const struct ad_reader *r)
{
    return !r->done && !r->eof && !memchr(r->buf + r->beg, '\n', r->end - r->beg) &&
           !ad_source_ready(r->src);
}

bool ad_reader_done(const struct ad_reader *r)
{
    return r->done;
}

bool ad_reader_seen(const struct ad_reader *r, size_t i)
{
    return r->seen[i];
}

const char *ad_reader_file(const struct ad_reader *r)
{
    return ad_source_name(r->src);
}

uint64_t ad_reader_offset(const struct ad_reader *r)
{
    return r->base + r->beg;
}

unsigned long long ad_reader_headers(const struct ad_reader *r)
{
    return r->headers;
}
