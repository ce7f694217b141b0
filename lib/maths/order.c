#include "maths/order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512 };

struct ad_order_block {
    uint32_t len;
    double x[BLOCK];
};

void ad_order_free(struct ad_order *o)
{
    for (size_t i = 0; i < o->nowned; i++)
        free(o->block[i]);
    free(o->block);
    free(o->least);
    free(o->before);
}

/* How many of the n ascending values are below x: as many groups as have their last below it, and
 * some of the next group. Counting takes more steps than halving, but they neither wait for each
 * other nor branch. */
static size_t count_below(const double *v, size_t n, double x)
{
    enum { GROUP = 16 };
    size_t groups = 0, more = 0;
    for (size_t i = GROUP - 1; i < n; i += GROUP)
        groups += v[i] < x;
    size_t from = groups * GROUP, to = from + GROUP < n ? from + GROUP : n;
    for (size_t i = from; i < to; i++)
        more += v[i] < x;
    return from + more;
}

/* The block that holds rank i. */
static size_t block_of_rank(const struct ad_order *o, size_t i)
{
    const uint32_t *base = o->before;
    for (size_t n = o->nblock; n > 1;) {
        size_t half = n / 2;
        base = base[half] <= i ? base + half : base;
        n -= half;
    }
    return (size_t)(base - o->before);
}

static int make_room(struct ad_order *o)
{
    if (o->nowned == o->room) {
        size_t room = o->room ? 2 * o->room : 4;
        void *block = realloc(o->block, room * sizeof *o->block);
        if (block)
            o->block = block;
        void *least = realloc(o->least, room * sizeof *o->least);
        if (least)
            o->least = least;
        void *before = realloc(o->before, room * sizeof *o->before);
        if (before)
            o->before = before;
        if (!block || !least || !before)
            return -1;
        o->room = room;
    }
    struct ad_order_block *fresh = malloc(sizeof *fresh);
    if (!fresh)
        return -1;
    fresh->len = 0;
    o->block[o->nowned++] = fresh;
    return 0;
}

/* Put an empty block into use at place b. */
static int open_block(struct ad_order *o, size_t b)
{
    if (o->nblock == o->nowned && make_room(o) == -1)
        return -1;
    size_t after = o->nblock - b;
    struct ad_order_block *fresh = o->block[o->nblock];
    memmove(o->block + b + 1, o->block + b, after * sizeof *o->block);
    memmove(o->least + b + 1, o->least + b, after * sizeof *o->least);
    memmove(o->before + b + 1, o->before + b, after * sizeof *o->before);
    o->block[b] = fresh;
    o->nblock++;
    return 0;
}

static void close_block(struct ad_order *o, size_t b)
{
    struct ad_order_block *spent = o->block[b];
    size_t after = --o->nblock - b;
    memmove(o->block + b, o->block + b + 1, after * sizeof *o->block);
    memmove(o->least + b, o->least + b + 1, after * sizeof *o->least);
    memmove(o->before + b, o->before + b + 1, after * sizeof *o->before);
    spent->len = 0;
    o->block[o->nblock] = spent;
}

static int split_block(struct ad_order *o, size_t b)
{
    if (open_block(o, b + 1) == -1)
        return -1;
    struct ad_order_block *from = o->block[b], *to = o->block[b + 1];
    from->len = BLOCK / 2;
    to->len = BLOCK - from->len;
    memcpy(to->x, from->x + from->len, to->len * sizeof *to->x);
    o->least[b + 1] = to->x[0];
    o->before[b + 1] = o->before[b] + from->len;
    return 0;
}

/* Blocks that have thinned out are joined, so that their number stays in proportion. */
static void join_blocks(struct ad_order *o, size_t b)
{
    struct ad_order_block *to = o->block[b], *from = o->block[b + 1];
    memcpy(to->x + to->len, from->x, from->len * sizeof *to->x);
    to->len += from->len;
    o->least[b] = to->x[0];
    close_block(o, b + 1);
}

static void shift_ranks(struct ad_order *o, size_t b, uint32_t by)
{
    for (size_t i = b + 1; i < o->nblock; i++)
        o->before[i] += by;
}

