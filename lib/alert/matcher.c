#include "alert/matcher.h"
#include "decide/regex.h"

#include <stdlib.h>

struct ad_matcher {
    struct ad_subject subject;
    bool regex, negated;
    struct ad_buf value; /* a NUL behind it */
    regex_t compiled;
};

int ad_subject_find(struct ad_subject *s, struct ad_vocabulary *words, struct ad_str name)
{
    static const char *const fixed[] = {"detector", "rule", "severity", "tags"};
    *s = (struct ad_subject){0};
    ptrdiff_t at = ad_names_find(&words->group, name);
    if (at >= 0) {
        *s = (struct ad_subject){AD_OF_GROUP, (size_t)at};
        return 0;
    }
    for (unsigned i = 0; i < 4; i++)
        if (ad_str_eq(name, ad_str_of(fixed[i]))) {
            s->of = i;
            return 0;
        }
    *s = (struct ad_subject){AD_OF_FIELD, words->field.n};
    if ((at = ad_names_find(&words->field, name)) >= 0) {
        s->index = (size_t)at;
        return 0;
    }
    struct ad_str *more = malloc((words->field.n + 1) * sizeof *more);
    for (size_t i = 0; more && i < words->field.n; i++)
        more[i] = words->field.v[i];
    if (more)
        more[words->field.n] = name;
    int rc = more ? ad_names_set(&words->field, more, words->field.n + 1) : -1;
    free(more);
    return rc;
}

