/* Words as numbers: for each field that holds words, the words seen so far. */
#ifndef AD_RUN_CATEGORY_H
#define AD_RUN_CATEGORY_H

#include "base/pack.h"
#include "run/series.h"

/* Words beyond so many of a field are one and the same: unknown. */
enum { AD_CATEGORIES = 65536, AD_CATEGORY_UNKNOWN = -1 };

struct ad_categories {
    bool *is;              /* [n]: whether the field holds words */
    struct ad_keytab *tab; /* [n]: their numbers, kept as the time of a series without tracks */
    size_t n;
};

/* For n fields, of which those hold words that is[n] says, which becomes c's own (from malloc).
 * Returns 0, or -1. */
int ad_categories_init(struct ad_categories *c, bool *is, size_t n, struct ad_err *err);
void ad_categories_free(struct ad_categories *c);

/* The number of a word of field i: 0, 1, ... in the order they were first seen with `learn`, else
 * AD_CATEGORY_UNKNOWN. Returns NAN when out of memory. */
double ad_categories_number(struct ad_categories *c, size_t i, struct ad_str word, bool learn);

/* Returns 0, or -1 when out of memory. */
int ad_categories_save(struct ad_categories *c, struct ad_save *out);
/* Into one without words. Hostile input: returns 0, or -1. */
int ad_categories_load(struct ad_categories *c, struct ad_load *in);

#endif
