#include "unit.h"

#include "alert/plan.h"

#include <stdio.h>

static void refused(const char *text, const char *why)
{
    struct ad_config c;
    struct ad_plan plan;
    struct ad_policy_cfg cfg = AD_POLICY_UNSET;
    struct ad_err err = {0};
    if (ad_config_parse(&c, "a.ini", ad_str_of(text), &err))
        fail_msg("%s", err.text);
    assert_int_equal(ad_plan_make(&plan, &c, &cfg, &err), -1);
    assert_string_equal(err.text, why);
    ad_plan_free(&plan);
    ad_config_free(&c);
    ad_err_free(&err);
}

static void mistakes(void **state)
{
    (void)state;
    refused("[router x]\na=b\n",
            "a.ini:1: a section is [channel NAME], [route NAME], [escalation NAME], "
            "[silence NAME], [maintenance NAME] or [defaults]");
    refused("[route x]\nchannels = a\n", "a.ini:2: channels: there is no [channel a]");
    refused("[route]\nchannels = -\n", "a.ini:1: a route needs a name");
    refused("[channel none]\ntype = file\n", "a.ini:1: a channel needs a name, but not this one");
    refused("[route x]\nescalation = e\n", "a.ini:2: escalation: there is no [escalation e]");
    refused("[route x]\nrepeat = 5\n", "a.ini:2: repeat: a duration, like \"90s\", or never");
    refused("[route x]\nrepeat = 0s\n", "a.ini:2: repeat: a duration, like \"90s\", or never");
    refused("[route x]\nfor = never\n", "a.ini:2: for: a duration, like \"90s\"");
    refused("[route x]\nclear = 2\n", "a.ini:2: clear: a score, from 0 to 1");
    refused("[route x]\ncontinue = maybe\n", "a.ini:2: continue: yes or no");
    refused("[route x]\nrepaet = 5m\n",
            "a.ini:2: [route] knows no key \"repaet\", did you mean \"repeat\"");
    refused("[defaults]\nabsent-severity = bad\n",
            "a.ini:2: absent-severity: low, medium, high or critical");
    refused("[defaults]\nmax-per-hour = many\n",
            "a.ini:1: max-per-hour: a number of messages, 0 to 100000");
    refused("[escalation e]\nlevel = chat\n",
            "a.ini:2: a level is a delay and channels, like \"5m pager, mail\"");
    refused("[escalation e]\nlevel = 5m\n", "a.ini:2: a level without channels");
    refused("[silence s]\nfrom = yesterday\n", "a.ini:2: from: not a time: \"yesterday\"");
    refused("[silence s]\nfrom = 2024-02-01\nuntil = 2024-01-01\n",
            "a.ini:1: it ends before it begins");
    refused("[silence s]\nschedule = 22:00-06:00\nzone = Europe/Atlantis\n",
            "a.ini:2: schedule: unknown time zone \"Europe/Atlantis\"");
    refused("[silence s]\nschedule = 0 2 * * *\nduration = long\n",
            "a.ini:2: schedule: a duration is written like \"90m\"");
    refused("[silence s]\nmatch = host\n",
            "a.ini:2: match: \"host\": not NAME = VALUE, or with one of != =~ !~");
}

/* Built in, [defaults], command line, [route]: each comes before those to its left. */
static void who_decides(void **state)
{
    (void)state;
    struct ad_config c;
    struct ad_plan plan;
    struct ad_policy_cfg cfg = AD_POLICY_UNSET;
    struct ad_err err = {0};
    const char *text = "[defaults]\nfor = 1m\nrepeat = 1m\nclear = 0.1\nmax-per-hour = 5\n"
                       "[route x]\nfor = 3m\nabsent = 9m\n[channel c]\nmax-per-hour = 7\n";
    cfg.hold = 120;
    cfg.repeat = 120;
    cfg.cooldown = 120;
    cfg.per_hour = 6;
    assert_int_equal(ad_config_parse(&c, "a.ini", ad_str_of(text), &err), 0);
    assert_int_equal(ad_plan_make(&plan, &c, &cfg, &err), 0);
    assert_int_equal(plan.nroute, 2);
    const struct ad_settings *x = &plan.route[0].set, *rest = &plan.route[1].set;
    assert_close(x->hold, 180, 0);
    assert_close(rest->hold, 120, 0);
    assert_close(x->repeat, 120, 0);
    assert_close(x->clear, 0.1, 0);
    assert_close(x->cooldown, 120, 0);
    assert_close(x->resolve_after, 300, 0);
    assert_close(x->absent, 540, 0);
    assert_true(isinf(rest->absent) && plan.watches);
    assert_int_equal(plan.outlet[0].per_hour, 6);
    assert_int_equal(plan.outlet[1].per_hour, 7);
    ad_plan_free(&plan);
    ad_config_free(&c);
}

/* The first example of the man page is one that works. */
static void example(void **state)
{
    (void)state;
    FILE *file = fopen("man/ad-alert.5", "r");
    assert_non_null(file);
    char line[300];
    struct ad_buf text = {0};
    bool inside = false, examples = false;
    while (fgets(line, sizeof line, file)) {
        examples |= strcmp(line, ".Sh EXAMPLES\n") == 0;
        if (inside && strcmp(line, ".Ed\n") == 0)
            break;
        if (inside)
            ad_buf_addz(&text, line);
        inside |= examples && strcmp(line, ".Bd -literal\n") == 0;
    }
    fclose(file);
    struct ad_config c;
    struct ad_plan plan;
    struct ad_policy_cfg cfg = AD_POLICY_UNSET;
    struct ad_err err = {0};
    if (ad_config_parse(&c, "man", (struct ad_str){text.s, text.len}, &err) ||
        ad_plan_make(&plan, &c, &cfg, &err))
        fail_msg("%s", err.text);
    assert_int_equal(plan.nroute, 5);
    assert_int_equal(plan.noutlet, 5);
    assert_int_equal(plan.escalation[0].n, 3);
    assert_int_equal(plan.quiets.n, 3);
    ad_plan_free(&plan);
    ad_config_free(&c);
    ad_buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes),
        cmocka_unit_test(who_decides),
        cmocka_unit_test(example),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
