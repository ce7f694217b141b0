#include "unit.h"

#include "record/json.h"
#include "record/writer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

static const struct ad_format csv = {AD_FORMAT_CSV, ',', true}, tsv = {AD_FORMAT_CSV, '\t', true},
                              json = {AD_FORMAT_NDJSON, 0, true};

static struct ad_str column_names[] = {{"a", 1}, {"b \"x\"", 5}};
static struct ad_str appended_names[] = {
    {"n_score", 7}, {"n_flag", 6}, {"n_line", 6}, {"n_reason", 8}};
static const struct ad_names columns = {column_names, 2}, appended = {appended_names, 4};

struct rig {
    struct ad_sink sink;
    struct ad_writer *w;
    struct ad_writer_cfg cfg;
};

static void rig_open(struct rig *rig, struct ad_format in, struct ad_format out)
{
    struct ad_err err = {0};
    rig->cfg = (struct ad_writer_cfg){in, out, &columns, &appended};
    assert_int_equal(ad_sink_open(&rig->sink, open("/dev/null", O_WRONLY), "null", &err), 0);
    rig->w = ad_writer_open(&rig->sink, &rig->cfg, &err);
    assert_non_null(rig->w);
}

/* What was written since the last time. */
static void assert_written(struct rig *rig, const char *want)
{
    struct ad_str got = {rig->sink.buf, rig->sink.len};
    if (!ad_str_eq(got, ad_str_of(want)))
        print_error("\"%.*s\", expected \"%s\"\n", (int)got.len, got.s, want);
    assert_true(ad_str_eq(got, ad_str_of(want)));
    rig->sink.len = 0;
}

static void rig_close(struct rig *rig)
{
    ad_writer_close(rig->w);
    assert_int_equal(ad_sink_close(&rig->sink, NULL), 0);
}

static struct ad_record record(const char *body, const char *eol)
{
    struct ad_record rec = {.body = ad_str_of(body), .eol = ad_str_of(eol)};
    struct ad_json_line line;
    if (ad_json_scan(NULL, rec.body, NULL, &line) == 0) {
        rec.close = line.close;
        rec.empty = line.empty;
    }
    return rec;
}

static const struct ad_cell full[] = {{.kind = AD_CELL_SCORE, .x = 0.75},
                                      {.kind = AD_CELL_FLAG, .x = 1},
                                      {.kind = AD_CELL_NUMBER, .x = 5.914503505971854},
                                      {.kind = AD_CELL_TEXT, .text = {"high, \"x\"", 9}}};
static const struct ad_cell bare[] = {{.kind = AD_CELL_EMPTY},
                                      {.kind = AD_CELL_FLAG, .x = 0},
                                      {.kind = AD_CELL_NUMBER, .x = NAN},
                                      {.kind = AD_CELL_TEXT, .text = {"", 0}}};

static void put(struct rig *rig, const char *body, const char *eol, const struct ad_cell *cells)
{
    struct ad_record rec = record(body, eol);
    ad_writer_put(rig->w, &rec, cells);
}

static void appends_csv(void **state)
{
    struct rig rig;
    (void)state;
    rig_open(&rig, csv, csv);
    struct ad_record header = record("a,\"b \"\"x\"\"\"", "\r\n");
    ad_writer_header(rig.w, &header);
    assert_written(&rig, "a,\"b \"\"x\"\"\",n_score,n_flag,n_line,n_reason\r\n");
    put(&rig, " 1,\"2\"", "\n", full);
    assert_written(&rig, " 1,\"2\",0.75,1,5.914503506,\"high, \"\"x\"\"\"\n");
    put(&rig, "1,2", "\r\n", bare);
    assert_written(&rig, "1,2,,0,,\r\n");
    put(&rig, "", "\n", bare); /* a missing value of a single column */
    assert_written(&rig, ",,0,,\n");
    rig_close(&rig);
    rig_open(&rig, tsv, tsv);
    put(&rig, "1\t2", "\n", full);
    assert_written(&rig, "1\t2\t0.75\t1\t5.914503506\t\"high, \"\"x\"\"\"\n");
    rig_close(&rig);
}

static void appends_json(void **state)
{
    static const char tail[] = ",\"n_score\":0.75,\"n_flag\":true,\"n_line\":5.914503506,\"n_"
                               "reason\":\"high, \\\"x\\\"\"}";
    char want[200] = "{\"a\":{\"b\":1} ";
    struct rig rig;
    (void)state;
    rig_open(&rig, json, json);
    struct ad_record header = {0};
    ad_writer_header(rig.w, &header);
    assert_written(&rig, "");
    put(&rig, "{\"a\":{\"b\":1} } ", "\r\n", full);
    assert_written(&rig, strcat(strcat(want, tail), " \r\n"));
    put(&rig, "{ }", "\n", bare);
    assert_written(&rig,
                   "{ \"n_score\":null,\"n_flag\":false,\"n_line\":null,\"n_reason\":\"\"}\n");
    rig_close(&rig);
}

