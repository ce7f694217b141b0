#include "unit.h"

#include "alert/store.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define S(literal) ((struct ad_str){literal, sizeof(literal) - 1})

enum { PATH_SIZE = 64 };

static char folder[] = "/tmp/ad-store-XXXXXX";
static struct ad_err err;

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

/* The path of a file, which is not there. */
static char *fresh(char path[PATH_SIZE])
{
    static const char *const tail[] = {"", "-wal", "-shm"};
    for (size_t i = 3; i-- > 0;) {
        snprintf(path, PATH_SIZE, "%s/db%s", folder, tail[i]);
        unlink(path);
    }
    return path;
}

static int remove_folder(void **state)
{
    (void)state;
    char path[PATH_SIZE];
    fresh(path);
    ad_err_free(&err);
    return rmdir(folder);
}

static struct ad_store *open_at(const char *path)
{
    struct ad_store *store;
    struct ad_store_cfg cfg = {.path = path, .create = true, .wait = 5};
    if (ad_store_open(&store, &cfg, &err))
        fail_msg("%s", err.text);
    return store;
}

static struct ad_incident incident(const char *id)
{
    struct ad_incident in = {
        .state = AD_INCIDENT_FIRING,
        .severity = AD_HIGH,
        .worst = AD_CRITICAL,
        .key = S("k\0\377\n"),
        .detector = S("zscore"),
        .rule = S(""),
        .tags = S("a,b"),
        .reason = S("value 9 is above 3"),
        .route = S("r"),
        .group = S("{\"host\":\"web1\"}"),
        .record = S("{\"value\":9}"),
        .score = 0.75,
        .started = 1e9,
        .updated = 1e9 + 0.125,
        .cleared = NAN,
        .resolved = NAN,
        .notified = 1.7e9,
        .level_since = NAN,
        .level = 1,
        .count = 1ULL << 40,
        .held = 3,
        .acknowledged_by = S(""),
        .more = S("\0\1\2"),
    };
    snprintf(in.id, sizeof in.id, "%s", id);
    return in;
}

static int has(struct ad_store *store, const char *id)
{
    struct ad_incident in;
    return ad_store_get_incident(store, id, &in, &err);
}

static struct ad_notice notice(const char *id, const char *of, enum ad_notice_event event,
                               const char *channel)
{
    struct ad_notice n = {
        .event = event, .channel = ad_str_of(channel), .doc = S("{}"), .due = 100};
    snprintf(n.id, sizeof n.id, "%s", id);
    snprintf(n.incident, sizeof n.incident, "%s", of);
    return n;
}

static void put(struct ad_store *store, const char *id, const char *of, enum ad_notice_event event,
                const char *channel)
{
    struct ad_notice n = notice(id, of, event, channel);
    assert_int_equal(ad_store_put_notice(store, &n, 100, &err), 0);
}

/* --- what is put is there ----------------------------------------------------------------------
 */

#define assert_text(got, want)                                                                     \
    do {                                                                                           \
        assert_int_equal((got).len, (want).len);                                                   \
        assert_memory_equal((got).s, (want).s, (want).len);                                        \
    } while (0)

static void assert_same(const struct ad_incident *a, const struct ad_incident *b)
{
    assert_string_equal(a->id, b->id);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->severity, b->severity);
    assert_int_equal(a->worst, b->worst);
    assert_text(a->key, b->key);
    assert_text(a->detector, b->detector);
    assert_text(a->rule, b->rule);
    assert_text(a->tags, b->tags);
    assert_text(a->reason, b->reason);
    assert_text(a->route, b->route);
    assert_text(a->group, b->group);
    assert_text(a->record, b->record);
    assert_close(a->score, b->score, 0);
    assert_close(a->started, b->started, 0);
    assert_close(a->updated, b->updated, 0);
    assert_close(a->cleared, b->cleared, 0);
    assert_close(a->resolved, b->resolved, 0);
    assert_close(a->notified, b->notified, 0);
    assert_close(a->level_since, b->level_since, 0);
    assert_int_equal(a->level, b->level);
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->held, b->held);
    assert_text(a->acknowledged_by, b->acknowledged_by);
    assert_text(a->more, b->more);
}

static int compare(void *arg, const struct ad_incident *in)
{
    const struct ad_incident **next = arg;
    assert_same(in, (*next)++);
    return 0;
}

