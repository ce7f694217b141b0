#include "unit.h"

#include "expr.h"

#include "base/number.h"
#include "decide/rules.h"

#include <stdlib.h>
#include <unistd.h>

static struct ad_clock *utc;

/* 2024-07-01T12:00:00Z, a Monday: date -u -d 2024-07-01T12:00 +%s */
#define NOON 1719835200.0

static struct ad_rules *rules_of(const char *text, const struct ad_rules_cfg *cfg)
{
    struct ad_err err = {0};
    struct ad_rules *r = ad_rules_parse(ad_str_of(text), "r.ini", cfg, &err);
    if (!r)
        fail_msg("%s", err.text);
    return r;
}

/* A ruling as `rule score flag severity tags`, - for what is empty. */
static void ruling_text(char *out, size_t size, const struct ad_ruling *v)
{
    char score[AD_NUMBER_MAX + 1] = "-";
    if (!isnan(v->score))
        score[ad_score_print(score, v->score)] = '\0';
    const char *severity = ad_severity_name(v->severity);
    snprintf(out, size, "%.*s%s %s %d %s%s %.*s%s", (int)v->rule.len, v->rule.s ? v->rule.s : "",
             v->rule.len ? "" : "-", score, v->flag, severity, *severity ? "" : "-",
             (int)v->tags.len, v->tags.s ? v->tags.s : "", v->tags.len ? "" : "-");
}

/* A record, `seconds` after NOON. */
struct step {
    double seconds;
    const char *fields;
    double score;
    const char *want;
};

static void apply(struct ad_rules *r, void *state, const struct step *s, struct ad_ruling *out)
{
    struct record record = record_of(s->fields);
    struct ad_str values[EXPR_FIELDS];
    record_values(&record, ad_rules_names(r), values);
    struct ad_rule_input in = {
        .field = values, .t = NOON + s->seconds, .score = s->score, .clock = utc};
    in.flag = s->score >= 0.5;
    assert_int_equal(ad_rules_apply(r, &in, state, out), 0);
}

static void check_with(const struct ad_rules_cfg *cfg, const char *text, const struct step *steps,
                       size_t n)
{
    struct ad_rules *r = rules_of(text, cfg);
    struct ad_err err = {0};
    void *state = malloc(ad_rules_state_size(r) + 1);
    ad_rules_state_init(r, state);
    for (size_t i = 0; i < n; i++) {
        struct ad_ruling v;
        char got[400];
        apply(r, state, &steps[i], &v);
        ruling_text(got, sizeof got, &v);
        if (strcmp(got, steps[i].want))
            fail_msg("record %zu (%s, %g): %s, expected %s", i, steps[i].fields, steps[i].score,
                     got, steps[i].want);
        if (ad_rules_fault(r, &err))
            fail_msg("record %zu: %s", i, err.text);
    }
    ad_rules_state_free(r, state);
    free(state);
    ad_rules_free(r);
}

#define CHECK_WITH(cfg, text, ...)                                                                 \
    do {                                                                                           \
        static const struct step steps[] = {__VA_ARGS__};                                          \
        check_with(cfg, text, steps, sizeof steps / sizeof *steps);                                \
    } while (0)
#define CHECK(text, ...) CHECK_WITH(NULL, text, __VA_ARGS__)

static void test_without_rules(void **state)
{
    (void)state;
    CHECK("", {0, "", 0.95, "- 0.95 1 critical -"}, {0, "", 0.9, "- 0.9 1 critical -"},
          {0, "", 0.899999, "- 0.899999 1 high -"}, {0, "", 0.5, "- 0.5 1 medium -"},
          {0, "", 0.499999, "- 0.499999 0 low -"}, {0, "", 0.3, "- 0.3 0 low -"},
          {0, "", 0.29, "- 0.29 0 - -"}, {0, "", 0, "- 0 0 - -"}, {0, "", NAN, "- - 0 - -"});
    CHECK("[settings]\nseverity = critical 0.99, high 0.8\n", {0, "", 0.95, "- 0.95 1 high -"},
          {0, "", 0.79, "- 0.79 1 medium -"});
}

static void test_suppress(void **state)
{
    (void)state;
    CHECK("[rule a]\nwhen = x == 1\naction = suppress\n[rule b]\nwhen = x\naction = severity "
          "critical\n",
          {0, "x=1", 0.7, "a,b 0.7 0 critical -"}, {0, "x=2", 0.7, "b 0.7 1 critical -"},
          {0, "x=0", 0.7, "- 0.7 1 high -"}, {0, "x=1", NAN, "a,b 0.9 0 critical -"});
}

