/* Configuration files: sections `[kind NAME]` of `key = value`. */
#ifndef AD_ALERT_CONFIG_H
#define AD_ALERT_CONFIG_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct ad_pair {
    struct ad_str key, value;
    unsigned long line;
};

/* One section; pair[n] in the order of the file, keys may repeat. */
struct ad_section {
    struct ad_str kind, name; /* channel, pagerduty */
    unsigned long line;
    struct ad_pair *pair;
    size_t n;
};

struct ad_config {
    const char *path;
    struct ad_section *section;
    size_t n;
    struct ad_buf text; /* all bytes that the views point to */
};

/* Read a file by inih. Returns 0, or -1 with `PATH:LINE: what is wrong`. */
int ad_config_read(struct ad_config *c, const char *path, struct ad_err *err);
void ad_config_free(struct ad_config *c);

/* The first section of that kind and name, or NULL. */
const struct ad_section *ad_config_find(const struct ad_config *c, const char *kind,
                                        struct ad_str name);
/* The last value of the key in the section; .s is NULL if there is none. */
struct ad_str ad_section_get(const struct ad_section *s, const char *key);
/* Refuse keys that are none of keys[] (NULL ends them), naming the line and the nearest. Returns 0,
 * or -1. */
int ad_section_check(const struct ad_config *c, const struct ad_section *s, const char *const *keys,
                     struct ad_err *err);

#endif
