#include "maths/events.h"

/* Runs begin at records that are high enough when the one before is not. */
static void add_runs(double *runs, const uint32_t *level, size_t first, size_t last, double sign)
{
    for (size_t i = first; i <= last; i++) {
        if (i > first && level[i - 1] >= level[i])
            continue;
        runs[level[i]] += sign;
        if (i > first)
            runs[level[i - 1]] -= sign;
    }
}

static uint32_t lowest(const uint32_t *level, size_t first, size_t last)
{
    uint32_t least = level[first];
    for (size_t i = first; i <= last; i++)
        least = level[i] < least ? level[i] : least;
    return least;
}

void ad_events_add(struct ad_events *e, const uint32_t *level, size_t n,
                   const struct ad_span *window, size_t nw)
{
    if (n > 0)
        add_runs(e->runs, level, 0, n - 1, 1);
    /* Of all runs those that touch windows are none: as many as there are within windows, but for
     * those that reach from one to the next. */
    for (size_t w = 0; w < nw; w++) {
        add_runs(e->runs, level, window[w].first, window[w].last, -1);
        if (w > 0)
            e->runs[lowest(level, window[w - 1].last, window[w].first)]++;
        uint32_t top = 0;
        for (size_t i = window[w].first; i <= window[w].last; i++)
            top = level[i] > top ? level[i] : top;
        e->found[top]++;
    }
}

size_t ad_events_hit(const uint32_t *level, struct ad_span window, uint32_t line)
{
    for (size_t i = window.first; i <= window.last; i++)
        if (level[i] >= line)
            return i;
    return SIZE_MAX;
}
