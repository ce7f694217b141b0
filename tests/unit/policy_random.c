/* What must hold whatever happens: each channel hears of an incident once that it is there, once
 * that it is over, and in that order; and what fires and is not held back has been told of. */
#include "unit.h"

#include "policy.h"

enum { HOSTS = 4, STEPS = 400, RUNS = 40, DAY = 86400 };

static uint64_t seed;

/* Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014). */
static uint64_t draw(uint64_t below)
{
    uint64_t z = (seed += 0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (z ^ z >> 31) % below;
}

/* What a configuration lets hold back. */
enum { SILENCES = 1, INHIBITS = 2, GROUPS = 4, COOLS = 8, LIMITS = 16, ESCALATES = 32 };

static const struct {
    const char *text;
    unsigned holds;
} configs[] = {
    {"[defaults]\ninhibit = no\nresolve-after = 2m\n", 0},
    {"[defaults]\nrepeat = 3m\nfor = 1m\ninhibit = no\n", SILENCES},
    {"[defaults]\nresolve-after = 3m\nrepeat = 7m\n", SILENCES | INHIBITS},
    {"[defaults]\ngroup-wait = 40s\nresolve-after = 2m\n", GROUPS | SILENCES | INHIBITS},
    {"[defaults]\nmax-per-minute = 1\nmax-per-hour = 20\nresolve-after = 2m\n", LIMITS | INHIBITS},
    {"[defaults]\ngroup-by = host\nmax-per-minute = 2\ncooldown = 5m\nresolve-after = 1m\n",
     GROUPS | LIMITS | COOLS | INHIBITS | SILENCES},
    {"[channel am]\ntype = pagerduty\n[channel chat]\ntype = slack\n[escalation e]\n"
     "level = 0 chat\nlevel = 2m am\nlevel = 2m chat, am\n[route bad]\nmatch = severity = "
     "critical\nescalation = e\nrepeat = 9m\n[route x]\nchannels = chat\ninhibit = no\n",
     0},
    {"[channel am]\ntype = pagerduty\n[channel chat]\ntype = slack\n[escalation e]\n"
     "level = 0 chat\nlevel = 2m am\nlevel = 2m chat, am\n[route bad]\nmatch = severity = "
     "critical\nescalation = e\nrepeat = 9m\ncontinue = yes\n[route x]\nchannels = chat, am\n"
     "group-wait = 20s\n",
     ESCALATES | GROUPS | INHIBITS | SILENCES},
};

static void record(struct rig *r)
{
    static const struct ad_severity_scale scale = AD_SEVERITY_USUAL;
    char host[2] = {(char)('a' + draw(HOSTS)), 0}, key[20], json[60];
    const char *detector = draw(2) ? "spike" : "drift";
    snprintf(key, sizeof key, "%s/%s", host, detector);
    struct ad_str group = ad_str_of(host);
    struct ad_event ev = {.t = r->wall - (draw(10) ? 0 : (double)draw(200)),
                          .key = ad_str_of(key),
                          .score = (double)draw(1000) / 1000,
                          .detector = ad_str_of(detector),
                          .rule = ad_str_of(""),
                          .tags = ad_str_of(""),
                          .reason = ad_str_of(""),
                          .group = &group};
    ev.flagged = ev.score >= 0.5;
    ev.severity = ad_severity_of(&scale, ev.score);
    snprintf(json, sizeof json, "{\"host\":\"%s\",\"n\":%u}", host, (unsigned)draw(1000000));
    ev.record = ad_str_of(json);
    assert_int_equal(ad_policy_event(r->policy, &ev, r->wall, &r->sink), 0);
    rig_commit(r);
}

static void person(struct rig *r)
{
    struct ad_str who = ad_str_of("anna");
    if (r->nkept == 0)
        return;
    const char *id = r->kept[draw(r->nkept)].in.id;
    uint64_t what = draw(4);
    int rc = what == 0   ? ad_policy_resolve(r->policy, id, who, r->wall, &r->sink)
             : what == 1 ? ad_policy_unacknowledge(r->policy, id, r->wall, &r->sink)
                         : ad_policy_acknowledge(r->policy, id, who, r->wall, &r->sink);
    assert_true(rc == 0 || rc == 1);
    rig_commit(r);
}

static const struct notice *heard(const struct rig *r, const char *id)
{
    for (size_t i = 0; i < r->nnotice; i++) {
        const json_t *with = json_object_get(r->notice[i].doc, "with");
        if (strcmp(r->notice[i].incident, id) == 0)
            return &r->notice[i];
        for (size_t k = 0; k < json_array_size(with); k++)
            if (strcmp(json_string_value(json_object_get(json_array_get(with, k), "incident")),
                       id) == 0)
                return &r->notice[i];
    }
    return NULL;
}

/* Whether a reason that the test knows by itself holds the incident back. */
static bool is_held(const struct rig *r, const struct ad_incident *in, unsigned holds)
{
    bool silence = (holds & SILENCES) && r->nsilence && r->wall < r->silence->until;
    if (silence && ad_str_eq(in->group, ad_str_of("{\"host\":\"a\"}")))
        return true;
    unsigned sent = 0, hour = 0;
    for (size_t i = 0; i < r->nnotice; i++) {
        sent += r->notice[i].wall > r->wall - 60;
        hour += r->notice[i].wall > r->wall - 3600;
    }
    if ((holds & LIMITS) && (sent >= 1 || hour >= 20))
        return true;
    for (size_t i = 0; (holds & INHIBITS) && i < r->nkept; i++) {
        const struct ad_incident *other = &r->kept[i].in;
        bool open = other->state == AD_INCIDENT_FIRING || other->state == AD_INCIDENT_ACKNOWLEDGED;
        if (open && other->worst == AD_CRITICAL && ad_str_eq(other->group, in->group) &&
            in->worst < AD_CRITICAL)
            return true;
    }
    return (holds & (GROUPS | COOLS)) != 0; /* these end in time: see finish() */
}

static void all_told(const struct rig *r, unsigned holds)
{
    for (size_t i = 0; i < r->nkept; i++) {
        const struct ad_incident *in = &r->kept[i].in;
        if (in->state == AD_INCIDENT_FIRING && !heard(r, in->id) && !is_held(r, in, holds))
            fail_msg("run %d: nobody has heard of %.*s, %s since %.0f, at %.0f", r->number,
                     (int)in->key.len, in->key.s, ad_severity_name(in->worst), in->started,
                     r->wall);
    }
}

/* What one channel heard of one incident, in order. */
static void check_story(const struct rig *r, const char *id, const char *channel, bool ended)
{
    unsigned begins = 0, ends = 0;
    for (size_t i = 0; i < r->nnotice; i++) {
        const json_t *doc = r->notice[i].doc, *with = json_object_get(doc, "with");
        if (strcmp(json_string_value(json_object_get(doc, "channel")), channel) != 0)
            continue;
        for (size_t k = 0; k <= json_array_size(with); k++) {
            const json_t *one = k ? json_array_get(with, k - 1) : doc;
            const char *event = json_string_value(json_object_get(one, "event"));
            if (strcmp(json_string_value(json_object_get(one, "incident")), id) != 0)
                continue;
            bool first = begins == 0, begin = strcmp(event, "trigger") == 0;
            assert_int_equal(ends, 0); /* nothing after the end */
            if (first && !begin)       /* a channel that the escalation brings */
                assert_string_equal(event, "escalate");
            assert_false(begin && !first);
            begins += begin || first;
            ends += strcmp(event, "resolve") == 0;
        }
    }
    assert_int_equal(begins && ended, ends);
}

static void finish(struct rig *r, unsigned holds)
{
    static const char *const channels[] = {"", "am", "chat"};
    r->nsilence = 0;
    rig_silences(r);
    rig_wait(r, r->wall + 600); /* long enough for groups and cooldowns */
    r->wall += 600;
    rig_tick(r, r->wall, NAN);
    all_told(r, holds & ~(unsigned)(GROUPS | COOLS | SILENCES));
    rig_wait(r, r->wall + DAY);
    rig_tick(r, r->wall + DAY, r->wall + DAY);
    rig_wait(r, r->wall + DAY); /* the last ends wait for their groups */
    for (size_t i = 0; i < r->nkept; i++) {
        const struct ad_incident *in = &r->kept[i].in;
        assert_true(in->state == AD_INCIDENT_RESOLVED || in->state == AD_INCIDENT_EXPIRED);
        for (size_t c = 0; c < 3; c++)
            check_story(r, in->id, channels[c], true);
    }
}

static void run(uint64_t number, bool restarts)
{
    size_t which = number % (sizeof configs / sizeof *configs);
    struct ad_err err = {0};
    struct ad_str host = ad_str_of("host");
    struct ad_silence silence = {.matchers = ad_str_of("host=a")};
    struct rig r = {.cfg = AD_POLICY_UNSET, .wall = 1704067200, .restarts = restarts};
    r.number = (int)number;
    seed = number;
    r.cfg.group = (struct ad_names){&host, 1};
    if (ad_config_parse(&r.config, "random", ad_str_of(configs[which].text), &err))
        fail_msg("%s", err.text);
    rig_make(&r);
    for (int i = 0; i < STEPS; i++) {
        double wall = r.wall + (double)(draw(3) ? draw(20) : draw(120));
        rig_wait(&r, wall);
        r.wall = wall;
        uint64_t what = draw(40);
        if (what == 0 && (configs[which].holds & SILENCES)) {
            silence.from = r.wall;
            silence.until = r.wall + 300;
            r.silence = &silence;
            r.nsilence = 1;
            rig_silences(&r);
        } else if (what <= 2) {
            person(&r);
        } else {
            record(&r);
        }
        rig_wait(&r, r.wall);
        rig_commit(&r);
        all_told(&r, configs[which].holds);
    }
    finish(&r, configs[which].holds);
    rig_free(&r);
}

static void stories(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < RUNS; i++)
        run(i, false);
}

static void stories_with_restarts(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 8; i++)
        run(i, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stories),
        cmocka_unit_test(stories_with_restarts),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
