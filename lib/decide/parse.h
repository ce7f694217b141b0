/* From the text of a condition to its program, by recursive descent. */
#ifndef AD_DECIDE_PARSE_H
#define AD_DECIDE_PARSE_H

#include "decide/expr_private.h"
#include "decide/lex.h"

/* A longer text is no condition; nor is one with more values in a list. */
enum { AD_PARSE_LONGEST = 16384, AD_EXPR_LIST = 256 };

/* What is known of a value beforehand; of a field's nothing is. WORDS + i: the value i of the
 * caller's, a text of certain words. */
enum ad_type { AD_TYPE_FAILED = -1, AD_TYPE_ANY, AD_TYPE_NUMBER, AD_TYPE_TEXT, AD_TYPE_WORDS };

struct ad_parser {
    struct ad_expr *e; /* its arrays as long as the text may make them */
    const struct ad_expr_cfg *cfg;
    struct ad_names *fields;
    struct ad_lexer lex;
    struct ad_token tok;   /* the next one */
    struct ad_insn *piece; /* the programs of calls, in the order of e->call */
    size_t npiece;
    size_t stack, most; /* values on the stack, and how many at most */
    unsigned depth;
    size_t *at; /* of the error */
    struct ad_err *err;
};

/* A bound on the instructions a text of so many bytes makes: three for a token, and some for the
 * end. */
static inline size_t ad_parse_room(size_t len)
{
    return 3 * len + AD_EXPR_CALLS + 4;
}

/* Compile the whole text. Returns 0, or -1. */
int ad_parse(struct ad_parser *p);

/* What its two files have in common. Functions that return an int give 0, or -1. */
enum ad_type ad_parse_expression(struct ad_parser *p);
enum ad_type ad_parse_call(struct ad_parser *p, const struct ad_token *name);
int ad_parse_next(struct ad_parser *p);
int ad_parse_expect(struct ad_parser *p, enum ad_token_kind kind, const char *what);
/* The error whose text was just set, or is `what`, at the offset. */
enum ad_type ad_parse_fail(struct ad_parser *p, size_t at, const char *what);
/* Append an instruction that leaves `change` more values on the stack. */
struct ad_insn *ad_parse_emit(struct ad_parser *p, enum ad_op op, size_t at, int change);

#endif
