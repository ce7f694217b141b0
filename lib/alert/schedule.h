/* Times that come again: `Mon-Fri 22:00-06:00`, or the five fields of cron. */
#ifndef AD_ALERT_SCHEDULE_H
#define AD_ALERT_SCHEDULE_H

#include "alert/offsets.h"
#include "base/hours.h"
#include "base/str.h"

#include <stdbool.h>

/* Hours of the week as the clock on the wall shows them; or the minutes that match the fields, or,
 * with a duration, so many minutes from each of them on. */
struct ad_schedule {
    bool cron;
    struct ad_hours hours;
    uint64_t minute;                    /* bit m: minutes 0-59 */
    uint32_t hour, day, month, weekday; /* 0-23, 1-31, 1-12, 0-6 from Sunday */
    bool any_day, any_weekday;          /* is `*`: if neither is, one of them is enough */
    int64_t length;                     /* minutes; 0: the minutes that match */
};

/* Read one; duration: seconds, whole minutes and for the five fields only, or 0. Returns 0, or -1.
 */
int ad_schedule_parse(struct ad_schedule *s, struct ad_str text, double duration,
                      struct ad_err *err);

/* Whether it is in force at t, and in *change when that ends, or when to ask again: the next
 * change, or some years later. A minute that the clock shows twice counts twice, but begins a
 * duration only once; one that it leaves out never comes, but a duration that would begin in it
 * does so when the clock jumps. */
bool ad_schedule_has(const struct ad_schedule *s, const struct ad_offsets *zone, double t,
                     double *change);

#endif
