#include "base/number.h"
#include "decide/limits.h"
#include "io/file.h"
#include "run/command.h"

#include <math.h>
#include <stdlib.h>

static struct options {
    struct ad_threshold_cfg limit;
    const char *dynamic, *table, *business, *holidays;
    struct ad_hours hours;
    struct ad_calendar days;
    struct ad_limits *limits;
} cfg = {
    .limit = {.min = NAN,
              .max = NAN,
              .low = NAN,
              .high = NAN,
              .warmup = 100,
              .max_rate = NAN,
              .max_delta = NAN,
              .max_pct = NAN,
              .margin = NAN,
              .off_hours = 1},
};

#define AT(member) offsetof(struct ad_threshold_cfg, member)
#define OF(member) offsetof(struct options, member)

static const struct ad_opt options[] = {
    {"min", 0, AD_OPT_NUMBER, AT(min), -1e300, 1e300, "X", "the least value that passes"},
    {"max", 0, AD_OPT_NUMBER, AT(max), -1e300, 1e300, "X", "the largest value that passes"},
    {"limits", 0, AD_OPT_TEXT, OF(table), 0, 0, "FILE", "CSV of fields, hours, weekdays, min, max"},
    {"dynamic", 0, AD_OPT_TEXT, OF(dynamic), 0, 0, "p1,p99", "percentiles of what came before"},
    {"window", 'w', AD_OPT_COUNT, AT(window), 20, 1e12, "N", "values that they are of (all)"},
    {"warmup", 0, AD_OPT_COUNT, AT(warmup), 20, 1e6, "N", "values before they hold (100)"},
    {"max-rate", 0, AD_OPT_NUMBER, AT(max_rate), 0, 1e300, "X", "most change per second"},
    {"max-delta", 0, AD_OPT_NUMBER, AT(max_delta), 0, 1e300, "X",
     "most change from value to value"},
    {"max-pct", 0, AD_OPT_NUMBER, AT(max_pct), 0, 1e300, "P", "the same in % of the value before"},
    {"stuck", 0, AD_OPT_EXTENT, AT(stuck), 2, 1e9, "N|DURATION",
     "the same value so many times, or for so long"},
    {"margin", 0, AD_OPT_NUMBER, AT(margin), 1e-300, 1e300, "X",
     "distance beyond a limit that counts double"},
    {"business-hours", 0, AD_OPT_TEXT, OF(business), 0, 0, "HOURS",
     "when limits hold as given: \"Mon-Fri 09:00-17:00\""},
    {"off-hours", 0, AD_OPT_NUMBER, AT(off_hours), 0, 1e6, "FACTOR", "of limits at other hours"},
    {"holidays", 0, AD_OPT_TEXT, OF(holidays), 0, 0, "FILE",
     "iCalendar of days that are off hours"},
    {.type = AD_OPT_END},
};

/* `p1,p99`, `1,99`, or one of them: below the 50th it is the lower limit. */
static int parse_dynamic(const char *text, struct ad_threshold_cfg *c, struct ad_err *err)
{
    const char *rest = text;
    c->low = c->high = NAN;
    for (;;) {
        size_t len = strcspn(rest, ",");
        size_t lead = *rest == 'p';
        double p;
        if (len <= lead || ad_number_parse((struct ad_str){rest + lead, len - lead}, &p) ||
            !(p > 0 && p < 100) || !isnan(p < 50 ? c->low : c->high))
            return ad_err_set(err, "--dynamic=%s: give percentiles, such as p1,p99 or p99.9", text);
        *(p < 50 ? &c->low : &c->high) = p / 100;
        if (!rest[len])
            return 0;
        rest += len + 1;
    }
}

static bool given(const char *text)
{
    return text && *text;
}

static int prepare(void *arg, struct ad_err *err)
{
    struct ad_threshold_cfg *c = arg;
    if (given(cfg.dynamic) && parse_dynamic(cfg.dynamic, c, err))
        return -1;
    if (given(cfg.business) && ad_hours_parse(&cfg.hours, ad_str_of(cfg.business), err))
        return -1;
    c->business = given(cfg.business) ? &cfg.hours : NULL;
    if (given(cfg.holidays) && ad_file_calendar(cfg.holidays, &cfg.days, err))
        return -1;
    c->holidays = given(cfg.holidays) ? &cfg.days : NULL;
    ad_limits_free(cfg.limits);
    cfg.limits = NULL;
    if (given(cfg.table) && !(cfg.limits = ad_limits_read(cfg.table, err)))
        return -1;
    c->limits = cfg.limits ? ad_limits_of : NULL;
    c->limits_arg = cfg.limits;
    return 0;
}

static const struct ad_names *more(const void *arg)
{
    (void)arg;
    return cfg.limits ? ad_limits_fields(cfg.limits) : NULL;
}

static const char *annotate(const void *arg, const struct ad_str *text, struct ad_sample *sample,
                            size_t *at)
{
    (void)arg;
    (void)at;
    sample->context = ad_limits_context(cfg.limits, text);
    return NULL;
}

static const char *needs_time(const void *arg)
{
    const struct ad_threshold_cfg *c = arg;
    return !isnan(c->max_rate)                         ? "--max-rate"
           : c->stuck.seconds > 0                      ? "--stuck with a duration"
           : c->business                               ? "--business-hours"
           : c->holidays                               ? "--holidays"
           : cfg.limits && ad_limits_timed(cfg.limits) ? "--limits with hours or weekdays"
                                                       : NULL;
}

static const char *check(const void *arg, const struct ad_settings *common, bool alpha)
{
    const struct ad_threshold_cfg *c = arg;
    bool percentiles = !isnan(c->low) || !isnan(c->high);
    bool change = !isnan(c->max_delta) || !isnan(c->max_pct) || !isnan(c->max_rate);
    if (isnan(c->min) && isnan(c->max) && !cfg.limits && !percentiles && !change &&
        !(c->stuck.rows > 0) && !(c->stuck.seconds > 0) && !(common->gap > 0) && !common->state &&
        !common->model)
        return "give a limit: --min, --max, --limits, --dynamic, --max-rate, --max-delta, "
               "--max-pct, --stuck or --gap";
    return alpha && !percentiles
               ? "--alpha: fixed limits have no probability; move them, or see --margin"
               : NULL;
}

static const struct ad_cmd command = {
    .name = "ad-threshold",
    .summary = "Score values by limits that you know.",
    .detector = &ad_threshold,
    .prepare = prepare,
    .options = options,
    .cfg = &cfg,
    .needs_time = needs_time,
    .check = check,
    .more = more,
    .annotate = annotate,
};

int main(int argc, char **argv)
{
    return ad_run(&command, argc, argv);
}
