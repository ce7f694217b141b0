#include "unit.h"

#include "alert/courier.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 2000 };

static struct ad_err err;

static double now_by(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double now(void)
{
    return now_by(CLOCK_MONOTONIC);
}

static void nap(double seconds)
{
    struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&t, NULL);
}

/* The other side: what it was told and when, and how it answers. */
struct far {
    pthread_mutex_t lock;
    void (*answer)(unsigned call, const char *doc, struct ad_delivery *out); /* NULL: takes it */
    unsigned calls;
    char doc[MOST][24];
    double at[MOST];
};

static void send_far(void *arg, struct ad_str doc, struct ad_delivery *out)
{
    struct far *f = arg;
    pthread_mutex_lock(&f->lock);
    unsigned i = f->calls++;
    assert_true(i < MOST && doc.len < sizeof f->doc[0]);
    memcpy(f->doc[i], doc.s, doc.len);
    f->at[i] = now();
    pthread_mutex_unlock(&f->lock);
    *out = (struct ad_delivery){.what = AD_DELIVERED};
    if (f->answer)
        f->answer(i, f->doc[i], out);
}

static unsigned calls(struct far *f)
{
    pthread_mutex_lock(&f->lock);
    unsigned n = f->calls;
    pthread_mutex_unlock(&f->lock);
    return n;
}

/* Whether it gets so many calls within so many seconds. */
static bool receives(struct far *f, unsigned n, double seconds)
{
    for (double until = now() + seconds; now() < until; nap(0.002))
        if (calls(f) >= n)
            return true;
    return calls(f) >= n;
}

struct scene {
    struct ad_store *store;
    struct far far[2];
    struct ad_courier_channel channel[2];
    struct ad_courier_cfg cfg;
    struct ad_courier *courier;
    struct ad_courier_counts counts;
    unsigned notices;
};

static int set_up(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    struct ad_store_cfg cfg = {.wait = 10};
    if (!s || ad_store_open(&s->store, &cfg, &err))
        return -1;
    static const char *const name[] = {"a", "b"};
    for (int i = 0; i < 2; i++) {
        pthread_mutex_init(&s->far[i].lock, NULL);
        s->channel[i] = (struct ad_courier_channel){name[i], 30, send_far, &s->far[i]};
    }
    s->cfg = (struct ad_courier_cfg){.channel = s->channel, .n = 2, .retry_first = 0.01};
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    for (int i = 0; i < 2; i++)
        pthread_mutex_destroy(&s->far[i].lock);
    ad_store_close(s->store);
    free(s);
    ad_err_free(&err);
    return 0;
}

static void start(struct scene *s)
{
    s->courier = ad_courier_start(s->store, &s->cfg, &err);
    if (!s->courier)
        fail_msg("%s", err.text);
}

static void stop(struct scene *s, double drain)
{
    if (ad_courier_stop(s->courier, drain, &s->counts, &err))
        fail_msg("%s", err.text);
}

/* Put a notice of the incident whose document is INCIDENT.NUMBER. */
static void put(struct scene *s, const char *channel, const char *incident)
{
    struct ad_notice n = {.channel = ad_str_of(channel)};
    char doc[24];
    snprintf(n.id, sizeof n.id, "%08x", s->notices);
    snprintf(n.incident, sizeof n.incident, "%s", incident);
    snprintf(doc, sizeof doc, "%s.%u", incident, s->notices++);
    n.doc = ad_str_of(doc);
    if (ad_store_put_notice(s->store, &n, 0, &err))
        fail_msg("%s", err.text);
}

static void put_many(struct scene *s, const char *channel, unsigned n)
{
    assert_int_equal(ad_store_begin(s->store, &err), 0);
    for (unsigned i = 0; i < n; i++) {
        char incident[16];
        snprintf(incident, sizeof incident, "%x", i);
        put(s, channel, incident);
    }
    assert_int_equal(ad_store_commit(s->store, &err), 0);
}

