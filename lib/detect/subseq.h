/* ad-subseq: stretches of a series that are unlike the others, each row scored by all windows that
 * cover it. */
#ifndef AD_DETECT_SUBSEQ_H
#define AD_DETECT_SUBSEQ_H

#include "detect/detector.h"

struct ad_subseq_cfg {
    unsigned long long window;      /* values of a cycle; 0: as the autocorrelation says */
    unsigned long long profile_max; /* values beyond which windows are not compared one by one */
    unsigned long long chunk;       /* values that are scored at a time; 0: all */
    unsigned long long warmup;      /* rows that get no score */
    bool discord;                   /* what happened only once counts extra */
};

/* Batch: fit() scores what was learnt, score() says so; or by a model, row by row as they come. */
extern const struct ad_detector ad_subseq;

#endif
