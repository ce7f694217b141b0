/* A replay by the times of records makes the incidents and notices that a live run would have made,
 * which sees the clock on the wall pass and is woken when something is due. */
#include "unit.h"

#include "policy.h"

#include "maths/rng.h"

enum { GROUPS = 50, MINUTES = 1440, BLOCK = 256 };

static const char *const configs[] = {
    "",
    "[defaults]\nfor = 2m\nclear = 0.4\nresolve-after = 7m\nrepeat = 9m\n",
    "[defaults]\ncooldown = 30m\nmax-per-minute = 2\nmax-per-hour = 40\nresolve-after = 3m\n",
    "[defaults]\ngroup-wait = 90s\ngroup-by = host\nresolve-after = 4m\nrepeat = 1h\n",
    "[channel a]\ntype = file\n[channel b]\ntype = file\n[escalation e]\nlevel = 0 a\nlevel = 5m "
    "b\n"
    "level = 10m a, b\n[route bad]\nmatch = severity = critical\nescalation = e\n[route x]\n"
    "channels = a\n",
};

static void open_rig(struct rig *r, const char *config, bool input_clock)
{
    struct ad_err err = {0};
    struct ad_str host = ad_str_of("host");
    *r = (struct rig){.cfg = AD_POLICY_UNSET};
    r->cfg.input_clock = input_clock;
    assert_int_equal(ad_names_set(&r->cfg.group, &host, 1), 0);
    assert_int_equal(ad_config_parse(&r->config, "a.ini", ad_str_of(config), &err), 0);
    rig_make(r);
}

/* One record of a group, flagged in stretches. */
static struct ad_event make(struct ad_rng *rng, unsigned group, unsigned minute, char *text)
{
    static const struct ad_severity_scale scale = AD_SEVERITY_USUAL;
    static bool bad[GROUPS];
    static struct ad_str host;
    if (ad_rng_unit(rng) < (bad[group] ? 0.2 : 0.003))
        bad[group] = !bad[group];
    struct ad_event ev = {.t = 1.7e9 + 60.0 * minute + group / 50.0, .group = &host};
    bool flagged = bad[group] && ad_rng_unit(rng) < 0.9;
    ev.score = (double)(int)(1000 * (ad_rng_unit(rng) * 0.5 + (flagged ? 0.499 : 0))) / 1000;
    ev.flagged = ev.score >= 0.5;
    ev.severity = ad_severity_of(&scale, ev.score);
    snprintf(text, 16, "h%u", group);
    host = ev.key = ad_str_of(text);
    ev.detector = ad_str_of("z");
    ev.rule = ev.tags = ev.reason = ad_str_of("");
    ev.record = ad_str_of("{}");
    return ev;
}

static void run(struct rig *live, struct rig *replay)
{
    struct ad_rng rng;
    char text[16];
    double t = 0;
    ad_rng_seed(&rng, 11);
    for (unsigned i = 0; i < GROUPS * MINUTES; i++) {
        struct ad_event ev = make(&rng, i % GROUPS, i / GROUPS, text);
        t = ev.t;
        rig_wait(live, t);
        live->wall = replay->wall = t;
        assert_int_equal(ad_policy_event(live->policy, &ev, t, &live->sink), 0);
        rig_commit(live);
        if (ev.flagged || ad_policy_wants(replay->policy, ev.key))
            assert_int_equal(ad_policy_event(replay->policy, &ev, t, &replay->sink), 0);
        if (i % BLOCK == 0)
            rig_tick(replay, t, t);
    }
    rig_tick(live, t, t);
    rig_tick(replay, t, t);
}

static int by_incident(const void *a, const void *b)
{
    const struct notice *m = a, *n = b;
    int order = strcmp(m->incident, n->incident);
    return order ? order : strcmp(m->id, n->id);
}

/* Incidents that fired: one that did not, and came and went between two commits, is nowhere. */
static size_t fired(const struct rig *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->nkept; i++)
        n += r->kept[i].in.state != AD_INCIDENT_EXPIRED;
    return n;
}

static void compare(struct rig *live, struct rig *replay)
{
    assert_true(fired(live) > 100);
    assert_int_equal(fired(replay), fired(live));
    for (size_t i = 0; i < live->nkept; i++) {
        const struct ad_incident *a = &live->kept[i].in;
        const struct kept *k = rig_find(replay, a->id);
        if (a->state == AD_INCIDENT_EXPIRED)
            continue;
        assert_non_null(k);
        assert_close(k->in.started, a->started, 0);
        assert_close(k->in.updated, a->updated, 0);
        assert_close(k->in.resolved, a->resolved, 0);
        assert_int_equal(k->in.count, a->count);
        assert_int_equal(k->in.worst, a->worst);
        assert_int_equal(k->in.state, a->state);
    }
    assert_int_equal(replay->nnotice, live->nnotice);
    qsort(live->notice, live->nnotice, sizeof *live->notice, by_incident);
    qsort(replay->notice, replay->nnotice, sizeof *replay->notice, by_incident);
    for (size_t i = 0; i < live->nnotice; i++) {
        assert_string_equal(replay->notice[i].id, live->notice[i].id);
        assert_int_equal(replay->notice[i].event, live->notice[i].event);
        assert_true(json_equal(replay->notice[i].doc, live->notice[i].doc));
    }
}

static void same_as_live(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        struct rig live, replay;
        open_rig(&live, configs[i], false);
        open_rig(&replay, configs[i], true);
        run(&live, &replay);
        compare(&live, &replay);
        rig_free(&live);
        rig_free(&replay);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_as_live)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
