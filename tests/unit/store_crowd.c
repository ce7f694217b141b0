/* Many processes at one database, killed at random: nothing that was committed is lost, nothing is
 * sent twice within a lease or again once its delivery was noted, nothing overtakes. */
#include "unit.h"

#include "alert/store.h"
#include "maths/rng.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROLES = 5, KILLS = 40, MOST = 200000 };

static const double lease = 0.3;

static char folder[] = "/tmp/ad-crowd-XXXXXX";
static struct ad_err err;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void nap(double seconds)
{
    struct timespec t = {0, (long)(seconds * 1e9)};
    nanosleep(&t, NULL);
}

static void name_file(char path[64], const char *name)
{
    snprintf(path, 64, "%s/%s", folder, name);
}

/* One line at once, so that a kill leaves it whole or out. */
static void put_line(int fd, char what, const char *id, double t)
{
    char line[64];
    int n = snprintf(line, sizeof line, "%c %32s %.9f\n", what, id, t);
    if (write(fd, line, (size_t)n) != n)
        _exit(3);
}

static int open_log(void)
{
    char path[64];
    name_file(path, "log");
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (fd < 0)
        _exit(3);
    return fd;
}

static struct ad_store *open_store(void)
{
    char path[64];
    name_file(path, "db");
    struct ad_store_cfg cfg = {.path = path, .create = true, .wait = 20};
    struct ad_store *store;
    if (ad_store_open(&store, &cfg, &err) == 0)
        return store;
    fprintf(stderr, "# %s\n", err.text);
    _exit(4);
}

static void must(int rc)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "# %s\n", err.text);
    _exit(5);
}

/* An incident with a trigger and a resolve, in one commit; then say so. */
static void produce(struct ad_store *store, int log)
{
    static unsigned count;
    struct ad_incident in = {.state = AD_INCIDENT_FIRING, .score = 1};
    snprintf(in.id, sizeof in.id, "%08x%08x%015x", (unsigned)getpid(), (unsigned)now(), count++);
    must(ad_store_begin(store, &err));
    must(ad_store_put_incident(store, &in, now(), &err));
    char id[2][AD_INCIDENT_ID + 2];
    for (int i = 0; i < 2; i++) {
        struct ad_notice n = {.event = i ? AD_NOTICE_RESOLVE : AD_NOTICE_TRIGGER,
                              .channel = ad_str_of("c"),
                              .doc = ad_str_of("{}")};
        memcpy(n.incident, in.id, sizeof in.id);
        snprintf(id[i], sizeof id[i], "%s%d", in.id, i);
        memcpy(n.id, id[i], sizeof n.id);
        must(ad_store_put_notice(store, &n, now(), &err));
    }
    must(ad_store_commit(store, &err));
    for (int i = 0; i < 2; i++)
        put_line(log, 'C', id[i], now());
    nap(0.001);
}

/* Returns whether there was something to send. */
static bool post(struct ad_store *store, int log, struct ad_rng *rng)
{
    struct ad_outgoing n;
    double t = now();
    int rc = ad_store_claim(store, (uint64_t)getpid(), "c", t, lease, &n, &err);
    must(rc);
    if (rc == 0) {
        nap(0.002);
        return isfinite(n.ready);
    }
    char id[AD_INCIDENT_ID + 1];
    memcpy(id, n.id, sizeof id);
    put_line(log, 'S', id, t);
    if (ad_rng_unit(rng) < 0.3) {
        put_line(log, 'F', id, t);
        must(ad_store_settle(store, &n, now(), AD_OUTBOX_WAITING, now() + 0.01, ad_str_of("no"),
                             &err));
        return true;
    }
    must(ad_store_settle(store, &n, now(), AD_OUTBOX_DELIVERED, 0, ad_str_of(""), &err));
    put_line(log, 'D', id, now());
    return true;
}

/* Ask for something, and do what others have asked for. */
static bool ask_and_answer(struct ad_store *store, int log, bool ask)
{
    struct ad_request r = {.incident = "aa"}, got;
    if (ask)
        must(ad_store_ask(store, &r, &err));
    must(ad_store_begin(store, &err));
    int rc = ad_store_next_request(store, 0, &got, &err);
    must(rc);
    if (rc == 1)
        must(ad_store_answer(store, got.id, now(), &err));
    must(ad_store_commit(store, &err));
    if (rc == 1) {
        char id[AD_INCIDENT_ID + 1];
        snprintf(id, sizeof id, "%032llx", (unsigned long long)got.id);
        put_line(log, 'A', id, now());
    }
    nap(ask ? 0.003 : 0);
    return rc == 1;
}

static void live(pid_t parent, int role, uint64_t seed)
{
    struct ad_rng rng;
    ad_rng_seed(&rng, seed);
    struct ad_store *store = open_store(), *sender;
    must(ad_store_clone(&sender, store, &err));
    /* Not longer than the test, should that fail. */
    for (int log = open_log(); getppid() == parent;)
        if (role < 2)
            produce(store, log);
        else if (role < 4)
            post(sender, log, &rng);
        else
            ask_and_answer(store, log, true);
    _exit(6);
}

