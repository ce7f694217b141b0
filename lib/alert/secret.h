/* Secrets: from where they are read, and that they are never seen again. */
#ifndef AD_ALERT_SECRET_H
#define AD_ALERT_SECRET_H

#include "base/err.h"
#include "base/str.h"

/* What must not be shown, the longest first; {0} is empty. */
struct ad_secrets {
    struct ad_str *v;
    size_t n;
};

/* Read a secret from a file, less the blanks and line ends around it, into *out, which has a NUL
 * behind it. If others than its owner may read the file, *warning (to be freed) says so. Returns 0,
 * or -1 with a text that names the file: it is not there, empty, or more than one line. */
int ad_secret_file(const char *path, struct ad_buf *out, struct ad_buf *warning,
                   struct ad_err *err);

/* The same from an environment variable. */
int ad_secret_env(const char *name, struct ad_buf *out, struct ad_err *err);

/* Hide this text from now on, however it is written in JSON, HTML or a URL, and the word behind its
 * last blank (`Bearer TOKEN`). Returns 0, or -1 when out of memory. */
int ad_secrets_hide(struct ad_secrets *secrets, struct ad_str text);

/* Hide a URL: the whole of it, who is to log in, its path, and longer parts of that. */
int ad_secrets_hide_url(struct ad_secrets *secrets, struct ad_str url);

/* Put `***` in the place of every secret in the text. */
void ad_secrets_redact(const struct ad_secrets *secrets, struct ad_buf *text);

/* The length of the longest one. */
size_t ad_secrets_longest(const struct ad_secrets *secrets);

void ad_secrets_free(struct ad_secrets *secrets);

#endif
