#include "detect/subseq.h"
#include "run/command.h"

static struct ad_subseq_cfg cfg = {.profile_max = 30000};

#define AT(member) offsetof(struct ad_subseq_cfg, member)

static const struct ad_opt options[] = {
    {"window", 'w', AD_OPT_COUNT, AT(window), 4, 1e5, "N", "rows of a cycle (found)"},
    {"discord", 0, AD_OPT_FLAG, AT(discord), 0, 0, NULL, "what happened only once counts extra"},
    {"profile-max", 0, AD_OPT_COUNT, AT(profile_max), 0, 1e6, "N",
     "rows up to which windows are compared (30000)"},
    {"chunk", 0, AD_OPT_COUNT, AT(chunk), 1000, 1e9, "N", "score each N rows by themselves"},
    {"warmup", 0, AD_OPT_COUNT, AT(warmup), 0, 1e9, "N", "rows without a score (0)"},
    {.type = AD_OPT_END},
};

static const struct ad_cmd command = {
    .name = "ad-subseq",
    .summary = "Score stretches of a series by how unlike the others they are.",
    .detector = &ad_subseq,
    .options = options,
    .cfg = &cfg,
};

int main(int argc, char **argv)
{
    return ad_run(&command, argc, argv);
}