/* Escalation is of what is an anomaly; a severity from medium on makes one. */
static void test_severity(void **state)
{
    (void)state;
    CHECK("[rule a]\nwhen = x\naction = escalate\n", {0, "x=1", 0.5, "a 0.5 1 high -"},
          {0, "x=1", 0.75, "a 0.75 1 critical -"}, {0, "x=1", 0.95, "a 0.95 1 critical -"},
          {0, "x=1", 0.4, "a 0.4 0 low -"}, {0, "x=1", 0.1, "a 0.1 0 - -"},
          {0, "x=1", NAN, "a - 0 - -"}, {0, "x=0", 0.5, "- 0.5 1 medium -"});
    CHECK("[rule a]\nwhen = x\naction = escalate to = high\n", {0, "x=1", 0.5, "a 0.5 1 high -"},
          {0, "x=1", 0.95, "a 0.95 1 critical -"}, {0, "x=1", 0.4, "a 0.4 0 low -"});
    CHECK("[rule a]\nwhen = x\naction = severity high\n", {0, "x=1", 0.5, "a 0.5 1 high -"},
          {0, "x=1", 0.95, "a 0.95 1 high -"}, {0, "x=1", 0.4, "a 0.7 1 high -"},
          {0, "x=1", NAN, "a 0.7 1 high -"});
    CHECK("[rule a]\nwhen = x\naction = set severity low\n", {0, "x=1", 0.95, "a 0.95 1 low -"},
          {0, "x=1", 0.4, "a 0.4 0 low -"}, {0, "x=1", 0.1, "a 0.1 0 low -"},
          {0, "x=1", NAN, "a - 0 low -"});
    CHECK("[rule a]\nwhen = x\naction = severity medium\n[rule b]\nwhen = y\naction = escalate\n",
          {0, "x=1 y=1", 0.1, "a,b 0.5 1 high -"}, {0, "y=1", 0.1, "b 0.1 0 - -"});
    CHECK("[rule b]\nwhen = y\naction = escalate\n[rule a]\nwhen = x\naction = severity medium\n",
          {0, "x=1 y=1", 0.95, "b,a 0.95 1 medium -"});
    CHECK("[rule a]\nwhen = x\naction = escalate, escalate\n",
          {0, "x=1", 0.5, "a 0.5 1 critical -"});
}

/* rule_score = S / (S + m S0), S / S0 = score / (1 - score): python3 -c
 *     "r = 0.6 / 0.4; print(r / (r + 1.5), r / (r + 0.5), r / (r + 3))" */
static void test_threshold(void **state)
{
    (void)state;
    CHECK("[rule a]\nwhen = x == 1 || x == 3\naction = adjust_threshold 1.5\n"
          "[rule b]\nwhen = x >= 2\naction = adjust_threshold = 0.5\n"
          "[rule c]\nwhen = x == 4\naction = adjust_threshold 6\n",
          {0, "x=1", 0.6, "a 0.5 1 medium -"}, {0, "x=2", 0.6, "b 0.75 1 high -"},
          {0, "x=4", 0.6, "b,c 0.333333 0 low -"}, {0, "x=0", 0.6, "- 0.6 1 medium -"},
          {0, "x=1", 0, "a 0 0 - -"}, {0, "x=1", NAN, "a - 0 - -"},
          {0, "x=2", 0.333333, "b 0.5 1 medium -"}, {0, "x=2", 0.33333, "b 0.499996 0 low -"});
    CHECK("[rule a]\nwhen = x\naction = adjust_threshold 1000\n[rule b]\nwhen = x\naction = "
          "adjust_threshold 1000\n[rule c]\nwhen = x\naction = adjust_threshold 1000\n",
          {0, "x=1", 0.999999, "a,b,c 0.5 1 medium -"});
}

static void test_tags(void **state)
{
    (void)state;
    CHECK("[rule a]\nwhen = x\naction = tag db, team=core\n[rule b]\nwhen = y\naction = tag core, "
          "tag db, escalate\n",
          {0, "x=1", 0.1, "a 0.1 0 - db,team=core"}, {0, "y=1", 0.5, "b 0.5 1 high core,db"},
          {0, "x=1 y=1", 0.1, "a,b 0.1 0 - db,team=core,core"});
    CHECK("[rule a]\nwhen = x\naction = tag db\naction =\n  tag net\n  dns\n  suppress\n",
          {0, "x=1", 0.9, "a 0.9 0 critical db,net,dns"});
}

