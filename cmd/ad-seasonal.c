#include "base/number.h"
#include "base/time.h"
#include "detect/seasonal.h"
#include "io/file.h"
#include "run/command.h"

#include <math.h>

static struct options {
    struct ad_seasonal_cfg season;
    const char *period, *holidays;
    struct ad_calendar days;
} cfg = {
    .season = {.phases = 2016, .warmup = 10, .min_scale = NAN},
};

#define AT(member) offsetof(struct ad_seasonal_cfg, member)

static const struct ad_opt options[] = {
    {"period", 0, AD_OPT_TEXT, offsetof(struct options, period), 0, 0, "LIST",
     "24h,7d or 288 (rows) or auto or none"},
    {"phases", 0, AD_OPT_COUNT, AT(phases), 1, 1e5, "N", "of a season at most (2016)"},
    {"half-life", 0, AD_OPT_EXTENT, AT(half_life), 1, 1e9, "N|DURATION",
     "of the level (the shortest season)"},
    {"holidays", 0, AD_OPT_TEXT, offsetof(struct options, holidays), 0, 0, "FILE",
     "iCalendar: days with a profile of their own"},
    {"trend", 0, AD_OPT_FLAG, AT(trend), 0, 0, NULL, "the level has a slope"},
    {"warmup", 0, AD_OPT_COUNT, AT(warmup), 10, 1e6, "N", "values before the first score (10)"},
    {"min-scale", 0, AD_OPT_NUMBER, AT(min_scale), 1e-300, 1e300, "X", "least deviation (found)"},
    {"stl", 0, AD_OPT_FLAG, AT(stl), 0, 0, NULL, "take all of the input apart at once, by loess"},
    {"stl-window", 0, AD_OPT_COUNT, AT(stl_window), 3, 1e6, "N",
     "cycles a season of --stl is smoothed over"},
    {"holt-winters", 0, AD_OPT_CHOICE, AT(holt_winters), 0, 0, "no|additive|multiplicative",
     "smooth all at once"},
    {"residuals", 0, AD_OPT_CHOICE, AT(residuals), 0, 0, "robust|gesd",
     "judge those of --stl and --holt-winters"},
    {.type = AD_OPT_END},
};

static int parse_period(struct ad_str text, struct ad_extent *out)
{
    *out = (struct ad_extent){0};
    if (ad_number_parse(text, &out->rows) == 0)
        return out->rows >= 2 && out->rows <= 1e9 && out->rows == floor(out->rows) ? 0 : -1;
    out->rows = 0;
    return ad_duration_parse(text, &out->seconds) || !(out->seconds >= 1) ? -1 : 0;
}

/* --period into lengths, the shortest first. */
static int prepare(void *arg, struct ad_err *err)
{
    struct ad_seasonal_cfg *c = arg;
    bool given = cfg.period && *cfg.period;
    const char *text = given ? cfg.period : "24h,7d";
    bool special = cfg.holidays && *cfg.holidays;
    if (special && ad_file_calendar(cfg.holidays, &cfg.days, err))
        return -1;
    c->holidays = special ? &cfg.days : NULL;
    c->nperiod = 0;
    c->find = !given || strcmp(text, "auto") == 0;
    if (strcmp(text, "auto") == 0 || strcmp(text, "none") == 0)
        return 0;
    for (;;) {
        size_t len = strcspn(text, ",");
        struct ad_extent p;
        if (c->nperiod == AD_SEASONAL_MOST || parse_period((struct ad_str){text, len}, &p))
            return ad_err_set(
                err, "--period=%s: give up to %d seasons, such as 24h,7d or 288, or auto, or none",
                cfg.period, AD_SEASONAL_MOST);
        size_t i = c->nperiod++;
        for (; i > 0 && c->period[i - 1].rows + c->period[i - 1].seconds > p.rows + p.seconds; i--)
            c->period[i] = c->period[i - 1];
        c->period[i] = p;
        if (!text[len])
            return 0;
        text += len + 1;
    }
}

static const char *needs_time(const void *arg)
{
    const struct ad_seasonal_cfg *c = arg;
    return c->nperiod > 0 && c->period[0].seconds > 0 && cfg.period && *cfg.period
               ? "--period with a duration"
           : c->holidays              ? "--holidays"
           : c->half_life.seconds > 0 ? "--half-life with a duration"
                                      : NULL;
}

/* With these all of the data come first. */
static const struct ad_detector *choose(const void *arg)
{
    const struct ad_seasonal_cfg *c = arg;
    return c->stl || c->holt_winters ? &ad_seasonal_stl : &ad_seasonal;
}

static const struct ad_cmd command = {
    .name = "ad-seasonal",
    .summary = "Score values by what is normal at this time of the day, the week, any season.",
    .detector = &ad_seasonal,
    .prepare = prepare,
    .choose = choose,
    .live = ", or leave out --stl and --holt-winters",
    .options = options,
    .cfg = &cfg,
    .needs_time = needs_time,
};

int main(int argc, char **argv)
{
    return ad_run(&command, argc, argv);
}
