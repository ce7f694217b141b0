#include "maths/ranking.h"

#include <math.h>

double ad_ranking_auroc(const struct ad_ranking *r)
{
    double pos = 0, neg = 0, all = 0, won = 0;
    for (size_t i = 0; i < r->n; i++)
        all += r->neg[i];
    for (size_t i = 0; i < r->n; i++) {
        won += r->pos[i] * (all - neg - r->neg[i] / 2);
        pos += r->pos[i];
        neg += r->neg[i];
    }
    return pos > 0 && all > 0 ? won / (pos * all) : (double)NAN;
}

double ad_ranking_ap(const struct ad_ranking *r)
{
    double pos = 0, neg = 0, sum = 0;
    for (size_t i = 0; i < r->n; i++) {
        pos += r->pos[i];
        neg += r->neg[i];
        if (r->pos[i] > 0)
            sum += r->pos[i] * (pos / (pos + neg));
    }
    return pos > 0 ? sum / pos : (double)NAN;
}

/* Scores go on sharing a place until it holds the share `part` of the records of either kind that
 * are as high. */
static size_t share_places(const struct ad_ranking *r, double part, uint16_t *place)
{
    double all_pos = 0, all_neg = 0, pos = 0, neg = 0;
    size_t used = 0;
    for (size_t i = 0; i < r->n; i++) {
        all_pos += r->pos[i];
        all_neg += r->neg[i];
        if (i == 0 || pos + r->pos[i] > part * all_pos || neg + r->neg[i] > part * all_neg) {
            pos = neg = 0;
            used++;
        }
        pos += r->pos[i];
        neg += r->neg[i];
        if (used - 1 <= UINT16_MAX)
            place[i] = (uint16_t)(used - 1);
    }
    return used;
}

size_t ad_ranking_places(const struct ad_ranking *r, size_t most, uint16_t *place)
{
    for (size_t i = 0; i < r->n && r->n <= most; i++)
        place[i] = (uint16_t)i;
    size_t used = r->n;
    for (double part = 0.01; used > most; part *= 1.25)
        used = share_places(r, part, place);
    return used;
}