/* score, flag and severity are what the rules before have made of them. */
static void test_known(void **state)
{
    (void)state;
    CHECK("[rule a]\nwhen = severity == \"high\" && x\naction = adjust_threshold 0.1\n"
          "[rule b]\nwhen = severity == \"critical\" && score > 0.95 && flag\naction = tag b\n"
          "[rule c]\nwhen = !flag\naction = tag c\n[rule d]\nwhen = `score` > 5\naction = tag d\n",
          {0, "x=1", 0.7, "a,b 0.958904 1 critical b"}, {0, "x=1", 0.4, "c 0.4 0 low c"},
          {0, "x=1", NAN, "c - 0 - c"}, {0, "score=6", 0.6, "d 0.6 1 medium d"});
}

/* 2 / 0.5 is 4 times as strict: python3 -c "print(0.5 / (0.5 + 0.25 * 0.5))" */
static void test_criticality(void **state)
{
    (void)state;
    CHECK("[criticality service]\npayment* = 4\npay* = 100\nstaging = 0.25\n"
          "[criticality host]\ndb? = 0.25\n",
          {0, "service=payment-eu", 0.5, "- 0.8 1 high -"},
          {0, "service=payroll", 0.01, "- 0.502513 1 medium -"},
          {0, "service=staging", 0.5, "- 0.2 0 - -"}, {0, "service=other", 0.5, "- 0.5 1 medium -"},
          {0, "service=payment host=db1", 0.5, "- 0.5 1 medium -"},
          {0, "", 0.5, "- 0.5 1 medium -"});
    static const struct ad_rules_cfg cfg = {.criticality = "service=payment*:4,a:b:2"};
    CHECK_WITH(&cfg, "", {0, "service=payment", 0.5, "- 0.8 1 high -"},
               {0, "service=a:b", 0.5, "- 0.666667 1 medium -"});
}

/* What the scenarios of the documentation ask for. */
static void test_api_performance(void **state)
{
    (void)state;
    CHECK("[rule suppress health checks]\n"
          "when = metric === 'response_time' && endpoint === '/health'\n"
          "action = suppress\n"
          "[rule payment endpoints]\n"
          "when = contains(endpoint, '/payment') && severity == 'high'\n"
          "action = escalate, tag payment\n"
          "[rule maintenance]\n"
          "when = hour(t) >= 2 && hour(t) <= 4\n"
          "action = suppress\n",
          {0, "metric=response_time endpoint=/health", 0.9,
           "suppress health checks 0.9 0 critical -"},
          {0, "metric=error_rate endpoint=/health", 0.9, "- 0.9 1 critical -"},
          {0, "endpoint=/api/payment/confirm", 0.75, "payment endpoints 0.75 1 critical payment"},
          {0, "endpoint=/api/payment/confirm", 0.55, "- 0.55 1 medium -"},
          {0, "endpoint=/api/users", 0.75, "- 0.75 1 high -"},
          {14 * 3600, "endpoint=/api/users", 0.75, "maintenance 0.75 0 high -"});
}

static void test_connection_pool(void **state)
{
    (void)state;
    CHECK("[rule pool exhausted]\n"
          "when = active / pool_size >= 0.95 || waiting > 0 && rate(waiting) > 0.5\n"
          "action = severity critical\n"
          "[rule connection leak]\n"
          "when = repeat(delta(active) > 0 && queries <= last(queries)) >= 3\n"
          "       && delta(active) > 0 && queries <= last(queries)\n"
          "action = severity high, tag leak\n"
          "[rule slow to connect]\n"
          "when = wait_ms > 5000\n"
          "action = severity high\n",
          {0, "active=10 pool_size=50 waiting=0 queries=90 wait_ms=3", 0.1, "- 0.1 0 - -"},
          {10, "active=12 pool_size=50 waiting=0 queries=90 wait_ms=3", 0.1, "- 0.1 0 - -"},
          {20, "active=15 pool_size=50 waiting=0 queries=88 wait_ms=3", 0.1, "- 0.1 0 - -"},
          {30, "active=19 pool_size=50 waiting=0 queries=80 wait_ms=3", 0.1,
           "connection leak 0.7 1 high leak"},
          {40, "active=10 pool_size=50 waiting=0 queries=80 wait_ms=6000", 0.1,
           "slow to connect 0.7 1 high -"},
          {50, "active=10 pool_size=50 waiting=9 queries=80 wait_ms=3", 0.1,
           "pool exhausted 0.9 1 critical -"},
          {60, "active=49 pool_size=50 waiting=0 queries=99 wait_ms=3", 0.1,
           "pool exhausted 0.9 1 critical -"});
}

