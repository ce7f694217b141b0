/* What log.c (lines), log_time.c, log_kind.c (known formats) and log_pattern.c share. */
#ifndef AD_RECORD_LOG_PRIVATE_H
#define AD_RECORD_LOG_PRIVATE_H

#include "record/log.h"

#include <regex.h>

/* Text still to be read. */
struct ad_span {
    const char *p, *end;
};

/* A time as ISO 8601, with room for what reads numbers behind it. */
enum { AD_LOG_TIME = 56 };

struct ad_log_pattern {
    regex_t regex;
    struct ad_buf literal; /* what every match has in it, with a NUL; or empty */
    bool plain;            /* and that is all */
    struct ad_names name;  /* of the groups, .s NULL where they have none; [0] is the match */
    size_t *column;        /* of each */
    regmatch_t *match;     /* [name.n] */
    struct ad_buf text;    /* the line, with a NUL */
};

struct ad_log {
    struct ad_log_cfg cfg;
    struct ad_names names;
    struct ad_log_pattern *pattern; /* or NULL */
    char (*time)[AD_LOG_TIME];      /* [cfg.block] in turn */
    size_t next;
    unsigned month; /* see ad_log_month() */
};

/* The time at in->p, which moves behind it, as ISO 8601 in *out; a count of seconds only if
 * `epoch`. Returns false if there is none. */
bool ad_log_take_time(struct ad_log *log, struct ad_span *in, bool epoch, struct ad_str *out);
/* The first time somewhere near the beginning of the line. */
bool ad_log_find_time(struct ad_log *log, struct ad_str line, struct ad_str *out);

/* log_kind.c: the columns of a kind after `time`, NULL ends them; its fields into out[]. */
extern const char *const *const ad_log_columns[];
enum ad_log_line ad_log_split_web(struct ad_log *log, struct ad_str line, struct ad_str *out);
enum ad_log_line ad_log_split_syslog(struct ad_log *log, struct ad_str line, struct ad_str *out);
void ad_log_split_sshd(struct ad_str message, struct ad_str *out);
enum ad_log_line ad_log_split_logfmt(struct ad_log *log, struct ad_str line, struct ad_str *out);

/* log_pattern.c */
struct ad_log_pattern *ad_log_pattern_new(const char *text, struct ad_err *err);
void ad_log_pattern_free(struct ad_log_pattern *pattern);
/* Whether the line matches; then the named groups go to out[column]. */
bool ad_log_pattern_match(struct ad_log_pattern *pattern, struct ad_str line, struct ad_str *out);
/* Where `what` begins in v, or NULL. */
const char *ad_log_find(struct ad_str v, struct ad_str what);

/* Move over what ends before c, which is passed too; false (and nothing moved) without a c. */
bool ad_span_until(struct ad_span *in, char c, struct ad_str *out);
bool ad_span_skip(struct ad_span *in, char c);

#endif
