#include "detect/subseq_parts.h"

#include "maths/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256 }; /* windows that a thread takes at a time */

/* Half of the windows of a regular series have the shape of another that correlates with 0.82. */
#define REGULAR 0.36

/* Loud enough to be a reason, in standard deviations. */
#define LOUD 1.0F

/* A part at work. The arrays of a profile are all as long as there are windows. */
struct work {
    struct ad_subseq_part *part;
    const double *x;
    size_t n, starts; /* values, windows of the part */
    struct ad_pool *pool;
    bool modelled; /* the scores by windows that end at a row are wanted, too */
    struct ad_subseq_window table;
    size_t hops;
    double *rows, *room; /* [hops][features]; [threads][w] */
    struct ad_profile profile;
    struct ad_profile_walk *walk; /* [threads] */
    uint32_t *nearest;            /* [starts] */
    double *least;                /* [starts] distance to the nearest window */
    double *raw, *held;           /* [starts] of each window: between hops, and as the last hop */
    double *score;                /* [n] */
};

static void free_work(struct work *k)
{
    for (size_t i = 0; k->walk && i < ad_pool_threads(k->pool); i++)
        ad_profile_walk_free(&k->walk[i]);
    free(k->walk);
    ad_profile_free(&k->profile);
    ad_subseq_window_free(&k->table);
    free(k->rows);
    free(k->room);
    free(k->nearest);
    free(k->least);
    free(k->raw);
    free(k->held);
    free(k->score);
}

/* --- features ----------------------------------------------------------------------------------
 */

static void describe(void *arg, size_t block, size_t thread)
{
    struct work *k = arg;
    const struct ad_subseq_window *t = &k->table;
    size_t end = (block + 1) * BLOCK < k->hops ? (block + 1) * BLOCK : k->hops;
    for (size_t i = block * BLOCK; i < end; i++)
        ad_subseq_window_features(t, k->x + i * t->hop, k->room + thread * t->w,
                                  k->rows + i * t->features);
}

/* How far each half of the windows is from the other: what is to be expected of further ones. */
static int cross(const struct work *k, double *distance)
{
    size_t d = k->table.features, half = k->hops / 2;
    const double *rows = k->rows;
    struct ad_spread first, second;
    if (half == 0)
        return 0;
    if (ad_spread_fit(&first, rows, half, d, NULL) ||
        ad_spread_fit(&second, rows + half * d, k->hops - half, d, NULL))
        return -1;
    for (size_t i = 0; i < k->hops; i++)
        distance[i] = ad_spread_distance(i < half ? &second : &first, rows + i * d, NULL);
    return 0;
}

/* Between hops along the line, behind the last as there. */
static void spread_out(struct work *k, const double *distance, const double *crossed)
{
    size_t hop = k->table.hop;
    for (size_t i = 0; i < k->starts; i++) {
        size_t at = i / hop, next = at + 1 < k->hops ? at + 1 : at;
        k->held[i] = crossed[at];
        k->raw[i] =
            distance[at] + (distance[next] - distance[at]) * (double)(i - at * hop) / (double)hop;
    }
}

static int look(struct work *k)
{
    struct ad_subseq_part *part = k->part;
    if (ad_subseq_window_init(&k->table, part->w))
        return -1;
    size_t d = k->table.features;
    k->hops = (k->starts - 1) / k->table.hop + 1;
    k->rows = malloc(k->hops * d * sizeof *k->rows);
    k->room = malloc(ad_pool_threads(k->pool) * part->w * sizeof *k->room);
    double *distance = malloc(k->hops * sizeof *distance);
    double *crossed = calloc(k->hops, sizeof *crossed);
    int rc = k->rows && k->room && distance && crossed ? 0 : -1;
    if (rc == 0) {
        ad_pool_each(k->pool, (k->hops + BLOCK - 1) / BLOCK, describe, k);
        rc = ad_spread_fit(&part->spread, k->rows, k->hops, d, distance);
    }
    if (rc == 0 && k->modelled)
        rc = cross(k, crossed);
    if (rc == 0)
        spread_out(k, distance, crossed);
    free(crossed);
    free(distance);
    return rc;
}

/* --- profiles ----------------------------------------------------------------------------------
 */

