#include "alert/engine.h"
#include "run/command.h"
#include "run/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum clock { WALL, INPUT };

static struct options {
    struct ad_engine_cfg engine;
    unsigned long long per_minute, per_hour;
    const char *severity, *dedup;
    int clock;
    bool notices, tick, quiet;
    struct ad_severity_scale scale;
    struct ad_engine *running;
    struct ad_names more; /* the policy's fields, then SPECIAL, then those of --dedup */
    size_t npolicy, ndedup;
    const struct ad_names *group;
    struct ad_buf key, line;
    double newest; /* record time */
} cfg = {
    .engine = {.policy = AD_POLICY_UNSET, .drain = 30, .keep = 30 * 86400},
    .scale = AD_SEVERITY_USUAL,
    .newest = NAN,
};

/* Fields of records that mean something to every configuration. */
enum { SEVERITY, RULE, TAGS, SPECIAL };
static const char *const special[] = {"severity", "rule", "tags"};

#define OF(member) offsetof(struct options, member)

static const struct ad_opt options[] = {
    {"config", 'C', AD_OPT_TEXT, OF(engine.config), 0, 0, "FILE", "channels, routes: ad-alert(5)"},
    {"db", 0, AD_OPT_TEXT, OF(engine.db), 0, 0, "FILE", "keeps incidents and what is to be sent"},
    {"dedup", 0, AD_OPT_TEXT, OF(dedup), 0, 0, "LIST", "what makes one incident (group fields)"},
    {"for", 0, AD_OPT_DURATION, OF(engine.policy.hold), 0, 0, "DURATION", "before it fires (0s)"},
    {"fire", 0, AD_OPT_NUMBER, OF(engine.policy.fire), 0, 1, "SCORE", "flagged only from here on"},
    {"clear", 0, AD_OPT_NUMBER, OF(engine.policy.clear), 0, 1, "SCORE", "over only below this"},
    {"resolve-after", 0, AD_OPT_DURATION, OF(engine.policy.resolve_after), 0, 0, "DURATION",
     "without a flagged record (5m)"},
    {"repeat", 0, AD_OPT_DURATION, OF(engine.policy.repeat), 0, 0, "DURATION",
     "while it fires (never)"},
    {"cooldown", 0, AD_OPT_DURATION, OF(engine.policy.cooldown), 0, 0, "DURATION",
     "between incidents of a key (0s)"},
    {"group-wait", 0, AD_OPT_DURATION, OF(engine.policy.group_wait), 0, 0, "DURATION",
     "for others to be told of together (0s)"},
    {"absent", 0, AD_OPT_DURATION, OF(engine.policy.absent), 0, 0, "DURATION",
     "silence of a group that is news (never)"},
    {"max-per-minute", 0, AD_OPT_COUNT, OF(per_minute), 1, 1e6, "N", "notices of a channel"},
    {"max-per-hour", 0, AD_OPT_COUNT, OF(per_hour), 1, 1e6, "N", "the same"},
    {"severity", 0, AD_OPT_TEXT, OF(severity), 0, 0, "LIST",
     "low 0.3, medium 0.5, high 0.7, critical 0.9"},
    {"clock", 0, AD_OPT_CHOICE, OF(clock), 0, 0, "wall|input", "what waiting goes by (wall)"},
    {"dry-run", 0, AD_OPT_FLAG, OF(engine.dry_run), 0, 0, NULL, "send nothing; print a summary"},
    {"notices", 0, AD_OPT_FLAG, OF(notices), 0, 0, NULL,
     "with --dry-run: print each notice instead"},
    {"tick", 0, AD_OPT_FLAG, OF(tick), 0, 0, NULL, "do what is due in --db, read no input"},
    {"drain", 0, AD_OPT_SECONDS, OF(engine.drain), 0, 0, "DURATION",
     "to wait for sending in the end (30s)"},
    {"keep", 0, AD_OPT_DURATION, OF(engine.keep), 0, 0, "DURATION", "what is over (30d)"},
    {.type = AD_OPT_END},
};

static const char *check(const void *arg)
{
    (void)arg;
    if (cfg.tick && !cfg.engine.db)
        return "--tick needs --db";
    if (cfg.tick && cfg.clock == INPUT)
        return "--tick goes by the wall clock, not by --clock=input";
    if (cfg.tick && cfg.engine.dry_run)
        return "--tick and --dry-run exclude each other";
    if (cfg.notices && !cfg.engine.dry_run)
        return "--notices needs --dry-run";
    if (cfg.engine.policy.clear > cfg.engine.policy.fire)
        return "--clear is above --fire";
    return NULL;
}

/* No state of its own: incidents are those of groups. */
static const struct ad_detector none = {
    .name = "alert",
    .version = 1,
    .flags = AD_SCORES | AD_STATELESS | AD_LIMITS,
    .check = check,
};

/* A line for people; what comes from outside is made visible. */
static void say(void *arg, const char *text)
{
    (void)arg;
    if (cfg.quiet)
        return;
    flockfile(stderr);
    fputs("ad-alert: ", stderr);
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            fprintf(stderr, "\\x%02X", (unsigned)(unsigned char)*text);
        else
            putc(*text, stderr);
    putc('\n', stderr);
    funlockfile(stderr);
}