static void keeps_incidents(void **state)
{
    (void)state;
    char path[PATH_SIZE];
    struct ad_store *store = open_at(fresh(path));
    struct ad_incident in[2] = {incident("aa01"), incident("aa02")}, got;
    in[1].started += 5;
    in[1].state = AD_INCIDENT_PENDING;
    for (int i = 2; i-- > 0;)
        assert_int_equal(ad_store_put_incident(store, &in[i], 100, &err), 0);
    in[0].state = AD_INCIDENT_ACKNOWLEDGED;
    in[0].acknowledged_by = S("eve");
    in[0].resolved = 3;
    assert_int_equal(ad_store_put_incident(store, &in[0], 101, &err), 0);
    ad_store_close(store);

    store = open_at(path);
    assert_int_equal(ad_store_get_incident(store, "aa01", &got, &err), 1);
    assert_same(&got, &in[0]);
    assert_int_equal(ad_store_get_incident(store, "aa0", &got, &err), 0);
    assert_int_equal(has(store, "aa02"), 1);
    assert_int_equal(has(store, "aa03"), 0);
    const struct ad_incident *next = in;
    assert_int_equal(ad_store_each_incident(store, AD_INCIDENTS_OPEN, compare, &next, &err), 0);
    assert_ptr_equal(next, in + 2);
    next = in + 1;
    assert_int_equal(ad_store_each_incident(store, 1 << AD_INCIDENT_PENDING, compare, &next, &err),
                     0);
    assert_ptr_equal(next, in + 2);
    char id[AD_INCIDENT_ID + 1];
    assert_int_equal(ad_store_find_incident(store, "AA02", id, &err), 1);
    assert_string_equal(id, "aa02");
    assert_int_equal(ad_store_find_incident(store, "a", id, &err), 2);
    assert_int_equal(ad_store_find_incident(store, "ab", id, &err), 0);
    assert_int_equal(ad_store_find_incident(store, "", id, &err), 0);
    ad_store_close(store);
}

static void knows_incidents_again(void **state)
{
    (void)state;
    struct ad_store *store = open_at(NULL);
    struct ad_incident in = incident("aa01"), other = incident("aa02");
    in.updated = in.started + 60;
    assert_int_equal(ad_store_put_incident(store, &in, 100, &err), 0);
    assert_int_equal(ad_store_knows_incident(store, &in, &err), 1);
    other.started = in.started + 30;
    assert_int_equal(ad_store_knows_incident(store, &other, &err), 0); /* it is still open */
    in.state = AD_INCIDENT_RESOLVED;
    assert_int_equal(ad_store_put_incident(store, &in, 100, &err), 0);
    assert_int_equal(ad_store_knows_incident(store, &other, &err), 1);
    other.started = in.started + 61;
    assert_int_equal(ad_store_knows_incident(store, &other, &err), 0);
    other.started = in.started;
    other.key = S("another");
    assert_int_equal(ad_store_knows_incident(store, &other, &err), 0);
    ad_store_close(store);
}

static int add_line(void *arg, const struct ad_happened *h)
{
    struct ad_buf *b = arg;
    char line[128];
    snprintf(line, sizeof line, "%g %s %.*s|%.*s|%.*s\n", h->wall, h->incident, (int)h->what.len,
             h->what.s, (int)h->by.len, h->by.s, (int)h->note.len, h->note.s);
    return ad_buf_addz(b, line);
}

static void assert_history(struct ad_store *store, const char *of, const char *want)
{
    struct ad_buf b = {0};
    assert_int_equal(ad_store_each_happened(store, of, add_line, &b, &err), 0);
    ad_buf_add(&b, "", 1);
    assert_string_equal(b.s, want);
    ad_buf_free(&b);
}

static void writes_history(void **state)
{
    (void)state;
    struct ad_store *store = open_at(NULL);
    struct ad_incident in = incident("aa01");
    ad_store_put_incident(store, &in, 100, &err);
    ad_store_put_incident(store, &in, 101, &err); /* nothing new */
    in.severity = AD_CRITICAL;
    ad_store_put_incident(store, &in, 102, &err);
    in.state = AD_INCIDENT_ACKNOWLEDGED;
    in.acknowledged_by = S("eve");
    ad_store_put_incident(store, &in, 103, &err);
    in.level = 2;
    in.state = AD_INCIDENT_RESOLVED;
    ad_store_put_incident(store, &in, 104, &err);
    assert_history(store, "aa01",
                   "100 aa01 firing||high: value 9 is above 3\n"
                   "102 aa01 severity||critical\n103 aa01 acknowledged|eve|\n"
                   "104 aa01 resolved||\n104 aa01 level||2\n");
    ad_store_close(store);
}

