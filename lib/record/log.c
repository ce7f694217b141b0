#include "record/log_private.h"

#include <stdlib.h>

/* The columns: the time, the kind's own, the groups of the pattern or the keys. */
static int name_columns(struct ad_log *log)
{
    const char *const *own = ad_log_columns[log->cfg.kind];
    int rc = ad_names_add(&log->names, ad_str_of("time"));
    for (; rc == 0 && *own; own++)
        rc = ad_names_add(&log->names, ad_str_of(*own));
    const struct ad_names *key = log->cfg.key;
    for (size_t i = 0; rc == 0 && key && i < key->n; i++)
        if (ad_names_find(&log->names, key->v[i]) < 0)
            rc = ad_names_add(&log->names, key->v[i]);
    struct ad_log_pattern *p = log->pattern;
    for (size_t i = 1; rc == 0 && p && i < p->name.n; i++) {
        if (!p->name.v[i].s)
            continue;
        if (ad_names_find(&log->names, p->name.v[i]) < 0)
            rc = ad_names_add(&log->names, p->name.v[i]);
        p->column[i] = (size_t)ad_names_find(&log->names, p->name.v[i]);
    }
    return rc;
}

struct ad_log *ad_log_open(const struct ad_log_cfg *cfg, struct ad_err *err)
{
    struct ad_log *log = calloc(1, sizeof *log);
    if (!log) {
        ad_err_nomem(err);
        return NULL;
    }
    log->cfg = *cfg;
    log->time = calloc(cfg->block, sizeof *log->time);
    if (cfg->pattern && !(log->pattern = ad_log_pattern_new(cfg->pattern, err))) {
        ad_log_close(log);
        return NULL;
    }
    if (!log->time || name_columns(log)) {
        ad_log_close(log);
        ad_err_nomem(err);
        return NULL;
    }
    log->cfg.key = NULL;
    log->cfg.pattern = NULL;
    return log;
}

void ad_log_close(struct ad_log *log)
{
    if (!log)
        return;
    ad_log_pattern_free(log->pattern);
    ad_names_free(&log->names);
    free(log->time);
    free(log);
}

const struct ad_names *ad_log_names(const struct ad_log *log)
{
    return &log->names;
}

unsigned ad_log_month(const struct ad_log *log)
{
    return log->month;
}

void ad_log_set_month(struct ad_log *log, unsigned month)
{
    log->month = month;
}

/* The time of a line that is of no known kind, or that a group of the pattern has found. */
static bool settle_time(struct ad_log *log, struct ad_str line, struct ad_str *out)
{
    if (!out->len)
        return ad_log_find_time(log, line, out);
    struct ad_span in = {out->s, out->s + out->len};
    struct ad_str time;
    if (!log->cfg.own_time && ad_log_take_time(log, &in, true, &time) && in.p == in.end)
        *out = time;
    return true;
}

static enum ad_log_line split_kind(struct ad_log *log, struct ad_str line, struct ad_str *out)
{
    switch (log->cfg.kind) {
    case AD_LOG_WEB:
        return ad_log_split_web(log, line, out);
    case AD_LOG_SYSLOG:
    case AD_LOG_SSHD:
        return ad_log_split_syslog(log, line, out);
    case AD_LOG_LOGFMT:
        return ad_log_split_logfmt(log, line, out);
    case AD_LOG_LINES:
        break;
    }
    return AD_LOG_RECORD;
}

enum ad_log_line ad_log_split(struct ad_log *log, struct ad_str line, struct ad_str *out,
                              const char **why)
{
    for (size_t i = 0; i < log->names.n; i++)
        out[i] = (struct ad_str){"", 0};
    /* Most lines are told from others at once, before anything is made of them. */
    if (log->pattern && !ad_log_pattern_match(log->pattern, line, out))
        return AD_LOG_OTHER;
    struct ad_str found = out[0];
    enum ad_log_line is = split_kind(log, line, out);
    *why = "not a line of this kind of log";
    if (is != AD_LOG_RECORD)
        return is;
    if (log->pattern && log->cfg.kind != AD_LOG_LINES)
        ad_log_pattern_match(log->pattern, line, out); /* its groups go before the kind's fields */
    if (found.len)
        out[0] = found;
    if ((log->cfg.kind != AD_LOG_LINES && !found.len) || settle_time(log, line, &out[0]))
        return AD_LOG_RECORD;
    *why = "no time in this line";
    return AD_LOG_BAD;
}
