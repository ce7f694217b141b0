/* Sequences of events against the notices that must come of them: tests/data/policy/README. Each is
 * run twice, the second time with a policy made anew from the store after every step. */
#include "unit.h"

#include "policy.h"

#include <ctype.h>

enum { FIELDS = 8, SILENCES = 8 };

struct run {
    struct rig rig;
    const char *path;
    unsigned line;
    char name[200];
    struct ad_names group;
    struct ad_buf config;
    char **event; /* records so far, as lines */
    size_t nevents;
    char values[SILENCES][200];
    struct ad_silence silences[SILENCES];
};

/* The next word of a line, ended by a NUL; "" at the end. A quoted part may hold blanks. */
static char *word(char **rest)
{
    char *p = *rest, *to, *first;
    while (isspace((unsigned char)*p))
        p++;
    first = to = p;
    for (bool quoted = false; *p && (quoted || !isspace((unsigned char)*p)); p++) {
        if (*p == '\'')
            quoted = !quoted;
        else
            *to++ = *p;
    }
    *rest = *p ? p + 1 : p;
    *to = '\0';
    return first;
}

/* 1h10m, 90s or 0s after the origin. */
static double seconds(struct run *run, const char *text)
{
    double sum = 0;
    for (const char *p = text; *p;) {
        double s;
        size_t n = strcspn(p, "hms") + 1;
        if (ad_duration_parse((struct ad_str){p, n <= strlen(p) ? n : 0}, &s))
            fail_msg("%s:%u: not a time: \"%s\"", run->path, run->line, text);
        sum += s;
        p += n;
    }
    return run->rig.origin + sum;
}

static void print_time(char out[64], double s)
{
    double hours = floor(s / 3600), minutes = floor(s / 60) - 60 * hours;
    double rest = s - 3600 * hours - 60 * minutes;
    int n = 0;
    if (hours > 0)
        n += snprintf(out + n, 20, "%.0fh", hours);
    if (minutes > 0)
        n += snprintf(out + n, 20, "%.0fm", minutes);
    if (rest > 0 || n == 0)
        snprintf(out + n, 20, "%.10gs", rest);
}

static const char *text_of(const json_t *doc, const char *member)
{
    return json_string_value(json_object_get(doc, member));
}

static long long number_of(const json_t *doc, const char *member)
{
    return json_integer_value(json_object_get(doc, member));
}

/* A notice as a line of the tables. */
static void print_notice(const struct run *run, const struct notice *n, char *out, size_t room)
{
    char at[64];
    print_time(at, n->wall - run->rig.origin);
    const json_t *doc = n->doc, *with = json_object_get(doc, "with");
    size_t len = (size_t)snprintf(out, room, "%s %s %s %s", at, text_of(doc, "event"),
                                  text_of(doc, "severity"), text_of(doc, "dedup_key"));
    if (*text_of(doc, "channel"))
        len += (size_t)snprintf(out + len, room - len, " to=%s", text_of(doc, "channel"));
    if (number_of(doc, "suppressed"))
        len += (size_t)snprintf(out + len, room - len, " suppressed=%lld",
                                number_of(doc, "suppressed"));
    if (number_of(doc, "level"))
        len += (size_t)snprintf(out + len, room - len, " level=%lld", number_of(doc, "level"));
    for (size_t i = 0; i < json_array_size(with); i++)
        len += (size_t)snprintf(out + len, room - len, " +%s",
                                text_of(json_array_get(with, i), "dedup_key"));
}

/* No notice that no line has asked for. */
static void nothing_more(struct run *run)
{
    char got[2000];
    struct rig *r = &run->rig;
    if (r->checked == r->nnotice)
        return;
    print_notice(run, &r->notice[r->checked], got, sizeof got);
    fail_msg("%s:%u: %s%s: a notice more: %s", run->path, run->line, run->name,
             r->restarts ? " (with restarts)" : "", got);
}

