#include "alert/schedule.h"
#include "base/date.h"
#include "base/number.h"

#include <math.h>

enum { HOUR = 60, DAY = 24 * HOUR, HORIZON = 3 * 366 * DAY, LONGEST = 366 * DAY };

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                     "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const weekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/* What stands in a field: numbers, or names for those from `least` on. */
struct field {
    const char *what;
    unsigned least, most;
    const char *const *name;
    size_t names;
};

/* The part before the first `stop`, taken from the front; everything if there is none. */
static struct ad_str cut(struct ad_str *text, char stop)
{
    const char *at = text->len ? memchr(text->s, stop, text->len) : NULL;
    struct ad_str part = {text->s, at ? (size_t)(at - text->s) : text->len};
    size_t taken = part.len + (at != NULL);
    *text = (struct ad_str){text->s + taken, text->len - taken};
    return part;
}

static bool take_value(const struct field *f, struct ad_str text, unsigned *out)
{
    unsigned long long x;
    for (size_t i = 0; i < f->names; i++)
        if (ad_str_caseeq(text, f->name[i])) {
            *out = f->least + (unsigned)i;
            return true;
        }
    if (ad_number_parse_u64(text, &x) || x < f->least || x > f->most)
        return false;
    *out = (unsigned)x;
    return true;
}

/* `*`, `5`, `1-5`, each also with `/2` behind it. */
static bool take_range(const struct field *f, struct ad_str text, uint64_t *set)
{
    unsigned long long step = 1;
    struct ad_str range = cut(&text, '/');
    bool stepped = range.s + range.len < text.s + text.len || text.len;
    if (stepped && (ad_number_parse_u64(text, &step) || step == 0 || step > f->most))
        return false;
    unsigned from = f->least, to = f->most;
    if (!ad_str_eq(range, ad_str_of("*"))) {
        struct ad_str first = cut(&range, '-');
        if (!take_value(f, first, &from))
            return false;
        bool single = range.s == first.s + first.len;
        to = from;
        if (single ? stepped : !take_value(f, range, &to) || to < from)
            return false;
    }
    for (unsigned x = from; x <= to; x += (unsigned)step)
        *set |= UINT64_C(1) << x;
    return true;
}

static int take_field(const struct field *f, struct ad_str text, uint64_t *set, struct ad_err *err)
{
    *set = 0;
    struct ad_str rest = text;
    do {
        if (!take_range(f, cut(&rest, ','), set))
            return ad_err_set(err, "\"%.*s\" is no %s", (int)text.len, text.s, f->what);
    } while (rest.len);
    return 0;
}

static int take_cron(struct ad_schedule *s, const struct ad_str part[5], struct ad_err *err)
{
    static const struct field field[] = {{"minute", 0, 59, NULL, 0},
                                         {"hour", 0, 23, NULL, 0},
                                         {"day of a month", 1, 31, NULL, 0},
                                         {"month", 1, 12, months, 12},
                                         {"day of the week", 0, 7, weekdays, 7}};
    uint64_t set[5];
    for (int i = 0; i < 5; i++)
        if (take_field(&field[i], part[i], &set[i], err))
            return -1;
    s->minute = set[0];
    s->hour = (uint32_t)set[1];
    s->day = (uint32_t)set[2];
    s->month = (uint32_t)set[3];
    s->weekday = (uint32_t)((set[4] | set[4] >> 7) & 0x7f); /* 7 is Sunday too */
    s->any_day = part[2].s[0] == '*';
    s->any_weekday = part[4].s[0] == '*';
    return 0;
}

/* Into words; returns how many there are, 6 for more than 5. */
static size_t split(struct ad_str text, struct ad_str part[6])
{
    size_t n = 0;
    for (size_t i = 0; n < 6;) {
        while (i < text.len && (text.s[i] == ' ' || text.s[i] == '\t'))
            i++;
        if (i == text.len)
            break;
        size_t from = i;
        while (i < text.len && text.s[i] != ' ' && text.s[i] != '\t')
            i++;
        part[n++] = (struct ad_str){text.s + from, i - from};
    }
    return n;
}

