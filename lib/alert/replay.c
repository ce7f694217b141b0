#include "alert/replay.h"

#include "run/table.h"

#include <time.h>
#include <unistd.h>

/* Incidents or notices of a day. */
static void add_count(struct ad_table *t, const struct ad_policy_count *c)
{
    char day[32];
    time_t at = (time_t)c->day * 86400;
    struct tm tm;
    bool incidents = !c->channel.s;
    size_t len = gmtime_r(&at, &tm) ? strftime(day, sizeof day, "%Y-%m-%d", &tm) : 0;
    ad_table_text(t, (struct ad_str){day, len});
    ad_table_text(t, ad_str_of(incidents ? "incidents" : ad_notice_event_name(c->event)));
    ad_table_text(t, incidents ? ad_str_of("") : c->channel);
    ad_table_text(t, ad_str_of(ad_severity_name(c->severity)));
    if (c->level)
        ad_table_number(t, c->level, 0);
    else
        ad_table_empty(t);
    ad_table_number(t, (double)c->n, 0);
}

static void add_held(struct ad_table *t, enum ad_guard guard, unsigned long long n)
{
    static const char *const what[AD_GUARDS] = {
        "",        "held by a silence", "held by maintenance", "held by inhibition",
        "grouped", "held by cooldown",  "held by a rate"};
    ad_table_empty(t);
    ad_table_text(t, ad_str_of(what[guard]));
    for (int i = 0; i < 3; i++)
        ad_table_empty(t);
    ad_table_number(t, (double)n, 0);
}

static int print(const struct ad_table *t, struct ad_err *err)
{
    const struct ad_format csv = {.kind = AD_FORMAT_CSV, .delim = ',', .header = true};
    struct ad_sink sink;
    if (ad_sink_open(&sink, dup(STDOUT_FILENO), "standard output", err))
        return -1;
    int rc =
        isatty(STDOUT_FILENO) ? ad_table_people(t, &sink, false) : ad_table_rows(t, &sink, &csv);
    return ad_sink_close(&sink, err) ? -1 : rc ? ad_err_nomem(err) : 0;
}

int ad_replay_print(const struct ad_policy *p, struct ad_err *err)
{
    static const struct ad_column columns[] = {{.name = "day"},     {.name = "what"},
                                               {.name = "channel"}, {.name = "severity"},
                                               {.name = "level"},   {.name = "n"}};
    struct ad_policy_summary s = ad_policy_summary(p);
    struct ad_table *t = ad_table_new(columns, sizeof columns / sizeof *columns);
    if (!t)
        return ad_err_nomem(err);
    for (size_t i = 0; i < s.n; i++)
        add_count(t, &s.count[i]);
    for (int g = AD_GUARD_SILENCE; g < AD_GUARDS; g++)
        if (s.held[g])
            add_held(t, (enum ad_guard)g, s.held[g]);
    int rc = print(t, err);
    ad_table_free(t);
    return rc;
}
