/* CSV of any kind through the reader, against libcsv in its strict mode over the whole input. Where
 * libcsv accepts it as a table, the reader finds the same names and the same fields. Whatever it
 * is: its bytes come out as they went in, and how they were cut into reads shows nowhere. The first
 * byte chooses options, the second the sizes of reads. */
#include "../pieces.h"

#include "base/number.h"
#include "record/csv.h"
#include "record/reader.h"

#include <csv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define AD_PORTABLE
#define ad_csv_rows portable_rows
#include "record/csv_rows.c"
#undef ad_csv_rows
#undef AD_PORTABLE

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(int line)
{
    fprintf(stderr, "tests/fuzz/csv.c:%d\n", line);
    abort();
}

#define check(ok) ((ok) ? (void)0 : fail(__LINE__))

/* Small blocks and buffers make for many of them, and for speed. */
enum { MOST_BLOCK = 24, BUFFER = 64 };

/* What the first bytes choose. */
struct plan {
    char delim;
    bool header;
    unsigned long long max_record;
    size_t block;
    unsigned char step[2];
};

static struct plan plan_of(uint8_t options, uint8_t steps)
{
    static const unsigned long long longest[] = {1 << 20, 16, 100, 1 << 20};
    struct plan p = {.delim = "\0,\t;|,,,"[options & 7],
                     .header = !(options & 8),
                     .max_record = longest[options >> 4 & 3],
                     .block = options & 64 ? 2 : MOST_BLOCK,
                     .step = {(unsigned char)(steps & 15), steps >> 4}};
    return p;
}

/* All that a reading of the input told, as bytes to be compared. */
struct outcome {
    struct ad_buf said;  /* about records: kinds, lines, reasons ... */
    struct ad_buf cells; /* names and fields of rows, as add_cell() writes them */
    struct ad_buf bytes; /* of all records */
    int start;
    char delim;
    size_t ncolumn;
    bool odd; /* a blank line with a carriage return or a delimiter in it, a row to libcsv */
};

static void outcome_free(struct outcome *o)
{
    ad_buf_free(&o->said);
    ad_buf_free(&o->cells);
    ad_buf_free(&o->bytes);
}

static bool same(const struct ad_buf *a, const struct ad_buf *b)
{
    check(!a->failed && !b->failed);
    return a->len == b->len && (a->len == 0 || memcmp(a->s, b->s, a->len) == 0);
}

static void add_cell(struct ad_buf *b, const void *s, size_t len)
{
    ad_buf_add(b, &len, sizeof len);
    ad_buf_add(b, s, len);
}

static void add_row_end(struct ad_buf *b)
{
    ad_buf_addz(b, "row");
}

static void add_names(struct outcome *o, const struct ad_names *columns)
{
    for (size_t i = 0; i < columns->n; i++)
        add_cell(&o->cells, columns->v[i].s, columns->v[i].len);
    add_row_end(&o->cells);
}

static size_t newlines(struct ad_str v)
{
    size_t n = 0;
    for (size_t i = 0; i < v.len; i++)
        n += v.s[i] == '\n';
    return n;
}

/* Where the reading has come to in the input. */
struct place {
    struct ad_str left;
    unsigned long long line, headers;
};

static void advance(struct place *p, struct ad_str v)
{
    check(v.len <= p->left.len && (v.len == 0 || memcmp(v.s, p->left.s, v.len) == 0));
    p->left.s += v.len;
    p->left.len -= v.len;
    p->line += newlines(v);
}

/* The next row of the input is the header again, which is not handed out. */
static void advance_header(struct place *p, struct outcome *o, const struct ad_reader *r)
{
    struct ad_record header = ad_reader_header(r);
    check(header.body.len > 0);
    advance(p, header.body);
    size_t crlf = p->left.len > 1 && p->left.s[0] == '\r';
    advance(p, (struct ad_str){crlf ? "\r\n" : "\n", p->left.len ? 1 + crlf : 0});
    add_names(o, ad_reader_columns(r));
    p->headers++;
}

