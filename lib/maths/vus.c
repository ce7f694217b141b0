#include "maths/vus.h"

#include <math.h>
#include <stdlib.h>

enum { THRESHOLDS = 250 };

/* A record near two windows, of which the farther comes into reach later. */
struct near {
    uint16_t far, distance; /* in records */
    uint8_t step;
};

/* A window that has grown together with its neighbours. */
struct joined {
    size_t first, last; /* of the windows, without edges */
    uint8_t step;       /* of the highest record within reach */
};

/* The different thresholds are steps; a record's is the first that it reaches. Counts are by step.
 */
struct surface {
    const uint32_t *level;
    size_t n, steps, reach; /* reach: records in the widest edge */
    uint32_t threshold[THRESHOLDS];
    double alarms[THRESHOLDS];  /* records at or above the threshold */
    double base[THRESHOLDS];    /* records of windows */
    double full[THRESHOLDS];    /* and those within reach of two */
    double (*edge)[THRESHOLDS]; /* [reach + 1]: records at this distance of one window */
    struct near *near;
    size_t nnear;
    struct joined *joined;
    size_t njoined;
    double positive;
};

static int by_value(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? 1 : *x > *y ? -1 : 0;
}

/* The thresholds are the levels at these ranks, counted from the highest. */
static size_t rank_of(size_t j, size_t n)
{
    return j == THRESHOLDS - 1 ? n - 1 : (size_t)((double)j * ((double)(n - 1) / (THRESHOLDS - 1)));
}

/* Thresholds that are equal reach nothing more: they are one step. */
static void add_threshold(struct surface *s, uint32_t level, size_t alarms)
{
    if (s->steps > 0 && s->threshold[s->steps - 1] == level)
        return;
    s->threshold[s->steps] = level;
    s->alarms[s->steps++] = (double)alarms;
}

/* Thresholds of few records, by sorting; of many, by counting. */
static int sort_levels(struct surface *s)
{
    uint32_t *sorted = malloc(s->n * sizeof *sorted);
    if (!sorted)
        return -1;
    for (size_t i = 0; i < s->n; i++)
        sorted[i] = s->level[i];
    qsort(sorted, s->n, sizeof *sorted, by_value);
    size_t above = 0;
    for (size_t j = 0; j < THRESHOLDS; j++) {
        uint32_t level = sorted[rank_of(j, s->n)];
        while (above < s->n && sorted[above] >= level)
            above++;
        add_threshold(s, level, above);
    }
    free(sorted);
    return 0;
}

static int count_levels(struct surface *s, uint32_t top)
{
    uint32_t *count = calloc((size_t)top + 1, sizeof *count);
    if (!count)
        return -1;
    for (size_t i = 0; i < s->n; i++)
        count[s->level[i]]++;
    size_t above = count[top], at = top;
    for (size_t j = 0; j < THRESHOLDS; j++) {
        while (above <= rank_of(j, s->n))
            above += count[--at];
        add_threshold(s, (uint32_t)at, above);
    }
    free(count);
    return 0;
}

static int find_thresholds(struct surface *s)
{
    uint32_t top = 0;
    for (size_t i = 0; i < s->n; i++)
        top = s->level[i] > top ? s->level[i] : top;
    return top / 16 > s->n ? sort_levels(s) : count_levels(s, top);
}

static uint8_t step_of(const struct surface *s, size_t i)
{
    size_t lo = 0, hi = s->steps - 1; /* the last one is the lowest level */
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (s->level[i] >= s->threshold[mid])
            hi = mid;
        else
            lo = mid + 1;
    }
    return (uint8_t)lo;
}

/* The records between two windows, either of which may be missing (SIZE_MAX), by their distances.
 * A third window never comes nearer than the two, unless it is on the far side of one of them: then
 * it comes within reach later than that one, and what is in reach of two counts in full. */
static int add_gap(struct surface *s, size_t left, size_t right, size_t beyond_left,
                   size_t beyond_right, size_t *room)
{
    size_t from = left == SIZE_MAX ? 0 : left + 1, end = right == SIZE_MAX ? s->n : right;
    for (size_t i = from; i < end; i++) {
        size_t l = left == SIZE_MAX ? SIZE_MAX : i - left;
        size_t r = right == SIZE_MAX ? SIZE_MAX : right - i;
        if (l > s->reach && r > s->reach) {
            /* Nothing is near until the edge of the window on the right. */
            size_t next = right == SIZE_MAX ? end : right - s->reach;
            i = next - 1;
            continue;
        }
        size_t near = l < r ? l : r, far = l < r ? r : l;
        size_t ll = beyond_left == SIZE_MAX ? SIZE_MAX : i - beyond_left;
        size_t rr = beyond_right == SIZE_MAX ? SIZE_MAX : beyond_right - i;
        far = ll < far ? ll : far;
        far = rr < far ? rr : far;
        uint8_t step = step_of(s, i);
        s->edge[near][step]++;
        if (far > s->reach)
            continue;
        if (s->nnear == *room) {
            *room = *room ? 2 * *room : 256;
            struct near *grown = realloc(s->near, *room * sizeof *grown);
            if (!grown)
                return -1;
            s->near = grown;
        }
        s->near[s->nnear++] = (struct near){(uint16_t)far, (uint16_t)near, step};
    }
    return 0;
}

