/* Records of any kind through reader and writer: what comes out is what went in, but for the
 * appended fields, and converted to another format it is read as the same names and values. The
 * first byte chooses formats, the second the sizes of reads and a second file. */
#include "../pieces.h"

#include "base/number.h"
#include "record/json.h"
#include "record/reader.h"
#include "record/writer.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(int line)
{
    fprintf(stderr, "tests/fuzz/reader.c:%d\n", line);
    abort();
}

#define check(ok) ((ok) ? (void)0 : fail(__LINE__))

/* All that is written fits into the sink's buffer, but for very long names repeated in NDJSON.
 * Small blocks and buffers of the reader make for many of them, and for speed. */
enum { MOST_INPUT = 4096, MAX_RECORD = 1024, NAPPENDED = 3, MOST_BLOCK = 24, BUFFER = 64 };

static struct ad_str appended_name[NAPPENDED] = {{"f_score", 7}, {"f_flag", 6}, {"f \"x\"", 5}};
static const struct ad_names appended = {appended_name, NAPPENDED};
static const struct ad_cell cell[NAPPENDED] = {
    {.kind = AD_CELL_SCORE, .x = 0.75},
    {.kind = AD_CELL_FLAG, .x = 1},
    {.kind = AD_CELL_TEXT, .text = {"a,\t;|\"b", 7}},
};
static const char json_cells[] =
    ",\"f_score\":0.75,\"f_flag\":true,\"f \\\"x\\\"\":\"a,\\t;|\\\"b\"";

struct rig {
    struct ad_reader *reader;
    struct ad_writer *writer;
    struct ad_sink *sink;
    struct ad_format in, out;
    bool convert;
    const struct ad_names *columns;
    struct ad_buf input; /* put together again from the output */
    struct ad_buf kept;  /* values of converted records */
};

static struct ad_sink *empty_sink(void)
{
    static struct ad_sink sink;
    struct ad_err err = {0};
    if (!sink.buf)
        check(ad_sink_open(&sink, open("/dev/null", O_WRONLY), "fuzz", &err) == 0);
    sink.len = 0;
    sink.used = false;
    return &sink;
}

static struct ad_str output(const struct rig *rig, size_t from)
{
    return (struct ad_str){rig->sink->buf + from, rig->sink->len - from};
}

/* `got` is a and then b. */
static bool is_both(struct ad_str got, struct ad_str a, struct ad_str b)
{
    return got.len == a.len + b.len && (!a.len || !memcmp(got.s, a.s, a.len)) &&
           (!b.len || !memcmp(got.s + a.len, b.s, b.len));
}

static struct ad_str cut(struct ad_str *v, size_t n)
{
    check(n <= v->len);
    struct ad_str head = {v->s, n};
    v->s += n;
    v->len -= n;
    return head;
}

/* Take the appended cells out of a record's output, `*tail` being what is after them; what is
 * before them. */
static struct ad_str without_cells(const struct rig *rig, const struct ad_record *rec,
                                   struct ad_str got, struct ad_str *tail)
{
    char csv_cells[64];
    struct ad_str cells = ad_str_of(json_cells);
    if (rig->in.kind == AD_FORMAT_CSV) {
        char d = rig->in.delim;
        snprintf(csv_cells, sizeof csv_cells, "%c0.75%c1%c\"a,\t;|\"\"b\"", d, d, d);
        cells = ad_str_of(csv_cells);
    } else if (rec->empty) {
        cut(&cells, 1);
    }
    size_t before = rig->in.kind == AD_FORMAT_CSV ? rec->body.len : rec->close;
    *tail = got;
    struct ad_str head = cut(tail, before);
    check(ad_str_eq(cut(tail, cells.len), cells));
    return head;
}

static void keep(struct rig *rig, const struct ad_record *rec)
{
    struct ad_buf text = {0}, raw = {0};
    for (size_t i = 0; i < rig->columns->n; i++) {
        struct ad_str v = rec->value[i].s ? rec->value[i] : (struct ad_str){"", 0};
        look_behind(v, rec->value[i].s ? AD_NUMBER_PAD : 0);
        text.len = raw.len = 0;
        if (rig->out.kind == AD_FORMAT_NDJSON) { /* what is not UTF-8 is replaced there */
            ad_json_quote(&raw, v);
            ad_json_unescape((struct ad_str){raw.s + 1, raw.len - 2}, &text);
            v = (struct ad_str){text.s, text.len};
        }
        ad_buf_add(&rig->kept, &v.len, sizeof v.len);
        ad_buf_add(&rig->kept, v.s, v.len);
    }
    ad_buf_free(&text);
    ad_buf_free(&raw);
}

