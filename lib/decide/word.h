/* Words of settings and actions, and what to say of one that is none of them. */
#ifndef AD_DECIDE_WORD_H
#define AD_DECIDE_WORD_H

#include "base/err.h"
#include "base/str.h"

/* The next word of a text, up to a blank, a newline or an equals sign; empty at the end. */
struct ad_str ad_word_next(struct ad_str *text);

/* Say that `v` is no WHAT, naming the one of all[] (NULL ends it) that is most like it, or all.
 * Returns -1. */
int ad_word_unknown(const char *what, struct ad_str v, const char *const *all, struct ad_err *err);

#endif