static void test_fraud(void **state)
{
    (void)state;
    CHECK(
        "[rule velocity]\n"
        "when = count(5m) > 5\n"
        "action = severity high\n"
        "[rule amount]\n"
        "when = amount > 10 * (sum(amount, 1d) - amount) / (count(1d) - 1)\n"
        "action = severity high\n"
        "[rule geographic impossibility]\n"
        "when = distance_km > 500 && delta(t) < 1h || country != last(country) && delta(t) < 10m\n"
        "action = severity critical, tag fraud\n",
        {0, "amount=20 distance_km=0 country=DE", 0.1, "- 0.1 0 - -"},
        {4000, "amount=30 distance_km=600 country=DE", 0.1, "- 0.1 0 - -"},
        {7000, "amount=30 distance_km=600 country=DE", 0.1,
         "geographic impossibility 0.9 1 critical fraud"},
        {11000, "amount=500 distance_km=1 country=DE", 0.1, "amount 0.7 1 high -"},
        {11300, "amount=20 distance_km=1 country=BR", 0.1,
         "geographic impossibility 0.9 1 critical fraud"},
        {15000, "amount=1 distance_km=1 country=BR", 0.1, "- 0.1 0 - -"},
        {15010, "amount=1 distance_km=1 country=BR", 0.1, "- 0.1 0 - -"},
        {15020, "amount=1 distance_km=1 country=BR", 0.1, "- 0.1 0 - -"},
        {15030, "amount=1 distance_km=1 country=BR", 0.1, "- 0.1 0 - -"},
        {15040, "amount=1 distance_km=1 country=BR", 0.1, "- 0.1 0 - -"},
        {15050, "amount=1 distance_km=1 country=BR", 0.1, "velocity 0.7 1 high -"});
}

static void test_infrastructure(void **state)
{
    (void)state;
    CHECK("[rule weekend]\n"
          "when = is_weekend(t)\n"
          "action = adjust_threshold 1.5\n"
          "[rule disk full soon]\n"
          "when = metric == 'disk' && (value > 90 || value > 80 && pct_change(value) > 5)\n"
          "action = severity critical\n"
          "[rule cpu at night]\n"
          "when = metric == 'cpu' && !is_business_hours(t) && host =~ '^batch-[0-9]+$'\n"
          "action = suppress\n"
          "[rule cpu]\n"
          "when = metric == 'cpu' && severity in ('high', 'critical') && value > 85\n"
          "action = escalate\n",
          {0, "metric=disk value=80 host=a", 0.1, "- 0.1 0 - -"},
          {60, "metric=disk value=85 host=a", 0.1, "disk full soon 0.9 1 critical -"},
          {0, "metric=cpu value=90 host=batch-1", 0.8, "cpu 0.8 1 critical -"},
          {8 * 3600, "metric=cpu value=80 host=batch-1", 0.8, "cpu at night 0.8 0 high -"},
          {8 * 3600, "metric=cpu value=80 host=web-1", 0.8, "- 0.8 1 high -"},
          {5 * 86400, "metric=cpu value=80 host=web-1", 0.6, "weekend 0.5 1 medium -"});
}

static void test_iot(void **state)
{
    (void)state;
    CHECK("[rule sensor stuck]\n"
          "when = repeat(value) > 3\n"
          "action = severity high, tag sensor\n"
          "[rule battery low]\n"
          "when = metadata.battery < 20\n"
          "action = severity medium, tag battery\n"
          "[rule temperature safety]\n"
          "when = type == 'temperature' && (value < -10 || value > 50)\n"
          "action = severity critical\n",
          {0, "type=temperature value=20.5 metadata.battery=80", 0.1, "- 0.1 0 - -"},
          {1, "type=temperature value=20.5 metadata.battery=19", 0.1,
           "battery low 0.5 1 medium battery"},
          {2, "type=temperature value=20.50", 0.1, "- 0.1 0 - -"},
          {3, "type=temperature value=20.5", 0.1, "sensor stuck 0.7 1 high sensor"},
          {4, "type=temperature value=-11", 0.1, "temperature safety 0.9 1 critical -"},
          {5, "type=humidity value=60", 0.1, "- 0.1 0 - -"});
}

