/* The life of a filter: options, files, state, the loop, the end. */
#include "run/run.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

volatile sig_atomic_t ad_run_stop;

enum { STATUS_FLAGGED = 1, STATUS_ERROR = 2, STATUS_LATER = 75 };

static void on_signal(int sig)
{
    ad_run_stop = sig;
}

static void catch_signals(void)
{
    struct sigaction sa = {.sa_handler = on_signal};
    sigemptyset(&sa.sa_mask);
    const int sigs[] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < sizeof sigs / sizeof *sigs; i++) {
        struct sigaction old;
        if (sigaction(sigs[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(sigs[i], &sa, NULL);
    }
}

/* End as the signal would have ended us. */
static void die_by(int sig)
{
    signal(sig, SIG_DFL);
    raise(sig);
}

static int parse_options(struct ad_run *r, int argc, char **argv, int *first)
{
    ad_settings_init(&r->set);
    const struct ad_opt_set sets[] = {{r->cmd->options, r->cmd->cfg}, {ad_settings_rows, &r->set}};
    if (ad_opt_parse(sets, 2, argc, argv, first, &r->err))
        return -1;
    if (r->set.help || r->set.version)
        return 0;
    if (ad_settings_check(&r->set, &r->err))
        return -1;
    const char *wrong = r->cmd->detector->check(r->cmd->cfg);
    if (wrong)
        return ad_err_set(&r->err, "%s", wrong);
    if (r->set.resume && *first == argc)
        return ad_err_set(&r->err, "--resume needs a named file");
    return 0;
}

/* --na=LIST and the like: words between commas. */
static int split_words(const char *list, struct ad_names *out, struct ad_err *err)
{
    size_t n = 0, most = 2;
    for (const char *s = list; *s; s++)
        most += *s == ',';
    struct ad_str *v = calloc(most, sizeof *v);
    if (!v)
        return ad_err_nomem(err);
    for (const char *s = list; *s;) {
        size_t len = strcspn(s, ",");
        v[n++] = (struct ad_str){s, len};
        s += len + (s[len] == ',');
    }
    int rc = ad_names_set(out, v, n) ? ad_err_nomem(err) : 0;
    free(v);
    return rc;
}

static struct ad_format asked_format(const struct ad_run *r, int which)
{
    struct ad_format f = {.header = !r->set.no_header, .delim = r->set.delim};
    if (which == AD_TEXT_NDJSON)
        f.kind = AD_FORMAT_NDJSON;
    else if (which != AD_TEXT_AUTO || r->set.delim)
        f.kind = AD_FORMAT_CSV;
    if (which == AD_TEXT_TSV && !f.delim)
        f.delim = '\t';
    return f;
}

static void choose_output(struct ad_run *r)
{
    r->out = r->in;
    if (r->set.out == AD_TEXT_AUTO)
        return;
    r->out.kind = r->set.out == AD_TEXT_NDJSON ? AD_FORMAT_NDJSON : AD_FORMAT_CSV;
    r->out.delim = r->set.out == AD_TEXT_TSV ? '\t' : r->set.out == AD_TEXT_CSV ? ',' : '\0';
}

static int open_input(struct ad_run *r, const char *const *names, size_t n)
{
    r->source = ad_source_open(names, n, &ad_run_stop, &r->err);
    if (!r->source)
        return -1;
    struct ad_reader_cfg cfg = {.format = asked_format(r, r->set.in),
                                .max_record = r->set.max_record,
                                .columns = r->columns.v,
                                .ncolumn = r->columns.n};
    if (r->have_loaded && cfg.format.kind == AD_FORMAT_ANY)
        cfg.format = r->in;
    if (r->have_loaded && r->set.no_header)
        cfg.format.header = false;
    if (r->set.resume) {
        cfg.enter = ad_run_enter_file;
        cfg.leave = ad_run_leave_file;
        cfg.arg = r;
    }
    r->reader = ad_reader_open(r->source, &cfg, &r->err);
    if (!r->reader)
        return -1;
    int rc = ad_reader_start(r->reader, &r->err);
    if (rc > 0)
        r->in = ad_reader_format(r->reader);
    return rc;
}

/* The names of the appended fields. */
static int name_appended(struct ad_run *r)
{
    static const char *const parts[] = {"score", "flag",  "state", "field", "expected",
                                        "lower", "upper", "line",  "reason"};
    const char *name = r->set.name ? r->set.name : r->cmd->detector->name;
    size_t groups = r->set.each ? r->sel.field.n : 1;
    size_t per_group = r->set.explain ? sizeof parts / sizeof *parts : 2, n = groups * per_group;
    struct ad_str *v = calloc(n + 1, sizeof *v);
    size_t *end = calloc(n + 1, sizeof *end);
    struct ad_buf text = {0};
    for (size_t i = 0; v && end && i < n; i++) {
        if (r->set.each) {
            ad_buf_add(&text, r->sel.field.v[i / 2].s, r->sel.field.v[i / 2].len);
            ad_buf_addz(&text, "_");
        }
        ad_buf_addz(&text, name);
        ad_buf_addz(&text, "_");
        ad_buf_addz(&text, parts[i % per_group]);
        end[i] = text.len;
    }
    int rc = !v || !end || text.failed ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        v[i] = (struct ad_str){text.s + (i ? end[i - 1] : 0), end[i] - (i ? end[i - 1] : 0)};
    if (rc == 0)
        rc = ad_names_set(&r->appended, v, n);
    free(v);
    free(end);
    ad_buf_free(&text);
    return rc ? ad_err_nomem(&r->err) : 0;
}

static int check_collisions(struct ad_run *r)
{
    const struct ad_names *columns = ad_reader_columns(r->reader);
    for (size_t i = 0; i < r->appended.n; i++)
        if (ad_names_find(columns, r->appended.v[i]) >= 0)
            return ad_err_set(&r->err, "the input already has a field %.*s; choose another --name",
                              (int)r->appended.v[i].len, r->appended.v[i].s);
    return 0;
}

/* Slot of a name among those wanted so far, added if it is new. */
static size_t want(struct ad_names *w, struct ad_str name)
{
    ptrdiff_t i = ad_names_find(w, name);
    if (i >= 0)
        return (size_t)i;
    w->v[w->n] = name;
    return w->n++;
}

/* Tell the reader which fields are needed: all columns first when the format changes. */
static int want_fields(struct ad_run *r)
{
    const struct ad_names *columns = ad_reader_columns(r->reader);
    bool convert =
        r->in.kind != r->out.kind || (r->in.kind == AD_FORMAT_CSV && r->in.delim != r->out.delim);
    size_t most = columns->n + r->sel.field.n + r->sel.group.n + 1 + r->appended.n;
    struct ad_names w = {calloc(most, sizeof *w.v), 0};
    r->value_slot = calloc(r->sel.field.n + 1, sizeof *r->value_slot);
    r->group_slot = calloc(r->sel.group.n + 1, sizeof *r->group_slot);
    if (!w.v || !r->value_slot || !r->group_slot) {
        free(w.v);
        return ad_err_nomem(&r->err);
    }
    for (size_t i = 0; convert && i < columns->n; i++)
        w.v[w.n++] = columns->v[i];
    for (size_t i = 0; i < r->sel.field.n; i++)
        r->value_slot[i] = want(&w, r->sel.field.v[i]);
    for (size_t i = 0; i < r->sel.group.n; i++)
        r->group_slot[i] = want(&w, r->sel.group.v[i]);
    r->time_slot = r->sel.time.n ? want(&w, r->sel.time.v[0]) : SIZE_MAX;
    r->appended_slot = w.n;
    for (size_t i = 0; r->in.kind == AD_FORMAT_NDJSON && i < r->appended.n; i++)
        w.v[w.n++] = r->appended.v[i];
    int rc = ad_names_set(&r->wanted, w.v, w.n);
    free(w.v);
    return rc ? ad_err_nomem(&r->err)
              : ad_reader_want(r->reader, r->wanted.v, r->wanted.n, &r->err);
}

static void drop_track(void *judge, struct ad_track *track)
{
    ad_judge_drop(judge, track);
}

static int prepare_judging(struct ad_run *r)
{
    bool multi = r->cmd->detector->flags & AD_MULTI;
    r->ntrack = multi ? 1 : r->sel.field.n;
    double s0 = -log(r->set.alpha);
    struct ad_judge_cfg cfg = {.detector = r->cmd->detector,
                               .cfg = r->cmd->cfg,
                               .nfield = multi ? r->sel.field.n : 1,
                               .nvalue = r->sel.field.n,
                               .direction = (enum ad_direction)r->set.direction,
                               .min_delta = r->set.min_delta,
                               .min_pct = r->set.min_pct,
                               .shift_after = (unsigned)r->set.shift_after,
                               .learn = !r->set.no_learn && (r->set.fit || !r->set.model)};
    ad_budget_init(&r->budget, r->set.budget_per_day, s0);
    if (ad_judge_init(&r->judge, &cfg, s0, &r->err) ||
        ad_keytab_init(&r->keys, r->set.max_keys, (uint32_t)r->ntrack, &r->err))
        return -1;
    r->keys.drop = drop_track;
    r->keys.arg = &r->judge;
    r->x = calloc(r->sel.field.n, sizeof *r->x);
    r->result = calloc(r->ntrack, sizeof *r->result);
    r->cell = calloc(r->appended.n, sizeof *r->cell);
    return r->x && r->result && r->cell ? 0 : ad_err_nomem(&r->err);
}

static void tell_guesses(const struct ad_run *r)
{
    struct ad_buf b = {0};
    ad_buf_addz(&b, r->in.kind == AD_FORMAT_NDJSON ? "NDJSON" : "CSV");
    if (r->in.kind == AD_FORMAT_CSV) {
        ad_buf_addz(&b, ", delimiter ");
        ad_buf_add(&b, r->in.delim == '\t' ? "TAB" : &r->in.delim, r->in.delim == '\t' ? 3 : 1);
    }
    ad_buf_addz(&b, "; field ");
    ad_names_list(&r->sel.field, &b);
    ad_buf_addz(&b, r->sel.time.n         ? "; time "
                    : r->sel.time_ignored ? "; time ignored: not a time"
                                          : "; no time");
    ad_names_list(&r->sel.time, &b);
    if (r->sel.group.n)
        ad_buf_addz(&b, "; grouped by ");
    ad_names_list(&r->sel.group, &b);
    ad_buf_add(&b, "", 1);
    if (!b.failed)
        ad_run_say(r, "%s", b.s);
    ad_buf_free(&b);
}

/* All that depends on the input's columns. */
static int prepare(struct ad_run *r)
{
    struct ad_select_cfg cfg = {.field = r->set.field,
                                .group = r->set.group,
                                .time = r->set.time,
                                .many = r->cmd->detector->flags & AD_MULTI};
    if (ad_select(&r->sel, &cfg, r->reader, r->clock, &r->err))
        return -1;
    if (r->set.budget_per_day > 0 && !r->sel.time.n)
        return ad_err_set(&r->err, "--budget needs a time field; name it with -t");
    if (r->set.gap > 0 && !r->sel.time.n)
        return ad_err_set(&r->err, "--gap needs a time field; name it with -t");
    const char *wrong =
        !r->sel.time.n && r->cmd->needs_time ? r->cmd->needs_time(r->cmd->cfg) : NULL;
    if (wrong)
        return ad_err_set(&r->err, "%s needs a time field; name it with -t", wrong);
    choose_output(r);
    if (name_appended(r) || check_collisions(r) || want_fields(r) || prepare_judging(r))
        return -1;
    if (!r->have_loaded && r->in.kind == AD_FORMAT_CSV && r->in.header &&
        ad_names_set(&r->columns, ad_reader_columns(r->reader)->v, ad_reader_columns(r->reader)->n))
        return ad_err_nomem(&r->err);
    if (ad_run_load_state(r))
        return -1;
    struct ad_writer_cfg out = {r->in, r->out, ad_reader_columns(r->reader), &r->appended};
    r->writer = ad_writer_open(&r->sink, &out, &r->err);
    if (!r->writer)
        return -1;
    struct ad_record header = ad_reader_header(r->reader);
    bool resumed = r->set.resume && r->have_loaded;
    if (!r->set.fit && !resumed && (header.body.s || r->in.kind == AD_FORMAT_NDJSON))
        ad_writer_header(r->writer, &header);
    if (r->set.verbose)
        tell_guesses(r);
    return 0;
}

/* Between blocks: what is due by the clock. */
static int housekeep(struct ad_run *r)
{
    bool idle = ad_reader_idle(r->reader);
    if (idle && ad_sink_flush(&r->sink, &r->err))
        return -1;
    ad_run_progress(r);
    if (idle && r->set.save_every > 0 && ad_run_seconds(&r->saved) >= r->set.save_every) {
        if (ad_run_save_state(r) || ad_run_write_stats(r))
            return -1;
        clock_gettime(CLOCK_MONOTONIC, &r->saved);
    }
    return r->sink.error ? ad_sink_flush(&r->sink, &r->err) : 0;
}

static int process(struct ad_run *r)
{
    static struct ad_record block[AD_READER_BLOCK];
    if (housekeep(r))
        return -1;
    int n;
    while ((n = ad_reader_block(r->reader, block, AD_READER_BLOCK, &r->err)) > 0) {
        for (int i = 0; i < n; i++) {
            if (ad_run_record(r, &block[i]))
                return -1;
            if (r->set.unbuffered && ad_sink_flush(&r->sink, &r->err))
                return -1;
        }
        if (housekeep(r))
            return -1;
        if (ad_run_stop)
            return AD_SOURCE_STOPPED;
    }
    return n;
}

/* A field that no NDJSON record ever had was misspelt. */
static int check_seen(struct ad_run *r)
{
    if (r->in.kind != AD_FORMAT_NDJSON || r->count.good == 0)
        return 0;
    for (size_t i = 0; i < r->appended_slot; i++)
        if (!ad_reader_seen(r->reader, i))
            return ad_select_unknown(ad_reader_columns(r->reader), r->wanted.v[i], &r->err);
    return 0;
}

static int finish(struct ad_run *r)
{
    if (ad_sink_flush(&r->sink, &r->err))
        return -1;
    if (r->count.bad && !r->set.quiet && r->count.warned > 0)
        ad_run_say(r, "%llu of %llu records were bad and %s", r->count.bad, r->count.records,
                   r->set.on_bad == AD_BAD_SKIP || r->set.anomalies ? "left out"
                                                                    : "passed unscored");
    if (ad_run_stop == 0 && check_seen(r))
        return -1;
    if (r->count.bad && r->count.good == 0 && ad_run_stop == 0)
        return ad_err_set(&r->err, "no good record in the input");
    return ad_run_save_state(r) || ad_run_write_stats(r) ? -1 : 0;
}

static void run_free(struct ad_run *r)
{
    ad_writer_close(r->writer);
    ad_reader_close(r->reader);
    ad_source_close(r->source);
    ad_keytab_free(&r->keys);
    ad_judge_free(&r->judge);
    ad_clock_close(r->clock);
    ad_selection_free(&r->sel);
    ad_names_free(&r->na);
    ad_names_free(&r->appended);
    ad_names_free(&r->wanted);
    ad_run_close_state(r);
    ad_buf_free(&r->key);
    ad_buf_free(&r->reason);
    free(r->value_slot);
    free(r->group_slot);
    free(r->x);
    free(r->result);
    free(r->cell);
    ad_err_free(&r->err);
}

/* From opened options to the last byte. Returns 0, -1, or a positive exit status. */
static int run(struct ad_run *r, const char *const *files, size_t nfile)
{
    if (ad_sink_open(&r->sink, STDOUT_FILENO, "standard output", &r->err))
        return -1;
    if (r->set.na && split_words(r->set.na, &r->na, &r->err))
        return -1;
    r->clock = ad_clock_open(r->set.zone, r->set.time_format, &r->err);
    if (!r->clock)
        return -1;
    catch_signals();
    int rc = ad_run_open_state(r);
    if (rc)
        return rc < 0 ? -1 : STATUS_LATER;
    rc = open_input(r, files, nfile);
    if (rc > 0 && (rc = prepare(r)) == 0)
        rc = process(r);
    if (rc == 0 || rc == AD_SOURCE_STOPPED)
        return finish(r);
    /* What came before the error is complete and is written. */
    struct ad_err ignored = {0};
    ad_sink_flush(&r->sink, &ignored);
    ad_err_free(&ignored);
    return -1;
}

int ad_run(const struct ad_cmd *cmd, int argc, char **argv)
{
    struct ad_run r = {.cmd = cmd, .program = cmd->name, .lock = -1};
    int first = argc, status = 0;
    clock_gettime(CLOCK_MONOTONIC, &r.started);
    r.saved = r.shown = r.started;
    if (parse_options(&r, argc, argv, &first)) {
        ad_run_say(&r, "%s", r.err.text);
        ad_err_free(&r.err);
        return STATUS_ERROR;
    }
    if (r.set.help || r.set.version) {
        int failed = r.set.help ? ad_run_help(&r) : printf("%s %s\n", cmd->name, AD_VERSION) < 0;
        return failed || fclose(stdout) ? STATUS_ERROR : 0;
    }
    int rc = run(&r, (const char *const *)argv + first, (size_t)(argc - first));
    if (rc != 0 && r.sink.error == EPIPE)
        die_by(SIGPIPE);
    if (rc == 0 && ad_sink_close(&r.sink, &r.err))
        rc = -1;
    if (rc != 0)
        ad_run_say(&r, "%s", r.err.text);
    if (rc < 0)
        status = STATUS_ERROR;
    else if (rc > 0)
        status = rc;
    else if (r.set.exit_flagged && r.count.flagged)
        status = STATUS_FLAGGED;
    struct ad_err ignored = {0};
    ad_sink_close(&r.sink, &ignored);
    ad_err_free(&ignored);
    run_free(&r);
    if (ad_run_stop && status != STATUS_ERROR)
        die_by(ad_run_stop);
    return status;
}
