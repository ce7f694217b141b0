#include "unit.h"

#include "../pieces.h"

#include "record/reader.h"
#include "record/reader_private.h"

#include <stdio.h>
#include <stdlib.h>

/* One line for a record: its kind (D data, - blank, B bad), line, values or what is wrong with it
 * and the fields it lacks, then its line ending: none, LF or CRLF as $, \n, \r\n. */
static void tell(struct ad_buf *b, const struct ad_record *rec, size_t nvalue)
{
    char text[64];
    if (rec->kind == AD_RECORD_PIECE)
        return;
    snprintf(text, sizeof text, "%c%llu", "D-B"[rec->kind], rec -> line);
    ad_buf_addz(b, text);
    for (size_t i = 0; rec->kind == AD_RECORD_DATA && i < nvalue; i++) {
        ad_buf_addz(b, i ? "|" : " ");
        ad_buf_add_visible(b, rec->value[i].s ? rec->value[i] : ad_str_of("absent"));
    }
    if (rec->kind == AD_RECORD_BAD) {
        snprintf(text, sizeof text, " %s %d", rec->why, (int)rec->pad);
        ad_buf_addz(b, text);
    }
    bool pieces = rec->kind == AD_RECORD_BAD && strncmp(rec->why, "longer", 6) == 0;
    ad_buf_addz(b, pieces ? "\n" : rec->eol.len == 2 ? "\\r\n" : rec->eol.len == 1 ? "\n" : "$\n");
}

struct setting {
    struct ad_reader_cfg cfg;
    struct ad_str file[3];
    size_t nfile;
    const char *want[3]; /* none: all columns */
};

/* Read everything by these steps. Returns what there is to say of it; the caller frees. */
static char *transcript(const struct setting *set, const unsigned char *step, size_t nstep)
{
    static struct ad_record rec[AD_READER_BLOCK];
    struct ad_source src = {.file = set->file, .nfile = set->nfile, .step = step, .nstep = nstep};
    struct ad_err err = {0};
    struct ad_buf b = {0};
    struct ad_reader *r = ad_reader_open(&src, &set->cfg, &err);
    assert_non_null(r);
    int n = ad_reader_start(r, &err);
    if (n == 1) {
        const struct ad_names *columns = ad_reader_columns(r);
        struct ad_str want[3];
        size_t nwant = 0;
        for (; nwant < 3 && set->want[nwant]; nwant++)
            want[nwant] = ad_str_of(set->want[nwant]);
        size_t nvalue = nwant ? nwant : columns->n;
        ad_names_list(columns, &b);
        ad_buf_addz(&b, "\n");
        assert_int_equal(ad_reader_want(r, nwant ? want : columns->v, nvalue, &err), 0);
        while ((n = ad_reader_block(r, rec, AD_READER_BLOCK, &err)) > 0)
            for (int i = 0; i < n; i++)
                tell(&b, &rec[i], nvalue);
    }
    if (n < 0)
        ad_buf_addz(&b, err.text);
    ad_buf_add(&b, "", 1);
    assert_false(b.failed);
    ad_err_free(&err);
    ad_reader_close(r);
    return b.s;
}

/* Whatever reads the input comes in, cut once at every place and into many pieces, this is what
 * there is to say of it. */
static void assert_told(const struct setting *set, const char *want)
{
    static const unsigned char few[][2] = {{1, 1}, {2, 1}, {7, 3}};
    char *got = transcript(set, NULL, 0);
    assert_string_equal(got, want);
    free(got);
    for (size_t i = 0; i < 3; i++) {
        got = transcript(set, few[i], 2);
        assert_string_equal(got, want);
        free(got);
    }
    for (unsigned char at = 3; at < set->file[0].len && at < 250; at++) {
        unsigned char step[] = {at, 250, 250, 250, 250, 250, 250, 250};
        got = transcript(set, step, sizeof step);
        assert_string_equal(got, want);
        free(got);
    }
}

static struct setting setting(const char *first)
{
    return (struct setting){.cfg = {.format = {.header = true}, .max_record = 1 << 20},
                            .file = {ad_str_of(first)},
                            .nfile = 1};
}

