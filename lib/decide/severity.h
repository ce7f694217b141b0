/* How bad an anomaly is, in words. */
#ifndef AD_DECIDE_SEVERITY_H
#define AD_DECIDE_SEVERITY_H

#include "base/err.h"
#include "base/str.h"

enum ad_severity { AD_SEVERITY_NONE, AD_LOW, AD_MEDIUM, AD_HIGH, AD_CRITICAL };

/* Scores from which on a severity holds: low 0.3, medium 0.5, high 0.7, critical 0.9. */
struct ad_severity_scale {
    double from[AD_CRITICAL + 1]; /* [AD_SEVERITY_NONE] does not count */
};
#define AD_SEVERITY_USUAL                                                                          \
    {                                                                                              \
        {                                                                                          \
            0, 0.3, 0.5, 0.7, 0.9                                                                  \
        }                                                                                          \
    }

/* The severity of a score; NONE for NAN. */
static inline enum ad_severity ad_severity_of(const struct ad_severity_scale *scale, double score)
{
    int s = AD_CRITICAL;
    while (s > AD_SEVERITY_NONE && !(score >= scale->from[s]))
        s--;
    return (enum ad_severity)s;
}

/* Its word: "" for NONE, low, medium, high, critical. */
static inline const char *ad_severity_name(enum ad_severity s)
{
    static const char *const name[] = {"", "low", "medium", "high", "critical"};
    return name[s];
}

/* The severity that a word names, in any case, or NONE. */
static inline enum ad_severity ad_severity_parse(struct ad_str word)
{
    int s = AD_CRITICAL;
    while (s > AD_SEVERITY_NONE && !ad_str_caseeq(word, ad_severity_name((enum ad_severity)s)))
        s--;
    return (enum ad_severity)s;
}

/* Read `low 0.3, medium 0.5, high 0.7, critical 0.9`; those left out stay as they are. Returns 0,
 * or -1. */
int ad_severity_scale_parse(struct ad_severity_scale *scale, struct ad_str text,
                            struct ad_err *err);

#endif