static void walk(void *arg, size_t block, size_t thread)
{
    struct work *k = arg;
    size_t end = (block + 1) * AD_PROFILE_FRESH;
    for (size_t i = block * AD_PROFILE_FRESH; i < end && i < k->starts; i++) {
        struct ad_profile_found found =
            ad_profile_find(&k->profile, &k->walk[thread], k->x + i, i, i, k->part->q);
        k->raw[i] = found.distance;
        k->least[i] = found.least;
        k->nearest[i] = (uint32_t)found.nearest;
    }
}

static int compare(struct work *k)
{
    const struct ad_subseq_part *part = k->part;
    enum ad_profile_kind kind = part->kind == AD_SUBSEQ_LEVEL ? AD_PROFILE_LEVEL : AD_PROFILE_SHAPE;
    size_t threads = ad_pool_threads(k->pool);
    k->nearest = malloc(k->starts * sizeof *k->nearest);
    k->least = malloc(k->starts * sizeof *k->least);
    k->walk = calloc(threads, sizeof *k->walk);
    if (!k->nearest || !k->least || !k->walk ||
        ad_profile_init(&k->profile, kind, k->x, k->n, part->w))
        return -1;
    for (size_t i = 0; i < threads; i++)
        if (ad_profile_walk_init(&k->walk[i], &k->profile))
            return -1;
    ad_pool_each(k->pool, (k->starts + AD_PROFILE_FRESH - 1) / AD_PROFILE_FRESH, walk, k);
    memcpy(k->held, k->raw, k->starts * sizeof *k->raw);
    return 0;
}

/* --- from windows to rows ----------------------------------------------------------------------
 */

/* Windows that are mostly guessed say nothing: they get the mean of the others. */
static void pass_over_gaps(const struct work *k, const size_t *gaps, double *raw)
{
    size_t w = k->part->w, known = 0;
    double sum = 0;
    for (size_t i = 0; i < k->starts; i++)
        if (gaps[i + w] - gaps[i] <= ad_subseq_guessed(w)) {
            known++;
            sum += raw[i];
        }
    for (size_t i = 0; i < k->starts; i++)
        if (gaps[i + w] - gaps[i] > ad_subseq_guessed(w))
            raw[i] = known ? sum / (double)known : 0;
}

/* The mean of all windows that cover a row; near the ends, where these are few, of half as many as
 * elsewhere. */
static void mean_around(const struct work *k)
{
    size_t w = k->part->w, last = k->starts - 1, few = w / 2 < last ? w / 2 : last;
    double *sum = k->held; /* no longer needed */
    sum[0] = k->raw[0];
    for (size_t i = 1; i <= last; i++)
        sum[i] = sum[i - 1] + k->raw[i];
    for (size_t i = 0; i < k->n; i++) {
        size_t from = i + 1 > w ? i + 1 - w : 0, to = i < last ? i : last;
        to = to < few ? few : to;
        from = from + few > last ? last - few : from;
        double before = from ? sum[from - 1] : 0;
        k->score[i] = (sum[to] - before) / (double)(to - from + 1);
    }
}

static void find_moments(const double *x, size_t n, double *mean, double *sd)
{
    double squares = 0;
    *mean = 0;
    for (size_t i = 0; i < n; i++)
        *mean += x[i];
    *mean /= (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - *mean) * (x[i] - *mean);
    *sd = sqrt(squares / (double)n) + 1e-12;
}

/* Profiles are of squares. */
static double root_of(const struct ad_subseq_part *part, double x)
{
    return part->kind == AD_SUBSEQ_FEATURES ? x : x > 0 ? sqrt(x) : 0;
}

static void add_until(const struct work *k, struct ad_subseq_scores *s, size_t longest)
{
    struct ad_subseq_part *part = k->part;
    size_t first = longest - 1, n = k->n - first;
    for (size_t i = 0; i < n; i++)
        k->score[i] = root_of(part, k->held[first + i + 1 - part->w]);
    find_moments(k->score, n, &part->mean, &part->sd);
    for (size_t i = 0; i < n; i++)
        s->until[first + i] += part->weight * (k->score[i] - part->mean) / part->sd;
}

/* Leaves the part's own scores in units of their deviation. */
static void add_around(const struct work *k, struct ad_subseq_scores *s)
{
    double mean, sd;
    mean_around(k);
    for (size_t i = 0; i < k->n; i++)
        k->score[i] = root_of(k->part, k->score[i]);
    find_moments(k->score, k->n, &mean, &sd);
    for (size_t i = 0; i < k->n; i++) {
        k->score[i] = (k->score[i] - mean) / sd;
        s->around[i] += k->part->weight * k->score[i];
    }
}