static void later(struct ad_delivery *out, double after)
{
    *out = (struct ad_delivery){.what = AD_DELIVER_LATER, .after = after};
    ad_err_set(&out->why, "busy");
}

/* --- what is sent ------------------------------------------------------------------------------
 */

static void fails_now_and_then(unsigned call, const char *doc, struct ad_delivery *out)
{
    (void)doc;
    if (call % 3 == 0)
        later(out, 0);
}

static void sends_all_in_order(void **state)
{
    struct scene *s = *state;
    s->far[1].answer = fails_now_and_then;
    for (int i = 0; i < 5; i++) {
        put_many(s, "a", 30);
        put_many(s, "b", 30);
    }
    start(s);
    stop(s, 30);
    assert_int_equal(s->counts.delivered, 300);
    assert_int_equal(s->counts.waiting, 0);
    assert_int_equal(s->far[0].calls, 150);
    assert_int_equal(s->far[1].calls, 150 + 75); /* 225 / 3 */
    unsigned newest[30] = {0};
    for (unsigned i = 0; i < s->far[1].calls; i++) {
        unsigned incident, number;
        assert_int_equal(sscanf(s->far[1].doc[i], "%x.%u", &incident, &number), 2);
        assert_true(number >= newest[incident]);
        newest[incident] = number;
    }
}

static void sends_at_once(void **state)
{
    struct scene *s = *state;
    start(s);
    nap(0.05);
    double before = now(), least = INFINITY;
    for (unsigned i = 1; i <= 5; i++) {
        put(s, "a", "aa");
        ad_courier_wake(s->courier);
        assert_true(receives(&s->far[0], i, 10));
        least = fmin(least, now() - before);
        before = now();
    }
    assert_true(least < 0.5);
    put(s, "a", "aa"); /* nobody tells */
    assert_true(receives(&s->far[0], 6, 10));
    stop(s, 0);
    assert_int_equal(s->counts.delivered, 6);
}

/* The order to stop may come between the look for a notice that was not there yet and the rest. */
static void sends_what_was_put_just_before_the_end(void **state)
{
    struct scene *s = *state;
    for (unsigned i = 0; i < 300; i++) {
        start(s);
        put(s, "a", "x");
        ad_courier_wake(s->courier);
        stop(s, 10);
        assert_int_equal(s->counts.waiting, 0);
        assert_int_equal(calls(&s->far[0]), i + 1);
    }
}

static void works_beside_a_writer(void **state)
{
    struct scene *s = *state;
    start(s);
    for (int i = 0; i < 50; i++) {
        put_many(s, i % 2 ? "a" : "b", 20);
        ad_courier_wake(s->courier);
    }
    stop(s, 30);
    assert_int_equal(s->counts.delivered, 1000);
    assert_int_equal(s->far[0].calls + s->far[1].calls, 1000);
}

static atomic_bool hanging;

static void hangs(unsigned call, const char *doc, struct ad_delivery *out)
{
    (void)call, (void)doc, (void)out;
    while (hanging)
        nap(0.002);
    nap(0.2);
}

static void one_that_hangs_keeps_no_other(void **state)
{
    struct scene *s = *state;
    s->far[0].answer = hangs;
    hanging = true;
    put_many(s, "a", 2);
    put_many(s, "b", 20);
    start(s);
    bool others = receives(&s->far[1], 20, 30), begun = receives(&s->far[0], 1, 30);
    unsigned n = calls(&s->far[0]);
    hanging = false;
    stop(s, 0); /* what has begun is waited for */
    assert_true(others && begun);
    assert_int_equal(n, 1);
    assert_true(s->counts.delivered >= 21);
    assert_int_equal(s->counts.delivered + s->counts.waiting, 22);
}

/* --- what fails --------------------------------------------------------------------------------
 */

static void fails_thrice(unsigned call, const char *doc, struct ad_delivery *out)
{
    (void)doc;
    if (call < 3)
        later(out, 0);
}

