#include "run/category.h"

#include <math.h>
#include <stdlib.h>

int ad_categories_init(struct ad_categories *c, bool *is, size_t n, struct ad_err *err)
{
    *c = (struct ad_categories){.is = is, .n = n, .tab = calloc(n + 1, sizeof *c->tab)};
    if (!c->tab)
        return ad_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        if (is[i] && ad_keytab_init(&c->tab[i], AD_CATEGORIES, 0, err))
            return -1;
    return 0;
}

void ad_categories_free(struct ad_categories *c)
{
    for (size_t i = 0; c->tab && i < c->n; i++)
        ad_keytab_free(&c->tab[i]);
    free(c->tab);
    free(c->is);
    *c = (struct ad_categories){0};
}

double ad_categories_number(struct ad_categories *c, size_t i, struct ad_str word, bool learn)
{
    struct ad_keytab *tab = &c->tab[i];
    struct ad_series *s = ad_keytab_find(tab, word);
    if (s)
        return s->last;
    if (!learn || tab->n == tab->max)
        return AD_CATEGORY_UNKNOWN;
    s = ad_keytab_get(tab, word);
    return s ? s->last = (double)(tab->n - 1) : NAN;
}

int ad_categories_save(struct ad_categories *c, struct ad_save *out)
{
    for (size_t i = 0; i < c->n; i++) {
        ad_save_u64(out, c->is[i]);
        if (!c->is[i])
            continue;
        if (ad_keytab_sort(&c->tab[i]))
            return -1;
        ad_save_u64(out, c->tab[i].n);
        for (size_t k = 0; k < c->tab[i].n; k++)
            ad_save_str(out, ad_series_key(c->tab[i].queue[k]));
    }
    return 0;
}

int ad_categories_load(struct ad_categories *c, struct ad_load *in)
{
    for (size_t i = 0; i < c->n; i++) {
        bool is = ad_load_max(in, 1);
        if (in->failed || is != c->is[i])
            return -1;
        size_t n = is ? (size_t)ad_load_max(in, AD_CATEGORIES) : 0;
        for (size_t k = 0; k < n && !in->failed; k++) {
            struct ad_str word = ad_load_str(in);
            /* A word that comes twice has the number of its first time. */
            if (in->failed || ad_categories_number(c, i, word, true) != (double)k)
                return -1;
        }
    }
    return in->failed ? -1 : 0;
}
