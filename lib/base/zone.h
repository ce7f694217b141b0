/* The time zone of the process, as whole seconds of offset from UTC. */
#ifndef AD_BASE_ZONE_H
#define AD_BASE_ZONE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Put the zone (see ad_clock_open) into force by TZ and tzset(). Returns its name, to be freed by
 * the caller; the names of UTC itself all give "UTC". NULL for an unknown zone or out of memory. */
char *ad_zone_enter(const char *zone, struct ad_err *err);

/* Whether text is a POSIX TZ string that says all: with a summer time its rules too. *apart becomes
 * about how many days lie between its two changes, 365 if there are none. */
bool ad_zone_is_rule(const char *text, int *apart);

/* Seconds to add to the time t to get the wall clock of the zone in force. */
int ad_zone_offset(int64_t t);

/* The time at which the wall clock shows `wall` (seconds since 1970 as if it ran in UTC): the first
 * one if it does so twice; if never, the clock is taken to have missed its change. */
int64_t ad_zone_resolve(int64_t wall);

#endif