/* The end of a file without a newline does not run into the next line, which ends as lines did. */
static void open_lines(void **state)
{
    struct rig rig;
    (void)state;
    rig_open(&rig, csv, csv);
    put(&rig, "1,2", "", bare);
    assert_written(&rig, "1,2,,0,,");
    put(&rig, "3,4", "\r\n", bare);
    assert_written(&rig, "\n3,4,,0,,\r\n");
    put(&rig, "5,6", "", bare);
    put(&rig, "7,8", "\n", bare);
    assert_written(&rig, "5,6,,0,,\r\n7,8,,0,,\n");
    struct ad_record rec = record("x", "");
    rec.kind = AD_RECORD_BAD;
    rec.pad = AD_PAD_NONE;
    assert_true(ad_writer_put_bad(rig.w, &rec));
    rec.kind = AD_RECORD_PIECE; /* the rest of the same line */
    assert_true(ad_writer_put_bad(rig.w, &rec));
    rec.kind = AD_RECORD_BLANK;
    assert_true(ad_writer_put_bad(rig.w, &rec));
    assert_written(&rig, "xx\nx");
    rig_close(&rig);
}

static void bad_records(void **state)
{
    struct rig rig;
    struct ad_record rec = record("1", "\r\n");
    (void)state;
    rec.kind = AD_RECORD_BAD;
    rec.pad = 2;
    rig_open(&rig, csv, csv);
    assert_true(ad_writer_put_bad(rig.w, &rec));
    assert_written(&rig, "1,,,,,,\r\n"); /* two that lack, four appended */
    rec.pad = 0;
    assert_true(ad_writer_put_bad(rig.w, &rec));
    assert_written(&rig, "1,,,,\r\n");
    rec.pad = AD_PAD_NONE;
    assert_true(ad_writer_put_bad(rig.w, &rec));
    assert_written(&rig, "1\r\n");
    rec.kind = AD_RECORD_BLANK;
    rec.pad = 0;
    assert_true(ad_writer_put_bad(rig.w, &rec));
    assert_written(&rig, "1\r\n");
    rig_close(&rig);
    rig_open(&rig, csv, json);
    assert_false(ad_writer_put_bad(rig.w, &rec));
    assert_written(&rig, "");
    rig_close(&rig);
}

static void to_json(void **state)
{
    /* JSON by RFC 8259, section 6: the first three are numbers, the others are not. */
    static const char *const value[][2] = {{"1", "-0.5e+3"}, {"0", "007"},  {"+5", ".5"},
                                           {"", "NaN"},      {"\"", "1 2"}, {"\xff", "\xc3\xa9"}};
    static const char *const want[] = {"{\"a\":1,\"b \\\"x\\\"\":-0.5e+3,",
                                       "{\"a\":0,\"b \\\"x\\\"\":\"007\",",
                                       "{\"a\":\"+5\",\"b \\\"x\\\"\":\".5\",",
                                       "{\"a\":\"\",\"b \\\"x\\\"\":\"NaN\",",
                                       "{\"a\":\"\\\"\",\"b \\\"x\\\"\":\"1 2\",",
                                       "{\"a\":\"\xef\xbf\xbd\",\"b \\\"x\\\"\":\"\xc3\xa9\","};
    struct rig rig;
    (void)state;
    rig_open(&rig, csv, json);
    for (size_t i = 0; i < 6; i++) {
        char line[200] = "";
        struct ad_str v[] = {ad_str_of(value[i][0]), ad_str_of(value[i][1])};
        struct ad_record rec = {.body = ad_str_of("x"), .eol = ad_str_of("\n"), .value = v};
        ad_writer_put(rig.w, &rec, bare);
        strcat(line, want[i]);
        assert_written(
            &rig,
            strcat(line, "\"n_score\":null,\"n_flag\":false,\"n_line\":null,\"n_reason\":\"\"}\n"));
    }
    rig_close(&rig);
}

static void to_csv(void **state)
{
    struct rig rig;
    struct ad_str v[] = {{"x,y", 3}, {NULL, 0}}, key;
    struct ad_record rec = record("{\"a\":\"x,y\"}", "\r\n"), header = {0};
    (void)state;
    rig_open(&rig, json, csv);
    ad_writer_header(rig.w, &header);
    assert_written(&rig, "a,\"b \"\"x\"\"\",n_score,n_flag,n_line,n_reason\n");
    rec.value = v;
    ad_writer_put(rig.w, &rec, full);
    assert_written(&rig, "\"x,y\",,0.75,1,5.914503506,\"high, \"\"x\"\"\"\r\n");
    assert_false(ad_writer_surprise(rig.w, &rec, &key));
    rec = record("{\"b \\u0022x\\\"\":1,\"a\":2}", "\n");
    assert_false(ad_writer_surprise(rig.w, &rec, &key));
    rec = record("{\"a\":1,\"new\\n\":{\"a\":1},\"x\":2}", "\n");
    assert_true(ad_writer_surprise(rig.w, &rec, &key));
    assert_true(ad_str_eq(key, ad_str_of("new\n")));
    rig_close(&rig);
    rig_open(&rig, csv, tsv);
    struct ad_record names = record("x", "\r\n");
    ad_writer_header(rig.w, &names);
    assert_written(&rig, "a\t\"b \"\"x\"\"\"\tn_score\tn_flag\tn_line\tn_reason\r\n");
    rec = record("x", "\n");
    v[1] = ad_str_of("\t");
    rec.value = v;
    ad_writer_put(rig.w, &rec, bare);
    assert_written(&rig, "x,y\t\"\t\"\t\t0\t\t\n");
    rig_close(&rig);
}

