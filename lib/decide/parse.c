#include "decide/parse.h"

#include "decide/regex.h"
#include "decide/word.h"

enum { DEEPEST = 64 };

int ad_parse_next(struct ad_parser *p)
{
    if (ad_lex(&p->lex, &p->tok, p->err) == 0)
        return 0;
    *p->at = p->tok.at;
    return -1;
}

enum ad_type ad_parse_fail(struct ad_parser *p, size_t at, const char *what)
{
    if (what)
        ad_err_set(p->err, "%s", what);
    *p->at = at;
    return AD_TYPE_FAILED;
}

int ad_parse_expect(struct ad_parser *p, enum ad_token_kind kind, const char *what)
{
    return p->tok.kind == kind ? ad_parse_next(p) : ad_parse_fail(p, p->tok.at, what);
}

struct ad_insn *ad_parse_emit(struct ad_parser *p, enum ad_op op, size_t at, int change)
{
    struct ad_insn *insn = &p->e->code[p->e->ncode++];
    *insn = (struct ad_insn){.op = (uint16_t)op, .at = (uint32_t)at};
    p->stack += (size_t)change;
    if (p->stack > p->most)
        p->most = p->stack;
    return insn;
}

static bool is_word(const struct ad_token *tok, const char *word)
{
    return tok->kind == AD_TOKEN_NAME && ad_str_eq(tok->s, ad_str_of(word));
}

static enum ad_type field(struct ad_parser *p, const struct ad_token *tok)
{
    ptrdiff_t i = ad_names_find(p->fields, tok->s);
    if (i < 0) {
        i = (ptrdiff_t)p->fields->n;
        if (ad_names_add(p->fields, tok->s)) {
            ad_err_nomem(p->err);
            return ad_parse_fail(p, tok->at, NULL);
        }
    }
    ad_parse_emit(p, AD_OP_FIELD, tok->at, 1)->i = (uint64_t)i;
    return AD_TYPE_ANY;
}

/* A name on its own: a constant, a value of the caller's, or a field. */
static enum ad_type name(struct ad_parser *p, const struct ad_token *tok)
{
    if (is_word(tok, "true") || is_word(tok, "false")) {
        ad_parse_emit(p, AD_OP_NUMBER, tok->at, 1)->x = is_word(tok, "true");
        return AD_TYPE_NUMBER;
    }
    if (is_word(tok, "t")) {
        ad_parse_emit(p, AD_OP_RECORD_TIME, tok->at, 1);
        p->e->needs |= AD_EXPR_TIME;
        return AD_TYPE_NUMBER;
    }
    const struct ad_expr_known *known = p->cfg ? p->cfg->known : NULL;
    for (unsigned i = 0; known && known[i].name; i++)
        if (is_word(tok, known[i].name)) {
            ad_parse_emit(p, AD_OP_KNOWN, tok->at, 1)->i = i;
            return known[i].words ? (enum ad_type)(AD_TYPE_WORDS + i) : AD_TYPE_NUMBER;
        }
    return field(p, tok);
}

static enum ad_type text(struct ad_parser *p, const struct ad_token *tok)
{
    size_t i = 0;
    while (i < p->e->nstring && !ad_str_eq(p->e->string[i], tok->s))
        i++;
    if (i == p->e->nstring)
        p->e->string[p->e->nstring++] = tok->s;
    ad_parse_emit(p, AD_OP_TEXT, tok->at, 1)->i = i;
    return AD_TYPE_TEXT;
}

static enum ad_type parentheses(struct ad_parser *p, size_t at)
{
    enum ad_type type = ad_parse_expression(p);
    if (type == AD_TYPE_FAILED)
        return type;
    if (p->tok.kind == AD_TOKEN_END)
        return ad_parse_fail(p, at, "this parenthesis is not closed");
    return ad_parse_expect(p, AD_TOKEN_CLOSE, "an operator or ) is missing before this")
               ? AD_TYPE_FAILED
               : type;
}