static void assert_reads(const char *text, const char *want)
{
    struct setting set = setting(text);
    assert_told(&set, want);
}

static void plain(void **state)
{
    (void)state;
    assert_reads("a,b\n1,2\n 3\t,4 \n", "a, b\nD2 1|2\nD3 3|4\n");
    assert_reads("\xef\xbb\xbf"
                 "a;b\r\n1;2\r\n;\r\n",
                 "a, b\nD2 1|2\\r\nD3 |\\r\n");
    assert_reads("a\tb\n1\t2\n\t\n3\t4", "a, b\nD2 1|2\nD3 |\nD4 3|4$\n");
    assert_reads("a,b\n1\r,2\r\r\n", "a, b\nD2 1\\x0D|2\\x0D\\r\n"); /* a bare CR is data */
    assert_reads("a,b", "a, b\n");
    assert_reads("", "");
    assert_reads("\n \r\n\n", "");
    assert_reads("\xef\xbb\xbf", "");
}

/* Each field as python3 -c 'import csv,io; print(list(csv.reader(io.StringIO(TEXT, newline=""),
 * strict=True)))' has it. */
static void quotes(void **state)
{
    (void)state;
    assert_reads("\"a\",\"b c\"\n\"1\",\"say \"\"hi\"\"\"\n\"x\ny\",2\n\"\",3\r\n",
                 "a, b c\nD2 1|say \"hi\"\nD3 x\\x0Ay|2\nD5 |3\\r\n");
    assert_reads("a,b\n\"1\r\n2\",\",\"\n3,\"4\"", "a, b\nD2 1\\x0D\\x0A2|,\nD4 3|4$\n");
    assert_reads("\"a\nb\",c\n1,2\n", "a\\x0Ab, c\nD3 1|2\n");
}

/* The bad record is the physical line, the next one is read again. */
static void bad_quotes(void **state)
{
    (void)state;
    assert_reads("a,b\n1,2\n\"3,4\n5,6\n", "a, b\nD2 1|2\nB3 unclosed quote -1\nD4 5|6\n");
    assert_reads("a,b\n3\"x,4\n5,6\n", "a, b\nB2 stray quote -1\nD3 5|6\n");
    assert_reads("a,b\n\"3\"x,4\n5,6\n", "a, b\nB2 stray quote -1\nD3 5|6\n");
    assert_reads("a,b\n3\"x,4\n5,\"6\"\n\"7",
                 "a, b\nB2 stray quote -1\nD3 5|6\nB4 unclosed quote -1$\n");
    assert_reads("a,b\n\"3,4\n5\",x\"6\n7,8",
                 "a, b\nB2 unclosed quote -1\nB3 stray quote -1\nD4 7|8$\n");
    assert_reads("\"a,b\n1,2\n", "first:1: the quotes of the first row do not match");
    struct setting set = setting("1\"x,2\n\n3,4\n\"5,6\n");
    set.cfg.format = (struct ad_format){AD_FORMAT_CSV, ',', false};
    assert_told(&set, "1, 2\nB1 stray quote -1\n-2\nD3 3|4\nB4 unclosed quote -1\n");
    set.file[0] = ad_str_of("\"1,2\n3\"x\n\"4,5\"\n\"6\"");
    assert_told(&set, "1\nB1 stray quote -1\nB2 stray quote -1\nD3 4,5\nD4 6$\n");
    set.file[0] = ad_str_of("1\"\n"); /* not one good row */
    assert_told(&set, "1\nB1 stray quote -1\n");
    set = setting("a\n\"34567890\n234567890\n\"\n\"3456789\n12345\"\n1\n");
    set.cfg.max_record = 16;
    assert_told(&set, "a\nB2 unclosed quote -1\nD3 234567890\nB4 stray quote -1\n"
                      "D5 3456789\\x0A12345\nD7 1\n");
}

