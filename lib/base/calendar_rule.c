#include "base/calendar_rule.h"

#include "base/date.h"
#include "base/number.h"

#include <stdlib.h>

enum { LAST_DAY = 84005 }; /* 2199-12-31 */

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_length(int year, int month)
{
    return month == 2 ? 28 + is_leap(year) : 30 + ((month + (month > 7)) & 1);
}

static int weekday_of(int32_t day)
{
    return (int)(((day + 3) % 7 + 7) % 7);
}

int ad_calendar_date(struct ad_str text, int32_t *day)
{
    unsigned long long n;
    if (text.len < 8 || ad_number_parse_u64((struct ad_str){text.s, 8}, &n))
        return -1;
    int y = (int)(n / 10000), m = (int)(n / 100 % 100), d = (int)(n % 100);
    if (y < 1 || m < 1 || m > 12 || d < 1 || d > month_length(y, m))
        return -1;
    *day = (int32_t)ad_date_days((struct ad_date){y, m, d});
    return 0;
}

/* --- parsing -----------------------------------------------------------------------------------*/

/* The next of the parts between `sep` of *rest, which it leaves. */
static struct ad_str next_part(struct ad_str *rest, char sep)
{
    const char *end = rest->len ? memchr(rest->s, sep, rest->len) : NULL;
    struct ad_str part = {rest->s, end ? (size_t)(end - rest->s) : rest->len};
    size_t used = part.len + (end != NULL);
    *rest = (struct ad_str){rest->s + used, rest->len - used};
    return part;
}

/* A number from -most to most but 0, the sign optional. */
static int parse_signed(struct ad_str text, int most, int *out)
{
    bool minus = text.len && text.s[0] == '-', sign = minus || (text.len && text.s[0] == '+');
    unsigned long long n;
    if (ad_number_parse_u64((struct ad_str){text.s + sign, text.len - sign}, &n) || n < 1 ||
        n > (unsigned)most)
        return -1;
    *out = minus ? -(int)n : (int)n;
    return 0;
}

static int parse_byday(struct ad_calendar_rule *r, struct ad_str text)
{
    static const char names[] = "MOTUWETHFRSASU";
    int w = 0, n = 0;
    if (text.len < 2)
        return -1;
    struct ad_str name = {text.s + text.len - 2, 2};
    while (w < 7 && memcmp(names + 2 * w, name.s, 2) != 0)
        w++;
    text.len -= 2;
    if (w == 7 || (text.len && parse_signed(text, 5, &n)))
        return -1;
    if (n == 0)
        r->any |= 1U << w;
    else
        r->nth[w] |= n > 0 ? 1U << n : 1U << (8 - n);
    return 0;
}

static int parse_list(struct ad_calendar_rule *r, const char *key, struct ad_str list)
{
    while (list.len) {
        struct ad_str part = next_part(&list, ',');
        int n;
        if (strcmp(key, "BYDAY") == 0) {
            if (parse_byday(r, part))
                return -1;
        } else if (strcmp(key, "BYMONTH") == 0) {
            if (parse_signed(part, 12, &n) || n < 0)
                return -1;
            r->months |= 1U << n;
        } else {
            if (parse_signed(part, 31, &n))
                return -1;
            if (n > 0)
                r->days |= 1ULL << n;
            else
                r->from_end |= 1ULL << -n;
        }
    }
    return 0;
}