/* --- reasons -----------------------------------------------------------------------------------
 */

/* The most unusual window of the part that covers the row, and what is unusual of it. */
static void find_feature(const struct work *k, size_t row, struct ad_subseq_anchor *a)
{
    const struct ad_subseq_window *t = &k->table;
    size_t first = row + 1 > t->w ? (row + 1 - t->w + t->hop - 1) / t->hop : 0, best = 0;
    size_t last = row / t->hop < k->hops ? row / t->hop : k->hops - 1;
    double share[AD_SPREAD_MOST], most = -1;
    for (size_t i = first < last ? first : last; i <= last; i++) {
        double far = ad_spread_distance(&k->part->spread, k->rows + i * t->features, NULL);
        best = far > most ? i : best;
        most = far > most ? far : most;
    }
    const double *found = k->rows + best * t->features;
    ad_spread_distance(&k->part->spread, found, share);
    a->from = best * t->hop;
    a->feature = 0;
    for (size_t f = 1; f < t->features; f++)
        if (share[f] > share[a->feature])
            a->feature = (uint8_t)f;
    a->value = found[a->feature];
    a->usual = k->part->spread.median[a->feature];
}

/* Where this part is the loudest so far. */
static void give_reasons(const struct work *k, const struct ad_subseq_plan *plan,
                         struct ad_subseq_scores *s)
{
    for (size_t i = 0; i < s->nanchor; i++) {
        struct ad_subseq_anchor *a = &s->anchor[i];
        size_t row = ad_subseq_anchor_row(plan, i);
        float loud = (float)k->score[row];
        if (!(loud > LOUD && loud > a->loudness))
            continue;
        a->loudness = loud;
        a->part = (uint8_t)(k->part - plan->part);
        if (k->part->kind == AD_SUBSEQ_FEATURES) {
            find_feature(k, row, a);
            continue;
        }
        size_t from = row > k->part->w / 2 ? row - k->part->w / 2 : 0;
        a->from = from < k->starts ? from : k->starts - 1;
        a->like = k->nearest[a->from];
    }
}

static int add_part(struct ad_subseq_scores *s, const struct ad_subseq_plan *plan, struct work *k,
                    const size_t *gaps)
{
    k->starts = k->n - k->part->w + 1;
    k->raw = malloc(k->starts * sizeof *k->raw);
    k->held = malloc(k->starts * sizeof *k->held);
    k->score = malloc(k->n * sizeof *k->score);
    if (!k->raw || !k->held || !k->score ||
        (k->part->kind == AD_SUBSEQ_FEATURES ? look(k) : compare(k)))
        return -1;
    if (gaps) {
        pass_over_gaps(k, gaps, k->raw);
        pass_over_gaps(k, gaps, k->held);
    }
    if (k->modelled)
        add_until(k, s, plan->longest);
    add_around(k, s);
    give_reasons(k, plan, s);
    return 0;
}

int ad_subseq_score(struct ad_subseq_scores *s, struct ad_subseq_plan *plan, const double *x,
                    size_t n, const size_t *gaps, bool modelled, struct ad_pool *pool)
{
    *s = (struct ad_subseq_scores){.n = n};
    s->nanchor = 1;
    while (ad_subseq_anchor_row(plan, s->nanchor) + plan->base - plan->base / 2 <= n)
        s->nanchor++;
    s->around = calloc(n, sizeof *s->around);
    s->until = modelled ? calloc(n, sizeof *s->until) : NULL;
    s->anchor = calloc(s->nanchor, sizeof *s->anchor);
    if (!s->around || (modelled && !s->until) || !s->anchor)
        return -1;
    bool regular = false;
    for (size_t i = 0; i < plan->n; i++) {
        struct work k = {
            .part = &plan->part[i], .x = x, .n = n, .pool = pool, .modelled = modelled};
        if (k.part->only_regular && !regular) {
            plan->n = i;
            break;
        }
        int rc = add_part(s, plan, &k, gaps);
        if (rc == 0 && k.part->kind == AD_SUBSEQ_SHAPE)
            regular = ad_rank_median(k.least, k.starts) < REGULAR;
        free_work(&k);
        if (rc)
            return -1;
    }
    return 0;
}

void ad_subseq_scores_free(struct ad_subseq_scores *s)
{
    free(s->around);
    free(s->until);
    free(s->anchor);
    *s = (struct ad_subseq_scores){0};
}
