#include "decide/word.h"

#include "base/names.h"

static bool separates(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '=';
}

struct ad_str ad_word_next(struct ad_str *text)
{
    size_t n = 0;
    while (text->len && separates(*text->s))
        text->s++, text->len--;
    while (n < text->len && !separates(text->s[n]))
        n++;
    struct ad_str word = {text->s, n};
    text->s += n;
    text->len -= n;
    return word;
}

int ad_word_unknown(const char *what, struct ad_str v, const char *const *all, struct ad_err *err)
{
    enum { MOST = 32 };
    struct ad_str name[MOST];
    struct ad_names names = {name, 0};
    for (; names.n < MOST && all[names.n]; names.n++)
        name[names.n] = ad_str_of(all[names.n]);
    const struct ad_str *like = ad_names_nearest(&names, v);
    struct ad_buf text = {0};
    ad_buf_addz(&text, "unknown ");
    ad_buf_addz(&text, what);
    ad_buf_addz(&text, " \"");
    ad_buf_add_visible(&text, v);
    ad_buf_addz(&text, like ? "\"; did you mean \"" : "\"; there are ");
    if (like)
        ad_buf_add(&text, like->s, like->len);
    else
        ad_names_list(&names, &text);
    ad_buf_addz(&text, like ? "\"?" : "");
    ad_buf_add(&text, "", 1);
    int rc = text.failed ? ad_err_nomem(err) : ad_err_set(err, "%s", text.s);
    ad_buf_free(&text);
    return rc;
}
