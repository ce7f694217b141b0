/* What reader.c (records), table.c (the beginning of a table), first.c (its first rows) share. */
#ifndef AD_RECORD_READER_PRIVATE_H
#define AD_RECORD_READER_PRIVATE_H

#include "base/names.h"
#include "record/csv.h"
#include "record/json.h"
#include "record/reader.h"

#include <stdint.h>

/* buf[beg..end) is read but not yet handed out. Nothing in buf moves while records are out: it is
 * only refilled when a call finds no whole record in it. */
struct ad_reader {
    struct ad_source *src;
    struct ad_reader_cfg cfg;
    struct ad_format format;
    char *buf;
    size_t beg, end, cap;
    uint64_t base; /* offset in the file of buf[0] */
    bool eof;      /* the current file has no more bytes */
    bool over;     /* in the middle of an over-long record */
    bool done;     /* no more files */
    unsigned long long line, headers;

    size_t row_seen; /* how far a CSV row with quotes was looked through, from beg, */
    bool row_open;   /* and whether that was inside quotes */
    struct ad_csv *csv;
    bool copied; /* it holds fields of the current block */
    struct ad_csv_slots slots;
    int *slot;
    struct ad_str *line_field; /* of a log: all columns of a line */

    struct ad_json_set *json;
    struct ad_json_value *found;
    struct ad_buf text; /* unescaped strings of the current block */

    struct ad_str *value; /* nslot for each record of a block */
    size_t nslot, block;
    bool *seen;

    struct ad_buf lead;            /* blank lines before the first record */
    char *header;                  /* copy of the header row with its line ending ... */
    size_t header_len, header_eol; /* ... how long without that, and how long that is */
    struct ad_names columns, first;
};

/* Read more of the current file. Returns 1, 0 at its end, -1 or AD_SOURCE_STOPPED. */
int ad_reader_fill(struct ad_reader *r, struct ad_err *err);

/* The next record of the buffer into *rec, whose values go to rec->value[]. Returns 1, 2 if it was
 * a repeated header (not in *rec then), or 0 when there is no whole one. */
int ad_reader_take(struct ad_reader *r, struct ad_record *rec);

/* Open the next file and find its beginning. Returns 1, 0 if there is none, -1 or
 * AD_SOURCE_STOPPED. */
int ad_reader_next_file(struct ad_reader *r, struct ad_err *err);

/* Look ahead for the first good record that tells something, and keep its values; of NDJSON also
 * its names, so one without members tells nothing. Returns 0, -1 or AD_SOURCE_STOPPED. */
int ad_reader_find_first(struct ad_reader *r, struct ad_err *err);

/* How many fields a row of CSV has, 0 if its quotes do not match. Returns 0, or -1. */
int ad_reader_width(struct ad_reader *r, struct ad_str row, size_t *n, struct ad_err *err);

/* The same of the first row from `skip` bytes on whose quotes match and that is neither blank nor
 * too long, 0 if there is none. Returns 0, -1 or AD_SOURCE_STOPPED. */
int ad_reader_find_width(struct ad_reader *r, size_t skip, size_t *n, struct ad_err *err);

/* Bytes of line ending that the len bytes at s end in. */
size_t ad_reader_line_ending(const char *s, size_t len);

#endif