static void all_or_nothing(void **state)
{
    (void)state;
    char path[PATH_SIZE];
    struct ad_store *store = open_at(fresh(path)), *other = open_at(path);
    struct ad_incident in = incident("aa01");
    assert_int_equal(ad_store_changed(other, &err), 1);
    assert_int_equal(ad_store_begin(store, &err), 0);
    assert_int_equal(ad_store_put_incident(store, &in, 100, &err), 0);
    put(store, "01", "aa01", AD_NOTICE_TRIGGER, "c");
    assert_int_equal(has(other, "aa01"), 0);
    assert_int_equal(ad_store_changed(other, &err), 0);
    ad_store_rollback(store);
    assert_int_equal(has(store, "aa01"), 0);
    assert_history(store, NULL, "");
    ad_store_rollback(store);
    assert_int_equal(ad_store_begin(store, &err), 0);
    assert_int_equal(ad_store_put_incident(store, &in, 100, &err), 0);
    assert_int_equal(ad_store_commit(store, &err), 0);
    assert_int_equal(ad_store_changed(other, &err), 1);
    assert_int_equal(has(other, "aa01"), 1);
    ad_store_close(other);
    ad_store_close(store);
}

static void keeps_texts(void **state)
{
    (void)state;
    struct ad_store *store = open_at(NULL);
    struct ad_buf value = {0};
    assert_int_equal(ad_store_get(store, "clock", &value, &err), 0);
    assert_int_equal(ad_store_set(store, "clock", S("wall"), &err), 0);
    assert_int_equal(ad_store_set(store, "clock", S("in\0put"), &err), 0);
    assert_int_equal(ad_store_get(store, "clock", &value, &err), 1);
    assert_int_equal(value.len, 6);
    assert_memory_equal(value.s, "in\0put", 6);
    ad_buf_free(&value);
    ad_store_close(store);
}

/* --- the outbox --------------------------------------------------------------------------------
 */

/* Claim for the channel c and say which it was. */
static const char *claim(struct ad_store *store, uint64_t owner, double now,
                         struct ad_outgoing *out)
{
    int rc = ad_store_claim(store, owner, "c", now, 60, out, &err);
    if (rc < 0)
        fail_msg("%s", err.text);
    return rc ? out->id : "";
}

static void settle(struct ad_store *store, const struct ad_outgoing *n, enum ad_outbox_state state,
                   double ready)
{
    assert_int_equal(ad_store_settle(store, n, 200, state, ready, S("why"), &err), 0);
}

static int add_state(void *arg, const struct ad_outgoing *n)
{
    char line[64];
    snprintf(line, sizeof line, "%s:%d/%llu ", n->id, (int)n->state, n->attempts);
    return ad_buf_addz(arg, line);
}

/* The outbox as ID:STATE/ATTEMPTS. */
static void assert_outbox(struct ad_store *store, const char *want)
{
    struct ad_buf b = {0};
    assert_int_equal(ad_store_each_outgoing(store, ~0U, add_state, &b, &err), 0);
    ad_buf_add(&b, "", 1);
    assert_string_equal(b.s, want);
    ad_buf_free(&b);
}

static void claims_once(void **state)
{
    (void)state;
    struct ad_store *store = open_at(NULL);
    struct ad_outgoing a, b;
    assert_string_equal(claim(store, 1, 100, &a), "");
    assert_close(a.ready, INFINITY, 0);
    put(store, "01", "aa", AD_NOTICE_TRIGGER, "c");
    put(store, "02", "bb", AD_NOTICE_TRIGGER, "c");
    put(store, "03", "cc", AD_NOTICE_TRIGGER, "other");
    put(store, "02", "bb", AD_NOTICE_TRIGGER, "c"); /* again */
    assert_string_equal(claim(store, 1, 99, &a), "");
    assert_close(a.ready, 100, 0);
    assert_string_equal(claim(store, 1, 100, &a), "01");
    assert_int_equal(a.attempts, 1);
    assert_string_equal(a.incident, "aa");
    assert_text(a.doc, S("{}"));
    assert_string_equal(claim(store, 2, 100, &b), "02");
    assert_string_equal(claim(store, 3, 159.9, &b), "");
    assert_close(b.ready, 160, 0);
    assert_string_equal(claim(store, 3, 160, &b), "01"); /* the lease is over */
    assert_outbox(store, "01:0/2 02:0/1 03:0/0 ");
    settle(store, &a, AD_OUTBOX_WAITING, 0); /* by one who lost it: nothing */
    assert_string_equal(claim(store, 4, 161, &b), "02");
    settle(store, &a, AD_OUTBOX_DELIVERED, 0); /* but delivered is delivered */
    assert_outbox(store, "01:1/2 02:0/2 03:0/0 ");
    ad_store_close(store);
}

