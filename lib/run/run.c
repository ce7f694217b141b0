/* The life of a filter: options, files, state, the loop, the end. */
#include "run/run.h"

#include "base/pool.h"

#include <errno.h>
#include <fcntl.h>
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

/* No file we open may become standard input, output or error where those are closed; using them
 * stays an error. */
static void fill_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static int choose_detector(struct ad_run *r)
{
    if (r->cmd->prepare && r->cmd->prepare(r->cmd->cfg, &r->err))
        return -1;
    if (r->cmd->choose)
        r->detector = r->cmd->choose(r->cmd->cfg);
    const char *wrong = r->detector->check(r->cmd->cfg);
    return wrong ? ad_err_set(&r->err, "%s", wrong) : 0;
}

static int parse_options(struct ad_run *r, int argc, char **argv, int *first)
{
    ad_settings_init(&r->set);
    r->options[0] = (struct ad_opt_set){.rows = r->cmd->options, .cfg = r->cmd->cfg};
    r->options[1] =
        (struct ad_opt_set){.rows = ad_settings_rows, .cfg = &r->set, .have = ad_run_is(r)};
    if (ad_opt_parse(r->options, 2, argc, argv, first, &r->err))
        return -1;
    if (r->set.help || r->set.version)
        return 0;
    const char *operand = r->cmd->operand;
    if (operand && !ad_opt_given(&r->options[0], operand) && *first < argc &&
        ad_opt_default(r->options, 1, ad_str_of(operand), argv[(*first)++], &r->err))
        return -1;
    if (ad_settings_check(&r->set, &r->err))
        return -1;
    if (choose_detector(r))
        return -1;
    bool alpha = ad_opt_given(&r->options[1], "alpha");
    const char *wrong = r->cmd->check ? r->cmd->check(r->cmd->cfg, &r->set, alpha) : NULL;
    if (wrong)
        return ad_err_set(&r->err, "%s", wrong);
    bool named = *first < argc;
    for (int i = *first; i < argc; i++)
        named &= strcmp(argv[i], "-") != 0;
    if (r->set.resume && !named)
        return ad_err_set(&r->err, "--resume needs named files");
    return 0;
}

static int save_all(struct ad_run *r)
{
    clock_gettime(CLOCK_MONOTONIC, &r->saved);
    r->records_saved = r->count.records;
    return ad_run_save_state(r) || ad_run_write_stats(r) ? -1 : 0;
}

/* On live input: save when it is time, also while nothing comes. */
static int save_when_due(struct ad_run *r, bool idle)
{
    if (r->set.save_every <= 0 || !(r->set.state || r->set.stats))
        return 0;
    for (;;) {
        double left = r->set.save_every - ad_run_seconds(&r->saved);
        if (left <= 0 && r->count.records > r->records_saved && save_all(r))
            return -1;
        if (left <= 0)
            clock_gettime(CLOCK_MONOTONIC, &r->saved);
        else if (!idle || ad_source_wait(r->source, left > 3600 ? 3600000 : (int)(left * 1000) + 1))
            return 0;
    }
}

/* Let the handler finish a block, and do what is due while nothing comes. */
static int handler_due(struct ad_run *r, bool idle)
{
    const struct ad_handler *h = r->cmd->handler;
    double next = INFINITY;
    if (h->block && h->block(r->cmd->cfg, &r->err))
        return -1;
    do {
        if (!idle || !h->idle)
            return 0;
        if (h->idle(r->cmd->cfg, &next, &r->err) || ad_sink_flush(&r->sink, &r->err))
            return -1;
        next = fmin(next, r->set.save_every > 0 && r->set.state ? r->set.save_every : 3600);
    } while (!(next > 3600) && !ad_source_wait(r->source, next > 0 ? (int)(next * 1000) + 1 : 0));
    return 0;
}

/* Between blocks: what is due by the clock. */
static int housekeep(struct ad_run *r)
{
    bool idle = ad_reader_idle(r->reader), live = ad_source_total(r->source) == 0;
    if (idle && ad_sink_flush(&r->sink, &r->err))
        return -1;
    if (r->labels.path && ad_run_labels(r))
        return -1;
    ad_run_progress(r);
    if (r->cmd->handler && handler_due(r, idle))
        return -1;
    if (live && save_when_due(r, idle))
        return -1;
    return r->sink.error ? ad_sink_flush(&r->sink, &r->err) : 0;
}

static int process_block(struct ad_run *r, const struct ad_record *block, size_t n)
{
    if (r->batch)
        return ad_run_score_block(r, block, n);
    for (size_t i = 0; i < n; i++) {
        if (r->lane)
            i += ad_run_lane(r, block + i, n - i);
        if (i < n && ad_run_record(r, &block[i]))
            return -1;
        if (r->set.unbuffered && ad_sink_flush(&r->sink, &r->err))
            return -1;
    }
    return 0;
}

static int process(struct ad_run *r)
{
    struct ad_record *block = calloc(r->block, sizeof *block);
    int n = block ? housekeep(r) : ad_err_nomem(&r->err);
    while (n == 0 && (n = ad_reader_block(r->reader, block, r->block, &r->err)) > 0) {
        n = process_block(r, block, (size_t)n) || housekeep(r) ? -1 : 0;
        if (n == 0 && ad_run_stop)
            n = AD_SOURCE_STOPPED;
    }
    free(block);
    return n;
}

