/* Times as logs have them, into ISO 8601. */
#include "record/log_private.h"

#include <time.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits(const struct ad_span *in)
{
    size_t n = 0;
    while (in->p + n < in->end && is_digit(in->p[n]))
        n++;
    return n;
}

/* Exactly n digits. */
static bool take_digits(struct ad_span *in, size_t n, unsigned *out)
{
    if (digits(in) != n)
        return false;
    for (*out = 0; n-- > 0; in->p++)
        *out = 10 * *out + (unsigned)(*in->p - '0');
    return true;
}

bool ad_span_skip(struct ad_span *in, char c)
{
    bool there = in->p < in->end && *in->p == c;
    in->p += there;
    return there;
}

static bool take_month(struct ad_span *in, unsigned *month)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (in->end - in->p < 3)
        return false;
    for (unsigned m = 0; m < 12; m++)
        if (in->p[0] == names[3 * m] && in->p[1] == names[3 * m + 1] &&
            in->p[2] == names[3 * m + 2]) {
            *month = m + 1;
            in->p += 3;
            return true;
        }
    return false;
}

/* A time on its way. */
struct stamp {
    unsigned year, month, day;
    char rest[40]; /* hh:mm:ss and what follows */
    size_t len;
};

static void put(struct stamp *s, const char *from, size_t len)
{
    for (; len > 0 && s->len < sizeof s->rest; len--)
        s->rest[s->len++] = *from++;
}

/* hh:mm[:ss[.fraction]] */
static bool take_clock(struct ad_span *in, struct stamp *s)
{
    enum { LEN = 8, FRACTION = 9 };
    static const char shape[LEN + 1] = "00:00:00";
    size_t n = 0;
    while (n < LEN && in->p + n < in->end &&
           (shape[n] == '0' ? is_digit(in->p[n]) : in->p[n] == shape[n]))
        n++;
    if (n != LEN)
        return false;
    put(s, in->p, LEN);
    in->p += LEN;
    struct ad_span part = {in->p + 1, in->end};
    if (in->p < in->end && (*in->p == '.' || *in->p == ',') && (n = digits(&part)) > 0) {
        put(s, ".", 1);
        put(s, part.p, n < FRACTION ? n : FRACTION);
        in->p += 1 + n;
    }
    return true;
}

/* Z, +hh:mm, +hhmm, +hh; perhaps nothing. */
static void take_offset(struct ad_span *in, struct stamp *s)
{
    if (ad_span_skip(in, 'Z')) {
        put(s, "Z", 1);
        return;
    }
    struct ad_span after = {in->p + 1, in->end};
    if (in->p == in->end || (*in->p != '+' && *in->p != '-'))
        return;
    size_t n = digits(&after);
    after.p += n;
    if (n == 2 && ad_span_skip(&after, ':') && digits(&after) == 2)
        after.p += 2;
    else if (n != 2 && n != 4)
        return;
    put(s, in->p, (size_t)(after.p - in->p));
    in->p = after.p;
}

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The year of a month and day without one. */
static void guess_year(struct ad_log *log, struct stamp *s)
{
    unsigned before = log->month % 12 + 1;
    if (!log->month && log->cfg.year) {
        s->year = (unsigned)log->cfg.year;
    } else if (log->month) {
        s->year = log->month / 12;
        if (s->month + 1 < before)
            s->year++;
        else if (s->month >= before + 10)
            s->year--;
    } else {
        enum { DAY = 86400 };
        time_t now = time(NULL) + DAY;
        struct tm tm = {0};
        gmtime_r(&now, &tm);
        unsigned month = (unsigned)tm.tm_mon + 1, day = (unsigned)tm.tm_mday;
        bool ahead = s->month > month || (s->month == month && s->day > day);
        s->year = (unsigned)tm.tm_year + 1900 - ahead;
        while (s->month == 2 && s->day == 29 && !is_leap(s->year))
            s->year--;
    }
    log->month = 12 * s->year + s->month - 1;
}

