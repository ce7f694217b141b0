#include "decide/ensemble_combine.h"

#include "maths/evidence.h"
#include "maths/surprise.h"

#include <string.h>

double ad_votes_surprise(double x, double s0)
{
    double s = s0 * x / (1 - x);
    return s < AD_SURPRISE_MAX ? s : AD_SURPRISE_MAX;
}

double ad_votes_score(double surprise, double s0)
{
    return surprise / (surprise + s0);
}

/* --- scores -------------------------------------------------------------------------------------
 */

static double total(const struct ad_votes *v)
{
    double sum = 0;
    for (size_t i = 0; i < v->n; i++)
        sum += v->w[i];
    return sum;
}

static double mean(const struct ad_votes *v)
{
    double sum = 0;
    for (size_t i = 0; i < v->n; i++)
        sum += v->w[i] * v->x[i];
    return sum / total(v);
}

/* The mean in which each weighs the more the surer it is; what nobody is sure of is 0.5. */
static double by_confidence(const struct ad_votes *v)
{
    double sum = 0, all = 0;
    for (size_t i = 0; i < v->n; i++) {
        double w = v->w[i] * fabs(v->x[i] - 0.5);
        sum += w * v->x[i];
        all += w;
    }
    return all > 0 ? sum / all : 0.5;
}

/* Put those that count into v->rank, the highest score first. Returns how many. */
static size_t sort(const struct ad_votes *v)
{
    size_t m = 0;
    for (size_t i = 0; i < v->n; i++) {
        if (!(v->w[i] > 0))
            continue;
        size_t at = m++;
        for (; at > 0 && v->x[v->rank[at - 1]] < v->x[i]; at--)
            v->rank[at] = v->rank[at - 1];
        v->rank[at] = i;
    }
    return m;
}

/* What half of the weight is not above and half not below; between two such scores, their mean.
 * Sums of weights that only rounding keeps from half are half. */
static double median_of_ranked(const struct ad_votes *v, size_t m)
{
    double all = 0, sum = 0;
    for (size_t i = 0; i < m; i++)
        all += v->w[v->rank[i]];
    for (size_t i = 0; i + 1 < m; i++) {
        sum += v->w[v->rank[i]];
        if (fabs(sum - all / 2) < 1e-9 * all)
            return (v->x[v->rank[i]] + v->x[v->rank[i + 1]]) / 2;
        if (sum > all / 2)
            return v->x[v->rank[i]];
    }
    return v->x[v->rank[m - 1]];
}

/* The score that a quorum reaches. Those missing vote for nothing. */
static double majority(const struct ad_votes *v, double quorum)
{
    size_t m = sort(v);
    double need = quorum < 1 ? floor(quorum * (double)m) + 1 : ceil(quorum);
    return need <= (double)m ? v->x[v->rank[(size_t)need - 1]] : 0;
}

/* Put those that are looked at into v->rank, the highest first: in the order given, until two or
 * more are all on one side of the line. Returns how many. */
static size_t look(const struct ad_votes *v, const size_t *order)
{
    size_t m = 0, over = 0;
    for (size_t k = 0; k < v->n && (m < 2 || (over > 0 && over < m)); k++) {
        size_t i = order ? order[k] : k, at = m;
        if (!(v->w[i] > 0))
            continue;
        over += v->x[i] >= 0.5;
        for (m++; at > 0 && v->x[v->rank[at - 1]] < v->x[i]; at--)
            v->rank[at] = v->rank[at - 1];
        v->rank[at] = i;
    }
    return m;
}

/* --- surprises ----------------------------------------------------------------------------------
 */

/* A score of 0 is mild evidence for the normal and no more, as detectors may have nothing finer to
 * say: one standard deviation, for a Gaussian. */
#define LEAST_Z (-1.0)

static double gaussian(double s)
{
    return s > 1e-9 ? fmax(ad_normal_at_surprise(s), LEAST_Z) : LEAST_Z;
}

double ad_votes_evidence(const struct ad_votes *v, size_t i, int strategy)
{
    double s = ad_votes_surprise(v->x[i], v->s0);
    return strategy == AD_ENSEMBLE_FISHER ? s : gaussian(s);
}

