/* Small files as a whole: configurations, calendars, lists. */
#ifndef AD_IO_FILE_H
#define AD_IO_FILE_H

#include "base/calendar.h"
#include "base/err.h"
#include "base/str.h"

#include <sys/stat.h>

/* Append all of the file to *out, which must not become longer than `most` bytes, and a NUL behind
 * it that does not count; *seen, unless
 * NULL, tells which file it was. Returns 0, or -1 with a text that names it. */
int ad_file_read(const char *path, size_t most, struct ad_buf *out, struct stat *seen,
                 struct ad_err *err);

/* The days of an iCalendar file, in place of those in *cal, which are freed. Returns 0, or -1 with
 * a text that names the file. */
int ad_file_calendar(const char *path, struct ad_calendar *cal, struct ad_err *err);

#endif
