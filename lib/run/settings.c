#include "run/settings.h"

#include "base/number.h"

#define AT(member) offsetof(struct ad_settings, member)

const struct ad_opt ad_settings_rows[] = {
    {.type = AD_OPT_HEADING, .help = "Input"},
    {"field", 'f', AD_OPT_TEXT, AT(field), 0, 0, "LIST", "value fields: names, numbers, globs",
     AD_FOR_VALUES},
    {"categorical", 0, AD_OPT_TEXT, AT(categorical), 0, 0, "LIST", "value fields that hold words",
     AD_FOR_VALUES | AD_FOR_MANY | AD_FOR_JUDGE},
    {"score", 'f', AD_OPT_TEXT, AT(field), 0, 0, "LIST", "score fields (each N_score with N_flag)",
     AD_FOR_SCORES},
    {"labels", 0, AD_OPT_TEXT, AT(labels), 0, 0, "FIELD|FILE",
     "1 anomalous, 0 normal; a file of time, key, label", AD_FOR_LABELS},
    {"group-by", 'g', AD_OPT_TEXT, AT(group), 0, 0, "LIST", "each combination by itself"},
    {"time", 't', AD_OPT_TEXT, AT(time), 0, 0, "FIELD", "time field (timestamp, time, ts ...)"},
    {"time-format", 0, AD_OPT_TEXT, AT(time_format), 0, 0, "FMT", "of times, as for strptime"},
    {"tz", 0, AD_OPT_TEXT, AT(zone), 0, 0, "ZONE", "zone of the wall clock ($TZ, else UTC)"},
    {"in", 'i', AD_OPT_CHOICE, AT(in), 0, 0, "auto|csv|tsv|ndjson", "input format"},
    {"delimiter", 'd', AD_OPT_CHAR, AT(delim), 0, 0, "CHAR", "of CSV fields"},
    {"no-header", 0, AD_OPT_FLAG, AT(no_header), 0, 0, NULL, "CSV without names: 1, 2, ..."},
    {"na", 0, AD_OPT_TEXT, AT(na), 0, 0, "LIST", "more words for missing values"},
    {"on-bad", 0, AD_OPT_CHOICE, AT(on_bad), 0, 0, "pass|skip|fail", "bad records (pass)"},
    {"max-record", 0, AD_OPT_SIZE, AT(max_record), 1024, 1e9, "BYTES", "longest record (16M)"},
    {"max-memory", 0, AD_OPT_SIZE, AT(max_memory), 0, 1e15, "BYTES",
     "of a pipe read twice; the rest on disk (512M)", AD_FOR_BATCH},
    {.type = AD_OPT_HEADING, .help = "Judging", .need = AD_FOR_JUDGE},
    {"alpha", 'p', AD_OPT_NUMBER, AT(alpha), 1e-300, 0.1, "P", "false-alarm probability (0.0027)"},
    {"budget", 0, AD_OPT_TEXT, AT(budget), 0, 0, "N/day", "alarms wanted per hour, day or week"},
    {"direction", 0, AD_OPT_CHOICE, AT(direction), 0, 0, "both|up|down", "which side is abnormal",
     AD_FOR_VALUES},
    {"min-delta", 0, AD_OPT_NUMBER, AT(min_delta), 0, 1e300, "X", "least distance that alarms",
     AD_FOR_VALUES | AD_FOR_MODEL},
    {"min-pct", 0, AD_OPT_NUMBER, AT(min_pct), 0, 1e9, "P", "the same in % of the expected",
     AD_FOR_VALUES | AD_FOR_MODEL},
    {"gap", 0, AD_OPT_DURATION, AT(gap), 0, 0, "DURATION", "longer silence is state nodata"},
    {"shift-after", 0, AD_OPT_COUNT, AT(shift_after), 0, 10000, "N",
     "flags in a row that are a new level (20)", AD_FOR_VALUES | AD_FOR_MODEL | AD_FOR_STREAM},
    {"no-learn", 0, AD_OPT_FLAG, AT(no_learn), 0, 0, NULL, "leave the state as it is",
     AD_FOR_STREAM},
    {.type = AD_OPT_HEADING, .help = "Output", .need = AD_FOR_FILTER},
    {"out", 'o', AD_OPT_CHOICE, AT(out), 0, 0, "auto|csv|tsv|ndjson", "output format (input's)"},
    {"name", 'n', AD_OPT_TEXT, AT(name), 0, 0, "NAME", "prefix of the appended fields",
     AD_FOR_JUDGE},
    {"explain", 'x', AD_OPT_FLAG, AT(explain), 0, 0, NULL, "append state, bounds, reason too",
     AD_FOR_JUDGE},
    {"each", 0, AD_OPT_FLAG, AT(each), 0, 0, NULL, "score and flag for each field",
     AD_FOR_ONE | AD_FOR_JUDGE},
    {"importance", 0, AD_OPT_FLAG, AT(importance), 0, 0, NULL,
     "print what each field matters instead", AD_FOR_BATCH | AD_FOR_MANY},
    {"forecast", 0, AD_OPT_COUNT, AT(forecast), 1, 1e6, "N",
     "print the next N expected values instead", AD_FOR_FORECAST},
    {"anomalies", 'a', AD_OPT_FLAG, AT(anomalies), 0, 0, NULL, "print flagged records only"},
    {"exit-code", 'e', AD_OPT_FLAG, AT(exit_flagged), 0, 0, NULL, "exit 1 if anything was flagged"},
    {"unbuffered", 'u', AD_OPT_FLAG, AT(unbuffered), 0, 0, NULL, "write every record at once"},
    {.type = AD_OPT_HEADING, .help = "State and models", .need = AD_FOR_STATE},
    {"state", 'S', AD_OPT_TEXT, AT(state), 0, 0, "FILE", "load it, learn on, save it",
     AD_FOR_STREAM},
    {"resume", 0, AD_OPT_FLAG, AT(resume), 0, 0, NULL, "go on where the last run stopped",
     AD_FOR_STREAM},
    {"save-every", 0, AD_OPT_SECONDS, AT(save_every), 0, 0, "DURATION", "on live input (60s)",
     AD_FOR_STREAM},
    {"lock-wait", 0, AD_OPT_SECONDS, AT(lock_wait), 0, 0, "DURATION", "for another run (0)",
     AD_FOR_STREAM},
    {"model", 'm', AD_OPT_TEXT, AT(model), 0, 0, "FILE", "score with it, learn nothing",
     AD_FOR_JUDGE},
    {"fit", 0, AD_OPT_FLAG, AT(fit), 0, 0, NULL, "learn only, and write the model", AD_FOR_JUDGE},
    {.type = AD_OPT_HEADING, .help = "Running"},
    {"out", 'o', AD_OPT_CHOICE, AT(out), 0, 0, "auto|csv|tsv|ndjson|table",
     "output format (a table on a terminal)", AD_FOR_REPORT},
    {"out", 'o', AD_OPT_CHOICE, AT(out), 0, 0, "auto|csv|tsv|ndjson", "output format (input's)",
     AD_FOR_ROWS},
    {"max-keys", 0, AD_OPT_COUNT, AT(max_keys), 1, 1e9, "N", "groups kept (1000000)",
     AD_FOR_GROUPS},
    {"seed", 0, AD_OPT_COUNT, AT(seed), 0, 0, "N", "of random parts (1)"},
    {"jobs", 'j', AD_OPT_COUNT, AT(jobs), 1, 1024, "N", "threads, where they help (1)"},
    {"stats", 0, AD_OPT_TEXT, AT(stats), 0, 0, "FILE", "write counts (NDJSON, or *.prom)"},
    {"progress", 0, AD_OPT_FLAG, AT(progress), 0, 0, NULL, "show progress on a terminal"},
    {"quiet", 'q', AD_OPT_FLAG, AT(quiet), 0, 0, NULL, "no warnings"},
    {"verbose", 'v', AD_OPT_FLAG, AT(verbose), 0, 0, NULL, "say what was guessed"},
    {"help", 'h', AD_OPT_FLAG, AT(help), 0, 0, NULL, "print this"},
    {"version", 'V', AD_OPT_FLAG, AT(version), 0, 0, NULL, "print the version"},
    {.type = AD_OPT_END},
};

