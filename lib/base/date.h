/* Days and dates of the Gregorian calendar, also before there was one. */
#ifndef AD_BASE_DATE_H
#define AD_BASE_DATE_H

#include <stdint.h>

struct ad_date {
    int year, month, day; /* months and days from 1 */
};

/* Days from 1970-01-01 to a date, which must be one, and back. */
int64_t ad_date_days(struct ad_date date);
struct ad_date ad_date_of(int64_t days);

#endif