static void test_security(void **state)
{
    (void)state;
    CHECK("[rule brute force]\n"
          "when = count(60s) > 5\n"
          "action = severity critical, tag auth\n"
          "[rule failed logins]\n"
          "when = sum(event == 'login_failed', 5m) >= 3 && event == 'login_failed'\n"
          "action = severity high\n"
          "[rule privilege]\n"
          "when = contains(endpoint, '/admin') && !contains(roles, 'admin')\n"
          "action = severity critical\n"
          "[rule flood]\n"
          "when = request_rate > 100 && unique_ips < 10\n"
          "action = severity high\n",
          {0, "event=login_failed", 0.1, "- 0.1 0 - -"}, {5, "event=login", 0.1, "- 0.1 0 - -"},
          {10, "event=login_failed", 0.1, "- 0.1 0 - -"},
          {20, "event=login_failed", 0.1, "failed logins 0.7 1 high -"},
          {30, "event=login", 0.1, "- 0.1 0 - -"},
          {40, "event=login", 0.1, "brute force 0.9 1 critical auth"},
          {120, "endpoint=/admin/users roles=staff", 0.1, "privilege 0.9 1 critical -"},
          {121, "endpoint=/admin/users roles=staff,admin", 0.1, "- 0.1 0 - -"},
          {122, "endpoint=/admin/users", 0.1, "privilege 0.9 1 critical -"},
          {200, "request_rate=500 unique_ips=3", 0.1, "flood 0.7 1 high -"});
}

static void test_business(void **state)
{
    (void)state;
    CHECK("[rule revenue down 20 %]\n"
          "when = metric == 'revenue' && pct_change(value) < -20\n"
          "action = severity high\n"
          "[rule conversion]\n"
          "when = metric == 'conversion_rate' && value < 0.01\n"
          "action = severity high\n"
          "[rule inventory]\n"
          "when = metric == 'inventory_days' && value < 7\n"
          "action = severity medium\n"
          "[rule weekend]\n"
          "when = is_weekend(t)\n"
          "action = adjust_threshold 1.5\n",
          {0, "metric=revenue value=1000", 0.1, "- 0.1 0 - -"},
          {3600, "metric=revenue value=810", 0.1, "- 0.1 0 - -"},
          {7200, "metric=revenue value=640", 0.1, "revenue down 20 % 0.7 1 high -"},
          {7200, "metric=conversion_rate value=0.009", 0.1, "conversion 0.7 1 high -"},
          {7200, "metric=inventory_days value=6", 0.1, "inventory 0.5 1 medium -"});
}

/* Rules alone are a detector, too: of records without a score. */
static void test_custom_detector(void **state)
{
    (void)state;
    CHECK("[rule margin]\n"
          "when = (price - cost) / price < 0.1\n"
          "action = severity high\n"
          "[rule two of three]\n"
          "when = (zscore_flag + iforest_flag + novelty_flag) >= 2\n"
          "action = severity critical\n",
          {0, "price=100 cost=95", NAN, "margin 0.7 1 high -"},
          {0, "price=100 cost=50", NAN, "- - 0 - -"}, {0, "price=0 cost=50", NAN, "- - 0 - -"},
          {0, "zscore_flag=true iforest_flag=false novelty_flag=true", NAN,
           "two of three 0.9 1 critical -"},
          {0, "zscore_flag=1 iforest_flag=0 novelty_flag=0", NAN, "- - 0 - -"});
}

static void refuse(const char *text, const struct ad_rules_cfg *cfg, const char *want)
{
    struct ad_err err = {0};
    struct ad_rules *r = ad_rules_parse(ad_str_of(text), "r.ini", cfg, &err);
    if (r || strcmp(err.text, want))
        fail_msg("%s: %s, expected %s", text, r ? "no error" : err.text, want);
    ad_rules_free(r);
    ad_err_free(&err);
}

#define RULE "[rule a]\nwhen = x\naction = "

