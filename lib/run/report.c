/* What a run says of itself: messages, counts, progress, help. */
#include "run/run.h"

#include "io/atomic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bad records that are reported one by one; the others are counted. */
enum { REPORTED = 5 };

void ad_run_say(const struct ad_run *r, const char *fmt, ...)
{
    struct ad_err text = {0};
    va_list ap;
    va_start(ap, fmt);
    ad_err_vset(&text, fmt, ap);
    va_end(ap);
    flockfile(stderr);
    fprintf(stderr, "%s%s: ", r->progress_shown ? "\r\033[K" : "", r->program);
    /* Names of files are input too: nothing in them may reach the terminal as control. */
    for (const char *s = text.text; *s; s++)
        if (*s == '\n') /* only indented, so that it is no message of its own */
            fputs("\n  ", stderr);
        else if ((unsigned char)*s < ' ' || *s == 0x7f)
            fprintf(stderr, "\\x%02X", (unsigned)*s);
        else
            putc(*s, stderr);
    putc('\n', stderr);
    funlockfile(stderr);
    ad_err_free(&text);
}

void ad_run_tell_bad(struct ad_run *r, const struct ad_record *rec, const struct ad_str *field,
                     const char *why, struct ad_str text)
{
    bool last = r->set.on_bad == AD_BAD_FAIL;
    if (!last && (r->set.quiet || r->count.warned++ >= REPORTED))
        return;
    struct ad_buf b = {0};
    ad_buf_addz(&b, ad_reader_file(r->reader));
    char line[32];
    snprintf(line, sizeof line, ":%llu: ", rec->line);
    ad_buf_addz(&b, line);
    if (field) {
        ad_buf_addz(&b, "field \"");
        ad_buf_add_visible(&b, *field);
        ad_buf_addz(&b, "\": ");
    }
    ad_buf_addz(&b, why);
    if (rec->kind == AD_RECORD_BAD && r->in.kind == AD_FORMAT_NDJSON) {
        snprintf(line, sizeof line, " at byte %zu", rec->at + 1);
        ad_buf_addz(&b, line);
    }
    if (text.s) {
        ad_buf_addz(&b, ": \"");
        ad_buf_add_visible(&b, text);
        ad_buf_addz(&b, "\"");
    }
    ad_buf_add(&b, "", 1);
    if (last)
        ad_err_set(&r->err, "%s", b.failed ? why : b.s);
    else
        ad_run_say(r, "%s", b.failed ? why : b.s);
    ad_buf_free(&b);
}

double ad_run_seconds(const struct timespec *since)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - since->tv_sec) + 1e-9 * (double)(now.tv_nsec - since->tv_nsec);
}

static unsigned long long dropped_headers(const struct ad_run *r)
{
    return r->reader ? ad_reader_headers(r->reader) : 0;
}

int ad_run_write_stats(struct ad_run *r)
{
    if (!r->set.stats)
        return 0;
    const struct {
        const char *name, *help;
        double value;
    } rows[] = {
        {"records", "Records read.", (double)r->count.records},
        {"flagged", "Records flagged as anomalous.", (double)r->count.flagged},
        {"bad", "Records that could not be judged.", (double)r->count.bad},
        {"headers", "Repeated header rows dropped.", (double)dropped_headers(r)},
        {"late", "Records older than the newest of their group.", (double)r->count.late},
        {"keys", "Groups with a state.", (double)r->keys.n},
        {"seconds", "Seconds since the start.", ad_run_seconds(&r->started)},
        {"bytes", "Bytes of input read.", (double)ad_source_done(r->source)},
    };
    size_t len = strlen(r->set.stats);
    bool prom = len > 5 && strcmp(r->set.stats + len - 5, ".prom") == 0;
    struct ad_buf b = {0};
    char line[256];
    if (!prom) {
        snprintf(line, sizeof line, "{\"tool\":\"%s\"", r->cmd->name);
        ad_buf_addz(&b, line);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool gauge = i == 5 || i == 6;
        if (prom)
            snprintf(line, sizeof line,
                     "# HELP adkit_%s%s %s\n# TYPE adkit_%s%s %s\nadkit_%s%s{tool=\"%s\"} %.10g\n",
                     rows[i].name, gauge ? "" : "_total", rows[i].help, rows[i].name,
                     gauge ? "" : "_total", gauge ? "gauge" : "counter", rows[i].name,
                     gauge ? "" : "_total", r->cmd->name, rows[i].value);
        else
            snprintf(line, sizeof line, ",\"%s\":%.15g", rows[i].name, rows[i].value);
        ad_buf_addz(&b, line);
    }
    if (!prom)
        ad_buf_addz(&b, "}\n");
    if (b.failed)
        return ad_err_nomem(&r->err);
    /* Somebody else reads this file, a collector of metrics: whatever the umask. */
    mode_t mask = umask(0);
    struct ad_atomic *a = ad_atomic_open(r->set.stats, 0644, &r->err);
    umask(mask);
    int rc = -1;
    if (a && ad_atomic_write(a, b.s, b.len, &r->err))
        ad_atomic_abort(a);
    else if (a)
        rc = ad_atomic_commit(a, &r->err);
    ad_buf_free(&b);
    return rc;
}