/* The fast way writes what the ordinary one does. */
static void scores(void **state)
{
    enum { N = 200 };
    static struct ad_names two = {appended_names, 2};
    struct rig fast, slow;
    struct ad_record rec[N];
    double score[N];
    char text[N][80 + AD_WRITER_SLACK];
    (void)state;
    rig_open(&fast, csv, csv);
    rig_open(&slow, csv, csv);
    struct rig *rigs[] = {&fast, &slow};
    for (int i = 0; i < 2; i++) {
        ad_writer_close(rigs[i]->w);
        rigs[i]->cfg.appended = &two;
        rigs[i]->w = ad_writer_open(&rigs[i]->sink, &rigs[i]->cfg, NULL);
        put(rigs[i], "0", "", (const struct ad_cell[]){{0}, {0}});
    }
    for (size_t i = 0; i < N; i++) {
        memset(text[i], 'a' + (int)(i % 26), sizeof text[i]);
        text[i][i % 80] = "\n\r"[i % 2];
        text[i][i % 80 + 1] = '\n';
        rec[i] =
            (struct ad_record){.body = {text[i], i % 80}, .eol = {text[i] + i % 80, 1 + i % 2}};
        score[i] = (double)i / N / 2.1;
        struct ad_cell cells[] = {{.kind = AD_CELL_SCORE, .x = score[i]}, {.kind = AD_CELL_FLAG}};
        ad_writer_put(slow.w, &rec[i], cells);
    }
    ad_writer_put_scores(fast.w, rec, score, 7);
    ad_writer_put_scores(fast.w, rec + 7, score + 7, N - 7);
    ad_writer_put_scores(fast.w, rec, score, 0);
    assert_int_equal(fast.sink.len, slow.sink.len);
    assert_memory_equal(fast.sink.buf, slow.sink.buf, slow.sink.len);
    rig_close(&fast);
    rig_close(&slow);
}

/* Texts and records longer than the sink's buffer, and what comes after them. */
static void large(void **state)
{
    enum { LONG = AD_SINK_SIZE + 5000 };
    char path[] = "/tmp/adkit-writer-XXXXXX", *text = malloc(LONG + 1), *got = malloc(3 * LONG);
    struct rig rig;
    struct ad_cell cells[4];
    int fd = mkstemp(path), in = open(path, O_RDONLY);
    (void)state;
    remove(path);
    rig.cfg = (struct ad_writer_cfg){csv, csv, &columns, &appended};
    assert_int_equal(ad_sink_open(&rig.sink, fd, path, NULL), 0);
    rig.w = ad_writer_open(&rig.sink, &rig.cfg, NULL);
    memset(text, 'x', LONG);
    text[LONG] = '\0';
    memcpy(cells, full, sizeof cells);
    cells[0] = (struct ad_cell){.kind = AD_CELL_TEXT, .text = {text, LONG}};
    put(&rig, "1,2", "\n", cells);
    put(&rig, text, "\r\n", full);
    rig_close(&rig);
    FILE *f = fdopen(in, "r");
    size_t len = fread(got, 1, 3 * LONG, f);
    static const char first[] = ",1,5.914503506,\"high, \"\"x\"\"\"\n",
                      second[] = ",0.75,1,5.914503506,\"high, \"\"x\"\"\"\r\n";
    assert_int_equal(len, 4 + LONG + strlen(first) + LONG + strlen(second));
    assert_memory_equal(got, "1,2,", 4);
    assert_memory_equal(got + 4, text, LONG);
    assert_memory_equal(got + 4 + LONG, first, strlen(first));
    assert_memory_equal(got + 4 + LONG + strlen(first), text, LONG);
    assert_memory_equal(got + len - strlen(second), second, strlen(second));
    fclose(f);
    free(text);
    free(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_csv), cmocka_unit_test(appends_json), cmocka_unit_test(open_lines),
        cmocka_unit_test(bad_records), cmocka_unit_test(to_json),      cmocka_unit_test(to_csv),
        cmocka_unit_test(scores),      cmocka_unit_test(large),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
