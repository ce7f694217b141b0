#include "alert/engine.h"
#include "alert/feed.h"
#include "alert/replay.h"

#include <stdio.h>

enum clock { WALL, INPUT };

static struct options {
    struct ad_engine_cfg engine;
    unsigned long long per_minute, per_hour;
    const char *severity, *dedup;
    int clock;
    bool notices, tick, quiet;
    struct ad_engine *running;
    struct ad_feed feed;
} cfg = {
    .engine = {.policy = AD_POLICY_UNSET, .drain = 30, .keep = 30 * 86400},
};

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
    {"lock-wait", 0, AD_OPT_SECONDS, OF(engine.lock_wait), 0, 0, "DURATION",
     "for another run that has --db (0)"},
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
    cfg.feed.scale = (struct ad_severity_scale)AD_SEVERITY_USUAL;
    if (cfg.severity && ad_severity_scale_parse(&cfg.feed.scale, ad_str_of(cfg.severity), err))
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

/* Open everything, once the group fields are known. */
static int layout(void *arg, const struct ad_layout *names, int *status, struct ad_err *err)
{
    (void)arg;
    cfg.engine.policy.group = *names->group;
    int rc = ad_engine_open(&cfg.running, &cfg.engine, err);
    if (rc == AD_ENGINE_AGAIN)
        *status = AD_ENGINE_LATER;
    return rc ? -1
              : ad_feed_open(&cfg.feed, ad_policy_names(ad_engine_policy(cfg.running)),
                             names->group, cfg.dedup, err);
}

static const struct ad_names *more(const void *arg)
{
    (void)arg;
    return &cfg.feed.more;
}

static int unknown(const void *arg, size_t i, const struct ad_names *columns, struct ad_err *err)
{
    (void)arg;
    (void)columns;
    return ad_feed_lacks(&cfg.feed, i, err);
}

static int record(void *arg, struct ad_item *item, struct ad_err *err)
{
    (void)arg;
    struct ad_str key = ad_feed_key(&cfg.feed, item);
    item->flagged = item->raised;
    if (!key.s)
        return ad_err_nomem(err);
    if (!ad_engine_wants(ad_engine_policy(cfg.running), item->raised, key))
        return 0;
    const struct ad_event ev = ad_feed_event(&cfg.feed, item, key);
    return ad_engine_event(cfg.running, &ev, err);
}

static int block(void *arg, struct ad_err *err)
{
    (void)arg;
    return cfg.running ? ad_engine_block(cfg.running, cfg.feed.newest, err) : 0;
}

static int idle(void *arg, double *next, struct ad_err *err)
{
    (void)arg;
    return cfg.running ? ad_engine_idle(cfg.running, next, err) : 0;
}

static int close_stream(void *arg, int *status, struct ad_err *err)
{
    (void)arg;
    struct ad_engine *e = cfg.running;
    cfg.running = NULL;
    ad_feed_free(&cfg.feed);
    if (!e)
        return 0;
    if (cfg.engine.dry_run && ad_engine_idle(e, &(double){0}, err) == 0 && !cfg.notices &&
        ad_replay_print(ad_engine_policy(e), err)) {
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

static const struct ad_handler handler = {.json = true,
                                          .open = open_stream,
                                          .record = record,
                                          .block = block,
                                          .idle = idle,
                                          .close = close_stream};

static const struct ad_cmd command = {
    .name = "ad-alert",
    .summary = "Tell the right people of anomalies: incidents, not records.",
    .detector = &none,
    .handler = &handler,
    .prepare = prepare,
    .instead = instead,
    .options = options,
    .layout = layout,
    .more = more,
    .unknown = unknown,
    .cfg = &cfg,
};

int main(int argc, char **argv)
{
    int status = ad_run(&command, argc, argv);
    /* What an error left open. */
    ad_engine_free(cfg.running);
    ad_feed_free(&cfg.feed);
    return status;
}