static void keeps_the_order_of_an_incident(void **state)
{
    (void)state;
    struct ad_store *store = open_at(NULL);
    struct ad_outgoing a, b;
    put(store, "01", "aa", AD_NOTICE_TRIGGER, "c");
    put(store, "02", "aa", AD_NOTICE_RESOLVE, "c");
    put(store, "03", "bb", AD_NOTICE_TRIGGER, "c");
    put(store, "04", "aa", AD_NOTICE_TRIGGER, "d");
    assert_string_equal(claim(store, 1, 100, &a), "01");
    assert_string_equal(claim(store, 1, 100, &b), "03");
    settle(store, &b, AD_OUTBOX_DELIVERED, 0);
    settle(store, &a, AD_OUTBOX_WAITING, 150); /* its turn comes again, not that of 02 */
    assert_string_equal(claim(store, 1, 149, &a), "");
    assert_close(a.ready, 150, 0);
    assert_string_equal(claim(store, 1, 150, &a), "01");
    settle(store, &a, AD_OUTBOX_FAILED, 0);
    assert_string_equal(claim(store, 1, 150, &a), "02");
    assert_outbox(store, "01:2/2 02:0/1 03:1/1 04:0/0 ");
    ad_store_close(store);
}

static void people_can_help(void **state)
{
    (void)state;
    struct ad_store *store = open_at(NULL);
    struct ad_outgoing a;
    char id[AD_INCIDENT_ID + 1];
    put(store, "01", "aa", AD_NOTICE_TRIGGER, "c");
    put(store, "02", "bb", AD_NOTICE_TRIGGER, "c");
    claim(store, 1, 100, &a);
    assert_int_equal(ad_store_retry(store, "01", 120, &err), 0); /* is just being sent */
    assert_int_equal(ad_store_drop(store, "01", 120, &err), 0);
    settle(store, &a, AD_OUTBOX_FAILED, 0);
    assert_int_equal(ad_store_retry(store, "01", 120, &err), 1);
    assert_int_equal(ad_store_drop(store, "02", 120, &err), 1);
    assert_int_equal(ad_store_drop(store, "02", 120, &err), 0);
    assert_int_equal(ad_store_drop(store, "77", 120, &err), 0);
    assert_string_equal(claim(store, 1, 120, &a), "01");
    settle(store, &a, AD_OUTBOX_DELIVERED, 0);
    assert_int_equal(ad_store_retry(store, "01", 120, &err), 0);
    assert_int_equal(ad_store_retry(store, "02", 120, &err), 1);
    assert_outbox(store, "01:1/2 02:0/0 ");
    assert_int_equal(ad_store_find_notice(store, "0", id, &err), 2);
    assert_int_equal(ad_store_find_notice(store, "02", id, &err), 1);
    assert_history(store, NULL,
                   "200 aa failed|c|trigger: why\n120 aa retried|c|trigger\n"
                   "120 bb dropped|c|trigger\n200 aa delivered|c|trigger: why\n"
                   "120 bb retried|c|trigger\n");
    ad_store_close(store);
}

static void a_refresh_takes_the_place_of_another(void **state)
{
    (void)state;
    struct ad_store *store = open_at(NULL);
    struct ad_outgoing a;
    put(store, "01", "aa", AD_NOTICE_REFRESH, "c");
    put(store, "02", "bb", AD_NOTICE_REFRESH, "c");
    put(store, "03", "aa", AD_NOTICE_REFRESH, "c");
    assert_outbox(store, "02:0/0 03:0/0 ");
    assert_string_equal(claim(store, 1, 100, &a), "02");
    put(store, "04", "bb", AD_NOTICE_REFRESH, "c"); /* 02 is on its way */
    assert_outbox(store, "02:0/1 03:0/0 04:0/0 ");
    settle(store, &a, AD_OUTBOX_DELIVERED, 0);
    assert_history(store, NULL, "");
    ad_store_close(store);
}