static void expect(struct run *run, char *rest)
{
    char got[2000] = "nothing";
    struct rig *r = &run->rig;
    while (isspace((unsigned char)*rest))
        rest++;
    rest[strcspn(rest, "\n")] = '\0';
    if (r->checked < r->nnotice)
        print_notice(run, &r->notice[r->checked++], got, sizeof got);
    if (strcmp(got, rest) != 0)
        fail_msg("%s:%u: %s%s: expected %s, got %s", run->path, run->line, run->name,
                 r->restarts ? " (with restarts)" : "", rest, got);
}

/* Time goes on to that of an action. */
static void go_to(struct run *run, double wall, bool asleep)
{
    if (!asleep)
        rig_wait(&run->rig, wall);
    run->rig.wall = wall;
}

/* host=a score=.9 t=5m ... */
struct fields {
    struct ad_str group[FIELDS];
    char json[1000];
    const char *score, *t, *flag, *severity, *detector, *rule, *tags;
    struct ad_str value[FIELDS];
};

static void read_fields(struct run *run, char *rest, struct fields *f)
{
    const struct ad_names *names = ad_policy_names(run->rig.policy);
    struct {
        const char *name, **to;
    } known[] = {{"score", &f->score},      {"t", &f->t},       {"flag", &f->flag},
                 {"rule", &f->rule},        {"tags", &f->tags}, {"detector", &f->detector},
                 {"severity", &f->severity}};
    size_t len = 1;
    strcpy(f->json, "{");
    for (char *w; *(w = word(&rest));) {
        char *value = strchr(w, '=');
        assert_non_null(value);
        *value++ = '\0';
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (strcmp(known[i].name, w) == 0)
                *known[i].to = value;
        ptrdiff_t at = ad_names_find(&run->group, ad_str_of(w));
        if (at >= 0)
            f->group[at] = ad_str_of(value);
        if ((at = ad_names_find(names, ad_str_of(w))) >= 0)
            f->value[at] = ad_str_of(value);
        len += (size_t)snprintf(f->json + len, sizeof f->json - len, "%s\"%s\":\"%s\"",
                                len > 1 ? "," : "", w, value);
    }
    snprintf(f->json + len, sizeof f->json - len, "}");
}

static void event(struct run *run, double wall, char *rest)
{
    static const struct ad_severity_scale scale = AD_SEVERITY_USUAL;
    struct fields f = {.t = "", .flag = "", .detector = "", .rule = "", .tags = "", .severity = ""};
    struct ad_event ev = {.t = wall, .score = NAN};
    char key[300] = "";
    read_fields(run, rest, &f);
    if (*f.t)
        ev.t = strcmp(f.t, "none") == 0 ? NAN : seconds(run, f.t);
    if (f.score)
        ev.score = strtod(f.score, NULL);
    ev.flagged = *f.flag ? *f.flag == '1' : ev.score >= 0.5;
    ev.severity =
        *f.severity ? ad_severity_parse(ad_str_of(f.severity)) : ad_severity_of(&scale, ev.score);
    size_t len = 0;
    for (size_t i = 0; i < run->group.n; i++)
        len += (size_t)snprintf(key + len, sizeof key - len, "%s%.*s=%.*s", i ? "," : "",
                                (int)run->group.v[i].len, run->group.v[i].s, (int)f.group[i].len,
                                f.group[i].s ? f.group[i].s : "");
    snprintf(key + len, sizeof key - len, "%s%s", *f.detector ? "/" : "", f.detector);
    ev.key = ad_str_of(key);
    ev.detector = ad_str_of(*f.detector ? f.detector : "zscore");
    ev.rule = ad_str_of(f.rule);
    ev.tags = ad_str_of(f.tags);
    ev.reason = ad_str_of("value 9 is above 5");
    ev.group = f.group;
    ev.field = f.value;
    ev.record = ev.flagged ? ad_str_of(f.json) : (struct ad_str){NULL, 0};
    assert_int_equal(ad_policy_event(run->rig.policy, &ev, wall, &run->rig.sink), 0);
    rig_commit(&run->rig);
}

