/* Input: a list of files read one after the other, each plain or gzip. */
#ifndef AD_IO_SOURCE_H
#define AD_IO_SOURCE_H

#include "base/err.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* ad_source_read() and ad_source_wait(): the stop flag is set. */
enum { AD_SOURCE_STOPPED = -2 };

/* Bytes of the file that ad_source_crc() looks at. */
enum { AD_SOURCE_CRC_SPAN = 4096 };

struct ad_source;

/* What identifies the current file. */
struct ad_source_stat {
    uint64_t dev, inode;
    uint64_t size; /* as stored, at the time of the call */
    bool regular;  /* else a pipe, terminal, socket ...: size says nothing */
    bool gzip;     /* known once something was read */
};

/* n names of files; `-`, or no names at all, is standard input. The names are borrowed and nothing
 * is opened yet. `stop` may be NULL: a flag that a signal handler sets to end a read that waits
 * (within a second, should the signal fall just before the wait). Returns NULL when out of
 * memory. */
struct ad_source *ad_source_open(const char *const *names, size_t n,
                                 const volatile sig_atomic_t *stop, struct ad_err *err);
void ad_source_close(struct ad_source *src);

/* Keep what is read and cannot be read twice (see io/keep.h), before the first ad_source_next(); so
 * that ad_source_rewind() can go back before the first file: from there the same bytes come again,
 * with the same errors after them, but at once. Returns 0, or -1. */
int ad_source_keep(struct ad_source *src, unsigned long long memory, struct ad_err *err);
void ad_source_rewind(struct ad_source *src);

/* Close the current file and open the next one. Returns 1, 0 when there are no more, -1 or
 * AD_SOURCE_STOPPED (a named pipe nobody writes to); after an error the next call goes on with the
 * file after it. */
int ad_source_next(struct ad_source *src, struct ad_err *err);

/* Up to cap (> 0) bytes of the current file, as soon as there are any, inflated if it begins like
 * gzip (all members; zeros may follow the last). Returns their number, 0 at the end of the file, -1
 * (all bytes before the damage were delivered first) or AD_SOURCE_STOPPED. */
ssize_t ad_source_read(struct ad_source *src, void *buf, size_t cap, struct ad_err *err);

/* Whether a read would return without waiting for somebody else. */
bool ad_source_ready(struct ad_source *src);

/* Wait until ad_source_ready(), at most timeout_ms (negative: for ever). Returns 1 when ready, 0
 * when the time is over, or AD_SOURCE_STOPPED. */
int ad_source_wait(struct ad_source *src, int timeout_ms);

/* Name of the current (or else the next) file for messages, `standard input` for `-`. */
const char *ad_source_name(const struct ad_source *src);

/* Returns 0, or -1. */
int ad_source_stat(const struct ad_source *src, struct ad_source_stat *st, struct ad_err *err);

/* Go on reading at this offset of the current file. Returns 0, or -1; only a plain (not gzip)
 * regular file can. */
int ad_source_seek(struct ad_source *src, uint64_t offset, struct ad_err *err);

/* CRC-32 of the up to AD_SOURCE_CRC_SPAN stored bytes before the offset of the current regular
 * file; the reading position stays. Returns 0, or -1 (also when the file is shorter). */
int ad_source_crc(const struct ad_source *src, uint64_t offset, uint32_t *crc, struct ad_err *err);

/* Stored (for gzip: compressed) bytes read so far from all files, and in all of them at the start;
 * the latter is 0 if unknown because one of them is not a regular file. */
uint64_t ad_source_done(const struct ad_source *src);
uint64_t ad_source_total(const struct ad_source *src);

#endif
