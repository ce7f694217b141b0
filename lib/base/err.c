#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int ad_err_nomem(struct ad_err *err)
{
    ad_err_free(err);
    err->text = "out of memory";
    return -1;
}

int ad_err_set(struct ad_err *err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    ad_err_vset(err, fmt, ap);
    va_end(ap);
    return -1;
}

int ad_err_vset(struct ad_err *err, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *text = n < 0 ? NULL : malloc((size_t)n + 1);
    if (!text)
        return ad_err_nomem(err);
    vsnprintf(text, (size_t)n + 1, fmt, ap);
    ad_err_free(err); /* only now: an argument may be the old text */
    err->text = err->owned = text;
    return -1;
}

void ad_err_free(struct ad_err *err)
{
    free(err->owned);
    err->owned = NULL;
    err->text = NULL;
}