/* ack 5m host=a anna */
static void person(struct run *run, const char *what, double wall, char *rest)
{
    struct rig *r = &run->rig;
    struct kept *k = rig_find_key(r, word(&rest));
    assert_non_null(k);
    struct ad_str who = ad_str_of(word(&rest));
    int rc;
    if (strcmp(what, "ack") == 0)
        rc = ad_policy_acknowledge(r->policy, k->in.id, who, wall, &r->sink);
    else if (strcmp(what, "unack") == 0)
        rc = ad_policy_unacknowledge(r->policy, k->in.id, wall, &r->sink);
    else
        rc = ad_policy_resolve(r->policy, k->in.id, who, wall, &r->sink);
    assert_int_equal(rc, strstr(rest, "refused") ? 0 : 1);
    rig_commit(r);
}

/* silence 5m 5m 10m host=a */
static void silence(struct run *run, char *rest)
{
    struct rig *r = &run->rig;
    assert_true(r->nsilence < SILENCES);
    struct ad_silence *s = &run->silences[r->nsilence];
    *s = (struct ad_silence){.from = seconds(run, word(&rest))};
    s->until = seconds(run, word(&rest));
    snprintf(run->values[r->nsilence], sizeof run->values[0], "%s", word(&rest));
    s->matchers = ad_str_of(run->values[r->nsilence]);
    r->silence = run->silences;
    r->nsilence++;
    rig_silences(r);
    rig_commit(r);
}

/* state host=a firing count=3: the incident of that key that was begun last has all of these */
static void check_state(struct run *run, char *rest)
{
    char got[300] = " none ";
    struct kept *k = rig_find_key(&run->rig, word(&rest));
    if (k)
        snprintf(got, sizeof got, " %s count=%llu severity=%s worst=%s held=%llu route=%.*s ",
                 ad_incident_state_name(k->in.state), k->in.count, ad_severity_name(k->in.severity),
                 ad_severity_name(k->in.worst), k->in.held, (int)k->in.route.len, k->in.route.s);
    for (char *w; *(w = word(&rest));) {
        char want[100];
        snprintf(want, sizeof want, " %s ", w);
        if (!strstr(got, want))
            fail_msg("%s:%u: %s: not%sbut%s", run->path, run->line, run->name, want, got);
    }
}

/* All records so far once more, with their times. */
static void again(struct run *run, double wall)
{
    for (size_t i = 0; i < run->nevents; i++) {
        char *copy = strdup(run->event[i]);
        event(run, wall, copy);
        free(copy);
    }
}

static void remember(struct run *run, const char *at, const char *rest)
{
    char line[1000];
    snprintf(line, sizeof line, "%s %s%s", rest,
             strstr(rest, " t=") ? "" : "t=", strstr(rest, " t=") ? "" : at);
    line[strcspn(line, "\n")] = ' ';
    run->event = rig_grow(run->event, run->nevents, sizeof *run->event);
    run->event[run->nevents++] = strdup(line);
}

static void option(struct run *run, char *rest)
{
    char *name = word(&rest);
    if (strcmp(name, "input-clock") == 0)
        run->rig.cfg.input_clock = true;
    else if (strcmp(name, "refresh=15m") == 0)
        run->rig.refresh = 900;
    else
        fail_msg("%s:%u: option %s", run->path, run->line, name);
}

static void groups(struct run *run, char *list)
{
    struct ad_str v[FIELDS];
    size_t n = 0;
    for (char *p = word(&list); *p; p += strcspn(p, ","), p += *p == ',')
        v[n++] = (struct ad_str){p, strcspn(p, ",")};
    bool none = n == 1 && ad_str_eq(v[0], ad_str_of("none"));
    assert_int_equal(ad_names_set(&run->group, v, none ? 0 : n), 0);
}

/* What comes before the first action of a case. Returns false for an action. */
static bool prepare(struct run *run, const char *what, char *rest)
{
    if (strcmp(what, "|") == 0) {
        ad_buf_addz(&run->config, rest);
    } else if (strcmp(what, "groups") == 0) {
        groups(run, rest);
    } else if (strcmp(what, "option") == 0) {
        option(run, rest);
    } else if (strcmp(what, "origin") == 0) {
        struct ad_err err = {0};
        struct ad_clock *utc = ad_clock_open("UTC", NULL, &err);
        assert_int_equal(ad_clock_parse(utc, ad_str_of(word(&rest)), &run->rig.origin), 0);
        ad_clock_close(utc);
    } else {
        return false;
    }
    return true;
}