static void print_notice(void *arg, const struct ad_notice *notice)
{
    (void)arg;
    if (!cfg.notices || notice->event == AD_NOTICE_REFRESH)
        return;
    fwrite(notice->doc.s, 1, notice->doc.len, stdout);
    putchar('\n');
}

static int prepare(void *arg, struct ad_err *err)
{
    (void)arg;
    struct ad_engine_cfg *e = &cfg.engine;
    e->policy.per_minute = (unsigned long)cfg.per_minute;
    e->policy.per_hour = (unsigned long)cfg.per_hour;
    e->policy.input_clock = cfg.clock == INPUT;
    e->would = print_notice;
    e->say = say;
    cfg.scale = (struct ad_severity_scale)AD_SEVERITY_USUAL;
    if (cfg.severity && ad_severity_scale_parse(&cfg.scale, ad_str_of(cfg.severity), err))
        return -1;
    return ad_engine_check(e, err);
}

/* --tick. */
static int instead(void *arg, int *status, struct ad_err *err)
{
    (void)arg;
    if (!cfg.tick)
        return 0;
    int rc = ad_engine_tick(&cfg.engine, status, err);
    if (rc == AD_ENGINE_AGAIN) {
        say(NULL, err->text);
        *status = AD_ENGINE_LATER;
        return 1;
    }
    return rc ? -1 : 1;
}

/* Elements of --dedup: names between commas. */
static size_t split(const char *list, struct ad_str *out)
{
    size_t n = 0;
    for (size_t len; list && *list; list += len + (list[len] == ',')) {
        len = strcspn(list, ",");
        if (len && out)
            out[n] = (struct ad_str){list, len};
        n += len > 0;
    }
    return n;
}

/* Open everything, once the group fields are known. */
static int groups(void *arg, const struct ad_names *group, int *status, struct ad_err *err)
{
    (void)arg;
    cfg.group = group;
    cfg.engine.policy.group = *group;
    int rc = ad_engine_open(&cfg.running, &cfg.engine, err);
    if (rc)
        *status = rc == AD_ENGINE_AGAIN ? AD_ENGINE_LATER : 0;
    if (rc)
        return -1;
    const struct ad_names *own = ad_policy_names(ad_engine_policy(cfg.running));
    cfg.npolicy = own->n;
    cfg.ndedup = split(cfg.dedup, NULL);
    size_t n = 0, most = cfg.npolicy + SPECIAL + cfg.ndedup;
    struct ad_str *name = calloc(most + 1, sizeof *name);
    for (; name && n < own->n; n++)
        name[n] = own->v[n];
    for (size_t i = 0; name && i < SPECIAL; i++)
        name[n++] = ad_str_of(special[i]);
    if (name)
        split(cfg.dedup, name + n);
    rc = !name || ad_names_set(&cfg.more, name, most) ? ad_err_nomem(err) : 0;
    free(name);
    return rc;
}

static const struct ad_names *more(const void *arg)
{
    (void)arg;
    return &cfg.more;
}

/* A table may lack a field that some route speaks of, or rules would add; what makes an incident it
 * must have. */
static int unknown(const void *arg, size_t i, const struct ad_names *columns, struct ad_err *err)
{
    (void)arg;
    (void)columns;
    struct ad_str v = cfg.more.v[i];
    return i < cfg.npolicy + SPECIAL
               ? 0
               : ad_err_set(err, "--dedup: no field \"%.*s\"", (int)v.len, v.s);
}

static void add_part(struct ad_str name, struct ad_str value)
{
    ad_buf_addz(&cfg.key, cfg.key.len ? "," : "");
    ad_buf_add(&cfg.key, name.s, name.len);
    ad_buf_addz(&cfg.key, "=");
    if (value.s)
        ad_buf_add(&cfg.key, value.s, value.len);
}

/* The dedup key: the detector and the group, `detector=zscore,host=web1`, or what --dedup names. */
static void make_key(const struct ad_item *item)
{
    cfg.key.len = 0;
    if (cfg.ndedup) {
        for (size_t i = cfg.more.n - cfg.ndedup; i < cfg.more.n; i++)
            add_part(cfg.more.v[i], item->more[i]);
        return;
    }
    add_part(ad_str_of("detector"), item->detector);
    for (size_t i = 0; i < cfg.group->n; i++)
        add_part(cfg.group->v[i], item->group[i]);
}

