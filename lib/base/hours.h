/* Business hours: which minutes of a week are worked. */
#ifndef AD_BASE_HOURS_H
#define AD_BASE_HOURS_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

#define AD_HOURS_USUAL "Mon-Fri 09:00-17:00"

enum { AD_WEEK_MINUTES = 7 * 24 * 60 };

/* Bit m: minute m after Monday 00:00. */
struct ad_hours {
    uint64_t minute[(AD_WEEK_MINUTES + 63) / 64];
};

/* Read `Mon-Fri 09:00-17:00, Sat 10:00-14:00`: days, ranges of days, and hours of the days before
 * them, separated by commas; 22:00-06:00 ends on the next day. Returns 0, or -1. */
int ad_hours_parse(struct ad_hours *hours, struct ad_str text, struct ad_err *err);

/* Whether the minute, after any Monday's 00:00, is worked. */
static inline bool ad_hours_has(const struct ad_hours *hours, unsigned minute)
{
    return minute < AD_WEEK_MINUTES && (hours->minute[minute / 64] >> (minute % 64) & 1);
}

#endif
