/* Errors are reported, never acted on: only cmd/ and run/ print them and exit. */
#ifndef AD_BASE_ERR_H
#define AD_BASE_ERR_H

#include <stdarg.h>

#if defined(__GNUC__)
#define AD_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define AD_PRINTF(fmt, args)
#endif

/* What went wrong, as one line of text without a newline. Start with {0}; owned by the caller,
 * released by ad_err_free(). `text` is never NULL after a failed call, even out of memory. */
struct ad_err {
    const char *text;
    char *owned;
};

/* Replace the text. Returns -1 always, so that a function can `return ad_err_set(err, ...)`. */
int ad_err_set(struct ad_err *err, const char *fmt, ...) AD_PRINTF(2, 3);

int ad_err_vset(struct ad_err *err, const char *fmt, va_list ap) AD_PRINTF(2, 0);

/* ad_err_set() for a failed allocation: needs no memory itself. Returns -1. */
int ad_err_nomem(struct ad_err *err);

void ad_err_free(struct ad_err *err);

#endif