/* A field that no NDJSON record ever had was misspelt. */
static int check_seen(struct ad_run *r)
{
    if (r->in.kind != AD_FORMAT_NDJSON || r->count.good == 0)
        return 0;
    for (size_t i = 0; i < r->appended_slot; i++) {
        const struct ad_names *columns = ad_reader_columns(r->reader);
        size_t m = 0, nmore = r->more && r->cmd->unknown ? r->more->n : 0;
        while (m < nmore && r->more_slot[m] != i)
            m++;
        if (!ad_reader_seen(r->reader, i) &&
            (m < nmore ? r->cmd->unknown(r->cmd->cfg, m, columns, &r->err)
                       : ad_select_unknown(columns, r->wanted.v[i], &r->err)))
            return -1;
    }
    return 0;
}

static int finish(struct ad_run *r)
{
    ad_run_progress_end(r);
    if (ad_sink_flush(&r->sink, &r->err))
        return -1;
    if (r->count.bad && !r->set.quiet && r->count.warned > 0)
        ad_run_say(r, "%llu of %llu records were bad and %s", r->count.bad, r->count.records,
                   r->left_out == r->count.bad ? "left out"
                   : r->left_out               ? "left out or passed unscored"
                                               : "passed unscored");
    if (ad_run_stop == 0 && check_seen(r))
        return -1;
    if (r->count.bad && r->count.good == 0 && ad_run_stop == 0)
        return ad_err_set(&r->err, "no good record in the input");
    if (r->cmd->handler && r->cmd->handler->close &&
        (r->cmd->handler->close(r->cmd->cfg, &r->status, &r->err) ||
         ad_sink_flush(&r->sink, &r->err)))
        return -1;
    if (r->set.fit && !r->batch && r->detector->fit && ad_run_fit_series(r))
        return -1;
    return save_all(r);
}

static void run_free(struct ad_run *r)
{
    ad_writer_close(r->writer);
    ad_reader_close(r->reader);
    ad_log_close(r->log);
    ad_source_close(r->source);
    ad_keytab_free(&r->keys);
    ad_judge_free(&r->judge);
    ad_categories_free(&r->words);
    ad_pool_free(r->pool);
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
    free(r->more_slot);
    free(r->more_text);
    ad_labels_free(&r->labels);
    ad_names_free(&r->flag);
    ad_names_free(&r->reason_name);
    ad_names_free(&r->speaker);
    free(r->group_text);
    ad_writer_close(r->json);
    free(r->x);
    free(r->part);
    ad_run_free_rows(r);
    free(r->result);
    free(r->cell);
    free(r->lane);
    free(r->lane_x);
    free(r->lane_surprise);
    ad_err_free(&r->err);
    ad_err_free(&r->deferred);
}

/* All passes over the input. Returns 0, -1 or AD_SOURCE_STOPPED. */
static int run_passes(struct ad_run *r)
{
    if (r->batch && r->learns) {
        int rc = ad_run_fit(r);
        ad_run_progress_end(r);
        if (rc == 0 && r->detector->flags & AD_LISTENS)
            return ad_run_report(r);
        if (rc == 0 && ad_run_writes(r))
            rc = ad_run_again(r);
        if (rc == 0 && r->set.forecast)
            return ad_run_forecast(r);
        if (rc || !(ad_run_writes(r) || r->set.importance))
            return rc;
    }
    if (r->set.importance)
        return ad_run_importance(r);
    int rc = ad_run_open_output(r) ? -1 : process(r);
    if (rc == 0 && r->deferred.text)
        return ad_err_set(&r->err, "%s", r->deferred.text);
    return rc == 0 && r->set.forecast ? ad_run_forecast(r) : rc;
}

/* From opened options to the last byte. Returns 0, -1, or a positive exit status. */
static int run(struct ad_run *r, const char *const *files, size_t nfile)
{
    if (ad_sink_open(&r->sink, STDOUT_FILENO, "standard output", &r->err))
        return -1;
    catch_signals();
    int rc = ad_run_open_state(r);
    if (rc)
        return rc < 0 ? -1 : STATUS_LATER;
    /* The state may have brought options. */
    r->clock = ad_clock_open(r->set.zone, r->set.time_format, &r->err);
    if (!r->clock || choose_detector(r))
        return -1;
    if (r->detector->flags & AD_LISTENS && (r->set.state || r->set.model))
        return ad_err_set(&r->err, "--%s does not go with a report",
                          r->set.state ? "state" : "model");
    if ((r->detector->flags & AD_BATCH) && r->set.state)
        return ad_err_set(&r->err,
                          "--state: %s needs all data before it scores any; keep what it learnt "
                          "with --fit --model=FILE%s",
                          r->cmd->name, r->cmd->live ? r->cmd->live : "");
    int done = r->cmd->instead ? r->cmd->instead(r->cmd->cfg, &r->status, &r->err) : 0;
    if (done)
        return done < 0 ? -1 : 0;
    rc = ad_run_open_input(r, files, nfile);
    if (rc > 0 && (rc = ad_run_prepare(r)) == 0)
        rc = run_passes(r);
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
    struct ad_run r = {.cmd = cmd, .detector = cmd->detector, .program = cmd->name, .lock = -1};
    int first = argc, status = 0;
    fill_descriptors();
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
        status = r.status ? r.status : STATUS_ERROR;
    else if (rc > 0)
        status = rc;
    else if (r.status)
        status = r.status;
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