static void test_errors(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"a = 1\n", "r.ini:1: a key before the first section"},
        {"[rule]\n", "r.ini:1: a rule without a name"},
        {"[rule a, b]\n", "r.ini:1: the name of a rule has no commas and no control characters"},
        {"[rules a]\n", "r.ini:1: unknown section \"rules\"; did you mean \"rule\"?"},
        {"[rule a]\n[rule b]\n", "r.ini:1: rule \"a\" has no condition: when = ..."},
        {"[rule a]\nwhen = x\n", "r.ini:1: rule \"a\" has no action"},
        {RULE "suppress\n\n[rule a]\n", "r.ini:5: a second rule \"a\""},
        {RULE "suppress\nwhen = y\n", "r.ini:4: a second condition for one rule"},
        {RULE "suppress\nwhenn = y\n", "r.ini:4: unknown key \"whenn\"; did you mean \"when\"?"},
        {RULE "\n", "r.ini:3: an action is missing"},
        {RULE "supress\n", "r.ini:3: unknown action \"supress\"; did you mean \"suppress\"?"},
        {RULE "page\n", "r.ini:3: unknown action \"page\"; there are suppress, escalate, "
                        "adjust_threshold, severity, tag"},
        {RULE "suppress escalate\n", "r.ini:3: a comma is missing between two actions"},
        {RULE "escalate high\n", "r.ini:3: write \"escalate\" or \"escalate to critical\""},
        {RULE "escalate to hihg\n", "r.ini:3: unknown severity \"hihg\"; did you mean \"high\"?"},
        {RULE "severity\n",
         "r.ini:3: unknown severity \"\"; there are low, medium, high, critical"},
        {RULE "severity low, severity high\n", "r.ini:3: a second severity for one rule"},
        {RULE "adjust_threshold\n", "r.ini:3: adjust_threshold takes a factor from 0.001 to 1000"},
        {RULE "adjust_threshold 0\n",
         "r.ini:3: adjust_threshold takes a factor from 0.001 to 1000"},
        {RULE "tag\n", "r.ini:3: a tag is missing"},
        {RULE "tag a b\n", "r.ini:3: a tag has no blanks; commas separate tags"},
        {"[rule a]\nwhen = hourly(t) > 3\naction = suppress\n",
         "r.ini:2: unknown function \"hourly\"; did you mean \"hour\"?\n    hourly(t) > 3\n    ^"},
        {"[rule a]\nwhen = x > 5 &&\n\n       y < \naction = suppress\n",
         "r.ini:4: the condition ends where a value is missing\n    y <\n       ^"},
        {"[rule a]\nwhen = x == 'a ;b'\naction = suppress\n",
         "r.ini:2: the text that begins here has no end: ' is missing\n    x == 'a\n         ^"},
        {"[rule a]\nwhen = is_holiday(t)\naction = suppress\n",
         "r.ini:2: is_holiday() needs a calendar: holidays = FILE\n    is_holiday(t)\n    ^"},
        {"[rule a]\nwhen = x == severity && 'HIGH' == severity\naction = suppress\n",
         "r.ini:2: unknown severity \"HIGH\"; did you mean \"high\"?\n"
         "    x == severity && 'HIGH' == severity\n                     ^"},
        {"[rule a]\nwhen = severity in ('high', 'huge')\naction = suppress\n",
         "r.ini:2: unknown severity \"huge\"; there are low, medium, high, critical\n"
         "    severity in ('high', 'huge')\n                         ^"},
        {"[rule a]\nwhen = score > 0.5 && flag == 'yes'\naction = suppress\n",
         "r.ini:2: a number and a text cannot be compared\n"
         "    score > 0.5 && flag == 'yes'\n                        ^"},
        {"[rule a]\nwhen = severity > 2\naction = suppress\n",
         "r.ini:2: a number and a text cannot be compared\n    severity > 2\n             ^"},
        {"[rule a]\nwhen = abs(severity) > 1\naction = suppress\n",
         "r.ini:2: a text where a number is wanted\n    abs(severity) > 1\n        ^"},
        {"[rule a]\nwhen = last(severity) == 'bad'\naction = suppress\n",
         "r.ini:2: unknown severity \"bad\"; there are low, medium, high, critical\n"
         "    last(severity) == 'bad'\n                      ^"},
        {"[rule a]\nwhen = severity\naction = suppress\n",
         "r.ini:2: a text is no condition\n    severity\n    ^"},
        {"[settings x]\n", "r.ini:1: settings have no name"},
        {"[settings]\nhours = 9-17\n", "r.ini:2: unknown setting \"hours\"; there are "
                                       "business-hours, holidays, severity"},
        {"[settings]\nbusiness-hours = always\n",
         "r.ini:2: hours are written like \"Mon-Fri 09:00-17:00, Sat 10:00-14:00\""},
        {"[settings]\nholidays = nonexistent.ics\n",
         "r.ini:2: nonexistent.ics: No such file or directory"},
        {"[settings]\nholidays = /dev/null\n", "r.ini:2: /dev/null: not an iCalendar file: it does "
                                               "not begin with BEGIN:VCALENDAR"},
        {"[settings]\nseverity = severe 0.9\n", "r.ini:2: severities are written like \"low 0.3, "
                                                "medium 0.5, high 0.7, critical 0.9\""},
        {"[settings]\nseverity = high 0.95\n",
         "r.ini:2: severities begin above 0, each above the one before, below 1"},
        {"[criticality]\n", "r.ini:1: write [criticality FIELD]"},
        {"[criticality x]\na = 0\n", "r.ini:2: criticality is a factor from 0.001 to 1000"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refuse(rows[i][0], NULL, rows[i][1]);
    refuse("", &(struct ad_rules_cfg){.business_hours = "x"},
           "hours are written like \"Mon-Fri 09:00-17:00, Sat 10:00-14:00\"");
    refuse("", &(struct ad_rules_cfg){.criticality = "service"},
           "criticality is written like service=payment:2,test-*:0.5");
    refuse("", &(struct ad_rules_cfg){.criticality = "service=a:2,b"},
           "criticality is written like service=payment:2,test-*:0.5");
}