static void start(struct run *run)
{
    struct ad_err err = {0};
    struct ad_str text = {run->config.s ? run->config.s : "", run->config.len};
    if (ad_config_parse(&run->rig.config, run->path, text, &err))
        fail_msg("%s: %s", run->name, err.text);
    run->rig.cfg.group = run->group;
    rig_make(&run->rig);
}

static void act(struct run *run, const char *what, char *rest)
{
    struct rig *r = &run->rig;
    if (!r->policy)
        start(run);
    if (strcmp(what, "expect") == 0) {
        expect(run, rest);
        return;
    }
    if (strcmp(what, "state") == 0) {
        check_state(run, rest);
        return;
    }
    bool asleep = strncmp(what, "jump", 4) == 0;
    const char *at = word(&rest);
    nothing_more(run);
    go_to(run, seconds(run, at), asleep);
    if (strcmp(what, "at") == 0 || strcmp(what, "jump") == 0) {
        remember(run, at, rest);
        event(run, r->wall, rest);
    } else if (strcmp(what, "tick") == 0 || strcmp(what, "jump-tick") == 0) {
        const char *t = word(&rest);
        rig_tick(r, r->wall, *t ? seconds(run, t) : NAN);
    } else if (strcmp(what, "silence") == 0) {
        silence(run, rest);
    } else if (strcmp(what, "unsilence") == 0) {
        r->nsilence = 0;
        rig_silences(r);
        rig_commit(r);
    } else if (strcmp(what, "again") == 0) {
        again(run, r->wall);
    } else {
        person(run, what, r->wall, rest);
    }
}

static void finish(struct run *run)
{
    if (run->rig.policy)
        nothing_more(run);
    rig_free(&run->rig);
    for (size_t i = 0; i < run->nevents; i++)
        free(run->event[i]);
    free(run->event);
    ad_buf_free(&run->config);
    ad_names_free(&run->group);
}

static void begin(struct run *run, const char *path, unsigned line, const char *name, bool restarts)
{
    *run = (struct run){.path = path, .line = line, .rig.restarts = restarts};
    run->rig.cfg = (struct ad_policy_cfg)AD_POLICY_UNSET;
    run->rig.wall = run->rig.origin = 1704067200; /* 2024-01-01T00:00:00Z, a Monday */
    snprintf(run->name, sizeof run->name, "%.*s", (int)strcspn(name, "\n"), name);
    struct ad_str host = ad_str_of("host");
    assert_int_equal(ad_names_set(&run->group, &host, 1), 0);
}

/* All cases of a file. Returns how many there are. */
static unsigned run_file(const char *path, bool restarts)
{
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s: no such file", path);
    struct run run;
    char line[2000];
    unsigned number = 0, cases = 0;
    while (fgets(line, sizeof line, file)) {
        char *rest = line, *what;
        number++;
        if (*line == '#' || line[strspn(line, " \n")] == '\0')
            continue;
        what = word(&rest);
        if (strcmp(what, "case") == 0) {
            if (cases++)
                finish(&run);
            begin(&run, path, number, rest, restarts);
            continue;
        }
        assert_int_not_equal(cases, 0);
        run.line = number;
        if (run.rig.policy || !prepare(&run, what, rest))
            act(&run, what, rest);
    }
    if (cases)
        finish(&run);
    fclose(file);
    return cases;
}

static void run_all(bool restarts)
{
    static const char *const files[] = {"life",     "severity", "routes", "silence",
                                        "schedule", "rate",     "group",  "inhibit",
                                        "escalate", "absent",   "again"};
    unsigned cases = 0;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[100];
        snprintf(path, sizeof path, "tests/data/policy/%s.txt", files[i]);
        cases += run_file(path, restarts);
    }
    assert_true(cases >= 60);
    print_message("# %u cases\n", cases);
}

static void cases(void **state)
{
    (void)state;
    run_all(false);
}

static void cases_with_restarts(void **state)
{
    (void)state;
    run_all(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases),
        cmocka_unit_test(cases_with_restarts),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
