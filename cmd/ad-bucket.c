#include "base/number.h"
#include "decide/bucket.h"
#include "record/reader.h"
#include "run/command.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum log { TABLE, APACHE, NGINX, SYSLOG, SSHD, JSON, LOGFMT };

static struct options {
    double every, slide, late;
    const char *agg, *pattern;
    int log, empty;
    unsigned long long year;
    bool keeps; /* a state goes on with what is open */
    struct ad_bucket_aggs aggs;
    struct ad_buckets_cfg cfg;
    struct ad_buckets *buckets;
    struct ad_stream stream;
    struct ad_names keys;
    double *x;           /* [aggs.field.n] */
    struct ad_str *text; /* [aggs.field.n] */
    unsigned long long too_late;
    double settled; /* the newest event when all that was there had been read */
    bool live;      /* it came about when it happened */
} cfg = {.agg = "count", .settled = (double)NAN};

#define OF(member) offsetof(struct options, member)

static const struct ad_opt options[] = {
    {"every", 0, AD_OPT_DURATION, OF(every), 0, 0, "DURATION", "length of a bucket: 10s, 1m, 1d"},
    {"slide", 0, AD_OPT_DURATION, OF(slide), 0, 0, "DURATION", "from one to the next (--every)"},
    {"late", 0, AD_OPT_DURATION, OF(late), 0, 0, "DURATION", "events may come so late (0s)"},
    {"agg", 0, AD_OPT_TEXT, OF(agg), 0, 0, "LIST", "count, rate, mean(x), p95(x) ... (count)"},
    {"empty", 0, AD_OPT_CHOICE, OF(empty), 0, 0, "rows|none", "buckets without events (rows)", 0,
     true},
    {"log", 0, AD_OPT_CHOICE, OF(log), 0, 0, "table|apache|nginx|syslog|sshd|json|logfmt",
     "kind of input (table)"},
    {"pattern", 0, AD_OPT_TEXT, OF(pattern), 0, 0, "REGEX", "only such lines; (?<name>...) fields"},
    {"year", 0, AD_OPT_COUNT, OF(year), 1, 9999, "YYYY", "of a first time without one", 0, true},
    {.type = AD_OPT_END},
};

static const char *check(const void *arg)
{
    (void)arg;
    if (!(cfg.every > 0))
        return "give the length of a bucket: --every=1m";
    if (cfg.log == JSON && cfg.pattern)
        return "--pattern is for lines, not for --log=json";
    return ad_buckets_check(&cfg.cfg);
}

static const char *check_common(const void *arg, const struct ad_settings *common, bool alpha)
{
    (void)arg;
    (void)alpha;
    cfg.keeps = common->state != NULL;
    bool lines = (cfg.log != TABLE && cfg.log != JSON) || cfg.pattern;
    if (lines && (common->in != AD_TEXT_AUTO || common->delim || common->no_header))
        return "--in, --delimiter and --no-header are for tables, not for lines of a log";
    return NULL;
}

static void forget(void)
{
    ad_buckets_free(cfg.buckets);
    ad_bucket_aggs_free(&cfg.aggs);
    free(cfg.x);
    free(cfg.text);
    cfg.buckets = NULL;
    cfg.x = NULL;
    cfg.text = NULL;
}

static int prepare(void *arg, struct ad_err *err)
{
    (void)arg;
    forget();
    if (cfg.pattern && !*cfg.pattern) /* as a state says that there was none */
        cfg.pattern = NULL;
    if (ad_bucket_aggs_parse(&cfg.aggs, ad_str_of(cfg.agg), err))
        return -1;
    cfg.cfg = (struct ad_buckets_cfg){.aggs = &cfg.aggs,
                                      .every = cfg.every,
                                      .slide = cfg.slide > 0 ? cfg.slide : cfg.every,
                                      .late = cfg.late,
                                      .empty = cfg.empty == 0};
    if (check(NULL))
        return 0;
    cfg.buckets = ad_buckets_new(&cfg.cfg);
    cfg.x = calloc(cfg.aggs.field.n + 1, sizeof *cfg.x);
    cfg.text = calloc(cfg.aggs.field.n + 1, sizeof *cfg.text);
    return cfg.buckets && cfg.x && cfg.text ? 0 : ad_err_nomem(err);
}

/* logfmt: its keys are those that somebody asks for. */
static int name_keys(const struct ad_settings *common)
{
    const char *lists[] = {common->group, common->time};
    if (ad_names_set(&cfg.keys, cfg.aggs.field.v, cfg.aggs.field.n))
        return -1;
    for (size_t l = 0; l < 2; l++)
        for (const char *s = lists[l]; s && *s;) {
            size_t len = strcspn(s, ",");
            if (ad_names_add(&cfg.keys, (struct ad_str){s, len}))
                return -1;
            s += len + (s[len] == ',');
        }
    return 0;
}

static int open_log(void *arg, struct ad_settings *common, struct ad_log **log, struct ad_err *err)
{
    (void)arg;
    static const enum ad_log_kind kinds[] = {[APACHE] = AD_LOG_WEB,
                                             [NGINX] = AD_LOG_WEB,
                                             [SYSLOG] = AD_LOG_SYSLOG,
                                             [SSHD] = AD_LOG_SSHD,
                                             [LOGFMT] = AD_LOG_LOGFMT};
    if (cfg.log == JSON)
        common->in = AD_TEXT_NDJSON;
    if (cfg.log == JSON || (cfg.log == TABLE && !cfg.pattern))
        return 0;
    if (cfg.log == LOGFMT && name_keys(common))
        return ad_err_nomem(err);
    const struct ad_log_cfg how = {.kind = kinds[cfg.log],
                                   .pattern = cfg.pattern,
                                   .year = (int)cfg.year,
                                   .own_time = common->time_format != NULL,
                                   .key = &cfg.keys,
                                   .block = 2 * AD_READER_BLOCK};
    *log = ad_log_open(&how, err);
    return *log ? 0 : -1;
}