static void test_settings(void **state)
{
    (void)state;
    char name[] = "/tmp/adkit-rules-XXXXXX", text[200];
    int fd = mkstemp(name);
    static const char calendar[] =
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20240702\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n";
    assert_true(fd >= 0 && write(fd, calendar, sizeof calendar - 1) == sizeof calendar - 1);
    close(fd);
    snprintf(text, sizeof text,
             "[settings]\nbusiness-hours = Mon-Fri 08:00-12:30\nholidays = %s\n"
             "[rule open]\nwhen = is_business_hours(t)\naction = tag open\n"
             "[rule holiday]\nwhen = is_holiday()\naction = tag holiday\n",
             name);
    CHECK(text, {0, "", 0.1, "open 0.1 0 - open"}, {1800, "", 0.1, "- 0.1 0 - -"},
          {86400, "", 0.1, "holiday 0.1 0 - holiday"}, {2 * 86400, "", 0.1, "open 0.1 0 - open"});
    struct ad_rules_cfg cfg = {.business_hours = "Mon 12:30-13:00"};
    CHECK_WITH(&cfg, text, {0, "", 0.1, "- 0.1 0 - -"}, {1800, "", 0.1, "open 0.1 0 - open"});
    cfg = (struct ad_rules_cfg){.holidays = name, .severity = "low 0.1"};
    CHECK_WITH(&cfg,
               "[settings]\nholidays = nonexistent.ics\n[rule a]\nwhen = is_holiday(t)\naction = "
               "suppress\n",
               {86400, "", 0.1, "a 0.1 0 low -"});
    unlink(name);
}

static void test_faults(void **state)
{
    (void)state;
    struct ad_rules *r = rules_of("[rule a]\nwhen = x > 5\naction = suppress\n"
                                  "[rule b]\nwhen = y > 1 || x + 1 > 5\naction = suppress\n",
                                  NULL);
    struct ad_err err = {0};
    struct ad_ruling v;
    const struct step bad = {0, "x=abc", 0.6, ""}, worse = {0, "x=abc y=q", 0.6, ""};
    assert_false(ad_rules_fault(r, &err));
    apply(r, NULL, &bad, &v);
    assert_int_equal(v.rule.len, 0);
    assert_true(v.flag);
    assert_true(ad_rules_fault(r, &err));
    assert_string_equal(err.text, "r.ini:2: rule \"a\": not a number: \"abc\"\n    x > 5\n      ^");
    assert_true(ad_rules_fault(r, &err));
    assert_string_equal(err.text, "r.ini:5: rule \"b\": not a number: \"abc\"\n"
                                  "    y > 1 || x + 1 > 5\n               ^");
    assert_false(ad_rules_fault(r, &err));
    apply(r, NULL, &worse, &v);
    assert_false(ad_rules_fault(r, &err));
    ad_rules_free(r);
    ad_err_free(&err);
}

