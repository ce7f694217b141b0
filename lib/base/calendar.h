/* Days that are not like others: the holidays of an iCalendar file (RFC 5545). */
#ifndef AD_BASE_CALENDAR_H
#define AD_BASE_CALENDAR_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Days from 1970-01-01, ascending, each once. */
struct ad_calendar {
    int32_t *day;
    size_t n;
};

/* The days that the events of the text cover: DTSTART up to DTEND or for DURATION, again as RRULE
 * and RDATE say, but for instances that EXDATE takes out. Of RRULE: FREQ from YEARLY to DAILY with
 * INTERVAL, COUNT, UNTIL, WKST=MO, BYMONTH, BYMONTHDAY and BYDAY; a rule without an end goes on to
 * the year 2199. Times of day count as the day that they name, in whatever zone. Returns 0, or -1
 * with the line that is wrong; free by ad_calendar_free() either way. */
int ad_calendar_parse(struct ad_calendar *cal, struct ad_str text, struct ad_err *err);
void ad_calendar_free(struct ad_calendar *cal);

/* Whether the day is one of them. */
static inline bool ad_calendar_has(const struct ad_calendar *cal, int64_t day)
{
    size_t lo = 0, hi = cal->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (cal->day[mid] < day)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < cal->n && cal->day[lo] == day;
}

#endif
