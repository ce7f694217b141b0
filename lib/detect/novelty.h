/* ad-novelty: how far a value, and what it does to the recent course of its series, is from
 * everything seen before. */
#ifndef AD_DETECT_NOVELTY_H
#define AD_DETECT_NOVELTY_H

#include "detect/detector.h"

struct ad_novelty_cfg {
    unsigned long long sketch; /* centroids of each sketch */
    double rows_per_day;       /* sets the lengths that are meant as a time of the day; 288: as
                                  they are */
    unsigned long long warmup; /* values that must be learnt before the first score */
};

extern const struct ad_detector ad_novelty;

#endif
