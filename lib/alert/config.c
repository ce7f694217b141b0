#include "alert/config.h"
#include "base/names.h"
#include "decide/ini.h"
#include "io/file.h"

#include <stdlib.h>

/* What a file is read into. */
struct loading {
    struct ad_config *c;
    size_t sections, pairs;
};

/* A copy in the config's text, a NUL behind it. */
static struct ad_str keep(struct ad_config *c, struct ad_str v)
{
    struct ad_str kept = {c->text.s + c->text.len, v.len};
    ad_buf_add(&c->text, v.s, v.len);
    ad_buf_add(&c->text, "", 1);
    return kept;
}

/* Make room for one more of n things. */
static void *grow(void *v, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return v;
    void *more = realloc(v, (*cap ? 2 * *cap : 8) * size);
    if (more)
        *cap = *cap ? 2 * *cap : 8;
    return more;
}

static int add_section(struct loading *l, const struct ad_ini_item *item, struct ad_err *err)
{
    struct ad_config *c = l->c;
    struct ad_section *more = grow(c->section, c->n, &l->sections, sizeof *more);
    if (!more)
        return ad_err_nomem(err);
    c->section = more;
    struct ad_str text = ad_str_trim(item->section), name = {text.s, text.len};
    while (name.len && *name.s != ' ' && *name.s != '\t')
        name.s++, name.len--;
    struct ad_str kind = {text.s, text.len - name.len};
    const struct ad_section *same;
    struct ad_section *s = &c->section[c->n];
    *s = (struct ad_section){.line = item->line, .kind = keep(c, kind)};
    s->name = keep(c, ad_str_trim(name));
    if ((same = ad_config_find(c, s->kind.s, s->name)) != NULL)
        return ad_err_set(err, "%s:%lu: another section [%.*s]; the first is in line %lu", c->path,
                          item->line, (int)text.len, text.s, same->line);
    l->pairs = 0;
    c->n++;
    return 0;
}

static int add(void *arg, const struct ad_ini_item *item, struct ad_err *err)
{
    struct loading *l = arg;
    struct ad_config *c = l->c;
    if (!item->key.s)
        return add_section(l, item, err);
    if (c->n == 0)
        return ad_err_set(err, "%s:%lu: a key before the first [section]", c->path, item->line);
    struct ad_section *s = &c->section[c->n - 1];
    struct ad_pair *more = grow(s->pair, s->n, &l->pairs, sizeof *more);
    if (!more)
        return ad_err_nomem(err);
    s->pair = more;
    struct ad_str key = keep(c, item->key);
    s->pair[s->n++] = (struct ad_pair){key, keep(c, item->value), item->line};
    return 0;
}

int ad_config_read(struct ad_config *c, const char *path, struct ad_err *err)
{
    struct ad_buf file = {0};
    *c = (struct ad_config){.path = path};
    int rc = ad_file_read(path, AD_INI_MOST, &file, NULL, err);
    if (rc == 0)
        rc = ad_config_parse(c, path, (struct ad_str){file.s, file.len}, err);
    ad_buf_free(&file);
    return rc;
}

int ad_config_parse(struct ad_config *c, const char *name, struct ad_str text, struct ad_err *err)
{
    struct loading l = {.c = c};
    *c = (struct ad_config){.path = name};
    /* Each piece stands in the file with at least one byte of its own beside it, but for the last
     * one and for empty values. */
    int rc = ad_buf_room(&c->text, 2 * text.len + 64) ? 0 : ad_err_nomem(err);
    if (rc == 0)
        rc = ad_ini_parse(text, name, add, &l, err);
    if (rc)
        ad_config_free(c);
    return rc;
}

void ad_config_free(struct ad_config *c)
{
    for (size_t i = 0; i < c->n; i++)
        free(c->section[i].pair);
    free(c->section);
    ad_buf_free(&c->text);
    *c = (struct ad_config){0};
}

const struct ad_section *ad_config_find(const struct ad_config *c, const char *kind,
                                        struct ad_str name)
{
    for (size_t i = 0; i < c->n; i++)
        if (ad_str_eq(c->section[i].kind, ad_str_of(kind)) && ad_str_eq(c->section[i].name, name))
            return &c->section[i];
    return NULL;
}

struct ad_str ad_section_get(const struct ad_section *s, const char *key)
{
    for (size_t i = s->n; i-- > 0;)
        if (ad_str_eq(s->pair[i].key, ad_str_of(key)))
            return s->pair[i].value;
    return (struct ad_str){NULL, 0};
}

int ad_config_fail(const struct ad_config *c, unsigned long line, struct ad_err *err,
                   const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    ad_err_vset(err, fmt, ap);
    va_end(ap);
    return ad_err_set(err, "%s:%lu: %s", c->path, line, err->text);
}

static int refuse_key(const struct ad_config *c, const struct ad_section *s,
                      const struct ad_pair *pair, const char *const *keys, struct ad_err *err)
{
    struct ad_str known[64];
    struct ad_names list = {known, 0};
    for (; keys[list.n] && list.n < sizeof known / sizeof *known; list.n++)
        known[list.n] = ad_str_of(keys[list.n]);
    const struct ad_str *like = ad_names_nearest(&list, pair->key);
    struct ad_buf shown = {0};
    ad_buf_add_visible(&shown, pair->key);
    ad_buf_addz(&shown, like ? "\", did you mean \"" : "\"; there are ");
    if (like)
        ad_buf_add(&shown, like->s, like->len);
    else
        ad_names_list(&list, &shown);
    ad_buf_add(&shown, like ? "\"" : "", like ? 2 : 1);
    if (shown.failed)
        ad_err_nomem(err);
    else
        ad_config_fail(c, pair->line, err, "[%s] knows no key \"%s", s->kind.s, shown.s);
    ad_buf_free(&shown);
    return -1;
}

int ad_section_check(const struct ad_config *c, const struct ad_section *s, const char *const *keys,
                     struct ad_err *err)
{
    for (size_t i = 0; i < s->n; i++) {
        size_t k = 0;
        while (keys[k] && !ad_str_eq(s->pair[i].key, ad_str_of(keys[k])))
            k++;
        if (!keys[k])
            return refuse_key(c, s, &s->pair[i], keys, err);
    }
    return 0;
}