static void tries_again_ever_later(void **state)
{
    struct scene *s = *state;
    s->cfg.retry_first = 0.1;
    s->far[0].answer = fails_thrice;
    put(s, "a", "aa");
    start(s);
    stop(s, 30);
    assert_int_equal(s->counts.delivered, 1);
    assert_int_equal(s->far[0].calls, 4);
    for (int i = 0; i < 3; i++) {
        double gap = s->far[0].at[i + 1] - s->far[0].at[i];
        assert_true(gap >= 0.05 * (1 << i) && gap < 0.1 * (1 << i) + 5);
    }
}

static void asks_for_a_pause(unsigned call, const char *doc, struct ad_delivery *out)
{
    (void)doc;
    if (call == 0)
        later(out, 0.4);
}

static void leaves_a_channel_alone_that_asks_for_it(void **state)
{
    struct scene *s = *state;
    s->far[0].answer = asks_for_a_pause;
    put_many(s, "a", 3);
    start(s);
    stop(s, 30);
    assert_int_equal(s->counts.delivered, 3);
    assert_int_equal(s->far[0].calls, 4);
    assert_true(s->far[0].at[1] - s->far[0].at[0] >= 0.4);
}

static void always_fails(unsigned call, const char *doc, struct ad_delivery *out)
{
    (void)call, (void)doc;
    later(out, 0);
}

static void does_not_hammer_a_channel_that_is_down(void **state)
{
    struct scene *s = *state;
    s->cfg.retry_first = 2;
    s->far[0].answer = always_fails;
    put_many(s, "a", 50);
    start(s);
    assert_true(receives(&s->far[0], 5, 10));
    assert_false(receives(&s->far[0], 6, 0.3));
    stop(s, 0);
    assert_int_equal(s->counts.waiting, 50);
}

static void refuses_some(unsigned call, const char *doc, struct ad_delivery *out)
{
    (void)call;
    if (strcmp(doc, "aa.0") != 0)
        return;
    out->what = AD_DELIVER_NEVER;
    ad_err_set(&out->why, "400 no such key");
}

static char said[64];

static void listen(void *arg, const char *channel, const char *why, bool for_good)
{
    (void)arg;
    snprintf(said, sizeof said, "%s %s %d", channel, why, for_good);
}

static int find_reason(void *arg, const struct ad_outgoing *n)
{
    snprintf(arg, 24, "%.*s", (int)n->why.len, n->why.s);
    return 0;
}

static void goes_on_after_a_refusal(void **state)
{
    struct scene *s = *state;
    s->far[0].answer = refuses_some;
    s->cfg.say = listen;
    put(s, "a", "aa");
    put(s, "a", "aa");
    start(s);
    stop(s, 30);
    assert_int_equal(s->counts.delivered, 1);
    assert_int_equal(s->counts.failed, 1);
    assert_int_equal(s->counts.waiting, 0);
    assert_string_equal(said, "a 400 no such key 1");
    char why[24] = "";
    assert_int_equal(
        ad_store_each_outgoing(s->store, 1 << AD_OUTBOX_FAILED, find_reason, why, &err), 0);
    assert_string_equal(why, "400 no such key");
}

/* --- the end -----------------------------------------------------------------------------------
 */

static void does_not_wait_for_what_is_too_far_off(void **state)
{
    struct scene *s = *state;
    s->cfg.retry_first = 1000;
    s->cfg.retry_most = 1000;
    s->far[0].answer = always_fails;
    put(s, "a", "aa");
    put(s, "nobody", "aa");
    start(s);
    double before = now();
    stop(s, 30);
    assert_true(now() - before < 15);
    assert_int_equal(s->far[0].calls, 1);
    assert_int_equal(s->counts.waiting, 2);
    assert_int_equal(s->counts.stray, 1);
}