static int parse_freq(struct ad_str value, enum ad_frequency *freq)
{
    static const char *const names[] = {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"};
    for (int i = 0; i < 4; i++)
        if (ad_str_caseeq(value, names[i])) {
            *freq = (enum ad_frequency)(AD_YEARLY + i);
            return 0;
        }
    return -1;
}

static int parse_part(struct ad_calendar_rule *r, struct ad_str key, struct ad_str value)
{
    static const char *const lists[] = {"BYDAY", "BYMONTH", "BYMONTHDAY"};
    for (int i = 0; i < 3; i++)
        if (ad_str_caseeq(key, lists[i]))
            return value.len ? parse_list(r, lists[i], value) : -1;
    if (ad_str_caseeq(key, "FREQ"))
        return parse_freq(value, &r->freq);
    if (ad_str_caseeq(key, "INTERVAL"))
        return parse_signed(value, 10000, &r->interval) || r->interval < 0 ? -1 : 0;
    if (ad_str_caseeq(key, "COUNT"))
        return parse_signed(value, 100000, &r->count) || r->count < 0 ? -1 : 0;
    if (ad_str_caseeq(key, "UNTIL"))
        return ad_calendar_date(value, &r->until);
    return ad_str_caseeq(key, "WKST") && ad_str_caseeq(value, "MO") ? 0 : -1;
}

const char *ad_calendar_rule_parse(struct ad_calendar_rule *rule, struct ad_str text)
{
    *rule = (struct ad_calendar_rule){.interval = 1, .until = LAST_DAY};
    while (text.len) {
        struct ad_str value = next_part(&text, ';'), key = next_part(&value, '=');
        if (parse_part(rule, key, value))
            return "a rule that is not understood";
    }
    if (rule->until > LAST_DAY)
        rule->until = LAST_DAY;
    return rule->freq == AD_NEVER ? "a rule without FREQ" : NULL;
}

/* --- asking ------------------------------------------------------------------------------------*/

/* Whether BYDAY has the day, of its month or, without a month, of its year. */
static bool has_weekday(const struct ad_calendar_rule *r, int32_t day, const struct ad_date *d)
{
    int w = weekday_of(day);
    if (r->any >> w & 1)
        return true;
    if (r->freq == AD_WEEKLY || r->freq == AD_DAILY || !r->nth[w])
        return false;
    bool whole = r->freq == AD_YEARLY && !r->months;
    struct ad_date begin = {d->year, whole ? 1 : d->month, 1};
    int32_t first = (int32_t)ad_date_days(begin);
    int length = whole ? 365 + is_leap(d->year) : month_length(d->year, d->month);
    int n = (day - first) / 7 + 1, from_end = (first + length - 1 - day) / 7 + 1;
    return (n <= 5 && (r->nth[w] >> n & 1)) || (from_end <= 5 && (r->nth[w] >> (8 + from_end) & 1));
}

static bool in_step(const struct ad_calendar_rule *r, const struct ad_date *from,
                    const struct ad_date *to, int32_t start, int32_t day)
{
    switch (r->freq) {
    case AD_YEARLY:
        return (to->year - from->year) % r->interval == 0;
    case AD_MONTHLY:
        return (12 * (to->year - from->year) + to->month - from->month) % r->interval == 0;
    case AD_WEEKLY:
        return (day - weekday_of(day) - start + weekday_of(start)) / 7 % r->interval == 0;
    default:
        return (day - start) % r->interval == 0;
    }
}

bool ad_calendar_rule_has(const struct ad_calendar_rule *r, int32_t start, int32_t day)
{
    struct ad_date from = ad_date_of(start), to = ad_date_of(day);
    bool byday = r->any, bymonthday = r->days || r->from_end;
    for (int w = 0; w < 7; w++)
        byday |= r->nth[w] != 0;
    if (day > r->until || !in_step(r, &from, &to, start, day))
        return false;
    if (r->months ? !(r->months >> to.month & 1)
                  : r->freq == AD_YEARLY && !byday && !bymonthday && to.month != from.month)
        return false;
    int left = month_length(to.year, to.month) - to.day + 1;
    if (bymonthday && !(r->days >> to.day & 1) && !(r->from_end >> left & 1))
        return false;
    if (byday)
        return has_weekday(r, day, &to);
    if (r->freq == AD_WEEKLY)
        return weekday_of(day) == weekday_of(start);
    return bymonthday || r->freq == AD_DAILY || to.day == from.day;
}