void ad_settings_init(struct ad_settings *s)
{
    *s = (struct ad_settings){
        .max_record = 16 << 20,
        .max_memory = 512 << 20,
        .alpha = 0.0027,
        .shift_after = 20,
        .save_every = 60,
        .max_keys = 1000000,
        .jobs = 1,
        .seed = 1,
    };
}

/* `2/day`, `0.5/hour`, `10/week` into alarms per day. */
static int parse_budget(const char *text, double *per_day, struct ad_err *err)
{
    static const struct {
        const char *unit;
        double per_day;
    } units[] = {{"hour", 24}, {"h", 24}, {"day", 1}, {"d", 1}, {"week", 1.0 / 7}, {"w", 1.0 / 7}};
    const char *slash = strchr(text, '/');
    double n;
    if (slash && ad_number_parse((struct ad_str){text, (size_t)(slash - text)}, &n) == 0 && n > 0)
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            if (strcmp(slash + 1, units[i].unit) == 0) {
                *per_day = n * units[i].per_day;
                return 0;
            }
    return ad_err_set(err, "--budget=%s: give alarms per time, such as 2/day, 1/hour, 5/week",
                      text);
}

static bool is_name(const char *s)
{
    if ((*s >= '0' && *s <= '9') || !*s)
        return false;
    for (; *s; s++)
        if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') ||
              *s == '_'))
            return false;
    return true;
}

int ad_settings_check(struct ad_settings *s, struct ad_err *err)
{
    if (s->budget && parse_budget(s->budget, &s->budget_per_day, err))
        return -1;
    const struct {
        const char *option, *list;
    } lists[] = {{"field", s->field}, {"group-by", s->group}, {"time", s->time}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (lists[i].list && !*lists[i].list)
            return ad_err_set(err, "--%s: name a field", lists[i].option);
    if (s->name && !is_name(s->name))
        return ad_err_set(err, "--name=%s: use letters, digits and _, no digit first", s->name);
    if (s->fit && !s->model)
        return ad_err_set(err, "--fit needs --model=FILE to write to");
    if (s->model && s->state)
        return ad_err_set(err, "--model and --state exclude each other: a model learns nothing");
    if (s->resume && !s->state)
        return ad_err_set(err, "--resume needs --state=FILE");
    if (s->each && s->explain)
        return ad_err_set(err, "--each and --explain exclude each other");
    if (s->in == AD_TEXT_NDJSON && s->delim)
        return ad_err_set(err, "--delimiter does not go with --in=ndjson");
    if (s->quiet && s->verbose)
        return ad_err_set(err, "--quiet and --verbose exclude each other");
    return 0;
}
