/* Rows of texts and numbers for a report: an aligned table for people, or rows for programs. */
#ifndef AD_RUN_TABLE_H
#define AD_RUN_TABLE_H

#include "run/command.h"

/* Which value of a column is the best one: for people it is printed bold. */
enum ad_table_best { AD_BEST_NONE, AD_BEST_MOST, AD_BEST_LEAST };

/* A column: its heading, which is also its name for programs, as a string literal. */
struct ad_column {
    const char *name;
    enum ad_table_best best;
};

/* Cells are added one after the other, row by row. Once an allocation has failed the table takes
 * nothing more, and printing it fails. */
struct ad_table;

/* An empty table of n columns, which are borrowed. Returns NULL when out of memory. */
struct ad_table *ad_table_new(const struct ad_column *columns, size_t n);
void ad_table_free(struct ad_table *t);

/* The next cell. Texts are copied. A number has so many decimals for people, or if that is less
 * than 0 so many significant digits, and up to 10 of these for programs; NaN and infinities leave
 * the cell empty. */
void ad_table_text(struct ad_table *t, struct ad_str text);
void ad_table_number(struct ad_table *t, double x, int decimals);
void ad_table_empty(struct ad_table *t);

/* Print it for people: columns of equal width, numbers on the right, control bytes as \xNN, the
 * best values bold if colour is on; or for programs, as CSV, TSV or NDJSON (empty cells null).
 * Return 0, or -1 when out of memory; failures to write show in the sink's `error`. */
int ad_table_people(const struct ad_table *t, struct ad_sink *sink, bool colour);
int ad_table_rows(const struct ad_table *t, struct ad_sink *sink, const struct ad_format *out);

/* The one of these that the report of `heard` asks for, to its sink. */
int ad_table_report(const struct ad_table *t, const struct ad_heard *heard);

/* Columns of a terminal that valid UTF-8 takes: none for combining marks and joiners, two for the
 * wide letters of East Asia and pictures, one for all else. */
size_t ad_text_width(struct ad_str text);

#endif
