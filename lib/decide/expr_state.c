#include "decide/expr_private.h"

#include "base/number.h"

#include <math.h>
#include <stdlib.h>

static struct ad_value number(double x)
{
    return isfinite(x) ? (struct ad_value){AD_VALUE_NUMBER, x, {NULL, 0}} : (struct ad_value){0};
}

struct ad_value ad_memory_last(const struct ad_memory *m)
{
    return (struct ad_value){m->kept.kind, m->kept.x, {m->kept.s, m->kept.len}};
}

/* Texts are kept in full up to AD_CALL_TEXT bytes; room only grows. */
static int keep_text(struct ad_memory *m, struct ad_str v)
{
    size_t len = v.len < AD_CALL_TEXT ? v.len : AD_CALL_TEXT;
    if (len > m->kept.cap) {
        size_t cap = len < 16 ? 16 : len < AD_CALL_TEXT / 2 ? 2 * len : AD_CALL_TEXT;
        char *s = realloc(m->kept.s, cap);
        if (!s)
            return -1;
        m->kept.s = s;
        m->kept.cap = cap;
    }
    if (len)
        memcpy(m->kept.s, v.s, len);
    m->kept.len = len;
    m->kept.whole = v.len;
    return 0;
}

int ad_memory_keep(struct ad_memory *m, const struct ad_value *v, double t)
{
    if (v->kind == AD_VALUE_MISSING)
        return 0;
    if (v->kind == AD_VALUE_TEXT && keep_text(m, v->s))
        return -1;
    m->kept.kind = v->kind;
    m->kept.x = v->x;
    m->kept.t = t;
    return 0;
}

/* Whether v is what is kept: as a number if both are, else byte for byte. */
static bool is_kept(const struct ad_memory *m, const struct ad_value *v)
{
    if (m->kept.kind != v->kind)
        return false;
    if (v->kind == AD_VALUE_NUMBER)
        return !(m->kept.x < v->x) && !(m->kept.x > v->x);
    struct ad_str old = {m->kept.s, m->kept.len}, cut = v->s;
    if (m->kept.whole == v->s.len) {
        cut.len = old.len;
        if (ad_str_eq(old, cut))
            return true;
    }
    double a, b;
    return ad_number_parse(old, &a) == 0 && ad_number_parse(v->s, &b) == 0 && !(a < b) && !(a > b);
}

static struct ad_value repeat(struct ad_memory *m, const struct ad_value *v, double t, bool *nomem)
{
    bool same = is_kept(m, v);
    m->kept.times = same ? m->kept.times + 1 : 1;
    if (!same && ad_memory_keep(m, v, t))
        *nomem = true;
    return number(m->kept.times);
}

static struct ad_value difference(enum ad_call_kind kind, const struct ad_memory *m, double x,
                                  double t)
{
    if (m->kept.kind != AD_VALUE_NUMBER)
        return (struct ad_value){0};
    double delta = x - m->kept.x;
    return number(kind == AD_CALL_RATE         ? delta / (t - m->kept.t)
                  : kind == AD_CALL_PCT_CHANGE ? 100 * delta / fabs(m->kept.x)
                                               : delta);
}

struct ad_value ad_memory_learn(const struct ad_call *call, struct ad_memory *m,
                                const struct ad_value *v, double t, bool *nomem)
{
    if (call->kind == AD_CALL_COUNT || call->kind == AD_CALL_SUM) {
        if (isnan(t))
            return (struct ad_value){0};
        if (ad_tally_add(&m->tally, call->span, t, v->kind == AD_VALUE_NUMBER ? v->x : 0))
            *nomem = true;
        return number(ad_tally_sum(&m->tally));
    }
    if (v->kind == AD_VALUE_MISSING)
        return (struct ad_value){0};
    if (call->kind == AD_CALL_REPEAT)
        return repeat(m, v, t, nomem);
    struct ad_value result = difference(call->kind, m, v->x, t);
    ad_memory_keep(m, v, t);
    return result;
}

