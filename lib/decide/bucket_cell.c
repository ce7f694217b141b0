#include "decide/bucket_cell.h"

#include "base/hash.h"

#include <math.h>
#include <stdlib.h>

static int set_room(struct ad_bucket_set *set)
{
    if (set->n < set->room)
        return 0;
    size_t room = set->room ? 4 * set->room : 32;
    uint64_t *grown = realloc(set->hash, room * sizeof *grown);
    if (!grown)
        return -1;
    set->hash = grown;
    set->room = room;
    return 0;
}

static int set_add(struct ad_bucket_set *set, uint64_t hash)
{
    size_t lo = 0, hi = set->n;
    if (set->n == AD_BUCKET_EXACT && hash >= set->hash[set->n - 1])
        return 0;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (set->hash[mid] < hash)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo < set->n && set->hash[lo] == hash)
        return 0;
    set->n -= set->n == AD_BUCKET_EXACT;
    if (set_room(set))
        return -1;
    memmove(set->hash + lo + 1, set->hash + lo, (set->n - lo) * sizeof *set->hash);
    set->hash[lo] = hash;
    set->n++;
    return 0;
}

/* (k - 1) / U, U being the k-th smallest hash as a share of all. */
static double set_count(const struct ad_bucket_set *set)
{
    if (set->n < AD_BUCKET_EXACT)
        return (double)set->n;
    double u = ldexp((double)set->hash[set->n - 1], -64);
    return nearbyint((double)(set->n - 1) / u);
}

static int digest_of(struct ad_bucket_cell *cell)
{
    if (!cell->digest)
        cell->digest = calloc(1, sizeof *cell->digest);
    return cell->digest ? 0 : -1;
}

int ad_bucket_cell_add(struct ad_bucket_cell *cell, enum ad_bucket_kind kind, double x,
                       struct ad_str text)
{
    /* The same in every run: a state goes on with it. */
    static const struct ad_hash_key key = {0x6164622d6275636b, 0x6574732d61646b69};
    bool first = cell->n++ == 0;
    switch (kind) {
    case AD_BUCKET_COUNT:
    case AD_BUCKET_RATE:
        break;
    case AD_BUCKET_SUM:
    case AD_BUCKET_MEAN:
        cell->x += x;
        break;
    case AD_BUCKET_MIN:
        cell->x = first || x < cell->x ? x : cell->x;
        break;
    case AD_BUCKET_MAX:
        cell->x = first || x > cell->x ? x : cell->x;
        break;
    case AD_BUCKET_QUANTILE:
        if (digest_of(cell))
            return -1;
        ad_tdigest_add(cell->digest, x);
        break;
    case AD_BUCKET_DISTINCT:
        return set_add(&cell->set, ad_hash(&key, text.s, text.len));
    }
    return 0;
}

int ad_bucket_cell_merge(struct ad_bucket_cell *cell, enum ad_bucket_kind kind,
                         const struct ad_bucket_cell *other)
{
    if (other->n == 0)
        return 0;
    bool first = cell->n == 0;
    cell->n += other->n;
    if (kind == AD_BUCKET_SUM || kind == AD_BUCKET_MEAN)
        cell->x += other->x;
    else if (first || (kind == AD_BUCKET_MIN && other->x < cell->x) ||
             (kind == AD_BUCKET_MAX && other->x > cell->x))
        cell->x = other->x;
    if (kind == AD_BUCKET_QUANTILE) {
        if (digest_of(cell))
            return -1;
        ad_tdigest_merge(cell->digest, other->digest);
    }
    for (size_t i = 0; i < other->set.n; i++)
        if (set_add(&cell->set, other->set.hash[i]))
            return -1;
    return 0;
}

double ad_bucket_cell_result(struct ad_bucket_cell *cell, const struct ad_bucket_agg *agg,
                             double seconds)
{
    switch (agg->kind) {
    case AD_BUCKET_COUNT:
        return cell->n;
    case AD_BUCKET_RATE:
        return cell->n / seconds;
    case AD_BUCKET_SUM:
        return cell->x;
    case AD_BUCKET_MEAN:
        return cell->n > 0 ? cell->x / cell->n : NAN;
    case AD_BUCKET_MIN:
    case AD_BUCKET_MAX:
        return cell->n > 0 ? cell->x : NAN;
    case AD_BUCKET_QUANTILE:
        return cell->n > 0 ? ad_tdigest_quantile(cell->digest, agg->q) : NAN;
    case AD_BUCKET_DISTINCT:
        return set_count(&cell->set);
    }
    return NAN;
}

void ad_bucket_cell_clear(struct ad_bucket_cell *cell)
{
    cell->n = cell->x = 0;
    cell->set.n = 0;
    if (cell->digest)
        *cell->digest = (struct ad_tdigest){0};
}

void ad_bucket_cell_free(struct ad_bucket_cell *cell)
{
    free(cell->digest);
    free(cell->set.hash);
    *cell = (struct ad_bucket_cell){0};
}

void ad_bucket_cell_save(const struct ad_bucket_cell *cell, enum ad_bucket_kind kind,
                         struct ad_save *out)
{
    ad_save_f64(out, cell->n);
    ad_save_f64(out, cell->x);
    if (kind == AD_BUCKET_QUANTILE && cell->n > 0)
        ad_tdigest_save(cell->digest, out);
    if (kind != AD_BUCKET_DISTINCT)
        return;
    ad_save_u64(out, cell->set.n);
    for (size_t i = 0; i < cell->set.n; i++)
        ad_save_u64(out, cell->set.hash[i]);
}

int ad_bucket_cell_load(struct ad_bucket_cell *cell, enum ad_bucket_kind kind, struct ad_load *in)
{
    cell->n = ad_load_finite(in);
    cell->x = ad_load_f64(in); /* a sum may be beyond all numbers */
    if (in->failed || cell->n < 0)
        return -1;
    if (kind == AD_BUCKET_QUANTILE && cell->n > 0) {
        if (digest_of(cell) || ad_tdigest_load(cell->digest, in) ||
            ad_tdigest_count(cell->digest) != cell->n)
            return -1;
    }
    if (kind != AD_BUCKET_DISTINCT)
        return 0;
    uint64_t n = ad_load_max(in, AD_BUCKET_EXACT);
    for (uint64_t i = 0; i < n && !in->failed; i++) {
        uint64_t hash = ad_load_u64(in);
        if (set_room(&cell->set) || (i > 0 && hash <= cell->set.hash[i - 1]))
            return -1;
        cell->set.hash[cell->set.n++] = hash;
    }
    return in->failed || (double)n > cell->n ? -1 : 0;
}
