/* A list of texts that owns its bytes. */
#ifndef AD_BASE_NAMES_H
#define AD_BASE_NAMES_H

#include "base/str.h"

/* v[n], one allocation together with the bytes they point to; {0} is empty. */
struct ad_names {
    struct ad_str *v;
    size_t n;
};

/* Replace the list by copies of v[n]; .s of NULL stays NULL. Returns 0, or -1 when out of memory,
 * the list then being as it was. */
int ad_names_set(struct ad_names *names, const struct ad_str *v, size_t n);

/* Append a copy of v, making the list anew: for lists that are short, or grow seldom. Returns as
 * ad_names_set() does. */
int ad_names_add(struct ad_names *names, struct ad_str v);

/* Index of the last name equal to v, or -1. */
ptrdiff_t ad_names_find(const struct ad_names *names, struct ad_str v);

/* The name most like v, or NULL if none is much like it: for "did you mean". */
const struct ad_str *ad_names_nearest(const struct ad_names *names, struct ad_str v);

/* Append the names as a person would list them: `a, b, c`. Returns 0, or -1. */
int ad_names_list(const struct ad_names *names, struct ad_buf *out);

void ad_names_free(struct ad_names *names);

#endif