/* A line whose quote can only be a mistake is known as bad before anything follows. */
static void stray_at_once(void **state)
{
    static const unsigned char step[] = {6, 7, 200};
    struct ad_str file = ad_str_of("a,b\n1\"x,2\n3,4\n");
    struct ad_source src = {.file = &file, .nfile = 1, .step = step, .nstep = 3};
    struct ad_reader_cfg cfg = {.format = {AD_FORMAT_CSV, ',', true}, .max_record = 100};
    struct ad_err err = {0};
    struct ad_record rec[4];
    struct ad_reader *r = ad_reader_open(&src, &cfg, &err);
    (void)state;
    file.len = 10;
    assert_int_equal(ad_reader_start(r, &err), 1);
    file.len = 14; /* the rest comes later; by then the file was not at its end */
    assert_int_equal(ad_reader_want(r, NULL, 0, &err), 0);
    assert_int_equal(ad_reader_block(r, rec, 4, &err), 1);
    assert_string_equal(rec[0].why, "stray quote");
    ad_reader_close(r);
}

static void ragged(void **state)
{
    (void)state;
    assert_reads("a,b,c\n1\n1,2,3,4\n\n \t\n1,2\n1,\"2\"\n,,\n",
                 "a, b, c\nB2 too few fields 2\nB3 too many fields 0\n-4\n-5\n"
                 "B6 too few fields 1\nB7 too few fields 1\nD8 ||\n");
    assert_reads("a\n1\n\n \n\"\"\n2", "a\nD2 1\nD3 \nD4 \nD5 \nD6 2$\n"); /* missing, not blank */
}

static void headers(void **state)
{
    (void)state;
    assert_reads("a,b\n1,2\na,b\r\n3,4\na,b", "a, b\nD2 1|2\nD4 3|4\n");
    assert_reads("\"a\",b\n1,2\n\"a\",b\n3,4\n", "a, b\nD2 1|2\nD4 3|4\n");
    assert_reads("a,b\n1,2\n a,b\n", "a, b\nD2 1|2\nD3 a|b\n"); /* not equal, byte for byte */
    struct setting set = setting("1,2\n3,4\n1,2\n");
    set.cfg.format = (struct ad_format){AD_FORMAT_CSV, ',', false};
    assert_told(&set, "1, 2\nD1 1|2\nD2 3|4\nD3 1|2\n");
    set.file[0] = ad_str_of("\n \n1,2\n");
    assert_told(&set, "1, 2\n-1\n-2\nD3 1|2\n");
}

static void delimiters(void **state)
{
    (void)state;
    assert_reads("a,b;c\n1,2\n", "a, b;c\nD2 1|2\n"); /* equally often in both */
    assert_reads("a,b;c\n1;2\n", "a,b, c\nD2 1|2\n");
    assert_reads("a|b|c,d\n1\n", "a, b, c,d\nB2 too few fields 2\n"); /* most frequent */
    assert_reads("\"a,b,c\";d\n\n1;2\n", "a,b,c, d\n-2\nD3 1|2\n");
    assert_reads("a,b;c\n\n1;2\n", "a,b, c\n-2\nD3 1|2\n");
    assert_reads("a,b;c\n1\n", "cannot tell the delimiter, candidates are , ;: give one with -d");
    assert_reads("a b\n1\n", "a b\nD2 1\n");
}

static void json(void **state)
{
    (void)state;
    struct setting set = setting("{\"a\":1,\"b\":{\"c\":\"x\"}}\n{\"a\":null, "
                                 "\"b.c\":\"\\u00e9\\n\"} \r\n\n{}\n{\"a\":}\n{\"a\":\"7\"}");
    set.want[0] = "a";
    set.want[1] = "b.c";
    assert_told(&set, "a, b\nD1 1|x\nD2 |\xc3\xa9\\x0A\\r\n-3\nD4 absent|absent\n"
                      "B5 expected a value -1\nD6 7|absent$\n");
    assert_reads("[{\"a\":1}]\n", "first: a JSON array, not one record a line: use jq -c '.[]'");
}

