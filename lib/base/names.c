#include "base/names.h"

#include <stdint.h>
#include <stdlib.h>

int ad_names_set(struct ad_names *names, const struct ad_str *v, size_t n)
{
    size_t text = 1;
    for (size_t i = 0; i < n; i++)
        text += v[i].len;
    if (n > (SIZE_MAX - text) / sizeof *v)
        return -1;
    struct ad_str *copy = malloc(n * sizeof *v + text);
    if (!copy)
        return -1;
    char *to = (char *)(copy + n);
    for (size_t i = 0; i < n; i++) {
        copy[i] = (struct ad_str){v[i].s ? to : NULL, v[i].len};
        if (v[i].len)
            memcpy(to, v[i].s, v[i].len);
        to += v[i].len;
    }
    ad_names_free(names);
    *names = (struct ad_names){copy, n};
    return 0;
}

int ad_names_add(struct ad_names *names, struct ad_str v)
{
    struct ad_str *longer = malloc((names->n + 1) * sizeof *longer);
    if (!longer)
        return -1;
    if (names->n)
        memcpy(longer, names->v, names->n * sizeof *longer);
    longer[names->n] = v;
    int rc = ad_names_set(names, longer, names->n + 1);
    free(longer);
    return rc;
}

ptrdiff_t ad_names_find(const struct ad_names *names, struct ad_str v)
{
    for (size_t i = names->n; i-- > 0;)
        if (ad_str_eq(names->v[i], v))
            return (ptrdiff_t)i;
    return -1;
}

const struct ad_str *ad_names_nearest(const struct ad_names *names, struct ad_str v)
{
    const struct ad_str *best = NULL;
    size_t least = (v.len < 6 ? 1 : v.len / 3) + 1;
    for (size_t i = 0; i < names->n; i++) {
        size_t d = ad_str_distance(names->v[i], v, least);
        if (d < least) {
            least = d;
            best = &names->v[i];
        }
    }
    return best;
}

int ad_names_list(const struct ad_names *names, struct ad_buf *out)
{
    enum { MOST = 30 };
    for (size_t i = 0; i < names->n && i < MOST; i++) {
        if (i)
            ad_buf_addz(out, ", ");
        ad_buf_add_visible(out, names->v[i]);
    }
    if (names->n > MOST)
        ad_buf_addz(out, ", ...");
    return out->failed ? -1 : 0;
}

void ad_names_free(struct ad_names *names)
{
    free(names->v);
    *names = (struct ad_names){0};
}
