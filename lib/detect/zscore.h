/* ad-zscore: how many standard deviations from the mean of recent values. */
#ifndef AD_DETECT_ZSCORE_H
#define AD_DETECT_ZSCORE_H

#include "detect/detector.h"

enum ad_zscore_method { AD_ZSCORE_WINDOW, AD_ZSCORE_EWMA, AD_ZSCORE_GLOBAL, AD_ZSCORE_ROBUST };

struct ad_zscore_cfg {
    int method;                 /* enum ad_zscore_method */
    struct ad_extent window;    /* window and robust: how many last values, or how long ago */
    struct ad_extent half_life; /* ewma */
    unsigned long long warmup;  /* values that must be learnt before the first score */
    double min_scale;           /* floor of the scale; NAN: found from the data */
    bool adaptive;              /* alpha follows recent volatility */
    double seasonal;            /* seconds of a season whose phases are judged apart; 0: none */
    unsigned long long phases;  /* into how many phases a season is divided */
};

extern const struct ad_detector ad_zscore;

#endif
