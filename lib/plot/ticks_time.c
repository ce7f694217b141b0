#include "base/date.h"
#include "base/number.h"
#include "base/zone.h"
#include "plot/ticks.h"

#include <math.h>
#include <stdio.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

static const char month_name[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

#define YEARS(n)                                                                                   \
    {                                                                                              \
        AD_TICK_YEAR, n, 365.0 * DAY *n                                                            \
    }
#define HOURS(n)                                                                                   \
    {                                                                                              \
        AD_TICK_HOUR, n, HOUR *n                                                                   \
    }
#define MINUTES(n)                                                                                 \
    {                                                                                              \
        AD_TICK_MIN, n, MINUTE *n                                                                  \
    }
#define SECONDS(n)                                                                                 \
    {                                                                                              \
        AD_TICK_S, n, n                                                                            \
    }
#define MILLISECONDS(n)                                                                            \
    {                                                                                              \
        AD_TICK_MS, n, n / 1e3                                                                     \
    }

static const struct ad_time_step steps[] = {
    YEARS(1000),
    YEARS(500),
    YEARS(200),
    YEARS(100),
    YEARS(50),
    YEARS(20),
    YEARS(10),
    YEARS(5),
    YEARS(2),
    YEARS(1),
    {AD_TICK_MONTH, 6, 181.0 * DAY},
    {AD_TICK_MONTH, 3, 89.0 * DAY},
    {AD_TICK_MONTH, 1, 28.0 * DAY},
    {AD_TICK_DAY, 14, 14.0 * DAY},
    {AD_TICK_DAY, 7, 7.0 * DAY},
    {AD_TICK_DAY, 2, 2.0 * DAY},
    {AD_TICK_DAY, 1, DAY},
    HOURS(12),
    HOURS(6),
    HOURS(3),
    HOURS(2),
    HOURS(1),
    MINUTES(30),
    MINUTES(15),
    MINUTES(10),
    MINUTES(5),
    MINUTES(2),
    MINUTES(1),
    SECONDS(30),
    SECONDS(15),
    SECONDS(10),
    SECONDS(5),
    SECONDS(2),
    SECONDS(1),
    MILLISECONDS(500),
    MILLISECONDS(200),
    MILLISECONDS(100),
    MILLISECONDS(50),
    MILLISECONDS(20),
    MILLISECONDS(10),
    MILLISECONDS(5),
    MILLISECONDS(2),
    MILLISECONDS(1),
};

enum { STEPS = sizeof steps / sizeof *steps };

const struct ad_time_step *ad_time_steps(size_t *n)
{
    *n = STEPS;
    return steps;
}

const struct ad_time_step *ad_time_step_for(double from, double to, size_t most)
{
    static const double rounding = 1e-3; /* of today's times, in steps of a millisecond */
    size_t i = STEPS - 1;
    while (i > 0 && !(floor((to - from) / steps[i].least + rounding) + 1 <= (double)most))
        i--;
    return &steps[i];
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* What the wall shows at a time. */
struct wall {
    struct ad_date date;
    int64_t day; /* since 1970 */
    int second, ms;
};

/* Times and offsets are milliseconds: exact. */
static int64_t offset_at(struct ad_clock *clock, int64_t t)
{
    double second = (double)floor_div(t, 1000);
    return 1000 * (int64_t)(ad_clock_wall(clock, second) - second);
}

static struct wall wall_at(struct ad_clock *clock, int64_t t)
{
    int64_t shown = t + offset_at(clock, t), second = floor_div(shown, 1000);
    int64_t day = floor_div(second, DAY);
    return (struct wall){ad_date_of(day), day, (int)(second - day * DAY),
                         (int)(shown - second * 1000)};
}

struct marks {
    const struct ad_time_step *step;
    struct ad_clock *clock;
    double from, to;
    struct ad_tick *tick;
    size_t n, room;
    int64_t at;         /* the last mark, before `from` at first */
    struct wall latest; /* of those so far */
    bool any;
};

/* Years are told apart by themselves, all else within its day. */
static void label_date(const struct wall *now, bool new_year, struct ad_tick *tick)
{
    const struct ad_date *d = &now->date;
    if (!new_year)
        snprintf(tick->text, AD_TICK_TEXT, "%s %d", month_name[d->month - 1], d->day);
    else if (d->month == 1 && d->day == 1)
        snprintf(tick->text, AD_TICK_TEXT, "%04d", d->year);
    else
        snprintf(tick->text, AD_TICK_TEXT, "%04d-%02d-%02d", d->year, d->month, d->day);
}

static void label(const struct marks *m, const struct wall *now, struct ad_tick *tick)
{
    enum ad_time_unit unit = m->step->unit;
    bool new_year = now->date.year > m->latest.date.year, new_day = now->day > m->latest.day;
    int hour = now->second / HOUR, minute = now->second / MINUTE % MINUTE,
        second = now->second % MINUTE;
    if (unit == AD_TICK_YEAR) {
        label_date(now, true, tick);
    } else if (unit == AD_TICK_MONTH) {
        tick->major = new_year;
        if (new_year)
            label_date(now, true, tick);
        else
            snprintf(tick->text, AD_TICK_TEXT, "%s", month_name[now->date.month - 1]);
    } else if (unit == AD_TICK_DAY || new_day) {
        tick->major = unit != AD_TICK_DAY || new_year || now->date.day == 1;
        label_date(now, new_year, tick);
    } else if (unit == AD_TICK_MS && now->ms) {
        snprintf(tick->text, AD_TICK_TEXT, ".%03d", now->ms);
    } else if (unit == AD_TICK_MS || unit == AD_TICK_S) {
        tick->major = unit == AD_TICK_MS;
        snprintf(tick->text, AD_TICK_TEXT, "%02d:%02d:%02d", hour, minute, second);
    } else {
        snprintf(tick->text, AD_TICK_TEXT, "%02d:%02d", hour, minute);
    }
}

/* A mark at t. Those before `from` only say what the next one need not. Returns whether more may
 * follow. */
static bool put(struct marks *m, int64_t t)
{
    if (m->any && t <= m->at)
        return true;
    struct wall now = wall_at(m->clock, t);
    double at = (double)t / 1000;
    if (at > m->to || m->n == AD_TICKS_MOST)
        return false;
    if (at >= m->from && m->n++ < m->room) {
        struct ad_tick *tick = &m->tick[m->n - 1];
        *tick = (struct ad_tick){.at = at};
        label(m, &now, tick);
    }
    if (!m->any || now.day > m->latest.day)
        m->latest = now;
    m->at = t;
    m->any = true;
    return true;
}

/* The next time after t at which the wall shows a multiple of `every`, at most an hour on. */
static int64_t next_round(struct ad_clock *clock, int64_t t, int64_t every)
{
    int64_t before = offset_at(clock, t);
    int64_t next = (floor_div(t + before, every) + 1) * every - before;
    int64_t after = offset_at(clock, next);
    if (after == before)
        return next;
    next = (floor_div(t + after, every) + 1) * every - after;
    return offset_at(clock, next) == after ? next : next + every;
}

static void mark_fine(struct marks *m)
{
    static const int64_t length[] = {
        [AD_TICK_MS] = 1, [AD_TICK_S] = 1000, [AD_TICK_MIN] = 60000, [AD_TICK_HOUR] = 3600000};
    int64_t every = length[m->step->unit] * m->step->every;
    int64_t t = (int64_t)floor(m->from * 1000) - 2 * every;
    do
        t = next_round(m->clock, t, every);
    while (put(m, t));
}

/* Hours, days and months are counted from 1970, years from 0. */
static int64_t unit_of(enum ad_time_unit unit, const struct wall *wall)
{
    switch (unit) {
    case AD_TICK_DAY:
        return wall->day;
    case AD_TICK_MONTH:
        return (wall->date.year - 1970) * 12 + wall->date.month - 1;
    case AD_TICK_YEAR:
        return wall->date.year;
    default:
        return wall->day * 24 + wall->second / HOUR;
    }
}

/* When the wall shows its beginning, in seconds. */
static int64_t beginning(enum ad_time_unit unit, int64_t i)
{
    int64_t year = floor_div(i, 12);
    switch (unit) {
    case AD_TICK_DAY:
        return i * DAY;
    case AD_TICK_MONTH:
        return DAY * ad_date_days((struct ad_date){(int)year + 1970, (int)(i - 12 * year) + 1, 1});
    case AD_TICK_YEAR:
        return DAY * ad_date_days((struct ad_date){(int)i, 1, 1});
    default:
        return i * HOUR;
    }
}

/* Weeks and fortnights begin on Mondays; 1970-01-01 was a Thursday. Days in pairs are the odd ones,
 * but not the last of a month, if the first of the next is tomorrow. */
static bool is_marked(const struct ad_time_step *step, int64_t i)
{
    enum { THURSDAY = 3 };
    if (step->unit != AD_TICK_DAY)
        return i % step->every == 0;
    if (step->every == 2)
        return ad_date_of(i).day % 2 == 1 && (ad_date_of(i).day == 1 || ad_date_of(i + 1).day != 1);
    return (i + THURSDAY) % step->every == 0;
}

static void mark_coarse(struct marks *m)
{
    enum ad_time_unit unit = m->step->unit;
    struct wall first = wall_at(m->clock, (int64_t)floor(m->from * 1000));
    for (int64_t i = unit_of(unit, &first) - 2 * m->step->every;; i++) {
        if (!is_marked(m->step, i))
            continue;
        int64_t wall = beginning(unit, i), t = ad_zone_resolve(wall);
        /* A day without midnight begins later, one without 02:00 has none. */
        bool there = wall % DAY == 0 || t * 1000 + offset_at(m->clock, t * 1000) == wall * 1000;
        if (there && !put(m, t * 1000))
            return;
    }
}

/* The first second of year 1, and the last millisecond of 9999. */
static const double time_first = -62135596800, time_last = 253402300799.999;

size_t ad_ticks_times(double from, double to, const struct ad_time_step *step,
                      struct ad_clock *clock, struct ad_tick *tick, size_t room)
{
    struct marks m = {.step = step,
                      .clock = clock,
                      .from = fmax(from, time_first),
                      .to = fmin(to, time_last),
                      .tick = tick,
                      .room = room};
    if (!(from <= to) || m.from > m.to)
        return 0;
    if (step->least <= HOUR)
        mark_fine(&m);
    else
        mark_coarse(&m);
    return m.n;
}

static void add_number(double x, struct ad_buf *out)
{
    char text[AD_NUMBER_MAX];
    if (isfinite(x))
        ad_buf_add(out, text, ad_number_print(text, x));
}

static void add_offset(int64_t offset, struct ad_buf *out)
{
    char text[AD_TICK_TEXT];
    int64_t size = (offset < 0 ? -offset : offset) / 1000;
    snprintf(text, sizeof text, "%c%02d:%02d", offset < 0 ? '-' : '+', (int)(size / HOUR),
             (int)(size / MINUTE % MINUTE));
    ad_buf_addz(out, text);
}

static int64_t ms_of(double t)
{
    return llround(fmin(fmax(t, time_first), time_last) * 1000);
}

enum part { PART_YEAR, PART_DAY, PART_SECOND };

/* As much of it as the part says. */
static void add_wall(const struct wall *w, enum part part, struct ad_buf *out)
{
    char text[2 * AD_TICK_TEXT];
    size_t len = (size_t)snprintf(text, sizeof text, "%04d", w->date.year);
    if (part >= PART_DAY)
        len += (size_t)snprintf(text + len, sizeof text - len, "-%02d-%02d", w->date.month,
                                w->date.day);
    if (part == PART_SECOND)
        len += (size_t)snprintf(text + len, sizeof text - len, " %02d:%02d:%02d", w->second / HOUR,
                                w->second / MINUTE % MINUTE, w->second % MINUTE);
    ad_buf_add(out, text, len);
}

void ad_ticks_caption(double from, double to, const struct ad_time_step *step,
                      struct ad_clock *clock, struct ad_buf *out)
{
    if (!clock) {
        ad_buf_addz(out, "row");
        return;
    }
    static const enum part part_of[] = {
        [AD_TICK_MS] = PART_SECOND, [AD_TICK_S] = PART_DAY,    [AD_TICK_MIN] = PART_DAY,
        [AD_TICK_HOUR] = PART_DAY,  [AD_TICK_DAY] = PART_YEAR, [AD_TICK_MONTH] = PART_YEAR,
        [AD_TICK_YEAR] = PART_YEAR};
    enum part part = part_of[step->unit];
    struct wall first = wall_at(clock, ms_of(from)), last = wall_at(clock, ms_of(to));
    if (step->unit != AD_TICK_YEAR) {
        add_wall(&first, part, out);
        if (first.date.year != last.date.year || (part >= PART_DAY && first.day != last.day) ||
            (part == PART_SECOND && first.second != last.second)) {
            ad_buf_addz(out, " to ");
            add_wall(&last, part, out);
        }
        ad_buf_addz(out, ", ");
    }
    ad_buf_addz(out, ad_clock_zone(clock));
    int64_t before = offset_at(clock, ms_of(from)), after = offset_at(clock, ms_of(to));
    if (before != after && part >= PART_DAY) {
        ad_buf_addz(out, ", ");
        add_offset(before, out);
        ad_buf_addz(out, " to ");
        add_offset(after, out);
    }
}

void ad_ticks_say(double at, struct ad_clock *clock, struct ad_buf *out)
{
    if (!clock || !(at >= time_first && at <= time_last)) {
        add_number(at, out);
        return;
    }
    int64_t t = ms_of(at);
    struct wall wall = wall_at(clock, t);
    add_wall(&wall, PART_SECOND, out);
    if (wall.ms) {
        char text[AD_TICK_TEXT];
        ad_buf_add(out, text, (size_t)snprintf(text, sizeof text, ".%03d", wall.ms));
    }
    if (ad_zone_resolve(wall.day * DAY + wall.second) != floor_div(t, 1000))
        add_offset(offset_at(clock, t), out);
}

void ad_ticks_say_stretch(double from, double to, struct ad_clock *clock, const char *within,
                          const char *across, struct ad_buf *out)
{
    enum { DATE = sizeof "2024-03-31 " - 1 };
    size_t begin = out->len;
    ad_ticks_say(from, clock, out);
    if (!(from < to))
        return;
    struct ad_buf end = {0};
    ad_ticks_say(to, clock, &end);
    bool same_day = clock && out->len - begin > DATE && end.len > DATE &&
                    memcmp(out->s + begin, end.s, DATE) == 0;
    size_t known = same_day ? DATE : 0;
    ad_buf_addz(out, same_day ? within : across);
    ad_buf_add(out, end.s + known, end.len - known);
    out->failed |= end.failed;
    ad_buf_free(&end);
}
