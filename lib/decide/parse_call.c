#include "decide/function.h"
#include "decide/parse.h"

/* An argument, which must not be of the type `wrong`. */
static int argument(struct ad_parser *p, enum ad_type wrong, const char *what)
{
    size_t at = p->tok.at;
    enum ad_type type = ad_parse_expression(p);
    if (type == wrong || (type >= AD_TYPE_WORDS && wrong == AD_TYPE_TEXT))
        return ad_parse_fail(p, at, what);
    return type == AD_TYPE_FAILED ? -1 : 0;
}

static int number_argument(struct ad_parser *p)
{
    return argument(p, AD_TYPE_TEXT, "a text where a number is wanted");
}

static int text_argument(struct ad_parser *p)
{
    return argument(p, AD_TYPE_NUMBER, "a number where a text is wanted");
}

static int comma(struct ad_parser *p, const struct ad_function *f)
{
    if (p->tok.kind == AD_TOKEN_COMMA)
        return ad_parse_next(p);
    ad_err_set(p->err, "a comma is missing here: %s", f->usage);
    return ad_parse_fail(p, p->tok.at, NULL);
}

static int time_call(struct ad_parser *p, const struct ad_function *f, size_t at)
{
    size_t from = p->tok.at;
    if (f->what == AD_OP_IS_HOLIDAY && p->cfg && p->cfg->no_holidays)
        return ad_parse_fail(p, at, "is_holiday() needs a calendar: holidays = FILE");
    if (p->tok.kind == AD_TOKEN_CLOSE) {
        ad_parse_emit(p, AD_OP_RECORD_TIME, at, 1);
        p->e->needs |= AD_EXPR_TIME;
    } else if (ad_parse_expression(p) == AD_TYPE_FAILED) {
        return -1;
    }
    ad_parse_emit(p, AD_OP_TIME, from, 0);
    ad_parse_emit(p, (enum ad_op)f->what, at, 0);
    return 0;
}

static int texts_call(struct ad_parser *p, const struct ad_function *f, size_t at)
{
    if (text_argument(p) || comma(p, f) || text_argument(p))
        return -1;
    ad_parse_emit(p, (enum ad_op)f->what, at, -1);
    return 0;
}

static int numbers_call(struct ad_parser *p, const struct ad_function *f, size_t at)
{
    if (number_argument(p))
        return -1;
    do {
        if (comma(p, f) || number_argument(p))
            return -1;
        ad_parse_emit(p, (enum ad_op)f->what, at, -1);
    } while (p->tok.kind == AD_TOKEN_COMMA);
    return 0;
}

static int number_call(struct ad_parser *p, const struct ad_function *f, size_t at)
{
    if (number_argument(p))
        return -1;
    ad_parse_emit(p, (enum ad_op)f->what, at, 0);
    return 0;
}

static int span(struct ad_parser *p, const struct ad_function *f, struct ad_call *call)
{
    if (p->tok.kind != AD_TOKEN_DURATION || !(p->tok.x > 0)) {
        ad_err_set(p->err, "a duration is wanted here, such as 60s or 5m: %s", f->usage);
        return ad_parse_fail(p, p->tok.at, NULL);
    }
    call->span = p->tok.x;
    return ad_parse_next(p);
}

static bool is_same_piece(const struct ad_insn *a, const struct ad_insn *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i].op != b[i].op || a[i].how != b[i].how || a[i].i != b[i].i)
            return false;
    return true;
}

/* Move the instructions from `from` on, the argument, to the pieces; or drop them when there is
 * such a call already. Returns its index. */
static size_t settle(struct ad_parser *p, const struct ad_call *call, size_t from)
{
    const struct ad_insn *code = p->e->code + from;
    size_t n = p->e->ncode - from, i = 0;
    p->e->ncode = from;
    for (; i < p->e->ncall; i++) {
        const struct ad_call *c = &p->e->call[i];
        if (c->kind == call->kind && c->to - c->from == n + 1 && !(c->span < call->span) &&
            !(c->span > call->span) && is_same_piece(&p->piece[c->from], code, n))
            return i;
    }
    struct ad_call *c = &p->e->call[p->e->ncall++];
    *c = *call;
    c->from = p->npiece;
    c->to = c->from + n + 1;
    memcpy(&p->piece[c->from], code, n * sizeof *code);
    p->piece[c->to - 1] = (struct ad_insn){.op = AD_OP_LEARN, .at = (uint32_t)c->at, .i = i};
    p->npiece = c->to;
    return i;
}

/* A call that remembers: its argument leaves the program, its result is read where it stood. */
static enum ad_type remembering_call(struct ad_parser *p, const struct ad_function *f, size_t at)
{
    struct ad_call call = {.kind = (enum ad_call_kind)f->what, .at = at};
    size_t from = p->e->ncode, first = p->tok.at;
    enum ad_type type = AD_TYPE_NUMBER;
    if (f->kind == AD_FUNCTION_COUNT) {
        ad_parse_emit(p, AD_OP_NUMBER, at, 1)->x = 1;
    } else if ((type = ad_parse_expression(p)) == AD_TYPE_TEXT) {
        return ad_parse_fail(p, first, "a field is wanted here");
    }
    if (type == AD_TYPE_FAILED || (f->kind == AD_FUNCTION_SUM && comma(p, f)) ||
        ((f->kind == AD_FUNCTION_SUM || f->kind == AD_FUNCTION_COUNT) && span(p, f, &call)))
        return AD_TYPE_FAILED;
    if (p->e->ncall == AD_EXPR_CALLS)
        return ad_parse_fail(p, at, "more than 32 calls that remember");
    call.len = p->tok.at + p->tok.len - at;
    bool last = call.kind == AD_CALL_LAST;
    p->stack--;
    p->e->needs |= call.span > 0 || call.kind == AD_CALL_RATE ? AD_EXPR_TIME : 0;
    size_t i = settle(p, &call, from);
    ad_parse_emit(p, last ? AD_OP_LAST : AD_OP_CELL, at, 1)->i = i;
    return last ? type : AD_TYPE_NUMBER;
}

/* name(arguments), the next token being what is behind the parenthesis. */
enum ad_type ad_parse_call(struct ad_parser *p, const struct ad_token *name)
{
    const struct ad_function *f = ad_function_find(name->s, p->err);
    enum ad_type type = AD_TYPE_NUMBER;
    int rc = 0;
    if (!f)
        return ad_parse_fail(p, name->at, NULL);
    switch (f->kind) {
    case AD_FUNCTION_TIME:
        rc = time_call(p, f, name->at);
        break;
    case AD_FUNCTION_TEXTS:
        rc = texts_call(p, f, name->at);
        break;
    case AD_FUNCTION_NUMBERS:
        rc = numbers_call(p, f, name->at);
        break;
    case AD_FUNCTION_NUMBER:
        rc = number_call(p, f, name->at);
        break;
    default:
        type = remembering_call(p, f, name->at);
    }
    if (rc || type == AD_TYPE_FAILED)
        return AD_TYPE_FAILED;
    if (p->tok.kind != AD_TOKEN_CLOSE) {
        ad_err_set(p->err, "a parenthesis is missing here: %s", f->usage);
        return ad_parse_fail(p, p->tok.at, NULL);
    }
    return ad_parse_next(p) ? AD_TYPE_FAILED : type;
}
