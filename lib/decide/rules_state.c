#include "decide/rules_private.h"

size_t ad_rules_state_size(const struct ad_rules *r)
{
    size_t size = 0;
    for (size_t i = 0; i < r->n; i++)
        size += ad_expr_state_size(r->rule[i].expr);
    return size;
}

void ad_rules_state_init(const struct ad_rules *r, void *state)
{
    char *at = state;
    for (size_t i = 0; i < r->n; i++) {
        ad_expr_state_init(r->rule[i].expr, at);
        at += ad_expr_state_size(r->rule[i].expr);
    }
}

void ad_rules_state_free(const struct ad_rules *r, void *state)
{
    char *at = state;
    for (size_t i = 0; i < r->n; i++) {
        ad_expr_state_free(r->rule[i].expr, at);
        at += ad_expr_state_size(r->rule[i].expr);
    }
}

void ad_rules_state_save(const struct ad_rules *r, const void *state, struct ad_save *out)
{
    const char *at = state;
    for (size_t i = 0; i < r->n; i++) {
        ad_expr_state_save(r->rule[i].expr, at, out);
        at += ad_expr_state_size(r->rule[i].expr);
    }
}

int ad_rules_state_load(const struct ad_rules *r, void *state, struct ad_load *in)
{
    char *at = state;
    for (size_t i = 0; i < r->n; i++) {
        if (ad_expr_state_load(r->rule[i].expr, at, in))
            return -1;
        at += ad_expr_state_size(r->rule[i].expr);
    }
    return 0;
}

void ad_rules_state_print(const struct ad_rules *r, struct ad_buf *out)
{
    size_t from = out->len;
    for (size_t i = 0; i < r->n; i++) {
        if (out->len > from && ad_expr_state_size(r->rule[i].expr))
            ad_buf_addz(out, " ");
        ad_expr_state_print(r->rule[i].expr, out);
    }
}
