/* Lines of logs into fields: a column `time`, those of a known kind of log, and what the named
 * groups of a regular expression find. */
#ifndef AD_RECORD_LOG_H
#define AD_RECORD_LOG_H

#include "base/err.h"
#include "base/names.h"

#include <stdbool.h>

/* LINES only have a time, somewhere; WEB are access and error logs of Apache and nginx; SYSLOG is
 * RFC 3164, RFC 5424 and what is like them; SSHD those lines of it that sshd wrote; LOGFMT is
 * key=value. */
enum ad_log_kind { AD_LOG_LINES, AD_LOG_WEB, AD_LOG_SYSLOG, AD_LOG_SSHD, AD_LOG_LOGFMT };

struct ad_log_cfg {
    enum ad_log_kind kind;
    /* A POSIX extended regular expression, (?<name>...) being a group with a name, or NULL: other
     * lines are left out. It sees a line up to its first NUL, at most 64 KiB. */
    const char *pattern;
    int year;                   /* of the first time without one; 0: the latest that has begun */
    bool own_time;              /* the user tells how times look: they stay as they are */
    const struct ad_names *key; /* LOGFMT: the keys that are wanted, or NULL */
    size_t block;               /* lines whose values are kept at the same time */
};

struct ad_log;

/* Returns NULL when the pattern is none, or out of memory. All that cfg points to is copied. */
struct ad_log *ad_log_open(const struct ad_log_cfg *cfg, struct ad_err *err);
void ad_log_close(struct ad_log *log);

/* The columns. */
const struct ad_names *ad_log_names(const struct ad_log *log);

/* What a line is: nothing of interest, a record, or bad. */
enum ad_log_line { AD_LOG_OTHER, AD_LOG_RECORD, AD_LOG_BAD };

/* Its fields into out[names.n]: views of the line and, for the last `block` lines, of texts of the
 * log, empty where there is nothing. Times become ISO 8601. After AD_LOG_BAD *why is what is wrong,
 * a string literal. */
enum ad_log_line ad_log_split(struct ad_log *log, struct ad_str line, struct ad_str *out,
                              const char **why);

/* Times without a year get that of the one before, or the next or last one's where the months say
 * that it must be. What was last given, as 12 * year + month (0: none yet), to go on with it. */
unsigned ad_log_month(const struct ad_log *log);
void ad_log_set_month(struct ad_log *log, unsigned month);

#endif
