/* The functions of conditions. */
#ifndef AD_DECIDE_FUNCTION_H
#define AD_DECIDE_FUNCTION_H

#include "decide/expr_private.h"

/* What a function takes. */
enum ad_function_kind {
    AD_FUNCTION_TIME,    /* a time; that of the record if left out */
    AD_FUNCTION_TEXTS,   /* two texts */
    AD_FUNCTION_NUMBERS, /* numbers, `least` or more; taken two by two */
    AD_FUNCTION_NUMBER,  /* one number */
    AD_FUNCTION_VALUE,   /* remembers: a value of any type */
    AD_FUNCTION_CHANGE,  /* remembers: a number */
    AD_FUNCTION_COUNT,   /* remembers: a duration */
    AD_FUNCTION_SUM      /* remembers: a number, a duration */
};

struct ad_function {
    const char *name, *usage;
    enum ad_function_kind kind;
    unsigned what; /* enum ad_op, or enum ad_call_kind of those that remember */
};

/* The function of that name, or NULL with a message that names the one most like it. */
const struct ad_function *ad_function_find(struct ad_str name, struct ad_err *err);

#endif