static void several_files(void **state)
{
    (void)state;
    struct setting set = setting("a,b\n1,2");
    set.file[1] = ad_str_of("\xef\xbb\xbf\n\"a\", b\n3,4\n");
    set.file[2] = ad_str_of("a,b\r\n5,6");
    set.nfile = 3;
    assert_told(&set, "a, b\nD2 1|2$\nD3 3|4\nD2 5|6$\n");
    set.file[1] = ad_str_of("");
    assert_told(&set, "a, b\nD2 1|2$\nD2 5|6$\n");
    set.file[1] = ad_str_of("b,a\n");
    assert_told(&set, "a, b\nD2 1|2$\nsecond: its header is not that of the files before it");
    set.file[1] = ad_str_of("{\"a\":1}\n");
    assert_told(&set, "a, b\nD2 1|2$\nsecond: not the format of the files before it");
    struct setting json = setting("{\"a\":1}");
    json.file[1] = ad_str_of("\n\n");
    json.nfile = 2;
    assert_told(&json, "a\nD1 1$\n-1\n-2\n");
    json = setting("\n \n \t");
    json.file[1] = ad_str_of("{\"a\":1}");
    json.nfile = 2;
    assert_told(&json, "a\nD1 1$\n");
    set.file[0] = ad_str_of("a,b\n\"1\n"); /* what was open in one file is not in the next */
    set.file[1] = ad_str_of("a,b\n2,3\n");
    assert_told(&set, "a, b\nB2 unclosed quote -1\nD2 2|3\nD2 5|6$\n");
}

static void too_long(void **state)
{
    (void)state;
    struct setting set =
        setting("a,b\n1234567890123456\n123456789,123456\r\n\"12345678\",123456\n1,2\n"
                "12345678901234567\n\"12345678901,3\n1,2");
    set.cfg.max_record = 16;
    assert_told(&set, "a, b\nB2 too few fields 1\nD3 123456789|123456\\r\n"
                      "B4 longer than --max-record -1\nD5 1|2\nB6 longer than --max-record -1\n"
                      "B7 unclosed quote -1\nD8 1|2$\n");
    set.file[0] =
        ad_str_of("{\"a\":1}\n{\"a\":12345678901234567}\n{\"a\":2}\n{\"a\":12345678901234567}");
    assert_told(&set,
                "a\nD1 1\nB2 longer than --max-record -1\nD3 2\nB4 longer than --max-record -1\n");
    set.file[0] = ad_str_of("a23456789012345678901\n1\n");
    assert_told(&set, "first:1: the header is longer than --max-record");
}

/* However much of it comes, no more is held. */
static void bounded(void **state)
{
    enum { SIZE = 3 << 20, START = 256 * 1024 };
    static const char *const begins[] = {"a,b\n1,", "a,b\n1,\"", "{\"a\":\"", "a,b\n1,\"\"\"",
                                         "a,"};
    static struct ad_record rec[AD_READER_BLOCK];
    char *s = malloc(SIZE);
    (void)state;
    for (size_t i = 0; i < 9; i++) {
        const char *begin = begins[i < 5 ? i : i - 5];
        struct ad_str file = {s, SIZE};
        struct ad_source src = {.file = &file, .nfile = 1};
        struct ad_reader_cfg cfg = {.format = {.delim = ',', .header = true}, .max_record = 1024};
        struct ad_err err = {0};
        memset(s, i < 5 ? 'y' : '\n', SIZE);
        memcpy(s, begin, strlen(begin));
        struct ad_reader *r = ad_reader_open(&src, &cfg, &err);
        assert_int_equal(ad_reader_start(r, &err), i == 4 ? -1 : 1);
        assert_int_equal(r->cap, START);
        if (i == 4) { /* a header without an end */
            ad_err_free(&err);
            ad_reader_close(r);
            continue;
        }
        assert_int_equal(ad_reader_want(r, NULL, 0, &err), 0);
        size_t total = ad_reader_header(r).body.len + ad_reader_header(r).eol.len;
        for (int n; (n = ad_reader_block(r, rec, AD_READER_BLOCK, &err)) > 0;)
            for (int k = 0; k < n; k++)
                total += rec[k].body.len + rec[k].eol.len;
        assert_int_equal(total, SIZE);
        assert_int_equal(r->cap, START);
        ad_reader_close(r);
    }
    free(s);
}

