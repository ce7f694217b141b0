#include "plot/trace.h"

#include <stdlib.h>
#include <string.h>

static const struct ad_spot nowhere = {(double)NAN, (double)NAN};

void ad_trace_init(struct ad_trace *t, size_t slices)
{
    *t = (struct ad_trace){.most = slices,
                           .from = (double)NAN,
                           .to = (double)NAN,
                           .least = (double)NAN,
                           .largest = (double)NAN};
}

void ad_trace_free(struct ad_trace *t)
{
    free(t->slice);
    t->slice = NULL;
    t->n = t->room = 0;
}

/* The slice of a single point. */
static struct ad_slice slice_of(const struct ad_point *p, double index)
{
    const struct ad_spot spot = {p->at, p->value};
    const bool is = !isnan(p->value);
    return (struct ad_slice){
        .index = index,
        .from = p->at,
        .to = p->at,
        .first = is ? spot : nowhere,
        .least = is ? spot : nowhere,
        .most = is ? spot : nowhere,
        .last = is ? spot : nowhere,
        .expected = p->expected,
        .lower = p->lower,
        .upper = p->upper,
        .score = p->score,
        .flag = p->flagged ? spot : nowhere,
        .flag_score = p->flagged ? p->score : (double)NAN,
        .shift = p->shift ? p->at : (double)NAN,
        .n = 1,
        .flagged = p->flagged,
        .expecting = isnan(p->expected) ? 0u : 1u,
        .labelled = p->labelled,
    };
}

/* fmin() and fmax() take the other where one is NAN, which is what is wanted here. */
static void merge_values(struct ad_slice *a, const struct ad_slice *b)
{
    if (isnan(b->first.at))
        return;
    if (isnan(a->first.at)) {
        a->first = b->first;
        a->least = b->least;
        a->most = b->most;
        a->last = b->last;
        return;
    }
    if (b->first.at < a->first.at)
        a->first = b->first;
    if (b->least.value < a->least.value)
        a->least = b->least;
    if (b->most.value > a->most.value)
        a->most = b->most;
    if (b->last.at >= a->last.at)
        a->last = b->last;
}

static void merge_expected(struct ad_slice *a, const struct ad_slice *b)
{
    if (!b->expecting)
        return;
    uint64_t n = a->expecting + b->expecting;
    a->expected = a->expecting ? a->expected + (b->expected - a->expected) *
                                                   ((double)b->expecting / (double)n)
                               : b->expected;
    a->expecting = n;
}

/* Make b, which lies behind a or arrived later, a part of it. */
static void merge(struct ad_slice *a, const struct ad_slice *b)
{
    if (isnan(a->first.at))
        a->cut = b->cut;
    merge_values(a, b);
    merge_expected(a, b);
    a->from = fmin(a->from, b->from);
    a->to = fmax(a->to, b->to);
    a->lower = fmin(a->lower, b->lower);
    a->upper = fmax(a->upper, b->upper);
    a->score = fmax(a->score, b->score);
    if (b->flagged && !(a->flagged && a->flag_score >= b->flag_score)) {
        a->flag = b->flag;
        a->flag_score = b->flag_score;
    }
    a->shift = isnan(a->shift) ? b->shift : a->shift;
    a->n += b->n;
    a->flagged += b->flagged;
    a->labelled |= b->labelled;
}

/* Let slices of the width be one where they are of the same index. */
static void widen(struct ad_trace *t, double width)
{
    size_t used = 0;
    t->width = width;
    for (size_t i = 0; i < t->n; i++) {
        struct ad_slice *s = t->slice + i;
        s->index = floor(s->from / width);
        if (used && t->slice[used - 1].index >= s->index)
            merge(&t->slice[used - 1], s);
        else
            t->slice[used++] = *s;
    }
    t->n = used;
}

/* The power of 2 from which on half of the slices hold all points, however they lie. */
static double width_for(const struct ad_trace *t)
{
    int exponent;
    double wide = (t->to - t->from) / ((double)(t->most / 2) - 1);
    double part = frexp(wide, &exponent);
    return ldexp(1, part > 0.5 ? exponent : exponent - 1);
}

void ad_trace_limit(struct ad_trace *t, size_t slices)
{
    t->most = slices;
    if (t->n >= slices)
        widen(t, fmax(width_for(t), 2 * t->width));
    if (t->room <= slices)
        return;
    struct ad_slice *less = realloc(t->slice, slices * sizeof *less);
    if (!less)
        return;
    t->slice = less;
    t->room = slices;
}

static int make_room(struct ad_trace *t)
{
    if (t->n == t->most)
        widen(t, fmax(width_for(t), 2 * t->width));
    if (t->n < t->room)
        return 0;
    size_t room = t->room ? 2 * t->room : 4;
    room = room < t->most ? room : t->most;
    struct ad_slice *grown = realloc(t->slice, room * sizeof *grown);
    if (!grown)
        return -1;
    t->slice = grown;
    t->room = room;
    return 0;
}

/* The first slice whose index is not less. */
static size_t find(const struct ad_trace *t, double index)
{
    size_t lo = 0, hi = t->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (t->slice[mid].index < index)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The same; nearly all points come in order and need no search. */
static size_t place_of(const struct ad_trace *t, double index)
{
    double last = t->n ? t->slice[t->n - 1].index : -(double)INFINITY;
    return index > last ? t->n : index >= last ? t->n - 1 : find(t, index);
}

static double index_of(const struct ad_trace *t, double at)
{
    return t->width > 0 ? floor(at / t->width) : at;
}

static void count(struct ad_trace *t, const struct ad_point *p)
{
    t->points++;
    t->flagged += p->flagged;
    t->from = fmin(t->from, p->at);
    t->to = fmax(t->to, p->at);
    t->least = fmin(t->least, p->value);
    t->largest = fmax(t->largest, p->value);
}

int ad_trace_add(struct ad_trace *t, const struct ad_point *p)
{
    bool newest = !(p->at < t->to), cut = p->apart || (newest && t->cut);
    count(t, p);
    if (newest)
        t->cut = isnan(p->value);
    double index = index_of(t, p->at);
    size_t i = place_of(t, index);
    bool joins = i < t->n && t->slice[i].index <= index;
    if (!joins) {
        if (make_room(t))
            return -1;
        index = index_of(t, p->at);
        i = place_of(t, index);
        joins = i < t->n && t->slice[i].index <= index;
    }
    struct ad_slice one = slice_of(p, index);
    one.cut = cut && !isnan(p->value);
    if (joins) {
        merge(&t->slice[i], &one);
        return 0;
    }
    memmove(t->slice + i + 1, t->slice + i, (t->n - i) * sizeof one);
    t->slice[i] = one;
    t->n++;
    return 0;
}

static double silence_before(const struct ad_slice *s)
{
    return s->from - s[-1].to;
}

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

int ad_trace_settle(struct ad_trace *t)
{
    const double times = 5;
    double *silence = malloc((t->n + 1) * sizeof *silence), longest = (double)INFINITY;
    if (!silence)
        return -1;
    for (size_t i = 1; i < t->n; i++)
        silence[i - 1] = silence_before(&t->slice[i]);
    if (t->n > 2) {
        qsort(silence, t->n - 1, sizeof *silence, ascending);
        longest = times * fmax(silence[(t->n - 2) * 9 / 10], t->width);
    }
    for (size_t i = 0; i < t->n; i++) {
        struct ad_slice *s = &t->slice[i];
        s->apart = s->cut || (i > 0 && silence_before(s) > longest);
    }
    free(silence);
    return 0;
}
