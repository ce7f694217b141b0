#include "detect/iforest.h"
#include "run/command.h"

static struct {
    struct ad_iforest_cfg forest;
    int features;
} cfg = {
    .forest = {.sample = 256, .max_sample = 100000, .window = 2048},
};

enum { FEATURES_AUTO, FEATURES_ON, FEATURES_OFF };

#define AT(member) (offsetof(struct ad_iforest_cfg, member))

static const struct ad_opt options[] = {
    {"mode", 0, AD_OPT_CHOICE, AT(mode), 0, 0, "classic|eif|fcf", "how trees cut (classic)"},
    {"trees", 0, AD_OPT_COUNT, AT(trees), 1, 10000, "N", "trees (300; fcf 200; sliding 100)"},
    {"sample", 0, AD_OPT_COUNT, AT(sample), 2, 256, "N", "records that a tree grows from (256)"},
    {"max-sample", 0, AD_OPT_COUNT, AT(max_sample), 10, 1e7, "N", "records fitted to (100000)"},
    {"sliding", 0, AD_OPT_FLAG, AT(sliding), 0, 0, NULL, "go with the stream, do not wait for all"},
    {"window", 'w', AD_OPT_COUNT, AT(window), 16, 1e6, "N", "records --sliding remembers (2048)"},
    {"features", 0, AD_OPT_CHOICE, sizeof cfg.forest, 0, 0, "auto|on|off",
     "judge a field by its course (auto: a single one)"},
    {.type = AD_OPT_END},
};

/* With --sliding there is a state that goes with the stream. */
static const struct ad_detector *choose(const void *arg)
{
    const struct ad_iforest_cfg *c = arg;
    return c->sliding ? &ad_iforest_sliding : &ad_iforest;
}

static bool features(const void *arg, size_t nfield)
{
    (void)arg;
    return cfg.features == FEATURES_ON || (cfg.features == FEATURES_AUTO && nfield == 1);
}

static const struct ad_cmd command = {
    .name = "ad-iforest",
    .summary = "Score records by how easily they are set apart from others (isolation forest).",
    .detector = &ad_iforest,
    .choose = choose,
    .live = ", or use --sliding",
    .features = features,
    .options = options,
    .cfg = &cfg,
};

int main(int argc, char **argv)
{
    return ad_run(&command, argc, argv);
}