static void ends_when_its_time_is_over(void **state)
{
    struct scene *s = *state;
    s->cfg.retry_first = s->cfg.retry_most = 0.05;
    s->far[0].answer = always_fails;
    put(s, "a", "aa");
    start(s);
    double before = now();
    stop(s, 0.3);
    assert_true(now() - before >= 0.2 && now() - before < 15);
    assert_int_equal(s->counts.waiting, 1);
    assert_true(s->far[0].calls >= 2);
}

/* --- trouble -----------------------------------------------------------------------------------
 */

static char folder[] = "/tmp/ad-courier-XXXXXX";

static void name_file(char path[64], const char *name)
{
    snprintf(path, 64, "%s/%s", folder, name);
}

static void remove_folder(void)
{
    static const char *const name[] = {"db", "db-wal", "db-shm"};
    char path[64];
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        name_file(path, name[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

static void open_file(struct scene *s, double wait)
{
    char path[64];
    name_file(path, "db");
    struct ad_store_cfg cfg = {.path = path, .create = true, .wait = wait};
    ad_store_close(s->store);
    if (ad_store_open(&s->store, &cfg, &err))
        fail_msg("%s", err.text);
}

static int told[2];

static void waits_for_the_end(unsigned call, const char *doc, struct ad_delivery *out)
{
    (void)call, (void)doc, (void)out;
    assert_int_equal(write(told[1], "", 1), 1);
    pause();
}

static void is_sent_again_after_a_kill(void **state)
{
    struct scene *s = *state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(pipe(told), 0);
    pid_t pid = fork();
    if (pid == 0) {
        open_file(s, 10);
        s->far[0].answer = waits_for_the_end;
        put(s, "a", "aa");
        start(s);
        nap(30);
        _exit(0);
    }
    int status;
    char byte;
    assert_int_equal(read(told[0], &byte, 1), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    close(told[0]);
    close(told[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    open_file(s, 10);
    start(s);
    stop(s, 0.2);
    assert_int_equal(s->counts.waiting, 1); /* the dead holds it */
    assert_int_equal(ad_store_reclaim(s->store, now_by(CLOCK_REALTIME), &err), 0);
    start(s);
    stop(s, 10);
    assert_int_equal(s->counts.delivered, 1);
    assert_string_equal(s->far[0].doc[0], "aa.0");
    ad_store_close(s->store);
    s->store = NULL;
    remove_folder();
}

static void notes_it_when_the_lock_is_free(void **state)
{
    struct scene *s = *state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    assert_non_null(mkdtemp(folder));
    open_file(s, 0.02);
    s->far[0].answer = hangs;
    put(s, "a", "aa");
    start(s);
    assert_true(receives(&s->far[0], 1, 10));
    while (ad_store_begin(s->store, &err) != 0)
        ;
    nap(1.5);
    assert_int_equal(ad_store_commit(s->store, &err), 0);
    stop(s, 10);
    assert_int_equal(s->counts.delivered, 1);
    assert_int_equal(s->counts.waiting, 0);
    assert_int_equal(calls(&s->far[0]), 1);

    put(s, "a", "aa");
    assert_int_equal(ad_store_begin(s->store, &err), 0);
    start(s);
    assert_int_equal(ad_courier_stop(s->courier, 1.5, &s->counts, &err), AD_STORE_AGAIN);
    assert_non_null(strstr(err.text, "locked"));
    assert_int_equal(s->counts.waiting, 1);
    ad_store_close(s->store);
    s->store = NULL;
    remove_folder();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sends_all_in_order),
        TEST(sends_at_once),
        TEST(sends_what_was_put_just_before_the_end),
        TEST(works_beside_a_writer),
        TEST(one_that_hangs_keeps_no_other),
        TEST(tries_again_ever_later),
        TEST(leaves_a_channel_alone_that_asks_for_it),
        TEST(does_not_hammer_a_channel_that_is_down),
        TEST(goes_on_after_a_refusal),
        TEST(does_not_wait_for_what_is_too_far_off),
        TEST(ends_when_its_time_is_over),
        TEST(is_sent_again_after_a_kill),
        TEST(notes_it_when_the_lock_is_free),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
