#include "decide/rules.h"
#include "run/command.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static struct options {
    struct ad_rules_cfg cfg;
    const char *rules, *check;
    struct ad_rules *all;
    struct ad_stream stream;
    struct ad_ruling ruling;
} cfg;

#define AT(member) offsetof(struct options, cfg.member)
#define OF(member) offsetof(struct options, member)

static const struct ad_opt options[] = {
    {"rules", 'r', AD_OPT_TEXT, OF(rules), 0, 0, "FILE", "the rules; else the first operand", 0,
     true},
    {"check", 0, AD_OPT_TEXT, OF(check), 0, 0, "FILE", "only say whether these rules are good", 0,
     true},
    {"business-hours", 0, AD_OPT_TEXT, AT(business_hours), 0, 0, "HOURS",
     "such as \"Mon-Fri 09:00-17:00\" (the file's)", 0, true},
    {"holidays", 0, AD_OPT_TEXT, AT(holidays), 0, 0, "FILE", "iCalendar (the file's)", 0, true},
    {"severity", 0, AD_OPT_TEXT, AT(severity), 0, 0, "LIST",
     "low 0.3, medium 0.5, high 0.7, critical 0.9", 0, true},
    {"criticality", 0, AD_OPT_TEXT, AT(criticality), 0, 0, "MAP",
     "FIELD=PATTERN:FACTOR,...: what matters more", 0, true},
    {.type = AD_OPT_END},
};

/* The state of a group is what the rules remember of it. */
static void *create(const void *arg, const struct ad_setup *setup)
{
    (void)arg;
    (void)setup;
    size_t size = ad_rules_state_size(cfg.all);
    void *state = malloc(size ? size : 1);
    if (state)
        ad_rules_state_init(cfg.all, state);
    return state;
}

static void destroy(void *state)
{
    if (state)
        ad_rules_state_free(cfg.all, state);
    free(state);
}

static void save(const void *state, struct ad_save *out)
{
    ad_rules_state_save(cfg.all, state, out);
}

static int load(void *state, struct ad_load *in)
{
    return ad_rules_state_load(cfg.all, state, in);
}

static const char *check(const void *arg)
{
    (void)arg;
    return cfg.rules || cfg.check ? NULL : "give a file of rules: ad-rules RULES [FILE]...";
}

static const struct ad_detector memory = {
    .name = "rule",
    .version = 1,
    .flags = AD_SCORES | AD_LIMITS | AD_OPTIONAL,
    .check = check,
    .create = create,
    .destroy = destroy,
    .save = save,
    .load = load,
};

static int prepare(void *arg, struct ad_err *err)
{
    (void)arg;
    if (!cfg.rules || cfg.check)
        return 0;
    ad_rules_free(cfg.all);
    cfg.all = ad_rules_open(cfg.rules, &cfg.cfg, err);
    return cfg.all ? 0 : -1;
}

/* --check: status 0 if the file is good; if not, its error is that of the program. */
static int instead(void *arg, int *status, struct ad_err *err)
{
    (void)arg;
    *status = 0;
    if (!cfg.check)
        return 0;
    struct ad_rules *rules = ad_rules_open(cfg.check, &cfg.cfg, err);
    if (!rules)
        return -1;
    size_t n = ad_rules_count(rules);
    bool failed = printf("%s: %zu rule%s\n", cfg.check, n, n == 1 ? "" : "s") < 0 || fflush(stdout);
    ad_rules_free(rules);
    return failed ? ad_err_set(err, "standard output: cannot write") : 1;
}

static void shape(const void *arg, struct ad_buf *out)
{
    (void)arg;
    ad_rules_state_print(cfg.all, out);
}

static const char *needs_time(const void *arg)
{
    (void)arg;
    return ad_rules_needs(cfg.all) & AD_EXPR_TIME ? "a rule with times" : NULL;
}

static const struct ad_names *more(const void *arg)
{
    (void)arg;
    return ad_rules_names(cfg.all);
}

static int unknown(const void *arg, size_t i, const struct ad_names *columns, struct ad_err *err)
{
    (void)arg;
    return ad_rules_unknown(cfg.all, i, columns, err);
}

static int open_stream(void *arg, const struct ad_stream *stream, struct ad_err *err)
{
    (void)arg;
    (void)err;
    cfg.stream = *stream;
    return 0;
}

static struct ad_cell text_cell(struct ad_str text)
{
    return (struct ad_cell){.kind = AD_CELL_TEXT, .text = text};
}

static int record(void *arg, struct ad_item *item, struct ad_err *err)
{
    (void)arg;
    const struct ad_rule_input in = {.field = item->more,
                                     .t = item->sample.t,
                                     .score = item->sample.x[0],
                                     .flag = item->raised,
                                     .clock = cfg.stream.clock,
                                     .na = cfg.stream.na};
    struct ad_ruling *out = &cfg.ruling;
    struct ad_err why = {0};
    if (ad_rules_apply(cfg.all, &in, item->state, out))
        return ad_err_nomem(err);
    while (ad_rules_fault(cfg.all, &why))
        ad_item_warn(item, "%s", why.text);
    ad_err_free(&why);
    item->cell[0] = text_cell(out->rule);
    if (!isnan(out->score))
        item->cell[1] = (struct ad_cell){.kind = AD_CELL_SCORE, .x = out->score};
    if (!isnan(out->score) || out->flag)
        item->cell[2] = (struct ad_cell){.kind = AD_CELL_FLAG, .x = out->flag};
    item->cell[3] = text_cell(ad_str_of(ad_severity_name(out->severity)));
    item->cell[4] = text_cell(out->tags);
    item->flagged = out->flag;
    return 0;
}

static const char *const appended[] = {"rule", "rule_score", "rule_flag", "severity", "tags", NULL};
static const struct ad_handler handler = {
    .append = appended, .open = open_stream, .record = record};

static const struct ad_cmd command = {
    .name = "ad-rules",
    .summary = "Decide by rules what the score of a record means.",
    .detector = &memory,
    .handler = &handler,
    .prepare = prepare,
    .instead = instead,
    .options = options,
    .shape = shape,
    .shape_name = "what the rules remember",
    .operand = "rules",
    .cfg = &cfg,
    .needs_time = needs_time,
    .more = more,
    .unknown = unknown,
};

int main(int argc, char **argv)
{
    return ad_run(&command, argc, argv);
}
