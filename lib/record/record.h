/* One record of the stream: its own bytes, and views of the fields somebody asked for. */
#ifndef AD_RECORD_RECORD_H
#define AD_RECORD_RECORD_H

#include "base/str.h"

enum ad_record_kind {
    AD_RECORD_DATA,
    AD_RECORD_BLANK, /* a blank line: passes, counts for nothing */
    AD_RECORD_BAD,   /* not a record of this table: `why` tells */
    AD_RECORD_PIECE  /* a later part of an over-long bad record; the first part was AD_RECORD_BAD */
};

/* Views live until the next ad_reader_block(). */
struct ad_record {
    struct ad_str body;         /* the record's bytes without its line ending */
    struct ad_str eol;          /* its line ending as it came; empty where the file ends without */
    const struct ad_str *value; /* by slot of ad_reader_want(), decoded, with AD_NUMBER_PAD readable
                                   bytes behind; null is empty, .s of an absent member is NULL */
    unsigned long long line;    /* line of its file where it begins, from 1 */
    enum ad_record_kind kind;
    const char *why; /* of a bad record, a string literal */
    size_t at;       /* of bad JSON: offset in body of the byte that is wrong */
    size_t pad;      /* of a bad CSV row: fields it lacks; AD_PAD_NONE: nothing can be appended */
    size_t close;    /* NDJSON: offset in body of the last `}` */
    bool empty;      /* NDJSON: no members */
};

#define AD_PAD_NONE ((size_t)-1)

/* How records are written down. TSV is CSV with a tab. */
enum ad_format_kind { AD_FORMAT_ANY, AD_FORMAT_CSV, AD_FORMAT_NDJSON };

struct ad_format {
    enum ad_format_kind kind;
    char delim;  /* CSV; 0 while unknown */
    bool header; /* CSV: the first row holds the names */
};

#endif
