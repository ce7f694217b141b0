#include "decide/ensemble_options.h"

#include "base/number.h"

#include <stdlib.h>

/* Take what stands before the next `end`, or all there is. Returns whether there was one. */
static bool next_part(struct ad_str *rest, char end, struct ad_str *part)
{
    const char *at = rest->len ? memchr(rest->s, end, rest->len) : NULL;
    *part = (struct ad_str){rest->s, at ? (size_t)(at - rest->s) : rest->len};
    size_t used = part->len + (at != NULL);
    *rest = (struct ad_str){rest->s + used, rest->len - used};
    *part = ad_str_trim(*part);
    return at != NULL;
}

static size_t count(const char *text, char c)
{
    size_t n = 1;
    for (; (text = strchr(text, c)); text++)
        n++;
    return n;
}

void ad_ensemble_options_free(struct ad_ensemble_options *o)
{
    ad_names_free(&o->more);
    free(o->clause);
    free(o->weight);
    free(o->index);
    o->clause = NULL;
    o->weight = NULL;
    o->index = NULL;
    o->nclause = 0;
}

int ad_ensemble_options_parse(struct ad_ensemble_options *o, struct ad_err *err)
{
    ad_ensemble_options_free(o);
    if (!o->context || !*o->context)
        return 0;
    struct ad_str rest = ad_str_of(o->context), part, name;
    size_t most = count(o->context, ';');
    struct ad_names more = {calloc(most, sizeof *more.v), 0};
    o->clause = calloc(most, sizeof *o->clause);
    int rc = more.v && o->clause ? 0 : ad_err_nomem(err);
    while (rc == 0 && rest.len) {
        struct ad_ensemble_clause *c = &o->clause[o->nclause];
        next_part(&rest, ';', &part);
        if (!part.len)
            continue;
        bool whole = next_part(&part, '=', &name) && next_part(&part, ':', &c->value);
        c->weights = ad_str_trim(part);
        if (!whole || !name.len || !c->weights.len) {
            rc = ad_err_set(err, "--context=%s: give FIELD=VALUE:NAME=WEIGHT,... between ';'",
                            o->context);
            break;
        }
        ptrdiff_t known = ad_names_find(&more, name);
        c->field = known < 0 ? more.n : (size_t)known;
        if (known < 0)
            more.v[more.n++] = name;
        o->nclause++;
    }
    if (rc == 0 && ad_names_set(&o->more, more.v, more.n))
        rc = ad_err_nomem(err);
    free(more.v);
    return rc;
}

/* The field that a name of an option stands for. Returns 0, or -1. */
static int find(const char *option, struct ad_str name, const struct ad_names *field, size_t *at,
                struct ad_err *err)
{
    static const char suffix[] = "_score";
    const size_t more = sizeof suffix - 1;
    for (size_t i = 0; i < field->n; i++) {
        struct ad_str f = field->v[i];
        bool shortened = f.len == name.len + more && memcmp(f.s, name.s, name.len) == 0 &&
                         memcmp(f.s + name.len, suffix, more) == 0;
        *at = i;
        if (shortened || ad_str_eq(f, name))
            return 0;
    }
    struct ad_buf list = {0};
    ad_names_list(field, &list);
    ad_buf_add(&list, "", 1);
    int rc = list.failed ? ad_err_nomem(err)
                         : ad_err_set(err, "--%s: no detector \"%.*s\"; the scores are %s", option,
                                      (int)name.len, name.s, list.s);
    ad_buf_free(&list);
    return rc;
}

static int parse_weights(const char *option, struct ad_str text, const struct ad_names *field,
                         double *weight, struct ad_err *err)
{
    double sum = 0;
    struct ad_str part, name;
    while (text.len) {
        size_t at = 0;
        double w;
        next_part(&text, ',', &part);
        struct ad_str whole = part;
        if (!next_part(&part, '=', &name) || ad_number_parse(part, &w) || !(w >= 0 && w <= 1e6))
            return ad_err_set(err, "--%s: \"%.*s\": give NAME=WEIGHT, a number from 0 to 1000000",
                              option, (int)whole.len, whole.s);
        if (find(option, name, field, &at, err))
            return -1;
        weight[at] = w;
        sum += w;
    }
    return sum > 0 ? 0 : ad_err_set(err, "--%s: no detector has a weight", option);
}

static int parse_order(const char *text, const struct ad_names *field, size_t *order,
                       struct ad_err *err)
{
    struct ad_str rest = ad_str_of(text), name;
    size_t n = 0;
    while (rest.len) {
        size_t at = 0;
        next_part(&rest, ',', &name);
        if (find("order", name, field, &at, err))
            return -1;
        for (size_t k = 0; k < n; k++)
            if (order[k] == at)
                return ad_err_set(err, "--order: \"%.*s\" stands there twice", (int)name.len,
                                  name.s);
        order[n++] = at;
    }
    for (size_t i = 0, known = n; i < field->n; i++) {
        bool named = false;
        for (size_t k = 0; k < known; k++)
            named |= order[k] == i;
        if (!named)
            order[n++] = i;
    }
    return 0;
}

int ad_ensemble_options_bind(struct ad_ensemble_options *o, const struct ad_names *field,
                             struct ad_ensemble_cfg *cfg, struct ad_err *err)
{
    free(o->weight);
    free(o->index);
    o->weight = calloc((o->nclause + 1) * field->n, sizeof *o->weight);
    o->index = calloc(field->n, sizeof *o->index);
    if (!o->weight || !o->index)
        return ad_err_nomem(err);
    bool weighted = o->weights && *o->weights, ordered = o->order && *o->order;
    for (size_t i = 0; !weighted && i < field->n; i++)
        o->weight[i] = 1;
    if (weighted && parse_weights("weights", ad_str_of(o->weights), field, o->weight, err))
        return -1;
    for (size_t k = 0; k < o->nclause; k++)
        if (parse_weights("context", o->clause[k].weights, field, o->weight + (k + 1) * field->n,
                          err))
            return -1;
    if (ordered && parse_order(o->order, field, o->index, err))
        return -1;
    cfg->weight = o->weight;
    cfg->ncontext = o->nclause + 1;
    cfg->order = ordered ? o->index : NULL;
    return 0;
}

size_t ad_ensemble_context(const struct ad_ensemble_options *o, const struct ad_str *text)
{
    for (size_t k = 0; k < o->nclause; k++) {
        struct ad_str v = text[o->clause[k].field];
        if (v.s && ad_str_glob(v, o->clause[k].value))
            return k + 1;
    }
    return 0;
}
