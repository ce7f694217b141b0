/* Records out: the input's bytes with fields appended, or converted to another format. */
#ifndef AD_RECORD_WRITER_H
#define AD_RECORD_WRITER_H

#include "base/names.h"
#include "io/sink.h"
#include "record/record.h"

/* The value of an appended field. */
enum ad_cell_kind { AD_CELL_EMPTY, AD_CELL_SCORE, AD_CELL_FLAG, AD_CELL_NUMBER, AD_CELL_TEXT };

struct ad_cell {
    enum ad_cell_kind kind;
    double x;           /* SCORE, NUMBER (not finite: as EMPTY), FLAG (0 or not) */
    struct ad_str text; /* TEXT */
};

struct ad_writer_cfg {
    struct ad_format in, out;
    const struct ad_names *columns;  /* of the input */
    const struct ad_names *appended; /* what is added to them */
};

struct ad_writer;

/* A writer to sink. When in and out are not the same format, record.value[i] must hold columns[i].
 * All that is given stays the caller's and must outlive the writer. Returns NULL when out of
 * memory. */
struct ad_writer *ad_writer_open(struct ad_sink *sink, const struct ad_writer_cfg *cfg,
                                 struct ad_err *err);
void ad_writer_close(struct ad_writer *w);

/* The header row with the appended names; nothing for NDJSON. */
void ad_writer_header(struct ad_writer *w, const struct ad_record *header);

/* A record with a cell for each appended field. Failures show in the sink's `error`. */
void ad_writer_put(struct ad_writer *w, const struct ad_record *rec, const struct ad_cell *cells);

/* n records as they are, each with a line ending, with a score below the line and its flag, the
 * only appended fields; no conversion. They must lie one after the other in one buffer, and
 * AD_WRITER_SLACK bytes must be readable after each. */
void ad_writer_put_scores(struct ad_writer *w, const struct ad_record *rec, const double *score,
                          size_t n);
enum { AD_WRITER_SLACK = 31 };

/* A record that could not be read, or a blank line: its own bytes, a CSV row made up to the full
 * number of fields. Returns false if the output format cannot hold it; it is then left out. */
bool ad_writer_put_bad(struct ad_writer *w, const struct ad_record *rec);

/* The record as a JSON object, by a writer to NDJSON; it lives until the next call. .s is NULL when
 * out of memory. */
struct ad_str ad_writer_json(struct ad_writer *w, const struct ad_record *rec);

/* Whether an NDJSON record has a member that is none of the columns, so that it cannot be converted
 * to CSV: its name in *key, which lives until the next call. */
bool ad_writer_surprise(struct ad_writer *w, const struct ad_record *rec, struct ad_str *key);

#endif