static enum ad_type primary(struct ad_parser *p)
{
    struct ad_token tok = p->tok;
    if (ad_parse_next(p))
        return AD_TYPE_FAILED;
    switch (tok.kind) {
    case AD_TOKEN_NUMBER:
    case AD_TOKEN_DURATION:
        ad_parse_emit(p, AD_OP_NUMBER, tok.at, 1)->x = tok.x;
        return AD_TYPE_NUMBER;
    case AD_TOKEN_TEXT:
        return text(p, &tok);
    case AD_TOKEN_FIELD:
        return field(p, &tok);
    case AD_TOKEN_NAME:
        if (p->tok.kind != AD_TOKEN_OPEN)
            return name(p, &tok);
        return ad_parse_next(p) ? AD_TYPE_FAILED : ad_parse_call(p, &tok);
    case AD_TOKEN_OPEN:
        return parentheses(p, tok.at);
    case AD_TOKEN_END:
        return ad_parse_fail(p, tok.at, "the condition ends where a value is missing");
    default:
        return ad_parse_fail(p, tok.at, "a value is missing before this");
    }
}

static enum ad_type unary(struct ad_parser *p);

/* Behind ! or -, which was tok. */
static enum ad_type prefixed(struct ad_parser *p, const struct ad_token *tok)
{
    enum ad_type type = ad_parse_next(p) ? AD_TYPE_FAILED : unary(p);
    if (type == AD_TYPE_FAILED)
        return type;
    if (type >= AD_TYPE_TEXT)
        return ad_parse_fail(p, tok->at, "a text where a number is wanted");
    ad_parse_emit(p, tok->kind == AD_TOKEN_NOT ? AD_OP_NOT : AD_OP_NEG, tok->at, 0);
    return AD_TYPE_NUMBER;
}

static enum ad_type unary(struct ad_parser *p)
{
    struct ad_token tok = p->tok;
    bool prefix = tok.kind == AD_TOKEN_NOT || tok.kind == AD_TOKEN_SUB;
    if (p->depth == DEEPEST)
        return ad_parse_fail(p, tok.at, "nested too deeply");
    p->depth++;
    enum ad_type type = prefix ? prefixed(p, &tok) : primary(p);
    p->depth--;
    return type;
}

/* The instruction of an operator that takes two numbers, if the token is one and binds as tightly
 * as asked: 1 sums, 2 products. */
static bool is_arithmetic(const struct ad_token *tok, int level, enum ad_op *op)
{
    switch (tok->kind) {
    case AD_TOKEN_ADD:
        *op = AD_OP_ADD;
        return level == 1;
    case AD_TOKEN_SUB:
        *op = AD_OP_SUB;
        return level == 1;
    case AD_TOKEN_MUL:
        *op = AD_OP_MUL;
        return level == 2;
    case AD_TOKEN_DIV:
        *op = AD_OP_DIV;
        return level == 2;
    case AD_TOKEN_MOD:
        *op = AD_OP_MOD;
        return level == 2;
    default:
        return false;
    }
}

static enum ad_type arithmetic(struct ad_parser *p, int level)
{
    size_t at = p->tok.at;
    enum ad_op op;
    enum ad_type type = level == 1 ? arithmetic(p, 2) : unary(p);
    while (type != AD_TYPE_FAILED && is_arithmetic(&p->tok, level, &op)) {
        size_t where = p->tok.at;
        if (type >= AD_TYPE_TEXT)
            return ad_parse_fail(p, at, "a text where a number is wanted");
        if (ad_parse_next(p))
            return AD_TYPE_FAILED;
        at = p->tok.at;
        type = level == 1 ? arithmetic(p, 2) : unary(p);
        if (type >= AD_TYPE_TEXT)
            return ad_parse_fail(p, at, "a text where a number is wanted");
        if (type == AD_TYPE_FAILED)
            return type;
        ad_parse_emit(p, op, where, -1);
        type = AD_TYPE_NUMBER;
    }
    return type;
}

/* Whether the text pushed by the instruction is one of the words of that type; it would never be
 * equal else. */
static bool is_possible(struct ad_parser *p, enum ad_type words, const struct ad_insn *insn)
{
    const struct ad_expr_known *known = &p->cfg->known[words - AD_TYPE_WORDS];
    if (insn->op != AD_OP_TEXT)
        return true;
    for (size_t i = 0; known->words[i]; i++)
        if (ad_str_eq(p->e->string[insn->i], ad_str_of(known->words[i])))
            return true;
    ad_word_unknown(known->name, p->e->string[insn->i], known->words, p->err);
    ad_parse_fail(p, insn->at, NULL);
    return false;
}

