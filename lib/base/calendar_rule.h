/* RRULE: on which days an event comes again (RFC 5545, 3.3.10). */
#ifndef AD_BASE_CALENDAR_RULE_H
#define AD_BASE_CALENDAR_RULE_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum ad_frequency { AD_NEVER, AD_YEARLY, AD_MONTHLY, AD_WEEKLY, AD_DAILY };

struct ad_calendar_rule {
    enum ad_frequency freq;
    int interval;
    int count;               /* instances in all; 0: any number */
    int32_t until;           /* the last day */
    unsigned months;         /* bit m: BYMONTH has m; 0: any */
    uint64_t days, from_end; /* bit d: BYMONTHDAY has d, or -d */
    unsigned any, nth[7];    /* BYDAY: bit w of `any`: every such weekday, Monday is 0; bit n of
                                nth[w]: the n-th one, bit 8 + n: the n-th from the end */
};

/* A date as YYYYMMDD, whatever follows, in days from 1970-01-01. Returns 0, or -1. */
int ad_calendar_date(struct ad_str text, int32_t *day);

/* Returns NULL, or what is wrong with the rule. */
const char *ad_calendar_rule_parse(struct ad_calendar_rule *rule, struct ad_str text);

/* Whether an event that first came on the day `start` comes on `day`, after it, COUNT left aside.
 */
bool ad_calendar_rule_has(const struct ad_calendar_rule *rule, int32_t start, int32_t day);

#endif
