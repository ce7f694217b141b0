/* Reading the section of a channel. Functions return 0, or -1 with `PATH:LINE: channel NAME: what
 * to mend`; texts that they hand out are copies, with a NUL behind them. */
#ifndef AD_ALERT_SETUP_H
#define AD_ALERT_SETUP_H

#include "alert/channel.h"
#include "alert/secret.h"
#include "alert/template.h"

struct ad_setup {
    const struct ad_config *config;
    const struct ad_section *section;
    struct ad_err *err;
    struct ad_secrets *secrets; /* what is read as one is added */
    struct ad_buf *warning;
};

/* key: what is wrong about it; NULL: with the section. Returns -1. */
int ad_setup_fail(const struct ad_setup *su, const char *key, const char *fmt, ...) AD_PRINTF(3, 4);

/* The last value of the key, or .s of NULL. */
struct ad_str ad_setup_get(const struct ad_setup *su, const char *key);

/* A copy of the value, or of the fallback (NULL: stays NULL), to be freed. */
int ad_setup_text(const struct ad_setup *su, const char *key, const char *fallback, char **out);

/* yes or no. */
int ad_setup_flag(const struct ad_setup *su, const char *key, bool *out);

/* A duration; *out holds the default. */
int ad_setup_seconds(const struct ad_setup *su, const char *key, double least, double most,
                     double *out);

/* A template; without the key and the fallback: NULL. */
int ad_setup_template(const struct ad_setup *su, const char *key, const char *fallback,
                      enum ad_as as, struct ad_template **out);

/* A template that is in the file which the key names. */
int ad_setup_template_file(const struct ad_setup *su, const char *key, enum ad_as as,
                           struct ad_template **out);

/* The path that the key names, relative to the folder of the configuration; NULL if there is none.
 */
int ad_setup_path(const struct ad_setup *su, const char *key, char **out);

/* The secret in the file that WHAT-file names or the variable that WHAT-env names; it is hidden
 * from now on. *out stays empty if there is neither. */
int ad_setup_secret(const struct ad_setup *su, const char *what, struct ad_buf *out);

#endif
