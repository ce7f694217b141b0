#include "record/csv.h"

#include "base/number.h"

#include <csv.h>
#include <stdlib.h>

size_t ad_csv_split(struct ad_str row, char delim, struct ad_csv_slots want, struct ad_str *out)
{
    const char *s = row.s, *end = row.s + row.len;
    size_t col = 0;
    for (;;) {
        const char *d = memchr(s, delim, (size_t)(end - s));
        if (col < want.n && want.slot[col] >= 0)
            out[want.slot[col]] = ad_str_trim((struct ad_str){s, (size_t)((d ? d : end) - s)});
        col++;
        if (!d)
            return col;
        s = d + 1;
    }
}

struct ad_csv {
    struct csv_parser parser;
    char delim;
    char *text; /* unquoted fields are never longer than their rows, so this never has to move */
    size_t len, cap;
    struct ad_csv_slots want;
    struct ad_str *out;
    size_t col;
};

static int is_blank(unsigned char c)
{
    return c == ' ' || c == '\t';
}

static int is_newline(unsigned char c)
{
    return c == '\n';
}

static int parser_reset(struct ad_csv *csv)
{
    csv_free(&csv->parser);
    if (csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI))
        return -1;
    csv_set_delim(&csv->parser, (unsigned char)csv->delim);
    /* Not the defaults, by which a bare CR would end a row. */
    csv_set_space_func(&csv->parser, is_blank);
    csv_set_term_func(&csv->parser, is_newline);
    return 0;
}

struct ad_csv *ad_csv_new(char delim, struct ad_err *err)
{
    struct ad_csv *csv = calloc(1, sizeof *csv);
    if (!csv) {
        ad_err_nomem(err);
        return NULL;
    }
    csv->delim = delim;
    if (parser_reset(csv)) {
        free(csv);
        ad_err_nomem(err);
        return NULL;
    }
    return csv;
}

void ad_csv_free(struct ad_csv *csv)
{
    if (!csv)
        return;
    csv_free(&csv->parser);
    free(csv->text);
    free(csv);
}

int ad_csv_reset(struct ad_csv *csv, size_t size)
{
    csv->len = 0;
    if (csv->cap >= size)
        return 0;
    free(csv->text);
    csv->text = malloc(size + AD_NUMBER_PAD);
    csv->cap = csv->text ? size : 0;
    return csv->text ? 0 : -1;
}

static void take_field(void *s, size_t len, void *arg)
{
    struct ad_csv *csv = arg;
    size_t col = csv->col++;
    if (!csv->out || col >= csv->want.n || csv->want.slot[col] < 0)
        return;
    char *to = csv->text + csv->len;
    if (len)
        memcpy(to, s, len);
    csv->len += len;
    csv->out[csv->want.slot[col]] = (struct ad_str){to, len};
}

size_t ad_csv_quoted(struct ad_csv *csv, struct ad_str row, struct ad_csv_slots want,
                     struct ad_str *out)
{
    csv->want = want;
    csv->out = out;
    csv->col = 0;
    size_t start = csv->len;
    if (csv_parse(&csv->parser, row.s, row.len, take_field, NULL, csv) == row.len &&
        csv_fini(&csv->parser, take_field, NULL, csv) == 0)
        return csv->col;
    csv->len = start;
    parser_reset(csv); /* frees and allocates nothing that could fail */
    return 0;
}

bool ad_csv_plausible(struct ad_csv *csv, struct ad_str row)
{
    csv->out = NULL;
    bool ok = csv_parse(&csv->parser, row.s, row.len, take_field, NULL, csv) == row.len;
    parser_reset(csv);
    return ok;
}

