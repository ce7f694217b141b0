/* Conditions in tests: the fields of a record as text, the result as text. */
#ifndef AD_UNIT_EXPR_H
#define AD_UNIT_EXPR_H

#include "decide/expr.h"

#include <stdio.h>
#include <string.h>

enum { EXPR_FIELDS = 16 };

/* A record `name=value name=value`, names and values without blanks; an empty value is there. */
struct record {
    struct ad_str name[EXPR_FIELDS], value[EXPR_FIELDS];
    size_t n;
};

static inline struct record record_of(const char *text)
{
    struct record r = {.n = 0};
    while (*text) {
        size_t len = strcspn(text, " "), name = strcspn(text, "=");
        r.name[r.n] = (struct ad_str){text, name};
        r.value[r.n++] = (struct ad_str){text + name + 1, len - name - 1};
        text += len + (text[len] == ' ');
    }
    return r;
}

/* The values of the record for a list of fields; NULL for what it has not. */
static inline void record_values(const struct record *r, const struct ad_names *fields,
                                 struct ad_str *out)
{
    for (size_t i = 0; i < fields->n; i++) {
        out[i] = (struct ad_str){NULL, 0};
        for (size_t k = 0; k < r->n; k++)
            if (ad_str_eq(r->name[k], fields->v[i]))
                out[i] = r->value[k];
    }
}

/* Result and fault, if there is one, as text. */
static inline void result_text(char *out, size_t size, struct ad_value v,
                               const struct ad_expr_fault *fault)
{
    int n = v.kind == AD_VALUE_MISSING ? snprintf(out, size, "missing")
                                       : snprintf(out, size, "%.10g", v.x);
    if (fault->what)
        snprintf(out + n, size - (size_t)n, ", at %zu %s: \"%.*s\"", fault->at, fault->what,
                 (int)fault->got.len, fault->got.s);
}

#endif