static void first_record(void **state)
{
    struct ad_str file = ad_str_of("\n\r\na,b\n\"x\n1\n\n\"2\",3\na,b\n");
    struct ad_source src = {.file = &file, .nfile = 1};
    struct ad_reader_cfg cfg = {.format = {.header = true}, .max_record = 100};
    struct ad_err err = {0};
    struct ad_record rec[2], header;
    (void)state;
    struct ad_reader *r = ad_reader_open(&src, &cfg, &err);
    assert_int_equal(ad_reader_start(r, &err), 1);
    assert_true(ad_str_eq(ad_reader_lead(r), ad_str_of("\n\r\n")));
    header = ad_reader_header(r);
    assert_true(ad_str_eq(header.body, ad_str_of("a,b")) && header.eol.len == 1);
    assert_true(ad_str_eq(ad_reader_first(r)[0], ad_str_of("2")));
    assert_true(ad_str_eq(ad_reader_first(r)[1], ad_str_of("3")));
    assert_int_equal(ad_reader_format(r).delim, ',');
    const struct ad_str want[] = {ad_str_of("b"), ad_str_of("zz")};
    assert_int_equal(ad_reader_want(r, want, 2, &err), 0);
    assert_true(ad_reader_seen(r, 0));
    assert_false(ad_reader_seen(r, 1));
    assert_int_equal(ad_reader_offset(r), 7);
    assert_int_equal(ad_reader_block(r, rec, 1, &err), 1);
    assert_int_equal(rec[0].line, 4);
    assert_int_equal(ad_reader_offset(r), 10);
    while (ad_reader_block(r, rec, 2, &err) > 0)
        assert_false(ad_reader_idle(r) || ad_reader_done(r));
    assert_true(ad_reader_done(r));
    assert_int_equal(ad_reader_headers(r), 1);
    ad_reader_close(r);
}

/* What stands before the first record of the first file that has one. */
static void lead(void **state)
{
    static const char *const begins[] = {"a\n1\n", "\na\n1\n", "{\"a\":1}\n", "\n\n"};
    static const char *const want[] = {"\n \n\t\n", "\n \n\t\n\n", "\n \n\t\n", "\n \n\t\n\n\n"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct ad_str file[] = {ad_str_of("\n \n\t"), ad_str_of(begins[i])};
        struct ad_source src = {.file = file, .nfile = 2};
        struct ad_reader_cfg cfg = {.format = {.header = true}, .max_record = 100};
        struct ad_err err = {0};
        struct ad_reader *r = ad_reader_open(&src, &cfg, &err);
        assert_int_equal(ad_reader_start(r, &err), i < 3);
        assert_true(ad_str_eq(ad_reader_lead(r), ad_str_of(want[i])));
        ad_reader_close(r);
    }
}

/* Of NDJSON: names and values of the first good record that has any, nothing for those without a
 * value. */
static void first_members(void **state)
{
    struct ad_str file =
        ad_str_of("{\"a\"}\n\n{ }\n{\"a\":1,\"b\\u0041\":\"x\\ty\",\"c\":null,\"a\":2}\n");
    struct ad_source src = {.file = &file, .nfile = 1};
    struct ad_reader_cfg cfg = {.format = {.header = true}, .max_record = 100};
    struct ad_err err = {0};
    struct ad_buf b = {0};
    (void)state;
    struct ad_reader *r = ad_reader_open(&src, &cfg, &err);
    assert_int_equal(ad_reader_start(r, &err), 1);
    assert_int_equal(ad_names_list(ad_reader_columns(r), &b), 0);
    assert_true(ad_str_eq((struct ad_str){b.s, b.len}, ad_str_of("a, bA, c")));
    assert_true(ad_str_eq(ad_reader_first(r)[0], ad_str_of("2")));
    assert_true(ad_str_eq(ad_reader_first(r)[1], ad_str_of("x\ty")));
    assert_int_equal(ad_reader_first(r)[2].len, 0);
    ad_buf_free(&b);
    ad_reader_close(r);
}

/* Two columns of one name, both wanted: in their order. Alone, the last. */
static void twins(void **state)
{
    (void)state;
    assert_reads("a,b,a\n1,2,3\n", "a, b, a\nD2 1|2|3\n");
    struct setting set = setting("a,b,a\n1,2,3\n");
    set.want[0] = "a";
    assert_told(&set, "a, b, a\nD2 3\n");
}

struct places {
    uint64_t enter, left[3];
    size_t n;
};