static void frees_what_the_dead_held(void **state)
{
    (void)state;
    struct ad_store *store = open_at(NULL);
    struct ad_outgoing a;
    put(store, "01", "aa", AD_NOTICE_TRIGGER, "c");
    put(store, "02", "bb", AD_NOTICE_TRIGGER, "c");
    claim(store, 1, 100, &a);
    settle(store, &a, AD_OUTBOX_WAITING, 300);
    claim(store, 1, 100, &a);
    assert_int_equal(ad_store_reclaim(store, 101, &err), 0);
    assert_string_equal(claim(store, 2, 101, &a), "02");
    assert_string_equal(claim(store, 2, 101, &a), ""); /* 01 still waits for its time */
    ad_store_close(store);
}

/* --- what people say ---------------------------------------------------------------------------
 */

static int add_silence(void *arg, const struct ad_silence *s)
{
    char line[128];
    snprintf(line, sizeof line, "%d %.*s %.*s %.*s %g-%g\n", (int)s->id, (int)s->matchers.len,
             s->matchers.s, (int)s->by.len, s->by.s, (int)s->comment.len, s->comment.s, s->from,
             s->until);
    return ad_buf_addz(arg, line);
}

static void assert_silences(struct ad_store *store, double now, const char *want)
{
    struct ad_buf b = {0};
    assert_int_equal(ad_store_each_silence(store, now, add_silence, &b, &err), 0);
    ad_buf_add(&b, "", 1);
    assert_string_equal(b.s, want);
    ad_buf_free(&b);
}

static void silences(void **state)
{
    (void)state;
    struct ad_store *store = open_at(NULL);
    struct ad_silence s = {.matchers = S("host=a\nx=b"),
                           .by = S("eve"),
                           .comment = S("disk"),
                           .made = 50,
                           .from = 100,
                           .until = 200};
    assert_int_equal(ad_store_add_silence(store, &s, &err), 0);
    s.until = 300;
    assert_int_equal(ad_store_add_silence(store, &s, &err), 0);
    assert_int_equal(s.id, 2);
    assert_silences(store, 199, "1 host=a\nx=b eve disk 100-200\n2 host=a\nx=b eve disk 100-300\n");
    assert_silences(store, 200, "2 host=a\nx=b eve disk 100-300\n");
    assert_int_equal(ad_store_expire_silence(store, 1, 250, "bob", &err), 0);
    assert_int_equal(ad_store_expire_silence(store, 2, 250, "bob", &err), 1);
    assert_silences(store, 250, "");
    assert_history(store, NULL,
                   "50  silence added|eve|1\n50  silence added|eve|2\n"
                   "250  silence expired|bob|2\n");
    ad_store_close(store);
}

static void requests(void **state)
{
    (void)state;
    struct ad_store *store = open_at(NULL);
    struct ad_request r = {.what = AD_REQUEST_RESOLVE,
                           .incident = "aa",
                           .by = S("eve"),
                           .note = S("done"),
                           .made = 7},
                      got;
    assert_int_equal(ad_store_next_request(store, 0, &got, &err), 0);
    assert_int_equal(ad_store_ask(store, &r, &err), 0);
    r.what = AD_REQUEST_ACKNOWLEDGE;
    assert_int_equal(ad_store_ask(store, &r, &err), 0);
    assert_int_equal(ad_store_next_request(store, 0, &got, &err), 1);
    assert_int_equal(got.what, AD_REQUEST_RESOLVE);
    assert_string_equal(got.incident, "aa");
    assert_text(got.by, S("eve"));
    assert_text(got.note, S("done"));
    assert_close(got.made, 7, 0);
    assert_int_equal(ad_store_answer(store, got.id, 8, &err), 0);
    int64_t first = got.id;
    assert_int_equal(ad_store_next_request(store, 0, &got, &err), 1);
    assert_int_equal(got.what, AD_REQUEST_ACKNOWLEDGE);
    assert_true(got.id > first);
    assert_int_equal(ad_store_next_request(store, got.id, &got, &err), 0);
    assert_history(store, "aa", "7 aa to be resolved|eve|done\n7 aa to be acknowledged|eve|done\n");
    ad_store_close(store);
}

