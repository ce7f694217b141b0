#include "unit.h"

#include "record/csv.h"

#include <stdlib.h>

static const int slots[] = {0, 1, 2, 3};
static const struct ad_csv_slots all = {slots, 4}, none = {NULL, 0};

static void assert_str(struct ad_str got, const char *want)
{
    if (!ad_str_eq(got, ad_str_of(want)))
        print_error("\"%.*s\"\n", (int)got.len, got.s);
    assert_true(ad_str_eq(got, ad_str_of(want)));
}

static void split(void **state)
{
    struct ad_str out[4];
    (void)state;
    assert_int_equal(ad_csv_split(ad_str_of(" a\t, b c,, d"), ',', all, out), 4);
    assert_str(out[0], "a");
    assert_str(out[1], "b c");
    assert_str(out[2], "");
    assert_str(out[3], "d");
    assert_int_equal(ad_csv_split(ad_str_of("a\t b\t"), '\t', all, out), 3);
    assert_str(out[1], "b");
    assert_int_equal(ad_csv_split(ad_str_of(""), ',', none, NULL), 1);
    assert_int_equal(ad_csv_split(ad_str_of("1,2,3,4,5,6"), ',', all, out), 6);
    assert_str(out[3], "4");
    static const int some[] = {-1, 1, 0};
    out[2] = ad_str_of("kept");
    assert_int_equal(ad_csv_split(ad_str_of("1,2,3,4"), ',', (struct ad_csv_slots){some, 3}, out),
                     4);
    assert_str(out[0], "3");
    assert_str(out[1], "2");
    assert_str(out[2], "kept");
}

/* How many ordinary rows s begins with; fields of the last in value[]. */
static size_t rows(const char *s, size_t ncol, size_t longest, size_t unlike, struct ad_str *value)
{
    static struct ad_record rec[8];
    struct ad_str values[8][4];
    size_t len = strlen(s);
    char *buf = calloc(1, len + 1 + AD_CSV_SLACK); /* exactly what it may look at */
    struct ad_csv_plain plain = {',', {slots, ncol}, longest, unlike};
    assert_non_null(buf);
    memcpy(buf, s, len);
    buf[len] = '"';
    for (size_t i = 0; i < 8; i++)
        rec[i].value = values[i];
    size_t n = ad_csv_rows(&plain, buf, 1, rec, 8);
    for (size_t i = 0; n && i < ncol; i++)
        value[i] = (struct ad_str){s + (values[n - 1][i].s - buf), values[n - 1][i].len};
    if (n) {
        const struct ad_record *last = &rec[n - 1];
        assert_ptr_equal(last->eol.s, last->body.s + last->body.len);
        assert_int_equal(last->eol.s[last->eol.len - 1], '\n');
    }
    free(buf);
    return n;
}

static void ordinary(void **state)
{
    struct ad_str v[4];
    (void)state;
    assert_int_equal(rows("1,2\n3, 4 \r\n5,6", 2, 100, 0, v), 2);
    assert_str(v[0], "3");
    assert_str(v[1], "4");
    assert_int_equal(rows("1,2\n3\n4,5\n", 2, 100, 0, v), 1);
    assert_int_equal(rows("1,2\n3,4,5\n4,5\n", 2, 100, 0, v), 1);
    assert_int_equal(rows("1,2\n3,\"4\"\n4,5\n", 2, 100, 0, v), 1);
    assert_int_equal(rows("1,2\n\n4,5\n", 2, 100, 0, v), 1);
    assert_int_equal(rows("1\n\n4\n", 1, 100, 0, v), 1);
    assert_int_equal(rows("1\n\r\n4\n", 1, 100, 9, v), 1);
    assert_int_equal(rows("12\n123\n1234\n", 1, 3, 0, v), 2);
    assert_int_equal(rows("12\r\n123\r\n1234\r\n", 1, 3, 0, v), 2);
    assert_int_equal(rows("12\n123\n12\n", 1, 100, 3, v), 1);
    assert_int_equal(rows("1\n2\n3\n4\n5\n6\n7\n8\n9\n", 1, 100, 0, v), 8);
    assert_str(v[0], "8");
    assert_int_equal(rows("", 1, 100, 0, v), 0);
    assert_int_equal(rows(",\n,\r\n", 2, 100, 0, v), 2);
    assert_str(v[0], "");
    assert_str(v[1], "");
}

/* Rows that begin and end at every place of a 64-byte step. */
static void ordinary_long(void **state)
{
    char s[512];
    struct ad_str v[4];
    (void)state;
    for (size_t a = 1; a < 140; a++)
        for (size_t b = 60; b < 70; b++) {
            memset(s, 'x', sizeof s);
            s[a] = ',';
            s[a + b] = '\n';
            s[a + b + 2] = ',';
            s[a + b + 5] = '\n';
            s[a + b + 6] = '\0';
            assert_int_equal(rows(s, 2, 512, 0, v), 2);
            assert_ptr_equal(v[0].s, s + a + b + 1);
            assert_int_equal(v[0].len, 1);
            assert_int_equal(v[1].len, 2);
        }
}

/* Fields as python3 -c 'import csv; print(next(csv.reader([ROW], strict=True)))' has them; blanks
 * beside the quotes, which it refuses, as libcsv does in its strict mode. */
