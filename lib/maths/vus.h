/* Volume under the surface (Paparrizos, Boniol, Palpanas, Tsay, Elmore and Franklin 2022): areas
 * under the ROC and the precision-recall curve of one series, whose anomalous windows have soft
 * edges, averaged over the widths of these. */
#ifndef AD_MATHS_VUS_H
#define AD_MATHS_VUS_H

#include "maths/span.h"

struct ad_vus {
    double roc, pr;
};

enum { AD_VUS_BUFFER_MAX = 1000 };

/* Of n > 0 records, all with a level, and nw > 0 windows, with buffers w = 0, 1 ... buffer <=
 * AD_VUS_BUFFER_MAX. For each a record d <= w/2 (rounded down) before or after a window counts as
 * anomalous by sqrt(1 - d/w); recall is multiplied by the share of windows, joined where their
 * edges meet, that an alarm touches; 250 thresholds, evenly spaced by rank. All as in the authors'
 * program and in the benchmark TSB-AD: there the records that recall is measured by are the mean
 * of those of the windows and of these with the weights of the edges that are found, where the
 * paper takes all edges. NAN if there is no normal record. Returns 0, or -1 when out of memory. */
int ad_vus(const uint32_t *level, size_t n, const struct ad_span *window, size_t nw, size_t buffer,
           struct ad_vus *vus);

#endif