static void test_fields(void **state)
{
    (void)state;
    struct ad_rules *r = rules_of("[rule a]\nwhen = score > 0.5 &&\n  hots == 'x' && value > 1\n"
                                  "action = suppress\n[criticality servce]\na = 2\n",
                                  NULL);
    static const char *const want[] = {"servce", "hots", "value"};
    const struct ad_names *names = ad_rules_names(r);
    struct ad_str columns[] = {ad_str_of("host"), ad_str_of("service"), ad_str_of("value")};
    const struct ad_names table = {columns, 3};
    struct ad_err err = {0};
    assert_int_equal(names->n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(ad_str_eq(names->v[i], ad_str_of(want[i])));
    assert_int_equal(ad_rules_unknown(r, 1, &table, &err), -1);
    assert_non_null(strstr(err.text, "r.ini:3: "));
    assert_non_null(strstr(err.text, "\"host\""));
    assert_non_null(strstr(err.text, "\n    hots == 'x' && value > 1\n    ^"));
    ad_rules_unknown(r, 0, &table, &err);
    assert_int_equal(strncmp(err.text, "r.ini:6: ", 9), 0);
    assert_non_null(strstr(err.text, "\"service\""));
    assert_int_equal(ad_rules_needs(r), 0);
    assert_int_equal(ad_rules_count(r), 1);
    ad_rules_free(r);
    r = rules_of("[rule a]\nwhen = hour > 3\naction = suppress\n", NULL);
    ad_rules_unknown(r, 0, &table, &err);
    assert_string_equal(err.text, "r.ini:2: there is no field \"hour\"; the function is written "
                                  "hour(t)\n    hour > 3\n    ^");
    ad_rules_free(r);
    ad_err_free(&err);
}

static void test_state(void **state)
{
    (void)state;
    static const char text[] = "[rule a]\nwhen = count(10s) > 2\naction = suppress\n"
                               "[rule n]\nwhen = x\naction = suppress\n"
                               "[rule b]\nwhen = delta(x) > 1\naction = suppress\n";
    struct ad_rules *r = rules_of(text, NULL);
    struct ad_buf bytes = {0}, calls = {0};
    struct ad_save save = {&bytes};
    void *one = malloc(ad_rules_state_size(r)), *two = malloc(ad_rules_state_size(r));
    const struct step steps[] = {{0, "x=0", 0, ""}, {1, "x=-5", 0, ""}, {2, "x=0", 0, ""}};
    struct ad_ruling v;
    ad_rules_state_init(r, one);
    ad_rules_state_init(r, two);
    apply(r, one, &steps[0], &v);
    apply(r, one, &steps[1], &v);
    ad_rules_state_save(r, one, &save);
    for (size_t cut = 0; cut <= bytes.len; cut++) {
        struct ad_load load = {.in = {bytes.s, cut}};
        ad_rules_state_free(r, two);
        ad_rules_state_init(r, two);
        assert_int_equal(ad_rules_state_load(r, two, &load), cut == bytes.len ? 0 : -1);
    }
    apply(r, two, &steps[2], &v);
    assert_true(ad_str_eq(v.rule, ad_str_of("a,b")));
    ad_rules_state_print(r, &calls);
    assert_true(ad_str_eq((struct ad_str){calls.s, calls.len}, ad_str_of("count(10s) delta(x)")));
    assert_int_equal(ad_rules_needs(r), AD_EXPR_TIME);
    ad_rules_state_free(r, one);
    ad_rules_state_free(r, two);
    free(one);
    free(two);
    ad_buf_free(&bytes);
    ad_buf_free(&calls);
    ad_rules_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_rules),
        cmocka_unit_test(test_suppress),
        cmocka_unit_test(test_severity),
        cmocka_unit_test(test_threshold),
        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_criticality),
        cmocka_unit_test(test_api_performance),
        cmocka_unit_test(test_connection_pool),
        cmocka_unit_test(test_fraud),
        cmocka_unit_test(test_infrastructure),
        cmocka_unit_test(test_iot),
        cmocka_unit_test(test_security),
        cmocka_unit_test(test_business),
        cmocka_unit_test(test_custom_detector),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_state),
    };
    struct ad_err err = {0};
    utc = ad_clock_open("UTC", NULL, &err);
    if (!utc)
        return 2;
    cmocka_set_message_output(CM_OUTPUT_TAP);
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    ad_clock_close(utc);
    return rc;
}
