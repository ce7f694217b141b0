#include "alert/policy_private.h"

#include <stdlib.h>

static bool same(const struct ad_policy_count *a, const struct ad_policy_count *b)
{
    bool channel =
        (a->channel.s == NULL) == (b->channel.s == NULL) && ad_str_eq(a->channel, b->channel);
    return channel && a->severity == b->severity && a->event == b->event && a->level == b->level;
}

static int64_t day_of(const struct ad_policy *p, double wall)
{
    double local = wall + ad_offsets_at(&p->plan.zone, (int64_t)wall);
    return (int64_t)floor(local / 86400);
}

int ad_policy_count(struct ad_policy *p, const struct ad_policy_count *what)
{
    int64_t day = day_of(p, p->wall);
    for (size_t i = p->ncount; i-- > 0 && p->count[i].day == day;)
        if (same(&p->count[i], what)) {
            p->count[i].n += what->n;
            p->count[i].with += what->with;
            return 0;
        }
    if (p->ncount == p->count_cap) {
        size_t cap = p->count_cap ? 2 * p->count_cap : 16;
        struct ad_policy_count *more = realloc(p->count, cap * sizeof *more);
        if (!more)
            return -1;
        p->count = more;
        p->count_cap = cap;
    }
    p->count[p->ncount] = *what;
    p->count[p->ncount++].day = day;
    return 0;
}

struct ad_policy_summary ad_policy_summary(const struct ad_policy *p)
{
    struct ad_policy_summary s = p->summary;
    s.count = p->count;
    s.n = p->ncount;
    return s;
}
