#define _GNU_SOURCE /* RTLD_NEXT */
#include "unit.h"

#include "base/pool.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

enum { PARTS = 1000, THREADS = 4 };

/* Stands before the C library's: fails once `may_start` threads have been made. */
static int may_start = 1000;

int pthread_create(pthread_t *id, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    return may_start-- > 0 ? real(id, attr, run, arg) : EAGAIN;
}

struct job {
    atomic_int done[PARTS], within[THREADS], wrong;
    size_t threads;
};

static void part(void *arg, size_t i, size_t thread)
{
    struct job *job = arg;
    if (i >= PARTS || thread >= job->threads || atomic_fetch_add(&job->within[thread], 1) != 0) {
        job->wrong++;
        return;
    }
    job->done[i]++;
    job->within[thread]--;
}

static void run(struct ad_pool *pool, size_t threads, size_t n, int times)
{
    struct job *job = calloc(1, sizeof *job);
    assert_non_null(job);
    job->threads = threads;
    for (int i = 0; i < times; i++)
        ad_pool_each(pool, n, part, job);
    assert_int_equal(job->wrong, 0);
    for (size_t i = 0; i < PARTS; i++)
        assert_int_equal(job->done[i], i < n ? times : 0);
    free(job);
}

static void each_part_runs_once_and_alone_on_its_thread(void **state)
{
    (void)state;
    struct ad_pool *pool = ad_pool_new(THREADS);
    assert_int_equal(ad_pool_threads(pool), THREADS);
    for (size_t n = 0; n < 8; n++)
        run(pool, THREADS, n, 3);
    run(pool, THREADS, PARTS, 20);
    run(pool, THREADS, 2, 200);
    ad_pool_free(pool);
}

static void no_pool_and_a_pool_of_one_use_the_callers_thread(void **state)
{
    (void)state;
    may_start = 0;
    struct ad_pool *one = ad_pool_new(1);
    assert_int_equal(ad_pool_threads(NULL), 1);
    run(NULL, 1, PARTS, 2);
    run(one, 1, PARTS, 2);
    assert_int_equal(may_start, 0);
    ad_pool_free(one);
    ad_pool_free(ad_pool_new(3));
    ad_pool_free(NULL);
    may_start = 1000;
}

static void threads_that_cannot_be_started_are_done_without(void **state)
{
    (void)state;
    for (may_start = 0; may_start < 3;) {
        int starts = may_start;
        struct ad_pool *pool = ad_pool_new(THREADS);
        run(pool, THREADS, PARTS, 2);
        assert_true(may_start < 0);
        ad_pool_free(pool);
        may_start = starts + 1;
    }
    may_start = 1000;
}

static void no_more_threads_are_started_than_there_are_parts(void **state)
{
    (void)state;
    may_start = 1000;
    struct ad_pool *pool = ad_pool_new(THREADS);
    run(pool, THREADS, 2, 5);
    assert_int_equal(may_start, 999);
    ad_pool_free(pool);
}

static pthread_barrier_t together;

/* Both parts must have begun before either goes on. Signals are for the first thread only. */
static void meet(void *arg, size_t i, size_t thread)
{
    bool *blocked = arg;
    sigset_t set;
    (void)i;
    pthread_barrier_wait(&together);
    pthread_sigmask(SIG_BLOCK, NULL, &set);
    blocked[thread] = sigismember(&set, SIGTERM) == 1;
}

static void parts_run_side_by_side_and_workers_take_no_signals(void **state)
{
    (void)state;
    bool blocked[2] = {true, false};
    struct ad_pool *pool = ad_pool_new(2);
    assert_int_equal(pthread_barrier_init(&together, NULL, 2), 0);
    ad_pool_each(pool, 2, meet, blocked);
    assert_false(blocked[0]);
    assert_true(blocked[1]);
    ad_pool_free(pool);
    pthread_barrier_destroy(&together);
}

static void a_pool_too_big_for_memory_is_refused(void **state)
{
    (void)state;
    assert_null(ad_pool_new(SIZE_MAX));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_part_runs_once_and_alone_on_its_thread),
    cmocka_unit_test(no_pool_and_a_pool_of_one_use_the_callers_thread),
    cmocka_unit_test(threads_that_cannot_be_started_are_done_without),
    cmocka_unit_test(no_more_threads_are_started_than_there_are_parts),
    cmocka_unit_test(parts_run_side_by_side_and_workers_take_no_signals),
    cmocka_unit_test(a_pool_too_big_for_memory_is_refused),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
