/* Bytes into records: several files as one stream, CSV or NDJSON, in bounded memory. */
#ifndef AD_RECORD_READER_H
#define AD_RECORD_READER_H

#include "base/names.h"
#include "io/source.h"
#include "record/log.h"
#include "record/record.h"

#include <stdint.h>

struct ad_reader_cfg {
    struct ad_format format;       /* what is known beforehand */
    unsigned long long max_record; /* a longer record is bad and streams through */
    size_t block;                  /* ad_reader_block() is asked for this many at most; 0: 256 */
    size_t buffer;                 /* bytes of memory to begin with; 0: 256 KiB */
    /* Names of the table's columns if known from an earlier part of the stream: a first row that
     * differs but is as long and has data where names would be is then data, not the header. */
    const struct ad_str *columns;
    size_t ncolumn;
    /* Lines of a log in place of a table: CSV of one record a line with the log's columns, `format`
     * saying what rows would be like; or NULL. Lines that are nothing to it are AD_RECORD_BLANK. */
    struct ad_log *log;
    /* To continue files where an earlier run stopped; NULL if not wanted. enter() is told of every
     * file that was opened and its header read: it returns 0 to read on, 1 to go on at *offset, -1
     * for an error. With it, a last line without a newline is left for the next run. leave() is
     * told of the end of a file. Both get `arg`. */
    int (*enter)(void *arg, struct ad_source *src, uint64_t *offset, struct ad_err *err);
    int (*leave)(void *arg, struct ad_source *src, uint64_t offset, struct ad_err *err);
    void *arg;
};

struct ad_reader;

/* A reader of src, which stays the caller's. Returns NULL when out of memory. */
struct ad_reader *ad_reader_open(struct ad_source *src, const struct ad_reader_cfg *cfg,
                                 struct ad_err *err);
void ad_reader_close(struct ad_reader *r);

/* Open the first file and read until the format, the columns and the first record are known.
 * Returns 1, 0 if there is no input at all, -1, or AD_SOURCE_STOPPED. */
int ad_reader_start(struct ad_reader *r, struct ad_err *err);

/* These four after ad_reader_start(), living as long as the reader. */
struct ad_format ad_reader_format(const struct ad_reader *r);
/* Names of the columns: of a CSV header, or 1, 2, ... without one; of the members of the first
 * good NDJSON record. */
const struct ad_names *ad_reader_columns(const struct ad_reader *r);
/* The values of the first good data record, one for each column, or NULL if there is none. */
const struct ad_str *ad_reader_first(const struct ad_reader *r);
/* The blank lines before the first record, which pass like others. */
struct ad_str ad_reader_lead(const struct ad_reader *r);
/* The header row as it stands in the input; empty if there is none to print. */
struct ad_record ad_reader_header(const struct ad_reader *r);

/* Choose what record.value[i] holds: field name[i]; for CSV one of the columns (-1 if it is none of
 * them), for NDJSON a member or a nested one. Before the first ad_reader_block(), once. */
int ad_reader_want(struct ad_reader *r, const struct ad_str *name, size_t n, struct ad_err *err);

/* The next records, 1 to max, as soon as they are there; views live until the next call. Returns
 * their number, 0 at the end, -1 or AD_SOURCE_STOPPED. */
int ad_reader_block(struct ad_reader *r, struct ad_record *out, size_t max, struct ad_err *err);

/* What block is by default. */
enum { AD_READER_BLOCK = 256 };

/* Whether the next ad_reader_block() would wait for somebody else. */
bool ad_reader_idle(const struct ad_reader *r);

/* Whether everything was read: there is no current file any more. */
bool ad_reader_done(const struct ad_reader *r);

/* Whether slot i was ever there (NDJSON; in CSV always). */
bool ad_reader_seen(const struct ad_reader *r, size_t i);

/* Name of the file the last block came from, its position after that block, and how many rows
 * equal to the header were dropped. */
const char *ad_reader_file(const struct ad_reader *r);
uint64_t ad_reader_offset(const struct ad_reader *r);
unsigned long long ad_reader_headers(const struct ad_reader *r);

#endif
