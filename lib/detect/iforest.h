/* ad-iforest: how few random cuts set a record apart from the others. */
#ifndef AD_DETECT_IFOREST_H
#define AD_DETECT_IFOREST_H

#include "detect/detector.h"

enum ad_iforest_mode { AD_IFOREST_CLASSIC, AD_IFOREST_EIF, AD_IFOREST_FCF };

struct ad_iforest_cfg {
    int mode;                      /* enum ad_iforest_mode */
    unsigned long long trees;      /* 0: 300, fcf 200, sliding 100 */
    unsigned long long sample;     /* rows a tree is grown from (psi) */
    unsigned long long max_sample; /* rows of a series kept for the fit: a random choice of them */
    unsigned long long window;     /* sliding: rows that are remembered */
    bool sliding;
};

/* Fitted on all rows (AD_BATCH), and the one that goes with the stream. */
extern const struct ad_detector ad_iforest, ad_iforest_sliding;

#endif