/* Compare the two values on top of the stack. */
static enum ad_type relate(struct ad_parser *p, enum ad_relation how, enum ad_type a,
                           enum ad_type b, size_t at)
{
    const struct ad_insn *last = &p->e->code[p->e->ncode - 1];
    if ((a >= AD_TYPE_WORDS && b == AD_TYPE_TEXT && !is_possible(p, a, last)) ||
        (b >= AD_TYPE_WORDS && a == AD_TYPE_TEXT && !is_possible(p, b, last - 1)))
        return AD_TYPE_FAILED;
    if ((a >= AD_TYPE_TEXT && b == AD_TYPE_NUMBER) || (a == AD_TYPE_NUMBER && b >= AD_TYPE_TEXT))
        return ad_parse_fail(p, at, "a number and a text cannot be compared");
    enum ad_op op = a >= AD_TYPE_TEXT || b >= AD_TYPE_TEXT       ? AD_OP_COMPARE_TEXTS
                    : a == AD_TYPE_NUMBER || b == AD_TYPE_NUMBER ? AD_OP_COMPARE_NUMBERS
                                                                 : AD_OP_COMPARE;
    ad_parse_emit(p, op, at, -1)->how = (uint16_t)how;
    return AD_TYPE_NUMBER;
}

/* What follows =~ or !~. */
static enum ad_type match(struct ad_parser *p, enum ad_type left, bool wanted, size_t at)
{
    if (left == AD_TYPE_NUMBER)
        return ad_parse_fail(p, at, "a number where a text is wanted");
    if (p->tok.kind != AD_TOKEN_TEXT)
        return ad_parse_fail(p, p->tok.at, "a regular expression in quotes is wanted here");
    if (ad_regex_compile(&p->e->regex[p->e->nregex], p->tok.s, p->err))
        return ad_parse_fail(p, p->tok.at, NULL);
    struct ad_insn *insn = ad_parse_emit(p, AD_OP_MATCH, at, 0);
    insn->i = p->e->nregex++;
    insn->how = wanted;
    return ad_parse_next(p) ? AD_TYPE_FAILED : AD_TYPE_NUMBER;
}

/* What follows `in`: each value is compared in turn, until one is the same. */
static enum ad_type list(struct ad_parser *p, enum ad_type left, size_t at)
{
    size_t jump[AD_EXPR_LIST], n = 0;
    if (ad_parse_expect(p, AD_TOKEN_OPEN, "a list is wanted here: in (1, 2) or in (\"a\", \"b\")"))
        return AD_TYPE_FAILED;
    for (;;) {
        if (n == AD_EXPR_LIST)
            return ad_parse_fail(p, p->tok.at, "more than 256 values in a list");
        ad_parse_emit(p, AD_OP_COPY, at, 1);
        enum ad_type type = ad_parse_expression(p);
        if (type == AD_TYPE_FAILED || relate(p, AD_EQ, left, type, at) == AD_TYPE_FAILED)
            return AD_TYPE_FAILED;
        jump[n++] = p->e->ncode;
        ad_parse_emit(p, AD_OP_IN, at, -1);
        if (p->tok.kind != AD_TOKEN_COMMA)
            break;
        if (ad_parse_next(p))
            return AD_TYPE_FAILED;
    }
    ad_parse_emit(p, AD_OP_NONE, at, 0);
    for (size_t i = 0; i < n; i++)
        p->e->code[jump[i]].i = p->e->ncode - 1 - jump[i];
    return ad_parse_expect(p, AD_TOKEN_CLOSE, "a comma or ) is missing before this")
               ? AD_TYPE_FAILED
               : AD_TYPE_NUMBER;
}

static bool is_relation(const struct ad_token *tok)
{
    return (tok->kind >= AD_TOKEN_EQ && tok->kind <= AD_TOKEN_NO_MATCH) || is_word(tok, "in");
}

