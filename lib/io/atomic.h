/* Files replaced as a whole or not at all, and locks beside them. Symbolic links are followed
 * first, so that the file they lead to is replaced and locked, not the link. */
#ifndef AD_IO_ATOMIC_H
#define AD_IO_ATOMIC_H

#include "base/err.h"

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

/* The new contents of a file, in a temporary file in the same folder. */
struct ad_atomic;

/* Begin to replace path, with this mode less the umask. A path that is there but not a regular
 * file is refused. Returns NULL on error. */
struct ad_atomic *ad_atomic_open(const char *path, mode_t mode, struct ad_err *err);

/* Returns 0, or -1. */
int ad_atomic_write(struct ad_atomic *a, const void *s, size_t len, struct ad_err *err);

/* Make the new contents durable and the file's. Releases a. Returns 0, or -1, the old file then
 * being in place still (unless it was only the last step that failed, the sync of the folder). */
int ad_atomic_commit(struct ad_atomic *a, struct ad_err *err);

/* Leave the old file as it is. Releases a; accepts NULL. */
void ad_atomic_abort(struct ad_atomic *a);

enum { AD_LOCK_BUSY = 1 };

/* Take the exclusive lock on path, which is path.lock: made if need be, never removed. Waits up to
 * `wait` seconds for another process that holds it, or until *stop (may be NULL) is set. Returns 0
 * with the lock in *fd, AD_LOCK_BUSY (with a text), or -1. */
int ad_lock_take(const char *path, double wait, const volatile sig_atomic_t *stop, int *fd,
                 struct ad_err *err);

/* fd of a lock that was taken, or -1. */
void ad_lock_release(int fd);

#endif