void ad_run_progress(struct ad_run *r)
{
    enum { AFTER = 2 };
    bool small = ad_source_total(r->source) == 0 && !r->set.progress;
    if (r->set.quiet || small || ad_run_seconds(&r->shown) < 0.5 ||
        ad_run_seconds(&r->started) < AFTER || !isatty(STDERR_FILENO))
        return;
    clock_gettime(CLOCK_MONOTONIC, &r->shown);
    double seconds = ad_run_seconds(&r->started), total = (double)ad_source_total(r->source);
    double done = (double)ad_source_done(r->source);
    fprintf(stderr, "\r%s: ", r->program);
    if (total > 0)
        fprintf(stderr, "%.0f %%, ", 100 * done / total);
    if (r->ahead)
        fprintf(stderr, "read for the fit\033[K");
    else
        fprintf(stderr, "%llu records, %.0f/s, %llu flagged\033[K", r->count.records,
                (double)r->count.records / seconds, r->count.flagged);
    fflush(stderr);
    r->progress_shown = true;
}

void ad_run_progress_end(struct ad_run *r)
{
    if (!r->progress_shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    r->progress_shown = false;
}

unsigned ad_run_is(const struct ad_run *r)
{
    const struct ad_detector *d = r->cmd->detector;
    const struct ad_handler *h = r->cmd->handler;
    unsigned is = d->flags & AD_MULTI ? AD_FOR_MANY : AD_FOR_ONE;
    if (!(d->flags & AD_FIELDLESS))
        is |= d->flags & AD_SCORES ? AD_FOR_SCORES : AD_FOR_VALUES;
    if ((d->flags & AD_SCORES && d->flags & AD_MULTI) || (h && h->labels))
        is |= AD_FOR_LABELS;
    is |= d->flags & AD_LIMITS ? 0 : AD_FOR_MODEL;
    is |= d->flags & AD_STATELESS ? 0 : AD_FOR_GROUPS;
    if (d->flags & AD_LISTENS)
        return is | AD_FOR_REPORT;
    is |= d->save ? AD_FOR_STATE : 0;
    if (!(d->flags & AD_BATCH) || r->cmd->choose)
        is |= AD_FOR_STREAM;
    if (h)
        return is | (h->append ? AD_FOR_FILTER : 0) | (h->rows ? AD_FOR_ROWS : 0);
    return is | AD_FOR_FILTER | AD_FOR_JUDGE | (d->flags & AD_BATCH ? AD_FOR_BATCH : 0) |
           (d->every ? AD_FOR_FORECAST : 0);
}

int ad_run_help(const struct ad_run *r)
{
    struct ad_buf b = {0};
    ad_buf_addz(&b, "Usage: ");
    ad_buf_addz(&b, r->cmd->name);
    ad_buf_addz(&b, " [OPTION]... ");
    for (const char *s = r->cmd->operand; s && *s; s++)
        ad_buf_add(&b, &(char){(char)(*s & ~0x20)}, 1);
    ad_buf_addz(&b, r->cmd->operand ? " [FILE]...\n" : "[FILE]...\n");
    ad_buf_addz(&b, r->cmd->summary);
    ad_buf_addz(&b, "\n");
    ad_opt_help(r->options, 2, &b);
    bool ok = !b.failed && fwrite(b.s, 1, b.len, stdout) == b.len;
    ad_buf_free(&b);
    return ok && fflush(stdout) == 0 ? 0 : -1;
}