static bool is_window(const struct ad_call *call)
{
    return call->kind == AD_CALL_COUNT || call->kind == AD_CALL_SUM;
}

size_t ad_expr_state_size(const struct ad_expr *e)
{
    return e->ncall ? sizeof(struct ad_expr_state) + e->ncall * sizeof(struct ad_memory) : 0;
}

void ad_expr_state_init(const struct ad_expr *e, void *state)
{
    struct ad_expr_state *s = state;
    if (e->ncall == 0)
        return;
    memset(s, 0, ad_expr_state_size(e));
    s->newest = -INFINITY;
}

void ad_expr_state_free(const struct ad_expr *e, void *state)
{
    struct ad_expr_state *s = state;
    for (size_t i = 0; i < e->ncall; i++)
        if (is_window(&e->call[i]))
            ad_tally_free(&s->of[i].tally);
        else
            free(s->of[i].kept.s);
}

static void save_kept(const struct ad_memory *m, struct ad_save *out)
{
    ad_save_u64(out, (uint64_t)m->kept.kind);
    if (m->kept.kind == AD_VALUE_MISSING)
        return;
    ad_save_f64(out, m->kept.x);
    ad_save_f64(out, m->kept.t);
    ad_save_f64(out, m->kept.times);
    bool text = m->kept.kind == AD_VALUE_TEXT;
    ad_save_str(out, (struct ad_str){m->kept.s, text ? m->kept.len : 0});
    ad_save_u64(out, text ? m->kept.whole : 0);
}

static int load_kept(struct ad_memory *m, struct ad_load *in)
{
    struct ad_value v = {.kind = (enum ad_value_kind)ad_load_max(in, AD_VALUE_TEXT)};
    if (in->failed || v.kind == AD_VALUE_MISSING)
        return in->failed ? -1 : 0;
    v.x = ad_load_finite(in);
    double t = ad_load_f64(in), times = ad_load_finite(in);
    v.s = ad_load_str(in);
    uint64_t whole = ad_load_max(in, SIZE_MAX);
    if (in->failed || v.s.len > AD_CALL_TEXT || whole < v.s.len || ad_memory_keep(m, &v, t))
        return -1;
    m->kept.times = times;
    m->kept.whole = (size_t)whole;
    return 0;
}

void ad_expr_state_save(const struct ad_expr *e, const void *state, struct ad_save *out)
{
    const struct ad_expr_state *s = state;
    if (e->ncall)
        ad_save_f64(out, s->newest);
    for (size_t i = 0; i < e->ncall; i++)
        if (is_window(&e->call[i]))
            ad_tally_save(&s->of[i].tally, out);
        else
            save_kept(&s->of[i], out);
}

int ad_expr_state_load(const struct ad_expr *e, void *state, struct ad_load *in)
{
    struct ad_expr_state *s = state;
    if (e->ncall && !((s->newest = ad_load_f64(in)) < INFINITY))
        in->failed = true;
    for (size_t i = 0; i < e->ncall && !in->failed; i++)
        if (is_window(&e->call[i]) ? ad_tally_load(&s->of[i].tally, in) : load_kept(&s->of[i], in))
            return -1;
    return in->failed ? -1 : 0;
}

/* The calls as they were written, but for blanks outside of quotes. */
void ad_expr_state_print(const struct ad_expr *e, struct ad_buf *out)
{
    for (size_t i = 0; i < e->ncall; i++) {
        const char *p = e->text.s + e->call[i].at, *end = p + e->call[i].len;
        if (i)
            ad_buf_addz(out, " ");
        for (char quote = 0; p < end; p++) {
            if (!quote && memchr(" \t\r\n", *p, 4))
                continue;
            ad_buf_add(out, p, 1);
            if (quote && *p == '\\' && p + 1 < end)
                ad_buf_add(out, ++p, 1);
            else if (quote)
                quote = *p == quote ? 0 : quote;
            else if (*p == '"' || *p == '\'' || *p == '`')
                quote = *p;
        }
    }
}