static void *create(const void *arg, const struct ad_setup *setup)
{
    (void)arg;
    (void)setup;
    return ad_bucket_group_new(cfg.buckets);
}

static void destroy(void *state)
{
    ad_bucket_group_free(state);
}

static void save(const void *state, struct ad_save *out)
{
    if (cfg.stream.log)
        ad_buckets_set_note(cfg.buckets, ad_log_month(cfg.stream.log));
    ad_bucket_group_save(state, out);
}

static int load(void *state, struct ad_load *in)
{
    return ad_bucket_group_load(state, in);
}

static const struct ad_detector memory = {
    .name = "bucket",
    .version = 1,
    .flags = AD_FIELDLESS | AD_LIMITS,
    .check = check,
    .create = create,
    .destroy = destroy,
    .save = save,
    .load = load,
};

static const char *needs_time(const void *arg)
{
    (void)arg;
    return "--every";
}

static const struct ad_names *more(const void *arg)
{
    (void)arg;
    return &cfg.aggs.field;
}

static const char *annotate(const void *arg, const struct ad_str *text, struct ad_sample *sample,
                            size_t *at)
{
    (void)arg;
    (void)sample;
    for (size_t i = 0; i < cfg.aggs.field.n; i++) {
        struct ad_str v = text[i];
        bool missing = !v.s || ad_str_is_missing(v) || ad_names_find(cfg.stream.na, v) >= 0;
        cfg.text[i] = (struct ad_str){missing ? NULL : v.s, v.len};
        cfg.x[i] = NAN;
        if (!missing && cfg.aggs.number[i] && ad_number_parse(v, &cfg.x[i])) {
            *at = i;
            return "not a number";
        }
    }
    return NULL;
}

static int open_stream(void *arg, const struct ad_stream *stream, struct ad_err *err)
{
    (void)arg;
    cfg.stream = *stream;
    unsigned month = ad_buckets_note(cfg.buckets);
    if (stream->log && month)
        ad_log_set_month(stream->log, month);
    struct ad_format out = stream->out;
    out.delim = out.delim ? out.delim : ',';
    if (ad_buckets_open(cfg.buckets, stream->clock, stream->group, stream->sink, out,
                        stream->resumed))
        return ad_err_set(err, "the state makes no sense, or memory ran out");
    return 0;
}

static int record(void *arg, struct ad_item *item, struct ad_err *err)
{
    (void)arg;
    if (ad_buckets_add(cfg.buckets, item->state, item->group, item->sample.t, cfg.x, cfg.text,
                       &item->late))
        return ad_err_nomem(err);
    cfg.too_late += item->late;
    return 0;
}

/* A stream is live where events come about when they happen. Then silence is told by the clock on
 * the wall; a pause in what is replayed is no silence. */
static int block(void *arg, struct ad_err *err)
{
    (void)arg;
    (void)err;
    double newest = ad_buckets_newest(cfg.buckets);
    if (newest != cfg.settled)
        cfg.live = (double)time(NULL) - newest < cfg.every + cfg.late + 60;
    cfg.settled = newest;
    return 0;
}

static int idle(void *arg, double *next, struct ad_err *err)
{
    (void)arg;
    if (isnan(cfg.settled) || !cfg.live)
        return 0;
    double t = (double)time(NULL);
    if (ad_buckets_advance(cfg.buckets, t))
        return ad_err_nomem(err);
    cfg.settled = ad_buckets_newest(cfg.buckets);
    *next = fmax(ad_buckets_due(cfg.buckets) - t, 0.1);
    return 0;
}

static int close_stream(void *arg, int *status, struct ad_err *err)
{
    (void)arg;
    (void)status;
    if (!cfg.keeps && cfg.buckets && cfg.stream.sink && ad_buckets_end(cfg.buckets))
        return ad_err_nomem(err);
    if (cfg.stream.quiet || !cfg.buckets)
        return 0;
    if (cfg.too_late)
        fprintf(stderr, "ad-bucket: too late to be counted (--late): %llu\n", cfg.too_late);
    if (ad_buckets_silences(cfg.buckets))
        fprintf(stderr, "ad-bucket: a silence of more than %d buckets was left out\n",
                AD_BUCKET_SILENCE);
    return 0;
}

static const struct ad_handler handler = {.rows = true,
                                          .open = open_stream,
                                          .record = record,
                                          .block = block,
                                          .idle = idle,
                                          .close = close_stream};

static const struct ad_cmd command = {
    .name = "ad-bucket",
    .summary = "Count and measure events by buckets of time: log lines into metrics.",
    .detector = &memory,
    .handler = &handler,
    .prepare = prepare,
    .check = check_common,
    .log = open_log,
    .options = options,
    .cfg = &cfg,
    .needs_time = needs_time,
    .more = more,
    .annotate = annotate,
};

int main(int argc, char **argv)
{
    int status = ad_run(&command, argc, argv);
    forget();
    ad_names_free(&cfg.keys);
    return status;
}
