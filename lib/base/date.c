#include "base/date.h"

/* Years here begin in March, so that a leap day is the last of its year; eras of 400 years begin
 * with 0000-03-01. */

enum { ERA = 146097, TO_1970 = 719468 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t ad_date_days(struct ad_date date)
{
    int year = date.year - (date.month <= 2), month = (date.month + 9) % 12;
    int64_t era = floor_div(year, 400);
    int in_era = (int)(year - 400 * era);
    return era * ERA + 365 * in_era + in_era / 4 - in_era / 100 + (153 * month + 2) / 5 + date.day -
           1 - TO_1970;
}

struct ad_date ad_date_of(int64_t days)
{
    int64_t era = floor_div(days + TO_1970, ERA);
    int in_era = (int)(days + TO_1970 - era * ERA);
    int year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int in_year = in_era - (365 * year + year / 4 - year / 100);
    int from_march = (5 * in_year + 2) / 153, day = in_year - (153 * from_march + 2) / 5 + 1;
    int month = from_march < 10 ? from_march + 3 : from_march - 9;
    return (struct ad_date){year + (int)(400 * era) + (month <= 2), month, day};
}