size_t ad_csv_extent(const char *s, size_t len, size_t *seen, bool *open)
{
    size_t i = *seen;
    while (i < len) {
        if (*open) {
            const char *q = memchr(s + i, '"', len - i);
            if (!q)
                break;
            i = (size_t)(q - s) + 1;
            *open = false;
            continue;
        }
        const char *nl = memchr(s + i, '\n', len - i);
        size_t stop = nl ? (size_t)(nl - s) : len;
        const char *q = memchr(s + i, '"', stop - i);
        if (!q && nl)
            return stop + 1;
        i = q ? (size_t)(q - s) + 1 : stop;
        *open = q != NULL;
    }
    *seen = len;
    return 0;
}

static const char candidates[] = ",\t;|";
enum { NCANDIDATE = sizeof candidates - 1 };

/* Count the candidates outside quotes in the first record; returns what is left after it. */
static struct ad_str count_record(struct ad_str in, size_t count[NCANDIDATE])
{
    memset(count, 0, NCANDIDATE * sizeof *count);
    bool quoted = false;
    size_t i = 0;
    for (; i < in.len && (quoted || in.s[i] != '\n'); i++) {
        if (in.s[i] == '"')
            quoted = !quoted;
        const char *c = quoted ? NULL : memchr(candidates, in.s[i], NCANDIDATE);
        if (c)
            count[c - candidates]++;
    }
    i += i < in.len;
    return (struct ad_str){in.s + i, in.len - i};
}

/* The most frequent candidate among those `allowed`: 0 if there is none, -1 if two are tied. */
static int most_frequent(const size_t count[NCANDIDATE], const bool allowed[NCANDIDATE])
{
    size_t best = 0;
    int which = 0;
    for (int i = 0; i < NCANDIDATE; i++) {
        if (!allowed[i] || count[i] == 0 || count[i] < best)
            continue;
        which = count[i] == best ? -1 : candidates[i];
        best = count[i];
    }
    return which;
}

char ad_csv_sniff(struct ad_str rows, struct ad_err *err)
{
    size_t first[NCANDIDATE], second[NCANDIDATE];
    bool same[NCANDIDATE], any[NCANDIDATE];
    struct ad_str rest = count_record(rows, first);
    while (rest.len && (rest.s[0] == '\n' || rest.s[0] == '\r'))
        rest.s++, rest.len--;
    count_record(rest, second);
    for (int i = 0; i < NCANDIDATE; i++) {
        any[i] = true;
        same[i] = rest.len > 0 && first[i] == second[i];
    }
    int delim = most_frequent(first, same);
    if (delim == 0)
        delim = most_frequent(first, any);
    if (delim > 0)
        return (char)delim;
    if (delim == 0)
        return ',';
    struct ad_buf names = {0};
    for (int i = 0; i < NCANDIDATE; i++)
        if (first[i])
            ad_buf_addz(&names, candidates[i] == ','    ? " ,"
                                : candidates[i] == '\t' ? " TAB"
                                : candidates[i] == ';'  ? " ;"
                                                        : " |");
    ad_buf_add(&names, "", 1);
    ad_err_set(err, "cannot tell the delimiter, candidates are%s: give one with -d",
               names.failed ? "" : names.s);
    ad_buf_free(&names);
    return 0;
}

int ad_csv_quote(struct ad_buf *out, struct ad_str field, char delim)
{
    if (!field.s)
        field.s = "";
    bool plain = !memchr(field.s, '"', field.len) && !memchr(field.s, delim, field.len) &&
                 !memchr(field.s, '\n', field.len) && !memchr(field.s, '\r', field.len) &&
                 ad_str_trim(field).len == field.len;
    /* As the first field of a file it would begin with a byte-order mark. */
    plain &= field.len < 3 || memcmp(field.s, "\xef\xbb\xbf", 3) != 0;
    if (plain)
        return ad_buf_add(out, field.s, field.len);
    ad_buf_addz(out, "\"");
    for (size_t i = 0; i < field.len;) {
        const char *q = memchr(field.s + i, '"', field.len - i);
        size_t n = q ? (size_t)(q - field.s) + 1 - i : field.len - i;
        ad_buf_add(out, field.s + i, n);
        if (q)
            ad_buf_addz(out, "\"");
        i += n;
    }
    return ad_buf_addz(out, "\"");
}
