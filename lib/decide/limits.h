/* A table of limits by context: a CSV file whose columns are names of fields, and `hours`,
 * `weekdays`, `min`, `max`.
 *
 *     host,metric,weekdays,hours,min,max
 *     web1,load,Mon-Fri,09:00-17:00,,8
 *     ,load,,,,4
 *
 * A row holds for records whose fields have its values, at its times; an empty cell holds for all.
 * Of several rows that hold the one with the most cells given counts, of equals the first. */
#ifndef AD_DECIDE_LIMITS_H
#define AD_DECIDE_LIMITS_H

#include "base/names.h"
#include "detect/threshold.h"

struct ad_limits;

/* Read the file. Returns NULL with the file, the line and what is wrong. */
struct ad_limits *ad_limits_read(const char *path, struct ad_err *err);
void ad_limits_free(struct ad_limits *l);

/* The fields that its columns name, and whether any row depends on the time. */
const struct ad_names *ad_limits_fields(const struct ad_limits *l);
bool ad_limits_timed(const struct ad_limits *l);

/* The number of the context that these values of the fields are (.s NULL: absent); the same values
 * always have the same. Returns SIZE_MAX when out of memory. */
size_t ad_limits_context(struct ad_limits *l, const struct ad_str *value);

/* What ad_threshold_cfg.limits wants; arg is the table. */
const struct ad_limit_list *ad_limits_of(const void *arg, size_t context);

#endif
