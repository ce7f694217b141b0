#include "detect/zscore.h"
#include "run/command.h"

#include <math.h>

static struct ad_zscore_cfg cfg = {
    .method = AD_ZSCORE_WINDOW,
    .window = {.rows = 100},
    .half_life = {.rows = 35},
    .warmup = 10,
    .min_scale = NAN,
    .phases = 24,
};

#define AT(member) offsetof(struct ad_zscore_cfg, member)

static const struct ad_opt options[] = {
    {"method", 0, AD_OPT_CHOICE, AT(method), 0, 0, "window|ewma|global|robust", "what is normal"},
    {"window", 'w', AD_OPT_EXTENT, AT(window), 3, 1e6, "N|DURATION", "last values kept (100)"},
    {"half-life", 0, AD_OPT_EXTENT, AT(half_life), 1, 1e9, "N|DURATION", "of ewma (35)"},
    {"warmup", 0, AD_OPT_COUNT, AT(warmup), 3, 1e6, "N", "values before the first score (10)"},
    {"min-scale", 0, AD_OPT_NUMBER, AT(min_scale), 1e-300, 1e300, "X", "least deviation (found)"},
    {"adaptive", 0, AD_OPT_FLAG, AT(adaptive), 0, 0, NULL, "alpha follows recent volatility"},
    {"seasonal", 0, AD_OPT_DURATION, AT(seasonal), 1, 1e9, "DURATION", "judge its phases apart"},
    {"phases", 0, AD_OPT_COUNT, AT(phases), 2, 10000, "N", "phases of --seasonal (24)"},
    {.type = AD_OPT_END},
};

static const char *needs_time(const void *arg)
{
    const struct ad_zscore_cfg *c = arg;
    return c->seasonal > 0            ? "--seasonal"
           : c->window.seconds > 0    ? "--window with a duration"
           : c->half_life.seconds > 0 ? "--half-life with a duration"
                                      : NULL;
}

static const struct ad_cmd command = {
    .name = "ad-zscore",
    .summary = "Score values by their distance from what was recently normal.",
    .detector = &ad_zscore,
    .options = options,
    .cfg = &cfg,
    .needs_time = needs_time,
};

int main(int argc, char **argv)
{
    return ad_run(&command, argc, argv);
}
