/* Threads that share out the numbered parts of a job. */
#ifndef AD_BASE_POOL_H
#define AD_BASE_POOL_H

#include <stddef.h>

struct ad_pool;

/* A pool of `threads` >= 1, the caller's own among them; none is started before the first job.
 * Returns NULL when out of memory. */
struct ad_pool *ad_pool_new(size_t threads);
void ad_pool_free(struct ad_pool *pool);

/* Threads of the pool; 1 for NULL. */
size_t ad_pool_threads(const struct ad_pool *pool);

/* Call part(arg, i, thread) for every i < n, in any order and on any thread; `thread` < threads is
 * the one it runs on, so that each may have its own scratch. Returns when all are done. NULL is a
 * pool of one thread; threads that cannot be started are done without. No part may start another
 * job of the same pool. Signals go to the threads that there were before the pool's. */
void ad_pool_each(struct ad_pool *pool, size_t n, void (*part)(void *arg, size_t i, size_t thread),
                  void *arg);

#endif