static int record(void *arg, struct ad_item *item, struct ad_err *err)
{
    (void)arg;
    make_key(item);
    double t = item->sample.t;
    cfg.newest = t <= cfg.newest ? cfg.newest : t;
    item->flagged = item->raised;
    struct ad_str key = {cfg.key.s, cfg.key.len};
    if (cfg.key.failed)
        return ad_err_nomem(err);
    if (!ad_engine_wants(ad_engine_policy(cfg.running), item->raised, key))
        return 0;
    const struct ad_str *own = item->more + cfg.npolicy;
    struct ad_event ev = {.t = t,
                          .key = key,
                          .score = item->sample.x[0],
                          .flagged = item->raised,
                          .severity = ad_severity_parse(own[SEVERITY]),
                          .detector = item->detector,
                          .rule = own[RULE],
                          .tags = own[TAGS],
                          .reason = item->reason,
                          .group = item->group,
                          .field = item->more};
    if (isnan(t))
        ev.t = (double)time(NULL);
    if (ev.severity == AD_SEVERITY_NONE)
        ev.severity = ad_severity_of(&cfg.scale, ev.score);
    if (ev.flagged)
        ev.record = ad_item_json(item);
    return ad_engine_event(cfg.running, &ev, err);
}

static int block(void *arg, struct ad_err *err)
{
    (void)arg;
    return cfg.running ? ad_engine_block(cfg.running, cfg.newest, err) : 0;
}

static int idle(void *arg, double *next, struct ad_err *err)
{
    (void)arg;
    return cfg.running ? ad_engine_idle(cfg.running, next, err) : 0;
}

/* What a replay would have come to. */
static int print_summary(const struct ad_policy *p, struct ad_err *err)
{
    static const struct ad_column columns[] = {{.name = "day"},     {.name = "what"},
                                               {.name = "channel"}, {.name = "severity"},
                                               {.name = "level"},   {.name = "n"}};
    static const char *const guards[AD_GUARDS] = {"",      "silence",  "maintenance", "inhibition",
                                                  "group", "cooldown", "rate"};
    struct ad_policy_summary s = ad_policy_summary(p);
    struct ad_table *t = ad_table_new(columns, sizeof columns / sizeof *columns);
    if (!t)
        return ad_err_nomem(err);
    for (size_t i = 0; i < s.n; i++) {
        char day[32];
        time_t at = (time_t)s.count[i].day * 86400;
        struct tm tm;
        strftime(day, sizeof day, "%Y-%m-%d", gmtime_r(&at, &tm));
        bool incident = !s.count[i].channel.s;
        ad_table_text(t, ad_str_of(day));
        ad_table_text(t,
                      ad_str_of(incident ? "incidents" : ad_notice_event_name(s.count[i].event)));
        ad_table_text(t, incident ? ad_str_of("") : s.count[i].channel);
        ad_table_text(t, ad_str_of(ad_severity_name(s.count[i].severity)));
        if (s.count[i].level)
            ad_table_number(t, s.count[i].level, 0);
        else
            ad_table_empty(t);
        ad_table_number(t, (double)s.count[i].n, 0);
    }
    for (int g = AD_GUARD_SILENCE; g < AD_GUARDS; g++)
        if (s.held[g]) {
            struct ad_err text = {0};
            ad_err_set(&text, "held back: %s", guards[g]);
            ad_table_empty(t);
            ad_table_text(t, ad_str_of(text.text));
            for (int i = 0; i < 3; i++)
                ad_table_empty(t);
            ad_table_number(t, (double)s.held[g], 0);
            ad_err_free(&text);
        }
    struct ad_sink sink;
    const struct ad_format csv = {.kind = AD_FORMAT_CSV, .delim = ',', .header = true};
    int rc = ad_sink_open(&sink, dup(STDOUT_FILENO), "standard output", err);
    if (rc == 0 &&
        (isatty(STDOUT_FILENO) ? ad_table_people(t, &sink, false) : ad_table_rows(t, &sink, &csv)))
        rc = ad_err_nomem(err);
    if (rc == 0)
        rc = ad_sink_close(&sink, err);
    ad_table_free(t);
    return rc;
}

static int close_stream(void *arg, int *status, struct ad_err *err)
{
    (void)arg;
    struct ad_engine *e = cfg.running;
    cfg.running = NULL;
    if (!e)
        return 0;
    if (cfg.engine.dry_run && ad_engine_idle(e, &(double){0}, err) == 0 && !cfg.notices &&
        print_summary(ad_engine_policy(e), err)) {
        ad_engine_free(e);
        return -1;
    }
    if (cfg.notices && (fflush(stdout) || ferror(stdout))) {
        ad_engine_free(e);
        return ad_err_set(err, "standard output: cannot write");
    }
    int rc = ad_engine_close(e, status, err);
    if (rc == AD_ENGINE_AGAIN) {
        say(NULL, err->text);
        *status = AD_ENGINE_LATER;
        return 0;
    }
    return rc;
}

static int open_stream(void *arg, const struct ad_stream *stream, struct ad_err *err)
{
    (void)arg;
    (void)err;
    cfg.quiet = stream->quiet;
    return 0;
}

static const struct ad_handler handler = {
    .open = open_stream, .record = record, .block = block, .idle = idle, .close = close_stream};

static const struct ad_cmd command = {
    .name = "ad-alert",
    .summary = "Tell the right people of anomalies: incidents, not records.",
    .detector = &none,
    .handler = &handler,
    .prepare = prepare,
    .instead = instead,
    .options = options,
    .groups = groups,
    .more = more,
    .unknown = unknown,
    .cfg = &cfg,
};

int main(int argc, char **argv)
{
    return ad_run(&command, argc, argv);
}
