#include "base/hours.h"

enum { DAY = 24 * 60, EVERY_DAY = 0x7f };

static bool take(struct ad_str *in, char c)
{
    if (in->len == 0 || *in->s != c)
        return false;
    in->s++;
    in->len--;
    return true;
}

static void blanks(struct ad_str *in)
{
    while (take(in, ' ') || take(in, '\t') || take(in, '\n'))
        ;
}

/* A day by its first three letters or its whole name: 0 for Monday, or -1. */
static int take_day(struct ad_str *in)
{
    static const char *const names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};
    size_t n = 0;
    while (n < in->len && ((in->s[n] | 0x20) >= 'a' && (in->s[n] | 0x20) <= 'z'))
        n++;
    for (int day = 0; day < 7; day++) {
        struct ad_str head = {in->s, 3};
        char abbreviated[] = {names[day][0], names[day][1], names[day][2], 0};
        if (n >= 3 && ad_str_caseeq(head, abbreviated) &&
            (n == 3 || ad_str_caseeq((struct ad_str){in->s, n}, names[day]))) {
            in->s += n;
            in->len -= n;
            return day;
        }
    }
    return -1;
}

/* A number of one or two digits, at most `most`, or -1. */
static int take_number(struct ad_str *in, int most)
{
    int x = 0, digits = 0;
    for (; digits < 2 && in->len && *in->s >= '0' && *in->s <= '9'; digits++) {
        x = 10 * x + (*in->s - '0');
        in->s++;
        in->len--;
    }
    return digits && x <= most ? x : -1;
}

/* 9, 09:00 or 24:00 in minutes, or -1. */
static int take_time(struct ad_str *in)
{
    int hour = take_number(in, 24), minute = 0;
    if (hour >= 0 && take(in, ':'))
        minute = take_number(in, 59);
    return hour < 0 || minute < 0 || 60 * hour + minute > DAY ? -1 : 60 * hour + minute;
}

/* Days as bits: `Mon` or `Fri-Mon`; 0 if there are none. */
static unsigned take_days(struct ad_str *in)
{
    int first = take_day(in), last = first;
    if (first >= 0 && take(in, '-'))
        last = take_day(in);
    if (first < 0 || last < 0)
        return 0;
    unsigned days = 1u << last;
    for (int day = first; day != last; day = (day + 1) % 7)
        days |= 1u << day;
    return days;
}

static void set(struct ad_hours *hours, unsigned days, int from, int to)
{
    int length = to > from ? to - from : to - from + DAY;
    for (int day = 0; day < 7; day++)
        for (int i = 0; (days >> day & 1) && i < length; i++) {
            unsigned m = (unsigned)(day * DAY + from + i) % AD_WEEK_MINUTES;
            hours->minute[m / 64] |= UINT64_C(1) << (m % 64);
        }
}

int ad_hours_parse(struct ad_hours *hours, struct ad_str text, struct ad_err *err)
{
    unsigned days = 0;
    bool complete = false; /* no days wait for their hours, and there are some */
    *hours = (struct ad_hours){0};
    do {
        blanks(&text);
        unsigned more = take_days(&text);
        if (more) {
            days = complete ? more : days | more;
            complete = false;
            blanks(&text);
        }
        if (!more || (text.len && *text.s != ',')) {
            int from = take_time(&text), to = from >= 0 && take(&text, '-') ? take_time(&text) : -1;
            if (to < 0 || from == to || from == DAY)
                goto wrong;
            set(hours, days ? days : EVERY_DAY, from, to);
            complete = true;
        }
        blanks(&text);
    } while (take(&text, ','));
    if (complete && text.len == 0)
        return 0;
wrong:
    return ad_err_set(err, "hours are written like \"Mon-Fri 09:00-17:00, Sat 10:00-14:00\"");
}