static int enter(void *arg, struct ad_source *src, uint64_t *offset, struct ad_err *err)
{
    struct places *p = arg;
    (void)src;
    (void)err;
    *offset = p->enter;
    return p->enter > 0;
}

static int leave(void *arg, struct ad_source *src, uint64_t offset, struct ad_err *err)
{
    struct places *p = arg;
    (void)src;
    (void)err;
    p->left[p->n++ % 3] = offset;
    return 0;
}

/* What is read of text from an offset on, and where the next run is to go on. */
static void assert_resumes(const char *text, uint64_t from, const char *want, uint64_t next)
{
    for (unsigned char step = 1; step < 40; step++) {
        struct places p = {.enter = from};
        struct setting set = setting(text);
        set.cfg.enter = enter;
        set.cfg.leave = leave;
        set.cfg.arg = &p;
        char *got = transcript(&set, &step, 1);
        assert_string_equal(got, want);
        assert_int_equal(p.n, 1);
        assert_int_equal(p.left[0], next);
        free(got);
    }
}

static void resume(void **state)
{
    (void)state;
    assert_resumes("a,b\n1,2\n3,4\n", 0, "a, b\nD2 1|2\nD3 3|4\n", 12);
    assert_resumes("a,b\n1,2\n3,4\n", 8, "a, b\nD2 3|4\n", 12);
    assert_resumes("a,b\n1,2\n3,4", 8, "a, b\n", 8); /* the last line may still grow */
    assert_resumes("a,b\n1,2\n3,\"4\n", 8, "a, b\n", 8);
    assert_resumes("a,b\n1,2\n3,\"4\n5\"", 8, "a, b\n", 8);
    assert_resumes("a,b\n1,2\n3,\"4\n5\"\n", 8, "a, b\nD2 3|4\\x0A5\n", 16);
    assert_resumes("a,b\n3,4", 0, "a, b\n", 4);
    assert_resumes("a,b\n3,\"4\n", 0, "a, b\n", 4);
    assert_resumes("a,b\n3,\"4\n5\"", 0, "a, b\n", 4);
    assert_resumes("a,b\n1,2\n3\"4\n5", 8, "a, b\nB2 stray quote -1\n", 12);
    assert_resumes("{\"a\":1}\n{\"a\":2}", 0, "a\nD1 1\n", 8);
    struct places p = {0};
    struct setting set = setting("a,b\n1,\"2\n");
    set.file[1] = ad_str_of("a,b\n3,\"4\"\n5,6\n");
    set.nfile = 2;
    set.cfg.enter = enter;
    set.cfg.arg = &p;
    assert_told(&set, "a, b\nD2 3|4\nD3 5|6\n"); /* what is open in one is not in the next */
}

/* With the names known, a first row of numbers is data. */
static void continued(void **state)
{
    const struct ad_str columns[] = {ad_str_of("a"), ad_str_of("b")};
    struct setting set = setting("1,2\n3,4\n");
    (void)state;
    set.cfg.columns = columns;
    set.cfg.ncolumn = 2;
    set.file[1] = ad_str_of("a,b\n5,6\n");
    set.file[2] = ad_str_of("7,8\n");
    set.nfile = 3;
    assert_told(&set, "a, b\nD1 1|2\nD2 3|4\nD2 5|6\nD1 7|8\n");
    set.file[0] = ad_str_of("a,b\n3,4\n");
    set.nfile = 1;
    assert_told(&set, "a, b\nD2 3|4\n");
    set.file[0] = ad_str_of("x,y\n3,4\n");
    assert_told(&set, "x, y\nD2 3|4\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain),         cmocka_unit_test(quotes),
        cmocka_unit_test(bad_quotes),    cmocka_unit_test(stray_at_once),
        cmocka_unit_test(ragged),        cmocka_unit_test(headers),
        cmocka_unit_test(delimiters),    cmocka_unit_test(json),
        cmocka_unit_test(several_files), cmocka_unit_test(too_long),
        cmocka_unit_test(bounded),       cmocka_unit_test(first_record),
        cmocka_unit_test(lead),          cmocka_unit_test(first_members),
        cmocka_unit_test(twins),         cmocka_unit_test(resume),
        cmocka_unit_test(continued),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
