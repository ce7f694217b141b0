/* ad-threshold: limits that somebody knows, and what breaks them. */
#ifndef AD_DETECT_THRESHOLD_H
#define AD_DETECT_THRESHOLD_H

#include "base/calendar.h"
#include "base/hours.h"
#include "detect/detector.h"

/* The limits of a context at some times of the week; NAN: none. */
struct ad_limit {
    const struct ad_hours *hours; /* NULL: always */
    double min, max;
};

/* What a sample's context stands for: limits, those that go before others first. */
struct ad_limit_list {
    const struct ad_limit *const *limit;
    size_t n;
};

struct ad_threshold_cfg {
    double min, max;           /* NAN: none */
    double low, high;          /* quantiles of what came before that are limits; NAN: none */
    unsigned long long window; /* values that they are of, up to twice as many; 0: all */
    unsigned long long warmup; /* values before they hold */
    double max_rate, max_delta, max_pct; /* of the change from the value before: per second, in all,
                                            in % of that value; NAN: none */
    struct ad_extent stuck;              /* the same value so many times, or for so long */
    double margin;    /* distance beyond a limit that counts as much as the limit; NAN:
                         max - min, else |limit|, else 1 */
    double off_hours; /* factor of min and max at such times, and on holidays */
    const struct ad_hours *business;    /* when it is not off hours; NULL: always */
    const struct ad_calendar *holidays; /* or NULL */
    /* Limits by context; NULL, or nothing in it for the sample's time: min and max hold. */
    const struct ad_limit_list *(*limits)(const void *arg, size_t context);
    const void *limits_arg;
};

/* There is no probability in it: at a limit the surprise is that of the alarm line, and twice as
 * much a margin beyond. Within the limits it tells how near they are. */
extern const struct ad_detector ad_threshold;

#endif