struct ad_str ad_subject_value(const struct ad_subject *s, const struct ad_scene *scene)
{
    struct ad_str v = {NULL, 0};
    switch (s->of) {
    case AD_OF_DETECTOR:
        v = scene->detector;
        break;
    case AD_OF_RULE:
        v = scene->rule;
        break;
    case AD_OF_SEVERITY:
        v = ad_str_of(ad_severity_name(scene->severity));
        break;
    case AD_OF_TAGS:
        v = scene->tags;
        break;
    case AD_OF_GROUP:
        v = s->index < scene->ngroup ? scene->group[s->index] : v;
        break;
    case AD_OF_FIELD:
        v = s->index < scene->nfield ? scene->field[s->index] : v;
        break;
    }
    return v.s ? v : (struct ad_str){"", 0};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool ends(char c)
{
    return c == ',' || c == '\n';
}

static void skip(struct ad_str *in, size_t n)
{
    in->s += n;
    in->len -= n;
}

static void skip_blanks(struct ad_str *in)
{
    while (in->len && is_blank(*in->s))
        skip(in, 1);
}

static bool take_operator(struct ad_str *in, struct ad_matcher *m)
{
    static const struct {
        const char *text;
        bool regex, negated;
    } op[] = {{"=~", true, false}, {"!~", true, true}, {"!=", false, true}, {"=", false, false}};
    for (size_t i = 0; i < sizeof op / sizeof *op; i++) {
        size_t n = strlen(op[i].text);
        if (in->len >= n && memcmp(in->s, op[i].text, n) == 0) {
            m->regex = op[i].regex;
            m->negated = op[i].negated;
            skip(in, n);
            return true;
        }
    }
    return false;
}

static bool take_value(struct ad_str *in, struct ad_buf *value)
{
    if (in->len == 0 || *in->s != '"') {
        size_t n = 0;
        while (n < in->len && !ends(in->s[n]))
            n++;
        struct ad_str v = ad_str_trim((struct ad_str){in->s, n});
        ad_buf_add(value, v.s, v.len);
        skip(in, n);
        return true;
    }
    for (skip(in, 1); in->len && *in->s != '"'; skip(in, 1)) {
        if (*in->s == '\\' && in->len > 1 && (in->s[1] == '"' || in->s[1] == '\\'))
            skip(in, 1);
        ad_buf_add(value, in->s, 1);
    }
    if (in->len == 0)
        return false;
    skip(in, 1);
    skip_blanks(in);
    return in->len == 0 || ends(*in->s);
}

static int refuse(struct ad_str text, const char *why, struct ad_err *err)
{
    struct ad_buf shown = {0};
    ad_buf_add_visible(&shown, text);
    if (ad_buf_add(&shown, "", 1))
        ad_err_nomem(err);
    else
        ad_err_set(err, "\"%s\": %s", shown.s, why);
    ad_buf_free(&shown);
    return -1;
}

static int take(struct ad_matcher *m, struct ad_str *in, struct ad_vocabulary *words,
                struct ad_err *err)
{
    struct ad_str whole = *in;
    size_t n = 0;
    while (n < in->len && !ends(in->s[n]) && in->s[n] != '=' && in->s[n] != '!')
        n++;
    struct ad_str name = ad_str_trim((struct ad_str){in->s, n});
    skip(in, n);
    if (name.len == 0 || !take_operator(in, m))
        return refuse(whole, "not NAME = VALUE, or with one of != =~ !~", err);
    skip_blanks(in);
    if (!take_value(in, &m->value))
        return refuse(whole, "the quotes are wrong", err);
    if (ad_buf_add(&m->value, "", 1) || ad_subject_find(&m->subject, words, name))
        return ad_err_nomem(err);
    m->value.len--;
    struct ad_str value = {m->value.s, m->value.len};
    bool nonsense = m->subject.of == AD_OF_SEVERITY && !m->regex && !ad_severity_parse(value);
    if (nonsense)
        return refuse(value, "a severity is low, medium, high or critical", err);
    return m->regex ? ad_regex_compile(&m->compiled, value, err) : 0;
}

int ad_matchers_parse(struct ad_matchers *m, struct ad_str text, struct ad_vocabulary *words,
                      struct ad_err *err)
{
    for (;;) {
        while (text.len && (is_blank(*text.s) || ends(*text.s)))
            skip(&text, 1);
        if (text.len == 0)
            return 0;
        struct ad_matcher *more = realloc(m->v, (m->n + 1) * sizeof *more);
        if (!more)
            return ad_err_nomem(err);
        m->v = more;
        struct ad_matcher *one = &m->v[m->n];
        *one = (struct ad_matcher){0};
        if (take(one, &text, words, err)) {
            ad_buf_free(&one->value);
            return -1;
        }
        m->n++;
    }
}

void ad_matchers_free(struct ad_matchers *m)
{
    for (size_t i = 0; i < m->n; i++) {
        if (m->v[i].regex)
            regfree(&m->v[i].compiled);
        ad_buf_free(&m->v[i].value);
    }
    free(m->v);
    *m = (struct ad_matchers){0};
}

/* Whether a value is what the matcher names, not looking at negation. */
static bool fits(const struct ad_matcher *m, struct ad_str v)
{
    if (m->subject.of == AD_OF_SEVERITY && !m->regex)
        return ad_str_caseeq(v, m->value.s);
    if (!m->regex)
        return ad_str_eq(v, (struct ad_str){m->value.s, m->value.len});
    char few[256], *z = v.len < sizeof few ? few : malloc(v.len + 1);
    if (!z)
        return m->negated; /* who cannot know must not silence */
    memcpy(z, v.s, v.len);
    z[v.len] = '\0';
    bool found = regexec(&m->compiled, z, 0, NULL, 0) == 0;
    if (z != few)
        free(z);
    return found;
}

static bool any_tag_fits(const struct ad_matcher *m, struct ad_str tags)
{
    for (;;) {
        size_t n = 0;
        while (n < tags.len && tags.s[n] != ',')
            n++;
        if (fits(m, ad_str_trim((struct ad_str){tags.s, n})))
            return true;
        if (n == tags.len)
            return false;
        skip(&tags, n + 1);
    }
}

bool ad_matchers_hold(const struct ad_matchers *m, const struct ad_scene *scene)
{
    for (size_t i = 0; i < m->n; i++) {
        struct ad_str v = ad_subject_value(&m->v[i].subject, scene);
        bool fit = m->v[i].subject.of == AD_OF_TAGS ? any_tag_fits(&m->v[i], v) : fits(&m->v[i], v);
        if (fit == m->v[i].negated)
            return false;
    }
    return true;
}