static int add_count(void *arg, const char *what, struct ad_str of, double n)
{
    char line[64];
    snprintf(line, sizeof line, "%s %.*s %g\n", what, (int)of.len, of.s, n);
    return ad_buf_addz(arg, line);
}

static void counts_and_forgets(void **state)
{
    (void)state;
    struct ad_store *store = open_at(NULL);
    struct ad_incident in[3] = {incident("aa"), incident("bb"), incident("cc")};
    in[1].state = AD_INCIDENT_RESOLVED;
    in[2].state = AD_INCIDENT_RESOLVED;
    in[0].started = in[1].started = in[2].started = -1e9; /* long ago does not matter */
    for (int i = 0; i < 3; i++)
        assert_int_equal(ad_store_put_incident(store, &in[i], i == 2 ? 500 : 100, &err), 0);
    put(store, "01", "aa", AD_NOTICE_TRIGGER, "c");
    put(store, "02", "bb", AD_NOTICE_TRIGGER, "c");
    put(store, "03", "cc", AD_NOTICE_TRIGGER, "c");
    put(store, "04", "cc", AD_NOTICE_TRIGGER, "d");
    struct ad_outgoing a;
    for (int i = 0; i < 2; i++) {
        claim(store, 1, 100, &a);
        settle(store, &a, i ? AD_OUTBOX_FAILED : AD_OUTBOX_DELIVERED, 0);
    }
    struct ad_silence s = {.matchers = S("a=b"), .from = 100, .until = 200};
    ad_store_add_silence(store, &s, &err);
    struct ad_request r = {.incident = "aa"};
    ad_store_ask(store, &r, &err);

    struct ad_buf b = {0};
    assert_int_equal(ad_store_each_count(store, 150, add_count, &b, &err), 0);
    ad_buf_add(&b, "", 1);
    assert_string_equal(b.s, "incidents firing 1\nincidents resolved 2\nwaiting c 1\nwaiting d 1\n"
                             "delivered c 1\nfailed c 1\nsilences in force 1\nrequests open 1\n");
    assert_int_equal(ad_store_prune(store, 300, &err), 0);
    b.len = 0;
    assert_int_equal(ad_store_each_count(store, 150, add_count, &b, &err), 0);
    ad_buf_add(&b, "", 1);
    assert_string_equal(b.s, "incidents firing 1\nincidents resolved 1\nwaiting c 1\nwaiting d 1\n"
                             "failed c 1\nrequests open 1\n");
    ad_buf_free(&b);
    assert_history(store, NULL, "500 cc resolved||high: value 9 is above 3\n");
    ad_store_close(store);
}

/* --- files -------------------------------------------------------------------------------------
 */

static void assert_refused(const char *path, bool create, int want, const char *words)
{
    struct ad_store *store;
    struct ad_store_cfg cfg = {.path = path, .create = create, .wait = 0.05};
    assert_int_equal(ad_store_open(&store, &cfg, &err), want);
    assert_null(store);
    if (!strstr(err.text, words) || !strstr(err.text, path))
        fail_msg("not \"%s\" in: %s", words, err.text);
}