/* The weighted sum of what they add up, and its variance. */
static double add_up(const struct ad_votes *v, int strategy, double *variance)
{
    double sum = 0;
    *variance = 0;
    for (size_t i = 0; i < v->n; i++) {
        if (!(v->w[i] > 0))
            continue;
        sum += v->w[i] * ad_votes_evidence(v, i, strategy);
        *variance += v->w[i] * v->w[i];
        for (size_t j = 0; v->cov && j < i; j++)
            *variance += 2 * v->w[i] * v->w[j] * v->cov[i * v->n + j];
    }
    return sum;
}

/* Surprises of independent tests add up to a gamma variable; of others, and weighted, nearly to
 * that of the same mean and variance (Brown 1975). */
static double fisher(const struct ad_votes *v)
{
    double variance, sum = add_up(v, AD_ENSEMBLE_FISHER, &variance), all = total(v);
    return ad_surprise_gamma(sum * all / variance, all * all / variance);
}

static double stouffer(const struct ad_votes *v)
{
    double variance, sum = add_up(v, AD_ENSEMBLE_STOUFFER, &variance);
    double z = sum / sqrt(variance);
    return ad_surprise_upper(z, ad_surprise_t_again(z, (double)INFINITY));
}

double ad_votes_combine(const struct ad_votes *v, const struct ad_ensemble_cfg *cfg)
{
    size_t m;
    double x = 0;
    switch (cfg->strategy) {
    case AD_ENSEMBLE_MEDIAN:
        m = sort(v);
        x = median_of_ranked(v, m);
        break;
    case AD_ENSEMBLE_MAX:
    case AD_ENSEMBLE_MIN:
        m = sort(v);
        x = v->x[v->rank[cfg->strategy == AD_ENSEMBLE_MAX ? 0 : m - 1]];
        break;
    case AD_ENSEMBLE_MAJORITY:
        x = majority(v, cfg->quorum);
        break;
    case AD_ENSEMBLE_CONFIDENCE:
        x = by_confidence(v);
        break;
    case AD_ENSEMBLE_HIERARCHICAL:
        m = look(v, cfg->order);
        x = median_of_ranked(v, m);
        break;
    case AD_ENSEMBLE_FISHER:
        return fmin(fisher(v), AD_SURPRISE_MAX);
    case AD_ENSEMBLE_STOUFFER:
        return fmin(stouffer(v), AD_SURPRISE_MAX);
    default:
        x = mean(v);
    }
    return ad_votes_surprise(x, v->s0);
}

void ad_votes_parts(const struct ad_votes *v, const struct ad_ensemble_cfg *cfg, double *part)
{
    bool adds = cfg->strategy == AD_ENSEMBLE_FISHER || cfg->strategy == AD_ENSEMBLE_STOUFFER;
    bool single = cfg->strategy >= AD_ENSEMBLE_MEDIAN && cfg->strategy <= AD_ENSEMBLE_MAJORITY;
    memset(part, 0, v->n * sizeof *part);
    if (cfg->strategy == AD_ENSEMBLE_HIERARCHICAL) {
        size_t m = look(v, cfg->order);
        for (size_t k = 0; k < m; k++)
            part[v->rank[k]] = v->x[v->rank[k]];
        return;
    }
    for (size_t i = 0; i < v->n; i++) {
        if (!(v->w[i] > 0))
            continue;
        part[i] = adds ? v->w[i] * ad_votes_evidence(v, i, cfg->strategy) : v->x[i];
        if (!adds && !single)
            part[i] *= v->w[i];
    }
}

double ad_votes_agreement(const struct ad_votes *v)
{
    double n = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < v->n; i++)
        if (v->w[i] > 0) {
            n++;
            sum += v->x[i];
        }
    for (size_t i = 0; i < v->n; i++)
        if (v->w[i] > 0)
            squares += (v->x[i] - sum / n) * (v->x[i] - sum / n);
    return n > 1 ? 1 - 2 * sqrt(squares / n) : (double)NAN;
}
