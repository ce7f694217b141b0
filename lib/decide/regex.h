/* Regular expressions as conditions take them. */
#ifndef AD_DECIDE_REGEX_H
#define AD_DECIDE_REGEX_H

#include "base/err.h"
#include "base/str.h"

#include <regex.h>

/* Compile a POSIX extended regular expression (a NUL stands behind it) that costs little to compile
 * and to match. Returns 0, or -1; after 0 free it by regfree(). */
int ad_regex_compile(regex_t *regex, struct ad_str pattern, struct ad_err *err);

#endif
