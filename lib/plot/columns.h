/* Which columns of scored records tell something of a value field. */
#ifndef AD_PLOT_COLUMNS_H
#define AD_PLOT_COLUMNS_H

#include "base/names.h"
#include "run/command.h"

enum ad_role {
    AD_ROLE_SCORE,
    AD_ROLE_FLAG,
    AD_ROLE_EXPECTED,
    AD_ROLE_LOWER,
    AD_ROLE_UPPER,
    AD_ROLE_NUMBERS, /* those before it are numbers, the flag 1 or 0 */
    AD_ROLE_STATE = AD_ROLE_NUMBERS,
    AD_ROLE_FIELD,      /* the field the score is of, */
    AD_ROLE_BAND_FIELD, /* and the one that expected, lower and upper are of */
    AD_ROLE_REASON,
    AD_ROLE_SEVERITY,
    AD_ROLES
};

/* Where a role is in `name`; SIZE_MAX: there is no such column. */
struct ad_roles {
    size_t at[AD_ROLES];
};

struct ad_columns {
    struct ad_names name; /* all that are to be read besides the values, each once, */
    enum ad_role *role;   /* [name.n] and the first role of each */
    struct ad_roles *of;  /* [value fields] */
};

/* Choose them. The score is `score`, or NULL: of each field FIELD_N_score if there are such, else
 * that of rules, of an ensemble, or the only one; there may be none. The rest is what the detector
 * N appended beside it; what rules and ensembles do not tell is taken from the first detector that
 * does. Returns 0, or -1; ad_columns_free() in any case. */
int ad_columns_choose(struct ad_columns *c, const struct ad_layout *layout, const char *score,
                      struct ad_err *err);
void ad_columns_free(struct ad_columns *c);

#endif
