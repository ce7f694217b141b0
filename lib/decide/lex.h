/* The words of a condition. */
#ifndef AD_DECIDE_LEX_H
#define AD_DECIDE_LEX_H

#include "base/err.h"
#include "base/str.h"

enum ad_token_kind {
    AD_TOKEN_END,
    AD_TOKEN_NUMBER,   /* x */
    AD_TOKEN_DURATION, /* x, in seconds */
    AD_TOKEN_TEXT,     /* s: what stood in quotes */
    AD_TOKEN_NAME,     /* s */
    AD_TOKEN_FIELD,    /* s: what stood in backquotes */
    AD_TOKEN_EQ,
    AD_TOKEN_NE,
    AD_TOKEN_LT,
    AD_TOKEN_LE,
    AD_TOKEN_GT,
    AD_TOKEN_GE,
    AD_TOKEN_MATCH,
    AD_TOKEN_NO_MATCH,
    AD_TOKEN_AND,
    AD_TOKEN_OR,
    AD_TOKEN_NOT,
    AD_TOKEN_ADD,
    AD_TOKEN_SUB,
    AD_TOKEN_MUL,
    AD_TOKEN_DIV,
    AD_TOKEN_MOD,
    AD_TOKEN_OPEN,
    AD_TOKEN_CLOSE,
    AD_TOKEN_COMMA
};

struct ad_token {
    enum ad_token_kind kind;
    size_t at, len; /* in the text */
    double x;
    struct ad_str s; /* NAME: in the text; TEXT and FIELD: in the arena, a NUL behind it */
};

struct ad_lexer {
    struct ad_str text;
    size_t at;   /* of the next token, or blanks before it */
    char *arena; /* room for text.len bytes; none of it is used twice */
    size_t used;
};

/* The next token. Returns 0, or -1 with the offset of what is wrong in tok->at. */
int ad_lex(struct ad_lexer *lex, struct ad_token *tok, struct ad_err *err);

#endif
