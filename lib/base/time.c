#define _GNU_SOURCE /* strptime, tm_gmtoff */
#include "base/time.h"
#include "base/date.h"
#include "base/digits.h"
#include "base/number.h"
#include "base/zone.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

/* The first second of year 1 and the first after year 9999. */
static const int64_t time_first = -62135596800, time_end = 253402300800;

/* An offset and the seconds from <= x < to on which it is known to hold. */
struct held {
    int64_t from, to;
    int offset;
};

struct ad_clock {
    char *zone, *format, *rest; /* rest: what follows %Z in the format, NULL without a %Z */
    bool own_offset;            /* the format reads the offset from UTC itself */
    bool steady;                /* no two changes of the clocks within days */
    char date[10];              /* the last date, and its day since 1970 */
    int64_t day;
    struct held utc, wall;
    uint64_t front, front_value; /* of the last time in digits: those before the last eight */
};

static bool in_range(double t)
{
    return t >= (double)time_first && t < (double)time_end;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static bool is_date(int64_t year, int month, int day)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= length[month - 1] + (month == 2 && leap);
}

/* whole + part / 10^digits. The sum rounds to what the decimal would, but for the first hours of
 * 1970: the error of the quotient is far too small to matter. */
static double join(int64_t whole, uint64_t part, unsigned digits)
{
    static const double scale[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
    return (double)whole + (double)part / scale[digits];
}

/* Whether one offset holds from `from` to `to`, at most three days later: no place has ever changed
 * its clocks twice within three days (tz database 2025b; once within four), so it does when both
 * ends agree. */
static bool is_steady(const struct ad_clock *clock, int64_t from, int64_t to, int *offset)
{
    *offset = ad_zone_offset(from);
    return clock->steady && ad_zone_offset(to) == *offset;
}

static int64_t from_wall(struct ad_clock *clock, int64_t wall)
{
    struct held *held = &clock->wall;
    if (wall >= held->from && wall < held->to)
        return wall - held->offset;
    int64_t from = floor_div(wall, DAY) * DAY, to = from + DAY;
    if (!is_steady(clock, from - DAY, to + DAY, &held->offset)) {
        held->to = held->from;
        return ad_zone_resolve(wall);
    }
    held->from = from;
    held->to = to;
    return wall - held->offset;
}

double ad_clock_wall(struct ad_clock *clock, double t)
{
    struct held *held = &clock->utc;
    if (t >= (double)held->from && t < (double)held->to)
        return t + held->offset;
    if (!in_range(t))
        return t;
    int64_t second = (int64_t)floor(t), from = floor_div(second, DAY) * DAY;
    if (!is_steady(clock, from, from + DAY - 1, &held->offset)) {
        held->to = held->from;
        return t + ad_zone_offset(second);
    }
    held->from = from;
    held->to = from + DAY;
    return t + held->offset;
}

struct cursor {
    const char *p, *end;
};

static inline bool take(struct cursor *in, char c)
{
    bool there = in->p < in->end && *in->p == c;
    in->p += there;
    return there;
}

/* Two digits, or a number too large for any field. */
static inline int take_two(struct cursor *in)
{
    if (in->end - in->p < 2)
        return 100;
    unsigned tens = (unsigned)(in->p[0] - '0'), ones = (unsigned)(in->p[1] - '0');
    in->p += 2;
    return tens < 10 && ones < 10 ? (int)(10 * tens + ones) : 100;
}

static bool take_date(struct cursor *in, bool extended, int64_t *day)
{
    int century = take_two(in), year = take_two(in);
    bool ok = !extended || take(in, '-');
    int month = take_two(in);
    ok = ok && (!extended || take(in, '-'));
    int mday = take_two(in);
    if (!ok || century > 99 || year > 99 || !is_date(100 * century + year, month, mday))
        return false;
    *day = ad_date_days((struct ad_date){100 * century + year, month, mday});
    return true;
}

/* Digits after the point: those beyond the 18th are below any double's precision. */
static bool take_fraction(struct cursor *in, uint64_t *part, unsigned *digits)
{
    const char *first = in->p;
    for (; in->p < in->end && *in->p >= '0' && *in->p <= '9'; in->p++)
        if (*digits < 18) {
            *part = 10 * *part + (uint64_t)(*in->p - '0');
            ++*digits;
        }
    return in->p > first;
}

/* hh:mm[:ss] without its fraction; 24:00:00 is the end of the day. */
static inline bool take_clock(struct cursor *in, bool extended, int *seconds, bool *fraction)
{
    int hour = take_two(in);
    bool ok = !extended || take(in, ':');
    int minute = take_two(in), second = 0;
    *fraction = extended ? take(in, ':') : in->p < in->end && *in->p >= '0' && *in->p <= '9';
    if (*fraction)
        second = take_two(in);
    *fraction = *fraction && (take(in, '.') || take(in, ','));
    *seconds = hour * HOUR + minute * MINUTE + second;
    return ok && minute < 60 && second <= 60 && (hour < 24 || (*seconds == DAY && !*fraction));
}

/* Z, +hh, +hhmm or +hh:mm up to the end of the text. */
static bool take_offset(struct cursor *in, int *offset)
{
    *offset = 0;
    if (!take(in, 'Z') && !take(in, 'z')) {
        bool west = take(in, '-');
        if (!west && !take(in, '+'))
            return false;
        int hour = take_two(in), minute = 0;
        if (take(in, ':') || in->p < in->end)
            minute = take_two(in);
        if (hour > 23 || minute > 59)
            return false;
        *offset = (west ? -1 : 1) * (hour * HOUR + minute * MINUTE);
    }
    return in->p == in->end;
}

/* The date at the start of the text, mostly that of the text before. */
static inline bool take_day(struct ad_clock *clock, struct cursor *in, bool extended, int64_t *day)
{
    enum { LEN = sizeof clock->date };
    if (!extended || in->end - in->p < LEN)
        return take_date(in, extended, day);
    if (memcmp(in->p, clock->date, LEN) == 0) {
        in->p += LEN;
        *day = clock->day;
        return true;
    }
    if (!take_date(in, extended, day))
        return false;
    memcpy(clock->date, in->p - LEN, LEN);
    clock->day = *day;
    return true;
}

static bool parse_iso(struct ad_clock *clock, struct ad_str text, double *t)
{
    struct cursor in = {text.s, text.s + text.len};
    bool extended = text.len > 4 && text.s[4] == '-', fraction = false;
    int64_t day;
    int seconds = 0, offset;
    uint64_t part = 0;
    unsigned digits = 0;
    if (!take_day(clock, &in, extended, &day))
        return false;
    if (in.p < in.end) {
        if (!take(&in, 'T') && !take(&in, ' ') && !take(&in, 't'))
            return false;
        if (!take_clock(&in, extended, &seconds, &fraction))
            return false;
        if (fraction && !take_fraction(&in, &part, &digits))
            return false;
    }
    int64_t wall = day * DAY + seconds;
    if (in.p == in.end)
        *t = join(from_wall(clock, wall), part, digits);
    else if (take_offset(&in, &offset))
        *t = join(wall - offset, part, digits);
    else
        return false;
    return true;
}

static double epoch_of(uint64_t x)
{
    const uint64_t e3 = 1000, e6 = 1000000, e9 = 1000000000;
    if (x < 100 * e9)
        return (double)x;
    if (x < 100 * e9 * e3)
        return join((int64_t)(x / e3), x % e3, 3);
    if (x < 100 * e9 * e6)
        return join((int64_t)(x / e6), x % e6, 6);
    return join((int64_t)(x / e9), x % e9, 9);
}

static bool parse_epoch(struct ad_str text, double *t)
{
    bool negative = text.len > 0 && text.s[0] == '-';
    unsigned long long whole;
    if (ad_number_parse_u64((struct ad_str){text.s + negative, text.len - negative}, &whole) == 0) {
        *t = negative ? -epoch_of(whole) : epoch_of(whole);
        return true;
    }
    double x;
    if (ad_number_parse(text, &x) != 0)
        return false;
    double size = fabs(x);
    *t = size < 1e11 ? x : size < 1e14 ? x / 1e3 : size < 1e17 ? x / 1e6 : x / 1e9;
    return true;
}

/* Past the zone's abbreviation, one that is known: another one would mean another offset. */
static const char *take_abbreviation(const char *p, bool *utc)
{
    while (*p == ' ')
        p++;
    struct ad_str word = {p, strcspn(p, " \t,;)]")};
    *utc = ad_str_eq(word, ad_str_of("UTC")) || ad_str_eq(word, ad_str_of("GMT")) ||
           ad_str_eq(word, ad_str_of("Z"));
    bool known =
        *utc || ad_str_eq(word, ad_str_of(tzname[0])) || ad_str_eq(word, ad_str_of(tzname[1]));
    return known ? p + word.len : NULL;
}

static bool parse_format(struct ad_clock *clock, struct ad_str text, double *t)
{
    enum { MOST = 256 };
    char z[MOST];
    if (text.len >= MOST)
        return false;
    memcpy(z, text.s, text.len);
    z[text.len] = '\0';
    struct tm tm = {.tm_year = 70, .tm_mday = 1};
    bool utc = false;
    const char *p = strptime(z, clock->format, &tm);
    if (p && clock->rest)
        p = take_abbreviation(p, &utc);
    if (p && clock->rest)
        p = strptime(p, clock->rest, &tm);
    int64_t year = (int64_t)tm.tm_year + 1900;
    if (!p || p != z + text.len || !is_date(year, tm.tm_mon + 1, tm.tm_mday) || tm.tm_sec > 60)
        return false;
    int64_t day = ad_date_days((struct ad_date){(int)year, tm.tm_mon + 1, tm.tm_mday});
    int64_t wall = day * DAY + tm.tm_hour * HOUR + tm.tm_min * MINUTE + tm.tm_sec;
    if (clock->own_offset)
        *t = (double)(wall - tm.tm_gmtoff);
    else
        *t = (double)(utc ? wall : from_wall(clock, wall));
    return true;
}

/* The commonest text by far, 9 to 16 digits, whose first ones are mostly those of the text before.
 */
static inline bool parse_digits(struct ad_clock *clock, struct ad_str text, double *t)
{
    const unsigned char *p = (const unsigned char *)text.s;
    const uint64_t zeros = ad_word_all('0');
    size_t shift = 128 - 8 * text.len;
    uint64_t front = ad_word_load64(p) << shift;
    uint64_t back = ad_word_load64(p + text.len - 8) ^ zeros;
    if (ad_digits_above_9(back))
        return false;
    if (front != clock->front) {
        uint64_t digits = front ^ zeros << shift;
        if (ad_digits_above_9(digits))
            return false;
        clock->front = front;
        clock->front_value = ad_digits_join(digits) * 100000000;
    }
    uint64_t x = clock->front_value + ad_digits_join(back);
    *t = text.len < 12 ? (double)(int64_t)x : epoch_of(x);
    return true;
}

/* Apart, so that it costs digits nothing. */
__attribute__((noinline)) static int parse_text(struct ad_clock *clock, struct ad_str text,
                                                double *t)
{
    double x = NAN;
    bool ok = text.len > 0;
    if (ok && clock->format)
        ok = parse_format(clock, text, &x);
    else if (text.len > 4 && text.s[4] == '-') /* no number, but for a rare 1.5e-3 */
        ok = parse_iso(clock, text, &x) || parse_epoch(text, &x);
    else if (ok)
        ok = parse_epoch(text, &x) || parse_iso(clock, text, &x);
    if (!ok || !in_range(x))
        return -1;
    *t = x;
    return 0;
}

int ad_clock_parse(struct ad_clock *clock, struct ad_str text, double *t)
{
    if (text.len - 9 < 8 && !clock->format && parse_digits(clock, text, t))
        return 0;
    return parse_text(clock, text, t);
}

/* The conversion %c in a format for strptime. Returns where its percent sign is, or NULL. */
static char *find_conversion(char *format, char c)
{
    for (char *p = format; (p = strchr(p, '%'));) {
        char *percent = p++;
        p += strspn(p, "EO_-^#0123456789");
        if (*p == c)
            return percent;
        p += *p != '\0';
    }
    return NULL;
}

struct ad_clock *ad_clock_open(const char *zone, const char *format, struct ad_err *err)
{
    struct ad_clock *clock = calloc(1, sizeof *clock);
    if (!clock) {
        ad_err_nomem(err);
        return NULL;
    }
    clock->zone = ad_zone_enter(zone, err);
    if (clock->zone && format && !(clock->format = strdup(format)))
        ad_err_nomem(err);
    if (!clock->zone || (format && !clock->format)) {
        ad_clock_close(clock);
        return NULL;
    }
    if (format) {
        clock->own_offset = find_conversion(clock->format, 'z') != NULL ||
                            find_conversion(clock->format, 's') != NULL;
        char *name = clock->own_offset ? NULL : find_conversion(clock->format, 'Z');
        if (name) {
            clock->rest = strchr(name, 'Z') + 1;
            *name = '\0';
        }
    }
    int apart;
    clock->steady = !ad_zone_is_rule(clock->zone, &apart) || apart > 21;
    if (strcmp(clock->zone, "UTC") == 0)
        clock->utc = clock->wall = (struct held){INT64_MIN, INT64_MAX, 0};
    return clock;
}

void ad_clock_close(struct ad_clock *clock)
{
    if (!clock)
        return;
    free(clock->zone);
    free(clock->format);
    free(clock);
}

const char *ad_clock_zone(const struct ad_clock *clock)
{
    return clock->zone;
}

static char *put(char *out, int width, int64_t x, char after)
{
    for (int i = width; i-- > 0; x /= 10)
        out[i] = (char)('0' + x % 10);
    out[width] = after;
    return out + width + 1;
}

size_t ad_time_print(char *out, double t)
{
    if (!in_range(t))
        return isfinite(t) ? ad_number_print(out, t) : 0;
    int64_t ms = llround(t * 1000);
    if (ms >= time_end * 1000)
        ms = time_end * 1000 - 1;
    int64_t second = floor_div(ms, 1000), day = floor_div(second, DAY);
    int rest = (int)(second - day * DAY);
    ms -= second * 1000;
    struct ad_date date = ad_date_of(day);
    char *p = put(out, 4, date.year, '-');
    p = put(p, 2, date.month, '-');
    p = put(p, 2, date.day, 'T');
    p = put(p, 2, rest / HOUR, ':');
    p = put(p, 2, rest / MINUTE % 60, ':');
    p = put(p, 2, rest % MINUTE, ms ? '.' : 'Z');
    if (ms)
        p = put(p, 3, ms, 'Z');
    return (size_t)(p - out);
}
