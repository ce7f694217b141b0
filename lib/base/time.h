/* Points in time, durations and zones. A time is a double: seconds since 1970-01-01T00:00:00Z. */
#ifndef AD_BASE_TIME_H
#define AD_BASE_TIME_H

#include "base/err.h"
#include "base/str.h"

/* A stretch of time, both ends included. */
struct ad_stretch {
    double from, to;
};

/* Reads times of one stream: knows the zone, the format, and remembers the last day and offset,
 * so that consecutive times cost a few nanoseconds. Not shared between threads. */
struct ad_clock;

/* zone: an IANA name (Europe/Berlin), a POSIX TZ string (CET-1CEST,M3.5.0,M10.5.0/3; a summer time
 * needs its rule), or NULL for $TZ, else UTC; UTC, GMT and Z need no tzdata. format: for
 * strptime(3), then the only one, where %z and %s give the offset and %Z must be UTC, GMT, Z or of
 * the zone; NULL for the formats of ad_clock_parse(). Both are copied. Returns NULL for an unknown
 * zone (the text names it) or out of memory. One zone per process: this sets TZ and calls tzset().
 */
struct ad_clock *ad_clock_open(const char *zone, const char *format, struct ad_err *err);
void ad_clock_close(struct ad_clock *clock);

/* Name of the zone in force, for the state file; lives as long as the clock. */
const char *ad_clock_zone(const struct ad_clock *clock);

/* Read a time: a number (epoch: |x| < 1e11 seconds, < 1e14 milliseconds, < 1e17 microseconds, else
 * nanoseconds), ISO 8601 (`2024-03-31T02:30:00.5+02:00`, blank for T, no zone: the clock's; also
 * `2024-03-31`, `+0200`, `+02`, `Z`, comma for the point, seconds optional, basic format
 * 20240331T023000Z), or what the format says. A wall time that occurs twice means the first one;
 * one that does not exist is moved on by the length of the gap. Returns 0, or -1 if it is none of
 * these, out of range (years 1 to 9999) or not on the calendar (second 60 is accepted). */
int ad_clock_parse(struct ad_clock *clock, struct ad_str text, double *t);

/* Wall-clock seconds of t in the zone: t plus the zone's offset from UTC at t. floor(w / 86400)
 * counts local days from 1970-01-01 (a Thursday), so phases of days and weeks need no calendar. */
double ad_clock_wall(struct ad_clock *clock, double t);

/* Write t as `2024-03-31T00:30:00Z`, or `2024-03-31T00:30:00.500Z` when it has milliseconds; beyond
 * the years 1 to 9999 as a number, nothing for NaN and infinity. Returns the number of bytes, at
 * most 32; no NUL. */
size_t ad_time_print(char *out, double t);

/* Read a duration with its unit: `90s`, `1.5h`, `2d`; units ms s m h d w. Returns 0, or -1. */
int ad_duration_parse(struct ad_str text, double *seconds);

/* Write a duration in its largest whole unit (`1h`, `90s`, `0.5s`), so that ad_duration_parse()
 * reads it back. Returns the number of bytes, at most 40; no NUL. */
size_t ad_duration_print(char *out, double seconds);

#endif