static void take_record(struct place *p, struct outcome *o, const struct ad_reader *r,
                        const struct ad_record *rec)
{
    size_t ncolumn = ad_reader_columns(r)->n;
    while (rec->kind != AD_RECORD_PIECE && p->line < rec->line)
        advance_header(p, o, r);
    check(rec->kind == AD_RECORD_PIECE || p->line == rec->line);
    advance(p, rec->body);
    advance(p, rec->eol);
    ad_buf_add(&o->bytes, rec->body.s, rec->body.len);
    ad_buf_add(&o->bytes, rec->eol.s, rec->eol.len);
    if (rec->kind == AD_RECORD_PIECE)
        return;
    ad_buf_add(&o->said, &rec->kind, sizeof rec->kind);
    ad_buf_add(&o->said, &rec->line, sizeof rec->line);
    if (rec->kind == AD_RECORD_BAD) {
        ad_buf_addz(&o->said, rec->why);
        ad_buf_add(&o->said, &rec->pad, sizeof rec->pad);
    }
    o->odd |= rec->kind == AD_RECORD_BLANK && memchr(rec->body.s, '\r', rec->body.len);
    bool quoted = rec->body.len && memchr(rec->body.s, '"', rec->body.len);
    if (rec->kind != AD_RECORD_DATA || (ncolumn == 1 && rec->value[0].len == 0 && !quoted))
        return; /* libcsv leaves empty rows out */
    for (size_t i = 0; i < ncolumn; i++) {
        look_behind(rec->value[i], AD_NUMBER_PAD);
        add_cell(&o->cells, rec->value[i].s, rec->value[i].len);
    }
    add_row_end(&o->cells);
}

static void take_all(struct ad_reader *r, const struct plan *plan, struct ad_str text,
                     struct outcome *o)
{
    struct ad_record rec[MOST_BLOCK];
    struct ad_err err = {0};
    const struct ad_names *columns = ad_reader_columns(r);
    struct ad_record header = ad_reader_header(r);
    struct place p = {text, 1, 0};
    int n;
    o->delim = ad_reader_format(r).delim;
    o->ncolumn = columns->n;
    struct ad_str lead = ad_reader_lead(r);
    for (size_t i = 0; i < lead.len; i++)
        o->odd |= lead.s[i] == o->delim || (lead.s[i] == '\r' && lead.s[i + 1] != '\n');
    advance(&p, lead);
    advance(&p, header.body);
    advance(&p, header.eol);
    if (plan->header)
        add_names(o, columns);
    const struct ad_str *first = ad_reader_first(r);
    for (size_t i = 0; first && i < columns->n; i++)
        add_cell(&o->said, first[i].s, first[i].len);
    check(ad_reader_want(r, columns->v, columns->n, &err) == 0);
    while ((n = ad_reader_block(r, rec, plan->block, &err)) > 0)
        for (int i = 0; i < n; i++)
            take_record(&p, o, r, &rec[i]);
    check(n == 0 && ad_reader_done(r));
    while (p.left.len)
        advance_header(&p, o, r);
    check(p.headers == ad_reader_headers(r));
}

static void read_all(const struct plan *plan, struct ad_str text, size_t nstep, struct outcome *o)
{
    struct ad_source src = {.file = &text, .nfile = 1, .step = plan->step, .nstep = nstep};
    struct ad_reader_cfg cfg = {.format = {AD_FORMAT_CSV, plan->delim, plan->header},
                                .max_record = plan->max_record,
                                .block = plan->block,
                                .buffer = nstep ? BUFFER : text.len + 1};
    struct ad_err err = {0};
    struct ad_reader *r = ad_reader_open(&src, &cfg, &err);
    check(r);
    *o = (struct outcome){.start = ad_reader_start(r, &err)};
    size_t bom = text.len >= 3 && memcmp(text.s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    if (o->start == 1)
        take_all(r, plan, (struct ad_str){text.s + bom, text.len - bom}, o);
    else if (o->start < 0)
        ad_buf_addz(&o->said, err.text);
    else
        for (size_t i = bom; i < text.len; i++)
            check(memchr("\n\r \t", text.s[i], 4));
    ad_err_free(&err);
    ad_reader_close(r);
}

/* --- the oracle ---------------------------------------------------------------------------- */

struct table {
    struct ad_buf cells;
    size_t col, ncol;
    bool ragged;
};

static void on_field(void *s, size_t len, void *arg)
{
    struct table *t = arg;
    add_cell(&t->cells, s, len);
    t->col++;
}

static void on_row(int c, void *arg)
{
    struct table *t = arg;
    (void)c;
    t->ragged |= t->ncol && t->ncol != t->col;
    t->ncol = t->col;
    t->col = 0;
    add_row_end(&t->cells);
}

static int is_blank(unsigned char c)
{
    return c == ' ' || c == '\t';
}

static int is_newline(unsigned char c)
{
    return c == '\n';
}

/* To libcsv a carriage return before a newline is none only where it was taken away. */
static void without_cr(struct ad_str text, struct ad_buf *out)
{
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        quoted ^= text.s[i] == '"';
        bool crlf = text.s[i] == '\r' && i + 1 < text.len && text.s[i + 1] == '\n';
        if (!crlf || quoted)
            ad_buf_add(out, text.s + i, 1);
    }
}