static void quoted(void **state)
{
    struct ad_err err = {0};
    struct ad_str out[4];
    struct ad_csv *csv = ad_csv_new(',', &err);
    (void)state;
    assert_non_null(csv);
    assert_int_equal(ad_csv_reset(csv, 200), 0);
    assert_int_equal(ad_csv_quoted(csv, ad_str_of("\"a\"\"b\",\"c,\nd\", e ,"), all, out), 4);
    struct ad_str before = out[1];
    assert_int_equal(ad_csv_quoted(csv, ad_str_of(" \"x\" ,\"\""), all, out + 2), 2);
    assert_str(out[0], "a\"b"); /* fields stay until the reset */
    assert_str(before, "c,\nd");
    assert_str(out[2], "x");
    assert_str(out[3], "");
    static const char *const wrong[] = {"\"a",       "a\"b",   "\"a\"b",
                                        "\"a\" b,c", "\"\"\"", "a,\"b\"c\",d"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(ad_csv_quoted(csv, ad_str_of(wrong[i]), all, out), 0);
        assert_int_equal(ad_csv_quoted(csv, ad_str_of("\"1\",2"), all, out), 2);
        assert_str(out[0], "1");
        assert_str(out[1], "2");
    }
    assert_true(ad_csv_plausible(csv, ad_str_of("1,\"x\n")));
    assert_true(ad_csv_plausible(csv, ad_str_of("1,\"x\"\"\n")));
    assert_false(ad_csv_plausible(csv, ad_str_of("1\"x\n")));
    assert_false(ad_csv_plausible(csv, ad_str_of("\"1\"x,\"\n")));
    assert_int_equal(ad_csv_quoted(csv, ad_str_of("\"1\",2,3,4,5"), all, out), 5);
    ad_csv_free(csv);
    ad_csv_free(NULL);
}

static void extent(void **state)
{
    static const struct {
        const char *s;
        size_t len;
    } cases[] = {{"a\nb\n", 2},         {"\n", 1},   {"a", 0}, {"\"a\nb\"\nc\n", 6},
                 {"\"a\n\"\"\"\nb", 7}, {"\"a\n", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t step = 1; step < 9; step++) {
            size_t seen = 0, got = 0, all_of_it = strlen(cases[i].s);
            bool open = false;
            for (size_t have = step; !got; have += step) {
                have = have < all_of_it ? have : all_of_it;
                got = ad_csv_extent(cases[i].s, have, &seen, &open);
                if (have == all_of_it)
                    break;
            }
            assert_int_equal(got, cases[i].len);
        }
}

static void sniff(void **state)
{
    struct ad_err err = {0};
    (void)state;
    assert_int_equal(ad_csv_sniff(ad_str_of("a,b;c\n1,2\n"), &err), ',');
    assert_int_equal(ad_csv_sniff(ad_str_of("a,b;c\n1;2\n"), &err), ';');
    assert_int_equal(ad_csv_sniff(ad_str_of("a,b,c;d\n1;2\n"), &err), ';');
    assert_int_equal(ad_csv_sniff(ad_str_of("a,b,c;d\n\n1;2\n"), &err), ';');
    assert_int_equal(ad_csv_sniff(ad_str_of("a\tb\tc|d"), &err), '\t');
    assert_int_equal(ad_csv_sniff(ad_str_of("\"a,b,c\"|d\n\"x|\n\"|2"), &err), '|');
    assert_int_equal(ad_csv_sniff(ad_str_of("abc\n1\n"), &err), ',');
    assert_int_equal(ad_csv_sniff(ad_str_of(""), &err), ',');
    assert_int_equal(ad_csv_sniff(ad_str_of("a,b;c\td|e\n"), &err), 0);
    assert_string_equal(err.text,
                        "cannot tell the delimiter, candidates are , TAB ; |: give one with -d");
    assert_int_equal(ad_csv_sniff(ad_str_of("a,b;c\n1,2;3\n"), &err), 0);
    assert_string_equal(err.text,
                        "cannot tell the delimiter, candidates are , ;: give one with -d");
    ad_err_free(&err);
}

/* As python3 -c 'import csv,sys; csv.writer(sys.stdout).writerow([FIELD, ""])' writes them, but for
 * blanks at the ends and a byte-order mark, which need quotes here. */
static void quote(void **state)
{
    static const struct {
        const char *field, *want;
    } cases[] = {{"a b", "a b"},       {"", ""},
                 {"a,b", "\"a,b\""},   {"a\"b\"", "\"a\"\"b\"\"\""},
                 {"\"", "\"\"\"\""},   {"a\nb", "\"a\nb\""},
                 {"a\rb", "\"a\rb\""}, {" a", "\" a\""},
                 {"a\t", "\"a\t\""},   {"a\tb", "a\tb"},
                 {"a;b", "a;b"},       {"\xef\xbb\xbfx", "\"\xef\xbb\xbfx\""}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ad_buf b = {0};
        assert_int_equal(ad_csv_quote(&b, ad_str_of(cases[i].field), ','), 0);
        assert_str((struct ad_str){b.s, b.len}, cases[i].want);
        ad_buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(split),  cmocka_unit_test(ordinary), cmocka_unit_test(ordinary_long),
        cmocka_unit_test(quoted), cmocka_unit_test(extent),   cmocka_unit_test(sniff),
        cmocka_unit_test(quote),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