/* Overwrite n bytes of the file at `at` (from its end if negative). */
static void patch(const char *path, long at, const void *s, size_t n)
{
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, at, at < 0 ? SEEK_END : SEEK_SET), 0);
    assert_int_equal(fwrite(s, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void refuses_other_files(void **state)
{
    (void)state;
    char path[PATH_SIZE];
    assert_refused(folder, true, -1, "not a regular file");
    assert_refused(fresh(path), false, -1, "No such file");
    FILE *f = fopen(path, "w");
    fclose(f);
    assert_refused(path, false, -1, "is empty");
    f = fopen(path, "w");
    fputs("host,value\nweb1,3\n", f);
    fclose(f);
    assert_refused(path, true, -1, "is no database of alerts");
    unlink(path);

    ad_store_close(open_at(path));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    /* The fields of the header: https://sqlite.org/fileformat.html, 1.3 */
    patch(path, 60, "\0\0\0\2", 4);
    assert_refused(path, true, -1, "version 2");
    patch(path, 60, "\0\0\0\1", 4);
    patch(path, 68, "\0\0\0\1", 4);
    assert_refused(path, true, -1, "none of alerts");
    patch(path, 68, "adal", 4);
    ad_store_close(open_at(path));
}

static int count_one(void *arg, const struct ad_incident *in)
{
    (void)in;
    ++*(int *)arg;
    return 0;
}

static void notices_damage(void **state)
{
    (void)state;
    char path[PATH_SIZE], noise[1024];
    struct ad_store *store = open_at(fresh(path));
    assert_int_equal(ad_store_begin(store, &err), 0);
    for (int i = 0; i < 2000; i++) {
        char id[AD_INCIDENT_ID + 1];
        snprintf(id, sizeof id, "%04x", (unsigned)i);
        struct ad_incident in = incident(id);
        assert_int_equal(ad_store_put_incident(store, &in, 100, &err), 0);
    }
    assert_int_equal(ad_store_commit(store, &err), 0);
    assert_int_equal(ad_store_check(store, &err), 0);
    ad_store_close(store);
    memset(noise, 0x5a, sizeof noise);
    for (long at = 100 * 4096L; at < 140 * 4096L; at += 4096)
        patch(path, at, noise, sizeof noise);
    store = open_at(path);
    assert_int_equal(ad_store_check(store, &err), -1);
    assert_non_null(strstr(err.text, "damaged"));
    int n = 0;
    assert_int_equal(ad_store_each_incident(store, AD_INCIDENTS_ALL, count_one, &n, &err), -1);
    assert_non_null(strstr(err.text, "damaged"));
    ad_store_close(store);
}

static void says_when_it_is_locked(void **state)
{
    (void)state;
    char path[PATH_SIZE];
    struct ad_store *a = open_at(fresh(path)), *b;
    struct ad_store_cfg cfg = {.path = path, .wait = 0.05};
    assert_int_equal(ad_store_open(&b, &cfg, &err), 0);
    assert_int_equal(ad_store_begin(a, &err), 0);
    struct ad_incident in = incident("aa");
    assert_int_equal(ad_store_put_incident(b, &in, 100, &err), AD_STORE_AGAIN);
    assert_non_null(strstr(err.text, "locked"));
    assert_int_equal(ad_store_begin(b, &err), AD_STORE_AGAIN);
    assert_int_equal(has(b, "aa"), 0); /* reading goes on */
    assert_int_equal(ad_store_commit(a, &err), 0);
    assert_int_equal(ad_store_put_incident(b, &in, 100, &err), 0);
    ad_store_close(a);
    ad_store_close(b);
}

/* No file may grow beyond so many bytes: to SQLite that is much as a full disk. */
static void limit(rlim_t bytes)
{
    struct rlimit r;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &r), 0);
    r.rlim_cur = bytes ? bytes : r.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

static void says_when_the_disk_is_full(void **state)
{
    (void)state;
    char path[PATH_SIZE];
    signal(SIGXFSZ, SIG_IGN);
    struct ad_store *store = open_at(fresh(path));
    limit(1 << 18);
    int rc = 0, n = 0;
    while (rc == 0 && n < 1000) {
        char id[AD_INCIDENT_ID + 1];
        snprintf(id, sizeof id, "%04x", (unsigned)n++);
        struct ad_incident in = incident(id);
        rc = ad_store_put_incident(store, &in, 100, &err);
    }
    limit(0);
    assert_int_equal(rc, AD_STORE_AGAIN);
    assert_non_null(strstr(err.text, "the disk is full"));
    int kept = 0;
    assert_int_equal(ad_store_each_incident(store, AD_INCIDENTS_ALL, count_one, &kept, &err), 0);
    assert_int_equal(kept, n - 1); /* each whose commit returned */
    struct ad_incident in = incident("ff");
    assert_int_equal(ad_store_put_incident(store, &in, 100, &err), 0);
    assert_int_equal(ad_store_check(store, &err), 0);
    ad_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_incidents),
        cmocka_unit_test(knows_incidents_again),
        cmocka_unit_test(writes_history),
        cmocka_unit_test(all_or_nothing),
        cmocka_unit_test(keeps_texts),
        cmocka_unit_test(claims_once),
        cmocka_unit_test(keeps_the_order_of_an_incident),
        cmocka_unit_test(people_can_help),
        cmocka_unit_test(a_refresh_takes_the_place_of_another),
        cmocka_unit_test(frees_what_the_dead_held),
        cmocka_unit_test(silences),
        cmocka_unit_test(requests),
        cmocka_unit_test(counts_and_forgets),
        cmocka_unit_test(refuses_other_files),
        cmocka_unit_test(notices_damage),
        cmocka_unit_test(says_when_it_is_locked),
        cmocka_unit_test(says_when_the_disk_is_full),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
