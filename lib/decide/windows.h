/* Anomalous windows from a file: JSON, a list of pairs [from, to] of times, both included, or an
 * object of such lists by the names of series; or lines of CSV whose first fields are from and to.
 */
#ifndef AD_DECIDE_WINDOWS_H
#define AD_DECIDE_WINDOWS_H

#include "base/time.h"
#include "decide/scored.h"

struct ad_windows;

/* Read the file and check its form. Returns NULL with a text that names the file. */
struct ad_windows *ad_windows_read(const char *path, struct ad_err *err);
void ad_windows_free(struct ad_windows *w);

/* The windows of a series, in order; those that overlap are one. Of an object they are those under
 * `key`, or under the only key that ends in a slash and it; with an empty key, those of the only
 * member. Returns how many are in *v, which is for free() in any case; or -1: no such key, not a
 * time, out of memory. */
ptrdiff_t ad_windows_of(const struct ad_windows *w, struct ad_str key, struct ad_clock *clock,
                        struct ad_stretch **v, struct ad_err *err);

/* Make the records of a series that lie in its windows anomalous. Returns 0, or -1. */
int ad_windows_mark(const struct ad_windows *w, struct ad_str key, struct ad_clock *clock,
                    struct ad_scored *s, struct ad_err *err);

#endif
