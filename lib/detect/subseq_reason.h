/* What is strange of a stretch, in words. */
#ifndef AD_DETECT_SUBSEQ_REASON_H
#define AD_DETECT_SUBSEQ_REASON_H

#include "base/str.h"
#include "detect/subseq_parts.h"

/* Where the values of a series lie: x = center + scale y. */
struct ad_subseq_units {
    double center, scale;
};

struct ad_subseq_reason {
    double at;                /* the row it was found for */
    float loudness;           /* of several, the loudest counts */
    enum ad_subseq_kind kind; /* of the part that is meant */
    size_t feature;
    double from, to;          /* the first and the last row of its window, counted from 0 */
    double value, usual;      /* of the feature, in the units of the series where it has some */
    double shortest, longest; /* periods of a band */
    double like;              /* of a profile: the first row of what is most like it; NAN: none */
};

/* That of an anchor, of which rows are not known yet, nor what a profile finds most like it. */
struct ad_subseq_reason ad_subseq_reason_of(const struct ad_subseq_part *part,
                                            const struct ad_subseq_anchor *a,
                                            const struct ad_subseq_units *units);

/* Append it: `rows 4001-4096: energy at periods of 10 to 16 rows is 8 x the usual`, rows counted
 * from 1. */
void ad_subseq_reason_text(const struct ad_subseq_reason *r, struct ad_buf *out);

#endif
