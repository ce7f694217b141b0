/* How well scores rank anomalous records above normal ones, whatever the threshold. */
#ifndef AD_MATHS_RANKING_H
#define AD_MATHS_RANKING_H

#include <stddef.h>
#include <stdint.h>

/* How many anomalous (pos) and normal records (neg) have each of n different scores, the highest
 * first. Either may be 0. */
struct ad_ranking {
    size_t n;
    const double *pos, *neg;
};

/* Area under the ROC curve: the probability that of two records, one of each kind, the anomalous
 * one has the higher score, ties counting half (Mann and Whitney). NAN without both kinds. */
double ad_ranking_auroc(const struct ad_ranking *r);

/* Average precision: the precision at each score, weighted by the recall that it adds. NAN without
 * anomalous records. */
double ad_ranking_ap(const struct ad_ranking *r);

/* Make place[i] < most of each of the n scores, so that neighbours of about the same rank share
 * one: near the top, where average precision is made, the finest. Returns the number of places; n,
 * if that is no more than `most`. */
size_t ad_ranking_places(const struct ad_ranking *r, size_t most, uint16_t *place);

#endif
