#include "decide/ensemble.h"
#include "decide/ensemble_options.h"
#include "decide/ensemble_report.h"
#include "run/command.h"
#include "run/table.h"

static struct options {
    struct ad_ensemble_cfg ensemble;
    struct ad_ensemble_options names;
    const char *strategy;
    bool report;
} cfg = {
    .ensemble =
        {.quorum = 0.5, .half_life = {.rows = 5000}, .recent = 1024, .line_range = 10, .folds = 10},
    .strategy = "adaptive",
};

/* In the order of enum ad_ensemble_strategy. */
static const char *const strategies[] = {
    "adaptive",   "mean",         "median", "max",      "min",      "majority",
    "confidence", "hierarchical", "fisher", "stouffer", "stacking",
};

#define AT(member) offsetof(struct ad_ensemble_cfg, member)
#define NAME(member)                                                                               \
    (offsetof(struct options, names) + offsetof(struct ad_ensemble_options, member))

static const struct ad_opt options[] = {
    {"strategy", 0, AD_OPT_TEXT, offsetof(struct options, strategy), 0, 0, "NAME",
     "adaptive, mean, median, max, min, confidence,\n"
     "                              majority, hierarchical, fisher, stouffer, stacking"},
    {"weights", 'w', AD_OPT_TEXT, NAME(weights), 0, 0, "LIST", "zscore=0.3,novelty=0.7 (all 1)"},
    {"context", 0, AD_OPT_TEXT, NAME(context), 0, 0, "LIST",
     "FIELD=VALUE:WEIGHTS;... for such records"},
    {"quorum", 0, AD_OPT_NUMBER, AT(quorum), 0, 0, "N", "of majority: a part (0.5), or how many"},
    {"order", 0, AD_OPT_TEXT, NAME(order), 0, 0, "LIST", "of hierarchical: the cheap ones first"},
    {"half-life", 0, AD_OPT_EXTENT, AT(half_life), 1, 1e9, "N|DURATION",
     "of what adaptive has learnt (5000)"},
    {"recent", 0, AD_OPT_COUNT, AT(recent), 0, 1e7, "N", "records that late labels reach (1024)"},
    {"line-range", 0, AD_OPT_NUMBER, AT(line_range), 1, 1000, "X",
     "labels change alpha at most by this (10)"},
    {"calibrate", 0, AD_OPT_CHOICE, AT(calibrate), 0, 0, "no|platt|isotonic",
     "scores become probabilities"},
    {"folds", 0, AD_OPT_COUNT, AT(folds), 2, 100, "N", "of what is fitted without a model (10)"},
    {"report", 0, AD_OPT_FLAG, offsetof(struct options, report), 0, 0, NULL,
     "print how detectors differ, no records"},
    {.type = AD_OPT_END},
};

static int prepare(void *arg, struct ad_err *err)
{
    struct ad_ensemble_cfg *c = arg;
    const int n = sizeof strategies / sizeof *strategies;
    for (c->strategy = 0; c->strategy < n; c->strategy++)
        if (strcmp(strategies[c->strategy], cfg.strategy) == 0)
            return ad_ensemble_options_parse(&cfg.names, err);
    return ad_err_set(err,
                      "--strategy=%s: give one of adaptive, mean, median, max, min, majority, "
                      "confidence, hierarchical, fisher, stouffer, stacking",
                      cfg.strategy);
}

static int layout(void *arg, const struct ad_layout *names, int *status, struct ad_err *err)
{
    (void)status;
    return ad_ensemble_options_bind(&cfg.names, names->field, arg, err);
}

static const struct ad_detector *choose(const void *arg)
{
    const struct ad_ensemble_cfg *c = arg;
    return cfg.report                                            ? &ad_ensemble_report
           : c->calibrate || c->strategy == AD_ENSEMBLE_STACKING ? &ad_ensemble_fitted
                                                                 : &ad_ensemble;
}

static const char *needs_time(const void *arg)
{
    const struct ad_ensemble_cfg *c = arg;
    return c->half_life.seconds > 0 ? "--half-life with a duration" : NULL;
}

static const struct ad_names *more(const void *arg)
{
    (void)arg;
    return cfg.names.nclause ? &cfg.names.more : NULL;
}

static const char *annotate(const void *arg, const struct ad_str *text, struct ad_sample *sample,
                            size_t *at)
{
    (void)arg;
    (void)at;
    sample->context = ad_ensemble_context(&cfg.names, text);
    return NULL;
}

/* --- the report ---------------------------------------------------------------------------------
 */

/* The detector whose score it is. */
static struct ad_str detector_of(struct ad_str field)
{
    static const char suffix[] = "_score";
    const size_t n = sizeof suffix - 1;
    if (field.len > n && memcmp(field.s + field.len - n, suffix, n) == 0)
        field.len -= n;
    return field;
}

static void add_group(struct ad_table *t, const struct ad_heard *heard, size_t k)
{
    struct ad_buf name = {0};
    size_t n = heard->group->n;
    for (size_t g = 0; g < n; g++) {
        struct ad_str part = heard->key[k * n + g];
        ad_buf_addz(&name, g ? "," : "");
        ad_buf_add(&name, part.s, part.len);
    }
    ad_table_text(t, (struct ad_str){name.len ? name.s : "", name.len});
    ad_buf_free(&name);
}

static int report(void *arg, const struct ad_heard *heard, struct ad_err *err)
{
    (void)arg;
    static const struct ad_column all[] = {
        {"group", AD_BEST_NONE},         {"detector", AD_BEST_NONE},
        {"other", AD_BEST_NONE},         {"records", AD_BEST_NONE},
        {"kappa", AD_BEST_LEAST},        {"disagreement", AD_BEST_MOST},
        {"double_fault", AD_BEST_LEAST}, {"correlation", AD_BEST_LEAST},
    };
    const bool grouped = heard->group->n > 0;
    struct ad_table *t = ad_table_new(all + !grouped, sizeof all / sizeof *all - !grouped);
    for (size_t k = 0; t && k < heard->n; k++)
        for (size_t i = 0; heard->state[k] && i < heard->field->n; i++)
            for (size_t j = i + 1; j < heard->field->n; j++) {
                struct ad_diversity d = ad_ensemble_diversity(heard->state[k], i, j);
                if (grouped)
                    add_group(t, heard, k);
                ad_table_text(t, detector_of(heard->field->v[i]));
                ad_table_text(t, detector_of(heard->field->v[j]));
                ad_table_number(t, d.records, 0);
                ad_table_number(t, d.kappa, 3);
                ad_table_number(t, d.disagreement, 4);
                ad_table_number(t, d.double_fault, 4);
                ad_table_number(t, d.correlation, 3);
            }
    int rc = !t || ad_table_report(t, heard) ? ad_err_nomem(err) : 0;
    ad_table_free(t);
    return rc;
}

static const struct ad_cmd command = {
    .name = "ad-ensemble",
    .summary = "Make one score of those that several detectors gave.",
    .detector = &ad_ensemble,
    .prepare = prepare,
    .layout = layout,
    .choose = choose,
    .live = ", or use a strategy that needs none",
    .options = options,
    .cfg = &cfg,
    .needs_time = needs_time,
    .more = more,
    .annotate = annotate,
    .report = report,
};

int main(int argc, char **argv)
{
    return ad_run(&command, argc, argv);
}