/* Mmm dd hh:mm:ss, with a year before or after the time of day, or without. */
static bool take_syslog(struct ad_log *log, struct ad_span *in, struct stamp *s)
{
    if (!take_month(in, &s->month) || !ad_span_skip(in, ' '))
        return false;
    bool one = ad_span_skip(in, ' ') || (in->end - in->p > 1 && in->p[1] == ' ');
    if (!take_digits(in, one ? 1 : 2, &s->day) || !ad_span_skip(in, ' '))
        return false;
    struct ad_span year = *in;
    if (take_digits(&year, 4, &s->year) && ad_span_skip(&year, ' '))
        *in = year;
    else
        s->year = 0;
    if (!take_clock(in, s))
        return false;
    year = *in;
    if (!s->year && ad_span_skip(&year, ' ') && take_digits(&year, 4, &s->year))
        *in = year;
    else if (!s->year)
        guess_year(log, s);
    return true;
}

/* dd/Mmm/yyyy:hh:mm:ss +hhmm */
static bool take_web(struct ad_span *in, struct stamp *s)
{
    if (!take_digits(in, 2, &s->day) || !ad_span_skip(in, '/') || !take_month(in, &s->month) ||
        !ad_span_skip(in, '/') || !take_digits(in, 4, &s->year) || !ad_span_skip(in, ':') ||
        !take_clock(in, s))
        return false;
    struct ad_span after = *in;
    if (ad_span_skip(&after, ' ') && after.p < after.end && (*after.p == '+' || *after.p == '-'))
        *in = after;
    take_offset(in, s);
    return true;
}

/* yyyy-mm-ddThh:mm:ss, with a blank for T, or slashes, and perhaps an offset. */
static bool take_iso(struct ad_span *in, struct stamp *s)
{
    if (!take_digits(in, 4, &s->year) || in->p == in->end || (*in->p != '-' && *in->p != '/'))
        return false;
    char c = *in->p++;
    if (!take_digits(in, 2, &s->month) || !ad_span_skip(in, c) || !take_digits(in, 2, &s->day) ||
        !(ad_span_skip(in, 'T') || ad_span_skip(in, ' ')) || !take_clock(in, s))
        return false;
    take_offset(in, s);
    return true;
}

static void put_number(char *out, unsigned x, unsigned width)
{
    for (; width-- > 0; x /= 10)
        out[width] = (char)('0' + x % 10);
}

static struct ad_str print(struct ad_log *log, const struct stamp *s)
{
    char *out = log->time[log->next];
    log->next = (log->next + 1) % log->cfg.block;
    put_number(out, s->year, 4);
    out[4] = out[7] = '-';
    put_number(out + 5, s->month, 2);
    put_number(out + 8, s->day, 2);
    out[10] = 'T';
    memcpy(out + 11, s->rest, s->len);
    return (struct ad_str){out, 11 + s->len};
}

/* 10 to 19 digits, perhaps with a point: a time already. */
static bool take_epoch(struct ad_span *in, struct ad_str *out)
{
    size_t n = digits(in);
    struct ad_span part = {in->p + n + 1, in->end};
    if (n < 10 || n > 19)
        return false;
    if (in->p + n < in->end && in->p[n] == '.')
        n += 1 + digits(&part);
    if (in->p + n < in->end && !strchr(" \t]),;:\"", in->p[n]))
        return false;
    *out = (struct ad_str){in->p, n};
    in->p += n;
    return true;
}

bool ad_log_take_time(struct ad_log *log, struct ad_span *in, bool epoch, struct ad_str *out)
{
    struct stamp s = {.year = 0};
    struct ad_span at = *in;
    if (at.end - at.p < 10)
        return false;
    bool named = at.end - at.p > 3 && at.p[3] == ' ' && !is_digit(*at.p), ok;
    if (named) {
        unsigned month;
        struct ad_span first = at;
        if (!take_month(&first, &month))
            at.p += 4; /* a day of the week */
        ok = take_syslog(log, &at, &s);
    } else {
        ok = is_digit(*at.p) && (at.p[2] == '/' ? take_web(&at, &s) : take_iso(&at, &s));
    }
    if (ok)
        *out = print(log, &s);
    else if (!epoch || !take_epoch(in, out))
        return false;
    if (ok)
        in->p = at.p;
    return true;
}

bool ad_log_find_time(struct ad_log *log, struct ad_str line, struct ad_str *out)
{
    enum { NEAR = 256 };
    struct ad_span in = {line.s, line.s + line.len};
    bool begins = true, epoch = true;
    for (; in.p < in.end && in.p < line.s + NEAR; in.p++) {
        if (begins && ad_log_take_time(log, &in, epoch, out))
            return true;
        begins = strchr(" \t[(<>\"=", *in.p) && *in.p;
        epoch = epoch && begins;
    }
    return false;
}
