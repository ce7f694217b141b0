/* Files of sections and `key = value` lines, read by inih, of which this keeps the surprises away:
 * lines that are too long are refused, not cut; only a line indented further than its key goes on
 * with the value; a section without keys is told of; and every line has its number. */
#ifndef AD_DECIDE_INI_H
#define AD_DECIDE_INI_H

#include "base/err.h"
#include "base/str.h"

/* Files are not larger. */
enum { AD_INI_MOST = 4 << 20 };

/* What comes of a file: a section, .key.s being NULL, or a key with its value. */
struct ad_ini_item {
    struct ad_str section, key; /* section: what stands in the brackets; empty before the first */
    struct ad_str value;        /* lines of a value that goes on are joined by as many newlines as
                                   they are apart, so that newlines count lines */
    unsigned long line;         /* in the file, from 1, of the section or the key */
};

/* Tell of all items in turn; their views live until item() returns. item() returns 0, or -1 to end
 * with its error. Returns 0, or -1 with a text that begins NAME:LINE: but for those of item(). */
int ad_ini_parse(struct ad_str text, const char *name,
                 int (*item)(void *arg, const struct ad_ini_item *, struct ad_err *), void *arg,
                 struct ad_err *err);

#endif
