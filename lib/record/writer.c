#include "record/writer.h"

#include "base/number.h"
#include "record/csv.h"
#include "record/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct ad_writer {
    struct ad_sink *sink;
    struct ad_writer_cfg cfg;
    bool convert, json;
    struct ad_buf before; /* what stands before each cell, one after the other ... */
    size_t *before_end;   /* ... and where each ends */
    struct ad_buf keys;   /* conversion to NDJSON: the quoted column names, likewise */
    size_t *keys_end;
    struct ad_buf body; /* a converted record */
    struct ad_buf text; /* a text cell */
    bool open_line;     /* the last record had no line ending */
    size_t eol_len;     /* of the input: 1 for LF, 2 for CRLF */
    size_t room;        /* what all cells that are not text take at most */
};

static bool same_format(struct ad_format a, struct ad_format b)
{
    return a.kind == b.kind && (a.kind == AD_FORMAT_NDJSON || a.delim == b.delim);
}

static int make_keys(struct ad_buf *buf, size_t *end, const struct ad_names *names, bool comma)
{
    for (size_t i = 0; i < names->n; i++) {
        if (comma || i)
            ad_buf_addz(buf, ",");
        ad_json_quote(buf, names->v[i]);
        ad_buf_addz(buf, ":");
        end[i] = buf->len;
    }
    return buf->failed ? -1 : 0;
}

struct ad_writer *ad_writer_open(struct ad_sink *sink, const struct ad_writer_cfg *cfg,
                                 struct ad_err *err)
{
    struct ad_writer *w = calloc(1, sizeof *w);
    if (!w)
        goto nomem;
    w->sink = sink;
    w->cfg = *cfg;
    w->json = cfg->out.kind == AD_FORMAT_NDJSON;
    w->convert = !same_format(cfg->in, cfg->out);
    w->eol_len = 1;
    w->before_end = calloc(cfg->appended->n + 1, sizeof *w->before_end);
    w->keys_end = calloc(cfg->columns->n + 1, sizeof *w->keys_end);
    if (!w->before_end || !w->keys_end)
        goto nomem;
    if (w->json) {
        if (make_keys(&w->before, w->before_end, cfg->appended, true) ||
            (w->convert && make_keys(&w->keys, w->keys_end, cfg->columns, false)))
            goto nomem;
    } else {
        for (size_t i = 0; i < cfg->appended->n; i++) {
            ad_buf_add(&w->before, &cfg->out.delim, 1);
            w->before_end[i] = w->before.len;
        }
        if (w->before.failed)
            goto nomem;
    }
    w->room = w->before.len + cfg->appended->n * AD_NUMBER_MAX;
    return w;
nomem:
    ad_writer_close(w);
    ad_err_nomem(err);
    return NULL;
}

void ad_writer_close(struct ad_writer *w)
{
    if (!w)
        return;
    ad_buf_free(&w->before);
    ad_buf_free(&w->keys);
    ad_buf_free(&w->body);
    ad_buf_free(&w->text);
    free(w->before_end);
    free(w->keys_end);
    free(w);
}

static void write_str(struct ad_writer *w, struct ad_str v)
{
    ad_sink_write(w->sink, v.s, v.len);
}

/* Files whose last line has no newline must not run into the next one. */
static inline void begin(struct ad_writer *w)
{
    if (w->open_line)
        ad_sink_write(w->sink, &"\r\n"[2 - w->eol_len], w -> eol_len);
    w->open_line = false;
}

/* Remember how lines end here. */
static inline void end_line(struct ad_writer *w, struct ad_str eol)
{
    w->open_line = eol.len == 0;
    if (eol.len)
        w->eol_len = eol.len;
}

/* A column's value as JSON: what is a JSON number stays as it is, all else is a string. */
static void add_json_value(struct ad_buf *out, struct ad_str v)
{
    if (ad_number_is_json(v))
        ad_buf_add(out, v.s, v.len);
    else
        ad_json_quote(out, v);
}

