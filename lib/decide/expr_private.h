/* What a condition is compiled to, between the compiler and the evaluator: a flat program for a
 * stack of values.
 *
 * The first cells of the stack belong to the calls that remember, `count(60s)`: the program begins
 * with a piece for each that makes its argument, lets the state learn it and leaves the result in
 * the cell. So every call learns from every record, whatever && and || leave out afterwards. */
#ifndef AD_DECIDE_EXPR_PRIVATE_H
#define AD_DECIDE_EXPR_PRIVATE_H

#include "decide/expr.h"
#include "decide/expr_state.h"

#include <regex.h>

/* Values on the stack at once, cells among them. */
enum { AD_EXPR_STACK = 128, AD_EXPR_CALLS = 32 };

enum ad_op {
    /* push a value */
    AD_OP_NUMBER, /* x */
    AD_OP_TEXT,   /* string i */
    AD_OP_FIELD,  /* field i */
    AD_OP_KNOWN,  /* known i */
    AD_OP_CELL,   /* cell i */
    AD_OP_LAST,   /* what call i remembers */
    AD_OP_RECORD_TIME,
    AD_OP_COPY, /* the top once more */
    AD_OP_PUSHES = AD_OP_COPY,

    /* make one value of the two on top */
    AD_OP_ADD,
    AD_OP_SUB,
    AD_OP_MUL,
    AD_OP_DIV,
    AD_OP_MOD,
    AD_OP_MIN,
    AD_OP_MAX,
    AD_OP_COMPARE_NUMBERS, /* by `how`, an enum ad_relation */
    AD_OP_COMPARE_TEXTS,
    AD_OP_COMPARE, /* what they are is only known now */
    AD_OP_CONTAINS,
    AD_OP_STARTS_WITH,
    AD_OP_BINARIES = AD_OP_STARTS_WITH,

    /* change the top */
    AD_OP_NEG,
    AD_OP_ABS,
    AD_OP_MATCH, /* regex i; `how`: the result wanted */
    AD_OP_TRUTH, /* to 1 or 0 */
    AD_OP_NOT,
    AD_OP_NONE, /* to 0 */
    AD_OP_TIME, /* to wall-clock seconds, which those below take */
    AD_OP_HOUR,
    AD_OP_MINUTE,
    AD_OP_WEEKDAY,
    AD_OP_IS_WEEKEND,
    AD_OP_IS_BUSINESS_HOURS,
    AD_OP_IS_HOLIDAY,
    AD_OP_UNARIES = AD_OP_IS_HOLIDAY,

    AD_OP_AND,   /* if the top is false: make it 0 and skip i instructions; else drop it */
    AD_OP_OR,    /* if it is true: make it 1 and skip i; else drop it */
    AD_OP_IN,    /* drop the top; if it is true: make the next one 1 and skip i */
    AD_OP_LEARN, /* drop the top, which call i learns: its result to cell i; LAST: the top itself */
    AD_OP_KEEP   /* call i, a LAST, learns its cell */
};

enum ad_relation { AD_EQ, AD_NE, AD_LT, AD_LE, AD_GT, AD_GE };

struct ad_insn {
    uint16_t op, how;
    uint32_t at; /* in the text of the condition, for faults */
    union {
        double x;
        uint64_t i;
    };
};

struct ad_expr {
    struct ad_insn *code;
    size_t ncode;
    struct ad_str *string; /* into arena */
    size_t nstring;
    regex_t *regex;
    size_t nregex;
    struct ad_call *call;
    size_t ncall;
    unsigned needs;
    struct ad_str text; /* own copy, with the arena behind it */
    char *arena;
};

#endif
