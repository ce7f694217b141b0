#include "alert/setup.h"

#include "base/time.h"
#include "io/file.h"

#include <stdio.h>
#include <stdlib.h>

static const struct ad_pair *find(const struct ad_setup *su, const char *key)
{
    const struct ad_section *s = su->section;
    for (size_t i = s->n; key && i-- > 0;)
        if (ad_str_eq(s->pair[i].key, ad_str_of(key)))
            return &s->pair[i];
    return NULL;
}

int ad_setup_fail(const struct ad_setup *su, const char *key, const char *fmt, ...)
{
    const struct ad_pair *pair = find(su, key);
    struct ad_buf name = {0};
    va_list ap;
    va_start(ap, fmt);
    ad_err_vset(su->err, fmt, ap);
    va_end(ap);
    ad_buf_add_visible(&name, su->section->name);
    ad_err_set(su->err, "%s:%lu: channel %.*s: %s%s%s", su->config->path ? su->config->path : "-",
               pair ? pair->line : su->section->line, (int)name.len, name.len ? name.s : "",
               key ? key : "", key ? ": " : "", su->err->text);
    ad_buf_free(&name);
    return -1;
}

struct ad_str ad_setup_get(const struct ad_setup *su, const char *key)
{
    const struct ad_pair *pair = find(su, key);
    return pair ? pair->value : (struct ad_str){NULL, 0};
}

static int copy(const struct ad_setup *su, const char *key, struct ad_str v, char **out)
{
    if (v.len && memchr(v.s, 0, v.len))
        return ad_setup_fail(su, key, "there is a NUL in it");
    *out = malloc(v.len + 1);
    if (!*out)
        return ad_err_nomem(su->err);
    if (v.len)
        memcpy(*out, v.s, v.len);
    (*out)[v.len] = '\0';
    return 0;
}

int ad_setup_text(const struct ad_setup *su, const char *key, const char *fallback, char **out)
{
    struct ad_str v = ad_setup_get(su, key);
    *out = NULL;
    if (v.s && !v.len)
        return ad_setup_fail(su, key, "is empty");
    if (v.s)
        return copy(su, key, v, out);
    return fallback ? copy(su, key, ad_str_of(fallback), out) : 0;
}

int ad_setup_flag(const struct ad_setup *su, const char *key, bool *out)
{
    struct ad_str v = ad_setup_get(su, key);
    if (v.s && !ad_str_caseeq(v, "yes") && !ad_str_caseeq(v, "no"))
        return ad_setup_fail(su, key, "is yes or no");
    if (v.s)
        *out = ad_str_caseeq(v, "yes");
    return 0;
}

int ad_setup_seconds(const struct ad_setup *su, const char *key, double least, double most,
                     double *out)
{
    struct ad_str v = ad_setup_get(su, key);
    char low[48], high[48];
    if (!v.s || (ad_duration_parse(v, out) == 0 && *out >= least && *out <= most))
        return 0;
    low[ad_duration_print(low, least)] = '\0';
    high[ad_duration_print(high, most)] = '\0';
    return ad_setup_fail(su, key, "is a duration from %s to %s, such as 10s", low, high);
}

/* Line and column of an offset; both from 1, columns in bytes. */
static void place(struct ad_str text, size_t at, size_t *line, size_t *column)
{
    *line = *column = 1;
    for (size_t i = 0; i < at; i++, ++*column)
        if (text.s[i] == '\n')
            ++*line, *column = 0;
}

int ad_setup_template(const struct ad_setup *su, const char *key, const char *fallback,
                      enum ad_as as, struct ad_template **out)
{
    struct ad_str v = ad_setup_get(su, key);
    size_t at, line, column;
    *out = NULL;
    if (!v.s && !fallback)
        return 0;
    if (!v.s)
        v = ad_str_of(fallback);
    struct ad_err err = {0};
    *out = ad_template_new(v, as, &at, &err);
    if (!*out) {
        place(v, at, &line, &column);
        ad_setup_fail(su, key, "line %zu, column %zu of the template: %s", line, column, err.text);
    }
    ad_err_free(&err);
    return *out ? 0 : -1;
}

int ad_setup_template_file(const struct ad_setup *su, const char *key, enum ad_as as,
                           struct ad_template **out)
{
    enum { MOST = 1 << 20 };
    struct ad_buf text = {0};
    struct ad_err err = {0};
    char *path;
    size_t at, line, column;
    *out = NULL;
    if (ad_setup_path(su, key, &path))
        return -1;
    if (!path)
        return 0;
    if (ad_file_read(path, MOST, &text, NULL, &err)) {
        ad_setup_fail(su, key, "%s", err.text);
    } else {
        *out = ad_template_new((struct ad_str){text.s, text.len}, as, &at, &err);
        place(ad_buf_str(&text), *out ? 0 : at, &line, &column);
        if (!*out)
            ad_setup_fail(su, key, "%s:%zu:%zu: %s", path, line, column, err.text);
    }
    ad_err_free(&err);
    ad_buf_free(&text);
    free(path);
    return *out ? 0 : -1;
}

int ad_setup_path(const struct ad_setup *su, const char *key, char **out)
{
    struct ad_str v = ad_setup_get(su, key);
    const char *config = su->config->path;
    const char *slash = config ? strrchr(config, '/') : NULL;
    *out = NULL;
    if (!v.s)
        return 0;
    if (!v.len)
        return ad_setup_fail(su, key, "is empty");
    if (*v.s == '/' || !slash)
        return copy(su, key, v, out);
    struct ad_buf path = {0};
    ad_buf_add(&path, config, (size_t)(slash - config) + 1);
    ad_buf_add(&path, v.s, v.len);
    int rc = path.failed ? ad_err_nomem(su->err) : copy(su, key, ad_buf_str(&path), out);
    ad_buf_free(&path);
    return rc;
}

static int from_file(const struct ad_setup *su, const char *key, struct ad_buf *out,
                     struct ad_err *err)
{
    char *path;
    if (ad_setup_path(su, key, &path))
        return -1;
    int rc = ad_secret_file(path, out, su->warning, err);
    free(path);
    return rc ? ad_setup_fail(su, key, "%s", err->text) : 0;
}

static int from_env(const struct ad_setup *su, const char *key, struct ad_buf *out,
                    struct ad_err *err)
{
    char *name;
    if (ad_setup_text(su, key, NULL, &name))
        return -1;
    int rc = ad_secret_env(name, out, err);
    free(name);
    return rc ? ad_setup_fail(su, key, "%s", err->text) : 0;
}

int ad_setup_secret(const struct ad_setup *su, const char *what, struct ad_buf *out)
{
    char file[64], env[64];
    struct ad_err err = {0};
    snprintf(file, sizeof file, "%s-file", what);
    snprintf(env, sizeof env, "%s-env", what);
    bool in_file = ad_setup_get(su, file).s, in_env = ad_setup_get(su, env).s;
    int rc = 0;
    if (in_file && in_env)
        return ad_setup_fail(su, env, "there is %s too, but only one can be it", file);
    if (in_file)
        rc = from_file(su, file, out, &err);
    else if (in_env)
        rc = from_env(su, env, out, &err);
    ad_err_free(&err);
    if (rc == 0 && out->len && ad_secrets_hide(su->secrets, ad_buf_str(out)))
        rc = ad_err_nomem(su->err);
    return rc;
}
