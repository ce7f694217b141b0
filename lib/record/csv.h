/* Rows of CSV into fields. Rows without a quote character, nearly all, are split in place; rows
 * with one go through libcsv in its strict mode, which copies. */
#ifndef AD_RECORD_CSV_H
#define AD_RECORD_CSV_H

#include "base/err.h"
#include "base/str.h"
#include "record/record.h"

/* Which fields are wanted: slot[column] is the index in `out` where the field goes, or -1; columns
 * from n on are not wanted. */
struct ad_csv_slots {
    const int *slot;
    size_t n;
};

/* Split a row without quotes (and without its line ending) at delim. Blanks around wanted fields
 * are left out. Returns the number of fields, at least 1. */
size_t ad_csv_split(struct ad_str row, char delim, struct ad_csv_slots want, struct ad_str *out);

/* What makes a row ordinary: without quotes, exactly want.n fields (if 1, not empty), at most
 * `longest` bytes without its line ending, and not `unlike` bytes. */
struct ad_csv_plain {
    char delim;
    struct ad_csv_slots want;
    size_t longest, unlike;
};

/* Split ordinary rows from s on in one pass over their bytes, up to `max` of them or to the first
 * that is not, into records of consecutive lines from `line` on. The bytes must end with a quote
 * character as a sentinel and AD_CSV_SLACK readable ones after it. Returns how many. */
size_t ad_csv_rows(const struct ad_csv_plain *plain, const char *s, unsigned long long line,
                   struct ad_record *rec, size_t max);
enum { AD_CSV_SLACK = 64 };

/* libcsv with the buffer its fields are copied to. */
struct ad_csv;

struct ad_csv *ad_csv_new(char delim, struct ad_err *err);
void ad_csv_free(struct ad_csv *csv);

/* Forget the fields of all rows and have room for rows of `size` bytes in total until the next
 * call. Returns 0, or -1 when out of memory. */
int ad_csv_reset(struct ad_csv *csv, size_t size);

/* Split a whole row (without its line ending) that may hold quotes. The fields live until
 * ad_csv_reset(). Returns the number of fields, or 0 if the quotes are not as RFC 4180 has them. */
size_t ad_csv_quoted(struct ad_csv *csv, struct ad_str row, struct ad_csv_slots want,
                     struct ad_str *out);

/* Whether `row`, the beginning of a row up to somewhere inside a quoted field, can still become a
 * row: its quotes are right so far. */
bool ad_csv_plausible(struct ad_csv *csv, struct ad_str row);

/* Where the row at s ends: the first newline outside quotes. Returns the row's length with its
 * newline, or 0 if there is none in len bytes. *seen and *open carry on between calls with more
 * bytes of the same row; start with 0 and false. */
size_t ad_csv_extent(const char *s, size_t len, size_t *seen, bool *open);

/* The delimiter of the table that begins with `rows`, its first two records: the one of `, TAB ; |`
 * that occurs equally often outside quotes in both, else the most frequent of the first. Returns
 * it, ',' when there is none, or 0 with err set when candidates are tied. */
char ad_csv_sniff(struct ad_str rows, struct ad_err *err);

/* Append a field to a row, quoted where it needs to be. Returns 0, or -1 when out of memory. */
int ad_csv_quote(struct ad_buf *out, struct ad_str field, char delim);

#endif
