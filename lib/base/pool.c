#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* A job is what lies between ad_pool_each()'s begin and end. Parts are big, so that one lock for
 * all costs nothing. */
struct ad_pool {
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    size_t threads, started; /* started: workers that run, the caller not among them */
    bool stop;
    void (*part)(void *arg, size_t i, size_t thread);
    void *arg;
    size_t n, next, left; /* parts: all, not yet begun from here on, not yet ended */
    struct worker {
        struct ad_pool *pool;
        size_t thread;
        pthread_t id;
    } worker[];
};

struct ad_pool *ad_pool_new(size_t threads)
{
    if (threads > SIZE_MAX / 2 / sizeof(struct worker))
        return NULL;
    struct ad_pool *pool = calloc(1, sizeof *pool + (threads - 1) * sizeof *pool->worker);
    if (!pool)
        return NULL;
    pool->threads = threads;
    if (pthread_mutex_init(&pool->lock, NULL))
        goto no_lock;
    if (pthread_cond_init(&pool->work, NULL))
        goto no_work;
    if (pthread_cond_init(&pool->done, NULL))
        goto no_done;
    return pool;
no_done:
    pthread_cond_destroy(&pool->work);
no_work:
    pthread_mutex_destroy(&pool->lock);
no_lock:
    free(pool);
    return NULL;
}

void ad_pool_free(struct ad_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->started; i++)
        pthread_join(pool->worker[i].id, NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

size_t ad_pool_threads(const struct ad_pool *pool)
{
    return pool ? pool->threads : 1;
}

/* Work on parts of the job until none is left to begin. The lock is held on entry and exit. */
static void take_part(struct ad_pool *pool, size_t thread)
{
    while (pool->next < pool->n) {
        size_t i = pool->next++;
        pthread_mutex_unlock(&pool->lock);
        pool->part(pool->arg, i, thread);
        pthread_mutex_lock(&pool->lock);
        if (--pool->left == 0)
            pthread_cond_signal(&pool->done);
    }
}

static void *work(void *arg)
{
    const struct worker *self = arg;
    struct ad_pool *pool = self->pool;
    pthread_mutex_lock(&pool->lock);
    while (!pool->stop) {
        take_part(pool, self->thread);
        if (!pool->stop)
            pthread_cond_wait(&pool->work, &pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Start as many workers as there are parts to share. Signals are left to the thread that had them
 * before there were others. */
static void start(struct ad_pool *pool, size_t n)
{
    size_t want = n < pool->threads ? n : pool->threads;
    if (pool->started + 1 >= want)
        return;
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (pool->started + 1 < want) {
        struct worker *w = &pool->worker[pool->started];
        *w = (struct worker){.pool = pool, .thread = pool->started + 1};
        if (pthread_create(&w->id, NULL, work, w))
            break;
        pool->started++;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void ad_pool_each(struct ad_pool *pool, size_t n, void (*part)(void *arg, size_t i, size_t thread),
                  void *arg)
{
    if (!pool || pool->threads == 1 || n < 2) {
        for (size_t i = 0; i < n; i++)
            part(arg, i, 0);
        return;
    }
    start(pool, n);
    pthread_mutex_lock(&pool->lock);
    pool->part = part;
    pool->arg = arg;
    pool->n = pool->left = n;
    pool->next = 0;
    pthread_cond_broadcast(&pool->work);
    take_part(pool, 0);
    while (pool->left > 0)
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}