static struct ad_str converted(struct ad_writer *w, const struct ad_record *rec)
{
    struct ad_buf *out = &w->body;
    out->len = 0;
    if (w->json)
        ad_buf_addz(out, "{");
    for (size_t i = 0, at = 0; i < w->cfg.columns->n; i++) {
        struct ad_str v = rec->value[i].s ? rec->value[i] : (struct ad_str){"", 0};
        if (w->json) {
            ad_buf_add(out, w->keys.s + at, w->keys_end[i] - at);
            add_json_value(out, v);
        } else {
            if (i)
                ad_buf_add(out, &w->cfg.out.delim, 1);
            ad_csv_quote(out, v, w->cfg.out.delim);
        }
        at = w->keys_end[i];
    }
    if (w->json)
        ad_buf_addz(out, "}");
    if (!out->failed)
        return (struct ad_str){out->len ? out->s : "", out->len};
    w->sink->error = ENOMEM;
    return ad_str_of("}");
}

struct ad_str ad_writer_json(struct ad_writer *w, const struct ad_record *rec)
{
    if (!w->convert)
        return rec->body;
    const struct ad_str none = {0}, json = converted(w, rec);
    return w->body.failed ? none : json;
}

static struct ad_str quoted_text(struct ad_writer *w, struct ad_str text)
{
    w->text.len = 0;
    if (w->json)
        ad_json_quote(&w->text, text);
    else
        ad_csv_quote(&w->text, text, w->cfg.out.delim);
    if (w->text.failed)
        w->sink->error = ENOMEM;
    return (struct ad_str){w->text.s, w->text.failed ? 0 : w->text.len};
}

/* Print a cell that is not text; returns where it ends. */
static inline char *print_cell(const struct ad_writer *w, char *to, const struct ad_cell *cell)
{
    switch (cell->kind) {
    case AD_CELL_SCORE:
        return to + ad_score_print(to, cell->x);
    case AD_CELL_FLAG:
        if (w->json) {
            memcpy(to, cell->x != 0 ? "true " : "false", 5);
            return to + (cell->x != 0 ? 4 : 5);
        }
        *to = cell->x != 0 ? '1' : '0';
        return to + 1;
    case AD_CELL_NUMBER:
        if (isfinite(cell->x))
            return to + ad_number_print(to, cell->x);
        break;
    default:
        break;
    }
    if (!w->json)
        return to;
    memcpy(to, "null", 4);
    return to + 4;
}

/* Print a text cell: its length has no bound, so it leaves the room there was and makes new. */
static char *put_text(struct ad_writer *w, char *start, char *to, struct ad_str text, size_t room)
{
    ad_sink_advance(w->sink, (size_t)(to - start));
    write_str(w, quoted_text(w, text));
    return ad_sink_room(w->sink, room);
}

/* One pass over the record with one reservation of room; only text cells need more. */
void ad_writer_put(struct ad_writer *w, const struct ad_record *rec, const struct ad_cell *cells)
{
    begin(w);
    struct ad_str body = w->convert ? converted(w, rec) : rec->body;
    size_t head = w->json ? w->convert ? body.len - 1 : rec->close : body.len;
    size_t room = body.len + rec->eol.len + w->room;
    char *start = ad_sink_room(w->sink, room), *to = start;
    if (!start)
        return;
    memcpy(to, body.s, head);
    to += head;
    /* No comma directly after `{`. */
    size_t at = w->json && (w->convert ? w->cfg.columns->n == 0 : rec->empty);
    for (size_t i = 0; i < w->cfg.appended->n; i++) {
        size_t len = w->before_end[i] - at;
        if (len == 1)
            *to = w->before.s[at];
        else
            memcpy(to, w->before.s + at, len);
        to += len;
        at += len;
        if (cells[i].kind != AD_CELL_TEXT)
            to = print_cell(w, to, &cells[i]);
        else if (!(to = start = put_text(w, start, to, cells[i].text, room)))
            return;
    }
    if (w->json) {
        memcpy(to, body.s + head, body.len - head);
        to += body.len - head;
    }
    for (size_t i = 0; i < rec->eol.len; i++)
        *to++ = rec->eol.s[i];
    ad_sink_advance(w->sink, (size_t)(to - start));
    end_line(w, rec->eol);
}