static int by_far(const void *a, const void *b)
{
    const struct near *x = a, *y = b;
    return x->far < y->far ? -1 : x->far > y->far;
}

static int add_windows(struct surface *s, const struct ad_span *w, size_t nw)
{
    size_t room = 0;
    for (size_t k = 0; k <= nw; k++) {
        if (add_gap(s, k ? w[k - 1].last : SIZE_MAX, k < nw ? w[k].first : SIZE_MAX,
                    k > 1 ? w[k - 2].last : SIZE_MAX, k + 1 < nw ? w[k + 1].first : SIZE_MAX,
                    &room))
            return -1;
        if (k == nw)
            break;
        s->joined[k] = (struct joined){w[k].first, w[k].last, (uint8_t)(s->steps - 1)};
        for (size_t i = w[k].first; i <= w[k].last; i++) {
            uint8_t step = step_of(s, i);
            s->base[step]++;
            s->positive++;
            s->joined[k].step = step < s->joined[k].step ? step : s->joined[k].step;
        }
    }
    s->njoined = nw;
    if (s->nnear)
        qsort(s->near, s->nnear, sizeof *s->near, by_far);
    return 0;
}

/* Edges of h records instead of h - 1: what is now in reach of two windows, what the windows
 * reach, and which have met. */
static void grow(struct surface *s, size_t h, size_t *seen)
{
    for (; *seen < s->nnear && s->near[*seen].far <= h; ++*seen) {
        const struct near *near = s->near + *seen;
        s->edge[near->distance][near->step]--;
        s->full[near->step]++;
    }
    size_t used = 0;
    for (size_t k = 0; k < s->njoined; k++) {
        struct joined j = s->joined[k];
        uint8_t before = j.first >= h ? step_of(s, j.first - h) : j.step;
        uint8_t after = j.last + h < s->n ? step_of(s, j.last + h) : j.step;
        j.step = before < j.step ? before : j.step;
        j.step = after < j.step ? after : j.step;
        struct joined *prev = used ? s->joined + used - 1 : NULL;
        if (prev && j.first - prev->last <= 2 * h) {
            prev->last = j.last;
            prev->step = j.step < prev->step ? j.step : prev->step;
        } else {
            s->joined[used++] = j;
        }
    }
    s->njoined = used;
}

/* The areas for one buffer, whose windows found and records of edges by threshold are given. */
static struct ad_vus areas(const struct surface *s, const double *edges, const double *found)
{
    double tp = 0, soft = 0, windows = 0, tpr0 = 0, fpr0 = 0;
    struct ad_vus area = {0, 0};
    for (size_t j = 0; j < s->steps; j++) {
        tp += s->base[j] + edges[j];
        soft += edges[j];
        windows += found[j];
        double positive = (2 * s->positive + soft) / 2;
        double tpr = fmin(tp / positive, 1) * windows / (double)s->njoined;
        double fpr = (s->alarms[j] - tp) / ((double)s->n - positive);
        area.pr += (tpr - tpr0) * tp / s->alarms[j];
        area.roc += (fpr - fpr0) * (tpr + tpr0) / 2;
        tpr0 = tpr;
        fpr0 = fpr;
    }
    area.roc += (1 - fpr0) * (1 + tpr0) / 2;
    return area;
}

static struct ad_vus volume(struct surface *s, size_t buffer)
{
    struct ad_vus sum = {0, 0};
    size_t seen = 0;
    for (size_t w = 0; w <= buffer; w++) {
        double edges[THRESHOLDS], found[THRESHOLDS] = {0};
        if (w > 0 && w % 2 == 0)
            grow(s, w / 2, &seen);
        for (size_t j = 0; j < s->steps; j++)
            edges[j] = s->full[j];
        for (size_t d = 1; d <= w / 2 && d <= s->reach; d++) {
            double weight = sqrt(1 - (double)d / (double)w);
            for (size_t j = 0; j < s->steps; j++)
                edges[j] += weight * s->edge[d][j];
        }
        for (size_t k = 0; k < s->njoined; k++)
            found[s->joined[k].step]++;
        struct ad_vus area = areas(s, edges, found);
        sum.roc += area.roc;
        sum.pr += area.pr;
    }
    return (struct ad_vus){sum.roc / (double)(buffer + 1), sum.pr / (double)(buffer + 1)};
}

int ad_vus(const uint32_t *level, size_t n, const struct ad_span *window, size_t nw, size_t buffer,
           struct ad_vus *vus)
{
    struct surface *s = calloc(1, sizeof *s);
    int rc = -1;
    if (s) {
        s->level = level;
        s->n = n;
        s->reach = buffer / 2 < n ? buffer / 2 : n;
        s->edge = calloc(s->reach + 1, sizeof *s->edge);
        s->joined = calloc(nw, sizeof *s->joined);
        if (s->edge && s->joined)
            rc = find_thresholds(s) || add_windows(s, window, nw) ? -1 : 0;
    }
    if (rc == 0)
        *vus =
            s->positive < (double)n ? volume(s, buffer) : (struct ad_vus){(double)NAN, (double)NAN};
    if (s) {
        free(s->edge);
        free(s->joined);
        free(s->near);
    }
    free(s);
    return rc;
}
