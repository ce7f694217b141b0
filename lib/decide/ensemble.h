/* ad-ensemble: one score from the scores of several detectors. */
#ifndef AD_DECIDE_ENSEMBLE_H
#define AD_DECIDE_ENSEMBLE_H

#include "detect/detector.h"

enum ad_ensemble_strategy {
    AD_ENSEMBLE_ADAPTIVE,
    AD_ENSEMBLE_MEAN,
    AD_ENSEMBLE_MEDIAN,
    AD_ENSEMBLE_MAX,
    AD_ENSEMBLE_MIN,
    AD_ENSEMBLE_MAJORITY,
    AD_ENSEMBLE_CONFIDENCE,
    AD_ENSEMBLE_HIERARCHICAL,
    AD_ENSEMBLE_FISHER,
    AD_ENSEMBLE_STOUFFER,
    AD_ENSEMBLE_STACKING
};

enum ad_ensemble_calibration { AD_CALIBRATE_NO, AD_CALIBRATE_PLATT, AD_CALIBRATE_ISOTONIC };

struct ad_ensemble_cfg {
    int strategy, calibrate;
    double quorum; /* below 1 a part of the scores, which must be exceeded; else how many */
    struct ad_extent half_life;
    unsigned long long recent; /* samples that wait for late labels */
    double line_range;         /* labels change alpha at most by this factor */
    unsigned long long folds;
    /* By field, 0 and more: of context 0, 1 ...; NULL: all are 1. */
    const double *weight; /* [ncontext][nfield] */
    size_t ncontext;
    const size_t *order; /* of hierarchical: fields, the first ones first; NULL: as they are */
};

/* Goes with the stream: all but stacking, without calibration. */
extern const struct ad_detector ad_ensemble;

/* Needs all data, with labels: stacking, or another strategy with calibration. A record is scored
 * by what was fitted to other parts of the data than that around it; with a model, by that. */
extern const struct ad_detector ad_ensemble_fitted;

#endif