/* Rows of CSV for which there is room. Returns where they end. */
static char *print_scores(const struct ad_writer *w, char *to, const struct ad_record *rec,
                          const double *score, size_t n)
{
    const char delim = w->cfg.out.delim, tail[][4] = {{delim, '0', '\n'}, {delim, '0', '\r', '\n'}};
    for (size_t i = 0; i < n; i++) {
        struct ad_str body = rec[i].body;
        size_t eol = rec[i].eol.len;
        /* In steps of a known size, for which no call is needed. */
        for (size_t at = 0; at < body.len; at += 1 + AD_WRITER_SLACK)
            memcpy(to + at, body.s + at, 1 + AD_WRITER_SLACK);
        to += body.len;
        *to++ = delim;
        to += ad_score_print(to, score[i]);
        memcpy(to, tail[eol - 1], 4);
        to += 2 + eol;
    }
    return to;
}

void ad_writer_put_scores(struct ad_writer *w, const struct ad_record *rec, const double *score,
                          size_t n)
{
    if (n == 0)
        return;
    const struct ad_record *last = &rec[n - 1];
    size_t bytes = (size_t)(last->body.s + last->body.len - rec->body.s);
    size_t room = bytes + n * w->room + AD_WRITER_SLACK;
    if (w->json || room > AD_SINK_SIZE) {
        for (size_t i = 0; i < n; i++) {
            struct ad_cell cells[] = {{.kind = AD_CELL_SCORE, .x = score[i]},
                                      {.kind = AD_CELL_FLAG}};
            ad_writer_put(w, &rec[i], cells);
        }
        return;
    }
    begin(w);
    char *start = ad_sink_room(w->sink, room);
    ad_sink_advance(w->sink, (size_t)(print_scores(w, start, rec, score, n) - start));
    end_line(w, last->eol);
}

void ad_writer_header(struct ad_writer *w, const struct ad_record *header)
{
    if (w->json)
        return;
    begin(w);
    if (w->convert) {
        struct ad_record names = {.value = w->cfg.columns->v};
        write_str(w, converted(w, &names));
    } else {
        write_str(w, header->body);
    }
    for (size_t i = 0; i < w->cfg.appended->n; i++) {
        ad_sink_write(w->sink, &w->cfg.out.delim, 1);
        write_str(w, quoted_text(w, w->cfg.appended->v[i]));
    }
    write_str(w, header->eol);
    end_line(w, header->eol);
    if (w->cfg.in.kind != AD_FORMAT_CSV)
        begin(w);
}

bool ad_writer_put_bad(struct ad_writer *w, const struct ad_record *rec)
{
    if (w->convert)
        return false;
    if (rec->kind != AD_RECORD_PIECE)
        begin(w);
    write_str(w, rec->body);
    if (rec->kind == AD_RECORD_BAD && rec->pad != AD_PAD_NONE)
        for (size_t i = rec->pad + w->cfg.appended->n; i-- > 0;)
            ad_sink_write(w->sink, &w->cfg.out.delim, 1);
    write_str(w, rec->eol);
    end_line(w, rec->eol);
    return true;
}

bool ad_writer_surprise(struct ad_writer *w, const struct ad_record *rec, struct ad_str *key)
{
    struct ad_json_member m;
    for (size_t at = 0; ad_json_next(rec->body, &at, &m);) {
        w->text.len = 0;
        *key = m.key;
        if (m.key_escaped && ad_json_unescape(m.key, &w->text) == 0)
            *key = (struct ad_str){w->text.s, w->text.len};
        if (ad_names_find(w->cfg.columns, *key) < 0)
            return true;
    }
    return false;
}
