#include "alert/offsets.h"
#include "base/time.h"
#include "base/zone.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY = 86400, STEP = 7 * DAY };

/* 2100-01-01; nothing is known of the zones of that time anyway. */
static const int64_t end = INT64_C(4102444800);

static int add(struct ad_offsets *o, int64_t from, int32_t offset)
{
    if ((o->n & (o->n - 1)) == 0) { /* full: its room is always a power of 2 */
        size_t room = o->n ? 2 * o->n : 1;
        int64_t *at = realloc(o->from, room * sizeof *at);
        if (at)
            o->from = at;
        int32_t *by = realloc(o->offset, room * sizeof *by);
        if (by)
            o->offset = by;
        if (!at || !by)
            return -1;
    }
    o->from[o->n] = from;
    o->offset[o->n++] = offset;
    return 0;
}

/* The changes of the zone in force. Two that undo each other within a week would be missed; there
 * are none. */
static int walk(struct ad_offsets *o)
{
    int last = ad_zone_offset(0);
    int rc = add(o, INT64_MIN, last);
    for (int64_t t = STEP; t < end && rc == 0; t += STEP) {
        int now = ad_zone_offset(t);
        if (now == last)
            continue;
        int64_t before = t - STEP, after = t;
        while (after - before > 1) {
            int64_t mid = before + (after - before) / 2;
            if (ad_zone_offset(mid) == last)
                before = mid;
            else
                after = mid;
        }
        rc = add(o, after, last = ad_zone_offset(after));
        t = after; /* there may be a second one in the same week */
    }
    return rc;
}

/* Remember the zone of the process: *was is to be freed, NULL if there is none. */
static int leave(char **was, struct ad_err *err)
{
    const char *tz = getenv("TZ");
    *was = tz ? strdup(tz) : NULL;
    return tz && !*was ? ad_err_nomem(err) : 0;
}

static void come_back(char *was)
{
    if (was)
        setenv("TZ", was, 1);
    else
        unsetenv("TZ");
    tzset();
    free(was);
}

int ad_offsets_make(struct ad_offsets *o, const char *zone, struct ad_err *err)
{
    *o = (struct ad_offsets){0};
    char *was;
    if (leave(&was, err))
        return -1;
    char *name = ad_zone_enter(zone ? zone : "UTC", err);
    int rc = name ? walk(o) : -1;
    if (name && rc)
        ad_err_nomem(err);
    free(name);
    come_back(was);
    if (rc)
        ad_offsets_free(o);
    return rc;
}

int ad_offsets_read(const char *zone, struct ad_str text, double *t, struct ad_err *err)
{
    char *was;
    if (leave(&was, err))
        return -1;
    struct ad_clock *clock = ad_clock_open(zone ? zone : "UTC", NULL, err);
    int rc = clock ? ad_clock_parse(clock, text, t) : -1;
    if (clock && rc)
        ad_err_set(err, "not a time: \"%.*s\"", (int)(text.len < 60 ? text.len : 60), text.s);
    ad_clock_close(clock);
    come_back(was);
    return rc;
}

void ad_offsets_free(struct ad_offsets *o)
{
    free(o->from);
    free(o->offset);
    *o = (struct ad_offsets){0};
}

int32_t ad_offsets_at(const struct ad_offsets *o, int64_t t)
{
    size_t lo = 0, hi = o->n;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (o->from[mid] <= t)
            lo = mid;
        else
            hi = mid;
    }
    return o->offset[lo];
}