static enum ad_type comparison(struct ad_parser *p)
{
    struct ad_token first = p->tok;
    enum ad_type left = arithmetic(p, 1), type = left;
    struct ad_token op = p->tok;
    if (left == AD_TYPE_FAILED || !is_relation(&op))
        return left;
    if (first.kind == AD_TOKEN_NOT)
        return ad_parse_fail(p, first.at,
                             "! binds to the value alone; write !(a == b), or !(a) == b");
    if (ad_parse_next(p))
        return AD_TYPE_FAILED;
    if (op.kind == AD_TOKEN_NAME) {
        type = list(p, left, op.at);
    } else if (op.kind == AD_TOKEN_MATCH || op.kind == AD_TOKEN_NO_MATCH) {
        type = match(p, left, op.kind == AD_TOKEN_MATCH, op.at);
    } else {
        type = arithmetic(p, 1);
        if (type != AD_TYPE_FAILED)
            type = relate(p, (enum ad_relation)(op.kind - AD_TOKEN_EQ), left, type, op.at);
    }
    if (type != AD_TYPE_FAILED && is_relation(&p->tok))
        return ad_parse_fail(p, p->tok.at, "a comparison of a comparison; join two of them by &&");
    return type;
}

/* Conditions joined by && (level 2) or || (level 1), each skipping what need not be looked at. */
static enum ad_type junction(struct ad_parser *p, int level)
{
    enum ad_token_kind kind = level == 1 ? AD_TOKEN_OR : AD_TOKEN_AND;
    enum ad_op op = level == 1 ? AD_OP_OR : AD_OP_AND;
    size_t at = p->tok.at;
    enum ad_type type = level == 1 ? junction(p, 2) : comparison(p);
    while (type != AD_TYPE_FAILED && p->tok.kind == kind) {
        if (type >= AD_TYPE_TEXT)
            return ad_parse_fail(p, at, "a text is no condition");
        size_t jump = p->e->ncode;
        ad_parse_emit(p, op, p->tok.at, -1);
        if (ad_parse_next(p))
            return AD_TYPE_FAILED;
        at = p->tok.at;
        type = level == 1 ? junction(p, 2) : comparison(p);
        if (type >= AD_TYPE_TEXT)
            return ad_parse_fail(p, at, "a text is no condition");
        if (type == AD_TYPE_FAILED)
            return type;
        ad_parse_emit(p, AD_OP_TRUTH, at, 0);
        p->e->code[jump].i = p->e->ncode - 1 - jump;
        type = AD_TYPE_NUMBER;
    }
    return type;
}

enum ad_type ad_parse_expression(struct ad_parser *p)
{
    return junction(p, 1);
}

/* What stands where the condition should end. */
static int leftover(struct ad_parser *p)
{
    bool word = is_word(&p->tok, "and") || is_word(&p->tok, "or");
    if (p->tok.kind == AD_TOKEN_CLOSE)
        return ad_parse_fail(p, p->tok.at, "there is no ( for this )");
    if (word)
        ad_err_set(p->err, "write %s", is_word(&p->tok, "and") ? "&& for and" : "|| for or");
    return ad_parse_fail(p, p->tok.at,
                         word ? NULL : "an operator such as && is missing before this");
}

int ad_parse(struct ad_parser *p)
{
    if (ad_parse_next(p))
        return -1;
    size_t at = p->tok.at;
    if (p->tok.kind == AD_TOKEN_END)
        return ad_parse_fail(p, at, "there is no condition");
    enum ad_type type = ad_parse_expression(p);
    if (type == AD_TYPE_FAILED)
        return -1;
    if (p->tok.kind != AD_TOKEN_END)
        return leftover(p);
    if (type >= AD_TYPE_TEXT)
        return ad_parse_fail(p, at, "a text is no condition");
    if (type == AD_TYPE_ANY)
        ad_parse_emit(p, AD_OP_TRUTH, at, 0);
    /* Outer calls first: what they keep may be what an inner one is about to forget. */
    for (size_t i = p->e->ncall; i-- > 0;)
        if (p->e->call[i].kind == AD_CALL_LAST)
            ad_parse_emit(p, AD_OP_KEEP, p->e->call[i].at, 0)->i = i;
    if (p->most + p->e->ncall > AD_EXPR_STACK)
        return ad_parse_fail(p, at, "too many values at once");
    return 0;
}
