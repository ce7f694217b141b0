/* Options of ad-ensemble that name detectors: texts such as `zscore=0.3,novelty=0.7`. */
#ifndef AD_DECIDE_ENSEMBLE_OPTIONS_H
#define AD_DECIDE_ENSEMBLE_OPTIONS_H

#include "base/names.h"
#include "decide/ensemble.h"

/* Weights for the records in which a field has a value. */
struct ad_ensemble_clause {
    size_t field; /* of `more` */
    struct ad_str value, weights;
};

struct ad_ensemble_options {
    const char *weights, *order, *context; /* as given, or NULL */
    struct ad_names more;                  /* fields that clauses ask for */
    struct ad_ensemble_clause *clause;     /* [nclause]: views into `context` */
    size_t nclause;
    double *weight; /* as in struct ad_ensemble_cfg: 0 is what -w says, then the clauses */
    size_t *index;
};

/* Take the clauses of `context`, FIELD=VALUE:WEIGHTS between semicolons, apart. Replaces what was
 * there. Returns 0, or -1. */
int ad_ensemble_options_parse(struct ad_ensemble_options *o, struct ad_err *err);

/* Now that the fields are known: N in options stands for the field N_score, or N. What weights do
 * not name does not count; what the order does not name comes last. Sets weight, ncontext and order
 * of the configuration. Returns 0, or -1. */
int ad_ensemble_options_bind(struct ad_ensemble_options *o, const struct ad_names *field,
                             struct ad_ensemble_cfg *cfg, struct ad_err *err);

/* Which context a record has whose fields `more` have these texts: the first whose value, a pattern
 * of *, ? and plain characters, matches; 0 if none does. */
size_t ad_ensemble_context(const struct ad_ensemble_options *o, const struct ad_str *text);

void ad_ensemble_options_free(struct ad_ensemble_options *o);

#endif