static void check_libcsv(struct ad_str text, const struct outcome *got)
{
    struct csv_parser parser;
    struct table t = {0};
    struct ad_buf in = {0};
    if (text.len >= 3 && memcmp(text.s, "\xef\xbb\xbf", 3) == 0)
        text = (struct ad_str){text.s + 3, text.len - 3};
    without_cr(text, &in);
    check(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
    csv_set_delim(&parser, (unsigned char)got->delim);
    csv_set_space_func(&parser, is_blank);
    csv_set_term_func(&parser, is_newline);
    bool ok = csv_parse(&parser, in.s, in.len, on_field, on_row, &t) == in.len &&
              csv_fini(&parser, on_field, on_row, &t) == 0;
    csv_free(&parser);
    if (ok && !got->odd && !t.ragged && t.ncol == got->ncolumn)
        check(same(&t.cells, &got->cells));
    ad_buf_free(&in);
    ad_buf_free(&t.cells);
}

/* --- parts --------------------------------------------------------------------------------- */

static bool same_str(struct ad_str a, struct ad_str b)
{
    return a.s == b.s && a.len == b.len;
}

/* ad_csv_rows() by both kinds of marks, and row by row. */
static void check_rows(struct ad_str text, char delim, size_t longest)
{
    enum { MOST = 64, COLUMNS = 4 };
    static const int slot[COLUMNS] = {1, -1, 0, 2};
    struct ad_str value[3][MOST + 1][COLUMNS] = {{{{0}}}};
    struct ad_record fast[MOST], plain[MOST];
    const char *first = text.len ? memchr(text.s, '\n', text.len) : NULL;
    struct ad_str row = {text.s, first ? (size_t)(first - text.s) : text.len};
    size_t ncol = ad_csv_split(row, delim, (struct ad_csv_slots){NULL, 0}, NULL), n = 0;
    if (ncol > COLUMNS)
        return;
    struct ad_csv_plain cfg = {delim, {slot, ncol}, longest, 3};
    char *s = calloc(1, text.len + 1 + AD_CSV_SLACK), *at = s;
    check(s);
    memcpy(s, text.s, text.len);
    s[text.len] = '"';
    for (size_t i = 0; i < MOST; i++) {
        fast[i].value = value[0][i];
        plain[i].value = value[1][i];
    }
    size_t got = ad_csv_rows(&cfg, s, 1, fast, MOST);
    check(got == portable_rows(&cfg, s, 1, plain, MOST));
    for (char *nl; n < MOST && (nl = memchr(at, '\n', (size_t)(s + text.len - at))); n++) {
        size_t len = (size_t)(nl - at) - (nl > at && nl[-1] == '\r');
        row = (struct ad_str){at, len};
        if (memchr(at, '"', (size_t)(nl - at)) || len == 0 || len > longest || len == 3 ||
            ad_csv_split(row, delim, cfg.want, value[2][n]) != ncol)
            break;
        check(n < got && same_str(fast[n].body, row) && same_str(plain[n].body, row));
        check(fast[n].eol.s == at + len && fast[n].eol.s + fast[n].eol.len == nl + 1);
        for (size_t c = 0; c < COLUMNS; c++) {
            struct ad_str want = value[2][n][c];
            check(want.len == 0 || same_str(value[0][n][c], want));
            check(value[0][n][c].len == want.len);
            check(same_str(value[1][n][c], value[0][n][c]));
        }
        at = nl + 1;
    }
    check(n == got);
    free(s);
}

/* What is written as a field is read as the same. */
static void check_quote(struct ad_str field, char delim)
{
    static const int slot[] = {0};
    struct ad_buf b = {0};
    struct ad_err err = {0};
    struct ad_str got = {0};
    struct ad_csv *csv = ad_csv_new(delim, &err);
    check(csv && ad_csv_quote(&b, field, delim) == 0 && ad_csv_reset(csv, b.len + 1) == 0);
    size_t n =
        ad_csv_quoted(csv, (struct ad_str){b.s, b.len}, (struct ad_csv_slots){slot, 1}, &got);
    check(n == (b.len > 0) && ad_str_eq(got, field));
    ad_csv_free(csv);
    ad_buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct plan plan = plan_of(data[0], data[1]);
    struct ad_str text = {(const char *)data + 2, size - 2};
    struct outcome whole, pieces;
    read_all(&plan, text, 0, &whole);
    read_all(&plan, text, sizeof plan.step, &pieces);
    check(whole.start == pieces.start && whole.delim == pieces.delim);
    check(same(&whole.said, &pieces.said) && same(&whole.cells, &pieces.cells));
    check(same(&whole.bytes, &pieces.bytes));
    if (whole.start == 1 && size <= plan.max_record)
        check_libcsv(text, &whole);
    check_rows(text, plan.delim ? plan.delim : ',', plan.max_record);
    check_quote(text, plan.delim ? plan.delim : ',');
    outcome_free(&whole);
    outcome_free(&pieces);
    return 0;
}
