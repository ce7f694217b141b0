#include "maths/bootstrap.h"

#include "maths/ranking.h"
#include "maths/rng.h"
#include "maths/surprise.h"

#include <stdlib.h>

int ad_units_init(struct ad_units *u, size_t fields, size_t places, size_t normal, size_t anomalous)
{
    *u = (struct ad_units){.fields = fields, .places = places, .n = {normal, anomalous}};
    u->count = calloc(fields * (normal + anomalous) * places + 1, sizeof *u->count);
    return u->count ? 0 : -1;
}

void ad_units_free(struct ad_units *u)
{
    free(u->count);
    *u = (struct ad_units){0};
}

/* The counts that are not 0. */
struct entry {
    uint32_t place, count;
};

struct job {
    const struct ad_units *u;
    struct entry *entry;
    size_t *begin; /* of each unit's, in the order of ad_units_at() */
    uint64_t seed;
    struct ad_drawn *out;
    uint32_t *times; /* of each thread: how often a unit was drawn */
    double *weight;  /* of each thread: of records at each place, by kind */
};

static int make_entries(struct job *j)
{
    const struct ad_units *u = j->u;
    size_t rows = u->fields * (u->n[0] + u->n[1]), n = 0;
    for (size_t i = 0; i < rows * u->places; i++)
        n += u->count[i] > 0;
    j->begin = calloc(rows + 1, sizeof *j->begin);
    j->entry = calloc(n + 1, sizeof *j->entry);
    if (!j->begin || !j->entry)
        return -1;
    n = 0;
    for (size_t row = 0; row < rows; row++) {
        for (size_t p = 0; p < u->places; p++) {
            uint32_t count = u->count[row * u->places + p];
            if (count)
                j->entry[n++] = (struct entry){(uint32_t)p, count};
        }
        j->begin[row + 1] = n;
    }
    return 0;
}

/* Add up what was drawn of n units from `row` on. */
static void add_units(const struct job *j, size_t row, size_t n, const uint32_t *times, double *sum)
{
    for (size_t p = 0; p < j->u->places; p++)
        sum[p] = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t e = j->begin[row + i]; times[i] && e < j->begin[row + i + 1]; e++)
            sum[j->entry[e].place] += (double)times[i] * j->entry[e].count;
}

static void draw(void *arg, size_t i, size_t thread)
{
    const struct job *j = arg;
    const struct ad_units *u = j->u;
    size_t all = u->n[0] + u->n[1];
    uint32_t *times = j->times + thread * all;
    double *neg = j->weight + thread * 2 * u->places, *pos = neg + u->places;
    struct ad_rng rng;
    ad_rng_seed(&rng, j->seed + i);
    for (size_t k = 0; k < all; k++)
        times[k] = 0;
    for (size_t k = 0; k < u->n[0]; k++)
        times[ad_rng_below(&rng, u->n[0])]++;
    for (size_t k = 0; k < u->n[1]; k++)
        times[u->n[0] + ad_rng_below(&rng, u->n[1])]++;
    for (size_t f = 0; f < u->fields; f++) {
        add_units(j, f * all, u->n[0], times, neg);
        add_units(j, f * all + u->n[0], u->n[1], times + u->n[0], pos);
        struct ad_ranking r = {u->places, pos, neg};
        j->out[i * u->fields + f] = (struct ad_drawn){ad_ranking_auroc(&r), ad_ranking_ap(&r)};
    }
}

int ad_bootstrap(const struct ad_units *u, size_t draws, uint64_t seed, struct ad_pool *pool,
                 struct ad_drawn *out)
{
    struct job j = {.u = u, .seed = seed, .out = out};
    size_t threads = ad_pool_threads(pool);
    j.times = calloc(threads * (u->n[0] + u->n[1]) + 1, sizeof *j.times);
    j.weight = calloc(threads * 2 * u->places + 1, sizeof *j.weight);
    int rc = j.times && j.weight ? make_entries(&j) : -1;
    if (rc == 0)
        ad_pool_each(pool, draws, draw, &j);
    free(j.times);
    free(j.weight);
    free(j.begin);
    free(j.entry);
    return rc;
}

static double logit(double x, double grain)
{
    x = fmin(fmax(x, grain / 2), 1 - grain / 2);
    return log(x / (1 - x));
}

/* Half the width of an interval in standard deviations. */
static double reach(size_t units)
{
    return units < 2 ? (double)NAN : ad_surprise_t_at(-log(0.05), (double)(units - 1));
}

struct ad_interval ad_bootstrap_interval(const double *v, size_t stride, size_t n, double value,
                                         double drawn, double grain, size_t units)
{
    double mean = 0, sum = 0, wide = reach(units);
    for (size_t i = 0; i < n; i++) {
        double d = logit(v[i * stride], grain) - logit(drawn, grain), before = d - mean;
        mean += before / (double)(i + 1);
        sum += before * (d - mean);
    }
    double sd = sqrt(sum / (double)(n > 1 ? n - 1 : 1));
    /* Draws cannot fail where all records were right; then what k of k successes say (Clopper and
     * Pearson): a share of at least 0.025 to the power 1/k. */
    double all = pow(0.025, 1 / (double)units);
    double middle = logit(value, grain) - mean;
    struct ad_interval in = {1 / (1 + exp(wide * sd - middle)), 1 / (1 + exp(-wide * sd - middle))};
    if (value >= 1)
        in = (struct ad_interval){isnan(wide) ? wide : fmin(in.low, all), 1};
    else if (value <= 0)
        in = (struct ad_interval){0, isnan(wide) ? wide : fmax(in.high, 1 - all)};
    return isnan(wide) || n < 2 ? (struct ad_interval){(double)NAN, (double)NAN} : in;
}

struct ad_interval ad_bootstrap_difference(const double *v, const double *from, size_t stride,
                                           size_t n, double value, size_t units)
{
    double mean = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        double d = v[i * stride] - from[i * stride], before = d - mean;
        mean += before / (double)(i + 1);
        sum += before * (d - mean);
    }
    double half = n < 2 ? (double)NAN : reach(units) * sqrt(sum / (double)(n - 1));
    return (struct ad_interval){value - half, value + half};
}