/* The block where the first value not below x is or would be. */
static size_t block_of_value(const struct ad_order *o, double x)
{
    size_t b = count_below(o->least, o->nblock, x);
    return b > 0 ? b - 1 : 0;
}

int ad_order_add(struct ad_order *o, double x)
{
    x += 0.0;
    if (o->nblock == 0) {
        if (open_block(o, 0) == -1)
            return -1;
        o->before[0] = 0;
        o->least[0] = x;
    }
    size_t b = block_of_value(o, x);
    if (o->block[b]->len == BLOCK) {
        if (split_block(o, b) == -1)
            return -1;
        b += o->least[b + 1] < x;
    }
    struct ad_order_block *to = o->block[b];
    size_t i = count_below(to->x, to->len, x);
    memmove(to->x + i + 1, to->x + i, (to->len - i) * sizeof *to->x);
    to->x[i] = x;
    to->len++;
    o->least[b] = to->x[0];
    o->n++;
    shift_ranks(o, b, 1);
    return 0;
}

void ad_order_remove(struct ad_order *o, double x)
{
    size_t b = block_of_value(o, x);
    size_t i = count_below(o->block[b]->x, o->block[b]->len, x);
    if (i == o->block[b]->len) {
        b++;
        i = 0;
    }
    struct ad_order_block *from = o->block[b];
    from->len--;
    memmove(from->x + i, from->x + i + 1, (from->len - i) * sizeof *from->x);
    o->least[b] = from->x[0];
    o->n--;
    shift_ranks(o, b, (uint32_t)-1);
    if (b + 1 < o->nblock && from->len + o->block[b + 1]->len <= BLOCK / 2)
        join_blocks(o, b);
    else if (b > 0 && from->len + o->block[b - 1]->len <= BLOCK / 2)
        join_blocks(o, b - 1);
    else if (from->len == 0)
        close_block(o, b);
}

double ad_order_at(const struct ad_order *o, size_t i)
{
    size_t b = block_of_rank(o, i);
    return o->block[b]->x[i - o->before[b]];
}

static double mean_of(double a, double b)
{
    return a + (b - a) / 2;
}

double ad_order_median(const struct ad_order *o)
{
    double upper = ad_order_at(o, o->n / 2);
    return o->n % 2 ? upper : mean_of(ad_order_at(o, o->n / 2 - 1), upper);
}

/* Distances from the median as two ascending lists: i-th below it, i-th at or above it. */
struct halves {
    const struct ad_order *o;
    double center;
    size_t below, above; /* their lengths */
};

static double distance_below(const struct halves *h, size_t i)
{
    return i < h->below ? h->center - ad_order_at(h->o, h->below - 1 - i) : INFINITY;
}

static double distance_above(const struct halves *h, size_t i)
{
    return i < h->above ? ad_order_at(h->o, h->below + i) - h->center : INFINITY;
}

/* How many of the k smallest distances lie below, taking those above first where they are equal:
 * the first i whose next distance below is not less than the last one taken above. It moves little
 * from one window to the next, so the search steps out from the hint. */
static size_t split_of(const struct halves *h, size_t k, size_t hint)
{
    size_t lo = k > h->above ? k - h->above : 0, hi = k < h->below ? k : h->below;
    size_t at = hint < lo ? lo : hint > hi ? hi : hint;
    for (size_t step = 0; lo < hi; step = 2 * step + 1) {
        at = at < hi ? at : hi - 1;
        if (distance_below(h, at) < distance_above(h, k - at - 1)) {
            lo = at + 1;
            at = step < hi - lo ? lo + step : lo + (hi - lo) / 2;
        } else {
            hi = at;
            at = step < hi - lo ? hi - 1 - step : lo + (hi - lo) / 2;
        }
    }
    return lo;
}

double ad_order_mad(struct ad_order *o)
{
    struct halves h = {o, ad_order_median(o), o->n / 2, o->n - o->n / 2};
    size_t k = (o->n + 1) / 2, i = o->split = split_of(&h, k, o->split);
    double below = i > 0 ? distance_below(&h, i - 1) : 0;
    double above = i < k ? distance_above(&h, k - i - 1) : 0;
    double last = below > above ? below : above;
    if (o->n % 2)
        return last;
    below = distance_below(&h, i);
    above = distance_above(&h, k - i);
    return mean_of(last, below < above ? below : above);
}
