#include "run/evaluation.h"

static struct ad_evaluation_cfg cfg = {
    .evaluate = {.threshold = 0.5, .buffer = 100, .draws = 1000},
    .alpha = 0.0027,
};

#define AT(member) (offsetof(struct ad_evaluation_cfg, member))

static const struct ad_opt options[] = {
    {"windows", 0, AD_OPT_TEXT, AT(windows), 0, 0, "FILE", "anomalous times: from,to, or JSON"},
    {"key", 0, AD_OPT_TEXT, AT(key), 0, 0, "NAME", "whose windows (those of the group)"},
    {"all-normal", 0, AD_OPT_FLAG, AT(evaluate.scored.all_normal), 0, 0, NULL,
     "records without a label are normal"},
    {"missing", 0, AD_OPT_CHOICE, AT(evaluate.low), 0, 0, "skip|low",
     "records without a score (skip)"},
    {"threshold", 0, AD_OPT_NUMBER, AT(evaluate.threshold), -1e300, 1e300, "X",
     "alarms begin here (0.5)"},
    {"sweep", 0, AD_OPT_FLAG, AT(sweep), 0, 0, NULL, "print what each threshold would give"},
    {"tune", 0, AD_OPT_TEXT, AT(goal), 0, 0, "GOAL",
     "f1, budget=2/day, precision=0.9: print the option"},
    {"old-alpha", 0, AD_OPT_NUMBER, AT(alpha), 1e-300, 0.1, "P",
     "alpha that the scores were made with (0.0027)"},
    {"buffer", 0, AD_OPT_COUNT, AT(evaluate.buffer), 0, AD_VUS_BUFFER_MAX, "N",
     "records, for VUS (100)"},
    {"existence", 0, AD_OPT_NUMBER, AT(evaluate.existence), 0, 1, "X",
     "what a touch is worth for ranges (0)"},
    {"bias", 0, AD_OPT_CHOICE, AT(evaluate.bias), 0, 0, "flat|front|middle|back",
     "what of a range counts most (flat)"},
    {"point-adjust", 0, AD_OPT_FLAG, AT(evaluate.point_adjust), 0, 0, NULL,
     "print that F1, too; it misleads"},
    {"draws", 0, AD_OPT_COUNT, AT(evaluate.draws), 0, 1e6, "N", "of the bootstrap (1000)"},
    {"resample", 0, AD_OPT_CHOICE, AT(evaluate.resample), 0, 0, "window|record",
     "what it draws (window)"},
    {.type = AD_OPT_END},
};

static int prepare(void *arg, struct ad_err *err)
{
    struct ad_evaluation_cfg *c = arg;
    if (c->sweep && c->goal)
        return ad_err_set(err, "--sweep and --tune exclude each other");
    if (c->key && !c->windows)
        return ad_err_set(err, "--key goes with --windows");
    if (c->goal && ad_tune_parse(c->goal, &c->tune, err))
        return -1;
    if (c->windows && !c->from && !(c->from = ad_windows_read(c->windows, err)))
        return -1;
    c->evaluate.scored.windowed = c->windows != NULL;
    return 0;
}

static int report(void *arg, const struct ad_heard *heard, struct ad_err *err)
{
    return ad_evaluation_report(arg, heard, err);
}

static const struct ad_cmd command = {
    .name = "ad-eval",
    .summary = "Measure what scores are worth, given which records are anomalous.",
    .detector = &ad_scored,
    .prepare = prepare,
    .options = options,
    .cfg = &cfg,
    .report = report,
};

int main(int argc, char **argv)
{
    int status = ad_run(&command, argc, argv);
    ad_windows_free(cfg.from);
    return status;
}
