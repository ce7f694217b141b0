#include "detect/novelty.h"
#include "run/command.h"

static struct ad_novelty_cfg cfg = {.sketch = 128, .rows_per_day = 288, .warmup = 100};

#define AT(member) offsetof(struct ad_novelty_cfg, member)

static const struct ad_opt options[] = {
    {"rows-per-day", 0, AD_OPT_NUMBER, AT(rows_per_day), 1, 1e6, "N", "of a series (288)"},
    {"warmup", 0, AD_OPT_COUNT, AT(warmup), 5, 1e6, "N", "values before the first score (100)"},
    {"sketch", 0, AD_OPT_COUNT, AT(sketch), 16, 4096, "N", "centroids of a sketch (128)"},
    {.type = AD_OPT_END},
};

static const struct ad_cmd command = {
    .name = "ad-novelty",
    .summary = "Score values by their distance from everything seen before.",
    .detector = &ad_novelty,
    .options = options,
    .cfg = &cfg,
};

int main(int argc, char **argv)
{
    return ad_run(&command, argc, argv);
}
