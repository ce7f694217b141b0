#include "alert/secret.h"

#include "alert/sign.h"
#include "alert/text.h"
#include "io/file.h"

#include <stdlib.h>

/* Trim, refuse what cannot be one line of a header, and end with a NUL. */
static int finish(const char *name, struct ad_buf *out, struct ad_err *err)
{
    size_t from = 0;
    while (out->len && strchr(" \t\r\n", out->s[out->len - 1]) && out->s[out->len - 1])
        out->len--;
    while (from < out->len && (out->s[from] == ' ' || out->s[from] == '\t'))
        from++;
    if (from == out->len)
        return ad_err_set(err, "%s: there is no secret in it", name);
    for (size_t i = from; i < out->len; i++)
        if ((unsigned char)out->s[i] < 0x20 || out->s[i] == 0x7f)
            return ad_err_set(err, "%s: a secret is one line, without control characters", name);
    memmove(out->s, out->s + from, out->len - from);
    out->len -= from;
    if (ad_buf_add(out, "", 1))
        return ad_err_nomem(err);
    out->len--;
    return 0;
}

int ad_secret_file(const char *path, struct ad_buf *out, struct ad_buf *warning, struct ad_err *err)
{
    enum { MOST = 16384 };
    struct stat seen;
    if (ad_file_read(path, MOST, out, &seen, err))
        return -1;
    if (S_ISREG(seen.st_mode) && (seen.st_mode & (S_IRWXG | S_IRWXO))) {
        ad_buf_addz(warning, warning->len ? "; " : "");
        ad_buf_addz(warning, path);
        ad_buf_addz(warning, ": others can read this secret (chmod 600)");
    }
    return finish(path, out, err);
}

int ad_secret_env(const char *name, struct ad_buf *out, struct ad_err *err)
{
    const char *value = getenv(name);
    if (!value)
        return ad_err_set(err, "the environment has no %s", name);
    if (ad_buf_addz(out, value))
        return ad_err_nomem(err);
    return finish(name, out, err);
}

static int add(struct ad_secrets *secrets, struct ad_str text)
{
    for (size_t i = 0; i < secrets->n; i++)
        if (ad_str_eq(secrets->v[i], text))
            return 0;
    if (!text.len)
        return 0;
    struct ad_str *v = realloc(secrets->v, (secrets->n + 1) * sizeof *v);
    if (!v)
        return -1;
    secrets->v = v;
    char *copy = malloc(text.len);
    if (!copy)
        return -1;
    memcpy(copy, text.s, text.len);
    size_t i = secrets->n++;
    for (; i > 0 && v[i - 1].len < text.len; i--)
        v[i] = v[i - 1];
    v[i] = (struct ad_str){copy, text.len};
    return 0;
}

static int add_spellings(struct ad_secrets *secrets, struct ad_str text)
{
    static const enum ad_as as[] = {AD_AS_JSON, AD_AS_URL, AD_AS_HTML};
    int rc = add(secrets, text);
    for (size_t i = 0; rc == 0 && i < sizeof as / sizeof *as; i++) {
        struct ad_buf spelt = {0};
        rc = ad_text_add(&spelt, text, as[i], AD_NO_LIMIT) || add(secrets, ad_buf_str(&spelt));
        ad_buf_free(&spelt);
    }
    return rc ? -1 : 0;
}

int ad_secrets_hide(struct ad_secrets *secrets, struct ad_str text)
{
    size_t word = text.len;
    while (word && text.s[word - 1] != ' ')
        word--;
    if (add_spellings(secrets, text))
        return -1;
    return word ? add_spellings(secrets, (struct ad_str){text.s + word, text.len - word}) : 0;
}

/* The parts between / ? & = that are too long to be mere words. */
static int hide_parts(struct ad_secrets *secrets, struct ad_str path)
{
    enum { LEAST = 8 };
    for (size_t i = 0, start = 0; i <= path.len; i++) {
        if (i < path.len && !strchr("/?&=", path.s[i]))
            continue;
        if (i - start >= LEAST &&
            add_spellings(secrets, (struct ad_str){path.s + start, i - start}))
            return -1;
        start = i + 1;
    }
    return 0;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)((at - digits) % 16) : -1;
}

/* user:password, without %XX, as HTTP sends it: in base64 (RFC 7617). */
static int hide_login(struct ad_secrets *secrets, struct ad_str login)
{
    struct ad_buf plain = {0}, base64 = {0};
    for (size_t i = 0; i < login.len; i++) {
        char c = login.s[i];
        int high = i + 2 < login.len ? hex_digit(login.s[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(login.s[i + 2]) : -1;
        bool pair = c == '%' && low >= 0;
        if (pair)
            c = (char)(16 * high + low);
        ad_buf_add(&plain, &c, 1);
        i += pair ? 2 : 0;
    }
    const char *colon = plain.len ? memchr(plain.s, ':', plain.len) : NULL;
    size_t user = colon ? (size_t)(colon + 1 - plain.s) : plain.len;
    int rc = plain.failed || ad_base64_add(&base64, ad_buf_str(&plain)) ||
             add(secrets, ad_buf_str(&base64)) || add_spellings(secrets, login) ||
             add_spellings(secrets, ad_buf_str(&plain)) ||
             add_spellings(secrets, (struct ad_str){plain.s + user, plain.len - user});
    ad_buf_free(&plain);
    ad_buf_free(&base64);
    return rc ? -1 : 0;
}

int ad_secrets_hide_url(struct ad_secrets *secrets, struct ad_str url)
{
    size_t host = 0;
    while (host + 2 < url.len && memcmp(url.s + host, "://", 3) != 0)
        host++;
    host = host + 2 < url.len ? host + 3 : 0;
    size_t path = host, at = host;
    for (; path < url.len && !strchr("/?#", url.s[path]); path++)
        if (url.s[path] == '@')
            at = path;
    struct ad_str login = {url.s + host, at - host}, rest = {url.s + path, url.len - path};
    if (add_spellings(secrets, url) || (login.len && hide_login(secrets, login)))
        return -1;
    if (rest.len > 1 && add_spellings(secrets, rest))
        return -1;
    return hide_parts(secrets, rest);
}

void ad_secrets_redact(const struct ad_secrets *secrets, struct ad_buf *text)
{
    struct ad_buf out = {0};
    for (size_t i = 0; i < text->len;) {
        size_t k = 0;
        while (k < secrets->n && (secrets->v[k].len > text->len - i ||
                                  memcmp(text->s + i, secrets->v[k].s, secrets->v[k].len) != 0))
            k++;
        if (k < secrets->n)
            ad_buf_addz(&out, "***");
        else
            ad_buf_add(&out, text->s + i, 1);
        i += k < secrets->n ? secrets->v[k].len : 1;
    }
    if (out.failed)
        out.len = 0; /* better no text than one with a secret */
    ad_buf_free(text);
    *text = out;
}

size_t ad_secrets_longest(const struct ad_secrets *secrets)
{
    return secrets->n ? secrets->v[0].len : 0;
}

void ad_secrets_free(struct ad_secrets *secrets)
{
    for (size_t i = 0; i < secrets->n; i++)
        free((char *)(uintptr_t)secrets->v[i].s);
    free(secrets->v);
    *secrets = (struct ad_secrets){0};
}
