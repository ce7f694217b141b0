#include "base/calendar.h"

#include "base/calendar_rule.h"
#include "base/number.h"

#include <stdlib.h>

/* No event is longer, no calendar has more days, and no event more exceptions. */
enum { LONGEST = 366, MOST = 200000, EXCEPTIONS = 1000 };

/* An event as it is read. */
struct event {
    int32_t start, end, days;
    bool has_start, has_end, ruled;
    struct ad_calendar_rule rule;
    int32_t except[EXCEPTIONS], also[EXCEPTIONS];
    size_t nexcept, nalso;
};

struct parser {
    struct ad_calendar *cal;
    size_t room;
    bool inside;
    int nested; /* components within the event, such as alarms */
    struct event event;
};

void ad_calendar_free(struct ad_calendar *cal)
{
    free(cal->day);
    *cal = (struct ad_calendar){0};
}

static const char no_memory[] = "out of memory", too_many[] = "too many days";

/* An instance of the event on the day. */
static const char *add_instance(struct parser *p, int32_t day, int32_t length)
{
    for (size_t i = 0; i < p->event.nexcept; i++)
        if (p->event.except[i] == day)
            return NULL;
    for (int32_t k = 0; k < length; k++) {
        if (p->cal->n == MOST)
            return too_many;
        if (p->cal->n == p->room) {
            size_t room = p->room ? 2 * p->room : 256;
            int32_t *bigger = realloc(p->cal->day, room * sizeof *bigger);
            if (!bigger)
                return no_memory;
            p->cal->day = bigger;
            p->room = room;
        }
        p->cal->day[p->cal->n++] = day + k;
    }
    return NULL;
}

static const char *end_event(struct parser *p)
{
    const struct event *e = &p->event;
    if (!e->has_start)
        return "an event without DTSTART";
    int32_t length = e->has_end ? e->end - e->start : e->days;
    if (length > LONGEST)
        return "an event of more than a year";
    length = length > 1 ? length : 1;
    const char *wrong = add_instance(p, e->start, length);
    int left = e->rule.count ? e->rule.count - 1 : MOST;
    for (int32_t day = e->start + 1; e->ruled && !wrong && left && day <= e->rule.until; day++)
        if (ad_calendar_rule_has(&e->rule, e->start, day)) {
            wrong = add_instance(p, day, length);
            left--;
        }
    for (size_t i = 0; i < e->nalso && !wrong; i++)
        wrong = add_instance(p, e->also[i], length);
    return wrong;
}

/* The days of a list of dates. */
static const char *add_dates(struct ad_str list, int32_t *day, size_t *n)
{
    while (list.len) {
        const char *comma = memchr(list.s, ',', list.len);
        size_t len = comma ? (size_t)(comma - list.s) : list.len;
        if (*n == EXCEPTIONS)
            return "too many dates";
        if (ad_calendar_date((struct ad_str){list.s, len}, &day[(*n)++]))
            return "not a date";
        list = (struct ad_str){list.s + len + (comma != NULL), list.len - len - (comma != NULL)};
    }
    return NULL;
}

/* PnD, PnW; a part of a day is not counted. */
static const char *parse_duration(struct ad_str text, int32_t *days)
{
    size_t digits = 0;
    unsigned long long n = 0;
    bool sign = text.len && text.s[0] == '+';
    text = (struct ad_str){text.s + sign, text.len - sign};
    if (text.len < 3 || text.s[0] != 'P')
        return "not a duration";
    if (text.s[1] == 'T')
        return NULL;
    while (1 + digits < text.len && text.s[1 + digits] >= '0' && text.s[1 + digits] <= '9')
        digits++;
    char unit = 1 + digits < text.len ? text.s[1 + digits] : '\0';
    if (ad_number_parse_u64((struct ad_str){text.s + 1, digits}, &n) || n > LONGEST ||
        (unit != 'D' && unit != 'W'))
        return "not a duration";
    *days = (int32_t)n * (unit == 'W' ? 7 : 1);
    return NULL;
}

/* The day after the last one: DTEND is the first day, or the time, that is not in the event. */
static const char *parse_end(struct ad_str value, struct event *e)
{
    if (ad_calendar_date(value, &e->end))
        return "not a date";
    e->has_end = true;
    bool midnight = value.len >= 15 && memcmp(value.s + 8, "T000000", 7) == 0;
    e->end += value.len > 8 && !midnight;
    return NULL;
}