static pid_t begin(int role, uint64_t seed)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        live(parent, role, seed);
    assert_true(pid > 0);
    return pid;
}

static void end(pid_t pid)
{
    int status;
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status)); /* it had not given up before */
}

struct event {
    char what, id[AD_INCIDENT_ID + 1];
    double t;
    size_t at;
};

static int by_id(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    int c = strcmp(x->id, y->id);
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

static struct event *read_log(size_t *n)
{
    char path[64];
    name_file(path, "log");
    FILE *f = fopen(path, "r");
    struct event *e = calloc(MOST, sizeof *e);
    assert_non_null(f);
    assert_non_null(e);
    for (*n = 0; *n < MOST; ++*n) {
        e[*n].at = *n;
        if (fscanf(f, "%c %32s %lf\n", &e[*n].what, e[*n].id, &e[*n].t) != 3)
            break;
    }
    assert_true(feof(f));
    fclose(f);
    qsort(e, *n, sizeof *e, by_id);
    return e;
}

/* All that happened to one notice, e[0..n). Returns whether it was one that was committed for
 * certain. */
static bool check_notice(const struct event *e, size_t n)
{
    bool committed = false, delivered = false, failed = false;
    double sent = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        committed |= e[i].what == 'C';
        failed |= e[i].what == 'F';
        delivered |= e[i].what == 'D';
        if (e[i].what == 'S') {
            assert_false(delivered);
            assert_true(failed || e[i].t >= sent + lease);
            sent = e[i].t;
            failed = false;
        }
    }
    assert_true(sent > 0);
    return committed;
}

static size_t last_sent(const struct event *e, size_t n)
{
    while (e[n - 1].what != 'S')
        n--;
    return e[n - 1].at;
}

static size_t first_sent(const struct event *e)
{
    while (e->what != 'S')
        e++;
    return e->at;
}

static void check_log(void)
{
    size_t n, end, committed = 0, sent = 0, notices = 0, answers = 0;
    struct event *e = read_log(&n);
    for (size_t i = 0, before = 0; i < n; before = i, i = end) {
        for (end = i; end < n && strcmp(e[end].id, e[i].id) == 0; end++)
            sent += e[end].what == 'S';
        if (e[i].what == 'A') {
            assert_int_equal(end - i, 1); /* each request was answered once */
            answers++;
            continue;
        }
        committed += check_notice(e + i, end - i);
        notices++;
        /* The resolve of an incident follows its trigger in this order. */
        if (e[i].id[AD_INCIDENT_ID - 1] == '1') {
            assert_memory_equal(e[i].id, e[before].id, AD_INCIDENT_ID - 1);
            assert_true(first_sent(e + i) > last_sent(e + before, i - before));
        }
    }
    print_message("# %zu notices sent %zu times, %zu answers\n", notices, sent, answers);
    assert_true(committed > 10 && answers > 10 && sent > notices);
    free(e);
}

/* Whether enough has happened for a verdict: on a slow machine that takes its time. */
static bool enough(void)
{
    size_t n, delivered = 0, answers = 0;
    struct event *e = read_log(&n);
    for (size_t i = 0; i < n; i++) {
        delivered += e[i].what == 'D';
        answers += e[i].what == 'A';
    }
    free(e);
    return delivered > 30 && answers > 10;
}

static int is_delivered(void *arg, const struct ad_outgoing *n)
{
    (void)n;
    ++*(size_t *)arg;
    return 0;
}

static void survives_kills(void **state)
{
    (void)state;
    pid_t pid[ROLES];
    struct ad_rng rng;
    ad_rng_seed(&rng, 2402);
    assert_non_null(mkdtemp(folder));
    int log = open_log();
    for (int i = 0; i < ROLES; i++)
        pid[i] = begin(i, (uint64_t)i);
    for (int k = 0; k < KILLS; k++) {
        nap(0.02 + 0.04 * ad_rng_unit(&rng));
        int i = (int)ad_rng_below(&rng, ROLES);
        end(pid[i]);
        pid[i] = begin(i, (uint64_t)(ROLES + k));
    }
    for (int i = 0; i < 600 && !enough(); i++)
        nap(0.1);
    for (int i = 0; i < ROLES; i++)
        end(pid[i]);

    struct ad_store *store = open_store();
    assert_int_equal(ad_store_check(store, &err), 0);
    while (post(store, log, &rng) || ask_and_answer(store, log, false))
        ;
    size_t delivered = 0, all = 0;
    assert_int_equal(
        ad_store_each_outgoing(store, 1 << AD_OUTBOX_DELIVERED, is_delivered, &delivered, &err), 0);
    assert_int_equal(ad_store_each_outgoing(store, ~0U, is_delivered, &all, &err), 0);
    assert_int_equal(delivered, all);
    close(log);
    ad_store_close(store);
    check_log();
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const name[] = {"log", "db", "db-wal", "db-shm"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        char path[64];
        name_file(path, name[i]);
        unlink(path);
    }
    ad_err_free(&err);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(survives_kills)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