int ad_schedule_parse(struct ad_schedule *s, struct ad_str text, double duration,
                      struct ad_err *err)
{
    struct ad_str part[6];
    *s = (struct ad_schedule){0};
    s->cron = split(text, part) == 5 && !memchr(text.s, ':', text.len);
    if (!s->cron && duration > 0)
        return ad_err_set(err, "a duration is for schedules of five fields");
    if (!s->cron)
        return ad_hours_parse(&s->hours, text, err);
    if (duration < 0 || duration > 60.0 * LONGEST || fmod(duration, 60) > 0)
        return ad_err_set(err, "a duration is whole minutes, at most a year");
    s->length = (int64_t)(duration / 60);
    return take_cron(s, part, err);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Whether the five fields match a day, counted from 1970 as the clock shows it. */
static bool day_matches(const struct ad_schedule *s, int64_t days)
{
    unsigned weekday = (unsigned)((days % 7 + 11) % 7); /* 1970 began on a Thursday */
    struct ad_date date = ad_date_of(days);
    bool on_day = s->day >> date.day & 1, on_weekday = s->weekday >> weekday & 1;
    bool fits = s->any_day || s->any_weekday ? on_day && on_weekday : on_day || on_weekday;
    return fits && (s->month >> date.month & 1);
}

/* The same of a minute. */
static bool matches(const struct ad_schedule *s, int64_t minute)
{
    int64_t days = floor_div(minute, DAY);
    unsigned of_day = (unsigned)(minute - days * DAY);
    if (!s->cron) /* a week begins on Monday */
        return ad_hours_has(&s->hours, (unsigned)((days % 7 + 10) % 7) * DAY + of_day);
    return (s->minute >> of_day % HOUR & 1) && (s->hour >> of_day / HOUR & 1) &&
           day_matches(s, days);
}

static int64_t shown(const struct ad_offsets *zone, int64_t minute)
{
    return minute + floor_div(ad_offsets_at(zone, 60 * minute), 60);
}

/* Whether a duration begins with this minute. `latest` is the latest that the clock has shown
 * before: what it shows again begins nothing, what it has left out begins now. */
static bool begins(const struct ad_schedule *s, int64_t now, int64_t latest)
{
    for (int64_t m = latest + 1; m <= now; m++)
        if (matches(s, m))
            return true;
    return false;
}

/* How many minutes more, after minute m at which the clock shows this, are of a day that does not
 * match. None if the clock is changed on it. */
static int64_t idle(const struct ad_schedule *s, const struct ad_offsets *zone, int64_t m,
                    int64_t clock)
{
    int64_t days = floor_div(clock, DAY), rest = (days + 1) * DAY - 1 - clock;
    bool over = s->cron && !day_matches(s, days) && shown(zone, m + rest) == clock + rest;
    return over ? rest : 0;
}

bool ad_schedule_has(const struct ad_schedule *s, const struct ad_offsets *zone, double t,
                     double *change)
{
    int64_t now = (int64_t)floor(t / 60), length = s->length ? s->length : 1;
    int64_t left = 0, m = now - length + 1, latest = shown(zone, m - 1);
    for (int64_t back = m - 1 - DAY; back < m - 1; back += HOUR / 4) {
        int64_t was = shown(zone, back + HOUR / 4 - 1); /* before it was put back */
        latest = was > latest ? was : latest;
    }
    bool in_force = false;
    for (; m < now + HORIZON; m++) {
        int64_t clock = shown(zone, m);
        bool begin = s->length ? begins(s, clock, latest) : matches(s, clock);
        latest = clock > latest ? clock : latest;
        left = begin ? length : left - (left > 0);
        if (m == now)
            in_force = left > 0;
        if (m > now && (left > 0) != in_force)
            break;
        if (m > now && left == 0) {
            int64_t skipped = idle(s, zone, m, clock);
            m += skipped;
            latest = clock + skipped > latest ? clock + skipped : latest;
        }
    }
    *change = 60.0 * (double)m;
    return in_force;
}