static void put(struct rig *rig, const struct ad_record *rec)
{
    struct ad_str key;
    bool to_csv = rig->convert && rig->out.kind == AD_FORMAT_CSV;
    size_t from = rig->sink->len;
    if (rec->kind != AD_RECORD_DATA) {
        check(ad_writer_put_bad(rig->writer, rec) == !rig->convert);
        check(!rig->convert || from == rig->sink->len);
    } else if (!to_csv || rig->in.kind == AD_FORMAT_CSV ||
               !ad_writer_surprise(rig->writer, rec, &key)) {
        check(rec->body.len <= MAX_RECORD + 1);
        ad_writer_put(rig->writer, rec, cell);
        if (rig->convert)
            keep(rig, rec);
    }
    if (rig->convert)
        return;
    struct ad_str got = output(rig, from), tail;
    if (got.len && rig->input.len && rig->input.s[rig->input.len - 1] != '\n' &&
        rec->kind != AD_RECORD_PIECE) { /* after the end of a file without a newline */
        size_t crlf = got.s[0] == '\r' && got.len > rec->body.len + rec->eol.len + 1;
        check(cut(&got, 1 + crlf).s[crlf] == '\n');
        ad_buf_addz(&rig->input, "\n");
    }
    if (rec->kind == AD_RECORD_DATA) {
        struct ad_str head = without_cells(rig, rec, got, &tail);
        ad_buf_add(&rig->input, head.s, head.len);
        got = tail;
    } else if (rec->kind == AD_RECORD_BAD && rec->pad != AD_PAD_NONE) {
        struct ad_str head = cut(&got, rec->body.len);
        ad_buf_add(&rig->input, head.s, head.len);
        for (size_t i = 0; i < rec->pad + NAPPENDED; i++)
            check(cut(&got, 1).s[0] == rig->in.delim);
    }
    ad_buf_add(&rig->input, got.s, got.len);
    check(rig->input.len >= rec->body.len + rec->eol.len);
    tail = (struct ad_str){rig->input.s, rig->input.len};
    cut(&tail, tail.len - rec->body.len - rec->eol.len);
    check(is_both(tail, rec->body, rec->eol));
}

static void begin(struct rig *rig)
{
    struct ad_record header = ad_reader_header(rig->reader);
    struct ad_str lead = ad_reader_lead(rig->reader);
    ad_buf_add(&rig->input, lead.s, lead.len);
    if (!header.body.s && rig->in.kind == AD_FORMAT_CSV)
        return;
    ad_writer_header(rig->writer, &header);
    check(rig->convert || rig->in.kind == AD_FORMAT_NDJSON ||
          memcmp(rig->sink->buf, header.body.s, header.body.len) == 0);
    ad_buf_add(&rig->input, header.body.s, header.body.len);
    ad_buf_add(&rig->input, header.eol.s, header.eol.len);
}

static int run(struct rig *rig, struct ad_err *err)
{
    struct ad_record rec[MOST_BLOCK];
    struct ad_writer_cfg cfg = {rig->in, rig->out, rig->columns, &appended};
    rig->writer = ad_writer_open(rig->sink, &cfg, err);
    check(rig->writer);
    begin(rig);
    int n;
    while ((n = ad_reader_block(rig->reader, rec, MOST_BLOCK, err)) > 0)
        for (int i = 0; i < n; i++)
            put(rig, &rec[i]);
    check(rig->sink->error == 0);
    ad_writer_close(rig->writer);
    return n;
}

/* --- what was converted, read again -------------------------------------------------------- */

static bool has_twins(const struct ad_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        if (ad_names_find(names, names->v[i]) != (ptrdiff_t)i)
            return true;
    return false;
}

static void check_values(const struct ad_record *rec, size_t n, struct ad_str *kept)
{
    for (size_t i = 0; i < n; i++) {
        size_t len;
        memcpy(&len, cut(kept, sizeof len).s, sizeof len);
        check(ad_str_eq(rec->value[i], cut(kept, len)));
    }
    check(ad_str_eq(rec->value[n], ad_str_of("0.75")));
    check(ad_str_eq(rec->value[n + 2], cell[2].text));
}

