/* What was found: stretches of flagged points, the worst of them kept with their reasons. */
#ifndef AD_PLOT_FINDING_H
#define AD_PLOT_FINDING_H

#include "base/str.h"
#include "decide/severity.h"
#include "plot/trace.h"

struct ad_panel;

/* Consecutive flagged points of a panel. */
struct ad_finding {
    const struct ad_panel *panel;
    double from, to;
    uint64_t n;                /* points; 0: there is no finding */
    struct ad_point peak;      /* the one of highest score */
    enum ad_severity severity; /* the worst that was told, else that of the peak's score */
    struct ad_buf reason;      /* of the peak, with control bytes made visible; may be empty */
};

/* The `most` worst of all that are over. */
struct ad_findings {
    struct ad_finding *v; /* [n], a heap: the least bad first */
    size_t n, most;
    uint64_t all; /* how many there were */
};

/* Returns 0, or -1 when out of memory. */
int ad_findings_init(struct ad_findings *f, size_t most);
void ad_findings_free(struct ad_findings *f);

/* Make the flagged point a part of the finding, with its reason and severity (NONE: that of its
 * score). Returns 0, or -1 when out of memory. */
int ad_finding_extend(struct ad_finding *now, const struct ad_panel *panel,
                      const struct ad_point *p, enum ad_severity severity, struct ad_str reason);

/* The finding is over: keep it if it is bad enough. It is empty then. */
void ad_findings_keep(struct ad_findings *f, struct ad_finding *over);

/* Forget those of a panel. */
void ad_findings_forget(struct ad_findings *f, const struct ad_panel *panel);

/* Whether a is worse than b; of equals the earlier. */
bool ad_finding_worse(const struct ad_finding *a, const struct ad_finding *b);

#endif