static const char *parse_property(struct parser *p, struct ad_str name, struct ad_str value)
{
    struct event *e = &p->event;
    if (ad_str_caseeq(name, "BEGIN")) {
        if (p->inside) {
            p->nested++;
        } else if (ad_str_caseeq(value, "VEVENT")) {
            *e = (struct event){.days = 1};
            p->inside = true;
        }
        return NULL;
    }
    if (!p->inside)
        return NULL;
    if (ad_str_caseeq(name, "END") && p->nested == 0) {
        p->inside = false;
        return end_event(p);
    }
    if (p->nested > 0) {
        p->nested -= ad_str_caseeq(name, "END");
        return NULL;
    }
    if (ad_str_caseeq(name, "DTSTART")) {
        e->has_start = true;
        return ad_calendar_date(value, &e->start) ? "not a date" : NULL;
    }
    if (ad_str_caseeq(name, "DTEND"))
        return parse_end(value, e);
    if (ad_str_caseeq(name, "DURATION"))
        return parse_duration(value, &e->days);
    if (ad_str_caseeq(name, "RRULE")) {
        e->ruled = true;
        return ad_calendar_rule_parse(&e->rule, value);
    }
    if (ad_str_caseeq(name, "EXDATE"))
        return add_dates(value, e->except, &e->nexcept);
    return ad_str_caseeq(name, "RDATE") ? add_dates(value, e->also, &e->nalso) : NULL;
}

/* NAME;PARAMETERS:VALUE, where a parameter in quotes may hold a colon. */
static const char *parse_line(struct parser *p, struct ad_str line)
{
    size_t name = 0, colon = 0;
    bool quoted = false;
    while (name < line.len && line.s[name] != ';' && line.s[name] != ':')
        name++;
    for (colon = name; colon < line.len && (quoted || line.s[colon] != ':'); colon++)
        quoted ^= line.s[colon] == '"';
    if (colon == line.len)
        return line.len ? "no property" : NULL;
    return parse_property(p, (struct ad_str){line.s, name},
                          (struct ad_str){line.s + colon + 1, line.len - colon - 1});
}

static int by_day(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return x < y ? -1 : x > y;
}

static void sort_days(struct ad_calendar *cal)
{
    size_t n = 0;
    if (cal->n)
        qsort(cal->day, cal->n, sizeof *cal->day, by_day);
    for (size_t i = 0; i < cal->n; i++)
        if (n == 0 || cal->day[n - 1] != cal->day[i])
            cal->day[n++] = cal->day[i];
    cal->n = n;
}

/* The text with folded lines joined: a line break and a blank go. Returns 0, or -1. */
static int unfold(struct ad_str text, struct ad_buf *out)
{
    for (size_t i = 0; i < text.len;) {
        const char *lf = memchr(text.s + i, '\n', text.len - i);
        size_t end = lf ? (size_t)(lf - text.s) : text.len;
        size_t next = end + (lf != NULL), stop = end > i && text.s[end - 1] == '\r' ? end - 1 : end;
        bool folded = next < text.len && (text.s[next] == ' ' || text.s[next] == '\t');
        ad_buf_add(out, text.s + i, stop - i);
        if (!folded)
            ad_buf_addz(out, "\n");
        i = next + folded;
    }
    ad_buf_addz(out, "\n"); /* a fold may be all that follows */
    return out->failed ? -1 : 0;
}

int ad_calendar_parse(struct ad_calendar *cal, struct ad_str text, struct ad_err *err)
{
    *cal = (struct ad_calendar){0};
    struct ad_buf flat = {0};
    struct parser *p = calloc(1, sizeof *p);
    int rc = p && unfold(text, &flat) == 0 ? 0 : ad_err_nomem(err);
    static const char first[] = "BEGIN:VCALENDAR";
    bool is_calendar = flat.len >= sizeof first - 1 &&
                       ad_str_caseeq((struct ad_str){flat.s, sizeof first - 1}, first);
    if (rc == 0 && !is_calendar)
        rc = ad_err_set(err, "not an iCalendar file: it does not begin with %s", first);
    if (p)
        p->cal = cal;
    for (size_t i = 0; rc == 0 && i < flat.len;) {
        size_t end = (size_t)((char *)memchr(flat.s + i, '\n', flat.len - i) - flat.s);
        struct ad_buf shown = {0};
        const char *wrong = parse_line(p, (struct ad_str){flat.s + i, end - i});
        if (wrong && ad_buf_add_visible(&shown, (struct ad_str){flat.s + i, end - i}) == 0 &&
            ad_buf_add(&shown, "", 1) == 0)
            rc = ad_err_set(err, "%s: \"%s\"", wrong, shown.s);
        else if (wrong)
            rc = ad_err_nomem(err);
        ad_buf_free(&shown);
        i = end + 1;
    }
    if (rc == 0 && p->inside)
        rc = ad_err_set(err, "the file ends within an event");
    if (rc == 0)
        sort_days(cal);
    ad_buf_free(&flat);
    free(p);
    return rc;
}