static void check_again(const struct rig *rig)
{
    struct ad_record rec[MOST_BLOCK];
    struct ad_str text = output(rig, 0);
    struct ad_source src = {.file = &text, .nfile = 1};
    struct ad_reader_cfg cfg = {
        .format = rig->out, .max_record = 1 << 20, .block = MOST_BLOCK, .buffer = text.len + 1};
    struct ad_err err = {0};
    struct ad_reader *r = ad_reader_open(&src, &cfg, &err);
    struct ad_str kept = {rig->kept.len ? rig->kept.s : "", rig->kept.len};
    check(r && !rig->kept.failed);
    int n = ad_reader_start(r, &err);
    check(n >= 0);
    const struct ad_names *names = ad_reader_columns(r);
    size_t ncolumn = rig->columns->n;
    if (n == 1 && ncolumn) {
        check(names->n == ncolumn + NAPPENDED || has_twins(names) || has_twins(rig->columns) ||
              rig->out.kind == AD_FORMAT_NDJSON);
        check(ad_reader_want(r, names->v, names->n, &err) == 0);
        bool same = names->n == ncolumn + NAPPENDED && !has_twins(names);
        while ((n = ad_reader_block(r, rec, MOST_BLOCK, &err)) > 0)
            for (int i = 0; i < n; i++) {
                check(rec[i].kind == AD_RECORD_DATA);
                if (same)
                    check_values(&rec[i], ncolumn, &kept);
            }
        check(n == 0 && (!same || kept.len == 0));
    }
    ad_reader_close(r);
    ad_err_free(&err);
}

static struct ad_format format_out(struct ad_format in, uint8_t options)
{
    bool header = in.header || in.kind == AD_FORMAT_NDJSON;
    const struct ad_format formats[] = {{AD_FORMAT_CSV, ',', header},
                                        {AD_FORMAT_CSV, '\t', header},
                                        {AD_FORMAT_NDJSON, 0, true},
                                        in};
    return formats[options >> 4 & 3];
}

/* The input as it must come out: without byte-order marks, a newline between files. */
static void check_input(const struct rig *rig, const struct ad_str *file)
{
    struct ad_buf want = {0};
    for (int i = 0; i < 2; i++) {
        struct ad_str f = file[i];
        if (f.len >= 3 && memcmp(f.s, "\xef\xbb\xbf", 3) == 0)
            cut(&f, 3);
        if (want.len && f.len && want.s[want.len - 1] != '\n')
            ad_buf_addz(&want, "\n");
        ad_buf_add(&want, f.s, f.len);
    }
    check(want.len == rig->input.len);
    check(want.len == 0 || memcmp(want.s, rig->input.s, want.len) == 0);
    ad_buf_free(&want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > MOST_INPUT)
        return 0;
    unsigned char step[] = {(unsigned char)(data[1] & 15), (unsigned char)(data[1] >> 2)};
    struct ad_str file[2] = {{(const char *)data + 2, size - 2}};
    if (data[0] & 128) { /* the first FF byte divides the files */
        const char *ff = size > 2 ? memchr(file[0].s, 0xff, file[0].len) : NULL;
        if (ff) {
            file[1] = (struct ad_str){ff + 1, (size_t)(file[0].s + file[0].len - ff) - 1};
            file[0].len = (size_t)(ff - file[0].s);
        }
    }
    struct ad_source src = {.file = file, .nfile = 2, .step = step, .nstep = sizeof step};
    struct ad_reader_cfg cfg = {
        .format = {(enum ad_format_kind)(data[0] % 3), "\0,;|"[data[0] >> 2 & 3], !(data[0] & 64)},
        .max_record = MAX_RECORD,
        .block = MOST_BLOCK,
        .buffer = BUFFER};
    struct ad_err err = {0};
    struct rig rig = {.reader = ad_reader_open(&src, &cfg, &err), .sink = empty_sink()};
    check(rig.reader);
    if (ad_reader_start(rig.reader, &err) == 1) {
        rig.columns = ad_reader_columns(rig.reader);
        rig.in = ad_reader_format(rig.reader);
        rig.out = format_out(rig.in, data[0]);
        rig.convert = rig.in.kind != rig.out.kind ||
                      (rig.in.kind == AD_FORMAT_CSV && rig.in.delim != rig.out.delim);
        check(ad_reader_want(rig.reader, rig.columns->v, rig.columns->n, &err) == 0);
        int end = run(&rig, &err);
        if (end == 0 && rig.convert && !rig.sink->used)
            check_again(&rig);
        else if (!rig.convert && end == 0 && !ad_reader_headers(rig.reader) &&
                 (!rig.in.header || !file[1].len || rig.in.kind == AD_FORMAT_NDJSON))
            check_input(&rig, file);
    }
    ad_reader_close(rig.reader);
    ad_err_free(&err);
    ad_buf_free(&rig.input);
    ad_buf_free(&rig.kept);
    return 0;
}
