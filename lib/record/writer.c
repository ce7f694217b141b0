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
    char eol[2];        /* the input's */
    size_t eol_len;
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
    w->eol[0] = '\n';
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
static void begin(struct ad_writer *w)
{
    if (w->open_line)
        ad_sink_write(w->sink, w->eol, w->eol_len);
    w->open_line = false;
}

static void finish(struct ad_writer *w, const struct ad_record *rec)
{
    write_str(w, rec->eol);
    w->open_line = rec->eol.len == 0;
    if (rec->eol.len) {
        memcpy(w->eol, rec->eol.s, rec->eol.len);
        w->eol_len = rec->eol.len;
    }
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
        struct ad_str v = rec->value[i];
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
    if (out->failed)
        w->sink->error = ENOMEM;
    return (struct ad_str){out->s, out->failed ? 0 : out->len};
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

static size_t print_cell(const struct ad_writer *w, char *to, const struct ad_cell *cell)
{
    switch (cell->kind) {
    case AD_CELL_SCORE:
        return ad_score_print(to, cell->x);
    case AD_CELL_FLAG:
        if (w->json) {
            memcpy(to, cell->x != 0 ? "true " : "false", 5);
            return cell->x != 0 ? 4 : 5;
        }
        *to = cell->x != 0 ? '1' : '0';
        return 1;
    case AD_CELL_NUMBER:
        if (isfinite(cell->x))
            return ad_number_print(to, cell->x);
        break;
    default:
        break;
    }
    if (w->json)
        memcpy(to, "null", 4);
    return w->json ? 4 : 0;
}

static void put_cells(struct ad_writer *w, const struct ad_cell *cells, bool first)
{
    for (size_t i = 0, at = 0; i < w->cfg.appended->n; i++) {
        const char *before = w->before.s + at;
        size_t len = w->before_end[i] - at;
        at = w->before_end[i];
        if (first && i == 0) { /* no comma directly after `{` */
            before++;
            len--;
        }
        char *to = ad_sink_room(w->sink, len + AD_NUMBER_MAX);
        if (!to)
            return;
        memcpy(to, before, len);
        if (cells[i].kind != AD_CELL_TEXT) {
            ad_sink_advance(w->sink, len + print_cell(w, to + len, &cells[i]));
            continue;
        }
        ad_sink_advance(w->sink, len);
        write_str(w, quoted_text(w, cells[i].text));
    }
}

void ad_writer_put(struct ad_writer *w, const struct ad_record *rec, const struct ad_cell *cells)
{
    begin(w);
    if (w->convert) {
        write_str(w, converted(w, rec));
        put_cells(w, cells, w->json && w->cfg.columns->n == 0);
        if (w->json)
            ad_sink_write(w->sink, "}", 1);
    } else if (w->json) {
        ad_sink_write(w->sink, rec->body.s, rec->close);
        put_cells(w, cells, rec->empty);
        ad_sink_write(w->sink, rec->body.s + rec->close, rec->body.len - rec->close);
    } else {
        write_str(w, rec->body);
        put_cells(w, cells, false);
    }
    finish(w, rec);
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
    finish(w, header);
    if (w->open_line && w->cfg.in.kind != AD_FORMAT_CSV)
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
    finish(w, rec);
    return true;
}

const char *ad_writer_surprise(struct ad_writer *w, const struct ad_record *rec)
{
    if (!w->convert || w->cfg.in.kind != AD_FORMAT_NDJSON)
        return NULL;
    struct ad_json_member m;
    for (size_t at = 0; ad_json_next(rec->body, &at, &m);) {
        w->text.len = 0;
        struct ad_str key = m.key;
        if (m.key_escaped && ad_json_unescape(m.key, &w->text) == 0)
            key = (struct ad_str){w->text.s, w->text.len};
        if (ad_names_find(w->cfg.columns, key) < 0)
            return "a member that the first record does not have: give all of them there, or use "
                   "-o ndjson";
    }
    return NULL;
}
