/* What ad-zscore learns of one series, or of one phase of it. */
#ifndef AD_DETECT_ZSCORE_SERIES_H
#define AD_DETECT_ZSCORE_SERIES_H

#include "detect/zscore.h"
#include "maths/ewma.h"
#include "maths/moments.h"
#include "maths/robust.h"
#include "maths/window.h"

struct ad_zscore_series {
    unsigned long long count; /* values learnt */
    double last, t;           /* the newest of them as it came, and the newest time */
    double step;              /* smallest change from one to the next but 0; INFINITY: none yet */
    double volatility;        /* recent mean of squared residuals in units of the scale */
    union {
        struct ad_window *window;
        struct ad_ewma ewma;
        struct ad_moments global;
        struct ad_robust *robust;
    } of;
};

/* Returns 0, or -1 out of memory. */
int ad_zscore_series_open(struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg);
void ad_zscore_series_close(struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg);

/* Learn a value that came as raw and is taken as x. Returns 0, or -1 out of memory. */
int ad_zscore_series_learn(struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg, double raw,
                           double x, double t);

/* Where the next value is expected, and how far off it may be: (value - center)/reach is Student's
 * t with nu degrees of freedom. */
struct ad_zscore_estimate {
    double center, reach, nu;
    bool steady; /* nu will not change any more */
};

/* Returns whether enough has been learnt for an estimate. It undoes what learning values clipped at
 * the line has done. */
bool ad_zscore_series_estimate(const struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg,
                               const struct ad_line *line, struct ad_zscore_estimate *e);

/* Loading goes into a freshly opened series. Returns 0, or -1. */
void ad_zscore_series_save(const struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg,
                           struct ad_save *save);
int ad_zscore_series_load(struct ad_zscore_series *s, const struct ad_zscore_cfg *cfg,
                          struct ad_load *load);

#endif
