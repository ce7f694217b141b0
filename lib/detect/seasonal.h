/* ad-seasonal: how far a value is from what is normal at this time of day, of the week, of any
 * season. */
#ifndef AD_DETECT_SEASONAL_H
#define AD_DETECT_SEASONAL_H

#include "base/calendar.h"
#include "detect/detector.h"

enum { AD_SEASONAL_MOST = 4 };

enum ad_seasonal_kind { AD_SEASONAL_ADDITIVE = 1, AD_SEASONAL_MULTIPLICATIVE };
enum ad_seasonal_residuals { AD_SEASONAL_ROBUST, AD_SEASONAL_GESD };

struct ad_seasonal_cfg {
    struct ad_extent period[AD_SEASONAL_MOST]; /* the shortest first, all rows or all durations */
    size_t nperiod;
    bool find;                  /* seasons, if none are given or values have no times */
    unsigned long long phases;  /* into at most how many phases a season is divided */
    struct ad_extent half_life; /* of the level; neither: that of the shortest season */
    bool trend;                 /* the level has a slope */
    unsigned long long warmup;  /* values that must be learnt before the first score */
    bool stl;
    int holt_winters;                   /* 0, or enum ad_seasonal_kind */
    unsigned long long stl_window;      /* cycles that a season is smoothed over; 0: R's default */
    int residuals;                      /* enum ad_seasonal_residuals: of these two, by what law */
    double min_scale;                   /* floor of the scale; NAN: found from the data */
    const struct ad_calendar *holidays; /* days with a profile of their own, or NULL */
};

/* The one that goes with the stream, and the one that takes all of a series apart at once
 * (AD_BATCH): by loess, or by Holt and Winters. */
extern const struct ad_detector ad_seasonal, ad_seasonal_stl;

#endif
