/* How much detectors differ: what makes combining them worth while. */
#ifndef AD_DECIDE_ENSEMBLE_REPORT_H
#define AD_DECIDE_ENSEMBLE_REPORT_H

#include "detect/detector.h"

/* Listens to the scores. */
extern const struct ad_detector ad_ensemble_report;

/* Of two detectors, over the records in which both have a score. Kuncheva and Whitaker (2003); NAN
 * where there is nothing to tell from. */
struct ad_diversity {
    double records;
    double kappa; /* Cohen's, of their flags: 1 if they are always the same, 0 as by chance */
    double disagreement; /* part of the records that only one of them flags */
    double double_fault; /* part of the labelled records in which both are wrong */
    double correlation;  /* of the scores (Pearson) */
};

/* Of the scores i and j of a state. */
struct ad_diversity ad_ensemble_diversity(const void *state, size_t i, size_t j);

#endif
