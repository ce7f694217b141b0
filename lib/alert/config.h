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

/* One section; pair[n] in the order of the file, keys may repeat; lines of a value that goes on are
 * joined by newlines. */
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

/* Read a file (decide/ini.h), whose path must outlive the configuration; a section may stand in it
 * once. A NUL follows every text. Returns 0, or -1 with `PATH:LINE: what is wrong`. */
int ad_config_read(struct ad_config *c, const char *path, struct ad_err *err);
/* The same of a text. */
int ad_config_parse(struct ad_config *c, const char *name, struct ad_str text, struct ad_err *err);
void ad_config_free(struct ad_config *c);

/* Set the error to `PATH:LINE: ` and the message. Returns -1. */
int ad_config_fail(const struct ad_config *c, unsigned long line, struct ad_err *err,
                   const char *fmt, ...) AD_PRINTF(4, 5);

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
